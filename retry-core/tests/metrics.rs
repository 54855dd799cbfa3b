//! What is published of calls and gates, and the page of the manual about it.

mod meter;

use std::fmt::Write as _;
use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use std::{env, fs, io};

use meter::Meter;
use metrics::Unit;
use retry_core::{
    BreakerPolicy, Classify, ErrorKind, Jitter, LimitError, LimitField, MemoryDeadLetters,
    MetricsReporter, OnOpen, Preset, Retry, RetryPolicy, RetryRegistry, Strategy, Verdict,
};

/// Fails as its kind says, and asks for a wait where it has one.
#[derive(Debug)]
struct Failure(ErrorKind, Option<Duration>);

impl Classify for Failure {
    fn classify(&self) -> Verdict {
        match self.1 {
            Some(wait) => Verdict::RetryAfter(self.0, wait),
            None => self.0.into(),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for Failure {}

const SERVER: Failure = Failure(ErrorKind::Server, None);

const SECOND: Duration = Duration::from_secs(1);

/// A second before each retry.
const POLICY: RetryPolicy = RetryPolicy::new()
    .with_strategy(Strategy::Fixed)
    .with_initial_delay(SECOND)
    .with_jitter(Jitter::None)
    .with_max_attempts(3);

fn handle(name: &'static str) -> Retry {
    Retry::new(POLICY).with_name(name).without_budget()
}

/// A call whose first attempts fail, each with the next of these.
async fn call<const N: usize>(retry: &Retry, failures: [Failure; N]) {
    let mut failures = failures.into_iter();
    let operation = || ready(failures.next().map_or(Ok(()), Err));
    let _ended = retry.run(operation).await;
}

const CLIENT: Failure = Failure(ErrorKind::Client, None);

#[tokio::test(start_paused = true)]
async fn a_call_is_counted_by_how_it_ended() {
    let reporter = MetricsReporter::new();
    let retry = handle("ended");
    for _ in 0..3 {
        call(&retry, []).await;
    }
    call(&retry, [SERVER]).await;
    call(&retry, [CLIENT]).await;
    let panics = || -> Result<(), Failure> { panic!("as it should") };
    let _panicked = catch_unwind(AssertUnwindSafe(|| retry.run_blocking(panics)));
    let meter = Meter::of(&reporter);
    for (outcome, count) in [("first_try", 3), ("retried", 1), ("gave_up", 1), ("panicked", 1)] {
        let series =
            format!(r#"retry_calls_total{{operation="ended",service="",outcome="{outcome}"}}"#);
        assert_eq!(meter.counter(&series), Some(count), "{series}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_is_counted_by_its_failure_and_a_retry_by_its_number() {
    let reporter = MetricsReporter::new();
    let retry = handle("attempts").with_service("warehouse");
    let busy = Failure(ErrorKind::RateLimit, Some(2 * SECOND));
    call(&retry, [busy, SERVER]).await;
    call(&retry, [SERVER, SERVER, SERVER]).await;
    let meter = Meter::of(&reporter);
    let counter = |metric: &str, label: &str| {
        meter.counter(&format!(r#"{metric}{{operation="attempts",service="warehouse"{label}}}"#))
    };
    assert_eq!(counter("retry_attempts_total", ""), Some(6));
    assert_eq!(counter("retry_failures_total", r#",kind="server""#), Some(4));
    assert_eq!(counter("retry_failures_total", r#",kind="rate_limit""#), Some(1));
    assert_eq!(counter("retry_retries_total", r#",attempt="2""#), Some(2));
    assert_eq!(counter("retry_retries_total", r#",attempt="3""#), Some(2));
    assert_eq!(counter("retry_given_up_total", r#",reason="attempts_exhausted""#), Some(1));
    assert_eq!(counter("retry_hints_total", ""), Some(1));
    // What has not happened has no series.
    assert_eq!(counter("retry_failures_total", r#",kind="client""#), None);
}

#[tokio::test(start_paused = true)]
async fn times_are_told_once_however_often_is_published() {
    let reporter = MetricsReporter::new();
    let (retry, meter) = (handle("times"), Meter::default());
    call(&retry, [SERVER]).await;
    meter.take(&reporter);
    meter.take(&reporter);
    let delays = r#"retry_backoff_seconds{operation="times",service=""}"#;
    let durations = r#"retry_call_duration_seconds{operation="times",service=""}"#;
    for series in [delays, durations] {
        let values = meter.values(series);
        assert_eq!(values.len(), 1, "{series}");
        // The middle of a cell that is a sixteenth wide.
        assert!((values[0] - 1.0).abs() < 1.0 / 16.0, "{series}: {values:?}");
    }
    call(&retry, [SERVER, SERVER]).await;
    meter.take(&reporter);
    assert_eq!((meter.values(delays).len(), meter.values(durations).len()), (3, 2));
    assert_eq!(
        meter.counter(r#"retry_waited_seconds_total{operation="times",service=""}"#),
        Some(3)
    );
}

#[tokio::test(start_paused = true)]
async fn a_letter_is_counted_by_what_became_of_it() {
    let reporter = MetricsReporter::new();
    let retry = handle("letters").with_dead_letters(MemoryDeadLetters::new(1));
    for _ in 0..3 {
        let operation = async || Err::<(), _>(SERVER);
        retry.run_with_payload(|| b"order 17".to_vec(), operation).await.unwrap_err();
    }
    let meter = Meter::of(&reporter);
    for (fate, count) in [("stored", 1), ("failed", 2)] {
        let series =
            format!(r#"retry_dead_letters_total{{operation="letters",service="",fate="{fate}"}}"#);
        assert_eq!(meter.counter(&series), Some(count), "{series}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_recorder_that_comes_late_gets_every_counter() {
    let reporter = MetricsReporter::new();
    call(&handle("late"), []).await;
    reporter.publish();
    let meter = Meter::of(&reporter);
    let series = r#"retry_calls_total{operation="late",service="",outcome="first_try"}"#;
    assert_eq!(meter.counter(series), Some(1));
}

/// Opens with its first failure, and refuses.
const BREAKER: BreakerPolicy =
    BreakerPolicy::new().with_consecutive_failures(1).with_on_open(OnOpen::Refuse);

#[tokio::test(start_paused = true)]
async fn a_circuit_is_told_by_the_service_that_it_belongs_to() {
    let reporter = MetricsReporter::new();
    let preset = Preset::new(POLICY).with_circuit_breaker(BREAKER);
    let retry = Retry::from_preset(preset).with_name("pay").with_service("bank");
    let of = r#"operation="",service="bank""#;
    call(&retry, []).await;
    let meter = Meter::default();
    meter.take(&reporter);
    assert_eq!(meter.gauge(&format!("retry_circuit_state{{{of}}}")), Some(0.0));
    call(&retry, [SERVER]).await;
    call(&retry, []).await;
    meter.take(&reporter);
    assert_eq!(meter.gauge(&format!("retry_circuit_state{{{of}}}")), Some(3.0));
    let in_state =
        |state| meter.gauge(&format!(r#"retry_circuit_in_state{{{of},state="{state}"}}"#));
    assert_eq!((in_state("open"), in_state("closed")), (Some(1.0), Some(0.0)));
    assert_eq!(meter.counter(&format!("retry_circuit_opened_total{{{of}}}")), Some(1));
    assert!(meter.counter(&format!("retry_circuit_refused_total{{{of}}}")) > Some(0));
    assert_eq!(meter.gauge(&format!("retry_budget_refused_total{{{of}}}")), None);
    assert_eq!(meter.counter(&format!("retry_budget_refused_total{{{of}}}")), Some(0));
}

#[tokio::test(start_paused = true)]
async fn gates_of_a_handle_without_a_service_are_told_by_its_name() {
    let reporter = MetricsReporter::new();
    let make = || Retry::from_preset(Preset::new(POLICY).with_circuit_breaker(BREAKER));
    let retry = RetryRegistry::process().get_or_insert_with("alone", make);
    call(&retry, [SERVER]).await;
    let meter = Meter::of(&reporter);
    let of = r#"operation="alone",service="""#;
    assert_eq!(meter.gauge(&format!("retry_circuit_state{{{of}}}")), Some(3.0));
    assert!(meter.gauge(&format!("retry_budget_tokens{{{of}}}")).is_some());
}

#[cfg(feature = "macros")]
#[tokio::test(start_paused = true)]
async fn a_key_is_counted_and_is_no_label() {
    #[retry_core::with_retry(
        service = "shards",
        key = shard,
        circuit_breaker(consecutive_failures = 1, on_open = "refuse"),
        max_attempts = 1
    )]
    async fn read(shard: &str) -> Result<(), io::Error> {
        if shard == "bad" { Err(io::Error::other("down")) } else { Ok(()) }
    }
    let reporter = MetricsReporter::new();
    for shard in ["bad", "good", "fair"] {
        let _ended = read(shard).await;
    }
    let meter = Meter::of(&reporter);
    let keys = |state| {
        let labels = format!(r#"operation="",service="shards",state="{state}""#);
        meter.gauge(&format!("retry_circuit_keys{{{labels}}}"))
    };
    assert_eq!((keys("open"), keys("closed")), (Some(1.0), Some(2.0)));
    assert!(meter.series().iter().all(|series| !series.contains("bad")), "{:?}", meter.series());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_published_that_the_catalogue_does_not_have() {
    let reporter = MetricsReporter::new();
    call(&handle("catalogue"), [SERVER]).await;
    for series in Meter::of(&reporter).series() {
        let (name, labels) = series.split_once('{').unwrap();
        let metric = MetricsReporter::CATALOGUE.iter().find(|metric| metric.name == name);
        let metric = metric.unwrap_or_else(|| panic!("{series}"));
        let labels = labels.trim_end_matches('}').split("\",").filter(|label| !label.is_empty());
        let names: Vec<_> = labels.map(|label| label.split('=').next().unwrap()).collect();
        assert_eq!(names, metric.labels, "{series}");
    }
}

#[test]
fn every_metric_is_described_with_its_unit() {
    let meter = Meter::of(&MetricsReporter::new());
    for metric in MetricsReporter::CATALOGUE {
        let (unit, about) = meter.described(metric.name).expect(metric.name);
        // Any other would be put into the name by recorders that do so.
        let expected = if metric.unit == "seconds" { Unit::Seconds } else { Unit::Count };
        assert_eq!((unit, &*about), (Some(expected), metric.about), "{}", metric.name);
        assert_eq!(metric.name.contains("_seconds"), metric.unit == "seconds", "{}", metric.name);
    }
}

#[test]
fn the_version_is_told() {
    let meter = Meter::of(&MetricsReporter::new());
    let series = format!(r#"retry_build_info{{version="{}"}}"#, env!("CARGO_PKG_VERSION"));
    assert_eq!(meter.gauge(&series), Some(1.0));
}

#[test]
fn an_interval_is_neither_too_short_nor_too_long() {
    for interval in [Duration::ZERO, Duration::from_millis(999), Duration::from_secs(86_401)] {
        let error = MetricsReporter::new().every(interval).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<LimitError>()).unwrap();
        assert_eq!(inner.field(), LimitField::Interval, "{inner}");
    }
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/metrics.md");

#[test]
fn the_manual_lists_every_metric() {
    let page = fs::read_to_string(PAGE).unwrap_or_default();
    let (begin, end) = ("<!-- the metrics, begin -->\n", "<!-- the metrics, end -->\n");
    let (before, rest) = page.split_once(begin).expect("the begin of the table is marked");
    let (_, after) = rest.split_once(end).expect("the end of the table is marked");
    let mut table =
        "| metric | sort | labels | unit | meaning |\n|---|---|---|---|---|\n".to_owned();
    for metric in MetricsReporter::CATALOGUE {
        let labels: Vec<_> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let (name, sort, unit, labels) = (metric.name, metric.sort, metric.unit, labels.join(" "));
        writeln!(table, "| `{name}` | {sort} | {labels} | {unit} | {} |", metric.about).unwrap();
    }
    let produced = format!("{before}{begin}{table}{end}{after}");
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(PAGE, &produced).unwrap();
        return;
    }
    let hint = "run `UPDATE_SNAPSHOTS=1 cargo test -p retry-core --features metrics --test metrics`, \
                and look at what changed";
    assert_eq!(page, produced, "{hint}");
}
