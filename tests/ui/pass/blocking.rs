//! Functions that block: methods, by-value arguments, `?`, `&mut`, `RetryError`, a timeout.

use std::io;

use retry_core::{RetryError, with_retry};

struct Disk {
    calls: u32,
}

impl Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms", context = attempt)]
    fn read(&mut self, path: String, into: &mut Vec<u32>) -> Result<u32, RetryError<io::Error>> {
        self.calls += 1;
        into.push(attempt.number());
        if self.calls < 3 {
            Err(io::Error::other(path))?;
        }
        Ok(self.calls)
    }
}

#[with_retry(max_attempts = 100, strategy = "fixed", initial_delay = "2ms", jitter = "none", timeout = "11ms")]
fn limited(calls: &mut u32) -> io::Result<u32> {
    *calls += 1;
    Err(io::Error::other("again"))
}

#[with_retry(max_attempts = 3, initial_delay = "0s")]
fn first(list: &mut [u32]) -> Option<u32> {
    list[0] += 1;
    (list[0] == 3).then_some(list[0])
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut disk = Disk { calls: 0 };
    let mut seen = Vec::new();
    assert_eq!(disk.read("p".to_owned(), &mut seen).unwrap(), 3);
    assert_eq!(seen, [1, 2, 3]);
    let mut calls = 0;
    assert_eq!(limited(&mut calls).unwrap_err().to_string(), "again");
    assert!((2..=6).contains(&calls), "{calls}");
    assert_eq!(first(&mut [0]), Some(3));
}
