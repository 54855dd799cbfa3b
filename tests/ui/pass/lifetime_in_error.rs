//! An error that borrows from an argument.

use std::error::Error;
use std::fmt;
use std::io;

use retry_core::with_retry;

#[derive(Debug)]
struct Borrowing<'a>(&'a str);

impl fmt::Display for Borrowing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Borrowing<'_> {}

#[with_retry(max_attempts = 3, initial_delay = "1ms", never_on = io::Error)]
async fn fails<'a>(text: &'a str, calls: &mut u32) -> Result<(), Borrowing<'a>> {
    *calls += 1;
    Err(Borrowing(text))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let text = "a".to_owned();
    let mut calls = 0;
    assert_eq!(fails(&text, &mut calls).await.unwrap_err().0, "a");
    assert_eq!(calls, 3);
}
