//! The three dependencies of the program, and those who call them all the time.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use reqwest::{Client, StatusCode};
use retry_core::{
    Classify, Retry, RetryError, RetryRegistry, StopReason, is_shutdown, presets, with_retry,
};
use thiserror::Error;
use tokio::task::JoinHandle;

use crate::server::Server;

/// What can come back instead of an answer.
#[derive(Debug, Error, Classify)]
pub(crate) enum Failed {
    #[error("busy")]
    #[retry(transient)]
    Busy,
    #[error("{status}")]
    #[retry(status = status)]
    Status { status: StatusCode },
    #[error("no connection")]
    #[retry(transparent)]
    Http(#[from] reqwest::Error),
}

/// What one annotated function asks for holds for both: they have one service.
#[with_retry(
    name = "rates::read",
    service = "rates",
    max_attempts = 3,
    initial_delay = "10ms",
    circuit_breaker(consecutive_failures = 5, open_for = "1m", on_open = "refuse"),
    context = attempt,
)]
async fn read_rate(web: &Web, call: u32, tally: &Tally) -> Result<(), RetryError<Failed>> {
    tally.attempt(attempt.number());
    web.get(&web.rates, call).await
}

#[with_retry(
    name = "rates::list",
    service = "rates",
    max_attempts = 2,
    initial_delay = "10ms",
    circuit_breaker(consecutive_failures = 5, open_for = "1m", on_open = "refuse"),
    context = attempt,
)]
async fn list_rates(web: &Web, call: u32, tally: &Tally) -> Result<(), RetryError<Failed>> {
    tally.attempt(attempt.number());
    web.get(&web.rates, call).await
}

/// The way to the servers.
pub(crate) struct Web {
    client: Client,
    orders: String,
    rates: String,
}

impl Web {
    pub(crate) fn new(orders: &Server, rates: &Server) -> reqwest::Result<Self> {
        // A connection for each request: one that is kept would outlive its server.
        let client = Client::builder().no_proxy().pool_max_idle_per_host(0).build()?;
        Ok(Self { client, orders: orders.url.clone(), rates: rates.url.clone() })
    }

    async fn get(&self, url: &str, call: impl fmt::Display) -> Result<(), Failed> {
        match self.client.get(format!("{url}/{call}")).send().await?.status() {
            StatusCode::OK => Ok(()),
            StatusCode::SERVICE_UNAVAILABLE => Err(Failed::Busy),
            status => Err(Failed::Status { status }),
        }
    }
}

/// A database: made by the first who asks for it, and the same for everybody.
fn orders() -> Retry {
    RetryRegistry::process().get_or_insert_with("orders::read", || {
        Retry::from_preset(presets::DATABASE).with_service("orders")
    })
}

/// A cache with shards: one that is bad must not draw the retries of the others.
fn cache() -> Retry {
    RetryRegistry::process().get_or_insert_with("cache::get", || {
        Retry::from_preset(presets::CACHE).with_service("cache")
    })
}

/// What came of the calls of one operation since it was last looked at.
#[derive(Default)]
pub(crate) struct Tally {
    calls: AtomicU32,
    failed: AtomicU32,
    most: AtomicU32,
}

/// A [`Tally`] at one moment.
pub(crate) struct Made {
    pub(crate) calls: u32,
    pub(crate) failed: u32,
    /// The most attempts that a call has made.
    pub(crate) most: u32,
}

impl Tally {
    fn attempt(&self, number: u32) {
        self.most.fetch_max(number, Relaxed);
    }

    fn ended(&self, answered: bool) {
        self.calls.fetch_add(1, Relaxed);
        self.failed.fetch_add(u32::from(!answered), Relaxed);
    }

    /// What there was, and begins anew.
    pub(crate) fn take(&self) -> Made {
        let take = |count: &AtomicU32| count.swap(0, Relaxed);
        Made { calls: take(&self.calls), failed: take(&self.failed), most: take(&self.most) }
    }
}

/// How the last call of a caller ended.
pub(crate) struct End {
    pub(crate) operation: &'static str,
    pub(crate) reason: Option<StopReason>,
    pub(crate) attempts: u32,
    pub(crate) last_error: Option<String>,
}

/// Those who call, each with a tally for its operation, until the shutdown.
pub(crate) struct Traffic {
    pub(crate) tallies: [(&'static str, Arc<Tally>); 4],
    callers: Vec<JoinHandle<End>>,
}

const PAUSE: Duration = Duration::from_millis(15);

impl Traffic {
    pub(crate) fn start(web: &Arc<Web>) -> Self {
        let tallies = ["cache::get", "orders::read", "rates::list", "rates::read"]
            .map(|name| (name, Arc::new(Tally::default())));
        let callers = [4, 4, 1, 1];
        let callers = tallies.iter().zip(callers).flat_map(|((name, tally), callers)| {
            (0..callers).map(move |caller| {
                let (web, tally) = (Arc::clone(web), Arc::clone(tally));
                tokio::spawn(call(name, caller, (web, tally)))
            })
        });
        let callers = callers.collect();
        Self { tallies, callers }
    }

    /// Waits for all callers to end.
    pub(crate) async fn ended(self) -> io::Result<Vec<End>> {
        let mut ends = Vec::new();
        for caller in self.callers {
            ends.push(caller.await?);
        }
        Ok(ends)
    }
}

/// Calls one operation again and again until the shutdown. No number comes twice, and the stubborn
/// ones of several callers do not come together.
async fn call(operation: &'static str, caller: u32, (web, tally): (Arc<Web>, Arc<Tally>)) -> End {
    let mut number = caller * 1_000_001;
    loop {
        number += 1;
        let result = once(operation, (caller, number), (&web, &tally)).await;
        tally.ended(result.is_ok());
        if is_shutdown() {
            let error = result.err();
            return End {
                operation,
                reason: error.as_ref().map(RetryError::reason),
                attempts: error.as_ref().map_or(1, RetryError::attempts),
                last_error: error
                    .as_ref()
                    .and_then(|error| error.last_error().map(Failed::to_string)),
            };
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn once(
    operation: &str,
    (shard, number): (u32, u32),
    (web, tally): (&Web, &Tally),
) -> Result<(), RetryError<Failed>> {
    let (result, report) = match operation {
        "rates::list" => return list_rates(web, number, tally).await,
        "rates::read" => return read_rate(web, number, tally).await,
        "orders::read" => {
            orders().run_with_report(async || web.get(&web.orders, number).await).await
        }
        _ => {
            let path = format!("shard/{shard}/{number}");
            let get = async || web.get(&web.rates, &path).await;
            cache().for_key(&shard).run_with_report(get).await
        }
    };
    tally.attempt(report.attempts());
    result
}
