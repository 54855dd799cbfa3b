//! The stand-in for `trace` where the feature is off: nothing is said, nothing is stored.

use std::fmt::{Debug, Display};
use std::time::Duration;

use crate::drivers::spans::CallSpan;
use crate::values::kind::ErrorKind;
use crate::values::labels::Labels;
use crate::values::letter_fate::LetterFate;
use crate::values::stop::{StopReason, Stopped};

#[allow(dead_code)] // read by the real one
pub(crate) struct Failure<'a> {
    pub(crate) attempt: u32,
    pub(crate) max_attempts: u32,
    pub(crate) kind: ErrorKind,
    pub(crate) error: &'a dyn Display,
}

pub(crate) fn retrying(_: &CallSpan, _: Labels<'_>, _: &Failure<'_>, _: Duration) {}

pub(crate) fn gave_up(
    _: &CallSpan,
    _: Labels<'_>,
    _: &Failure<'_>,
    _: (StopReason, Option<Duration>),
) {
}

pub(crate) const fn dead_letter(_: Labels<'_>, _: &Stopped, _: &LetterFate) {}

pub(crate) const fn budget_empty(_: &CallSpan, _: Labels<'_>) {}

pub(crate) fn conflict(_: &str, _: &'static str, _: (&dyn Debug, &dyn Debug)) {}

pub(crate) const fn settings_without_effect(_: &str, _: &str) {}

#[cfg_attr(not(feature = "toml"), allow(dead_code))]
pub(crate) const fn settings_loaded(_: &str) {}

#[cfg_attr(not(feature = "toml"), allow(dead_code))]
pub(crate) fn settings_broken(_: &str, _: &dyn Display) {}

pub(crate) fn settings_refused(_: &str, _: &dyn Display) {}

pub(crate) const fn registry_full(_: usize) {}

pub(crate) const fn recovered(_: &CallSpan, _: Labels<'_>, _: u32) {}

pub(crate) const fn cancelled(_: &CallSpan, _: Labels<'_>, _: u32) {}

pub(crate) const fn panicked(_: &CallSpan, _: Labels<'_>, _: u32) {}
