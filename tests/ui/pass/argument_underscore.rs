//! `_` as an argument, and a name that starts with it; of a type that is not `Clone`, too.

use retry_core::with_retry;

struct NotClone;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(_: Vec<u8>, _: NotClone, _unused: String, calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(vec![], NotClone, String::new(), &mut 0).await, Ok(3));
}
