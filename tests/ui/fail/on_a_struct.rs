use retry_core::with_retry;

#[with_retry(max_attempts = 3)]
struct Client {
    url: String,
}

fn main() {
    let _ = Client { url: String::new() }.url;
}
