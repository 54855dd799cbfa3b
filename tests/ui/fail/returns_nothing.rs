use retry_core::with_retry;

#[with_retry(max_attempts = 3)]
async fn ping() {}

fn main() {
    let _ = ping();
}
