//! `RetryError` as the error of a method that blocks, with every kind of argument.

use std::io;

use retry_core::{RetryError, StopReason, with_retry};

struct Disk {
    calls: u32,
}

impl Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms", context = attempt)]
    fn read(&mut self, path: String, into: &mut Vec<u32>) -> Result<u32, RetryError<io::Error>> {
        self.calls += 1;
        into.push(attempt.number());
        if self.calls < 3 || into.len() > 3 {
            Err(io::Error::other(path))?;
        }
        Ok(self.calls)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut disk, mut seen) = (Disk { calls: 0 }, Vec::new());
    assert_eq!(disk.read("p".to_owned(), &mut seen).unwrap(), 3);
    assert_eq!(seen, [1, 2, 3]);
    let error = disk.read("p".to_owned(), &mut seen).unwrap_err();
    assert_eq!((error.reason(), error.attempts()), (StopReason::AttemptsExhausted, 3));
    assert_eq!(error.last_error().unwrap().to_string(), "p");
}
