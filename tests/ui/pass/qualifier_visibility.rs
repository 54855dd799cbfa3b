//! `pub(crate)`, `pub(in …)`, `pub(super)` and `pub`.

mod outer {
    pub(crate) mod inner {
        use retry_core::with_retry;

        #[with_retry(max_attempts = 3, initial_delay = "1ms")]
        pub(crate) async fn of_the_crate(calls: &mut u32) -> Result<u32, String> {
            third(calls)
        }

        #[with_retry(max_attempts = 3, initial_delay = "1ms")]
        pub(in crate::outer) async fn of_a_module(calls: &mut u32) -> Result<u32, String> {
            third(calls)
        }

        #[with_retry(max_attempts = 3, initial_delay = "1ms")]
        pub(super) async fn of_the_parent(calls: &mut u32) -> Result<u32, String> {
            third(calls)
        }

        #[with_retry(max_attempts = 3, initial_delay = "1ms")]
        pub async fn of_all(calls: &mut u32) -> Result<u32, String> {
            third(calls)
        }

        fn third(calls: &mut u32) -> Result<u32, String> {
            *calls += 1;
            if *calls < 3 { Err("again".to_owned()) } else { Ok(*calls) }
        }
    }

    pub(crate) async fn both(calls: &mut u32) -> (Result<u32, String>, Result<u32, String>) {
        (inner::of_a_module(&mut calls.clone()).await, inner::of_the_parent(calls).await)
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(outer::inner::of_the_crate(&mut 0).await, Ok(3));
    assert_eq!(outer::inner::of_all(&mut 0).await, Ok(3));
    assert_eq!(outer::both(&mut 0).await, (Ok(3), Ok(3)));
}
