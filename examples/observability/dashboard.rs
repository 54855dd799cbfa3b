//! The queries of the dashboard, as Grafana would send them.

use std::error::Error;

use serde_json::Value;

const BOARD: &str = include_str!("../../ops/grafana/retry.json");

/// What Grafana puts in for its variables; `.*` is what "All" stands for.
const VARIABLES: [(&str, &str); 4] =
    [("$__rate_interval", "5s"), ("$__range", "25s"), ("$operation", ".*"), ("$service", ".*")];

/// A query, and the panel that shows it.
pub(crate) struct Query {
    pub(crate) panel: String,
    pub(crate) text: String,
}

/// Every query of every panel, and those of the annotations.
pub(crate) fn queries() -> Result<Vec<Query>, Box<dyn Error>> {
    let board: Value = serde_json::from_str(BOARD)?;
    let panels = board["panels"].as_array().ok_or("the board has no panels")?;
    let targets = panels.iter().flat_map(|panel| {
        let targets = panel["targets"].as_array().map_or(&[][..], Vec::as_slice);
        targets.iter().map(|target| (&panel["title"], target))
    });
    let annotations = board["annotations"]["list"].as_array().map_or(&[][..], Vec::as_slice);
    let annotations = annotations.iter().map(|annotation| (&annotation["name"], annotation));
    let queries = targets.chain(annotations).filter_map(|(title, holder)| {
        let text = holder["expr"].as_str()?.to_owned();
        let text = VARIABLES.iter().fold(text, |text, (name, value)| text.replace(name, value));
        Some(Query { panel: title.as_str().unwrap_or("?").to_owned(), text })
    });
    Ok(queries.collect())
}
