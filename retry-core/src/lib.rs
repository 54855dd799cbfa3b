#![doc = include_str!("../README.md")]
// The model checks leave out what the machines are built into.
#![cfg_attr(retry_loom, allow(dead_code, unused_imports, unreachable_pub))]

mod adapters;
mod drivers;
mod machines;
mod seams;
mod values;

#[cfg(feature = "toml")]
#[doc(inline)]
pub use crate::adapters::config::LiveSettings;
#[cfg(feature = "serde")]
#[doc(inline)]
pub use crate::adapters::config::{ConfigError, ConfigErrors, RetryConfig, RetrySettings};
#[cfg(feature = "metrics")]
#[doc(inline)]
pub use crate::adapters::metrics::{MetricInfo, MetricSort, MetricsReporter, Publishing};
#[doc(inline)]
pub use crate::drivers::{
    attempts::Attempts,
    blocking::BlockingAttempts,
    breaker::{BreakerSnapshot, CircuitBreaker, HealthAnswer},
    budget::RetryBudget,
    budgets::set_process_budget,
    observing::{Observation, observe},
    open_attempt::{OpenAttempt, RunAttempt},
    operations::registry::RetryRegistry,
    operations::snapshot::{GatesSnapshot, OperationSnapshot, ServiceSnapshot},
    rate_limit::{RateLimit, RateLimitSnapshot},
    retry::{Retry, builder::RetryBuilder, policy_or::PolicyOr},
    shutdown::{is_shutdown, shutdown},
    statistics::{Statistics, snapshot::StatisticsSnapshot},
    throttle::Throttle,
};
#[doc(inline)]
pub use crate::machines::{
    budget::BudgetSnapshot,
    schedule::Schedule,
    session::{Session, Step, Time},
};
#[cfg(feature = "http")]
#[doc(inline)]
pub use crate::seams::hint::retry_after;
#[doc(inline)]
pub use crate::seams::{
    chain::{AlreadyClassified, ByChain, classify_foreign, verdict_of},
    classify::{ByClassify, Classifier, Classify, ClassifyWith, RetryAll, RetryIf},
    clock::{Clock, Sleep, TokioClock},
    dead_letter::{DeadLetter, DeadLetterSink, Storing},
    event_recorder::EventRecorder,
    fields::{AfterField, StatusField},
    gate::{Admission, Gate, Held, Outcome, Pass, Request, Scope, Settlement, Ticket},
    http_outcome::HttpOutcome,
    manual_clock::ManualClock,
    memory_letters::MemoryDeadLetters,
    observe::Observer,
    queued::Queued,
    test_mode::{TestGuard, TestMode},
};
#[doc(inline)]
pub use crate::values::{
    attempt::Attempt,
    breaker_builder::BreakerPolicyBuilder,
    breaker_error::{BreakerBound, BreakerError, BreakerField},
    breaker_policy::{BreakerPolicy, OnOpen, Window},
    budget_policy::BudgetPolicy,
    build_error::RetryBuildError,
    circuit::{CircuitChange, CircuitState},
    counts::Counts,
    error::RetryError,
    event::{Event, Text},
    event_record::EventRecord,
    idempotency_key::IdempotencyKey,
    jitter::Jitter,
    kind::{ErrorKind, Verdict},
    kind_policy::KindPolicy,
    kinds::Kinds,
    labels::Labels,
    letter_fate::{LetterFate, SinkError},
    letter_preset::LetterPreset,
    limit_error::{LimitBound, LimitError, LimitField, LimitValue},
    policy::RetryPolicy,
    policy_builder::RetryPolicyBuilder,
    policy_error::{PolicyBound, PolicyError, PolicyField, PolicyValue},
    preset::Preset,
    presets,
    rate_limit_policy::RateLimitPolicy,
    refusal::Refusal,
    report::Report,
    retrying::Retrying,
    statistics::{OperationStatistics, TimeStatistics},
    stop::{StopReason, Stopped},
    strategy::Strategy,
    tag::Tag,
    tag_error::TagError,
    throttle_policy::ThrottlePolicy,
};
/// The token that [`Retry::with_cancellation`] takes, as tokio-util has it.
#[doc(no_inline)]
pub use tokio_util::sync::CancellationToken;

#[cfg(feature = "macros")]
#[doc = include_str!("../docs/with_retry.md")]
pub use retry_macros::with_retry;
// Shares its name with the trait: one import brings both.
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/classify.md")]
pub use retry_macros::Classify;

/// What the attribute expands to. Not a public interface: it changes without notice.
#[cfg(not(retry_loom))]
#[doc(hidden)]
pub mod __private {
    pub use crate::drivers::expansion::*;
}
