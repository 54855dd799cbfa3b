//! `macro_rules!` with an `item` fragment: the function comes as one.

use retry_core::with_retry;

macro_rules! retried {
    ($($function:item)*) => {
        $(
            #[with_retry(max_attempts = 3, initial_delay = "1ms")]
            $function
        )*
    };
}

retried! {
    async fn count(calls: &mut u32) -> Result<u32, String> {
        *calls += 1;
        if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
    }

    pub async fn found(calls: &mut u32) -> Option<u32> {
        *calls += 1;
        (*calls == 3).then_some(*calls)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(count(&mut 0).await, Ok(3));
    assert_eq!(found(&mut 0).await, Some(3));
}
