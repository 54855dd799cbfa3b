//! A trait under `#[async_trait]`: in the trait, in the impl, with every kind of argument.

use async_trait::async_trait;
use retry_core::{Attempt, RetryError, with_retry};

#[async_trait]
trait Load: Send {
    #[with_retry(max_attempts = 2, initial_delay = "1ms")]
    async fn by_default(&self) -> Result<u32, String>
    where
        Self: Sync,
    {
        Err(self.name())
    }

    fn name(&self) -> String;

    async fn load(
        &mut self,
        mut list: Vec<u32>,
        (a, b): (u32, u32),
        text: &str,
        seen: &mut Vec<usize>,
    ) -> Result<u32, String>;

    async fn consumed(self: Box<Self>, key: String) -> Result<String, RetryError<String>>;
}

#[derive(Clone)]
struct Disk {
    calls: u32,
}

#[async_trait]
impl Load for Disk {
    fn name(&self) -> String {
        "disk".to_owned()
    }

    #[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if = |_, a: &Attempt| a.number() < 3)]
    async fn load(
        &mut self,
        mut list: Vec<u32>,
        (a, b): (u32, u32),
        text: &str,
        seen: &mut Vec<usize>,
    ) -> Result<u32, String>
    {
        self.calls += 1;
        list.push(a + b);
        seen.push(list.len());
        if self.calls < 3 {
            return Err(format!("{text} {}", self.calls));
        }
        Ok(list.iter().sum())
    }

    #[with_retry(max_attempts = 2, initial_delay = "1ms")]
    async fn consumed(self: Box<Self>, key: String) -> Result<String, RetryError<String>> {
        Err(key + &self.name())
    }
}

impl From<retry_core::Stopped> for Down {
    fn from(_: retry_core::Stopped) -> Self {
        Self
    }
}

#[derive(Debug)]
struct Down;

struct Other;

#[async_trait(?Send)]
trait Local {
    async fn get(&self) -> Result<u32, Down>;
}

#[async_trait(?Send)]
impl Local for Other {
    #[with_retry(max_attempts = 2, initial_delay = "1ms", attempt_timeout = "1s")]
    async fn get(&self) -> Result<u32, Down> {
        std::future::pending().await
    }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut disk = Disk { calls: 0 };
    let mut seen = Vec::new();
    let sum = assert_send(disk.load(vec![1], (2, 3), "x", &mut seen)).await;
    assert_eq!(sum, Ok(6));
    assert_eq!(seen, [2, 2, 2], "each attempt starts from the caller's list");
    assert_eq!(disk.calls, 3);
    assert_eq!(disk.by_default().await, Err("disk".to_owned()));
    let error = Box::new(disk).consumed("key ".to_owned()).await.unwrap_err();
    assert_eq!((error.attempts(), error.into_last_error()), (2, Some("key disk".to_owned())));
    assert!(Other.get().await.is_err());
}
