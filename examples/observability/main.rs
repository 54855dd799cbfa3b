//! Metrics from a program that retries to the alert that somebody is woken by: every metric of the
//! catalogue, every alert of the rules and every query of the dashboard, against a real Prometheus.
//!
//! ```text
//! cargo run --example observability
//! ```
//!
//! `shop.rs` makes calls of every sort for some seconds, to a server that fails on purpose
//! (`server.rs`). Meanwhile Prometheus scrapes the program and looks at the rules in
//! `ops/prometheus`, with windows of seconds in place of minutes. Then what Prometheus has is held
//! against the program's own statistics, what fired against what should have, and every query of the
//! board in `ops/grafana` has to find data. Without a `prometheus` on the `PATH` only the first of
//! these is checked, in the text that is scraped.

mod alerts;
mod dashboard;
mod prometheus;
mod samples;
mod server;
mod shop;
mod table;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use retry_core::{MetricSort, MetricsReporter, Statistics};
use tokio::time::sleep;

use crate::alerts::{ALERTS, FIRED};
use crate::prometheus::{Prometheus, Stretch};
use crate::samples::{Samples, Series};
use crate::shop::Shop;
use crate::table::Table;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match observe().await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(failed) => {
            eprintln!("\n{failed} of the checks failed");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn observe() -> Result<u32, Box<dyn Error>> {
    let exporter = Arc::new(Exporter::install()?);
    let folder = Folder::new()?;
    let prometheus = Prometheus::start(&folder.0, &exporter.serve().await?).await?;
    let shop = Shop::new(server::start().await?)?;

    let from = now();
    println!("a shop makes calls for {:?}", shop::LENGTH);
    shop::load_settings(&folder.0)?;
    shop::panic_once();
    shop::open(&shop).await;

    // From here on nothing changes any more, and what is scraped is what the program has.
    let (text, expected) = exporter.freeze()?;
    let mut table = Table::default();
    Table::part("what is scraped, against the statistics of the program");
    compare(&mut table, &samples::of_text(&text)?, &expected);
    match prometheus {
        Some(prometheus) => {
            // Two scrapes, so that the frozen text has been read.
            sleep(Duration::from_millis(1500)).await;
            check(&mut table, &prometheus, &expected, Stretch { from, to: now() }).await?;
        }
        None => println!(
            "\nSKIPPED, since there is no `prometheus` on the PATH: what Prometheus makes of it, the \
             alerts, and the queries of the dashboard"
        ),
    }
    Ok(table.failed())
}

async fn check(
    table: &mut Table,
    prometheus: &Prometheus,
    expected: &Samples,
    stretch: Stretch,
) -> Result<(), Box<dyn Error>> {
    Table::part("what Prometheus has, against the statistics of the program");
    compare(table, &prometheus.newest(r#"{__name__=~"retry_.+"}"#).await?, expected);

    Table::part("alerts, and for whom they fired");
    let fired = prometheus.newest(FIRED).await?;
    for alert in &ALERTS {
        let (whom, is_right) = alert.judge(&fired);
        table.line(alert.name, &whom, is_right);
    }
    let known = |name: &str| ALERTS.iter().any(|alert| alert.name == name);
    let unknown = fired.keys().filter_map(|(_, labels)| labels.get("alertname"));
    for name in unknown.filter(|name| !known(name)) {
        table.line(name, "is not expected at all", false);
    }

    Table::part("queries of the dashboard");
    for query in dashboard::queries()? {
        let has_data = prometheus.has_data(&query.text, stretch).await?;
        let found = if has_data { "data".to_owned() } else { format!("nothing: {}", query.text) };
        table.line(&query.panel, &found, has_data);
    }
    for variable in ["operation", "service"] {
        let values = prometheus.values_of(variable).await?;
        table.line(&format!("${variable}"), &format!("{values} values"), values > 1);
    }
    Ok(())
}

/// One line for each metric of the catalogue: how many series it has, and whether each has the number
/// that the program has.
fn compare(table: &mut Table, found: &Samples, expected: &Samples) {
    for metric in MetricsReporter::CATALOGUE {
        let parts: &[&str] = match metric.sort {
            MetricSort::Histogram => &["_count", "_sum"],
            _ => &[""],
        };
        let names: Vec<_> = parts.iter().map(|part| format!("{}{part}", metric.name)).collect();
        let of = |samples: &Samples| -> BTreeSet<Series> {
            samples.keys().filter(|(name, _)| names.contains(name)).cloned().collect()
        };
        let series: BTreeSet<Series> = &of(found) | &of(expected);
        let is_wrong =
            |series: &&Series| !is_same(series, found.get(*series), expected.get(*series));
        let wrong: Vec<_> = series.iter().filter(is_wrong).collect();
        let said = match wrong.first() {
            None => format!("{} series", series.len()),
            Some(first) => format!(
                "{} of {} series, such as {first:?}: {:?} instead of {:?}",
                wrong.len(),
                series.len(),
                found.get(*first),
                expected.get(*first),
            ),
        };
        table.line(metric.name, &said, wrong.is_empty() && !series.is_empty());
    }
}

/// Whether both are there and the same; only a histogram's sum is not exact.
fn is_same((name, _): &Series, found: Option<&f64>, expected: Option<&f64>) -> bool {
    let (Some(found), Some(expected)) = (found, expected) else { return false };
    let is_near = name.ends_with("_sum") && (found - expected).abs() <= expected * 0.032;
    found.total_cmp(expected).is_eq() || is_near
}

fn now() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

/// What Prometheus scrapes.
struct Exporter {
    reporter: MetricsReporter,
    handle: PrometheusHandle,
    /// What is said from now on, whatever happens.
    frozen: Mutex<Option<String>>,
}

impl Exporter {
    fn install() -> Result<Self, Box<dyn Error>> {
        let histograms =
            MetricsReporter::CATALOGUE.iter().filter(|metric| metric.sort == MetricSort::Histogram);
        let builder =
            histograms.into_iter().try_fold(PrometheusBuilder::new(), |builder, metric| {
                let name = Matcher::Full(metric.name.to_owned());
                builder.set_buckets_for_metric(name, MetricsReporter::BUCKETS)
            })?;
        let handle = builder.install_recorder()?;
        Ok(Self { reporter: MetricsReporter::new(), handle, frozen: Mutex::default() })
    }

    /// Serves what a scraper asks for.
    async fn serve(self: &Arc<Self>) -> std::io::Result<String> {
        let exporter = Arc::clone(self);
        server::serve(Router::new().route("/metrics", get(async move || exporter.text()))).await
    }

    fn text(&self) -> String {
        let frozen = self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        frozen.clone().unwrap_or_else(|| self.publish())
    }

    fn publish(&self) -> String {
        self.reporter.publish();
        self.handle.render()
    }

    /// Says the same from now on: the text, and what the program has at the same moment.
    ///
    /// Some numbers change with the time alone, such as what a window holds; so the program is asked
    /// before and after.
    fn freeze(&self) -> Result<(String, Samples), &'static str> {
        for _ in 0..1000 {
            let before = samples::of_program(&Statistics::snapshot());
            let text = self.publish();
            if before == samples::of_program(&Statistics::snapshot()) {
                let mut frozen = self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
                *frozen = Some(text.clone());
                return Ok((text, before));
            }
        }
        Err("the numbers do not come to rest")
    }
}

/// A folder that is gone with this.
struct Folder(PathBuf);

impl Folder {
    fn new() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("retry-observability-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in a folder for temporary files does no harm.
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}
