//! What the program does: calls of every sort, to a server that is not always well.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::time::{Duration, SystemTime};

use reqwest::{Client, StatusCode};
use retry_core::{
    BudgetPolicy, Classify, Jitter, LiveSettings, MemoryDeadLetters, Preset, Retry, RetryError,
    RetryPolicy, RetryRegistry, retry_after, with_retry,
};
use thiserror::Error;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// How long calls are begun.
pub(crate) const LENGTH: Duration = Duration::from_secs(17);

/// What can come back instead of an answer.
#[derive(Debug, Error, Classify)]
pub(crate) enum ShopError {
    #[error("{status}")]
    #[retry(status = status, after = wait)]
    Refused { status: StatusCode, wait: Option<Duration> },
    #[error("the request failed")]
    #[retry(transparent)]
    Http(#[from] reqwest::Error),
}

/// Asks one server.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    client: Client,
    url: String,
}

impl Shop {
    pub(crate) fn new(url: String) -> reqwest::Result<Self> {
        Ok(Self { client: Client::builder().timeout(Duration::from_secs(1)).build()?, url })
    }

    async fn ask(&self, path: &str) -> Result<(), ShopError> {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(ShopError::Refused { status, wait: retry_after(answer.headers(), SystemTime::now()) })
    }
}

/// Always well.
#[with_retry(name = "stock::count", service = "stock")]
async fn count(shop: &Shop) -> Result<(), ShopError> {
    shop.ask("/well").await
}

/// Every third request fails, at first in one way and then in another; a retry or two help.
#[with_retry(
    name = "catalogue::read",
    service = "catalogue",
    max_attempts = 9,
    initial_delay = "4ms",
    max_delay = "16ms",
    budget = "none"
)]
async fn read(shop: &Shop) -> Result<(), ShopError> {
    shop.ask("/moody").await
}

/// Its service is down for some seconds, and is then asked by few.
#[with_retry(
    name = "billing::charge",
    service = "billing",
    max_attempts = 3,
    initial_delay = "20ms",
    timeout = "1500ms",
    circuit_breaker(
        consecutive_failures = 5,
        probe_gap = "500ms",
        open_for = "1s",
        max_open_for = "1s"
    ),
    budget = "none"
)]
async fn charge(shop: &Shop) -> Result<(), RetryError<ShopError>> {
    shop.ask("/down").await
}

/// One shard of three is bad, and has a circuit of its own.
#[with_retry(
    name = "shards::get",
    service = "shards",
    key = shard,
    max_attempts = 1,
    circuit_breaker(consecutive_failures = 3, on_open = "refuse", open_for = "30s")
)]
async fn get(shop: &Shop, shard: u32) -> Result<(), RetryError<ShopError>> {
    shop.ask(if shard == 0 { "/broken" } else { "/well" }).await
}

/// Asks for fewer calls, and says when.
#[with_retry(
    name = "quota::ask",
    service = "quota",
    initial_delay = "20ms",
    max_attempts = 4,
    timeout = "5s",
    rate_limit(),
    budget = "none"
)]
async fn ask(shop: &Shop) -> Result<(), RetryError<ShopError>> {
    shop.ask("/quota").await
}

const QUICK: RetryPolicy =
    RetryPolicy::new().with_initial_delay(Duration::from_millis(10)).with_jitter(Jitter::Equal);

const ORDERS: Preset = Preset::new(QUICK).with_budget(BudgetPolicy::new().with_max_tokens(3));

/// A handle with a small budget, for orders that mostly fail.
fn orders() -> Retry {
    RetryRegistry::process()
        .get_or_insert_with("orders::place", || Retry::from_preset(ORDERS).with_service("orders"))
}

/// A handle that leaves behind what it could not do, and soon has no more place for it.
fn mail(letters: &MemoryDeadLetters) -> Retry {
    let policy = QUICK.with_max_attempts(2);
    let retry = Retry::new(policy).with_name("mail::send").without_budget();
    retry.with_dead_letters(letters.clone())
}

/// Calls until the time is over, a pause apart.
async fn again_and_again(pause: u64, end: Instant, mut call: impl AsyncFnMut(u32)) {
    let mut number = 0;
    while Instant::now() < end {
        call(number).await;
        number += 1;
        sleep(Duration::from_millis(pause)).await;
    }
}

/// Makes all calls, and comes back when the last of them has ended.
pub(crate) async fn open(shop: &Shop) {
    let (end, letters) = (Instant::now() + LENGTH, MemoryDeadLetters::new(40));
    let mut calls = JoinSet::new();
    for _ in 0..3 {
        let s = shop.clone();
        calls.spawn(again_and_again(20, end, async move |_| drop(count(&s).await)));
        let s = shop.clone();
        calls.spawn(again_and_again(20, end, async move |_| drop(read(&s).await)));
        let s = shop.clone();
        calls.spawn(again_and_again(50, end, async move |_| drop(charge(&s).await)));
        let (s, retry) = (shop.clone(), orders());
        calls.spawn(again_and_again(50, end, async move |_| {
            drop(retry.run(|| s.ask("/broken")).await);
        }));
    }
    let s = shop.clone();
    calls.spawn(again_and_again(50, end, async move |n| drop(get(&s, n % 3).await)));
    let s = shop.clone();
    calls.spawn(again_and_again(100, end, async move |_| drop(ask(&s).await)));
    let (s, retry) = (shop.clone(), mail(&letters));
    calls.spawn(again_and_again(60, end, async move |n| {
        let path = if n % 3 == 0 { "/broken" } else { "/well" };
        let payload = || format!("letter {n}").into_bytes();
        drop(retry.run_with_payload(payload, || s.ask(path)).await);
    }));
    while calls.join_next().await.is_some() {}
}

/// A call that panics, without a word.
pub(crate) fn panic_once() {
    let retry = Retry::new(QUICK).with_name("report::render");
    let render = || -> Result<(), ShopError> { resume_unwind(Box::new("no paper")) };
    let _panicked = catch_unwind(AssertUnwindSafe(|| drop(retry.run_blocking(render))));
}

/// Settings that are taken, and settings that are not.
pub(crate) fn load_settings(folder: &Path) -> std::io::Result<()> {
    let file = folder.join("retry.toml");
    for text in
        ["[operation.\"stock::count\"]\nmax_attempts = 2\n", "[defaults]\nmax_attempts = 0\n"]
    {
        std::fs::write(&file, text)?;
        drop(LiveSettings::load(&file));
    }
    Ok(())
}
