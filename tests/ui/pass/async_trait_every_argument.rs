//! Every kind of argument in one method under `#[async_trait]`, with a condition.

use async_trait::async_trait;
use retry_core::{Attempt, with_retry};

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[async_trait]
trait Load {
    async fn load(
        &mut self,
        list: Vec<u32>,
        pair: (u32, u32),
        text: &str,
        seen: &mut Vec<usize>,
    ) -> Result<u32, String>;
}

struct Disk {
    calls: u32,
}

#[async_trait]
impl Load for Disk {
    #[with_retry(initial_delay = "1ms", retry_if = |_, a: &Attempt| a.number() < 3)]
    async fn load(
        &mut self,
        mut list: Vec<u32>,
        (a, b): (u32, u32),
        text: &str,
        seen: &mut Vec<usize>,
    ) -> Result<u32, String> {
        self.calls += 1;
        list.push(a + b);
        seen.push(list.len());
        if self.calls < 3 {
            return Err(format!("{text} {}", self.calls));
        }
        Ok(list.iter().sum())
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let (mut disk, mut seen) = (Disk { calls: 0 }, Vec::new());
    assert_eq!(assert_send(disk.load(vec![1], (2, 3), "x", &mut seen)).await, Ok(6));
    assert_eq!((disk.calls, seen), (3, vec![2, 2, 2]));
}
