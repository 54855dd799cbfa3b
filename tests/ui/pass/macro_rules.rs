//! Functions that `macro_rules!` makes, with every kind of fragment.

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
    pub count(calls: &mut u32, text: String) -> Result<u32, std::io::Error>, 1 + 2, "1ms", std::io::Error, {
        *calls += 1;
        if *calls < 3 { Err(std::io::Error::other(text)) } else { Ok(*calls) }
    }
}

macro_rules! whole {
    ($name:ident, $calls:ident, $($body:tt)*) => {
        #[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if = |error: &String| error == "again")]
        async fn $name($calls: &mut u32) -> Result<u32, String> { $($body)* }
    };
}

whole!(tokens, n, *n += 1; if *n < 3 { Err("again".to_owned()) } else { Ok(*n) });

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0, "t".to_owned()).await.unwrap(), 3);
    assert_eq!(tokens(&mut 0).await, Ok(3));
}
