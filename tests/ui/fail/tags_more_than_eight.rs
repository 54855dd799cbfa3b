use retry_core::with_retry;

#[with_retry(tags(a = "1", b = "2", c = "3", d = "4", e = "5", f = "6", g = "7", h = "8", i = "9", j = "10"))]
async fn load() -> std::io::Result<u32> {
    Ok(1)
}

fn main() {
    let _ = load();
}
