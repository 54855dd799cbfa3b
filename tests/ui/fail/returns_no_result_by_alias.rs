use retry_core::with_retry;

type Count = u32;

#[with_retry(max_attempts = 3)]
async fn count() -> Count {
    3
}

fn main() {
    let _ = count();
}
