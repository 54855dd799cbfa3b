//! What observers are told of a call that a shutdown ends. It is for the whole process, so this test
//! has one of its own.

use retry_core::{EventRecorder, ManualClock, Retry, RetryPolicy};

#[test]
fn a_shutdown_is_the_reason_of_the_end() {
    let recorder = EventRecorder::new();
    let retry = Retry::new(RetryPolicy::new()).with_name("stock").with_clock(ManualClock::new());
    let operation = || {
        retry_core::shutdown();
        Err::<(), _>("down")
    };
    retry.with_observer(recorder.clone()).run_blocking(operation).unwrap_err();
    recorder.assert_events("stock", &["call_started", "attempt_failed", "gave_up"]);
    assert_eq!(recorder.of("stock")[2].to_string(), "gave_up stock: attempts 1, shutdown");
}
