//! A thread that publishes, to the recorder of the process: one test, since there is one of these.

mod meter;

use std::time::Duration;

use meter::Meter;
use retry_core::{MetricsReporter, Retry, RetryPolicy};

#[test]
fn what_came_before_the_end_is_published_with_the_end() {
    let meter: &'static Meter = Box::leak(Box::default());
    metrics::set_global_recorder(meter).unwrap();
    let publishing = MetricsReporter::new().every(Duration::from_secs(86_400)).unwrap();
    let retry = Retry::new(RetryPolicy::new()).with_name("pushed");
    retry.run_blocking(|| Ok::<_, std::io::Error>(())).unwrap();
    drop(publishing);
    let series = r#"retry_calls_total{operation="pushed",service="",outcome="first_try"}"#;
    assert_eq!(meter.counter(series), Some(1));
}
