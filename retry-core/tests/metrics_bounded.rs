//! However many names there are, there are few series.

mod meter;

use std::collections::BTreeSet;

use meter::Meter;
use retry_core::{MetricsReporter, Retry, RetryPolicy, RetryRegistry};

const NAMES: usize = 10_000;
const MOST: usize = 20;

/// One test, since all names of a process are counted.
#[test]
fn ten_thousand_names_have_the_series_of_a_few() {
    let reporter = MetricsReporter::new().with_max_series(MOST);
    let succeed = |retry: &Retry| retry.run_blocking(|| Ok::<_, std::io::Error>(())).unwrap();
    let call = |names: std::ops::Range<usize>| {
        for name in names {
            let make = || Retry::new(RetryPolicy::new());
            succeed(&RetryRegistry::process().get_or_insert_with(&format!("tenant-{name}"), make));
        }
    };
    let meter = Meter::default();
    // Some have series, and keep them when more come.
    call(0..10);
    meter.take(&reporter);
    call(0..NAMES);
    meter.take(&reporter);
    meter.take(&reporter);

    let series = meter.series();
    let operations: BTreeSet<_> = series.iter().filter_map(|series| operation(series)).collect();
    assert_eq!(operations.len(), MOST + 1, "and one for the others");
    for name in 0..10 {
        assert!(operations.contains(format!("tenant-{name}").as_str()));
    }
    let calls = |operation: &str| {
        let labels = format!(r#"operation="{operation}",service="",outcome="first_try""#);
        meter.counter(&format!("retry_calls_total{{{labels}}}")).unwrap()
    };
    // Nobody is counted twice, and nobody is forgotten.
    let all: u64 = operations.iter().map(|operation| calls(operation)).sum();
    assert_eq!(all, 10 + NAMES as u64);
    assert_eq!(calls("other"), (NAMES - MOST) as u64);
    // The histograms of the others are together, too.
    let durations = meter.values(r#"retry_call_duration_seconds{operation="other",service=""}"#);
    assert_eq!(durations.len(), NAMES - MOST);
    assert_eq!(meter.gauge("retry_operations{}"), Some(20.0));
    assert!(meter.gauge("retry_folded_operations{}") > Some(100.0));
}

fn operation(series: &str) -> Option<&str> {
    series.split_once("operation=\"")?.1.split('"').next()
}
