//! `&mut self`, passed on as a whole to another function.

use retry_core::with_retry;

#[derive(Default)]
struct Client {
    calls: u32,
}

fn helper(client: &mut Client) -> Result<u32, String> {
    client.calls += 1;
    if client.calls < 3 { Err("again".to_owned()) } else { Ok(client.calls) }
}

async fn waiting_helper(client: &mut Client) -> Result<u32, String> {
    tokio::task::yield_now().await;
    helper(client)
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn passed_on(&mut self) -> Result<u32, String> {
        helper(self)
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn passed_on_and_awaited(&mut self) -> Result<u32, String> {
        waiting_helper(self).await
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Client::default().passed_on().await, Ok(3));
    assert_eq!(Client::default().passed_on_and_awaited().await, Ok(3));
}
