//! The spans of a call and of its present attempt.
//!
//! Both are entered at every poll of the operation, so they live with the drivers and not behind an
//! observer. They are at debug level: a span that a registry records costs many times the whole
//! loop. Both stand in one box, which a call has only where somebody listens, so that its future
//! carries eight bytes for them.
//!
//! What each field means is in `docs/observe.md`. Where OpenTelemetry has a convention, it is
//! followed; an attempt is no client span, since the client that it calls makes that one.

use std::fmt::{self, Debug, Display};

use tracing::field::{Empty, display};
use tracing::{Level, Span, debug_span};

use crate::drivers::trace::{Failure, listed};
use crate::values::kind::ErrorKind;
use crate::values::labels::Labels;
use crate::values::policy::RetryPolicy;
use crate::values::stop::StopReason;

const PANIC: &str = "panic";

/// The spans of a call, where somebody listens at debug level.
#[derive(Debug)]
pub(crate) struct CallSpan(Option<Box<Spans>>);

#[derive(Debug)]
struct Spans {
    /// That of the present attempt; none between attempts.
    attempt: Span,
    call: Span,
}

impl CallSpan {
    pub(crate) const NONE: Self = Self(None);

    /// Whether somebody might listen.
    #[inline]
    pub(crate) fn is_wanted() -> bool {
        tracing::level_enabled!(Level::DEBUG)
    }

    #[inline]
    pub(crate) fn open(labels: &Labels<'_>, policy: &RetryPolicy) -> Self {
        if Self::is_wanted() { Self::open_listened(labels, policy) } else { Self(None) }
    }

    #[cold]
    fn open_listened(labels: &Labels<'_>, policy: &RetryPolicy) -> Self {
        let Labels { name, service, tags } = *labels;
        let call = debug_span!(
            target: "retry_core",
            "retry",
            "otel.name" = name.map(|name| display(Titled(name))),
            "retry.name" = name,
            "retry.service" = service,
            "retry.tags" = listed(tags),
            "retry.max_attempts" = policy.most_attempts(),
            "retry.attempts" = Empty,
            "retry.reason" = Empty,
            "error.type" = Empty,
            "otel.status_code" = Empty,
            "otel.status_description" = Empty,
        );
        Self((!call.is_disabled()).then(|| Box::new(Spans { attempt: Span::none(), call })))
    }

    /// Whether it is there and the call has not ended.
    #[inline]
    pub(crate) const fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Opens the span of an attempt that starts after so many milliseconds of waiting.
    #[inline]
    pub(crate) fn begin_attempt(&mut self, attempt: u32, delay_ms: impl FnOnce() -> u32) {
        if let Some(spans) = &mut self.0 {
            spans.begin_attempt(attempt, delay_ms());
        }
    }

    /// Runs `work`, a poll of the operation, inside the span of the attempt. That of the call is
    /// entered as well: a layer whose filter leaves attempts out looks for it among those.
    #[inline]
    pub(crate) fn in_attempt<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.0 {
            None => work(),
            Some(spans) => spans.call.in_scope(|| spans.attempt.in_scope(work)),
        }
    }

    /// Runs `work`, which says something of the call, inside the span of the call.
    #[inline]
    pub(crate) fn in_call<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.0 {
            None => work(),
            Some(spans) => spans.call.in_scope(work),
        }
    }

    /// Closes the span of an attempt that failed.
    #[inline]
    pub(crate) fn attempt_failed(&mut self, kind: ErrorKind, error: &dyn Display) {
        if let Some(spans) = &mut self.0 {
            fail(&std::mem::replace(&mut spans.attempt, Span::none()), kind.as_str(), error);
        }
    }

    /// Closes the span of a call that succeeded.
    #[inline]
    pub(crate) fn succeeded(&mut self, attempts: u32) {
        if let Some(spans) = self.0.take() {
            spans.end(attempts);
        }
    }

    /// Closes the span of a call that ended without a success, and that of an attempt which the end
    /// has cut.
    #[inline]
    pub(crate) fn gave_up(&mut self, failure: &Failure<'_>, reason: StopReason) {
        if let Some(spans) = self.0.take() {
            spans.give_up(failure, reason);
        }
    }

    /// Closes the spans of a call that was dropped.
    #[inline]
    pub(crate) fn cancelled(&mut self, attempts: u32) {
        if let Some(spans) = self.0.take() {
            spans.cancel(attempts);
        }
    }

    /// Closes the spans of a call whose attempt panicked.
    #[inline]
    pub(crate) fn panicked(&mut self, attempts: u32) {
        if let Some(spans) = self.0.take() {
            fail(&spans.attempt, PANIC, &"panicked");
            fail(&spans.call, PANIC, &"panicked");
            spans.end(attempts);
        }
    }
}

impl Spans {
    #[cold]
    fn begin_attempt(&mut self, attempt: u32, delay_ms: u32) {
        let resend = attempt.checked_sub(1).filter(|resend| *resend > 0);
        self.attempt = debug_span!(
            target: "retry_core",
            parent: &self.call,
            "attempt",
            "retry.attempt" = attempt,
            "retry.resend_count" = resend,
            "retry.delay_ms" = resend.map(|_| delay_ms),
            "retry.reason" = Empty,
            "error.type" = Empty,
            "otel.status_code" = Empty,
            "otel.status_description" = Empty,
        );
    }

    #[cold]
    fn end(self, attempts: u32) {
        self.call.record("retry.attempts", attempts);
    }

    #[cold]
    fn give_up(self, failure: &Failure<'_>, reason: StopReason) {
        if reason == StopReason::Cancelled {
            return self.cancel(failure.attempt);
        }
        if !self.attempt.is_disabled() {
            fail(&self.attempt, ErrorKind::Timeout.as_str(), &reason);
        }
        self.call.record("retry.reason", reason.as_str());
        fail(&self.call, failure.kind.as_str(), failure.error);
        self.end(failure.attempt);
    }

    #[cold]
    fn cancel(self, attempts: u32) {
        let reason = StopReason::Cancelled.as_str();
        self.attempt.record("retry.reason", reason);
        self.call.record("retry.reason", reason);
        self.end(attempts);
    }
}

#[cold]
fn fail(span: &Span, sort: &str, error: &dyn Display) {
    span.record("error.type", sort);
    span.record("otel.status_code", "ERROR");
    span.record("otel.status_description", display(error));
}

/// Nearly no call has spans, and those that have none are not to pay for the way to drop them.
impl Drop for CallSpan {
    #[inline]
    fn drop(&mut self) {
        if let Some(spans) = self.0.take() {
            close(spans);
        }
    }
}

#[cold]
#[inline(never)]
#[allow(clippy::boxed_local)] // the box is what is dropped
fn close(_: Box<Spans>) {}

/// What a viewer of traces shows: a span of the user's own may have the bare name.
struct Titled<'a>(&'a str);

impl Display for Titled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "retry {}", self.0)
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::drivers::call::Call;

    #[test]
    fn what_watches_a_call_makes_its_future_no_larger_than_a_word_does() {
        assert_eq!(size_of::<CallSpan>(), size_of::<usize>());
        assert!(size_of::<Call>() <= 80, "{}", size_of::<Call>());
    }
}
