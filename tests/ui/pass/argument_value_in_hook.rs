//! An argument by value that the condition and the hook read, too.

use std::cell::RefCell;

use retry_core::with_retry;

#[with_retry(
    max_attempts = 3,
    initial_delay = "1ms",
    retry_if = |error| *error == key,
    on_retry = |_| told.borrow_mut().push(key.clone()),
)]
async fn count(key: String, told: &RefCell<Vec<String>>) -> Result<(), String> {
    Err(format!("{}", key))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let told = RefCell::default();
    assert_eq!(count("key".to_owned(), &told).await, Err("key".to_owned()));
    assert_eq!(told.into_inner(), ["key", "key"]);
}
