//! A service with three dependencies, and an operator who changes its settings while it runs.
//!
//! ```text
//! cargo run --example service
//! ```
//!
//! A database, an HTTP service and a cache are called all the time. The settings in a file are
//! changed, broken, and changed again; then the database goes away and the process has to end. What
//! is shown comes out of the registry. The dependencies and their callers are in `calls.rs`, the
//! servers in `server.rs`, the files in `settings.rs`, the tables in `table.rs`.

mod calls;
mod server;
mod settings;
mod table;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use retry_core::{CircuitState, LiveSettings, RetryRegistry, StopReason, shutdown};
use tokio::time::{Instant, sleep};

use crate::calls::{Traffic, Web};
use crate::server::Server;
use crate::settings::Folder;
use crate::table::{Moment, print_ends};

type Shown = Result<(), Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match service().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn service() -> Shown {
    let folder = Folder::new()?;
    folder.put(settings::BEFORE)?;
    let settings = LiveSettings::watch(folder.file())?;
    let (orders, rates) = (Server::start().await?, Server::start().await?);
    let traffic = Traffic::start(&Arc::new(Web::new(&orders, &rates)?));

    println!("A database, an HTTP service that goes down, and a cache with a bad shard:");
    sleep(Duration::from_millis(400)).await;
    rates.set_broken(true);
    sleep(Duration::from_millis(800)).await;
    let before = Moment::now(&traffic);
    before.print();

    println!("\nThe file is replaced while calls go on:\n{}", indented(settings::AFTER));
    folder.put(settings::AFTER)?;
    until(|| max_attempts() == Some(4)).await?;
    sleep(Duration::from_millis(150)).await; // calls that have begun go on as they began
    Moment::now(&traffic);
    sleep(Duration::from_millis(700)).await;
    let after = Moment::now(&traffic);
    after.print();
    settings_took_effect(&before, &after)?;

    println!("\nThe file is replaced by one with mistakes:\n");
    folder.put(settings::BROKEN)?;
    until(|| settings.errors().is_some()).await?;
    broken_settings_changed_nothing(&settings, &after, &Moment::now(&traffic))?;

    println!("\nThe file is repaired, with long delays, and then the database goes away:");
    folder.put(settings::LONG)?;
    until(|| settings.errors().is_none()).await?;
    sleep(Duration::from_millis(150)).await; // as above
    drop(orders);
    sleep(Duration::from_millis(300)).await;
    end(traffic).await
}

/// The policy of the database's calls as it is in force.
fn max_attempts() -> Option<u32> {
    let operations = RetryRegistry::process().operations();
    let orders = operations.iter().find(|operation| operation.name == "orders::read")?;
    Some(orders.policy.max_attempts())
}

async fn until(there: impl Fn() -> bool) -> Shown {
    let limit = Instant::now() + Duration::from_secs(10);
    while !there() {
        expect(Instant::now() < limit, "the file should have been looked at")?;
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

fn settings_took_effect(before: &Moment, after: &Moment) -> Shown {
    let most = |moment: &Moment| moment.made("orders::read").map(|made| made.most);
    expect((most(before), most(after)) == (Some(2), Some(3)), "two attempts, and then three")?;
    let failed = |moment: &Moment| moment.made("orders::read").map(|made| made.failed);
    expect(failed(before) > Some(0) && failed(after) == Some(0), "the third is answered")?;
    let (Some(was), Some(is)) = (before.circuit("rates"), after.circuit("rates")) else {
        return Err("the rates should have a circuit".into());
    };
    expect((was.after, is.after) == (Some(5), Some(8)), "the circuit has new numbers")?;
    expect(was.state == CircuitState::Open && is.state == was.state, "and is open as it was")?;
    expect((was.opened, is.opened) == (1, 1), "it has not opened anew")?;
    let (Some(was), Some(is)) = (before.budget("cache[3]"), after.budget("cache[3]")) else {
        return Err("the bad shard should have a budget".into());
    };
    expect(is.1 > was.1, "the budget of the bad shard holds more")?;
    expect(was.0 < 0.2 && is.0 < 0.2, "and is as empty as it was")
}

fn broken_settings_changed_nothing(settings: &LiveSettings, was: &Moment, is: &Moment) -> Shown {
    let errors = settings.errors().ok_or("the file should be broken")?.to_string();
    let shown = settings.path().display().to_string();
    println!("{}", indented(&errors.replace(&shown, "retry.toml")));
    expect(errors.contains("line 6, column 1: service.rates.circuit_braker"), "line and key")?;
    expect(errors.contains("did you mean `circuit_breaker`?"), "the nearest key")?;
    expect(max_attempts() == Some(4), "no part of it is in force")?;
    expect(was.circuit("rates") == is.circuit("rates"), "nor has a circuit changed")?;
    println!(
        "\n  nothing has changed: orders::read has {:?} attempts",
        max_attempts().unwrap_or(0)
    );
    Ok(())
}

/// Ends the process as on a signal: no call is waited for.
async fn end(traffic: Traffic) -> Shown {
    let start = Instant::now();
    shutdown();
    let ends = traffic.ended().await?;
    let took = start.elapsed();
    print_ends(&ends);
    println!("\n  {} callers have ended within {} ms", ends.len(), took.as_millis());
    expect(took < Duration::from_millis(500), "the shutdown should have ended every wait")?;
    let mut orders = ends.iter().filter(|end| end.operation == "orders::read");
    let mid_wait =
        orders.all(|end| end.reason == Some(StopReason::Shutdown) && end.last_error.is_some());
    expect(mid_wait, "each call to the database should have ended with its last error")
}

fn indented(text: &str) -> String {
    text.trim()
        .lines()
        .map(|line| format!("  {line}").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// What the example is there to show, so that it cannot stop showing it unnoticed.
fn expect(shown: bool, what: &str) -> Shown {
    if shown { Ok(()) } else { Err(format!("not as it should be: {what}").into()) }
}
