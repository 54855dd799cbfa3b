//! `macro_rules!` with attributes, a visibility, arguments and the rest of a function.

#![deny(warnings)]

use retry_core::with_retry;

macro_rules! retried {
    ($(#[$meta:meta])* $vis:vis $name:ident($($arg:ident: $ty:ty),*) -> $ret:ty, $attempts:expr, $delay:literal, $on:ty, $body:block) => {
        $(#[$meta])*
        #[with_retry(max_attempts = $attempts, initial_delay = $delay, retry_on = $on)]
        $vis async fn $name($($arg: $ty),*) -> $ret $body
    };
}

retried! {
    /// Counts.
    #[allow(unused_variables)]
    pub(crate) count(calls: &mut u32, text: String, unused: u32) -> Result<u32, std::io::Error>, 1 + 2, "1ms", std::io::Error, {
        *calls += 1;
        if *calls < 3 { Err(std::io::Error::other(text)) } else { Ok(*calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0, "t".to_owned(), 1).await.unwrap(), 3);
}
