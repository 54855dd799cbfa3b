//! Generics, const generics, where clauses and lifetimes, named and elided.

use std::fmt::Debug;

use retry_core::with_retry;

#[with_retry(max_attempts = 2, initial_delay = "1ms")]
async fn generic<T, E, const N: usize>(values: [T; N], calls: &mut usize) -> Result<[T; N], E>
where
    T: Copy + Debug,
    E: From<String> + Debug,
{
    *calls += N;
    if *calls < 2 * N {
        return Err(format!("{values:?}").into());
    }
    Ok(values)
}

struct Borrowing<'a> {
    text: &'a str,
}

impl<'a> Borrowing<'a> {
    #[with_retry(max_attempts = 2, initial_delay = "1ms")]
    async fn named<'b>(&self, other: &'b str) -> Result<(&'a str, &'b str), String> {
        Ok((self.text, other))
    }

    #[with_retry(max_attempts = 2, initial_delay = "1ms")]
    async fn elided(&self) -> Result<&str, String> {
        Ok(self.text)
    }
}

#[derive(Debug)]
struct BorrowingError<'a>(&'a str);

impl std::fmt::Display for BorrowingError<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BorrowingError<'_> {}

#[with_retry(max_attempts = 2, initial_delay = "1ms", never_on = std::io::Error)]
async fn borrowed_error<'a>(text: &'a str, calls: &mut u32) -> Result<(), BorrowingError<'a>> {
    *calls += 1;
    Err(BorrowingError(text))
}

#[with_retry(max_attempts = 2, initial_delay = "1ms", retry_on = std::io::Error)]
async fn generic_error<E: std::error::Error + From<std::io::Error>>(calls: &mut u32) -> Result<(), E> {
    *calls += 1;
    Err(std::io::Error::other("x").into())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(generic::<_, String, 3>([1, 2, 3], &mut calls).await, Ok([1, 2, 3]));
    assert_eq!(calls, 6);
    let text = "a".to_owned();
    let borrowing = Borrowing { text: &text };
    assert_eq!(borrowing.named("b").await, Ok(("a", "b")));
    assert_eq!(borrowing.elided().await, Ok("a"));
    let mut calls = 0;
    assert_eq!(borrowed_error(&text, &mut calls).await.unwrap_err().0, "a");
    assert_eq!(calls, 2);
    let mut calls = 0;
    assert!(generic_error::<std::io::Error>(&mut calls).await.is_err());
    assert_eq!(calls, 1, "what a borrowing error is, only its sources can tell");
}
