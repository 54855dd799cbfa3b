use std::io;

use retry_core::with_retry;

async fn cached(_: io::Error) -> String {
    "cached".to_owned()
}

#[with_retry(fallback = cached)]
async fn load(path: &str) -> io::Result<String> {
    std::fs::read_to_string(path)
}

fn main() {
    let _ = load("x");
}
