//! What is wrong with settings is said all at once: where, which key, which value, and what would
//! be right.

use std::time::Duration;

use retry_core::{
    BreakerPolicy, BudgetPolicy, ErrorKind, KindPolicy, Preset, RetryConfig, RetryPolicy, Strategy,
};

const DEFAULTS: Preset = Preset::new(RetryPolicy::new());

/// The mistakes that are found when a text is read.
fn read(toml: &str) -> String {
    match RetryConfig::from_toml(toml) {
        Ok(config) => panic!("{toml}\nwas read as {config:?}"),
        Err(errors) => errors.to_string(),
    }
}

/// The one mistake of a text of one line, without its place.
fn one(toml: &str) -> String {
    let error = read(toml);
    assert!(!error.contains('\n'), "{toml}\n{error}");
    error.strip_prefix("line 1, column 1: ").unwrap_or(&error).to_owned()
}

/// The mistakes that are found when a text is applied.
fn apply(toml: &str, base: &Preset) -> String {
    let config = RetryConfig::from_toml(toml).unwrap_or_else(|errors| panic!("{toml}\n{errors}"));
    config.apply_to(*base).unwrap_err().to_string()
}

fn env(variables: &[(&str, &str)]) -> String {
    let variables = variables.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    RetryConfig::from_env("RETRY_X", variables).unwrap_err().to_string()
}

#[test]
fn an_unknown_key_is_told_the_nearest() {
    let cases = [
        ("max_attemps = 3", "max_attemps: unknown key; did you mean `max_attempts`?"),
        ("delay = 3", "delay: unknown key; did you mean `initial_delay`?"),
        ("backoff = 3", "backoff: unknown key; did you mean `initial_delay`?"),
        ("deadline = 3", "deadline: unknown key; did you mean `timeout`?"),
        ("breaker = 3", "breaker: unknown key; did you mean `circuit_breaker`?"),
        ("min_calls = 3", "min_calls: unknown key; did you mean `circuit_breaker.min_calls`?"),
        (
            "retry_on = 3",
            "retry_on: unknown key; it needs types or functions, which only code can name",
        ),
        (
            "\"a b\" = 3",
            "\"a b\": unknown key; the keys are name, service, tags, max_attempts, strategy, \
             initial_delay, max_delay, multiplier, jitter, timeout, attempt_timeout, max_hint, \
             retried, on, circuit_breaker, budget, rate_limit",
        ),
    ];
    for (toml, expected) in cases {
        assert_eq!(one(toml), expected);
    }
    for word in ["max_retries", "retries", "times"] {
        let expected = "use `max_attempts`, which counts the first call too: retries + 1";
        assert_eq!(one(&format!("{word} = 3")), format!("{word}: unknown key; {expected}"));
    }
    let nested = [
        (
            "on.rate_limit.retries = 3",
            "on.rate_limit.retries: unknown key; use `max_attempts`, which counts the first call too: retries + 1",
        ),
        ("on.rate_limt.cost = 3", "on.rate_limt: unknown kind; did you mean `rate_limit`?"),
        (
            "on.server.timeout = \"3s\"",
            "on.server.timeout: unknown key; the keys of `on.server` are max_attempts, strategy, \
             initial_delay, max_delay, multiplier, jitter, cost",
        ),
        (
            "circuit_breaker.failure_rate = 0.5",
            "circuit_breaker.failure_rate: unknown key; did you mean `failure_ratio`?",
        ),
        (
            "budget.percent = 3",
            "budget.percent: unknown key; the keys of `budget` are kind, ratio, payback, \
             max_tokens, min_per_second, ttl, token_ratio",
        ),
        ("rate_limit.max_wat = 3", "rate_limit.max_wat: unknown key; did you mean `max_wait`?"),
    ];
    for (toml, expected) in nested {
        let error = read(toml);
        assert_eq!(error.split_once(": ").unwrap().1, expected);
    }
}

const FORMS: &str = "write a number with its unit, such as \"250ms\", \"2s\" or \"1m30s\"";

#[test]
fn a_length_of_time_needs_a_number_and_a_unit() {
    let said = |value: &str, why: &str| {
        assert_eq!(one(&format!("timeout = {value}")), format!("timeout = {value}: {why}"));
    };
    said("\"10 parsecs\"", &format!("has the unknown unit `parsecs`: {FORMS}"));
    said("\"\"", &format!("is empty: {FORMS}"));
    said("\"soon\"", &format!("is not a length of time: {FORMS}"));
    said("\"10\"", &format!("is not a length of time: {FORMS}"));
    said("\"1m0\"", &format!("is not a length of time: {FORMS}"));
    said("\"-5s\"", &format!("is not a length of time: {FORMS}"));
    said("\"99999999999999999999s\"", &format!("is longer or finer than can be counted: {FORMS}"));
    said("\"1.5ns\"", &format!("is longer or finer than can be counted: {FORMS}"));
    let end = "\"18446744073709551615s 1000ms\"";
    said(end, &format!("is longer than can be counted: {FORMS}"));
    said("5", "takes a length of time with its unit, such as \"5ms\" or \"5s\"");
    let form = "takes a length of time with its unit or \"none\", such as \"1m30s\"";
    for value in ["-5", "1.5", "true", "1979-05-27"] {
        said(value, form);
    }
    assert_eq!(one("timeout = []"), format!("timeout = […]: {form}"));
    assert_eq!(one("timeout = {}"), format!("timeout = {{…}}: {form}"));
    assert_eq!(one("timeout = \"0s\""), "timeout = \"0s\": must be above zero");
    assert_eq!(
        one("max_delay = \"600years\""),
        "max_delay = \"600years\": must be at most 18446744073.709551615s"
    );
}

#[test]
fn each_wrong_tag_is_said_at_its_key() {
    let text = "takes a text, such as \"payments\"";
    let form = "takes a table of texts, such as { team = \"payments\" }";
    assert_eq!(one("tags = \"team\""), format!("tags = \"team\": {form}"));
    assert_eq!(
        one("tags.\"\" = \"x\"").split_once(": ").unwrap().1,
        "tags.\"\" = \"x\": has an empty key"
    );
    assert_eq!(
        read("[tags]\nteam = \"search\"\ntier = 1\nzone = true"),
        format!(
            "line 3, column 1: tags.tier = 1: {text}\nline 4, column 1: tags.zone = true: {text}"
        )
    );
    let nine: Vec<_> = (0..9).map(|n| format!("t{n} = \"x\"")).collect();
    assert_eq!(
        read(&format!("[tags]\n{}", nine.join("\n"))),
        "line 1, column 2: tags = {…}: must be at most 8 tags, and these are 9"
    );
    let twice = serde_json::from_str::<RetryConfig>(r#"{ "tags": { "a": "1", "a": "2" } }"#);
    assert!(twice.unwrap_err().to_string().contains("tags.a = \"2\": is given twice"));
    assert_eq!(env(&[("RETRY_X_TAGS", "team")]), format!("RETRY_X_TAGS = team: {form}"));
}

#[test]
fn a_value_has_its_form_and_its_bound() {
    let strategies = "\"fixed\", \"exponential\", \"linear\", \"random\", \"fibonacci\"";
    let jitters =
        "\"none\", \"full\", \"equal\", \"decorrelated\", or a ratio in 0.0..=1.0 such as 0.1";
    let cases = [
        ("name = \"\"", "is empty"),
        ("service = 3", "takes a text, such as \"billing\""),
        ("max_attempts = 0", "must be at least 1, since it counts the first call"),
        ("max_attempts = -1", "must not be below 0"),
        ("max_attempts = 4294967296", "must be at most 4294967295"),
        ("max_attempts = 2.5", "takes a whole number, such as 3"),
        ("max_attempts = \"3\"", "takes a whole number, such as 3"),
        ("multiplier = nan", "must be a finite number of at least 1.0"),
        ("multiplier = \"two\"", "takes a number, such as 2.0"),
        ("jitter = 1.5", "must be a number in 0.0..=1.0"),
        ("jitter = true", &format!("takes {jitters}")),
        (
            "jitter = \"fulll\"",
            &format!("unknown jitter; did you mean `full`?; it takes {jitters}"),
        ),
        ("strategy = 3", &format!("takes {strategies}")),
        (
            "strategy = \"exponental\"",
            &format!("unknown strategy; did you mean `exponential`?; it takes {strategies}"),
        ),
        ("strategy = \"full\"", "is a jitter, not a strategy: say `jitter` = \"full\""),
        (
            "strategy = \"custom\"",
            "a strategy of your own is a function, which only code can name: give it to what the \
             settings are applied to, and leave `strategy` out",
        ),
        ("budget = \"some\"", "takes a table of its keys, \"default\" or \"none\""),
        ("circuit_breaker = 3", "takes a table of its keys, \"default\" or \"none\""),
        ("on = 3", "takes a table of kinds, such as { rate_limit = { max_attempts = 8 } }"),
    ];
    for (toml, why) in cases {
        // As it was written, but that numbers are as Rust writes them.
        let written = toml.replace("nan", "NaN");
        assert_eq!(one(toml), format!("{written}: {why}"));
    }
}

#[test]
fn a_value_in_a_table_is_named_with_the_table() {
    let kinds = "transient, permanent, timeout, rate_limit, circuit_breaker, network, server, client, unknown";
    let cases = [
        (
            "on.server = 3",
            "takes what is different for this kind, such as { max_attempts = 8 }, or \"none\"",
        ),
        ("on.server.max_attempts = 0", "must be at least 1, since it counts the first call"),
        ("on.server.cost = -1.0", "must be a finite number from 0.0"),
        ("on.server.jitter = -0.5", "must be a number in 0.0..=1.0"),
        ("circuit_breaker.failure_ratio = 0.0", "must be a number above 0.0 and at most 1.0"),
        ("circuit_breaker.slow_ratio = inf", "must be a number above 0.0 and at most 1.0"),
        ("circuit_breaker.window = 0", "must be at least 1"),
        ("circuit_breaker.window = \"1us\"", "must be at least 1ms"),
        ("circuit_breaker.probes = 0", "must be at least 1"),
        ("circuit_breaker.lease = \"0s\"", "must be above zero"),
        ("circuit_breaker.max_waiting = 0", "must be at least 1"),
        ("circuit_breaker.on_open = \"wait\"", "takes \"park\", \"refuse\""),
        ("circuit_breaker.counts = 3", "takes \"attempts\", \"calls\""),
        (
            "circuit_breaker.failures = \"network\"",
            &format!("takes a list of {kinds}, such as [\"network\", \"timeout\"]"),
        ),
        ("budget.ratio = 2.0", "must be within 1e-6..=1.0"),
        ("budget.max_tokens = 0", "must be within 1..=1000"),
        // Of a sort that only a base may say.
        ("budget.min_per_second = 1000001", "must be within 0..=1000000"),
        ("budget.ttl = \"2m\"", "must be within 1s..=60s"),
        (
            "budget.kind = \"aw\"",
            "unknown budget; did you mean `aws`?; it takes \"productive\", \"ratio\", \"grpc\", \"aws\"",
        ),
        ("rate_limit.beta = nan", "must be within 0.1..=0.99"),
        ("rate_limit.max_wait = \"2days\"", "must be within 0ns..=86400s"),
    ];
    for (toml, why) in cases {
        let (place, rest) =
            read(toml).split_once(": ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let column = toml.split(" =").next().unwrap().rfind('.').unwrap() + 2;
        assert_eq!(place, format!("line 1, column {column}"));
        assert_eq!(rest, format!("{}: {why}", toml.replace("nan", "NaN")));
    }
    let unknown = read("circuit_breaker.ignored = [\"netwerk\"]");
    let why =
        format!("unknown kind \"netwerk\"; did you mean `network`?; it takes a list of {kinds}");
    assert_eq!(unknown, format!("line 1, column 17: circuit_breaker.ignored = […]: {why}"));
}

#[test]
fn contradictions_are_found_whatever_the_base() {
    let cases = [
        (
            "initial_delay = \"2s\"\nmax_delay = \"1s\"",
            "initial_delay = \"2s\": must be at most max_delay, which is 1s",
        ),
        (
            "multiplier = 3.0\nstrategy = \"fixed\"",
            "multiplier = 3.0: only the exponential strategy grows by a multiplier",
        ),
        (
            "jitter = \"equal\"\nstrategy = \"random\"",
            "jitter = \"equal\": the random strategy draws by itself",
        ),
        (
            "attempt_timeout = \"5s\"\ntimeout = \"1s\"",
            "attempt_timeout = \"5s\": must be at most timeout, which is 1s",
        ),
        (
            "on.server.initial_delay = \"2s\"\non.server.max_delay = \"1s\"",
            "on.server.initial_delay = \"2s\": must be at most max_delay, which is 1s",
        ),
        (
            "on.server.initial_delay = \"2s\"\nmax_delay = \"1s\"",
            "on.server.initial_delay = \"2s\": must be at most max_delay, which is 1s",
        ),
        (
            "on.server.multiplier = 2.0\nstrategy = \"linear\"",
            "on.server.multiplier = 2.0: only the exponential strategy grows by a multiplier",
        ),
        (
            "circuit_breaker.min_calls = 30\ncircuit_breaker.window = 10",
            "circuit_breaker.min_calls = 30: must be at most the window, which is 10 calls",
        ),
        (
            "circuit_breaker.max_open_for = \"1s\"\ncircuit_breaker.open_for = \"2s\"",
            "circuit_breaker.max_open_for = \"1s\": must be at least open_for, which is 2s",
        ),
        (
            "circuit_breaker.max_waiting = 5\ncircuit_breaker.on_open = \"refuse\"",
            "circuit_breaker.max_waiting = 5: `max_waiting` already says that callers wait at an \
             open circuit: leave it or `on_open` out",
        ),
        (
            "budget.ttl = \"5s\"\nbudget.kind = \"aws\"",
            "budget.ttl = \"5s\": a budget of this sort has no such field",
        ),
        (
            "budget.token_ratio = 0\nbudget.kind = \"grpc\"",
            "budget.token_ratio = 0: must be within 0.001..=1000.0",
        ),
    ];
    for (toml, expected) in cases {
        assert_eq!(read(toml).split_once(": ").unwrap().1, expected);
    }
}

#[test]
fn contradictions_with_the_base_are_found_when_it_is_known() {
    let cases = [
        (
            "initial_delay = \"1m\"",
            "initial_delay = \"1m\": must be at most max_delay, which is 30s; set `max_delay` as well",
        ),
        (
            "max_delay = \"10ms\"",
            "max_delay = \"10ms\": `initial_delay` is 100ms in the base, and must be at most \
             max_delay, which is 10ms",
        ),
        (
            "on.server.initial_delay = \"1m\"",
            "on.server.initial_delay = \"1m\": must be at most max_delay, which is 30s; set \
             `max_delay` as well",
        ),
        (
            "on.server.max_delay = \"10ms\"",
            "on.server.max_delay = \"10ms\": `initial_delay` is 100ms in the base, and must be at \
             most max_delay, which is 10ms",
        ),
        (
            "circuit_breaker.window = \"none\"",
            "circuit_breaker.window = \"none\": `consecutive_failures` is \"none\" in the base, and \
             must be set, since without a window nothing else opens the circuit",
        ),
        ("budget.ttl = \"5s\"", "budget.ttl = \"5s\": a budget of this sort has no such field"),
    ];
    for (toml, expected) in cases {
        assert_eq!(apply(toml, &DEFAULTS).split_once(": ").unwrap().1, expected);
    }
    let choosy = DEFAULTS.with_circuit_breaker(BreakerPolicy::new().with_min_calls(30));
    assert_eq!(
        apply("circuit_breaker.window = 10", &choosy).split_once(": ").unwrap().1,
        "circuit_breaker.window = 10: `min_calls` is 30 in the base, and must be at most the \
         window, which is 10 calls"
    );
    let patient = Preset::new(RetryPolicy::new().with_max_delay(Duration::from_secs(600)));
    let config = RetryConfig::from_toml("initial_delay = \"1m\"").unwrap();
    assert!(config.apply_to(patient).is_ok());
    let config = RetryConfig::from_toml("budget.ttl = \"5s\"").unwrap();
    assert!(config.apply_to(DEFAULTS.with_budget(BudgetPolicy::ratio(0.2))).is_ok());
}

#[test]
fn what_only_the_base_has_is_named_too() {
    const KINDS: &[KindPolicy] = &[KindPolicy::new(ErrorKind::Server).with_multiplier(3.0)];
    let base = Preset::new(RetryPolicy::new().with_kinds(KINDS));
    assert_eq!(
        apply("strategy = \"fixed\"", &base),
        "line 1, column 1: strategy = \"fixed\": `multiplier` is 3.0 in the base, and only the \
         exponential strategy grows by a multiplier"
    );
    let base = Preset::new(RetryPolicy::new().with_strategy(Strategy::Linear))
        .with_circuit_breaker(BreakerPolicy::new().with_slow_call(Duration::from_secs(1)));
    assert_eq!(
        apply(
            "multiplier = 3\n[circuit_breaker]\nwindow = \"none\"\nconsecutive_failures = 1",
            &base
        ),
        "line 1, column 1: multiplier = 3.0: only the exponential strategy grows by a multiplier; \
         set `strategy` as well\n\
         line 3, column 1: circuit_breaker.window = \"none\": `slow_call` is 1s in the base, and \
         slow calls are counted in the window only"
    );
}

#[test]
fn all_mistakes_come_at_once_and_none_twice() {
    let errors = read(
        r#"
max_attempts = 0
max_delay = "700years"
initial_delay = "10 parsecs"
multipler = 2
jitter = 7
timeout = "0s"
attempt_timeout = "0s"

[on.server]
initial_delay = "3s"
max_delay = "2s"
cost = -1

[on.nobody]

[circuit_breaker]
failure_ratio = 2.0
min_calls = 0
open_for = "0s"
max_open_for = "0s"
window = 0

[budget]
ratio = 7
payback = 7
"#,
    );
    let expected = [
        "2, column 1: max_attempts = 0: must be at least 1, since it counts the first call",
        "3, column 1: max_delay = \"700years\": must be at most 18446744073.709551615s",
        &format!(
            "4, column 1: initial_delay = \"10 parsecs\": has the unknown unit `parsecs`: {FORMS}"
        ),
        "5, column 1: multipler: unknown key; did you mean `multiplier`?",
        "6, column 1: jitter = 7: must be a number in 0.0..=1.0",
        "7, column 1: timeout = \"0s\": must be above zero",
        "8, column 1: attempt_timeout = \"0s\": must be above zero",
        "11, column 1: on.server.initial_delay = \"3s\": must be at most max_delay, which is 2s",
        "13, column 1: on.server.cost = -1: must be a finite number from 0.0",
        "15, column 5: on.nobody: unknown kind; the kinds of `on` are transient, permanent, \
         timeout, rate_limit, circuit_breaker, network, server, client, unknown",
        "18, column 1: circuit_breaker.failure_ratio = 2.0: must be a number above 0.0 and at most 1.0",
        "19, column 1: circuit_breaker.min_calls = 0: must be at least 1",
        "20, column 1: circuit_breaker.open_for = \"0s\": must be above zero",
        "21, column 1: circuit_breaker.max_open_for = \"0s\": must be above zero",
        "22, column 1: circuit_breaker.window = 0: must be at least 1",
        "25, column 1: budget.ratio = 7: must be within 1e-6..=1.0",
        "26, column 1: budget.payback = 7: must be within 0.0..=2.0",
    ];
    let expected: Vec<_> = expected.iter().map(|line| format!("line {line}")).collect();
    assert_eq!(errors.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_key_that_is_given_twice_is_a_mistake_beside_the_others() {
    assert_eq!(
        read("max_attempts = 3\n  max_attempts = 4\njitter = 5"),
        "line 2, column 3: max_attempts: `max_attempts` is given twice\n\
         line 3, column 1: jitter = 5: must be a number in 0.0..=1.0"
    );
    let json =
        r#"{ "max_attempts": 3, "on": { "server": { "cost": 1, "cost": 2 } }, "max_attempts": 4 }"#;
    assert_eq!(
        serde_json::from_str::<RetryConfig>(json).unwrap_err().to_string(),
        "max_attempts: `max_attempts` is given twice\n\
         on.server.cost: `cost` is given twice"
    );
}

#[test]
fn what_is_no_toml_is_told_where() {
    let errors = RetryConfig::from_toml("# größer\nmax_attempts = \nname = \"a\"").unwrap_err();
    let error = errors.iter().next().unwrap();
    assert_eq!((error.key(), error.line(), error.value()), ("", Some(2), None));
    assert!(error.column().is_some_and(|column| column > 1), "{error}");
}

#[test]
fn json_has_the_same_mistakes_without_lines() {
    let toml = "max_attemps = 3\ntimeout = 5\n[on.server]\ncost = -1.0\n[budget]\nratio = 7";
    let json = r#"{ "max_attemps": 3, "timeout": 5, "on": { "server": { "cost": -1.0 } }, "budget": { "ratio": 7 } }"#;
    let from_toml: Vec<_> = RetryConfig::from_toml(toml)
        .unwrap_err()
        .iter()
        .map(|error| format!("{} {:?} {}", error.key(), error.value(), error.reason()))
        .collect();
    assert_eq!(from_toml.len(), 4);
    let from_json = serde_json::from_str::<RetryConfig>(json).unwrap_err().to_string();
    assert_eq!(
        from_json,
        "max_attemps: unknown key; did you mean `max_attempts`?\n\
         timeout = 5: takes a length of time with its unit, such as \"5ms\" or \"5s\"\n\
         on.server.cost = -1.0: must be a finite number from 0.0\n\
         budget.ratio = 7: must be within 1e-6..=1.0"
    );
    let null = serde_json::from_str::<RetryConfig>(r#"{ "max_attempts": null }"#).unwrap_err();
    assert_eq!(null.to_string(), "max_attempts = null: takes a whole number, such as 3");
    let list = serde_json::from_str::<RetryConfig>("[]").unwrap_err();
    assert_eq!(list.to_string(), "settings are a table, and this is […]");
}

#[test]
fn a_variable_is_named_in_full() {
    assert_eq!(
        env(&[
            ("RETRY_X_TIMEOUT", "soon"),
            ("RETRY_X_MAX_ATTEMPTS", "0"),
            ("RETRY_X_MAX_RETRIES", "3"),
            ("RETRY_X_max_delay", "3s"),
            ("RETRY_X_ON_RATE_LIMIT_MAX_ATTEMPS", "3"),
            ("RETRY_X_CIRCIUT_BREAKER_MIN_CALLS", "3"),
            ("RETRY_X_BUDGET", "none"),
            ("RETRY_X_BUDGET_RATIO", "0.1"),
            ("RETRY_X_JITTER", "nan"),
        ]),
        format!(
            "RETRY_X_BUDGET_RATIO: `budget` is given twice, first as `RETRY_X_BUDGET`\n\
             RETRY_X_CIRCIUT_BREAKER_MIN_CALLS: unknown key; did you mean `RETRY_X_CIRCUIT_BREAKER_MIN_CALLS`?\n\
             RETRY_X_MAX_RETRIES: unknown key; use `RETRY_X_MAX_ATTEMPTS`, which counts the first call too: retries + 1\n\
             RETRY_X_max_delay: unknown key; did you mean `RETRY_X_MAX_DELAY`?\n\
             RETRY_X_TIMEOUT = soon: is not a length of time: {FORMS}\n\
             RETRY_X_MAX_ATTEMPTS = 0: must be at least 1, since it counts the first call\n\
             RETRY_X_JITTER = nan: must be a number in 0.0..=1.0\n\
             RETRY_X_ON_RATE_LIMIT_MAX_ATTEMPS: unknown key; did you mean `RETRY_X_ON_RATE_LIMIT_MAX_ATTEMPTS`?"
        )
    );
    let variables = [("RETRY_X_ON_SERVER_COST".to_owned(), "-1".to_owned())];
    let errors = RetryConfig::from_env("RETRY_X", variables).unwrap_err();
    let error = errors.iter().next().unwrap();
    assert_eq!(error.key(), "on.server.cost");
    assert_eq!(error.variable(), Some("RETRY_X_ON_SERVER_COST"));
    assert_eq!((error.line(), error.column(), error.value()), (None, None, Some("-1")));
}

#[test]
fn a_long_value_is_not_repeated_at_length() {
    let error = one(&format!("strategy = \"{}\"", "é".repeat(10_000)));
    assert!(error.starts_with("strategy = \"éééé") && error.len() < 400, "{error}");
}
