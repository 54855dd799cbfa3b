//! What a circuit breaker is doing, and how that changed.

use std::fmt;

/// What a circuit breaker does with a call at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum CircuitState {
    /// All calls go, and are counted.
    Closed = 0,
    /// All calls go, and are counted; nothing else is ever done. By hand.
    ObserveOnly = 1,
    /// All calls go and none is counted. By hand.
    Disabled = 2,
    /// No call goes: the other side is taken to be down.
    Open = 3,
    /// A few calls go to try whether the other side is up again.
    HalfOpen = 4,
    /// The other side is up again, and those who waited are let in little by little.
    Ramping = 5,
    /// No call goes and none is tried. By hand.
    ForcedOpen = 6,
}

impl CircuitState {
    /// Every state, in the order of its number.
    pub(crate) const ALL: [Self; 7] = [
        Self::Closed,
        Self::ObserveOnly,
        Self::Disabled,
        Self::Open,
        Self::HalfOpen,
        Self::Ramping,
        Self::ForcedOpen,
    ];

    /// The state as a metric label or log field, in `snake_case`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::ObserveOnly => "observe_only",
            Self::Disabled => "disabled",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::Ramping => "ramping",
            Self::ForcedOpen => "forced_open",
        }
    }
}

impl fmt::Display for CircuitState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One change of a circuit's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitChange {
    pub(crate) from: CircuitState,
    pub(crate) to: CircuitState,
    pub(crate) number: u64,
}

impl CircuitChange {
    /// The state before it.
    #[must_use]
    pub const fn from(&self) -> CircuitState {
        self.from
    }

    /// The state after it.
    #[must_use]
    pub const fn to(&self) -> CircuitState {
        self.to
    }

    /// Which change of this breaker it is, from 1: a reader that finds a gap has missed some. 0 is
    /// the state that the breaker began in, before any change.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }
}
