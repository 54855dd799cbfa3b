use retry_core::with_retry;

#[with_retry(circuit_breaker(on_open = "refuse", park_for = "5s"))]
async fn fetch() -> std::io::Result<()> {
    Ok(())
}

fn main() {}
