//! A function of an inherent impl without a receiver.

use retry_core::with_retry;

#[derive(Debug, PartialEq)]
struct Client {
    calls: u32,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn connect(calls: &mut u32) -> Result<Self, String> {
        *calls += 1;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(Self { calls: *calls }) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Client::connect(&mut 0).await, Ok(Client { calls: 3 }));
}
