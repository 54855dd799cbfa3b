//! `&mut self`, passed on to a generic function, which moves the reference.

use retry_core::with_retry;

#[derive(Default)]
struct Client {
    calls: u32,
}

trait Calls {
    fn call(self) -> Result<u32, String>;
}

impl Calls for &mut Client {
    fn call(self) -> Result<u32, String> {
        self.calls += 1;
        if self.calls < 3 { Err("again".to_owned()) } else { Ok(self.calls) }
    }
}

fn helper<T: Calls>(calls: T) -> Result<u32, String> {
    calls.call()
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn passed_on(&mut self) -> Result<u32, String> {
        helper(self)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Client::default().passed_on().await, Ok(3));
}
