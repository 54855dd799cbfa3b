use std::io;

use retry_core::with_retry;

struct Shard {
    number: u32,
}

#[with_retry(key = shard, circuit_breaker())]
async fn load(shard: &Shard) -> io::Result<u32> {
    Ok(shard.number)
}

fn main() {
    let _ = load(&Shard { number: 1 });
}
