use retry_core::with_retry;

type Maybe = Option<u32>;

#[with_retry(fallback = |_| None)]
async fn first(list: &[u32]) -> Maybe {
    list.first().copied()
}

fn main() {
    let _ = first(&[]);
}
