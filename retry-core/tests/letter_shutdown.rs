//! What becomes of work that the end of the process interrupts. The shutdown is for the whole process,
//! so this test has one of its own.

use retry_core::{MemoryDeadLetters, Retry, RetryPolicy, StopReason};

#[tokio::test(start_paused = true)]
async fn a_call_that_a_shutdown_ends_leaves_its_letter() {
    let letters = MemoryDeadLetters::new(10);
    let retry = Retry::new(RetryPolicy::new()).with_dead_letters(letters.clone());
    let operation = async || {
        retry_core::shutdown();
        Err::<(), _>(std::io::Error::other("down"))
    };
    let end = retry.run_with_payload(|| b"order 17".to_vec(), operation).await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::Shutdown, 1));
    let [letter] = &letters.drain()[..] else { panic!("one letter: {end}") };
    assert_eq!((letter.reason(), letter.error()), (StopReason::Shutdown, Some("down")));
}
