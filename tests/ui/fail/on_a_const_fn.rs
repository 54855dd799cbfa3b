use retry_core::with_retry;

#[with_retry(max_attempts = 3)]
const fn half(n: u32) -> Result<u32, ()> {
    if n % 2 == 0 { Ok(n / 2) } else { Err(()) }
}

fn main() {
    let _ = half(4);
}
