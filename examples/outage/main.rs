//! Two hundred callers and a server that goes down for two seconds, three times over: without
//! retries, with backoff alone, and with the gates of the standard preset.
//!
//! The server is a real one on loopback. While it is down it takes connections and drops them, and
//! counts every one of them: what it draws is the load that the callers put on a service that is
//! trying to come back.

mod chart;
mod server;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use retry_core::{Preset, Retry, RetryPolicy, presets};
use tokio::time::Instant;

use crate::server::{Arrivals, Server};

const CALLERS: u32 = 200;
/// From the end of a call to the next of the same caller, on average.
const PAUSE: Duration = Duration::from_millis(500);
const DOWN_AT: Duration = Duration::from_secs(2);
const DOWN_FOR: Duration = Duration::from_secs(2);
const LENGTH: Duration = Duration::from_secs(6);

const POLICY: RetryPolicy = presets::STANDARD.policy().with_max_attempts(4);

/// A way to call the server, and what came of it.
pub(crate) struct Run {
    pub(crate) name: &'static str,
    pub(crate) arrivals: Arrivals,
    calls: u32,
    failed: u32,
    /// From the server's return until calls succeed again as they did before.
    recovery: Duration,
}

/// One call: when it ended, and whether with an answer.
type Ended = (Instant, bool);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match outage().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn outage() -> Result<(), Box<dyn Error>> {
    println!("{CALLERS} callers; the server is down from {DOWN_AT:?} for {DOWN_FOR:?}\n");
    let runs = [
        run("no retries", Retry::new(POLICY.with_max_attempts(1)).without_budget()).await?,
        run("backoff alone", Retry::new(POLICY).without_budget()).await?,
        run("with gates", Retry::from_preset(STANDARD)).await?,
    ];
    print_table(&runs);
    let picture = std::env::args().nth(1).map_or_else(|| "target/outage.svg".into(), PathBuf::from);
    chart::draw(&picture, &runs)?;
    println!("\nrequests per second at the server over time: {}", picture.display());
    check(&runs)
}

const STANDARD: Preset = presets::STANDARD.with_policy(POLICY);

async fn run(name: &'static str, retry: Retry) -> Result<Run, Box<dyn Error>> {
    let server = Server::start(DOWN_AT, DOWN_FOR).await?;
    let client = reqwest::Client::builder()
        // A connection for each request, or those that are kept would hide who asks.
        .pool_max_idle_per_host(0)
        .timeout(Duration::from_secs(1))
        .build()?;
    let retry = Arc::new(retry.with_name(name));
    let start = Instant::now();
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let (retry, client, url) = (Arc::clone(&retry), client.clone(), server.url.clone());
            tokio::spawn(calls(caller, start, async move || get(&retry, &client, &url).await))
        })
        .collect();
    let mut ended = Vec::new();
    for caller in callers {
        ended.extend(caller.await?);
    }
    let (calls, failed) = (ended.len(), ended.iter().filter(|(_, answered)| !answered).count());
    Ok(Run {
        name,
        arrivals: server.arrivals(),
        calls: u32::try_from(calls)?,
        failed: u32::try_from(failed)?,
        recovery: recovery(start + DOWN_AT + DOWN_FOR, &ended),
    })
}

/// One request through the handle; no call takes longer than five seconds.
async fn get(retry: &Retry, client: &reqwest::Client, url: &str) -> bool {
    let deadline = (Instant::now() + Duration::from_secs(5)).into_std();
    let retry = retry.clone().with_deadline(deadline);
    retry.run(async || client.get(url).send().await?.error_for_status()).await.is_ok()
}

/// The calls of one caller, a pause apart, until the time is over.
async fn calls(caller: u32, start: Instant, call: impl AsyncFn() -> bool) -> Vec<Ended> {
    let mut ended = Vec::new();
    // Callers that begin together would ask together.
    tokio::time::sleep(PAUSE * (caller * 7 % CALLERS) / CALLERS).await;
    let mut turn = caller.wrapping_mul(2_654_435_761);
    while start.elapsed() < LENGTH {
        let answered = call().await;
        ended.push((Instant::now(), answered));
        // Between half and one and a half times as long: those whom the outage has brought together
        // part again.
        turn = turn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        tokio::time::sleep(PAUSE / 2 + PAUSE * (turn >> 16) / (1 << 16)).await;
    }
    ended
}

/// From `back` until the first tenth of a second after which no call failed any more.
fn recovery(back: Instant, ended: &[Ended]) -> Duration {
    let failures = ended.iter().filter(|(_, answered)| !answered);
    failures.map(|(at, _)| at.saturating_duration_since(back)).max().unwrap_or_default()
}

fn print_table(runs: &[Run]) {
    println!(
        "{:<14} {:>6} {:>7} {:>10} {:>12} {:>12} {:>10}",
        "", "calls", "failed", "normal", "mean down", "worst down", "recovery"
    );
    for run in runs {
        let (normal, down) = (run.arrivals.normal(), run.arrivals.while_down());
        println!(
            "{:<14} {:>6} {:>7} {:>8.0}/s {:>10.0}/s {:>10.0}/s {:>7} ms",
            run.name,
            run.calls,
            run.failed,
            normal,
            down.mean,
            down.worst,
            run.recovery.as_millis()
        );
    }
}

/// What the example is there to show, so that it cannot stop showing it unnoticed.
fn check(runs: &[Run; 3]) -> Result<(), Box<dyn Error>> {
    let [_, backoff, gates] = runs;
    if backoff.arrivals.while_down().worst < 2.0 * backoff.arrivals.normal() {
        return Err("backoff alone should have multiplied the load".into());
    }
    if gates.arrivals.while_down().mean > gates.arrivals.normal() {
        return Err("with gates the server should have been left alone".into());
    }
    if gates.failed * 20 > gates.calls {
        return Err("with gates nearly every call should have had its answer".into());
    }
    Ok(())
}
