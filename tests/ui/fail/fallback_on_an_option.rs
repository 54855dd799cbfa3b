use retry_core::with_retry;

#[with_retry(fallback = |_| None)]
async fn first(list: &[u32]) -> Option<u32> {
    list.first().copied()
}

fn main() {
    let _ = first(&[]);
}
