//! `redis::RedisError`: of the server, of the cluster, of the connection.
//!
//! A server that loads its data, or a cluster that chooses a new master, says so in a code and is
//! back soon. What it says about the command is the same the next time. An I/O error lies behind a
//! shared pointer, where a walk along the sources does not see it.

use std::error::Error;
use std::sync::Arc;

use redis::{ErrorKind as Kind, RedisError, ServerErrorKind as Server};

use crate::seams::chain::{known_in_chain, verdict_of};
use crate::seams::classify::Classify;
use crate::values::kind::{ErrorKind, Verdict};

/// | error | verdict |
/// |---|---|
/// | I/O: a timeout | retry, timeout |
/// | I/O: no connection, or one that was dropped | retry, network |
/// | I/O: any other | as the I/O error is, else retry, network |
/// | no node of the cluster reached | retry, network |
/// | `LOADING`, `CLUSTERDOWN`, `MASTERDOWN`; no master or replica known to the sentinels | retry, server |
/// | `BUSY`, `NOREPLICAS`, `OOM` | retry, server |
/// | `TRYAGAIN`, and `READONLY`, which a master becomes in a failover | retry, transient |
/// | an answer of another type than asked for | stop, permanent |
/// | anything else: configuration, login, command, script, `MOVED` without a cluster client | stop, client |
/// | a kind that is not known here | as its sources say, else retry, unknown |
impl Classify for RedisError {
    fn classify(&self) -> Verdict {
        verdict_of(self)
    }
}

pub(super) fn known(error: &(dyn Error + 'static)) -> Option<Verdict> {
    let error = error.downcast_ref::<RedisError>()?;
    Some(match error.kind() {
        Kind::Io => io(error),
        Kind::ClusterConnectionNotFound => Verdict::Retry(ErrorKind::Network),
        Kind::Server(Server::BusyLoading | Server::ClusterDown | Server::MasterDown)
        | Kind::MasterNameNotFoundBySentinel
        | Kind::NoValidReplicasFoundBySentinel => Verdict::Retry(ErrorKind::Server),
        Kind::Server(Server::TryAgain | Server::ReadOnly) => Verdict::Retry(ErrorKind::Transient),
        Kind::Extension => extension(error.code()),
        Kind::Parse | Kind::UnexpectedReturnType => Verdict::Stop(ErrorKind::Permanent),
        Kind::Server(_)
        | Kind::AuthenticationFailed
        | Kind::InvalidClientConfig
        | Kind::Client
        | Kind::EmptySentinelList
        | Kind::RESP3NotSupported => Verdict::Stop(ErrorKind::Client),
        _ => return None,
    })
}

fn io(error: &RedisError) -> Verdict {
    if error.is_timeout() {
        return Verdict::Retry(ErrorKind::Timeout);
    }
    // Also a socket's file that is not there yet.
    if error.is_connection_dropped() {
        return Verdict::Retry(ErrorKind::Network);
    }
    let shared = error.source().and_then(|source| source.downcast_ref::<Shared>());
    let inside = shared.and_then(|shared| known_in_chain(&**shared));
    inside.unwrap_or(Verdict::Retry(ErrorKind::Network))
}

type Shared = Arc<dyn Error + Send + Sync>;

/// A code of the server that has no kind.
fn extension(code: Option<&str>) -> Verdict {
    match code {
        Some("BUSY" | "NOREPLICAS" | "OOM") => Verdict::Retry(ErrorKind::Server),
        _ => Verdict::Stop(ErrorKind::Client),
    }
}
