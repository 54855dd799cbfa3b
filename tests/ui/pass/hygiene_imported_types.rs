//! Types with the names that the expansion uses, imported from a module by `*`.

use retry_core::with_retry;

#[allow(dead_code, non_camel_case_types)]
mod names {
    pub struct Result;
    pub struct Option;
    pub struct Ok;
    pub struct Err;
    pub struct Some;
    pub struct None;
    pub struct Duration;
    pub struct Future;
    pub struct Box;
    pub struct Clone;
    pub struct ControlFlow;
    pub struct Send;
    pub struct String;
    pub struct bool;
    pub struct Attempt;
    pub struct RetryPolicy;
}
#[allow(unused_imports)]
use names::*;

type Answer = ::core::result::Result<u32, ::std::string::String>;

#[with_retry(max_attempts = 3, initial_delay = "1ms", context = attempt)]
async fn count(calls: &mut u32, text: ::std::string::String) -> Answer {
    *calls += 1;
    if *calls < 3 { Answer::Err(text) } else { Answer::Ok(attempt.number()) }
}

#[::tokio::main(flavor = "current_thread", start_paused = true, crate = "::tokio")]
async fn main() {
    assert_eq!(count(&mut 0, "x".to_string()).await, Answer::Ok(3));
}
