//! A method by `mut self`: each attempt starts from the caller's value.

use retry_core::with_retry;

#[derive(Clone)]
struct Client {
    used: u32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count(mut self, calls: &mut u32) -> Result<u32, String> {
        self.used += 1;
        assert_eq!(self.used, 8);
        *calls += 1;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(self.used) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(Client { used: 7 }.count(&mut calls).await, Ok(8));
    assert_eq!(calls, 3);
}
