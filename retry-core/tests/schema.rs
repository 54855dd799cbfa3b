//! The schema takes what the reader takes, refuses what is wrong with a key by itself, and stands in
//! the manual as it is.

mod generated;

use std::sync::LazyLock;
use std::{env, fs};

use boon::{Compiler, SchemaIndex, Schemas};
use proptest::prelude::*;
use retry_core::{RetryConfig, RetrySettings};
use serde_json::{Map, Value, json};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/retry.schema.json");

struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Schema {
    fn of(text: &str) -> Self {
        const PLACE: &str = "http://retry.test/schema.json";
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource(PLACE, serde_json::from_str(text).unwrap()).unwrap();
        let index = compiler.compile(PLACE, &mut schemas).unwrap_or_else(|why| panic!("{why:#}"));
        Self { schemas, index }
    }

    fn refusal(&self, value: &Value) -> Option<String> {
        self.schemas.validate(value, self.index).err().map(|why| format!("{value}\n{why:#}"))
    }
}

static CONFIG: LazyLock<Schema> = LazyLock::new(|| Schema::of(&RetryConfig::json_schema()));
static SETTINGS: LazyLock<Schema> = LazyLock::new(|| Schema::of(&RetrySettings::json_schema()));

fn config(value: &Value) -> bool {
    serde_json::from_value::<RetryConfig>(value.clone()).is_ok()
}

fn settings(value: &Value) -> bool {
    serde_json::from_value::<RetrySettings>(value.clone()).is_ok()
}

/// One key of one set of settings, in the tables of its path.
fn nested(path: &[String], value: &Value) -> Value {
    path.iter().rev().fold(value.clone(), |inner, key| json!({ key.as_str(): inner }))
}

#[test]
fn the_manual_has_the_schema_of_a_whole_file() {
    let schema = RetrySettings::json_schema();
    if env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(PAGE, &schema).unwrap();
    }
    let hint = "run `UPDATE_SNAPSHOTS=1 cargo test -p retry-core --features toml --test schema`, \
                and look at what changed";
    assert_eq!(fs::read_to_string(PAGE).unwrap_or_default(), schema, "{hint}");
}

/// The texts in quotes in a source, also those in the examples of its comments.
fn texts(source: &str) -> Vec<String> {
    let (mut texts, mut rest) = (Vec::new(), source);
    while let Some(at) = rest.find('"') {
        let is_raw = rest[..at].ends_with("r#");
        rest = &rest[at + 1..];
        let end = if is_raw { rest.find("\"#") } else { closing(rest) };
        let Some(end) = end else { break };
        let text = &rest[..end];
        texts.push(if is_raw { text.to_owned() } else { unescaped(text) });
        rest = &rest[end + 1..];
    }
    texts
}

fn closing(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends.then_some(at)
    })
}

fn unescaped(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    let text = lines.fold(first, |text, line| text + line.trim_start());
    text.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
}

/// The blocks of code of a page that are in this language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    let blocks = page.split(&start).skip(1).map(|rest| rest.split("```").next());
    blocks.flatten().map(str::to_owned).collect()
}

#[test]
fn every_example_that_the_reader_takes_is_valid() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let mut valid = (0, 0);
    for page in [
        "docs/config.md",
        "tests/config.rs",
        "tests/config_errors.rs",
        "tests/settings.rs",
        "tests/settings_errors.rs",
        "src/adapters/config/mod.rs",
        "src/adapters/config/settings.rs",
    ] {
        let page = fs::read_to_string(format!("{folder}/{page}")).unwrap();
        // In the example of a comment each line begins with its mark.
        let page = page.replace("\n    /// ", "\n").replace("\n/// ", "\n");
        let texts = [texts(&page), blocks(&page, "toml"), blocks(&page, "json")].concat();
        for text in texts.iter().filter(|text| text.contains(['=', '[', '{'])) {
            let value = || toml::from_str::<Value>(text).ok();
            let value = value().or_else(|| serde_json::from_str(text).ok());
            let Some(value) = value.filter(Value::is_object) else { continue };
            for (takes, schema, count) in [
                (config(&value), &CONFIG, &mut valid.0),
                (settings(&value), &SETTINGS, &mut valid.1),
            ] {
                if takes {
                    assert_eq!(schema.refusal(&value), None);
                    *count += 1;
                }
            }
        }
    }
    assert!(valid.0 > 20 && valid.1 > 15, "only {valid:?} were found");
}

#[test]
fn what_is_wrong_with_a_key_is_refused_by_both() {
    let wrong = [
        json!({ "max_attemps": 3 }),
        json!({ "$schema": 3 }),
        json!({ "name": "" }),
        json!({ "tags": "team" }),
        json!({ "tags": { "tier": 1 } }),
        json!({ "tags": { "": "x" } }),
        json!({ "tags": (0..9).map(|n| (n.to_string(), json!("x"))).collect::<Map<_, _>>() }),
        json!({ "max_attempts": 0 }),
        json!({ "max_attempts": 2.5 }),
        json!({ "max_attempts": "3" }),
        json!({ "max_attempts": 4_294_967_296_u64 }),
        json!({ "strategy": "exponental" }),
        json!({ "initial_delay": 5 }),
        json!({ "initial_delay": "5" }),
        json!({ "initial_delay": "-5s" }),
        json!({ "initial_delay": "5 parsecs" }),
        json!({ "initial_delay": "" }),
        json!({ "initial_delay": "none" }),
        json!({ "timeout": "0s" }),
        json!({ "timeout": "0" }),
        json!({ "timeout": "never" }),
        json!({ "jitter": 1.5 }),
        json!({ "jitter": "fulll" }),
        json!({ "retried": "network" }),
        json!({ "retried": ["netwerk"] }),
        json!({ "on": 3 }),
        json!({ "on": { "nobody": {} } }),
        json!({ "on": { "server": "default" } }),
        json!({ "on": { "server": { "timeout": "3s" } } }),
        json!({ "on": { "server": { "cost": -1.0 } } }),
        json!({ "budget": "some" }),
        json!({ "budget": { "kind": "aw" } }),
        json!({ "budget": { "ratio": 2.0 } }),
        json!({ "circuit_breaker": null }),
        json!({ "circuit_breaker": { "failure_ratio": 0.0 } }),
        json!({ "circuit_breaker": { "window": 0 } }),
        json!({ "circuit_breaker": { "window": "0s" } }),
        json!({ "circuit_breaker": { "counts": "all" } }),
        json!({ "rate_limit": { "max_wat": "3s" } }),
    ];
    for value in &wrong {
        assert!(!config(value) && CONFIG.refusal(value).is_some(), "{value}");
        let file = json!({ "operation": { "o": value } });
        assert!(!settings(&file) && SETTINGS.refusal(&file).is_some(), "{file}");
    }
    for file in [
        json!({ "defualts": {} }),
        json!({ "max_attempts": 3 }),
        json!({ "$schema": null }),
        json!({ "defaults": [] }),
        json!({ "service": { "": {} } }),
        json!({ "service": { "a": { "service": "a" } } }),
        json!({ "operation": { "a": 3 } }),
        json!({ "operation": [] }),
    ] {
        assert!(!settings(&file) && SETTINGS.refusal(&file).is_some(), "{file}");
    }
}

/// The numbers that a schema names as bounds: by path, the number at the end, the one beyond it.
fn bounds(
    schema: &Value,
    root: &Value,
    path: &[String],
    found: &mut Vec<(Vec<String>, Value, Value)>,
) {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.strip_prefix("#/$defs/")) {
        return bounds(&root["$defs"][name], root, path, found);
    }
    for part in schema["anyOf"].as_array().into_iter().flatten() {
        bounds(part, root, path, found);
    }
    for (key, part) in schema["properties"].as_object().into_iter().flatten() {
        bounds(part, root, &[path, std::slice::from_ref(key)].concat(), found);
    }
    let is_whole = schema["type"] == "integer";
    for (word, step) in [("minimum", -1.0), ("maximum", 1.0), ("exclusiveMinimum", -1.0)] {
        let Some(end) = schema[word].as_f64() else { continue };
        let beyond = end + step * if is_whole { 1.0 } else { 1e-9 };
        // The end of an open range is itself beyond it.
        let (inside, beyond) = if word == "exclusiveMinimum" { (1e-9, end) } else { (end, beyond) };
        let number = |number: f64| {
            #[allow(clippy::cast_possible_truncation)] // whole
            if is_whole { json!(number as i64) } else { json!(number) }
        };
        found.push((path.to_vec(), number(inside), number(beyond)));
    }
}

#[test]
fn the_bounds_of_the_schema_are_those_of_the_reader() {
    let root: Value = serde_json::from_str(&RetryConfig::json_schema()).unwrap();
    let mut found = Vec::new();
    bounds(&root, &root, &[], &mut found);
    assert!(found.len() > 40, "{found:?}");
    for (path, inside, beyond) in found {
        let refused = nested(&path, &beyond);
        assert!(!config(&refused) && CONFIG.refusal(&refused).is_some(), "{refused}");
        let taken = nested(&path, &inside);
        assert_eq!(CONFIG.refusal(&taken), None);
        // The longest window is a bound of `min_calls` as well.
        let is_two = path.ends_with(&["min_calls".to_owned()]) && inside != json!(1);
        assert!(config(&taken) || is_two, "{taken}");
    }
}

#[test]
fn every_key_says_what_it_is_for() {
    fn check(schema: &Value, path: &str) {
        for (key, part) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{key}");
            let is_kind = path.starts_with(".on.");
            let about = part["description"].as_str().unwrap_or_default();
            assert!(is_kind || (about.len() > 10 && about.ends_with('.')), "{path}: {about:?}");
            check(part, &path);
        }
    }
    let root: Value = serde_json::from_str(&RetrySettings::json_schema()).unwrap();
    check(&root, "");
    for (name, part) in root["$defs"].as_object().unwrap() {
        check(part, &format!(".{name}"));
    }
}

/// The defaults that a schema names, by their paths.
fn usual(schema: &Value, root: &Value, path: &[String], found: &mut Vec<(Vec<String>, Value)>) {
    if let Some(value) = schema.get("default") {
        found.push((path.to_vec(), value.clone()));
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.strip_prefix("#/$defs/")) {
        usual(&root["$defs"][name], root, path, found);
    }
    for part in schema["anyOf"].as_array().into_iter().flatten() {
        usual(part, root, path, found);
    }
    for (key, part) in schema["properties"].as_object().into_iter().flatten() {
        usual(part, root, &[path, std::slice::from_ref(key)].concat(), found);
    }
}

#[test]
fn a_default_says_what_is_there_without_it() {
    use retry_core::{BudgetPolicy, Preset, RetryPolicy};
    let root: Value = serde_json::from_str(&RetryConfig::json_schema()).unwrap();
    let mut found = Vec::new();
    usual(&root, &root, &[], &mut found);
    assert!(found.len() > 30, "{found:?}");
    let sorts = [BudgetPolicy::new(), BudgetPolicy::ratio(0.2), BudgetPolicy::grpc(10, 0.1)];
    for (path, value) in found {
        let said = nested(&path, &value);
        assert_eq!(CONFIG.refusal(&said), None);
        let read: RetryConfig =
            serde_json::from_value(said.clone()).unwrap_or_else(|why| panic!("{said}\n{why}"));
        let changes_nothing = sorts.iter().any(|sort| {
            let base = Preset::new(RetryPolicy::new()).with_budget(*sort);
            // A gate that is named is there.
            let base = match path[0].as_str() {
                "circuit_breaker" if path.len() > 1 => {
                    base.with_circuit_breaker(retry_core::BreakerPolicy::new())
                }
                "rate_limit" if path.len() > 1 => {
                    base.with_rate_limit(retry_core::RateLimitPolicy::new())
                }
                _ => base,
            };
            read.apply_to(base) == Ok(base)
        });
        assert!(changes_nothing, "{said}");
    }
}

proptest! {
    #[test]
    fn what_the_reader_takes_is_valid(value in prop_oneof![
        generated::settings(true),
        generated::settings(false),
    ]) {
        if config(&value) {
            prop_assert_eq!(CONFIG.refusal(&value), None);
        }
        let file = json!({ "defaults": value, "operation": { "a::b": value } });
        if settings(&file) {
            prop_assert_eq!(SETTINGS.refusal(&file), None);
        }
    }

    #[test]
    fn a_length_of_time_that_the_reader_takes_is_valid(
        text in "( ?[0-9]{1,3}( ?[.][0-9]{1,3})? ?(ns|us|µs|ms|s|sec|m|mins|h|days|w|M|yr|years)){1,3} ?|[0-9a-z. ]{0,6}"
    ) {
        let value = json!({ "max_hint": text, "circuit_breaker": { "window": text } });
        if config(&value) {
            prop_assert_eq!(CONFIG.refusal(&value), None);
        }
    }
}
