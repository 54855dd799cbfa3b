//! `macro_rules!` with `expr` fragments: of numbers, durations, a policy and the body.

use std::time::Duration;

use retry_core::{RetryPolicy, with_retry};

macro_rules! counter {
    ($name:ident, $policy:expr, $attempts:expr, $delay:expr, $last:expr) => {
        #[with_retry(policy = $policy, max_attempts = $attempts, initial_delay = $delay)]
        async fn $name(calls: &mut u32) -> Result<u32, String> {
            *calls += 1;
            if *calls < $last { Err("again".to_owned()) } else { Ok(*calls) }
        }
    };
}

counter!(count, RetryPolicy::new().with_max_attempts(2), 1 + 2, Duration::from_millis(1), 3);
counter!(short, RetryPolicy::new(), 2, "1ms", 1 + 2);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
    let mut calls = 0;
    assert_eq!((short(&mut calls).await, calls), (Err("again".to_owned()), 2));
}
