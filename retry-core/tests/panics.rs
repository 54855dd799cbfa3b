//! A panic, in whatever the application brings along, spoils nothing for the calls after it.

#![cfg(feature = "macros")]

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use retry_core::{
    Attempt, Classify, Clock, ErrorKind, Jitter, ManualClock, Retry, RetryError, RetryPolicy,
    Retrying, StopReason, Verdict, with_retry,
};

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);

/// The text of the panic that `work` ends with.
fn panic_of<T>(work: impl FnOnce() -> T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else { panic!("it did not panic") };
    (*panic.downcast::<&str>().unwrap()).to_owned()
}

/// That a handle and its clock do all that a new one does.
fn works_like_new<C>(retry: &Retry<C>, clock: &ManualClock)
where
    C: retry_core::Classifier<String>,
{
    let before = clock.waits().len();
    let mut calls = 0;
    let (result, report) = retry.run_blocking_with_report(|| {
        calls += 1;
        if calls < 3 { Err("down".to_owned()) } else { Ok(calls) }
    });
    assert_eq!((result.unwrap(), report.attempts()), (3, 3));
    let waits = [Duration::from_millis(100), Duration::from_millis(200)];
    assert_eq!(clock.waits()[before..], waits);
    assert_eq!((report.elapsed(), clock.sleepers()), (waits.iter().sum(), 0));
}

fn handle() -> (Retry, ManualClock) {
    let clock = ManualClock::new();
    (Retry::new(POLICY).with_clock(clock.clone()).with_seed(7), clock)
}

#[test]
fn after_an_operation_that_panics_the_handle_and_its_clock_work_on() {
    let (retry, clock) = handle();
    for failures in 0..3 {
        let mut calls = 0;
        let operation = || {
            calls += 1;
            if calls <= failures { Err::<(), _>("down".to_owned()) } else { panic!("operation") }
        };
        assert_eq!(panic_of(|| retry.run_blocking(operation)), "operation");
        works_like_new(&retry, &clock);
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_task_is_the_task_s_and_the_handle_works_on() {
    let (retry, clock) = handle();
    let clone = retry.clone();
    let task = tokio::spawn(async move {
        clone.run(async || -> Result<(), String> { panic!("operation") }).await
    });
    let panic = task.await.unwrap_err().into_panic();
    assert_eq!(panic.downcast_ref(), Some(&"operation"));
    works_like_new(&retry, &clock);
}

#[test]
fn after_a_classifier_that_panics_the_handle_and_its_clock_work_on() {
    let (retry, clock) = handle();
    let armed = AtomicBool::new(true);
    let trip = |text: &'static str| assert!(!armed.load(Ordering::Relaxed), "{}", text);
    let predicate = retry.clone().retry_if(|_: &String| {
        trip("predicate");
        true
    });
    let verdict = retry.classify_with(|_: &String, _: &Attempt| {
        trip("verdict");
        Verdict::Retry(ErrorKind::Unknown)
    });
    let text_of = |work: &dyn Fn()| {
        let panic = catch_unwind(AssertUnwindSafe(work)).unwrap_err();
        *panic.downcast::<String>().unwrap()
    };
    let down = || Err::<(), _>("down".to_owned());
    assert_eq!(text_of(&|| drop(predicate.run_blocking(down))), "predicate");
    assert_eq!(text_of(&|| drop(verdict.run_blocking(down))), "verdict");
    armed.store(false, Ordering::Relaxed);
    works_like_new(&predicate, &clock);
    works_like_new(&verdict, &clock);
}

/// An error whose every use can panic.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Odd {
    PanicsWhenAsked,
    PanicsInWords,
    CallsItselfASuccess,
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PanicsInWords => panic!("words"),
            _ => f.write_str("odd"),
        }
    }
}

impl Classify for Odd {
    fn classify(&self) -> Verdict {
        match self {
            Self::PanicsWhenAsked => panic!("asked"),
            Self::PanicsInWords => Verdict::Retry(ErrorKind::Unknown),
            Self::CallsItselfASuccess => Verdict::Success,
        }
    }
}

#[test]
fn after_an_error_that_panics_when_used_the_handle_and_its_clock_work_on() {
    let (retry, clock) = handle();
    assert_eq!(panic_of(|| retry.run_blocking(|| Err::<(), _>(Odd::PanicsWhenAsked))), "asked");
    works_like_new(&retry, &clock);
    if cfg!(feature = "tracing") {
        let subscriber = tracing_subscriber::fmt().with_writer(std::io::sink).finish();
        let call = || retry.run_blocking(|| Err::<(), _>(Odd::PanicsInWords));
        tracing::subscriber::with_default(subscriber, || {
            assert_eq!(panic_of(call), "words");
            works_like_new(&retry, &clock);
        });
    }
    assert_eq!(
        retry.run_blocking(|| Err::<(), _>(Odd::PanicsInWords)).unwrap_err().attempts(),
        3,
        "with nobody listening there are no words"
    );
}

#[test]
fn an_error_that_calls_itself_a_success_is_still_handed_out_as_an_error() {
    let (retry, _) = handle();
    let end = retry.run_blocking(|| Err::<(), _>(Odd::CallsItselfASuccess)).unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::NotRetryable, 1));
    assert_eq!(end.into_last_error(), Some(Odd::CallsItselfASuccess));
}

#[with_retry(max_attempts = 3)]
fn annotated_plain(error: Odd) -> Result<(), Odd> {
    let Odd::CallsItselfASuccess = error else { return Ok(()) };
    Err(Odd::CallsItselfASuccess)
}

#[with_retry(max_attempts = 3)]
fn annotated(error: Odd) -> Result<(), RetryError<Odd>> {
    let Odd::CallsItselfASuccess = error else { return Ok(()) };
    Err(Odd::CallsItselfASuccess)?
}

#[test]
fn an_annotated_function_hands_out_an_error_that_calls_itself_a_success() {
    assert_eq!(annotated_plain(Odd::CallsItselfASuccess), Err(Odd::CallsItselfASuccess));
    let end = annotated(Odd::CallsItselfASuccess).unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::NotRetryable, 1));
    assert_eq!(end.into_last_error(), Some(Odd::CallsItselfASuccess));
}

static HOOK_ARMED: AtomicBool = AtomicBool::new(true);

fn hook(retrying: &Retrying<'_, String>) {
    assert!(!HOOK_ARMED.load(Ordering::Relaxed) || retrying.delay() > Duration::ZERO, "hook");
}

fn asks(_: &String) -> bool {
    assert!(HOOK_ARMED.load(Ordering::Relaxed), "condition");
    true
}

#[with_retry(max_attempts = 3, strategy = "fixed", initial_delay = "0ms", retry_if = asks,
    on_retry = hook)]
fn hooked(calls: &mut u32) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err("down".to_owned()) } else { Ok(*calls) }
}

#[test]
fn after_a_hook_and_a_condition_that_panic_the_annotated_function_works_on() {
    let mut calls = 0;
    assert_eq!(panic_of(|| hooked(&mut calls)), "hook");
    HOOK_ARMED.store(false, Ordering::Relaxed);
    assert_eq!(panic_of(|| hooked(&mut calls)), "condition");
    assert_eq!((calls, hooked(&mut calls)), (2, Ok(3)));
}

#[test]
fn a_caught_panic_of_an_attempt_counts_as_a_failure_and_the_loop_goes_on() {
    let (retry, clock) = handle();
    let mut attempts = retry.attempts_blocking::<String>();
    let operation = || -> Result<(), String> { panic!("attempt") };
    let first = attempts.next().unwrap();
    assert_eq!(panic_of(|| first.record(operation())), "attempt");
    let second = attempts.next().unwrap();
    assert_eq!((second.number(), clock.waits().len()), (2, 1));
    assert!(second.record(Ok(())).is_break());
    drop(attempts);
    works_like_new(&retry, &clock);
}

#[test]
fn a_clock_that_was_pushed_beyond_the_end_of_time_works_on() {
    let (retry, clock) = handle();
    let before = clock.now();
    let pushed = catch_unwind(AssertUnwindSafe(|| clock.advance(Duration::MAX)));
    assert!(pushed.is_err());
    assert_eq!(clock.now(), before);
    works_like_new(&retry, &clock);
}
