//! Settings made at random: right ones, and wrong ones of every sort.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

const WORDS: [&str; 27] = [
    "none",
    "default",
    "fixed",
    "exponential",
    "linear",
    "random",
    "fibonacci",
    "custom",
    "full",
    "equal",
    "decorrelated",
    "park",
    "refuse",
    "attempts",
    "calls",
    "productive",
    "ratio",
    "grpc",
    "aws",
    "network",
    "0s",
    "1ns",
    "250ms",
    "2s",
    "1m30s",
    "700years",
    "18446744073709551615s 1000ms",
];

const ROOT: [&str; 13] = [
    "name",
    "service",
    "tags",
    "max_attempts",
    "strategy",
    "initial_delay",
    "max_delay",
    "multiplier",
    "jitter",
    "timeout",
    "attempt_timeout",
    "max_hint",
    "retried",
];
const KIND: [&str; 7] =
    ["max_attempts", "strategy", "initial_delay", "max_delay", "multiplier", "jitter", "cost"];
const BREAKER: [&str; 17] = [
    "failure_ratio",
    "window",
    "min_calls",
    "consecutive_failures",
    "slow_call",
    "slow_ratio",
    "failures",
    "ignored",
    "open_for",
    "max_open_for",
    "probes",
    "lease",
    "on_open",
    "max_waiting",
    "park_for",
    "probe_gap",
    "counts",
];
const BUDGET: [&str; 7] =
    ["kind", "ratio", "payback", "max_tokens", "min_per_second", "ttl", "token_ratio"];
const LIMIT: [&str; 4] = ["beta", "scale", "min_rate", "max_wait"];
const KINDS: [&str; 5] = ["rate_limit", "timeout", "server", "circuit_breaker", "nobody"];

/// Values of every sort, right and wrong.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        8 => proptest::sample::select(&WORDS[..]).prop_map(Value::from),
        2 => (0_u64..200_000).prop_map(|ms| format!("{ms}ms").into()),
        2 => (0_u32..120).prop_map(Value::from),
        3 => (0.0_f64..1.0).prop_map(Value::from),
        1 => any::<f64>().prop_map(|number| Value::from(if number.is_finite() { number } else { 0.5 })),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => "[0-9]{0,25}[.]?[0-9]{0,25} ?(ns|us|ms|s|m|h|years|parsecs)?".prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(json!(["network", "timeout"])),
        1 => Just(json!([])),
        1 => Just(json!({ "kind": 3 })),
    ]
}

/// Values that mostly suit the key.
fn suited(key: &'static str) -> BoxedStrategy<Value> {
    let delay = || (1_u64..100).prop_map(|ms| Value::from(format!("{ms}ms")));
    let time = || (1_u64..20).prop_map(|s| Value::from(format!("{s}s")));
    let word =
        |words: &'static [&'static str]| proptest::sample::select(words).prop_map(Value::from);
    match key {
        "strategy" => word(&WORDS[2..7]).boxed(),
        "jitter" => {
            prop_oneof![(0.0..1.0).prop_map(Value::from), word(&["none", "full", "equal"])].boxed()
        }
        "initial_delay" | "probe_gap" => delay().boxed(),
        "failures" | "ignored" | "retried" => Just(json!(["network", "timeout"])).boxed(),
        "on_open" => word(&["park", "refuse"]).boxed(),
        "counts" => word(&["attempts", "calls"]).boxed(),
        "kind" => word(&["productive", "ratio", "grpc", "aws"]).boxed(),
        "multiplier" => (1.0..9.0).prop_map(Value::from).boxed(),
        "max_attempts"
        | "min_calls"
        | "consecutive_failures"
        | "probes"
        | "max_waiting"
        | "max_tokens"
        | "min_per_second" => (1_u32..9).prop_map(Value::from).boxed(),
        "window" => prop_oneof![time(), (20_u32..99).prop_map(Value::from)].boxed(),
        "tags" => Just(json!({ "team": "ü \"b\"\n", "tier": "" })).boxed(),
        "name" | "service" => word(&["a", "ü \"b\"\n"]).boxed(),
        key if key.ends_with("ratio")
            || ["payback", "cost", "beta", "scale", "min_rate"].contains(&key) =>
        {
            (0.1..0.99).prop_map(Value::from).boxed()
        }
        _ => time().boxed(),
    }
}

/// Some of `keys`, with values that are all well suited, or of any sort.
fn table(keys: &'static [&'static str], wild: bool) -> BoxedStrategy<Value> {
    let entry = proptest::sample::select(keys).prop_flat_map(move |key| {
        let value = if wild { value().boxed() } else { suited(key) };
        value.prop_map(move |value| (key.to_owned(), value))
    });
    let most = if wild { 6 } else { 3 };
    let unknown = ("[a-z_.\" ]{0,12}", value());
    let extra = proptest::option::of(unknown).prop_map(move |extra| extra.filter(|_| wild));
    (proptest::collection::vec(entry, 0..most), extra)
        .prop_map(|(entries, extra)| entries.into_iter().chain(extra).collect::<Map<_, _>>().into())
        .boxed()
}

/// One set of settings; the wild ones are mostly wrong.
pub(crate) fn settings(wild: bool) -> impl Strategy<Value = Value> {
    let gate = move |keys| {
        let table = table(keys, wild);
        proptest::option::of(prop_oneof![
            4 => table,
            1 => Just(json!("none")),
            1 => Just(json!("default")),
        ])
    };
    let kinds = if wild { &KINDS[..] } else { &KINDS[..4] };
    let on = proptest::collection::vec((proptest::sample::select(kinds), table(&KIND, wild)), 0..3);
    (table(&ROOT, wild), on, gate(&BREAKER), gate(&BUDGET), gate(&LIMIT)).prop_map(
        |(root, on, breaker, budget, limit)| {
            let Value::Object(mut root) = root else { unreachable!("it is a table") };
            if !on.is_empty() {
                let on = on.into_iter().map(|(kind, own)| (kind.to_owned(), own));
                root.insert("on".to_owned(), Value::Object(on.collect()));
            }
            for (key, gate) in
                [("circuit_breaker", breaker), ("budget", budget), ("rate_limit", limit)]
            {
                root.extend(gate.map(|gate| (key.to_owned(), gate)));
            }
            Value::Object(root)
        },
    )
}
