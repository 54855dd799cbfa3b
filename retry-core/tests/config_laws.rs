//! Whatever settings say, they are accepted or refused, and never more than that; and what is
//! accepted is written as settings that mean the same.

use proptest::prelude::*;
use retry_core::{Preset, RetryConfig, RetryPolicy};
use serde_json::{Map, Value, json};

const DEFAULTS: Preset = Preset::new(RetryPolicy::new());

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

const ROOT: [&str; 12] = [
    "name",
    "service",
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

fn settings(wild: bool) -> impl Strategy<Value = Value> {
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

/// Reads settings as JSON and as TOML, which agree; and where they are right, writes them.
fn agree(settings: &Value) -> Option<Preset> {
    let text = toml::to_string(settings).unwrap();
    let from_toml = RetryConfig::from_toml(&text);
    let from_json: Result<RetryConfig, _> = serde_json::from_value(settings.clone());
    let (config, from_json) = match (from_toml, from_json) {
        (Ok(config), Ok(from_json)) => (config, from_json),
        (Err(errors), Err(error)) => {
            let count = errors.iter().count();
            assert!(count > 0 && error.to_string().lines().count() >= count);
            assert!(errors.iter().all(|error| error.line().is_some()), "{errors}");
            return None;
        }
        (toml, json) => panic!("{text}\n{toml:?}\n{json:?}"),
    };
    assert_eq!(config, from_json);
    assert_eq!(RetryConfig::from_toml(&toml::to_string(&config).unwrap()).unwrap(), config);
    let preset = config.apply_to(DEFAULTS).ok()?;
    assert_eq!(from_json.apply_to(DEFAULTS).unwrap(), preset);
    // A policy that is valid is what its own builder makes again.
    assert_eq!(preset.policy().to_builder().build(), Ok(preset.policy()));
    let written = RetryConfig::try_from(preset).unwrap();
    assert_eq!(written.apply_to(DEFAULTS).unwrap(), preset, "{written:?}");
    let text = toml::to_string(&written).unwrap();
    assert_eq!(RetryConfig::from_toml(&text).unwrap(), written, "{text}");
    Some(preset)
}

proptest! {
    #[test]
    fn any_value_is_accepted_or_refused(settings in settings(true)) {
        agree(&settings);
    }

    #[test]
    fn what_is_accepted_is_written_as_the_same(settings in settings(false)) {
        agree(&settings);
    }

    #[test]
    fn any_text_is_accepted_or_refused(text in "\\PC{0,200}", key in "[a-z_]{1,20}") {
        let _ = RetryConfig::from_toml(&text);
        let _ = RetryConfig::from_toml(&format!("{key} = {text}\n[on.server]\n{text}"));
        let _ = RetryConfig::from_toml(&format!("max_delay = {text:?}\ntimeout = {text:?}"));
    }

    #[test]
    fn any_variable_is_accepted_or_refused(
        rest in "[A-Za-z_]{0,8}|(ON_|BUDGET_|ON_SERVER_)?(KIND|COST|JITTER|TIMEOUT|é)",
        value in any::<String>(),
    ) {
        let name = format!("RETRY_X_{rest}");
        match RetryConfig::from_env("RETRY_X", [(name.clone(), value)]) {
            // No key at all is the name of another variable.
            Ok(config) => prop_assert!(rest.is_empty() == (config == RetryConfig::default())),
            Err(errors) => {
                prop_assert!(errors.iter().all(|error| error.variable() == Some(&*name)));
            }
        }
    }
}

#[test]
fn the_generator_makes_settings_that_are_accepted() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let all = settings(false);
    let accepted =
        (0..200).filter(|_| agree(&all.new_tree(&mut runner).unwrap().current()).is_some()).count();
    assert!(accepted > 60, "{accepted} of 200");
}
