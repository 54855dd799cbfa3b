//! `macro_rules!` with a closure as an `expr` fragment, for `retry_if`.

use retry_core::{Attempt, with_retry};

macro_rules! counter {
    ($name:ident, $cond:expr) => {
        #[with_retry(max_attempts = 9, initial_delay = "1ms", retry_if = $cond)]
        async fn $name(calls: &mut u32) -> Result<u32, u32> {
            *calls += 1;
            Err(*calls)
        }
    };
}

fn early(error: &u32) -> bool {
    *error < 5
}

counter!(typed, |error: &u32| *error < 3);
counter!(inferred, |error| *error < 3);
counter!(of_attempt, |_: &u32, attempt: &Attempt| attempt.number() < 4);
counter!(inferred_of_attempt, |error, attempt| *error == attempt.number() && *error < 4);
counter!(by_path, early);

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(typed(&mut 0).await, Err(3));
    assert_eq!(inferred(&mut 0).await, Err(3));
    assert_eq!(of_attempt(&mut 0).await, Err(4));
    assert_eq!(inferred_of_attempt(&mut 0).await, Err(4));
    assert_eq!(by_path(&mut 0).await, Err(5));
}
