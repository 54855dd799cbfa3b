use retry_core::with_retry;

#[with_retry(max_attempts = 3)]
async fn count() -> u32 {
    3
}

fn main() {
    let _ = count();
}
