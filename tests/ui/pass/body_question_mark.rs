//! `?` in the body, with a conversion of the error.

use std::num::ParseIntError;

use retry_core::with_retry;

#[derive(Debug, PartialEq)]
enum Error {
    Parse,
    Early(u32),
}

impl From<ParseIntError> for Error {
    fn from(_: ParseIntError) -> Self {
        Self::Parse
    }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32, text: &str) -> Result<u32, Error> {
    *calls += 1;
    if *calls == 1 {
        "no number".parse::<u32>()?;
    }
    if *calls == 2 {
        Err(Error::Early(2))?
    }
    let number: u32 = text.parse()?;
    Ok(number + *calls)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0, "5").await, Ok(8));
    assert_eq!(count(&mut 0, "no number").await, Err(Error::Parse));
    assert_eq!(count(&mut 1, "no number").await, Err(Error::Parse));
}
