//! Every key: what it takes, where it goes, and where it comes from again.
//!
//! Reading, writing, the schema, the nearest key to a wrong one and the names of variables are all
//! made from these tables. The names and words are those of the attribute.

use std::time::Duration;

use crate::adapters::config::form::{Form, Misread};
use crate::adapters::config::node::{Data, Table};
use crate::adapters::config::schema::{ABOVE_ZERO, ANY, PART, at_least, within};
use crate::adapters::config::tags::Tags;
use crate::values::breaker_builder::BreakerPolicyBuilder;
use crate::values::breaker_policy::{OnOpen, Window};
use crate::values::budget_policy::{BudgetPolicy, Model, TOKEN};
use crate::values::jitter::Jitter;
use crate::values::kind_policy::KindPolicy;
use crate::values::kinds::Kinds;
use crate::values::limit_error::{LimitBound, LimitError, LimitField, LimitValue};
use crate::values::policy_builder::RetryPolicyBuilder;
use crate::values::rate_limit_policy::RateLimitPolicy;
use crate::values::scope::Scope;
use crate::values::strategy::Strategy;

/// A key of a table of settings for a `T`.
pub(super) struct Key<T> {
    pub(super) name: &'static str,
    /// For who points at it in an editor.
    pub(super) about: &'static str,
    /// What it takes, as a JSON Schema. A bound that another key has a part in is not in it.
    pub(super) schema: fn() -> Table,
    /// Reads the value and sets it; gives it back as it is written.
    pub(super) set: fn(&mut T, &Data) -> Result<Data, Wrong>,
    /// The value, where there is one that can be written.
    pub(super) get: fn(&T) -> Option<Data>,
}

/// What is wrong with the value of a key, whatever the other keys say.
pub(super) enum Wrong {
    Value(String),
    /// Entries of the table that is the value, each by its place in it.
    Inside(Vec<(usize, String)>),
    /// Only the budget that it is for is of a sort that has no such key; the value as it is written.
    OtherBudget(String, Data),
}

impl Wrong {
    fn out_of_bound(error: &LimitError, written: Data) -> Self {
        let why = error.bound().to_string();
        match error.bound() {
            LimitBound::OtherBudget => Self::OtherBudget(why, written),
            _ => Self::Value(why),
        }
    }
}

fn read<T: Form>(data: &Data, example: &str) -> Result<T, Wrong> {
    T::read(data).map_err(|misread| match misread {
        Misread::Because(why) => Wrong::Value(why),
        Misread::Inside(mistakes) => Wrong::Inside(mistakes),
        Misread::Form if example.is_empty() => Wrong::Value(format!("takes {}", T::takes())),
        Misread::Form => Wrong::Value(format!("takes {}, such as {example}", T::takes())),
    })
}

/// What a setter answers: nothing, where the builder looks at the value later.
trait Answer {
    fn check(self) -> Result<(), LimitError>;
}

impl Answer for () {
    fn check(self) -> Result<(), LimitError> {
        Ok(())
    }
}

impl Answer for Result<(), LimitError> {
    fn check(self) -> Result<(), LimitError> {
        self
    }
}

macro_rules! keys {
    ($target:ty: $(
        $(#[doc = $about:literal])+
        $name:ident: $form:ty, $bound:expr, $example:literal, $set:expr, $get:expr;
    )*) => {
        &[$(Key {
            name: stringify!($name),
            about: concat!($($about),+).trim_ascii_start(),
            schema: || <$form as Form>::schema($bound),
            set: |target, data| {
                let value = read::<$form>(data, $example)?;
                let written = value.write();
                match Answer::check(set_as::<$target, $form, _>($set)(target, value)) {
                    Ok(()) => Ok(written),
                    Err(error) => Err(Wrong::out_of_bound(&error, written)),
                }
            },
            get: |target| get_as::<$target, $form>($get)(target).map(|value| value.write()),
        }),*]
    };
}

/// Tell a closure what its arguments are.
const fn set_as<T, V, A>(set: fn(&mut T, V) -> A) -> fn(&mut T, V) -> A {
    set
}

const fn get_as<T, V>(get: fn(&T) -> Option<V>) -> fn(&T) -> Option<V> {
    get
}

/// What the calls of a handle are known by.
#[derive(Default)]
pub(super) struct Labels {
    pub(super) name: Option<String>,
    pub(super) service: Option<String>,
    pub(super) tags: Option<Tags>,
}

pub(super) const LABELS: &[Key<Labels>] = keys! { Labels:
    /// What the calls are known by, in events and errors.
    name: String, ANY, "\"billing::charge\"", |to, name| to.name = Some(name), |of| of.name.clone();
    /// The service that is called. Calls to the same service share its gates and its budget.
    service: String, ANY, "\"billing\"",
        |to, service| to.service = Some(service), |of| of.service.clone();
    /// What else the calls are known by, in logs and events: a text for each key.
    tags: Tags, ANY, "{ team = \"payments\" }", |to, tags| to.tags = Some(tags), |of| of.tags.clone();
};

pub(super) const POLICY: &[Key<RetryPolicyBuilder>] = keys! { RetryPolicyBuilder:
    /// How many attempts a call may make, the first included.
    max_attempts: u32, at_least(1.0), "3", |to, attempts| to.max_attempts = attempts, |of| Some(of.max_attempts);
    /// How the delay grows from attempt to attempt.
    strategy: Strategy, ANY, "", |to, strategy| to.strategy = strategy, |of| Some(of.strategy);
    /// The delay that growth starts from: at most max_delay.
    initial_delay: Duration, ANY, "\"250ms\"",
        |to, delay| to.initial_delay = delay, |of| Some(of.initial_delay);
    /// The delay that no delay is above.
    max_delay: Duration, ANY, "\"30s\"", |to, delay| to.max_delay = delay, |of| Some(of.max_delay);
    // With another strategy a multiplier that is said is a mistake.
    /// The factor of the exponential strategy. No other strategy takes one.
    multiplier: f64, at_least(1.0), "2.0", |to, factor| *to = to.multiplier(factor),
        |of| (of.strategy == Strategy::Exponential).then_some(of.multiplier);
    // The same for the random strategy and a jitter.
    /// How the delay is spread: a word, or a ratio from 0 to 1. The random strategy takes none.
    jitter: Jitter, ANY, "", |to, jitter| *to = to.jitter(jitter),
        |of| (of.strategy != Strategy::Random || of.jitter == Jitter::None).then_some(of.jitter);
    /// How long a call may take in all, attempts and delays together.
    timeout: Option<Duration>, ABOVE_ZERO, "\"1m30s\"", |to, limit| to.timeout = limit, |of| Some(of.timeout);
    /// How long each attempt may take: at most timeout.
    attempt_timeout: Option<Duration>, ABOVE_ZERO, "\"2s\"",
        |to, limit| to.attempt_timeout = limit, |of| Some(of.attempt_timeout);
    /// The longest wait that the other side may ask for.
    max_hint: Duration, ANY, "\"5m\"", |to, hint| to.max_hint = hint, |of| Some(of.max_hint);
    /// The kinds of failure that may be retried. It only takes away: an error that says of itself
    /// that it is not to be retried never is.
    retried: Kinds, ANY, "[\"network\", \"timeout\"]",
        |to, kinds| to.retried = kinds, |of| Some(of.retried);
};

pub(super) const KIND: &[Key<KindPolicy>] = keys! { KindPolicy:
    /// How many failures of this kind end a call. Without it they count with the others.
    max_attempts: u32, at_least(1.0), "8", |to, attempts| to.max_attempts = Some(attempts), |of| of.max_attempts;
    /// How the delay grows after failures of this kind.
    strategy: Strategy, ANY, "", change_strategy, |of| of.strategy;
    /// The delay that growth starts from: at most max_delay.
    initial_delay: Duration, ANY, "\"1s\"",
        |to, delay| to.initial_delay = Some(delay), |of| of.initial_delay;
    /// The delay that no delay after such a failure is above.
    max_delay: Duration, ANY, "\"30s\"", |to, delay| to.max_delay = Some(delay), |of| of.max_delay;
    /// The factor of the exponential strategy. No other strategy takes one.
    multiplier: f64, at_least(1.0), "2.0", |to, factor| to.multiplier = Some(factor), |of| of.multiplier;
    /// How the delay is spread: a word, or a ratio from 0 to 1. The random strategy takes none.
    jitter: Jitter, ANY, "", |to, jitter| to.jitter = Some(jitter), |of| of.jitter;
    /// How many tokens of the budget a retry after such a failure draws.
    cost: f64, at_least(0.0), "2.0", |to, tokens| to.cost = Some(tokens), |of| of.cost;
};

/// Another growth takes what belonged to the one before with it, as in a policy, where a
/// multiplier means nothing without the exponential strategy.
fn change_strategy(to: &mut KindPolicy, strategy: Strategy) {
    to.strategy = Some(strategy);
    if strategy != Strategy::Exponential {
        to.multiplier = None;
    }
    if strategy == Strategy::Random {
        to.jitter = None;
    }
}

pub(super) const CIRCUIT_BREAKER: &[Key<BreakerPolicyBuilder>] = keys! { BreakerPolicyBuilder:
    /// The part of failures in the window that opens the circuit.
    failure_ratio: f64, PART, "0.5", |to, ratio| to.failure_ratio = ratio, |of| Some(of.failure_ratio);
    /// What the ratios are taken over: a number of calls, or a length of time of at least 1ms.
    /// Without one only consecutive_failures opens the circuit.
    window: Option<Window>, at_least(1.0), "100 or \"10s\"", |to, window| to.window = window, |of| Some(of.window);
    /// How many calls there have to be before a ratio means anything: at most a window of calls.
    min_calls: u32, at_least(1.0), "20", |to, calls| to.min_calls = Some(calls), |of| of.min_calls;
    /// How many failures in a row open the circuit. Needed without a window.
    consecutive_failures: Option<u32>, at_least(1.0), "5",
        |to, failures| to.consecutive_failures = failures, |of| Some(of.consecutive_failures);
    /// The time after which a call is slow. Counted in the window only.
    slow_call: Option<Duration>, ABOVE_ZERO, "\"2s\"",
        |to, limit| to.slow_call = limit, |of| Some(of.slow_call);
    /// The part of slow calls in the window that opens the circuit.
    slow_ratio: f64, PART, "0.5", |to, ratio| to.slow_ratio = ratio, |of| Some(of.slow_ratio);
    /// The kinds that count as a failure.
    failures: Kinds, ANY, "[\"network\", \"timeout\"]",
        |to, kinds| to.failures = kinds, |of| Some(of.failures);
    /// The kinds that count as nothing.
    ignored: Kinds, ANY, "[\"client\"]", |to, kinds| to.ignored = kinds, |of| Some(of.ignored);
    /// How long the circuit stays open at first.
    open_for: Duration, ABOVE_ZERO, "\"5s\"", |to, time| to.open_for = time, |of| Some(of.open_for);
    /// How long the circuit stays open at most: at least open_for.
    max_open_for: Duration, ABOVE_ZERO, "\"1m\"",
        |to, time| to.max_open_for = time, |of| Some(of.max_open_for);
    /// How many calls try whether the other side is up again.
    probes: u32, at_least(1.0), "1", |to, probes| to.probes = probes, |of| Some(of.probes);
    /// How long such a call may take before another tries in its place.
    lease: Duration, ABOVE_ZERO, "\"10s\"", |to, lease| to.lease = lease, |of| Some(of.lease);
    /// Whether calls wait at an open circuit or are refused. Not beside max_waiting.
    on_open: OnOpen, ANY, "", |to, on_open| to.on_open = on_open,
        |of| (of.on_open == OnOpen::Refuse).then_some(of.on_open);
    /// How many calls may wait at an open circuit. Says by itself that they wait.
    max_waiting: u32, at_least(1.0), "1000", |to, max_waiting| to.on_open = OnOpen::Park { max_waiting },
        |of| match of.on_open {
            OnOpen::Park { max_waiting } => Some(max_waiting),
            OnOpen::Refuse => None,
        };
    /// How long a call waits at an open circuit at most. Only where calls are parked.
    park_for: Duration, ABOVE_ZERO, "\"30s\"",
        |to, time| *to = to.park_for(time), |of| of.parks().then_some(of.park_for);
    /// The time between two probes. Only where calls are parked.
    probe_gap: Duration, ABOVE_ZERO, "\"100ms\"",
        |to, gap| *to = to.probe_gap(gap), |of| of.parks().then_some(of.probe_gap);
    /// Whether each attempt is counted, or the call as a whole.
    counts: Scope, ANY, "", |to, scope| to.scope = scope, |of| Some(of.scope);
};

pub(super) const RATE_LIMIT: &[Key<RateLimitPolicy>] = keys! { RateLimitPolicy:
    /// What a throttle cuts the rate to.
    beta: f64, within(0.1, 0.99), "0.7", |to, beta| changed(to, to.try_with_beta(beta)), |of| Some(of.beta);
    /// How fast the rate grows again.
    scale: f64, within(0.001, 1000.0), "0.4", |to, scale| changed(to, to.try_with_scale(scale)), |of| Some(of.scale);
    /// The rate that it is never cut below, in calls per second.
    min_rate: f64, within(0.001, 1_000_000.0), "0.5",
        |to, rate| changed(to, to.try_with_min_rate(rate)), |of| Some(of.min_rate);
    /// How long a call waits for its turn at most: up to a day.
    max_wait: Duration, ANY, "\"5m\"",
        |to, wait| changed(to, to.try_with_max_wait(wait)), |of| Some(of.max_wait);
};

fn changed<T>(to: &mut T, with: Result<T, LimitError>) -> Result<(), LimitError> {
    *to = with?;
    Ok(())
}

/// The sorts of budgets, by the word for `kind`, each with its numbers where nothing else is said.
/// Tower's and Finagle's share is a fifth; gRPC's numbers are those of its own examples.
pub(super) const BUDGETS: [(&str, BudgetPolicy); 4] = [
    ("productive", BudgetPolicy::new()),
    ("ratio", BudgetPolicy::ratio(0.2)),
    ("grpc", BudgetPolicy::grpc(10, 0.1)),
    ("aws", BudgetPolicy::aws()),
];

/// Which of [`BUDGETS`] a budget is of.
pub(super) const fn sort_of(budget: &BudgetPolicy) -> usize {
    match budget.model {
        Model::Productive { .. } => 0,
        Model::Ratio { .. } => 1,
        Model::Grpc { .. } => 2,
        Model::Aws => 3,
    }
}

/// All keys of budgets but `kind`, which says which of them there are.
pub(super) const BUDGET: &[Key<BudgetPolicy>] = keys! { BudgetPolicy:
    /// How many retries each call brings. For the kinds productive and ratio.
    ratio: f64, within(1e-6, 1.0), "0.1", |to, ratio| changed(to, to.try_with_ratio(ratio)), |of| match of.model {
        Model::Productive { ratio, .. } | Model::Ratio { ratio, .. } => Some(tokens(ratio)),
        _ => None,
    };
    /// How much of its draw a retry that works pays back. For the kind productive.
    payback: f64, within(0.0, 2.0), "1.5",
        |to, payback| changed(to, to.try_with_payback(payback)), |of| match of.model {
            Model::Productive { payback, .. } => Some(tokens(payback)),
            _ => None,
        };
    /// How many tokens it holds at most. For the kinds productive and grpc.
    max_tokens: u32, within(1.0, 1000.0), "10", |to, max| match to.model {
        Model::Grpc { token_ratio, .. } => {
            changed(to, BudgetPolicy::try_grpc(max, tokens(token_ratio)))
        }
        _ => changed(to, to.try_with_max_tokens(max)),
    }, |of| match of.model {
        Model::Productive { max, .. } | Model::Grpc { max, .. } => Some(max / TOKEN),
        _ => None,
    };
    /// How many retries per second are free. For the kind ratio.
    min_per_second: u32, within(0.0, 1_000_000.0), "10",
        |to, retries| changed(to, to.try_with_min_per_second(retries)), |of| match of.model {
            Model::Ratio { min_per_second, .. } => Some(min_per_second),
            _ => None,
        };
    /// How long what a call brought can be used: 1s to 60s. For the kind ratio.
    ttl: Duration, ABOVE_ZERO, "\"10s\"", |to, ttl| changed(to, to.try_with_ttl(ttl)), |of| match of.model {
        Model::Ratio { ttl, .. } => Some(Duration::from_nanos(ttl)),
        _ => None,
    };
    /// How many tokens a success brings. For the kind grpc.
    token_ratio: f64, within(0.001, 1000.0), "0.1", |to, ratio| match to.model {
        Model::Grpc { max, .. } => changed(to, BudgetPolicy::try_grpc(max / TOKEN, ratio)),
        _ => Err(LimitError::other_budget(LimitField::TokenRatio, LimitValue::Factor(ratio))),
    }, |of| match of.model {
        Model::Grpc { token_ratio, .. } => Some(tokens(token_ratio)),
        _ => None,
    };
};

fn tokens(units: u32) -> f64 {
    f64::from(units) / f64::from(TOKEN)
}
