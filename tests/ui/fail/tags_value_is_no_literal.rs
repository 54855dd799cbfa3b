use retry_core::with_retry;

#[with_retry(tags(team = TEAM))]
async fn load() -> std::io::Result<u32> {
    Ok(1)
}

fn main() {
    let _ = load();
}
