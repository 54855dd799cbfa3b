//! A whole file: which section says what for whom.

use std::path::{Path, PathBuf};
use std::time::Duration;

use retry_core::{
    BreakerPolicy, BudgetPolicy, ErrorKind, Jitter, KindPolicy, Preset, RateLimitPolicy,
    RetryConfig, RetryPolicy, RetrySettings, Strategy, Window, presets,
};

const DEFAULTS: Preset = Preset::new(RetryPolicy::new());

const FILE: &str = r#"
[defaults]
max_attempts = 3
on.server = { max_attempts = 4, cost = 2.0 }

[service.billing]
max_attempts = 4
max_delay = "20s"
circuit_breaker = { failure_ratio = 0.5, window = "10s", open_for = "5s" }
budget = { ratio = 0.1 }
on.server = { max_attempts = 6 }

[service.search]
budget = "none"

[operation."billing::charge"]
max_attempts = 5
timeout = "2s"
circuit_breaker = { open_for = "7s" }
on.timeout = { cost = 0.0 }
"#;

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn settings(toml: &str) -> RetrySettings {
    RetrySettings::from_toml(toml).unwrap_or_else(|errors| panic!("{toml}\n{errors}"))
}

/// What a file says for the operation `o` of the service `s`.
fn resolved(toml: &str, base: &Preset) -> Preset {
    let resolved = settings(toml).resolve(Some("o"), Some("s"), *base);
    resolved.unwrap_or_else(|errors| panic!("{toml}\n{errors}"))
}

fn file(name: &str, content: &[u8]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).unwrap();
    path
}

#[test]
fn each_key_is_that_of_the_last_section_that_has_it() {
    let settings = settings(FILE);
    let charge = settings.resolve(Some("billing::charge"), Some("billing"), DEFAULTS).unwrap();
    assert_eq!(charge.policy().max_attempts(), 5);
    assert_eq!(charge.policy().max_delay(), secs(20));
    assert_eq!(charge.policy().timeout(), Some(secs(2)));
    assert_eq!(
        charge.policy().kinds(),
        [
            KindPolicy::new(ErrorKind::Timeout).with_cost(0.0),
            KindPolicy::new(ErrorKind::Server).with_max_attempts(6).with_cost(2.0),
        ]
    );
    let breaker = BreakerPolicy::new()
        .with_failure_ratio(0.5)
        .with_window(Window::Time(secs(10)))
        .with_open_for(secs(7));
    assert_eq!(charge.circuit_breaker(), Some(breaker));
    let refund = settings.resolve(Some("billing::refund"), Some("billing"), DEFAULTS).unwrap();
    assert_eq!(refund.policy().max_attempts(), 4);
    assert_eq!(refund.policy().timeout(), None);
    assert_eq!(refund.circuit_breaker(), Some(breaker.with_open_for(secs(5))));
    let elsewhere = settings.resolve(Some("billing::charge"), None, DEFAULTS).unwrap();
    assert_eq!(elsewhere.policy().max_attempts(), 5);
    assert_eq!(elsewhere.policy().max_delay(), secs(30));
}

#[test]
fn who_has_no_section_has_the_defaults_over_the_base() {
    let settings = settings(FILE);
    let base = presets::HTTP;
    for (name, service) in [(None, None), (Some("x"), None), (Some("x"), Some("y"))] {
        let resolved = settings.resolve(name, service, base).unwrap();
        assert_eq!(resolved.policy().max_attempts(), 3);
        assert_eq!(resolved.policy().max_delay(), base.policy().max_delay());
        assert_eq!(resolved.circuit_breaker(), base.circuit_breaker());
    }
    assert_eq!(RetrySettings::default().resolve(Some("x"), Some("y"), base), Ok(base));
}

#[test]
fn a_service_is_resolved_without_an_operation() {
    let settings = settings(FILE);
    let billing = settings.resolve_service("billing", DEFAULTS).unwrap();
    assert_eq!(billing, settings.resolve(None, Some("billing"), DEFAULTS).unwrap());
    assert_eq!(billing.policy().max_attempts(), 4);
    assert_eq!(settings.resolve_service("search", DEFAULTS).unwrap().budget(), None);
}

#[test]
fn a_word_replaces_a_gate_and_a_table_adds_to_it() {
    let base = DEFAULTS
        .with_budget(BudgetPolicy::new().with_ratio(0.3))
        .with_rate_limit(RateLimitPolicy::new().with_beta(0.9));
    // What comes after `none` begins from the default and not from the base.
    let text = "[defaults]\nbudget = \"none\"\nrate_limit = \"default\"\n\
                [operation.o]\nbudget.payback = 1.0\nrate_limit.scale = 0.2";
    let after = resolved(text, &base);
    assert_eq!(after.budget(), Some(BudgetPolicy::new().with_payback(1.0)));
    assert_eq!(after.rate_limit(), Some(RateLimitPolicy::new().with_scale(0.2)));
    let text = "[defaults]\nbudget.payback = 1.0\n[service.s]\nbudget = \"default\"";
    assert_eq!(resolved(text, &base).budget(), Some(BudgetPolicy::new()));
    let text = "[defaults]\nbudget.payback = 1.0\n[service.s]\nbudget.max_tokens = 5";
    let both = BudgetPolicy::new().with_ratio(0.3).with_payback(1.0).with_max_tokens(5);
    assert_eq!(resolved(text, &base).budget(), Some(both));
    let text = "[defaults]\nbudget = { kind = \"ratio\", ttl = \"5s\" }\n[service.s]\nbudget.kind = \"grpc\"";
    assert_eq!(resolved(text, &base).budget(), Some(BudgetPolicy::grpc(10, 0.1)));
    let text = "[defaults]\non.server.cost = 2.0\n[service.s]\non.server = \"none\"\n\
                [operation.o]\non.server.max_attempts = 7";
    let own = [KindPolicy::new(ErrorKind::Server).with_max_attempts(7)];
    assert_eq!(resolved(text, &base).policy().kinds(), own);
}

#[test]
fn another_growth_has_no_use_for_what_was_said_for_the_one_before() {
    let text =
        "[defaults]\nmultiplier = 3.0\njitter = \"equal\"\n[service.s]\nstrategy = \"random\"";
    assert_eq!(resolved(text, &DEFAULTS).policy().strategy(), Strategy::Random);
    let text = format!("{text}\n[operation.o]\nstrategy = \"exponential\"");
    let policy = resolved(&text, &DEFAULTS).policy();
    assert_eq!((policy.multiplier(), policy.jitter()), (3.0, Jitter::Equal));
    let text = "[defaults]\ncircuit_breaker.park_for = \"9s\"\n\
                [service.s]\ncircuit_breaker.on_open = \"refuse\"";
    assert!(resolved(text, &DEFAULTS).circuit_breaker().is_some());
}

#[test]
fn a_section_may_put_right_what_contradicts_the_base() {
    let text = "[defaults]\ninitial_delay = \"1m\"\n[service.s]\nmax_delay = \"2m\"";
    let settings = settings(text);
    assert_eq!(resolved(text, &DEFAULTS).policy().initial_delay(), secs(60));
    assert!(settings.resolve(None, None, DEFAULTS).is_err());
    // Whom an operation calls is not known when the file is read.
    let text = "[defaults]\ninitial_delay = \"1m\"\nmax_delay = \"2m\"\n\
                [service.s]\ninitial_delay = \"1s\"\n[operation.o]\nmax_delay = \"30s\"";
    assert_eq!(resolved(text, &DEFAULTS).policy().max_delay(), secs(30));
}

#[test]
fn resolving_again_takes_no_memory() {
    const KINDS: &[KindPolicy] = &[KindPolicy::new(ErrorKind::Network).with_cost(3.0)];
    let settings = settings(FILE);
    let resolve = || settings.resolve(Some("billing::charge"), Some("billing"), DEFAULTS).unwrap();
    let first = resolve().policy().kinds().as_ptr();
    assert!((0..100).all(|_| std::ptr::eq(resolve().policy().kinds().as_ptr(), first)));
    // Nor does what leaves the schedules as they are in the base.
    let base = Preset::new(RetryPolicy::new().with_kinds(KINDS));
    let attempts = RetrySettings::from_toml("[defaults]\nmax_attempts = 7").unwrap();
    let same = attempts.resolve(None, None, base).unwrap().policy().kinds().as_ptr();
    assert!(std::ptr::eq(same, base.policy().kinds().as_ptr()));
}

#[test]
fn a_file_says_whom_it_is_about() {
    let settings = settings(FILE);
    assert_eq!(settings.services().collect::<Vec<_>>(), ["billing", "search"]);
    assert_eq!(settings.operations().collect::<Vec<_>>(), ["billing::charge"]);
    assert!(!settings.is_empty());
    assert!(settings.mentions(None, None), "the defaults are for all");
    let named =
        RetrySettings::from_toml("[service.a]\ncircuit_breaker = \"none\"\n[operation.b]").unwrap();
    assert!(named.mentions(None, Some("a")) && named.mentions(Some("x"), Some("a")));
    assert!(!named.mentions(Some("a"), Some("b")) && !named.mentions(None, None));
    assert!(!named.mentions(Some("b"), None), "its section is empty");
    assert!(!named.is_empty());
    for nothing in ["", "# nothing", "[defaults]", "[service]\n[operation]"] {
        assert!(RetrySettings::from_toml(nothing).unwrap().is_empty(), "{nothing}");
    }
    assert!(RetrySettings::default().is_empty());
}

#[test]
fn a_file_is_written_as_it_is_read_in_any_format() {
    let settings = settings(FILE);
    let toml = toml::to_string(&settings).unwrap();
    assert_eq!(RetrySettings::from_toml(&toml).unwrap(), settings, "{toml}");
    assert!(toml.contains("[operation.\"billing::charge\"]\n"), "{toml}");
    assert!(toml.contains("timeout = \"2s\""), "{toml}");
    let json = serde_json::to_string(&settings).unwrap();
    assert_eq!(serde_json::from_str::<RetrySettings>(&json).unwrap(), settings);
    assert_eq!(serde_json::to_string(&RetrySettings::default()).unwrap(), "{}");
    // What is equal does not depend on where and in which order it was written.
    let turned = "[service.b]\nmax_attempts = 2\ntimeout = \"60s\"\n[service.a]\n[defaults]";
    let straight = "service.a = {}\n[service.b]\ntimeout = \"1m\"\nmax_attempts = 2";
    assert_eq!(self::settings(turned), self::settings(straight));
}

#[test]
fn a_document_may_name_its_schema() {
    let json = r#"{ "$schema": "./retry.schema.json", "defaults": { "max_attempts": 2 } }"#;
    let settings: RetrySettings = serde_json::from_str(json).unwrap();
    assert_eq!(settings, RetrySettings::from_toml("[defaults]\nmax_attempts = 2").unwrap());
    let json = r#"{ "$schema": "./retry.schema.json", "max_attempts": 2 }"#;
    let config: RetryConfig = serde_json::from_str(json).unwrap();
    assert_eq!(config, RetryConfig::from_toml("max_attempts = 2").unwrap());
    let commented = "#:schema ./retry.schema.json\n[defaults]\nmax_attempts = 2";
    assert_eq!(RetrySettings::from_toml(commented).unwrap(), settings);
}

#[test]
fn a_file_is_read_and_named() {
    let path = file("settings_good.toml", FILE.as_bytes());
    assert_eq!(RetrySettings::from_file(&path).unwrap(), settings(FILE));
    let with_mark = [&[0xEF, 0xBB, 0xBF], FILE.as_bytes()].concat();
    let path = file("settings_mark.toml", &with_mark);
    assert_eq!(RetrySettings::from_file(path).unwrap(), settings(FILE));

    let path = file("settings_bad.toml", b"[service.a]\n\nbudget.ratio = 2.0\n[nobody]\n");
    let errors = RetrySettings::from_file(&path).unwrap_err();
    let name = path.to_str().unwrap();
    assert_eq!(errors.source_name(), Some(name));
    assert!(errors.iter().all(|error| error.source_name() == Some(name)));
    assert_eq!(
        errors.to_string(),
        format!(
            "{name}: line 3, column 8: service.a.budget.ratio = 2.0: must be within 1e-6..=1.0\n\
             {name}: line 4, column 2: nobody: unknown section; the sections are defaults, service, operation"
        )
    );

    let path = file("settings_base.toml", b"[defaults]\ninitial_delay = \"1m\"\n");
    let settings = RetrySettings::from_file(&path).unwrap();
    assert_eq!(
        settings.resolve(None, None, DEFAULTS).unwrap_err().to_string(),
        format!(
            "{}: line 2, column 1: defaults.initial_delay = \"1m\": must be at most max_delay, \
             which is 30s; set `max_delay` as well",
            path.display()
        )
    );
}

#[test]
fn a_file_that_cannot_be_read_is_one_mistake() {
    let errors = RetrySettings::from_file("no/such/retry.toml").unwrap_err();
    let error = errors.iter().next().unwrap();
    assert_eq!(errors.iter().count(), 1);
    assert_eq!(error.source_name(), Some("no/such/retry.toml"));
    assert_eq!((error.key(), error.line(), error.value()), ("", None, None));
    let text = errors.to_string();
    assert!(text.starts_with("no/such/retry.toml: cannot be read: "), "{text}");
    let path = file("settings_latin.toml", b"[defaults]\n# gr\xF6\xDFer\n");
    let text = RetrySettings::from_file(&path).unwrap_err().to_string();
    assert!(text.contains("settings_latin.toml: cannot be read: ") && text.contains("UTF-8"));
}

#[test]
fn a_file_in_another_format_is_told_what_reads_it() {
    let path = file("settings.json", b"{}");
    assert_eq!(
        RetrySettings::from_file(&path).unwrap_err().to_string(),
        format!(
            "{}: cannot be read: it is no TOML by its name; with a crate of serde it is a \
             `RetrySettings`",
            path.display()
        )
    );
}

#[test]
fn a_text_can_be_said_to_be_a_file() {
    let errors = RetryConfig::from_toml("max_attempts = 0").unwrap_err();
    assert_eq!(errors.source_name(), None);
    assert_eq!(
        errors.in_file("etc/retry.toml").to_string(),
        "etc/retry.toml: line 1, column 1: max_attempts = 0: must be at least 1, since it counts \
         the first call"
    );
}
