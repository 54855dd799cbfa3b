//! Labelled breaks and continues in the body, of loops and of a block.

use retry_core::with_retry;

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn count(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    let found = 'outer: loop {
        for n in 0.. {
            if n == 7 {
                break 'outer n;
            }
        }
    };
    let mut odd = 0;
    'numbers: for n in 0..found {
        while n % 2 == 0 {
            continue 'numbers;
        }
        odd += 1;
    }
    let answer = 'block: {
        if *calls < 3 {
            break 'block Err("again".to_owned());
        }
        Ok(*calls + found + odd)
    };
    answer
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let mut calls = 0;
    assert_eq!(count(&mut calls).await, Ok(13));
    assert_eq!(calls, 3);
}
