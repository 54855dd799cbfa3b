use retry_core::with_retry;

#[with_retry(max_attempts = 3)]
async fn load() -> Result<(), String> {
    let local = std::rc::Rc::new(1);
    tokio::task::yield_now().await;
    drop(local);
    Ok(())
}

fn main() {
    fn assert_send(_: impl Send) {}
    assert_send(load());
}
