//! Items in the body: a function, a constant, a type with an impl, a `use`.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32) -> Result<u32, String> {
    use std::fmt::Write;

    const LAST: u32 = 3;

    struct Call(u32);

    impl Call {
        fn check(&self) -> Result<u32, String> {
            inner(self.0)
        }
    }

    *calls += 1;
    let mut text = String::new();
    write!(text, "call {calls}").unwrap();
    return Call(*calls).check().map_err(|error| text + &error);

    fn inner(n: u32) -> Result<u32, String> {
        if n < LAST { Err("again".to_owned()) } else { Ok(n) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
}
