//! `macro_rules!` with a `block` fragment as the body.

use retry_core::with_retry;

macro_rules! counter {
    ($name:ident, $calls:ident, $body:block) => {
        #[with_retry(max_attempts = 3, initial_delay = "1ms")]
        async fn $name($calls: &mut u32) -> Result<u32, String> $body
    };
}

counter!(count, calls, {
    *calls += 1;
    if *calls < 3 {
        return Err("again".to_owned());
    }
    Ok(*calls)
});

macro_rules! blocking {
    ($name:ident, $calls:ident, $body:block) => {
        #[with_retry(max_attempts = 3, initial_delay = "0s")]
        fn $name($calls: &mut u32) -> Option<u32> $body
    };
}

blocking!(found, n, {
    *n += 1;
    (*n == 3).then_some(*n)
});

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
    assert_eq!(found(&mut 0), Some(3));
}
