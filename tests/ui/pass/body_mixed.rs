//! Every way out of a body in one function: `?`, `return`, breaks, closures, blocks, items.

use retry_core::with_retry;

#[derive(Debug, PartialEq)]
enum Error {
    Parse,
    Early(u32),
}

impl From<std::num::ParseIntError> for Error {
    fn from(_: std::num::ParseIntError) -> Self {
        Self::Parse
    }
}

#[with_retry(max_attempts = 4, initial_delay = "1ms")]
async fn mixed(calls: &mut u32, text: &str) -> Result<u32, Error> {
    *calls += 1;
    if *calls == 1 {
        "no number".parse::<u32>()?;
    }
    if *calls == 2 {
        return Err(Error::Early(*calls));
    }
    let found = 'outer: loop {
        for n in 0.. {
            if n == 7 {
                break 'outer n;
            }
        }
    };
    let double = |n: u32| -> u32 { return n * 2 };
    fn inner(n: u32) -> Result<u32, Error> {
        Ok(n + 1)
    }
    let parsed = async { Ok::<u32, Error>(text.parse()?) }.await?;
    if *calls == 3 {
        Err(Error::Early(3))?
    }
    Ok(inner(double(found))? + parsed)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(mixed(&mut calls, "5").await, Ok(20));
    assert_eq!(calls, 4);
}
