//! `macro_rules!` with `ty` fragments: of an argument, of the result, of `retry_on`.

use std::{fmt, io};

use retry_core::{RetryError, with_retry};

macro_rules! counter {
    ($name:ident, $calls:ty, $result:ty, $error:ty) => {
        #[with_retry(max_attempts = 3, initial_delay = "1ms", retry_on = $error)]
        async fn $name(calls: $calls) -> $result {
            *calls += 1;
            if *calls < 3 {
                Err(io::Error::other("again"))?
            }
            Ok(*calls)
        }
    };
}

counter!(listed, &mut u32, io::Result<u32>, io::Error);
counter!(unlisted, &mut u32, Result<u32, io::Error>, fmt::Error);
counter!(wrapped, &mut u32, Result<u32, RetryError<io::Error>>, io::Error);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(listed(&mut 0).await.unwrap(), 3);
    let mut calls = 0;
    assert_eq!(unlisted(&mut calls).await.unwrap_err().to_string(), "again");
    assert_eq!(calls, 1);
    assert_eq!(wrapped(&mut 0).await.unwrap(), 3);
}
