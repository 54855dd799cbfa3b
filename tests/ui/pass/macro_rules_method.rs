//! `macro_rules!` that makes a method, with `self` from the macro and from its call.

use retry_core::with_retry;

struct Client {
    calls: u32,
}

macro_rules! methods {
    ($own:ident, $given:ident, |$this:ident| $body:expr) => {
        impl Client {
            #[with_retry(max_attempts = 3, initial_delay = "1ms")]
            async fn $own(&mut self) -> Result<u32, String> {
                self.calls += 1;
                if self.calls < 3 { Err("again".to_owned()) } else { Ok(self.calls) }
            }

            #[with_retry(max_attempts = 3, initial_delay = "1ms")]
            async fn $given(&mut $this) -> Result<u32, String> {
                $body
            }
        }
    };
}

methods!(own, given, |self| {
    self.calls += 1;
    if self.calls < 3 { Err("again".to_owned()) } else { Ok(self.calls) }
});

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Client { calls: 0 }.own().await, Ok(3));
    assert_eq!(Client { calls: 0 }.given().await, Ok(3));
}
