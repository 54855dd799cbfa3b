use retry_core::with_retry;

#[with_retry(max_attempts = 3)]
async fn first(list: &mut Vec<u32>) -> Result<&mut u32, String> {
    list.first_mut().ok_or_else(String::new)
}

fn main() {
    let _ = first(&mut vec![]);
}
