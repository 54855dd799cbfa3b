//! A module without the prelude.

mod bare {
    #![no_implicit_prelude]

    use ::core::option::Option::{self, None, Some};
    use ::core::result::Result::{self, Err, Ok};
    use ::retry_core::with_retry;

    #[with_retry(
        max_attempts = 3,
        initial_delay = "1ms",
        context = attempt,
        retry_if = |error| *error < 3,
        on_retry = |_| (),
    )]
    pub(crate) async fn waiting(calls: &mut u32, add: u32) -> Result<u32, u32> {
        *calls += add;
        if attempt.number() < 3 { Err(*calls) } else { Ok(*calls) }
    }

    #[with_retry(max_attempts = 3, initial_delay = "0s")]
    pub(crate) fn blocking(calls: &mut u32) -> Option<u32> {
        *calls += 1;
        if *calls < 3 { None } else { Some(*calls) }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(bare::waiting(&mut 0, 1).await, Ok(3));
    assert_eq!(bare::blocking(&mut 0), Some(3));
}
