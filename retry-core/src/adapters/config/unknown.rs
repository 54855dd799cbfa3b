//! What to say about a key that does not exist.

use crate::adapters::config::keys::{
    BUDGET, CIRCUIT_BREAKER, KIND, Key, LABELS, POLICY, RATE_LIMIT,
};
use crate::adapters::config::node::{Entry, Origin};
use crate::adapters::config::suggest::nearest;
use crate::values::kind::ErrorKind;

/// The tables of the root, behind its own keys.
pub(super) const TABLES: [&str; 4] = ["on", "circuit_breaker", "budget", "rate_limit"];

/// The keys of a whole file.
pub(super) const SECTIONS: [&str; 3] = ["defaults", "service", "operation"];

/// What the attribute takes beside these keys.
const IN_CODE: [&str; 11] = [
    "policy",
    "retry_on",
    "never_on",
    "retry_if",
    "retry_if_ok",
    "retry_on_status",
    "key",
    "fallback",
    "context",
    "on_retry",
    "dead_letter",
];

pub(super) fn names<T>(keys: &[Key<T>]) -> Vec<&'static str> {
    keys.iter().map(|key| key.name).collect()
}

/// The keys of the root.
pub(super) fn root() -> Vec<&'static str> {
    let mut all = names(LABELS);
    all.extend(names(POLICY));
    all.extend(TABLES);
    all
}

pub(super) fn kinds() -> Vec<&'static str> {
    ErrorKind::ALL.map(ErrorKind::as_str).to_vec()
}

pub(super) fn budget() -> Vec<&'static str> {
    [vec!["kind"], names(BUDGET)].concat()
}

/// Every key of every table with that in one word, as the variables have them.
fn spelled_out() -> Vec<String> {
    let of = |table: &str, keys: Vec<&str>| -> Vec<String> {
        keys.iter().map(|key| format!("{table}_{key}")).collect()
    };
    let mut all: Vec<String> = root().iter().map(ToString::to_string).collect();
    all.extend(of("circuit_breaker", names(CIRCUIT_BREAKER)));
    all.extend(of("budget", budget()));
    all.extend(of("rate_limit", names(RATE_LIMIT)));
    all.extend(kinds().iter().flat_map(|kind| of(&format!("on_{kind}"), names(KIND))));
    all
}

/// Why `entry`, in the table at `path` with these keys, is none of them.
pub(super) fn why(entry: &Entry, path: &str, keys: &[&str]) -> String {
    let what = if path == "on" { "kind" } else { "key" };
    let hint = hint(entry, path, keys).unwrap_or_else(|| {
        let of = if path.is_empty() { String::new() } else { format!(" of `{path}`") };
        format!("; the {what}s{of} are {}", keys.join(", "))
    });
    format!("unknown {what}{hint}")
}

/// What was probably meant.
pub(super) fn hint(entry: &Entry, path: &str, keys: &[&str]) -> Option<String> {
    let word = &*entry.key.to_ascii_lowercase();
    let did_you_mean = |key: &str| Some(format!("; did you mean `{}`?", spelled(entry, key)));
    if let "max_retries" | "retries" | "times" = word
        && keys.contains(&"max_attempts")
    {
        let key = spelled(entry, "max_attempts");
        return Some(format!("; use `{key}`, which counts the first call too: retries + 1"));
    }
    if path.is_empty() && word == "tags" && !keys.contains(&word) {
        return Some("; a handle has tags: its own settings say them, or code".to_owned());
    }
    if path.is_empty() && !keys.contains(&"name") && names(LABELS).contains(&word) {
        return Some("; the name of the section says whom it is for".to_owned());
    }
    if path.is_empty() && SECTIONS.contains(&word) {
        return Some("; a file with sections is read by `RetrySettings`".to_owned());
    }
    if path.is_empty() && IN_CODE.contains(&word) {
        return Some("; it needs types or functions, which only code can name".to_owned());
    }
    if let Some(key) = synonym(word).filter(|key| keys.contains(key)) {
        return did_you_mean(key);
    }
    if let Some(key) = nearest(word, keys.iter().copied()) {
        return did_you_mean(key);
    }
    if let (Origin::Variable(_), true) = (&entry.origin, path.is_empty()) {
        let all = spelled_out();
        return nearest(word, all.iter().map(String::as_str)).and_then(did_you_mean);
    }
    let table = elsewhere(word).filter(|_| path.is_empty())?;
    Some(format!("; did you mean `{table}.{word}`?"))
}

/// What other libraries call it.
fn synonym(word: &str) -> Option<&'static str> {
    Some(match word {
        "delay" | "backoff" | "base" | "min_delay" => "initial_delay",
        "attempts" => "max_attempts",
        "factor" => "multiplier",
        "breaker" => "circuit_breaker",
        "deadline" | "total_timeout" => "timeout",
        "kinds" => "on",
        "scope" => "counts",
        _ => return None,
    })
}

/// The table of a key that stands in the root.
fn elsewhere(word: &str) -> Option<&'static str> {
    let tables = [
        ("circuit_breaker", names(CIRCUIT_BREAKER)),
        ("budget", budget()),
        ("rate_limit", names(RATE_LIMIT)),
    ];
    tables.into_iter().find(|(_, keys)| keys.contains(&word)).map(|(table, _)| table)
}

/// The key as it would be written in the place of `entry`: as a variable with all its name.
fn spelled(entry: &Entry, key: &str) -> String {
    match &entry.origin {
        Origin::Variable(name) => {
            let before = name.len().saturating_sub(entry.key.len());
            format!("{}{}", name.get(..before).unwrap_or_default(), key.to_uppercase())
        }
        _ => key.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tables of the manual, one after the other, as the names in their first column.
    fn documented() -> Vec<Vec<String>> {
        let manual = include_str!("../../../docs/config.md");
        let mut tables: Vec<Vec<String>> = Vec::new();
        // Other tables of the manual begin with something else.
        let of_keys = manual.split("\n\n").filter(|part| part.starts_with("| key |"));
        for part in of_keys {
            let names = part.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
            tables.push(names.map(|(name, _)| name.to_owned()).collect());
        }
        tables
    }

    #[test]
    fn the_manual_lists_every_key_in_our_order() {
        let keys = [root(), names(KIND), names(CIRCUIT_BREAKER), budget(), names(RATE_LIMIT)];
        assert_eq!(documented(), keys);
    }

    #[test]
    fn every_variable_means_one_key() {
        let mut all = spelled_out();
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
