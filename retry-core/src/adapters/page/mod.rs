//! Statistics as a page for a browser.
//!
//! The page is whole as it is: it asks nobody for a style or a script, and without scripts it is
//! loaded anew every few seconds. With them, each cell says by which path its value is found in the
//! JSON of the same statistics, so that the script knows nothing of what the page shows.

mod cells;
#[cfg(test)]
mod tests;

use std::fmt::Write;
use std::time::SystemTime;

use crate::adapters::page::cells::{Cells, count, escape, share, text, time};
use crate::drivers::breaker::BreakerSnapshot;
use crate::drivers::operations::snapshot::ServiceSnapshot;
use crate::drivers::statistics::snapshot::StatisticsSnapshot;
use crate::values::counts::Counts;
use crate::values::statistics::OperationStatistics;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const HEADS: &str = "<thead><tr><th>operation<th>outcome<th>calls<th>success<th>attempts<th>waited\
    <th>p50<th>p90<th>p99<th>max</thead>";
const KEY: &str = "<div class=key><span><i class=first></i>at the first attempt</span><span>\
    <i class=after></i>after retries</span><span><i class=lost></i>given up, or panicked</span></div>";

impl StatisticsSnapshot {
    /// A page that shows this, for a path such as `/retries/`.
    ///
    /// It stays up to date by itself: it asks every three seconds for `stats.json` beside it, which is
    /// this snapshot as serde writes it, or is loaded anew where that path is not there. It needs
    /// nothing else; where a content security policy is set, it has to allow inline styles and scripts.
    /// Names are escaped.
    ///
    /// ```
    /// use retry_core::Statistics;
    ///
    /// Statistics::enable_with_latency();
    /// let page = Statistics::snapshot().to_html();
    /// assert!(page.starts_with("<!doctype html>"));
    /// ```
    #[must_use]
    pub fn to_html(&self) -> String {
        let shape = format!("{}/{}", self.operations.len(), self.services.len());
        let body = [
            header(self.since),
            tiles(&self.total),
            operations(self),
            services(&self.services),
            format!(
                "<div class=cols><div>{}</div><div>{}</div></div>",
                counts("Why calls were given up", "total.gave_up", &self.total.gave_up),
                counts(
                    "What attempts failed with",
                    "total.failed_attempts",
                    &self.total.failed_attempts
                ),
            ),
        ];
        format!(
            "<!doctype html>\n<html lang=en><head><meta charset=utf-8>\
             <meta name=viewport content=\"width=device-width\"><title>Retries</title>\
             <noscript><meta http-equiv=refresh content=5></noscript>\
             <style>{STYLE}</style></head><body data-shape=\"{shape}\"><main>{}</main>\
             <script>{SCRIPT}</script></body></html>\n",
            body.concat()
        )
    }
}

fn header(since: Option<SystemTime>) -> String {
    let ago = since.and_then(|since| since.elapsed().ok());
    let since = ago.map_or_else(
        || "not enabled".to_owned(),
        |ago| format!("counted for {} when this was loaded", cells::short(ago)),
    );
    format!("<header><h1>Retries</h1><span class=dim>{since}</span></header>")
}

fn tiles(total: &OperationStatistics) -> String {
    let of = Cells::of("total".to_owned());
    let tiles = [
        ("calls", count(total.calls()), of.at("calls")),
        ("succeeded", share(total.success_ratio()), of.at("success_ratio")),
        ("saved by a retry", count(total.succeeded_after.total()), of.at("retried")),
        ("given up", count(total.gave_up.total()), of.at("given_up")),
        (
            "p99 latency",
            time((total.latency.count > 0).then_some(total.latency.p99)),
            of.at("latency.p99"),
        ),
        ("of the time waited", share(total.latency_impact), of.at("latency_impact")),
    ];
    let tiles = tiles.map(|(name, value, path)| {
        format!(
            "<div class=tile><b{}>{}</b><span>{name}</span></div>",
            path.marked(&value),
            value.text
        )
    });
    format!("<div class=tiles>{}</div>", tiles.concat())
}

fn operations(snapshot: &StatisticsSnapshot) -> String {
    let rows: String = snapshot
        .operations
        .iter()
        .enumerate()
        .map(|(i, of)| row(of, format!("operations.{i}")))
        .collect();
    let total = row(&snapshot.total, "total".to_owned());
    format!(
        "<h2>Operations</h2><div class=card><table>{HEADS}<tbody>{rows}</tbody>\
         <tfoot>{total}</tfoot></table></div>{KEY}"
    )
}

fn row(of: &OperationStatistics, path: String) -> String {
    let cells = Cells::of(path);
    let latency = |time: std::time::Duration| (of.latency.count > 0).then_some(time);
    let service = of
        .service
        .as_deref()
        .map_or_else(String::new, |service| format!("<small>{}</small>", escape(service)));
    let mut row = format!("<tr><td>{}{service}<td>{}", escape(&of.name), bar(of, &cells));
    let values = [
        ("calls", count(of.calls())),
        ("success_ratio", share(of.success_ratio())),
        ("attempts", count(of.attempts)),
        ("waited", time(Some(of.waited))),
        ("latency.p50", time(latency(of.latency.p50))),
        ("latency.p90", time(latency(of.latency.p90))),
        ("latency.p99", time(latency(of.latency.p99))),
        ("latency.max", time(latency(of.latency.max))),
    ];
    for (key, value) in values {
        let _ = write!(row, "<td{}>{}", cells.at(key).marked(&value), value.text);
    }
    row + "</tr>"
}

fn bar(of: &OperationStatistics, cells: &Cells) -> String {
    let parts = [
        ("first", "succeeded_at_once", of.succeeded_at_once),
        ("after", "retried", of.succeeded_after.total()),
        ("lost", "given_up", of.gave_up.total()),
        ("lost", "panicked", of.panicked),
    ];
    let parts = parts.map(|(class, key, count)| {
        format!("<i class={class} data-w=\"{}\" style=\"flex-grow:{count}\"></i>", cells.at(key).0)
    });
    format!("<div class=bar>{}</div>", parts.concat())
}

fn counts<K: Copy + PartialEq + cells::Word>(title: &str, path: &str, of: &Counts<K>) -> String {
    let cells = Cells::of(path.to_owned());
    let mut rows = String::new();
    for (key, of) in of.iter() {
        let (word, value) = (key.word(), count(of));
        let (marked, shown) = (cells.at(word).marked(&value), word.replace('_', " "));
        let _ = write!(rows, "<span><b{marked}>{}</b>{shown}</span>", value.text);
    }
    format!("<h2>{title}</h2><div class=\"card counts\">{rows}</div>")
}

fn services(services: &[ServiceSnapshot]) -> String {
    if services.is_empty() {
        return String::new();
    }
    let rows: String =
        services.iter().enumerate().map(|(i, of)| service(of, format!("services.{i}"))).collect();
    format!(
        "<h2>Services</h2><div class=card><table><thead><tr><th>service<th>circuit<th>failed<th>of calls\
         <th>waiting<th>opened<th>refused<th>rate limit<th>budget<th>of<th>refused</thead>\
         <tbody>{rows}</tbody></table></div>"
    )
}

fn service(of: &ServiceSnapshot, path: String) -> String {
    let (cells, gates) = (Cells::of(path), &of.gates);
    let breaker = gates.circuit_breaker.as_ref();
    let budget = gates.budget.as_ref();
    let name = text(Some(&of.name));
    let state = text(breaker.map(|breaker| breaker.state().as_str()));
    let mut row = format!(
        "<tr><td{}>{}<td><b class=pill data-state=\"{2}\"{3}>{2}</b>",
        cells.at("name").marked(&name),
        name.text,
        state.text,
        cells.at("circuit_breaker.state").marked(&state),
    );
    let number = |value: Option<u64>| value.map_or_else(|| count(0).missing(), count);
    let values = [
        ("circuit_breaker.failures", number(breaker.map(|of| of.failures().into()))),
        ("circuit_breaker.calls", number(breaker.map(|of| of.calls().into()))),
        ("circuit_breaker.waiting", number(breaker.map(|of| of.waiting().into()))),
        ("circuit_breaker.opened", number(breaker.map(BreakerSnapshot::opened))),
        ("circuit_breaker.refused", number(breaker.map(BreakerSnapshot::refused))),
        ("rate_limit.rate", cells::decimal(gates.rate_limit.and_then(|of| of.rate))),
        ("budget.tokens", cells::decimal(budget.map(|of| of.tokens))),
        ("budget.capacity", cells::decimal(budget.map(|of| of.capacity))),
        ("budget.refused", number(budget.map(|of| of.refused))),
    ];
    for (key, value) in values {
        let _ = write!(row, "<td{}>{}", cells.at(key).marked(&value), value.text);
    }
    row + "</tr>"
}
