//! `sqlx::Error`: of a database, of the way there, of the pool.
//!
//! No driver is needed to read them. A database says what went wrong in a code: `PostgreSQL` and
//! `MySQL` in an SQLSTATE of five characters, whose first two are its class, `SQLite` in a number,
//! whose low byte is the error and whose rest is the detail.

use std::error::Error as StdError;

use sqlx::Error;
use sqlx::error::DatabaseError;

use crate::seams::chain::{known_in_chain, verdict_of};
use crate::seams::classify::Classify;
use crate::values::kind::{ErrorKind, Verdict};

/// | error | verdict |
/// |---|---|
/// | `Io`, `AnyDriverError` | as what is inside |
/// | `Tls` | as what is inside, else retry, network |
/// | `PoolTimedOut` | retry, timeout |
/// | `WorkerCrashed` | retry, transient |
/// | `Configuration`, `InvalidArgument`, `RowNotFound`, `TypeNotFound`, `ColumnNotFound`, `ColumnIndexOutOfBounds`, `Encode` | stop, client |
/// | `Decode`, `ColumnDecode`, `PoolClosed`, `InvalidSavePointStatement`, `BeginFailed` | stop, permanent |
/// | `Database` | by its code, below |
/// | anything else, such as `Protocol` | as its sources say, else retry, unknown |
///
/// | code of the database | verdict |
/// |---|---|
/// | 40001, 40P01, 55P03: serialization, deadlock, a lock that is held | retry, transient |
/// | 1205, 1213: the numbers of `MySQL` for a lock wait and a deadlock | retry, transient |
/// | `SQLite`'s 5 and 6 with all their details: busy, locked | retry, transient |
/// | class 08: connection | retry, network |
/// | class 53, and 57P01 to 57P03: too few resources, shutdown, start | retry, server |
/// | class 22, 23, 28, 42: data, constraint, login, syntax and access | stop, client |
/// | HY000, or none: says nothing; `MySQL` gives it to a lock wait that timed out | retry, unknown |
/// | any other | stop, permanent |
impl Classify for Error {
    fn classify(&self) -> Verdict {
        verdict_of(self)
    }
}

pub(super) fn known(error: &(dyn StdError + 'static)) -> Option<Verdict> {
    Some(match error.downcast_ref::<Error>()? {
        Error::Database(error) => return by_code(&**error),
        Error::Io(error) => return known_in_chain(error),
        Error::Tls(error) => known_in_chain(&**error).unwrap_or(Verdict::Retry(ErrorKind::Network)),
        Error::PoolTimedOut => Verdict::Retry(ErrorKind::Timeout),
        Error::WorkerCrashed => Verdict::Retry(ErrorKind::Transient),
        Error::Configuration(_)
        | Error::InvalidArgument(_)
        | Error::RowNotFound
        | Error::TypeNotFound { .. }
        | Error::ColumnIndexOutOfBounds { .. }
        | Error::ColumnNotFound(_)
        | Error::Encode(_) => Verdict::Stop(ErrorKind::Client),
        Error::Decode(_)
        | Error::ColumnDecode { .. }
        | Error::PoolClosed
        | Error::InvalidSavePointStatement
        | Error::BeginFailed => Verdict::Stop(ErrorKind::Permanent),
        _ => return None,
    })
}

fn by_code(error: &dyn DatabaseError) -> Option<Verdict> {
    let code = error.code()?;
    Some(match &*code {
        "40001" | "40P01" | "55P03" | "1205" | "1213" => Verdict::Retry(ErrorKind::Transient),
        "57P01" | "57P02" | "57P03" => Verdict::Retry(ErrorKind::Server),
        "HY000" => return None,
        code if code.len() < 5 => by_number(code),
        code => match &code.as_bytes()[..2] {
            b"08" => Verdict::Retry(ErrorKind::Network),
            b"53" => Verdict::Retry(ErrorKind::Server),
            b"22" | b"23" | b"28" | b"42" => Verdict::Stop(ErrorKind::Client),
            _ => Verdict::Stop(ErrorKind::Permanent),
        },
    })
}

/// A code of `SQLite`.
fn by_number(code: &str) -> Verdict {
    const BUSY: u32 = 5;
    const LOCKED: u32 = 6;
    const CONSTRAINT: u32 = 19;
    match code.parse::<u32>().map(|code| code & 0xff) {
        Ok(BUSY | LOCKED) => Verdict::Retry(ErrorKind::Transient),
        Ok(CONSTRAINT) => Verdict::Stop(ErrorKind::Client),
        _ => Verdict::Stop(ErrorKind::Permanent),
    }
}
