//! What a call is in a trace, as an SDK of OpenTelemetry exports it.

#![cfg(all(feature = "macros", feature = "tracing"))]

mod traces;

use std::future::pending;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;
use retry_core::{
    BreakerPolicy, CancellationToken, CircuitBreaker, Jitter, ManualClock, Retry, RetryError,
    RetryPolicy, with_retry,
};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use traces::{Traces, call, expected, field, fields, id, named, shape, text};
use tracing::Instrument;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::filter_fn;

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);

fn handle(policy: RetryPolicy) -> Retry {
    Retry::new(policy).with_name("stock").with_service("inventory").without_budget()
}

/// What an operation does that has a span of its own, after so many failures.
async fn operation(failures: &mut u32) -> Result<u32, &'static str> {
    let work = async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        if *failures == 0 {
            return Ok(7);
        }
        *failures -= 1;
        Err("connection refused")
    };
    work.instrument(tracing::info_span!("request")).await
}

async fn by_open_loop(retry: &Retry) -> Result<u32, RetryError<&'static str>> {
    let (mut failures, mut attempts) = (2, retry.attempts());
    while let Some(attempt) = attempts.next().await {
        if let ControlFlow::Break(result) = attempt.run(operation(&mut failures)).await {
            return result;
        }
    }
    Err(attempts.finish())
}

#[tokio::test(start_paused = true)]
async fn three_attempts_are_three_spans_below_that_of_the_call() {
    let traces = Traces::exported();
    assert_eq!(by_open_loop(&handle(POLICY)).await.unwrap(), 7);
    let spans = traces.spans();
    let (call, attempts) = (call(&spans), named(&spans, "attempt"));
    assert_eq!((spans.len(), attempts.len()), (1 + 3 + 3, 3), "{spans:?}");
    assert!(attempts.iter().all(|attempt| attempt.parent_span_id == id(call)));
    let requests = named(&spans, "request");
    let parents: Vec<_> = requests.iter().map(|request| request.parent_span_id).collect();
    assert_eq!(parents, attempts.iter().map(|attempt| id(attempt)).collect::<Vec<_>>());
    assert!(spans.iter().all(|span| span.span_context.trace_id() == call.span_context.trace_id()));

    assert_eq!((&*call.name, &call.status), ("retry stock", &Status::Unset));
    let keys = ["retry.name", "retry.service", "retry.max_attempts", "retry.attempts"];
    let values = ["stock", "inventory", "3", "3"].map(text);
    assert_eq!(fields(call, keys), values);
    assert_eq!(fields(call, ["retry.reason", "error.type", "retry.tags"]), [None, None, None]);

    let keys = ["retry.attempt", "retry.resend_count", "retry.delay_ms", "error.type"];
    let of_attempts: Vec<_> = attempts.iter().map(|attempt| fields(attempt, keys)).collect();
    assert_eq!(
        of_attempts,
        [
            [text("1"), None, None, text("unknown")],
            [text("2"), text("1"), text("100"), text("unknown")],
            [text("3"), text("2"), text("200"), None],
        ]
    );
    let statuses: Vec<_> = attempts.iter().map(|attempt| attempt.status.clone()).collect();
    let refused = Status::error("connection refused");
    assert_eq!(statuses, [refused.clone(), refused, Status::Unset]);
}

#[with_retry(policy = POLICY, name = "stock", service = "inventory", budget = "none")]
async fn plain(failures: &mut u32) -> Result<u32, &'static str> {
    operation(failures).await
}

#[with_retry(
    policy = POLICY, name = "stock", service = "inventory", timeout = "1m", budget = "none"
)]
async fn timed(failures: &mut u32) -> Result<u32, RetryError<&'static str>> {
    operation(failures).await
}

#[with_retry(
    policy = POLICY, name = "stock", service = "traced", budget = "none",
    circuit_breaker(consecutive_failures = 9)
)]
async fn gated(failures: &mut u32) -> Result<u32, RetryError<&'static str>> {
    operation(failures).await
}

#[with_retry(retry = retry)]
async fn over_a_handle(retry: &Retry, failures: &mut u32) -> Result<u32, RetryError<&'static str>> {
    operation(failures).await
}

#[tokio::test(start_paused = true)]
async fn every_way_to_write_a_call_has_the_same_spans() {
    for way in 0..5 {
        let traces = Traces::exported();
        let retry = handle(POLICY);
        let result = match way {
            0 => plain(&mut 2).await,
            1 => timed(&mut 2).await.map_err(|_| ""),
            2 => gated(&mut 2).await.map_err(|_| ""),
            3 => over_a_handle(&retry, &mut 2).await.map_err(|_| ""),
            _ => by_open_loop(&retry).await.map_err(|_| ""),
        };
        assert_eq!(result, Ok(7));
        assert_eq!(shape(&traces.spans()), expected(3), "way {way}");
    }
}

#[with_retry(
    max_attempts = 3,
    initial_delay = "0ms",
    name = "stock",
    service = "inventory",
    budget = "none"
)]
fn blocking(failures: &mut u32) -> Result<u32, &'static str> {
    blocking_operation(failures)
}

#[with_retry(retry = retry)]
fn blocking_over_a_handle(
    retry: &Retry,
    failures: &mut u32,
) -> Result<u32, RetryError<&'static str>> {
    blocking_operation(failures)
}

fn blocking_operation(failures: &mut u32) -> Result<u32, &'static str> {
    let _request = tracing::info_span!("request").entered();
    if *failures == 0 {
        return Ok(7);
    }
    *failures -= 1;
    Err("connection refused")
}

#[test]
fn calls_that_block_have_the_same_spans() {
    let retry = handle(POLICY).with_clock(ManualClock::new());
    for way in 0..3 {
        let traces = Traces::exported();
        let mut failures = 2;
        let result = match way {
            0 => blocking(&mut failures),
            1 => blocking_over_a_handle(&retry, &mut failures).map_err(|_| ""),
            _ => retry.run_blocking(|| blocking_operation(&mut failures)).map_err(|_| ""),
        };
        assert_eq!(result, Ok(7));
        assert_eq!(shape(&traces.spans()), expected(3), "way {way}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_is_recorded_and_not_run_ends_where_it_is_recorded() {
    let traces = Traces::exported();
    let retry = handle(POLICY);
    let mut attempts = retry.attempts();
    let attempt = attempts.next().await.unwrap();
    assert_eq!(traces.spans().len(), 0);
    assert!(attempt.record(Err::<(), _>("connection refused")).is_continue());
    assert_eq!(traces.spans().len(), 1, "the span of the attempt");
    let attempt = attempts.next().await.unwrap();
    assert!(attempt.record(Ok(7)).is_break());
    // The loop is still there.
    let spans = traces.spans();
    assert_eq!(shape(&spans).len(), 1 + 2);
    assert_eq!(field(call(&spans), "retry.attempts"), text("2"));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_gives_up_says_why_in_its_status() {
    let traces = Traces::exported();
    handle(POLICY).run(async || Err::<(), _>("connection refused")).await.unwrap_err();
    let spans = traces.spans();
    let keys = ["retry.reason", "error.type", "retry.attempts"];
    let values = ["attempts_exhausted", "unknown", "3"].map(text);
    assert_eq!(fields(call(&spans), keys), values);
    assert_eq!(call(&spans).status, Status::error("connection refused"));
    let said: Vec<_> = call(&spans).events.iter().map(|event| event.name.to_string()).collect();
    let retrying = "attempt failed, retrying";
    assert_eq!(said, [retrying, retrying, "gave up"], "what is said of a call is said in its span");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_succeeds_at_once_has_one_attempt_and_no_status() {
    let traces = Traces::exported();
    assert_eq!(plain(&mut 0).await, Ok(7));
    let spans = traces.spans();
    assert_eq!(shape(&spans), expected(1));
    assert_eq!(
        (field(call(&spans), "retry.attempts"), &call(&spans).status),
        (text("1"), &Status::Unset)
    );
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_time_has_cut_is_a_timeout() {
    for policy in [
        POLICY.with_max_attempts(1).with_attempt_timeout(Duration::from_secs(1)),
        POLICY.with_timeout(Duration::from_secs(1)),
    ] {
        let traces = Traces::exported();
        handle(policy).run(pending::<Result<(), String>>).await.unwrap_err();
        let spans = traces.spans();
        let attempts = named(&spans, "attempt");
        assert_eq!(attempts.len(), 1);
        assert_eq!(field(attempts[0], "error.type"), text("timeout"));
        assert!(matches!(attempts[0].status, Status::Error { .. }));
        assert_eq!(field(call(&spans), "error.type"), text("timeout"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_refused_has_no_attempt() {
    let traces = Traces::exported();
    let breaker = CircuitBreaker::new(BreakerPolicy::new()).with_name("inventory");
    breaker.force_open();
    let retry = handle(POLICY).with_circuit_breaker(breaker);
    retry.run(async || Err::<(), _>("never asked")).await.unwrap_err();
    let spans = traces.spans();
    let keys = ["retry.reason", "error.type", "retry.attempts"];
    assert_eq!(spans.len(), 1);
    assert_eq!(fields(&spans[0], keys), ["circuit_open", "circuit_breaker", "0"].map(text));
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_dropped_in_an_attempt_closes_both_spans_without_an_error() {
    let traces = Traces::exported();
    let token = CancellationToken::new();
    let retry = handle(POLICY).with_cancellation(token.clone());
    let hang = async || {
        pending::<()>().instrument(tracing::info_span!("request")).await;
        Ok::<_, String>(())
    };
    let dropped = tokio::time::timeout(Duration::from_secs(1), retry.run(hang)).await;
    assert!(dropped.is_err());
    let spans = traces.spans();
    assert_eq!(shape(&spans), expected(1));
    let cancelled = |span: &SpanData| (field(span, "retry.reason"), span.status.clone());
    assert_eq!(cancelled(&spans[0]), (text("cancelled"), Status::Unset));
    assert_eq!(cancelled(&spans[1]), (text("cancelled"), Status::Unset));
}

#[test]
fn an_attempt_that_panics_fails_and_so_does_its_call() {
    let traces = Traces::exported();
    let retry = handle(POLICY);
    let panics = || -> Result<(), String> { panic!("out of luck") };
    catch_unwind(AssertUnwindSafe(|| retry.run_blocking(panics))).unwrap_err();
    let spans = traces.spans();
    assert_eq!(spans.len(), 2);
    for span in &spans {
        assert_eq!(
            (field(span, "error.type"), &span.status),
            (text("panic"), &Status::error("panicked"))
        );
    }
}

/// One call that fails once, and never runs through an attempt without giving way to the others.
async fn one_of_many(retry: Retry, barrier: Arc<Barrier>, number: i64) {
    let attempts = AtomicU32::new(0);
    let operation = async || {
        barrier.wait().await;
        let request = tracing::info_span!("request", number);
        tokio::task::yield_now().instrument(request).await;
        if attempts.fetch_add(1, Relaxed) == 0 { Err("again") } else { Ok(()) }
    };
    retry.run(operation).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn calls_that_take_turns_on_one_thread_keep_their_own_spans() {
    let traces = Traces::exported();
    let barrier = Arc::new(Barrier::new(20));
    let mut calls = JoinSet::new();
    for number in 0..20 {
        let call = one_of_many(handle(POLICY), Arc::clone(&barrier), number);
        calls.spawn(call.instrument(tracing::info_span!("user", number)));
    }
    calls.join_all().await;
    let spans = traces.spans();
    let parent = |child: &SpanData| {
        spans.iter().find(|span| id(span) == child.parent_span_id).expect("it has a parent")
    };
    let requests = named(&spans, "request");
    assert_eq!(requests.len(), 20 * 2);
    for request in requests {
        let attempt = parent(request);
        assert_eq!(attempt.name, "attempt");
        assert_eq!(field(parent(parent(attempt)), "number"), field(request, "number"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_attempt_spawns_is_below_it_where_it_is_instrumented() {
    let traces = Traces::exported();
    let operation = async || {
        let work = async { tracing::info_span!("request").in_scope(|| ()) };
        tokio::spawn(work.in_current_span()).await
    };
    handle(POLICY).retry_all().run(operation).await.unwrap();
    assert_eq!(shape(&traces.spans()), expected(1));
}

#[test]
fn tags_are_one_field_of_the_call() {
    let traces = Traces::exported();
    let retry = handle(POLICY).with_tag("team", "payments").unwrap();
    let retry = retry.with_tag("tier", "1").unwrap();
    retry.run_blocking(|| Ok::<_, String>(())).unwrap();
    assert_eq!(field(call(&traces.spans()), "retry.tags"), text("team=payments tier=1"));
}

#[tokio::test(start_paused = true)]
async fn above_debug_level_there_is_no_span_of_a_call() {
    let traces = Traces::at(LevelFilter::INFO);
    assert_eq!(plain(&mut 2).await, Ok(7));
    let spans = traces.spans();
    let names: Vec<_> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["request"; 3]);
}

#[tokio::test(start_paused = true)]
async fn an_operation_runs_in_the_span_of_its_call_where_attempts_are_filtered_out() {
    let traces = Traces::at(filter_fn(|span| span.name() != "attempt"));
    assert_eq!(plain(&mut 2).await, Ok(7));
    let spans = traces.spans();
    let requests = named(&spans, "request");
    assert_eq!(requests.len(), 3);
    assert!(requests.iter().all(|request| request.parent_span_id == id(call(&spans))));
}
