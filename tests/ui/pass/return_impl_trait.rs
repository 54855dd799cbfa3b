//! `impl Trait` inside the returned `Ok`, and `Box<dyn Trait>` there.

use std::fmt::Display;

use retry_core::with_retry;

fn third(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn opaque(calls: &mut u32) -> Result<impl Display + use<>, String> {
    third(calls)
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn opaque_borrowing(
    text: &str,
    calls: &mut u32,
) -> Result<impl Iterator<Item = char>, String> {
    third(calls)?;
    Ok(text.chars().rev().collect::<Vec<_>>().into_iter())
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn boxed(calls: &mut u32) -> Result<Box<dyn Display + Send>, String> {
    Ok(Box::new(third(calls)?))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(opaque(&mut 0).await.map(|shown| shown.to_string()), Ok("3".to_owned()));
    let mut calls = 0;
    assert_eq!(opaque_borrowing("ab", &mut calls).await.unwrap().collect::<String>(), "ba");
    assert_eq!(calls, 3);
    assert_eq!(boxed(&mut 0).await.map(|shown| shown.to_string()), Ok("3".to_owned()));
}
