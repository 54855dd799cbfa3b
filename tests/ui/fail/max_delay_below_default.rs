use retry_core::with_retry;

#[with_retry(max_delay = "50ms")]
async fn fetch() -> std::io::Result<()> {
    Ok(())
}

fn main() {}
