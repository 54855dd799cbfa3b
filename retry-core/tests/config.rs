//! What settings say is what the builders make of the same values, from every source.

use std::time::Duration;

use retry_core::{
    BreakerPolicy, BudgetPolicy, ErrorKind, Jitter, KindPolicy, Kinds, OnOpen, Preset,
    RateLimitPolicy, RetryConfig, RetryPolicy, Scope, Strategy, Tag, Window, presets,
};

const DEFAULTS: Preset = Preset::new(RetryPolicy::new());

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn preset(toml: &str) -> Preset {
    applied(toml, &DEFAULTS)
}

fn applied(toml: &str, base: &Preset) -> Preset {
    let config = RetryConfig::from_toml(toml).unwrap_or_else(|errors| panic!("{toml}\n{errors}"));
    config.apply_to(*base).unwrap_or_else(|errors| panic!("{toml}\n{errors}"))
}

fn policy(toml: &str) -> RetryPolicy {
    preset(toml).policy()
}

fn breaker(keys: &str) -> BreakerPolicy {
    preset(&format!("[circuit_breaker]\n{keys}")).circuit_breaker().unwrap()
}

fn budget(keys: &str) -> BudgetPolicy {
    preset(&format!("[budget]\n{keys}")).budget().unwrap()
}

const EVERYTHING: &str = r#"
name = "billing::charge"
service = "billing"
tags = { tier = "1", team = "payments" }
max_attempts = 5
strategy = "exponential"
initial_delay = "250ms"
max_delay = "10s"
multiplier = 1.5
jitter = 0.2
timeout = "1m30s"
attempt_timeout = "2s"
max_hint = "3m"
retried = ["timeout", "rate_limit", "network"]

[on.rate_limit]
max_attempts = 8
strategy = "fixed"
initial_delay = "1s"
max_delay = "20s"
jitter = "equal"
cost = 2.0

[on.timeout]
multiplier = 3

[circuit_breaker]
failure_ratio = 0.3
window = "10s"
min_calls = 5
consecutive_failures = 7
slow_call = "2s"
slow_ratio = 0.8
failures = ["network", "server"]
ignored = ["client"]
open_for = "4s"
max_open_for = "2m"
probes = 2
lease = "3s"
max_waiting = 50
park_for = "20s"
probe_gap = "200ms"
counts = "calls"

[budget]
kind = "productive"
ratio = 0.05
payback = 1.25
max_tokens = 7

[rate_limit]
beta = 0.5
scale = 0.3
min_rate = 1.5
max_wait = "10s"
"#;

fn everything() -> Preset {
    const KINDS: &[KindPolicy] = &[
        KindPolicy::new(ErrorKind::Timeout).with_multiplier(3.0),
        KindPolicy::new(ErrorKind::RateLimit)
            .with_max_attempts(8)
            .with_strategy(Strategy::Fixed)
            .with_initial_delay(Duration::from_secs(1))
            .with_max_delay(Duration::from_secs(20))
            .with_jitter(Jitter::Equal)
            .with_cost(2.0),
    ];
    let policy = RetryPolicy::new()
        .with_max_attempts(5)
        .with_initial_delay(ms(250))
        .with_max_delay(ms(10_000))
        .with_multiplier(1.5)
        .with_jitter(Jitter::Ratio(0.2))
        .with_timeout(ms(90_000))
        .with_attempt_timeout(ms(2000))
        .with_max_hint(ms(180_000))
        .with_retried(Kinds::of(&[ErrorKind::Timeout, ErrorKind::RateLimit, ErrorKind::Network]))
        .with_kinds(KINDS);
    let breaker = BreakerPolicy::new()
        .with_failure_ratio(0.3)
        .with_window(Window::Time(ms(10_000)))
        .with_min_calls(5)
        .with_consecutive_failures(7)
        .with_slow_call(ms(2000))
        .with_slow_ratio(0.8)
        .with_failures(Kinds::of(&[ErrorKind::Network, ErrorKind::Server]))
        .with_ignored(Kinds::of(&[ErrorKind::Client]))
        .with_open_for(ms(4000))
        .with_max_open_for(ms(120_000))
        .with_probes(2)
        .with_lease(ms(3000))
        .with_on_open(OnOpen::Park { max_waiting: 50 })
        .with_park_for(ms(20_000))
        .with_probe_gap(ms(200))
        .with_scope(Scope::Call);
    let budget = BudgetPolicy::new().with_ratio(0.05).with_payback(1.25).with_max_tokens(7);
    let limit = RateLimitPolicy::new()
        .with_beta(0.5)
        .with_scale(0.3)
        .with_min_rate(1.5)
        .with_max_wait(ms(10_000));
    Preset::new(policy).with_circuit_breaker(breaker).with_budget(budget).with_rate_limit(limit)
}

#[test]
fn every_key_means_what_its_setter_means() {
    assert_eq!(preset(EVERYTHING), everything());
    let config = RetryConfig::from_toml(EVERYTHING).unwrap();
    assert_eq!((config.name(), config.service()), (Some("billing::charge"), Some("billing")));
    assert_eq!(config.tags().collect::<Vec<_>>(), [("team", "payments"), ("tier", "1")]);
}

#[test]
fn a_handle_made_of_settings_has_their_labels() {
    let config = RetryConfig::from_toml(EVERYTHING).unwrap();
    let retry = config.to_retry(DEFAULTS).unwrap();
    assert_eq!(retry.tags(), [Tag::new("team", "payments"), Tag::new("tier", "1")]);
    assert_eq!(RetryConfig::from_toml("tags = {}").unwrap().tags().count(), 0);
}

#[test]
fn settings_are_written_as_they_are_read() {
    let config = RetryConfig::from_toml(EVERYTHING).unwrap();
    let json = serde_json::to_string(&config).unwrap();
    assert_eq!(serde_json::from_str::<RetryConfig>(&json).unwrap(), config);
    let toml = toml::to_string(&config).unwrap();
    assert_eq!(RetryConfig::from_toml(&toml).unwrap(), config);
    assert_eq!(toml::from_str::<RetryConfig>(&toml).unwrap(), config);
    for unit in ["initial_delay = \"250ms\"", "timeout = \"1m30s\"", "jitter = 0.2"] {
        assert!(toml.contains(unit), "{unit} is not in\n{toml}");
    }
}

#[test]
fn a_preset_is_written_as_settings_that_make_it() {
    for preset in [
        everything(),
        presets::STANDARD,
        presets::DATABASE,
        presets::HTTP,
        presets::CACHE,
        presets::MESSAGING,
        presets::MESH,
        DEFAULTS,
        DEFAULTS.without_budget(),
    ] {
        let config = RetryConfig::try_from(preset).unwrap();
        assert_eq!(config.apply_to(DEFAULTS).unwrap(), preset);
        // All of it is said, so what they are applied to matters no more.
        assert_eq!(config.apply_to(presets::STANDARD).unwrap(), preset);
        let text = toml::to_string(&config).unwrap();
        assert_eq!(RetryConfig::from_toml(&text).unwrap(), config, "{text}");
        assert_eq!(Preset::try_from(config).unwrap(), preset);
    }
}

#[test]
fn every_word_is_that_of_the_attribute() {
    let strategies = [
        ("fixed", Strategy::Fixed),
        ("exponential", Strategy::Exponential),
        ("linear", Strategy::Linear),
        ("random", Strategy::Random),
        ("fibonacci", Strategy::Fibonacci),
    ];
    for (word, strategy) in strategies {
        assert_eq!(policy(&format!("strategy = {word:?}")).strategy(), strategy);
    }
    let jitters = [
        ("none", Jitter::None),
        ("full", Jitter::Full),
        ("equal", Jitter::Equal),
        ("decorrelated", Jitter::Decorrelated),
    ];
    for (word, jitter) in jitters {
        assert_eq!(policy(&format!("jitter = {word:?}")).jitter(), jitter);
    }
    assert_eq!(policy("jitter = 1").jitter(), Jitter::Ratio(1.0));
    assert_eq!(breaker("on_open = \"park\"").on_open(), OnOpen::PARK);
    assert_eq!(breaker("on_open = \"refuse\"").on_open(), OnOpen::Refuse);
    assert_eq!(breaker("counts = \"attempts\"").scope(), Scope::Attempt);
    assert_eq!(breaker("window = 50").window(), Some(Window::Count(50)));
    for kind in ErrorKind::ALL {
        let text = format!("on.{kind}.max_attempts = 2\ncircuit_breaker.failures = [\"{kind}\"]");
        let preset = preset(&text);
        assert_eq!(preset.policy().kinds(), [KindPolicy::new(kind).with_max_attempts(2)]);
        assert_eq!(preset.circuit_breaker().unwrap().failures(), Kinds::of(&[kind]));
    }
}

#[test]
fn every_sort_of_budget_has_its_own_keys() {
    assert_eq!(budget("kind = \"productive\""), BudgetPolicy::new());
    assert_eq!(budget("kind = \"ratio\""), BudgetPolicy::ratio(0.2));
    assert_eq!(
        budget("kind = \"ratio\"\nratio = 0.3\nmin_per_second = 2\nttl = \"5s\""),
        BudgetPolicy::ratio(0.3).with_min_per_second(2).with_ttl(ms(5000))
    );
    assert_eq!(budget("kind = \"grpc\""), BudgetPolicy::grpc(10, 0.1));
    assert_eq!(
        budget("token_ratio = 0.5\nmax_tokens = 40\nkind = \"grpc\""),
        BudgetPolicy::grpc(40, 0.5)
    );
    assert_eq!(budget("kind = \"aws\""), BudgetPolicy::aws());
    for sort in [BudgetPolicy::ratio(0.3), BudgetPolicy::grpc(40, 0.5), BudgetPolicy::aws()] {
        let preset = DEFAULTS.with_budget(sort);
        let config = RetryConfig::try_from(preset).unwrap();
        assert_eq!(config.apply_to(DEFAULTS).unwrap(), preset);
    }
}

#[test]
fn what_is_not_said_is_as_in_the_base() {
    let base = everything();
    assert_eq!(applied("", &base), base);
    assert_eq!(applied("on = {}\ncircuit_breaker = {}\nbudget = {}", &base), base);
    let changed = applied("on.timeout.cost = 4\nbudget.ratio = 0.2\nrate_limit.beta = 0.9", &base);
    let own = changed.policy().kinds()[0];
    assert_eq!(own, KindPolicy::new(ErrorKind::Timeout).with_multiplier(3.0).with_cost(4.0));
    assert_eq!(changed.budget().unwrap(), base.budget().unwrap().with_ratio(0.2));
    assert_eq!(changed.rate_limit().unwrap(), base.rate_limit().unwrap().with_beta(0.9));
    assert_eq!(changed.circuit_breaker(), base.circuit_breaker());
    // Another sort of budget has nothing of the one before.
    let other = applied("budget.kind = \"grpc\"", &base);
    assert_eq!(other.budget(), Some(BudgetPolicy::grpc(10, 0.1)));
    // Another growth has no use for the multiplier.
    let fixed = applied("on.timeout.strategy = \"fixed\"", &base).policy().kinds()[0];
    assert_eq!(fixed, KindPolicy::new(ErrorKind::Timeout).with_strategy(Strategy::Fixed));
}

#[test]
fn none_and_default_are_said_in_a_word() {
    let text = "timeout = \"none\"\nattempt_timeout = \"none\"\non.timeout = \"none\"\n\
                circuit_breaker = \"none\"\nbudget = \"none\"\nrate_limit = \"none\"";
    let nothing = applied(text, &everything());
    assert!(!nothing.policy().can_cut());
    assert_eq!(nothing.policy().kinds().len(), 1);
    assert_eq!(nothing.circuit_breaker(), None);
    assert_eq!(nothing.budget(), None);
    assert_eq!(nothing.rate_limit(), None);
    let text = "circuit_breaker = \"default\"\nbudget = \"default\"\nrate_limit = \"default\"";
    let fresh = applied(text, &everything());
    assert_eq!(fresh.circuit_breaker(), Some(BreakerPolicy::new()));
    assert_eq!(fresh.budget(), Some(BudgetPolicy::new()));
    assert_eq!(fresh.rate_limit(), Some(RateLimitPolicy::new()));
    let in_a_row = breaker("window = \"none\"\nconsecutive_failures = 3\nslow_call = \"none\"");
    let expected = BreakerPolicy::new().with_consecutive_failures(3).without_window();
    assert_eq!(in_a_row, expected);
}

#[test]
fn a_function_of_the_base_stays_and_is_not_written() {
    let own = RetryPolicy::new().with_strategy(Strategy::Custom(|_| Duration::from_secs(1)));
    let base = Preset::new(own);
    assert!(matches!(applied("max_attempts = 5", &base).policy().strategy(), Strategy::Custom(_)));
    let error = RetryConfig::try_from(own).unwrap_err();
    assert_eq!(error.to_string(), "strategy: is a function, which settings cannot name");
    let idle = RetryPolicy::new().with_multiplier(3.0).with_strategy(Strategy::Fixed);
    assert_eq!(
        RetryConfig::try_from(idle).unwrap_err().to_string(),
        "multiplier: has no effect with this strategy, and settings cannot say it"
    );
}

#[test]
fn nothing_is_lost_on_the_way_to_less() {
    let config = RetryConfig::from_toml("max_attempts = 7\non.server.cost = 0").unwrap();
    assert_eq!(RetryPolicy::try_from(config).unwrap().max_attempts(), 7);
    let config = RetryConfig::from_toml("budget = \"none\"\nname = \"a\"").unwrap();
    let why = "a policy has no gates and no labels: make a preset, with `apply_to`";
    assert_eq!(
        RetryPolicy::try_from(config.clone()).unwrap_err().to_string(),
        format!("line 1, column 1: budget: {why}\nline 2, column 1: name: {why}")
    );
    assert_eq!(
        Preset::try_from(config).unwrap_err().to_string(),
        "line 2, column 1: name: a preset has no labels: make a handle, with `to_retry`, or use `apply_to`"
    );
}

#[test]
fn a_handle_has_the_labels_and_the_policy() {
    let config = RetryConfig::from_toml(EVERYTHING).unwrap();
    let retry = config.to_retry(DEFAULTS).unwrap();
    assert_eq!(retry.policy(), &everything().policy());
}

#[test]
fn json_says_the_same_as_toml() {
    let table: toml::Table = toml::from_str(EVERYTHING).unwrap();
    let json = serde_json::to_string(&table).unwrap();
    let config: RetryConfig = serde_json::from_str(&json).unwrap();
    assert_eq!(config, RetryConfig::from_toml(EVERYTHING).unwrap());
}

#[test]
fn the_environment_says_the_same_as_toml() {
    let variables = [
        ("NAME", "billing::charge"),
        ("SERVICE", "billing"),
        ("TAGS_TEAM", "payments"),
        ("TAGS_TIER", "1"),
        ("MAX_ATTEMPTS", "5"),
        ("STRATEGY", "exponential"),
        ("INITIAL_DELAY", "250ms"),
        ("MAX_DELAY", "10s"),
        ("MULTIPLIER", "1.5"),
        ("JITTER", "0.2"),
        ("TIMEOUT", "1m 30s"),
        ("ATTEMPT_TIMEOUT", "2s"),
        ("MAX_HINT", "3m"),
        ("RETRIED", "timeout, rate_limit, network"),
        ("ON_RATE_LIMIT_MAX_ATTEMPTS", "8"),
        ("ON_RATE_LIMIT_STRATEGY", "fixed"),
        ("ON_RATE_LIMIT_INITIAL_DELAY", "1s"),
        ("ON_RATE_LIMIT_MAX_DELAY", "20s"),
        ("ON_RATE_LIMIT_JITTER", "equal"),
        ("ON_RATE_LIMIT_COST", "2"),
        ("ON_TIMEOUT_MULTIPLIER", "3"),
        ("CIRCUIT_BREAKER_FAILURE_RATIO", "0.3"),
        ("CIRCUIT_BREAKER_WINDOW", "10s"),
        ("CIRCUIT_BREAKER_MIN_CALLS", "5"),
        ("CIRCUIT_BREAKER_CONSECUTIVE_FAILURES", "7"),
        ("CIRCUIT_BREAKER_SLOW_CALL", "2s"),
        ("CIRCUIT_BREAKER_SLOW_RATIO", "0.8"),
        ("CIRCUIT_BREAKER_FAILURES", "network, server"),
        ("CIRCUIT_BREAKER_IGNORED", "client"),
        ("CIRCUIT_BREAKER_OPEN_FOR", "4s"),
        ("CIRCUIT_BREAKER_MAX_OPEN_FOR", "2m"),
        ("CIRCUIT_BREAKER_PROBES", "2"),
        ("CIRCUIT_BREAKER_LEASE", "3s"),
        ("CIRCUIT_BREAKER_MAX_WAITING", "50"),
        ("CIRCUIT_BREAKER_PARK_FOR", "20s"),
        ("CIRCUIT_BREAKER_PROBE_GAP", "200ms"),
        ("CIRCUIT_BREAKER_COUNTS", "calls"),
        ("BUDGET_KIND", "productive"),
        ("BUDGET_RATIO", "0.05"),
        ("BUDGET_PAYBACK", "1.25"),
        ("BUDGET_MAX_TOKENS", "7"),
        ("RATE_LIMIT_BETA", "0.5"),
        ("RATE_LIMIT_SCALE", "0.3"),
        ("RATE_LIMIT_MIN_RATE", "1.5"),
        ("RATE_LIMIT_MAX_WAIT", "10s"),
    ];
    let ours = variables.map(|(key, value)| (format!("RETRY_BILLING_{key}"), value.to_owned()));
    let others = [("PATH", "/bin"), ("RETRY_SEARCH_TIMES", "9"), ("RETRY_BILLINGS_X", "1")];
    let others = others.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let all = || ours.iter().chain(&others).cloned();
    let config = RetryConfig::from_env("RETRY_BILLING", all()).unwrap();
    assert_eq!(config, RetryConfig::from_toml(EVERYTHING).unwrap());
    assert_eq!(RetryConfig::from_env("RETRY_BILLING_", all()).unwrap(), config);
    let word = [("X_CIRCUIT_BREAKER".to_owned(), "default".to_owned())];
    let config = RetryConfig::from_env("X", word).unwrap();
    assert_eq!(config.apply_to(DEFAULTS).unwrap().circuit_breaker(), Some(BreakerPolicy::new()));
    assert_eq!(RetryConfig::from_process_env("NOBODY_SETS").unwrap(), RetryConfig::default());
}
