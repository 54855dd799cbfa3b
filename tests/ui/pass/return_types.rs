//! Aliases, `anyhow::Result`, boxed errors, `Option`, `RetryError`, `Box<dyn Trait>` inside `Ok`.

use std::error::Error;
use std::fmt::Display;
use std::io;

use retry_core::{RetryError, StopReason, with_retry};

type Alias<T> = Result<T, String>;

fn third(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    if *calls < 3 { Err(io::Error::other("again")) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn io_result(calls: &mut u32) -> io::Result<u32> {
    third(calls)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn alias(calls: &mut u32) -> Alias<u32> {
    third(calls).map_err(|error| error.to_string())
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_on = io::Error)]
async fn with_anyhow(calls: &mut u32) -> anyhow::Result<u32> {
    use anyhow::Context;
    Ok(third(calls).context("while counting")?)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", never_on = std::fmt::Error, retry_on = io::Error)]
async fn boxed_error(calls: &mut u32) -> Result<u32, Box<dyn Error + Send + Sync>> {
    Ok(third(calls)?)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn option(calls: &mut u32) -> Option<u32> {
    third(calls).ok()
}

#[with_retry(max_attempts = 2, initial_delay = "1ms")]
async fn retry_error(calls: &mut u32) -> Result<u32, RetryError<io::Error>> {
    let count = third(calls)?;
    Ok(count)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn boxed_value(calls: &mut u32) -> Result<Box<dyn Display + Send>, io::Error> {
    Ok(Box::new(third(calls)?))
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if_ok = |n| *n < 3)]
async fn value_turned_down(calls: &mut u32) -> Result<u32, io::Error> {
    *calls += 1;
    Ok(*calls)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(io_result(&mut 0).await.unwrap(), 3);
    assert_eq!(alias(&mut 0).await.unwrap(), 3);
    assert_eq!(with_anyhow(&mut 0).await.unwrap(), 3);
    assert_eq!(boxed_error(&mut 0).await.unwrap(), 3);
    assert_eq!(option(&mut 0).await, Some(3));
    let error = retry_error(&mut 0).await.unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 2));
    assert_eq!(error.last_error().map(ToString::to_string).as_deref(), Some("again"));
    assert_eq!(boxed_value(&mut 0).await.unwrap().to_string(), "3");
    assert_eq!(value_turned_down(&mut 0).await.unwrap(), 3);
}
