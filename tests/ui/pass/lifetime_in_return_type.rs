//! Lifetimes in the return type: of a value, of a wrapper, with an outlives bound.

use retry_core::with_retry;

fn third(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
}

#[derive(Debug, PartialEq)]
struct Words<'a>(Vec<&'a str>);

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn words<'a>(text: &'a str, calls: &mut u32) -> Result<Words<'a>, String> {
    third(calls)?;
    Ok(Words(text.split(' ').collect()))
}

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn longest<'a: 'b, 'b>(a: &'a str, b: &'b str, calls: &mut u32) -> Result<&'b str, String> {
    third(calls)?;
    Ok(if a.len() > b.len() { a } else { b })
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let text = "a bc".to_owned();
    let mut calls = 0;
    assert_eq!(words(&text, &mut calls).await, Ok(Words(vec!["a", "bc"])));
    assert_eq!(calls, 3);
    calls = 0;
    assert_eq!(longest(&text, "b", &mut calls).await, Ok("a bc"));
    assert_eq!(calls, 3);
}
