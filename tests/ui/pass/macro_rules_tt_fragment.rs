//! `macro_rules!` with `tt` fragments: the body, the keys, the whole function.

use retry_core::with_retry;

macro_rules! body {
    ($name:ident, $calls:ident, $($body:tt)*) => {
        #[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if = |e: &String| e == "again")]
        async fn $name($calls: &mut u32) -> Result<u32, String> { $($body)* }
    };
}

body!(of_body, n, *n += 1; if *n < 3 { Err("again".to_owned()) } else { Ok(*n) });

macro_rules! whole {
    ([$($keys:tt)*] $($function:tt)*) => {
        #[with_retry($($keys)*)]
        $($function)*
    };
}

whole! {
    [max_attempts = 3, initial_delay = "1ms", retry_if = |error| error == "again"]
    async fn of_whole(calls: &mut u32) -> Result<u32, String> {
        *calls += 1;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(of_body(&mut 0).await, Ok(3));
    assert_eq!(of_whole(&mut 0).await, Ok(3));
}
