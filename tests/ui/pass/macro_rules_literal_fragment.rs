//! `macro_rules!` with `literal` fragments: texts, an integer and a float.

use retry_core::with_retry;

macro_rules! counter {
    ($name:ident, $attempts:literal, $strategy:literal, $delay:literal, $jitter:literal) => {
        #[with_retry(
            max_attempts = $attempts,
            strategy = $strategy,
            initial_delay = $delay,
            jitter = $jitter,
            name = $strategy,
        )]
        async fn $name(calls: &mut u32) -> Result<u32, String> {
            *calls += 1;
            if *calls < 3 { Err($delay.to_owned()) } else { Ok(*calls) }
        }
    };
}

counter!(fixed, 3, "fixed", "1ms", "none");
counter!(linear, 2, "linear", "2ms", 0.5);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(fixed(&mut 0).await, Ok(3));
    let mut calls = 0;
    assert_eq!((linear(&mut calls).await, calls), (Err("2ms".to_owned()), 2));
}
