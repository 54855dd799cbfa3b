//! Methods that return a boxed future, in a trait that is used through `dyn`.

use std::pin::Pin;

use retry_core::with_retry;

trait Load {
    fn load<'a>(
        &'a mut self,
        key: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>>;
}

struct Disk {
    calls: u32,
}

impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    fn load<'a>(
        &'a mut self,
        key: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>> {
        Box::pin(async move {
            self.calls += 1;
            if self.calls < 3 { Err(key.to_owned()) } else { Ok(self.calls) }
        })
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut load: Box<dyn Load> = Box::new(Disk { calls: 0 });
    assert_eq!(load.load("key").await, Ok(3));
}
