use retry_core::with_retry;

#[with_retry(retry_on = network)]
async fn load() -> Result<(), String> {
    Ok(())
}

fn main() {
    let _ = load();
}
