//! A struct pattern as an argument, with a renamed field; and one of a tuple struct.

use retry_core::with_retry;

struct Point {
    x: u32,
    y: u32,
}

struct Id(u32);

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(
    Point { x, y: other }: Point,
    Id(id): Id,
    calls: &mut u32,
) -> Result<(u32, u32, u32), String> {
    *calls += 1;
    if *calls < 3 { Err(format!("{x} {other}")) } else { Ok((x, other, id)) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count(Point { x: 3, y: 4 }, Id(5), &mut calls).await, Ok((3, 4, 5)));
    assert_eq!(calls, 3);
}
