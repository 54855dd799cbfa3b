//! User types with the names that the expansion uses.

#![allow(dead_code, non_camel_case_types)]

use retry_core::with_retry;

struct Result;
struct Option;
struct Ok;
struct Err;
struct Some;
struct None;
struct Duration;
struct Future;
struct Box;
struct Clone;
struct ControlFlow;
struct Send;
struct String;
struct bool;
struct u32;
struct Attempt;
struct RetryPolicy;
struct Run;
struct Site;
struct Waiting;
struct Blocking;

type Text = ::std::string::String;
type Answer = ::core::result::Result<::core::primitive::u32, Text>;

#[with_retry(
    max_attempts = 3,
    initial_delay = "1ms",
    retry_if = |_: &Text| true,
    context = attempt,
)]
async fn count(calls: &mut ::core::primitive::u32, text: Text) -> Answer {
    *calls += 1;
    if *calls < 3 { Answer::Err(text) } else { Answer::Ok(attempt.number()) }
}

#[::tokio::main(flavor = "current_thread", start_paused = true, crate = "::tokio")]
async fn main() {
    assert_eq!(count(&mut 0, Text::new()).await, Answer::Ok(3));
}
