//! `anyhow::Result`, with a context around the error that `retry_on` names.

use std::{fmt, io};

use anyhow::Context;
use retry_core::with_retry;

fn third(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    if *calls < 3 { Err(io::Error::other("again")) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_on = io::Error)]
async fn listed(calls: &mut u32) -> anyhow::Result<u32> {
    Ok(third(calls).context("while counting")?)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_on = fmt::Error)]
async fn unlisted(calls: &mut u32) -> anyhow::Result<u32> {
    third(calls).context("while counting")
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn ensured(calls: &mut u32) -> anyhow::Result<u32> {
    *calls += 1;
    anyhow::ensure!(*calls > 2, "call {calls}");
    Ok(*calls)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(listed(&mut 0).await.unwrap(), 3);
    let mut calls = 0;
    assert_eq!(unlisted(&mut calls).await.unwrap_err().to_string(), "while counting");
    assert_eq!(calls, 1);
    assert_eq!(ensured(&mut 0).await.unwrap(), 3);
}
