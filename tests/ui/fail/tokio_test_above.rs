use retry_core::with_retry;

#[tokio::main(flavor = "current_thread")]
#[with_retry(max_attempts = 3)]
async fn main() -> Result<(), String> {
    Ok(())
}
