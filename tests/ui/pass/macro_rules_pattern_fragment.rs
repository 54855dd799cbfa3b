//! `macro_rules!` with `pat`, `lifetime`, `path` and `stmt` fragments.

use std::io;

use retry_core::with_retry;

macro_rules! counter {
    ($name:ident, $life:lifetime, $pattern:pat, $pair:ty, $error:path, |$calls:ident| $first:stmt, $last:expr) => {
        #[with_retry(max_attempts = 3, initial_delay = "1ms", retry_on = $error)]
        async fn $name<$life>($pattern: $pair, $calls: &mut u32, text: &$life str) -> Result<&$life str, $error> {
            $first
            if $last { Err(io::Error::other("again")) } else { Ok(text) }
        }
    };
}

counter!(count, 'a, (_, by), (char, u32), io::Error, |calls| *calls += by, *calls < 3);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count(('c', 1), &mut calls, "text").await.unwrap(), "text");
    assert_eq!(calls, 3);
}
