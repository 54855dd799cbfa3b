//! User macros with the names of those that the expansion uses.

#![allow(unused_macros, unused_imports)]

use retry_core::with_retry;

macro_rules! concat {
    ($($any:tt)*) => {
        compile_error!("not this one")
    };
}
use concat;

macro_rules! module_path {
    ($($any:tt)*) => {
        compile_error!("not this one")
    };
}
use module_path;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
}
