//! User types, modules, traits and names that look like the ones of the expansion.

use retry_core::with_retry;

#[allow(dead_code)]
mod core {}
#[allow(dead_code)]
mod std {}
#[allow(dead_code)]
mod tokio {
    pub struct Runtime;
}
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

trait Everything {
    fn retry(self) -> Self
    where
        Self: Sized,
    {
        self
    }
    fn is(&self) -> u8 {
        0
    }
    fn text(&self) -> u8 {
        0
    }
    fn verdict(&self) -> u8 {
        0
    }
    fn poll(&self) -> u8 {
        0
    }
    fn clone(&self) -> u8 {
        0
    }
    fn into(self) -> u8
    where
        Self: Sized,
    {
        0
    }
    fn max_attempts(&self, _: u32) -> u8 {
        0
    }
}

impl<T: ?Sized> Everything for T {}

type Answer = ::core::result::Result<u32, ::std::string::String>;

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if = |_: &::std::string::String| true, context = attempt)]
async fn shadowed(__run: &mut u32, __answer: u32, __step: ::std::string::String) -> Answer {
    let __attempt = attempt.number();
    *__run += __answer;
    if *__run < 3 {
        return Answer::Err(__step);
    }
    Answer::Ok(__attempt)
}

#[allow(unused_macros)]
macro_rules! concat {
    ($($any:tt)*) => {
        compile_error!("not this one")
    };
}
#[allow(unused_imports)]
use concat;

#[::tokio::main(flavor = "current_thread", start_paused = true, crate = "::tokio")]
async fn main() {
    assert_eq!(shadowed(&mut 0, 1, "x".to_string()).await, Answer::Ok(3));
}
