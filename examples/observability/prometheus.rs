//! A Prometheus of one's own, for as long as the example runs.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use reqwest::{Client, Url};
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::samples::Samples;

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ops/prometheus/retry.rules.yml");

/// What is made shorter, so that seconds are enough: nobody runs an example for an hour. Nothing else
/// of the rules is changed.
const SHORTER: [(&str, &str); 5] = [
    ("[1h] offset 5m", "[8s] offset 5s"),
    ("[5m]", "[5s]"),
    ("[15m]", "[10s]"),
    ("for: 5m", "for: 2s"),
    ("for: 2m", "for: 2s"),
];

/// A running Prometheus; it ends with this.
pub(crate) struct Prometheus {
    child: Child,
    client: Client,
    url: String,
    log: PathBuf,
}

/// What happened in a stretch of time, as seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl Prometheus {
    /// Starts one that scrapes `target` every half second and looks at the rules every second.
    /// `None` where there is no Prometheus to start.
    pub(crate) async fn start(folder: &Path, target: &str) -> Result<Option<Self>, Box<dyn Error>> {
        let mut rules = fs::read_to_string(RULES)?;
        for (long, short) in SHORTER {
            rules = rules.replace(long, short);
        }
        fs::write(folder.join("rules.yml"), rules)?;
        fs::write(folder.join("prometheus.yml"), configuration(target))?;
        let listen = format!("127.0.0.1:{}", free_port()?);
        let log = folder.join("prometheus.log");
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", folder.join("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={listen}"))
            .arg("--log.level=warn")
            .stdout(File::create(&log)?)
            .stderr(File::options().append(true).open(&log)?)
            .spawn();
        let child = match child {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            child => child?,
        };
        let url = format!("http://{listen}");
        let mut started = Self { child, client: Client::new(), url, log };
        started.ready().await?;
        Ok(Some(started))
    }

    async fn ready(&mut self) -> Result<(), Box<dyn Error>> {
        let give_up = Instant::now() + Duration::from_secs(15);
        while Instant::now() < give_up {
            let ready = self.client.get(format!("{}/-/ready", self.url)).send().await;
            if ready.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if self.child.try_wait()?.is_some() {
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
        Err(format!("Prometheus does not start:\n{}", fs::read_to_string(&self.log)?).into())
    }

    /// Asks it, and gives back what it calls the data.
    async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Box<dyn Error>> {
        let url = Url::parse_with_params(&format!("{}/api/v1/{path}", self.url), query)?;
        let answer = self.client.get(url).send().await?.text().await?;
        let mut answer: Value = serde_json::from_str(&answer)?;
        match &answer["error"] {
            Value::Null => Ok(answer["data"].take()),
            error => Err(format!("{query:?}: {error}").into()),
        }
    }

    /// The newest number of every series that the query finds, as the program calls them.
    pub(crate) async fn newest(&self, query: &str) -> Result<Samples, Box<dyn Error>> {
        let data = self.ask("query", &[("query", query)]).await?;
        let rows = data["result"].as_array().ok_or("not a vector")?;
        let sample = |row: &Value| {
            let mut labels: BTreeMap<String, String> =
                serde_json::from_value(row["metric"].clone()).ok()?;
            labels.retain(|name, _| !["job", "instance"].contains(&&**name));
            let name = labels.remove("__name__").unwrap_or_default();
            Some(((name, labels), row["value"][1].as_str()?.parse().ok()?))
        };
        rows.iter()
            .map(|row| sample(row).ok_or_else(|| format!("not a sample: {row}").into()))
            .collect()
    }

    /// Whether the query has a number anywhere in the stretch.
    pub(crate) async fn has_data(&self, query: &str, in_: Stretch) -> Result<bool, Box<dyn Error>> {
        let (from, to) = (in_.from.to_string(), in_.to.to_string());
        let query = [("query", query), ("start", &from), ("end", &to), ("step", "1")];
        let data = self.ask("query_range", &query).await?;
        let series = data["result"].as_array().ok_or("not a matrix")?;
        let values = series.iter().filter_map(|series| series["values"].as_array()).flatten();
        Ok(values.into_iter().any(|value| value[1].as_str().is_some_and(|value| value != "NaN")))
    }

    /// The values that a label has.
    pub(crate) async fn values_of(&self, label: &str) -> Result<usize, Box<dyn Error>> {
        let query = [("match[]", "retry_calls_total")];
        let data = self.ask(&format!("label/{label}/values"), &query).await?;
        Ok(data.as_array().map_or(0, Vec::len))
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // One that has ended by itself is what is wanted.
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn configuration(target: &str) -> String {
    let target = target.trim_start_matches("http://");
    format!(
        "global: {{scrape_interval: 500ms, scrape_timeout: 450ms, evaluation_interval: 1s}}\n\
         rule_files: [rules.yml]\n\
         scrape_configs: [{{job_name: shop, static_configs: [{{targets: ['{target}']}}]}}]\n"
    )
}

/// A port on which nobody listens at present.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
