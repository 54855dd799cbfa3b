//! What is wrong with a whole file is said all at once, with the section that it is in.

use retry_core::{Preset, RetryConfig, RetryPolicy, RetrySettings, Strategy};

const DEFAULTS: Preset = Preset::new(RetryPolicy::new());

const KEYS: &str = "max_attempts, strategy, initial_delay, max_delay, multiplier, jitter, timeout, \
                    attempt_timeout, max_hint, retried, on, circuit_breaker, budget, rate_limit";

/// The mistakes of a text, each with its line and column.
fn read(toml: &str) -> String {
    match RetrySettings::from_toml(toml) {
        Ok(settings) => panic!("{toml}\nwas read as {settings:?}"),
        Err(errors) => errors.to_string(),
    }
}

fn said(cases: &[(&str, &str)]) {
    for (toml, expected) in cases {
        assert_eq!(read(toml), *expected, "\n{toml}");
    }
}

#[test]
fn what_is_no_section_is_told_the_nearest() {
    said(&[
        (
            "[defualts]\nmax_attempts = 1",
            "line 1, column 2: defualts: unknown section; did you mean `defaults`?",
        ),
        (
            "[services.billing]\n[operations.x]\n[functions.y]",
            "line 1, column 2: services: unknown section; did you mean `service`?\n\
             line 2, column 2: operations: unknown section; did you mean `operation`?\n\
             line 3, column 2: functions: unknown section; did you mean `operation`?",
        ),
        (
            "[billing]",
            "line 1, column 2: billing: unknown section; the sections are defaults, service, operation",
        ),
        (
            "name = \"a\"",
            "line 1, column 1: name: unknown section; whom settings are for is said by the name of \
             a section, such as [operation.NAME]",
        ),
    ]);
}

#[test]
fn a_policy_key_at_the_root_belongs_into_a_section() {
    said(&[
        (
            "max_attempts = 3\n[budget]\nratio = 0.1",
            "line 1, column 1: max_attempts: `max_attempts` belongs into [defaults], or into the \
             section that it is for\n\
             line 2, column 2: budget: `budget` belongs into [defaults], or into the section that \
             it is for",
        ),
        (
            "max_attemps = 3",
            "line 1, column 1: max_attemps: unknown section; did you mean `max_attempts`, which \
             belongs into [defaults]?",
        ),
    ]);
}

#[test]
fn a_label_is_said_by_the_section() {
    let why = "unknown key; the name of the section says whom it is for";
    said(&[(
        "[defaults]\nname = \"x\"\n[service.a]\nservice = \"a\"",
        &format!(
            "line 2, column 1: defaults.name: {why}\nline 4, column 1: service.a.service: {why}"
        ),
    )]);
}

#[test]
fn tags_are_not_those_of_a_section() {
    let why = "a handle has tags: its own settings say them, or code";
    said(&[
        (
            "[operation.o]\ntags = { team = \"payments\" }",
            &format!("line 2, column 1: operation.o.tags: unknown key; {why}"),
        ),
        ("[tags]", &format!("line 1, column 2: tags: unknown section; {why}")),
    ]);
}

#[test]
fn a_section_has_a_name_and_is_a_table() {
    said(&[
        (
            "[service.\"\"]\n[operation.\"\"]",
            "line 1, column 10: service.\"\": the name of the service is empty\n\
             line 2, column 12: operation.\"\": the name of the operation is empty",
        ),
        ("defaults = 3", "line 1, column 1: defaults = 3: takes a table of settings"),
        (
            "service = \"billing\"\noperation = 3",
            "line 1, column 1: service = \"billing\": takes a table for each service, such as \
             [service.NAME]\n\
             line 2, column 1: operation = 3: takes a table for each operation, such as \
             [operation.NAME]",
        ),
        (
            "[[service]]\nname = \"a\"",
            "line 1, column 3: service = […]: takes a table for each service, such as [service.NAME]",
        ),
        (
            "[service]\nmax_attempts = 3",
            "line 2, column 1: service.max_attempts = 3: takes a table of settings",
        ),
        (
            "\"$schema\" = 3",
            "line 1, column 1: \"$schema\" = 3: takes the address of a JSON Schema, such as \"retry.schema.json\"",
        ),
    ]);
}

#[test]
fn a_name_that_is_not_in_quotes_is_explained() {
    said(&[
        (
            "[operation.billing::charge]",
            "line 1, column 19: invalid unquoted key, expected letters, numbers, `-`, `_`; a name \
             with colons stands in quotes, such as \"billing::charge\"",
        ),
        (
            "[operation.billing.charge]\nmax_attempts = 3",
            "line 1, column 20: operation.billing.charge: unknown key; a name with dots stands in \
             quotes, such as \"billing.charge\"",
        ),
    ]);
}

#[test]
fn a_section_or_a_key_that_is_given_twice_is_named_with_its_section() {
    said(&[
        (
            "[service.a]\nmax_attempts = 3\n[service.b]\nmax_attempts = 3\n[operation.a]\n\
             [service.a]\nmax_attempts = 4\njitter = 7\n[defaults]\n[defaults]",
            "line 6, column 10: service.a: `a` is given twice\n\
             line 7, column 1: service.a.max_attempts: `max_attempts` is given twice\n\
             line 8, column 1: service.a.jitter = 7: must be a number in 0.0..=1.0\n\
             line 10, column 2: defaults: `defaults` is given twice",
        ),
        (
            "[defaults]\njitter = 0.1\n[operation.\"a b\"]\nbudget = { ratio = 0.1 }\nratio = 1\n\
             jitter = 0.1\njitter = 0.2",
            "line 5, column 1: operation.\"a b\".ratio: unknown key; did you mean `budget.ratio`?\n\
             line 7, column 1: operation.\"a b\".jitter: `jitter` is given twice",
        ),
    ]);
    said(&[(
        "[defaults]\njitter = 0.1\non.server = { jitter = 0.2 }\njitter = 0.3",
        "line 4, column 1: defaults.jitter: `jitter` is given twice",
    )]);
    let json = r#"{ "service": { "a": {}, "a": {} }, "defaults": {}, "defaults": {} }"#;
    assert_eq!(
        serde_json::from_str::<RetrySettings>(json).unwrap_err().to_string(),
        "defaults: `defaults` is given twice\nservice.a: `a` is given twice"
    );
}

#[test]
fn a_mistake_in_a_section_is_named_with_its_whole_path() {
    said(&[
        (
            "[defaults]\ntimeout = 5\n[service.billing]\nbudget.ratio = 2.0\nretries = 3\n\
         [operation.\"billing::charge\"]\ntimeout = \"10 parsecs\"\non.nobody = {}\n\
         on.server.cost = -1\ncircuit_breaker.probs = 2\nmulti = {}",
            "line 2, column 1: defaults.timeout = 5: takes a length of time with its unit, such as \
             \"5ms\" or \"5s\"\n\
             line 4, column 8: service.billing.budget.ratio = 2.0: must be within 1e-6..=1.0\n\
             line 5, column 1: service.billing.retries: unknown key; use `max_attempts`, which \
             counts the first call too: retries + 1\n\
             line 7, column 1: operation.\"billing::charge\".timeout = \"10 parsecs\": has the \
             unknown unit `parsecs`: write a number with its unit, such as \"250ms\", \"2s\" or \
             \"1m30s\"\n\
             line 8, column 4: operation.\"billing::charge\".on.nobody: unknown kind; the kinds of \
             `on` are transient, permanent, timeout, rate_limit, circuit_breaker, network, server, \
             client, unknown\n\
             line 9, column 11: operation.\"billing::charge\".on.server.cost = -1: must be a finite \
             number from 0.0\n\
             line 10, column 17: operation.\"billing::charge\".circuit_breaker.probs: unknown key; \
             did you mean `probes`?\n\
             line 11, column 1: operation.\"billing::charge\".multi: unknown key; a name with dots \
             stands in quotes, such as \"billing.charge\"",
        ),
        (
            "[defaults]\nxyzzy = 3",
            &format!("line 2, column 1: defaults.xyzzy: unknown key; the keys are {KEYS}"),
        ),
    ]);
}

#[test]
fn a_contradiction_is_found_without_a_base_where_it_can_be() {
    let text = "\
[defaults]
initial_delay = \"1m\"
max_delay = \"2m\"
budget.kind = \"aws\"
circuit_breaker = \"default\"
[service.a]
max_delay = \"30s\"
budget.ttl = \"5s\"
circuit_breaker.max_open_for = \"1s\"
[service.b]
max_delay = \"20s\"
[operation.x]
multiplier = 3
strategy = \"fixed\"
max_delay = \"10s\"
on.server.initial_delay = \"3m\"
";
    said(&[(
        text,
        "line 2, column 1: defaults.initial_delay = \"1m\": must be at most max_delay, which is 30s \
         (`service.a.max_delay`, line 7)\n\
         line 2, column 1: defaults.initial_delay = \"1m\": must be at most max_delay, which is 20s \
         (`service.b.max_delay`, line 11)\n\
         line 2, column 1: defaults.initial_delay = \"1m\": must be at most max_delay, which is 10s \
         (`operation.x.max_delay`, line 15)\n\
         line 8, column 8: service.a.budget.ttl = \"5s\": a budget of this sort has no such field \
         (`defaults.budget.kind`, line 4)\n\
         line 9, column 17: service.a.circuit_breaker.max_open_for = \"1s\": must be at least \
         open_for, which is 5s; set `open_for` as well\n\
         line 13, column 1: operation.x.multiplier = 3: only the exponential strategy grows by a \
         multiplier\n\
         line 16, column 11: operation.x.on.server.initial_delay = \"3m\": must be at most \
         max_delay, which is 10s",
    )]);
}

#[test]
fn contradictions_with_the_base_name_section_and_line() {
    let settings = RetrySettings::from_toml(
        "[defaults]\ninitial_delay = \"1m\"\n[service.a]\nbudget.ttl = \"5s\"\n\
         [operation.x]\nmultiplier = 3\n[operation.y]\nmax_delay = \"50s\"\n\
         circuit_breaker.window = \"none\"",
    );
    let settings = settings.unwrap_err();
    assert_eq!(
        settings.to_string(),
        "line 2, column 1: defaults.initial_delay = \"1m\": must be at most max_delay, which is 50s \
         (`operation.y.max_delay`, line 8)"
    );
    let settings = RetrySettings::from_toml(
        "[defaults]\ninitial_delay = \"1m\"\n[service.a]\nbudget.ttl = \"5s\"\n\
         [operation.x]\nmultiplier = 3\ncircuit_breaker.window = \"none\"",
    )
    .unwrap();
    let fixed = Preset::new(RetryPolicy::new().with_strategy(Strategy::Fixed));
    let errors = settings.resolve(Some("x"), Some("a"), fixed).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "line 2, column 1: defaults.initial_delay = \"1m\": must be at most max_delay, which is \
         30s; set `max_delay` as well\n\
         line 4, column 8: service.a.budget.ttl = \"5s\": a budget of this sort has no such field\n\
         line 6, column 1: operation.x.multiplier = 3.0: only the exponential strategy grows by a \
         multiplier; set `strategy` as well\n\
         line 7, column 17: operation.x.circuit_breaker.window = \"none\": `consecutive_failures` is \
         \"none\" in the base, and must be set, since without a window nothing else opens the circuit"
    );
    let error = errors.iter().next().unwrap();
    assert_eq!((error.key(), error.line()), ("defaults.initial_delay", Some(2)));
    // A service and an operation meet only where somebody has both.
    let settings = RetrySettings::from_toml(
        "[service.a]\ninitial_delay = \"20s\"\n[operation.x]\nmax_delay = \"10s\"",
    )
    .unwrap();
    assert!(settings.resolve(Some("x"), None, DEFAULTS).is_ok());
    assert_eq!(
        settings.resolve(Some("x"), Some("a"), DEFAULTS).unwrap_err().to_string(),
        "line 2, column 1: service.a.initial_delay = \"20s\": must be at most max_delay, which is \
         10s (`operation.x.max_delay`, line 4)"
    );
}

#[test]
fn what_a_word_has_replaced_is_not_blamed() {
    let settings = RetrySettings::from_toml(
        "[defaults]\ncircuit_breaker.open_for = \"2s\"\non.server.max_delay = \"2m\"\n\
         [service.a]\ncircuit_breaker = \"default\"\non.server = \"none\"\n\
         [operation.x]\ncircuit_breaker.max_open_for = \"3s\"\non.server.initial_delay = \"1m\"",
    )
    .unwrap();
    assert!(settings.resolve(Some("x"), None, DEFAULTS).is_ok());
    assert_eq!(
        settings.resolve(Some("x"), Some("a"), DEFAULTS).unwrap_err().to_string(),
        "line 8, column 17: operation.x.circuit_breaker.max_open_for = \"3s\": must be at least \
         open_for, which is 5s; set `open_for` as well\n\
         line 9, column 11: operation.x.on.server.initial_delay = \"1m\": must be at most max_delay, \
         which is 30s; set `max_delay` as well"
    );
}

#[test]
fn json_names_the_section_without_lines() {
    let json = r#"{ "defaults": { "max_delay": "1s" }, "operation": { "a.b": { "initial_delay": "2s" } }, "x": null, "service": null }"#;
    assert_eq!(
        serde_json::from_str::<RetrySettings>(json).unwrap_err().to_string(),
        "x: unknown section; the sections are defaults, service, operation\n\
         service = null: takes a table for each service, such as [service.NAME]\n\
         operation.\"a.b\".initial_delay = \"2s\": must be at most max_delay, which is 1s \
         (`defaults.max_delay`)"
    );
    let list = serde_json::from_str::<RetrySettings>("[]").unwrap_err();
    assert_eq!(list.to_string(), "settings are a table, and this is […]");
}

#[test]
fn a_whole_file_is_no_set_of_settings() {
    let errors = RetryConfig::from_toml("[defaults]\nmax_attempts = 3").unwrap_err();
    assert_eq!(
        errors.to_string(),
        "line 1, column 2: defaults: unknown key; a file with sections is read by `RetrySettings`"
    );
}
