//! Arguments and locals with the names of the expansion.

use retry_core::with_retry;

#[with_retry(
    max_attempts = 3,
    initial_delay = "1ms",
    retry_if = |_: &String| true,
    context = attempt,
)]
async fn count(__run: &mut u32, __answer: u32, __step: String) -> Result<u32, String> {
    let __attempt = attempt.number();
    *__run += __answer;
    if *__run < 3 {
        return Err(__step);
    }
    Ok(__attempt)
}

#[with_retry(initial_delay = "1ms", retry_if = |__error, __attempt| *__error < __attempt.number())]
async fn condition(__attempted: &mut u32, __delay: u32, __error: u32) -> Result<u32, u32> {
    *__attempted += __delay;
    let __outcome = __error;
    if *__attempted < 3 { Err(__outcome) } else { Ok(*__attempted) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0, 1, "x".to_owned()).await, Ok(3));
    assert_eq!(condition(&mut 0, 1, 0).await, Ok(3));
}
