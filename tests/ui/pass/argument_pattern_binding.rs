//! A pattern with `@` and one with `ref` as arguments.

use retry_core::with_retry;

#[derive(Clone, Copy)]
struct Point {
    x: u32,
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(
    whole @ Point { x }: Point,
    (ref text, number): (String, u32),
    calls: &mut u32,
) -> Result<(u32, String), String> {
    *calls += 1;
    if *calls < 3 { Err(text.clone()) } else { Ok((whole.x + x + number, text.clone())) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    let answer = count(Point { x: 3 }, ("t".to_owned(), 1), &mut calls).await;
    assert_eq!((answer, calls), (Ok((7, "t".to_owned())), 3));
}
