//! A user trait for every type, with the names of common methods.

use retry_core::with_retry;

#[allow(dead_code)]
trait Everything {
    fn retry(self) -> Self
    where
        Self: Sized,
    {
        self
    }
    fn is(&self) -> u8 {
        0
    }
    fn text(&self) -> u8 {
        0
    }
    fn verdict(&self) -> u8 {
        0
    }
    fn poll(&self) -> u8 {
        0
    }
    fn clone(&self) -> u8 {
        0
    }
    fn into(self) -> u8
    where
        Self: Sized,
    {
        0
    }
    fn max_attempts(&self, _: u32) -> u8 {
        0
    }
}

impl<T: ?Sized> Everything for T {}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if = |_: &String| true)]
async fn count(calls: &mut u32, text: String) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(text) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0, "x".to_owned()).await, Ok(3));
}
