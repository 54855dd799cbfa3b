//! Everything that can happen to a call and to what it shares, as one closed list.
//!
//! Whoever looks from outside, be it a log, a metric, a statistic or a test, is told in the same
//! words. It goes one way: who is told cannot change a call.

use std::fmt::{self, Display};
use std::time::Duration;

use crate::values::circuit::CircuitChange;
use crate::values::kind::ErrorKind;
use crate::values::labels::Labels;
use crate::values::refusal::Refusal;
use crate::values::stop::StopReason;

/// Something that happened.
///
/// A call is told from its start to exactly one end: [`Succeeded`](Self::Succeeded),
/// [`GaveUp`](Self::GaveUp) or [`Panicked`](Self::Panicked), also when its future is dropped.
/// Attempts are numbered from 1, times are lengths of time, and what is said of a call carries its
/// [labels](Labels).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A call starts, before its gates.
    CallStarted {
        /// The call.
        labels: Labels<'a>,
    },
    /// An attempt failed, or was cut by its time limit.
    AttemptFailed {
        /// The call.
        labels: Labels<'a>,
        /// Which attempt.
        attempt: u32,
        /// The sort of the failure.
        kind: ErrorKind,
        /// Its text.
        error: Text<'a>,
    },
    /// A failure came with a wait that the other side asks for.
    HintReceived {
        /// The call.
        labels: Labels<'a>,
        /// The attempt that failed.
        attempt: u32,
        /// The sort of the failure.
        kind: ErrorKind,
        /// How long the other side wants to be left alone.
        hint: Duration,
    },
    /// Another attempt will be made.
    RetryScheduled {
        /// The call.
        labels: Labels<'a>,
        /// The attempt that is to come.
        attempt: u32,
        /// What the one before failed with.
        kind: ErrorKind,
        /// How long the call waits for it.
        delay: Duration,
    },
    /// A gate refuses the next attempt, so the call ends.
    GateRefused {
        /// The call.
        labels: Labels<'a>,
        /// The attempt that is not made.
        attempt: u32,
        /// What the gate says.
        refusal: &'a Refusal,
    },
    /// The budget has no token for the next attempt, so the call ends.
    BudgetExhausted {
        /// The call.
        labels: Labels<'a>,
        /// The attempt that is not made.
        attempt: u32,
        /// What the one before failed with.
        kind: ErrorKind,
    },
    /// A call succeeded. A final event.
    Succeeded {
        /// The call.
        labels: Labels<'a>,
        /// How many attempts it made.
        attempts: u32,
        /// How long it took, where anybody reads the time.
        elapsed: Option<Duration>,
        /// How much of that it waited between attempts, to a tenth of a millisecond.
        waited: Duration,
    },
    /// A call ended without a success. A final event.
    GaveUp {
        /// The call.
        labels: Labels<'a>,
        /// How many attempts it made; 0 where a gate refused the first.
        attempts: u32,
        /// Why there is no further one.
        reason: StopReason,
        /// The sort of the last failure; `None` where no attempt failed.
        kind: Option<ErrorKind>,
        /// How long it took, where anybody reads the time.
        elapsed: Option<Duration>,
        /// How much of that it waited between attempts, to a tenth of a millisecond.
        waited: Duration,
    },
    /// The operation panicked, and the panic goes on to the caller. A final event.
    Panicked {
        /// The call.
        labels: Labels<'a>,
        /// Which attempt.
        attempt: u32,
    },
    /// A circuit breaker changed its state.
    CircuitChanged {
        /// The breaker, where it has a name.
        breaker: Option<&'a str>,
        /// From what to what.
        change: CircuitChange,
    },
    /// A circuit that is not closed lets an attempt through, to see whether the other side is back.
    Probe {
        /// The breaker, where it has a name.
        breaker: Option<&'a str>,
    },
    /// A dead letter was handed to its sink.
    DeadLetter {
        /// The call that has left it.
        labels: Labels<'a>,
        /// Why the sink did not take it; `None` where it is stored.
        failed: Option<Text<'a>>,
    },
    /// Settings were read from a file.
    SettingsLoaded {
        /// The file.
        source: &'a str,
        /// What is wrong with them; `None` where they are in force.
        failed: Option<Text<'a>>,
    },
    /// A store cannot be reached: what it shares goes on from what this process knows.
    StoreDegraded {
        /// The store.
        store: &'a str,
        /// What it said.
        error: Text<'a>,
    },
    /// A store is there again.
    StoreRecovered {
        /// The store.
        store: &'a str,
    },
}

impl<'a> Event<'a> {
    /// What happened, in `snake_case`: for a log field or a metric label.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::CallStarted { .. } => "call_started",
            Self::AttemptFailed { .. } => "attempt_failed",
            Self::HintReceived { .. } => "hint_received",
            Self::RetryScheduled { .. } => "retry_scheduled",
            Self::GateRefused { .. } => "gate_refused",
            Self::BudgetExhausted { .. } => "budget_exhausted",
            Self::Succeeded { .. } => "succeeded",
            Self::GaveUp { .. } => "gave_up",
            Self::Panicked { .. } => "panicked",
            Self::CircuitChanged { .. } => "circuit_changed",
            Self::Probe { .. } => "probe",
            Self::DeadLetter { .. } => "dead_letter",
            Self::SettingsLoaded { .. } => "settings_loaded",
            Self::StoreDegraded { .. } => "store_degraded",
            Self::StoreRecovered { .. } => "store_recovered",
        }
    }

    /// The call that it happened to; `None` for what happens to something that calls share.
    #[must_use]
    pub const fn labels(&self) -> Option<Labels<'a>> {
        match self {
            Self::CallStarted { labels }
            | Self::AttemptFailed { labels, .. }
            | Self::HintReceived { labels, .. }
            | Self::RetryScheduled { labels, .. }
            | Self::GateRefused { labels, .. }
            | Self::BudgetExhausted { labels, .. }
            | Self::Succeeded { labels, .. }
            | Self::GaveUp { labels, .. }
            | Self::Panicked { labels, .. }
            | Self::DeadLetter { labels, .. } => Some(*labels),
            _ => None,
        }
    }

    /// Whether it ends its call: every call has exactly one of these.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Succeeded { .. } | Self::GaveUp { .. } | Self::Panicked { .. })
    }
}

/// A text that is written only where somebody reads it.
#[derive(Clone, Copy)]
pub struct Text<'a>(&'a dyn Display);

impl<'a> Text<'a> {
    /// What this displays as.
    #[must_use]
    pub const fn of(text: &'a dyn Display) -> Self {
        Self(text)
    }
}

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.to_string())
    }
}
