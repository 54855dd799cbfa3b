//! Why a gate refused an attempt.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::values::kind::ErrorKind;
use crate::values::stop::StopReason;

/// A gate's refusal: for which reason, by which gate, for how long, and what had made it close.
///
/// Transient: a call that starts after [`retry_in`](Self::retry_in) may be let through. The caller
/// finds it in [`Stopped::refusal`](crate::Stopped::refusal); a [`Gate`](crate::Gate) makes it:
///
/// ```
/// use std::time::Duration;
/// use retry_core::{ErrorKind, Refusal, StopReason};
///
/// let refusal = Refusal::new(StopReason::Throttled)
///     .by(Some("quota".into()))
///     .for_another(Some(Duration::from_secs(2)))
///     .because(Some((ErrorKind::RateLimit, "too many".into())));
/// assert_eq!(
///     refusal.to_string(),
///     "throttle `quota`, again in 2.0s, after rate_limit: too many",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal(Arc<Inner>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Inner {
    reason: StopReason,
    gate: Option<Arc<str>>,
    retry_in: Option<Duration>,
    cause: Option<(ErrorKind, Arc<str>)>,
}

impl Refusal {
    /// A refusal for `reason`.
    #[must_use]
    pub fn new(reason: StopReason) -> Self {
        Self(Arc::new(Inner { reason, gate: None, retry_in: None, cause: None }))
    }

    /// By the gate of this name.
    #[must_use]
    pub fn by(self, gate: Option<Arc<str>>) -> Self {
        self.map(|inner| inner.gate = gate)
    }

    /// For this much longer.
    #[must_use]
    pub fn for_another(self, retry_in: Option<Duration>) -> Self {
        self.map(|inner| inner.retry_in = retry_in)
    }

    /// Because of this failure.
    #[must_use]
    pub fn because(self, cause: Option<(ErrorKind, Arc<str>)>) -> Self {
        self.map(|inner| inner.cause = cause)
    }

    fn map(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// The reason that the call ends with.
    #[must_use]
    pub fn reason(&self) -> StopReason {
        self.0.reason
    }

    /// The name of the gate, if it has one.
    #[must_use]
    pub fn gate(&self) -> Option<&str> {
        self.0.gate.as_deref()
    }

    /// How much longer the gate expects to refuse; `None` where it cannot say.
    #[must_use]
    pub fn retry_in(&self) -> Option<Duration> {
        self.0.retry_in
    }

    /// The sort and the text of the last failure that the gate was told of before it closed.
    #[must_use]
    pub fn cause(&self) -> Option<(ErrorKind, &str)> {
        self.0.cause.as_ref().map(|(kind, text)| (*kind, &**text))
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("reason", &self.0.reason)
            .field("gate", &self.0.gate)
            .field("retry_in", &self.0.retry_in)
            .field("cause", &self.0.cause)
            .finish()
    }
}

/// Which gate, for how long, and why: what goes in brackets after the reason.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.reason {
            StopReason::CircuitOpen => "circuit",
            StopReason::Throttled => "throttle",
            _ => "gate",
        })?;
        if let Some(gate) = &self.0.gate {
            write!(f, " `{gate}`")?;
        }
        if let Some(retry_in) = self.0.retry_in {
            write!(f, ", again in {retry_in:.1?}")?;
        }
        if let Some((kind, text)) = &self.0.cause {
            write!(f, ", after {kind}: {text}")?;
        }
        Ok(())
    }
}
