//! The stand-in for `spans` where the feature is off: nothing is opened, nothing is stored.

use std::fmt::Display;

use crate::drivers::trace::Failure;
use crate::values::kind::ErrorKind;
use crate::values::labels::Labels;
use crate::values::policy::RetryPolicy;
use crate::values::stop::StopReason;

#[derive(Debug)]
pub(crate) struct CallSpan;

#[allow(clippy::unused_self)] // the shape of the real one
impl CallSpan {
    pub(crate) const NONE: Self = Self;

    pub(crate) const fn is_wanted() -> bool {
        false
    }

    pub(crate) const fn open(_: &Labels<'_>, _: &RetryPolicy) -> Self {
        Self
    }

    pub(crate) const fn is_open(&self) -> bool {
        false
    }

    pub(crate) fn begin_attempt(&mut self, _: u32, _: impl FnOnce() -> u32) {}

    pub(crate) fn in_attempt<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }

    pub(crate) const fn attempt_failed(&mut self, _: ErrorKind, _: &dyn Display) {}

    pub(crate) const fn succeeded(&mut self, _: u32) {}

    pub(crate) const fn gave_up(&mut self, _: &Failure<'_>, _: StopReason) {}

    pub(crate) const fn cancelled(&mut self, _: u32) {}

    pub(crate) const fn panicked(&mut self, _: u32) {}
}
