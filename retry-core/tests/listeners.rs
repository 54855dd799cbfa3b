//! Who hears of a call, and what a call does only for those who listen: its span, its words.

#![cfg(all(feature = "macros", feature = "tracing"))]

mod recorder;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use recorder::{Recorder, Spans};
use retry_core::{Jitter, ManualClock, Retry, RetryPolicy, with_retry};
use tokio::sync::Mutex;
use tracing::level_filters::LevelFilter;

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);

/// What is listened to is known to the whole process: while one test changes it, another may miss
/// what it waits for.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

fn handle(policy: RetryPolicy) -> Retry {
    let retry = Retry::new(policy).with_name("stock").with_service("inventory");
    // Not that of the service, which the other tests draw on at the same time.
    retry.without_budget().with_clock(ManualClock::new())
}

#[test]
fn a_success_at_once_says_nothing_and_opens_no_span_above_debug() {
    let _alone = ONE_AT_A_TIME.blocking_lock();
    // Somebody else listens at debug level, so no shortcut answers for this thread.
    let (_elsewhere, _outer) = Recorder::listening(LevelFilter::DEBUG);
    let (recorder, _guard) = Recorder::listening(LevelFilter::INFO);
    assert_eq!(handle(POLICY).run_blocking(|| Ok::<_, String>(7)).unwrap(), 7);
    assert_eq!((recorder.said(), recorder.spans()), (vec![], Spans::default()));
}

#[tokio::test(start_paused = true)]
async fn at_debug_level_a_call_and_each_attempt_have_a_span_and_all_of_it_happens_inside() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let (recorder, _guard) = Recorder::listening(LevelFilter::DEBUG);
    let retry = Retry::new(POLICY).with_name("stock").with_service("inventory").without_budget();
    let operation = || async {
        tracing::info!("before the wait");
        tokio::time::sleep(Duration::from_millis(1)).await;
        tracing::info!("after the wait");
        Err::<(), _>("down")
    };
    retry.run(operation).await.unwrap_err();
    tracing::info!("outside");
    let mut said = recorder.said();
    assert_eq!(said.pop().unwrap().span, None);
    let spans: Vec<_> = said.iter().map(|said| said.span.unwrap()).collect();
    assert_eq!(spans, ["attempt", "attempt", "retry"].repeat(3), "{said:?}");
    let spans = recorder.spans();
    assert_eq!((spans.opened.len(), spans.closed), (1 + 3, 1 + 3));
    let (name, fields) = &spans.opened[0];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let labels = [("retry.name", "stock"), ("retry.service", "inventory")];
    let expected = [&[("otel.name", "retry stock"), ("retry.max_attempts", "3")][..], &labels];
    assert_eq!((*name, fields), ("retry", expected.concat()));
}

/// Counts how often it is put into words.
#[derive(Debug)]
struct Counted<'a>(&'a AtomicU32);

impl std::fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fetch_add(1, Ordering::Relaxed);
        f.write_str("counted")
    }
}

#[with_retry(max_attempts = 3, initial_delay = "0ms", budget = "none")]
fn annotated(formatted: &AtomicU32) -> Result<(), Counted<'_>> {
    Err(Counted(formatted))
}

#[test]
fn an_error_is_put_into_words_only_for_those_who_listen() {
    let _alone = ONE_AT_A_TIME.blocking_lock();
    let formatted = AtomicU32::new(0);
    let retry = handle(POLICY).retry_all();
    let by_handle = || retry.run_blocking(|| Err::<(), _>(Counted(&formatted))).is_err();
    let by_attribute = || annotated(&formatted).is_err();
    for call in [&by_handle as &dyn Fn() -> bool, &by_attribute] {
        assert_eq!((call(), formatted.swap(0, Ordering::Relaxed)), (true, 0), "nobody listens");
        let levels = [(LevelFilter::OFF, 0), (LevelFilter::ERROR, 1), (LevelFilter::WARN, 3)];
        for (level, times) in levels {
            let (_recorder, _guard) = Recorder::listening(level);
            assert_eq!((call(), formatted.swap(0, Ordering::Relaxed)), (true, times), "at {level}");
        }
    }
}
