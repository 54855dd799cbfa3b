//! Receivers with their type written out: `self: &Self`, `self: &mut Self`, `self: Rc<Self>`.

use std::cell::Cell;
use std::rc::Rc;

use retry_core::with_retry;

#[derive(Default)]
struct Client {
    calls: Cell<u32>,
}

impl Client {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn shared(self: &Self) -> Result<u32, String> {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() < 3 { Err("again".to_owned()) } else { Ok(self.calls.get()) }
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn exclusive(self: &mut Self) -> Result<u32, String> {
        *self.calls.get_mut() += 1;
        if self.calls.get() < 3 { Err("again".to_owned()) } else { Ok(self.calls.get()) }
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn by_rc(self: Rc<Self>) -> Result<u32, String> {
        self.calls.set(self.calls.get() + 1);
        if self.calls.get() < 3 { Err("again".to_owned()) } else { Ok(self.calls.get()) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Client::default().shared().await, Ok(3));
    assert_eq!(Client::default().exclusive().await, Ok(3));
    assert_eq!(Rc::new(Client::default()).by_rc().await, Ok(3));
}
