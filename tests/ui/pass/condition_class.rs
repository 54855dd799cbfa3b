//! Without conditions, the error's own `Classify` decides.

use retry_core::{Classify, ErrorKind, Verdict, with_retry};

#[derive(Debug)]
enum Failure {
    Io,
    Format,
    Client,
}

impl Classify for Failure {
    fn classify(&self) -> Verdict {
        match self {
            Self::Io => Verdict::Retry(ErrorKind::Network),
            Self::Format => Verdict::Retry(ErrorKind::Unknown),
            Self::Client => Verdict::Stop(ErrorKind::Client),
        }
    }
}

#[with_retry(initial_delay = "1ms")]
async fn count(calls: &mut u32, fail: fn() -> Failure) -> Result<(), Failure> {
    *calls += 1;
    Err(fail())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = [0; 3];
    count(&mut calls[0], || Failure::Io).await.unwrap_err();
    count(&mut calls[1], || Failure::Format).await.unwrap_err();
    count(&mut calls[2], || Failure::Client).await.unwrap_err();
    assert_eq!(calls, [3, 3, 1]);
}
