//! Patterns, `_`, `mut`, `#[cfg]` on arguments, `impl Trait` and `dyn Trait` arguments.

use std::fmt::{Debug, Display};

use retry_core::with_retry;

struct Point {
    x: u32,
    y: u32,
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn patterns(
    (mut a, b): (u32, String),
    Point { x, y: ref_y }: Point,
    &c: &u32,
    _: Vec<u8>,
    [d, ..]: [u32; 3],
    mut e: &str,
    calls: &mut u32,
) -> Result<String, String> {
    *calls += 1;
    a += 1;
    e = &e[1..];
    let text = format!("{a} {b} {x} {ref_y} {c} {d} {e}");
    if *calls < 3 { Err(text) } else { Ok(text) }
}

#[with_retry(max_attempts = 2, initial_delay = "1ms")]
async fn cfgs(#[cfg(any())] never: Missing, #[cfg(all())] always: String) -> Result<String, String> {
    Err(always + "!")
}

#[with_retry(max_attempts = 2, initial_delay = "1ms")]
async fn traits(
    shown: impl Display + Clone,
    borrowed: &(dyn Debug + Sync),
    call: impl Fn(u32) -> u32,
) -> Result<impl Display, String> {
    if call(1) == 1 {
        return Err(format!("{shown} {borrowed:?}"));
    }
    Ok(shown)
}

#[with_retry(max_attempts = 2, initial_delay = "1ms")]
async fn behind_mutable((list, text): &mut (Vec<u32>, String)) -> Result<(), usize> {
    list.push(1);
    text.push('x');
    Err(list.len() + text.len())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    let point = Point { x: 3, y: 4 };
    let text = patterns((1, "b".to_owned()), point, &5, vec![], [6, 7, 8], "ef", &mut calls).await;
    assert_eq!((text.as_deref(), calls), (Ok("2 b 3 4 5 6 f"), 3));
    assert_eq!(cfgs("a".to_owned()).await, Err("a!".to_owned()));
    assert_eq!(traits(1, &"x", |n| n + 1).await.map(|shown| shown.to_string()), Ok("1".to_owned()));
    let mut both = (vec![], String::new());
    assert_eq!(behind_mutable(&mut both).await, Err(4));
}
