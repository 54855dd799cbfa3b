//! `macro_rules!` with `ident` fragments: of the function, of its argument, of the context.

use retry_core::with_retry;

macro_rules! counter {
    ($name:ident, $calls:ident, $attempt:ident) => {
        #[with_retry(max_attempts = 3, initial_delay = "1ms", context = $attempt)]
        async fn $name($calls: &mut u32) -> Result<u32, String> {
            *$calls += 1;
            assert_eq!($attempt.number(), *$calls);
            if *$calls < 3 { Err("again".to_owned()) } else { Ok(*$calls) }
        }
    };
}

counter!(count, calls, attempt);
counter!(r#type, r#mod, r#try);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
    assert_eq!(r#type(&mut 0).await, Ok(3));
}
