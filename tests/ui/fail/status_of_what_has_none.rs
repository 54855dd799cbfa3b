use retry_core::with_retry;

#[with_retry(retry_on_status = [429, 500..=504])]
async fn load() -> Result<u32, String> {
    Ok(1)
}

fn main() {
    let _ = load();
}
