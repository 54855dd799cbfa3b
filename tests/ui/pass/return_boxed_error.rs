//! `Result<T, Box<dyn Error + Send + Sync>>`, with lists of types.

use std::error::Error;
use std::{fmt, io};

use retry_core::with_retry;

fn third(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    if *calls < 3 { Err(io::Error::other("again")) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", never_on = fmt::Error, retry_on = io::Error)]
async fn listed(calls: &mut u32) -> Result<u32, Box<dyn Error + Send + Sync>> {
    Ok(third(calls)?)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", never_on = io::Error)]
async fn never(calls: &mut u32) -> Result<u32, Box<dyn Error + Send + Sync>> {
    Ok(third(calls)?)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn text(calls: &mut u32) -> Result<u32, Box<dyn Error + Send + Sync + 'static>> {
    *calls += 1;
    if *calls < 3 { Err("again".into()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(listed(&mut 0).await.unwrap(), 3);
    let mut calls = 0;
    assert_eq!(never(&mut calls).await.unwrap_err().to_string(), "again");
    assert_eq!(calls, 1);
    assert_eq!(text(&mut 0).await.unwrap(), 3);
}
