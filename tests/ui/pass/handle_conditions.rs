//! The conditions of the attribute stand on top of what the handle says.

use std::io::{self, ErrorKind};

use retry_core::{HttpOutcome, Retry, RetryError, RetryPolicy, with_retry};

#[with_retry(retry = retry, never_on = kind(timeout))]
async fn never(retry: &Retry, kind: ErrorKind) -> Result<(), RetryError<io::Error>> {
    Err(kind)?
}

#[with_retry(retry = retry, retry_on = io::Error)]
async fn always(retry: &Retry, kind: ErrorKind) -> Result<(), RetryError<io::Error>> {
    Err(kind)?
}

#[with_retry(retry = retry, retry_if = |error: &io::Error, attempt| {
    error.kind() == ErrorKind::NotFound && attempt.number() < 2
})]
fn asked(
    retry: &Retry<retry_core::RetryAll>,
    kind: ErrorKind,
) -> Result<(), RetryError<io::Error>> {
    Err(kind)?
}

#[with_retry(retry = retry, retry_if_ok = |value: &u32| *value < 2)]
async fn turned_down(retry: &Retry, calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    Ok(*calls)
}

#[derive(Debug)]
struct Response(u16);

impl HttpOutcome for Response {
    fn http_status(&self) -> Option<u16> {
        Some(self.0)
    }
}

#[with_retry(retry = retry, retry_on_status = [503])]
async fn status(retry: &Retry, calls: &mut u32) -> io::Result<Response> {
    *calls += 1;
    Ok(Response(if *calls == 1 { 503 } else { 500 }))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let policy = RetryPolicy::new().with_initial_delay(std::time::Duration::ZERO);
    let retry = Retry::new(policy).without_budget();
    assert_eq!(never(&retry, ErrorKind::TimedOut).await.unwrap_err().attempts(), 1);
    assert_eq!(never(&retry, ErrorKind::ConnectionReset).await.unwrap_err().attempts(), 3);
    assert_eq!(always(&retry, ErrorKind::NotFound).await.unwrap_err().attempts(), 3);
    let all = retry.clone().retry_all();
    assert_eq!(asked(&all, ErrorKind::NotFound).unwrap_err().attempts(), 2);
    assert_eq!(asked(&all, ErrorKind::TimedOut).unwrap_err().attempts(), 1);
    let mut calls = 0;
    assert_eq!(turned_down(&retry, &mut calls).await.unwrap(), 2);
    calls = 0;
    assert_eq!((status(&retry, &mut calls).await.unwrap().0, calls), (500, 2));
}
