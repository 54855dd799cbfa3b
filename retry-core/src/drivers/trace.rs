//! What a call says to `tracing`.
//!
//! Events are said inside of the span of their call, where it has one, and carry the same fields in
//! the same words, whatever drives the call:
//!
//! | event | level | when |
//! |---|---|---|
//! | `attempt failed, retrying` | warn | before each delay |
//! | `gave up` | error | once, at the end, for any reason but cancellation |
//! | `succeeded after retries` | info | once, at the end |
//! | `cancelled` | debug | once, at the end, also when the future was dropped |
//! | `panicked` | error | once, at the end |
//! | `dead letter stored` | info | after `gave up`, for a call with a payload |
//! | `dead letter lost` | error | in place of it, where the sink failed |
//! | `the retry budget is used up: …` | warn | at most once in ten seconds for each budget |
//! | `the service has this gate already, …` | warn | once for each function that asks for another |
//!
//! A call that succeeds at once says nothing.

use std::fmt::{self, Debug, Display};
use std::time::Duration;

use tracing::field::DisplayValue;
use tracing::{debug, error, info, warn};

use crate::drivers::spans::CallSpan;
use crate::values::kind::ErrorKind;
use crate::values::labels::Labels;
use crate::values::letter_fate::LetterFate;
use crate::values::stop::{StopReason, Stopped};
use crate::values::tag::Tag;

/// The tags of a call, as the one field that they are, where there are any.
pub(crate) fn listed(tags: &[Tag]) -> Option<DisplayValue<Listed<'_>>> {
    (!tags.is_empty()).then(|| tracing::field::display(Listed(tags)))
}

/// `team=payments tier=1`, written where somebody listens, and nowhere else.
pub(crate) struct Listed<'a>(&'a [Tag]);

impl Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().enumerate().try_for_each(|(at, tag)| {
            f.write_str(if at > 0 { " " } else { "" })?;
            write!(f, "{tag}")
        })
    }
}

/// The numbers of one failed attempt.
pub(crate) struct Failure<'a> {
    pub(crate) attempt: u32,
    pub(crate) max_attempts: u32,
    pub(crate) kind: ErrorKind,
    pub(crate) error: &'a dyn Display,
}

pub(crate) fn retrying(
    span: &CallSpan,
    labels: Labels<'_>,
    failure: &Failure<'_>,
    delay: Duration,
) {
    let Labels { name, service, tags } = labels;
    let tags = listed(tags);
    let Failure { attempt, max_attempts, kind, error } = failure;
    span.in_call(|| {
        warn!(
            target: "retry_core", name, service, tags, attempt, max_attempts,
            kind = kind.as_str(), ?delay, %error, "attempt failed, retrying"
        );
    });
}

pub(crate) fn gave_up(
    span: &CallSpan,
    labels: Labels<'_>,
    failure: &Failure<'_>,
    (reason, elapsed): (StopReason, Option<Duration>),
) {
    let Labels { name, service, tags } = labels;
    let tags = listed(tags);
    let Failure { attempt, max_attempts, kind, error } = failure;
    let elapsed = elapsed.map(tracing::field::debug);
    span.in_call(|| {
        error!(
            target: "retry_core", name, service, tags, attempt, max_attempts,
            kind = kind.as_str(), reason = reason.as_str(), elapsed, %error, "gave up"
        );
    });
}

/// What became of the dead letter of a call; its span is closed by then.
pub(crate) fn dead_letter(labels: Labels<'_>, stopped: &Stopped, fate: &LetterFate) {
    let Labels { name, service, tags } = labels;
    let tags = listed(tags);
    let (reason, attempts) = (stopped.reason().as_str(), stopped.attempts());
    match fate {
        LetterFate::Stored => {
            info!(target: "retry_core", name, service, tags, reason, attempts, "dead letter stored");
        }
        LetterFate::Failed(error) => error!(
            target: "retry_core", name, service, tags, reason, attempts,
            permanent = error.is_permanent(), error = %error.cause(), "dead letter lost"
        ),
    }
}

/// The budget refuses a retry; said at most once in ten seconds.
pub(crate) fn budget_empty(span: &CallSpan, labels: Labels<'_>) {
    let Labels { name, service, tags } = labels;
    let tags = listed(tags);
    span.in_call(|| {
        warn!(
            target: "retry_core", name, service, tags,
            "the retry budget is used up: calls fail with their own errors until enough succeed"
        );
    });
}

/// A function asks for a gate that its service has already, made from something else.
#[cold]
pub(crate) fn conflict(service: &str, gate: &'static str, (has, wanted): (&dyn Debug, &dyn Debug)) {
    warn!(
        target: "retry_core", service, gate, ?has, ?wanted,
        "the service has this gate already, made from other values: the first ones hold"
    );
}

/// Settings say something that an operation cannot do.
#[cold]
pub(crate) fn settings_without_effect(name: &str, what: &str) {
    warn!(target: "retry_core", name, what, "a setting has no effect here");
}

/// The settings of a file are in force.
#[cold]
#[cfg_attr(not(feature = "toml"), allow(dead_code))]
pub(crate) fn settings_loaded(file: &str) {
    info!(target: "retry_core", file, "settings loaded");
}

/// A file of settings is broken.
#[cold]
#[cfg_attr(not(feature = "toml"), allow(dead_code))]
pub(crate) fn settings_broken(file: &str, errors: &dyn Display) {
    error!(target: "retry_core", file, %errors, "settings are broken: those before them hold");
}

/// Settings contradict the code of an operation that has come after they were loaded.
#[cold]
pub(crate) fn settings_refused(name: &str, error: &dyn Display) {
    error!(target: "retry_core", name, %error, "settings contradict the code, which holds");
}

/// The registry keeps no more.
#[cold]
pub(crate) fn registry_full(most: usize) {
    warn!(target: "retry_core", most, "the registry is full: what comes from here on is not kept");
}

pub(crate) fn recovered(span: &CallSpan, labels: Labels<'_>, attempt: u32) {
    let Labels { name, service, tags } = labels;
    let tags = listed(tags);
    span.in_call(
        || info!(target: "retry_core", name, service, tags, attempt, "succeeded after retries"),
    );
}

pub(crate) fn cancelled(span: &CallSpan, labels: Labels<'_>, attempt: u32) {
    let Labels { name, service, tags } = labels;
    let tags = listed(tags);
    let reason = StopReason::Cancelled.as_str();
    span.in_call(
        || debug!(target: "retry_core", name, service, tags, attempt, reason, "cancelled"),
    );
}

pub(crate) fn panicked(span: &CallSpan, labels: Labels<'_>, attempt: u32) {
    let Labels { name, service, tags } = labels;
    let tags = listed(tags);
    span.in_call(|| error!(target: "retry_core", name, service, tags, attempt, "panicked"));
}
