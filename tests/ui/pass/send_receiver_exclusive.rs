//! The future of a method by `&mut self` is `Send`.

use retry_core::with_retry;

fn assert_send<T: Send>(value: T) -> T {
    value
}

struct Client {
    calls: u32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn count(&mut self, seen: &mut Vec<u32>) -> Result<u32, String> {
        self.calls += 1;
        seen.push(self.calls);
        tokio::task::yield_now().await;
        if self.calls < 3 { Err("again".to_owned()) } else { Ok(self.calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut seen = vec![];
    assert_eq!(assert_send(Client { calls: 0 }.count(&mut seen)).await, Ok(3));
    assert_eq!(seen, [1, 2, 3]);
}
