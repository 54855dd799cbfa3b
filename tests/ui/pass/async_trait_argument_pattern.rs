//! Patterns as arguments under `#[async_trait]`.

use async_trait::async_trait;
use retry_core::with_retry;

struct Point {
    x: u32,
    y: u32,
}

#[async_trait]
trait Load {
    async fn load(&mut self, pair: (u32, String), point: Point) -> Result<String, String>;
}

struct Disk {
    calls: u32,
}

#[async_trait]
impl Load for Disk {
    #[with_retry(max_attempts = 3, initial_delay = "1ms")]
    async fn load(
        &mut self,
        (mut a, b): (u32, String),
        Point { x, y: other }: Point,
    ) -> Result<String, String> {
        self.calls += 1;
        a += self.calls;
        let text = format!("{a} {} {x} {other}", b + "!");
        if self.calls < 3 { Err(text) } else { Ok(text) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let text = Disk { calls: 0 }.load((1, "b".to_owned()), Point { x: 5, y: 6 }).await;
    assert_eq!(text.as_deref(), Ok("4 b! 5 6"));
}
