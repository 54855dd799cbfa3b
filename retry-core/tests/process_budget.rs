//! The budget of the process, in a process of its own.

use std::time::Duration;

use retry_core::{BudgetPolicy, ManualClock, Retry, RetryBudget, RetryPolicy, StopReason};

#[test]
fn every_retry_is_drawn_from_the_budget_of_the_process_as_well() {
    let process = RetryBudget::new(BudgetPolicy::new().with_max_tokens(3)).with_name("process");
    retry_core::set_process_budget(process.clone()).unwrap();
    assert!(retry_core::set_process_budget(process.clone()).is_err(), "once in a process");

    let policy = RetryPolicy::new().with_initial_delay(Duration::ZERO);
    let (clock, down) = (ManualClock::new(), || Err::<(), _>("down"));
    let own = RetryBudget::default();
    let retry = Retry::new(policy).with_clock(clock).with_budget(own.clone());
    let end = |retry: &Retry| {
        let end = retry.run_blocking(down).unwrap_err();
        (end.reason(), end.attempts())
    };
    assert_eq!(end(&retry), (StopReason::AttemptsExhausted, 3));
    assert_eq!(end(&retry), (StopReason::Budget, 2));
    assert!((own.snapshot().tokens - 7.0).abs() < 1e-9, "what one refused went back to the other");
    let free = retry.without_budget();
    assert_eq!(end(&free), (StopReason::Budget, 1), "also where the handle has none of its own");
}
