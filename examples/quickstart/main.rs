//! A shop that fails in every way a network service can, and a client that copes.
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! Start with the four functions below. The body of each makes one request; the attribute above
//! it says what happens when that request fails. `main` calls them one after the other and shows
//! what came of it. The shop is in `server.rs`, the picture in `timeline.rs`.

mod server;
mod timeline;

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Client, StatusCode};
use retry_core::{Classify, ErrorKind, RetryError, Verdict, with_retry};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::timeline::Timeline;

/// Waits until the shop opens: only a refused connection is worth another attempt.
#[with_retry(
    max_attempts = 20,
    strategy = "fixed",
    initial_delay = "80ms",
    jitter = "none",
    retry_if = reqwest::Error::is_connect,
    context = attempt,
    on_retry = |retrying| timeline.retrying(retrying),
)]
async fn knock(shop: &Shop, timeline: &Timeline) -> Result<String, RetryError<reqwest::Error>> {
    let request = async { shop.client.get(&shop.url).send().await?.text().await };
    timeline.attempt(attempt, request).await
}

/// Asks for a price. What is worth another attempt, `ShopError` says itself: see `Classify` below.
#[with_retry(
    max_attempts = 6,
    strategy = "exponential",
    initial_delay = "100ms",
    jitter = 0.2,
    attempt_timeout = "300ms",
    timeout = "6s",
    max_hint = "10s",
    context = attempt,
    on_retry = |retrying| timeline.retrying(retrying),
)]
async fn price(
    shop: &Shop,
    item: &str,
    timeline: &Timeline,
) -> Result<Price, RetryError<ShopError>> {
    timeline.attempt(attempt, shop.get(&format!("/price/{item}"))).await
}

/// Asks how much is left, as long as it is the shop that fails and not the request.
#[with_retry(
    max_attempts = 5,
    strategy = "fibonacci",
    initial_delay = "80ms",
    jitter = "equal",
    retry_on = kind(server),
    context = attempt,
    on_retry = |retrying| timeline.retrying(retrying),
)]
async fn stock(shop: &Shop, item: &str, timeline: &Timeline) -> Result<u32, RetryError<ShopError>> {
    timeline.attempt(attempt, shop.get(&format!("/stock/{item}"))).await
}

/// Asks for a recipe, as often as fits into a second. `name` and `service` label its log events.
#[with_retry(
    name = "recipe",
    service = "shop",
    max_attempts = u32::MAX,
    strategy = "linear",
    initial_delay = "50ms",
    attempt_timeout = "200ms",
    timeout = "1s",
    context = attempt,
    on_retry = |retrying| timeline.retrying(retrying),
)]
async fn recipe(shop: &Shop, timeline: &Timeline) -> Result<String, RetryError<ShopError>> {
    timeline.attempt(attempt, shop.get("/recipe/coffee")).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let shop = Shop::new(server::start(Duration::from_millis(300))?)?;
    let mut out = io::stdout();
    writeln!(out, "One shop on loopback, six calls: ■ is an attempt, · the wait after it.")?;

    let timeline = Timeline::of("knock: for 300 ms nobody listens, and the connection is refused")?;
    timeline.show(knock(&shop, &timeline).await)?;

    let timeline = Timeline::of("price of coffee: down, too slow, too busy, and then an answer")?;
    timeline.show(price(&shop, "coffee", &timeline).await)?;

    let timeline = Timeline::of("price of a unicorn: asking again would not help")?;
    timeline.show(price(&shop, "unicorn", &timeline).await)?;

    let timeline = Timeline::of("price of saffron: the shop asks for a wait above `max_hint`")?;
    timeline.show(price(&shop, "saffron", &timeline).await)?;

    let timeline = Timeline::of("stock of coffee: down, and down it stays")?;
    timeline.show(stock(&shop, "coffee", &timeline).await)?;

    let timeline = Timeline::of("recipe: too slow every time, until `timeout` ends the call")?;
    timeline.show(recipe(&shop, &timeline).await)?;

    writeln!(out, "\n{TRY_NEXT}")?;
    Ok(())
}

const TRY_NEXT: &str =
    "Try next: set `max_attempts = 2` on `price` in examples/quickstart/main.rs, and run again.";

/// The client of the shop: what it does, it does once.
struct Shop {
    client: Client,
    url: String,
}

impl Shop {
    fn new(url: String) -> reqwest::Result<Self> {
        // A proxy that the environment names would stand between this process and itself.
        Ok(Self { client: Client::builder().no_proxy().build()?, url })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ShopError> {
        let response = self.client.get(format!("{}{path}", self.url)).send().await?;
        match response.status() {
            StatusCode::TOO_MANY_REQUESTS => Err(ShopError::Busy(retry_after(&response))),
            status if status.is_success() => Ok(response.json().await?),
            status => Err(ShopError::Status(status)),
        }
    }
}

fn retry_after(response: &reqwest::Response) -> Duration {
    let seconds =
        response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_secs(seconds.unwrap_or(1))
}

#[derive(Deserialize)]
struct Price {
    cents: u32,
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.cents / 100, self.cents % 100)
    }
}

/// What can come back instead of an answer.
#[derive(Debug)]
enum ShopError {
    Busy(Duration),
    Status(StatusCode),
    Http(reqwest::Error),
}

/// Which of these failures are worth another attempt.
impl Classify for ShopError {
    fn classify(&self) -> Verdict {
        match self {
            Self::Busy(wait) => Verdict::RetryAfter(ErrorKind::RateLimit, *wait),
            Self::Status(status) if status.is_server_error() => Verdict::Retry(ErrorKind::Server),
            Self::Status(_) => Verdict::Stop(ErrorKind::Client),
            Self::Http(error) if error.is_decode() => Verdict::Stop(ErrorKind::Permanent),
            Self::Http(_) => Verdict::Retry(ErrorKind::Network),
        }
    }
}

impl From<reqwest::Error> for ShopError {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error)
    }
}

impl fmt::Display for ShopError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy(wait) => write!(f, "429, come back in {wait:?}"),
            Self::Status(status) => status.fmt(f),
            Self::Http(_) => f.write_str("the request failed"),
        }
    }
}

impl Error for ShopError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Http(error) => Some(error),
            _ => None,
        }
    }
}
