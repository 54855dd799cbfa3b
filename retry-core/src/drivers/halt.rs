//! Why a driver ends a call, with what the gate said that made it.

use crate::values::refusal::Refusal;
use crate::values::stop::StopReason;

/// The end of a call, before its numbers are known.
#[derive(Clone, Debug)]
pub(crate) struct Halt {
    pub(crate) reason: StopReason,
    pub(crate) refusal: Option<Refusal>,
}

impl Halt {
    pub(crate) const fn new(reason: StopReason) -> Self {
        Self { reason, refusal: None }
    }

    pub(crate) fn refused(refusal: Refusal) -> Self {
        Self { reason: refusal.reason(), refusal: Some(refusal) }
    }
}

impl From<StopReason> for Halt {
    fn from(reason: StopReason) -> Self {
        Self::new(reason)
    }
}
