//! A pattern behind `&mut`: its bindings are borrowed anew by each attempt.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count((list, text): &mut (Vec<u32>, String)) -> Result<(), usize> {
    list.push(1);
    text.push('x');
    Err(list.len() + text.len())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut both = (vec![], String::new());
    assert_eq!(count(&mut both).await, Err(6));
    assert_eq!(both, (vec![1, 1, 1], "xxx".to_owned()));
}
