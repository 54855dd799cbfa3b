//! `fallback` on a method: it has `self` and the context.

use std::io;

use retry_core::with_retry;

struct Client {
    cached: String,
}

impl Client {
    #[with_retry(max_attempts = 2, initial_delay = "1ms", fallback = |_| Ok(self.cached.clone()))]
    async fn load(&self) -> io::Result<String> {
        Err(io::Error::other("down"))
    }

    #[with_retry(
        max_attempts = 2,
        initial_delay = "1ms",
        fallback = |error| self.recall(key, error),
    )]
    async fn load_key(&self, key: &str) -> io::Result<String> {
        Err(io::Error::other(format!("no {key}")))
    }

    async fn recall(&self, key: &str, error: io::Error) -> io::Result<String> {
        Ok(format!("{} for {key}: {error}", self.cached))
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let client = Client { cached: "cached".to_owned() };
    assert_eq!(assert_send(client.load()).await.unwrap(), "cached");
    assert_eq!(assert_send(client.load_key("x")).await.unwrap(), "cached for x: no x");
}
