//! An error type that says which failures are worth another attempt, and what comes of it.
//!
//! ```text
//! cargo run --example classification
//! ```
//!
//! Start with `BankError`: it says for each failure what it is, and that is all that the two
//! functions below it need. `main` lets a bank fail in every way that it can, and shows of each
//! attempt what came back, what the error said of itself, and what was decided. The bank is in
//! `server.rs`, the table in `table.rs`.

mod server;
mod table;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use reqwest::{Client, RequestBuilder, StatusCode};
use retry_core::{Classify, ErrorKind, RetryError, StopReason, retry_after, with_retry};
use thiserror::Error;

use crate::table::Expected::{After, Answer, Retry, Stop};
use crate::table::{Call, Table};

/// What can come back instead of an answer.
#[derive(Debug, Error, Classify)]
#[retry(permanent)] // holds where a variant says nothing: to ask again would change nothing
enum BankError {
    /// The bank asks for fewer calls, and may say from when on.
    #[error("{}", StatusCode::TOO_MANY_REQUESTS)]
    #[retry(rate_limit, after = wait)]
    Throttled { wait: Option<Duration> },
    /// Any other status: 503 is worth another attempt and can come with a wait, 404 is an answer.
    #[error("{status}")]
    #[retry(status = status, after = wait)]
    Refused { status: StatusCode, wait: Option<Duration> },
    /// There was no answer at all. The error inside knows why: a refused connection, a timeout, an
    /// address that is none. (The feature `reqwest` of `retry-core` reads it.)
    #[error("the request failed")]
    #[retry(transparent)]
    Http(#[from] reqwest::Error),
    /// An answer that says nothing.
    #[error("not a number: {text:?}")]
    Unreadable { text: String },
}

/// Reads a balance: three attempts at most, whatever they fail with.
#[with_retry(
    max_attempts = 3,
    initial_delay = "40ms",
    jitter = "equal",
    max_hint = "10s",
    context = attempt,
    on_retry = |retrying| call.retrying(retrying),
)]
async fn balance(bank: &Bank, path: &str, call: &Call) -> Result<u32, RetryError<BankError>> {
    call.attempt(attempt, bank.ask(bank.client.get(bank.at(path)))).await
}

/// Pays. A bank that asks for fewer calls is left alone for longer, and asked more often: such
/// failures have delays and a count of their own. All attempts carry one key, by which the bank
/// knows that they are one payment.
#[with_retry(
    max_attempts = 3,
    initial_delay = "40ms",
    jitter = "equal",
    on(rate_limit, max_attempts = 5, strategy = "fixed", initial_delay = "160ms"),
    context = attempt,
    on_retry = |retrying| call.retrying(retrying),
)]
async fn pay(bank: &Bank, cents: u32, call: &Call) -> Result<u32, RetryError<BankError>> {
    let key = attempt.idempotency_key().to_string();
    let request = bank.client.post(bank.at("/payment")).header("idempotency-key", key);
    call.attempt(attempt, bank.ask(request.body(cents.to_string()))).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let server = server::start().await?;
    let bank = Bank::new(server.url.clone())?;
    let mut table = Table::new()?;

    let call = Call::of("restarting: a 503, and then an answer");
    let result = balance(&bank, "/restarting", &call).await;
    table.show(&call, result, &[Retry(ErrorKind::Server), Answer(1000)])?;

    let call = Call::of("busy: a 429 with `retry-after: 1`");
    let result = balance(&bank, "/busy", &call).await;
    table.show(&call, result, &[After(ErrorKind::RateLimit, 1000..=1000), Answer(1000)])?;

    let call = Call::of("closed: a 503 with `retry-after: <a date in the next second or so>`");
    let result = balance(&bank, "/closed", &call).await;
    table.show(&call, result, &[After(ErrorKind::Server, 0..=1200), Answer(1000)])?;

    let call = Call::of("hurried: a 429 with `retry-after-ms: 250`");
    let result = balance(&bank, "/hurried", &call).await;
    table.show(&call, result, &[After(ErrorKind::RateLimit, 250..=250), Answer(1000)])?;

    let call = Call::of("overrun: a 429 with `retry-after: 3600`, which is above `max_hint`");
    let result = balance(&bank, "/overrun", &call).await;
    let hour = After(ErrorKind::RateLimit, 3_600_000..=3_600_000);
    table.show(&call, result, &[hour.and_stops(StopReason::HintTooLong)])?;

    let call = Call::of("unknown: a 404");
    let result = balance(&bank, "/unknown", &call).await;
    let stop = Stop(ErrorKind::Client).and_stops(StopReason::NotRetryable);
    table.show(&call, result, &[stop])?;

    let call = Call::of("garbled: a 200 with a page where a number should be");
    let result = balance(&bank, "/garbled", &call).await;
    let stop = Stop(ErrorKind::Permanent).and_stops(StopReason::NotRetryable);
    table.show(&call, result, &[stop])?;

    let call = Call::of("next door: a port on which nobody listens");
    let next_door = Bank::new(server.next_door.clone())?;
    let result = balance(&next_door, "/", &call).await;
    let refused = || Retry(ErrorKind::Network);
    let last = refused().and_stops(StopReason::AttemptsExhausted);
    table.show(&call, result, &[refused(), refused(), last])?;

    let call = Call::of("payment: 429 three times, and an answer that is lost once it is booked");
    let result = pay(&bank, 300, &call).await;
    let busy = || Retry(ErrorKind::RateLimit);
    let expected = [busy(), busy(), Retry(ErrorKind::Server), busy(), Answer(700)];
    table.show(&call, result, &expected)?;

    let keys = server.keys();
    let one_payment = keys.len() == 5 && keys.iter().all(|key| *key == keys[0]);
    if table.check(one_payment, &format!("five requests with one key: {keys:?}")) {
        let booked = "booked once, 1000 - 300 = 700";
        writeln!(io::stdout(), " all 5 with the key {}: {booked}", keys[0])?;
    }

    Ok(table.finish()?)
}

/// The client of the bank: what it does, it does once.
struct Bank {
    client: Client,
    url: String,
}

impl Bank {
    fn new(url: String) -> reqwest::Result<Self> {
        // A proxy that the environment names would stand between this process and itself.
        Ok(Self { client: Client::builder().no_proxy().build()?, url })
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    async fn ask(&self, request: RequestBuilder) -> Result<u32, BankError> {
        let response = request.send().await?;
        // Reads `retry-after` as seconds and as a date, `retry-after-ms`, and the headers of rate
        // limits.
        let wait = retry_after(response.headers(), SystemTime::now());
        match response.status() {
            StatusCode::TOO_MANY_REQUESTS => Err(BankError::Throttled { wait }),
            status if !status.is_success() => Err(BankError::Refused { status, wait }),
            _ => {
                let text = response.text().await?;
                text.parse().map_err(|_| BankError::Unreadable { text })
            }
        }
    }
}
