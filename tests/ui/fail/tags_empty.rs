use retry_core::with_retry;

#[with_retry(tags())]
async fn load() -> std::io::Result<u32> {
    Ok(1)
}

fn main() {
    let _ = load();
}
