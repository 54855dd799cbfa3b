//! What the builders find wrong, said about the keys that caused it.
//!
//! A builder stops at its first error. To have all of them at once, each is noted, the field is
//! set to what its bound allows, which causes no other error, and the builder is asked again. What
//! is repaired is never used.

use std::time::Duration;

use crate::adapters::config::error::ConfigError;
use crate::adapters::config::layer::{Said, join};
use crate::adapters::config::node::{Entry, Origin};
use crate::adapters::config::reading::Reading;
use crate::values::breaker_builder::BreakerPolicyBuilder;
use crate::values::breaker_error::{BreakerBound, BreakerError, BreakerField};
use crate::values::breaker_policy::{OnOpen, Window};
use crate::values::jitter::Jitter;
use crate::values::kind_policy::KindPolicy;
use crate::values::nanos;
use crate::values::policy_builder::RetryPolicyBuilder;
use crate::values::policy_error::{PolicyBound, PolicyError, PolicyField};

/// An error of a builder.
pub(super) struct Cause<'a> {
    /// The table of the field.
    section: &'a str,
    field: &'static str,
    value: String,
    bound: String,
    /// The field that the bound comes from.
    partner: Option<&'static str>,
}

impl<'a> Cause<'a> {
    pub(super) fn of_policy(section: &'a str, error: &PolicyError) -> Self {
        let partner = match error.bound() {
            PolicyBound::AtMostMaxDelay(_) => Some("max_delay"),
            PolicyBound::AtMostTimeout(_) => Some("timeout"),
            PolicyBound::OnlyExponential | PolicyBound::NotWithRandom => Some("strategy"),
            _ => None,
        };
        let (value, bound) = (error.value().to_string(), error.bound().to_string());
        Self { section, field: error.field().as_str(), value, bound, partner }
    }

    pub(super) fn of_breaker(section: &'a str, error: &BreakerError) -> Self {
        let partner = match error.bound() {
            BreakerBound::AtMostWindow(_)
            | BreakerBound::NeededWithoutWindow
            | BreakerBound::OnlyWithWindow => Some("window"),
            BreakerBound::AtLeastOpenFor(_) => Some("open_for"),
            _ => None,
        };
        let value = match error.bound() {
            BreakerBound::NeededWithoutWindow => "\"none\"".to_owned(),
            _ => error.value().to_string(),
        };
        let bound = error.bound().to_string();
        Self { section, field: error.field().as_str(), value, bound, partner }
    }
}

/// A field that the settings say, with its path in its layer.
struct Given<'a> {
    path: String,
    said: Said<'a>,
}

impl Given<'_> {
    fn whole(&self) -> String {
        self.said.path(&self.path)
    }
}

impl Reading<'_> {
    /// Notes an error of a builder at the key that it comes from. The fields of a kind come from
    /// the root where neither the file nor what it is applied to, asked by `own`, has them there.
    pub(super) fn blame(&mut self, cause: &Cause<'_>, own: impl Fn(&str) -> bool) {
        let source = |field: &str| {
            let path = join(cause.section, field);
            let root = cause.section.starts_with("on.") && !own(field);
            let given = |path: String| Some(Given { said: *self.said.get(&path)?, path });
            given(path).or_else(|| given(field.to_owned()).filter(|_| root))
        };
        let field = source(cause.field);
        let partner = cause.partner.and_then(source);
        let given = field.iter().chain(&partner);
        if self.is_wrong(&given.map(Given::whole).collect::<Vec<_>>()) {
            return;
        }
        let is_known = self.is_known(cause);
        let is_alone = cause.partner.is_some() && partner.is_none();
        let of_base = (field.is_none() || is_alone) && !is_known;
        let (given, why) = self.explain(cause, field, partner);
        let error = given.as_ref().map_or_else(
            || ConfigError::of_key(&join(cause.section, cause.field), &Origin::Nowhere, &*why),
            |given| {
                let Entry { origin, data, .. } = given.said.entry;
                ConfigError::of_value(&given.whole(), (origin, data), &*why)
            },
        );
        self.note(error.key().to_owned(), error, of_base);
    }

    /// Whether the settings say what the table is that they change: a gate that a word makes is the
    /// same over any base.
    fn is_known(&self, cause: &Cause<'_>) -> bool {
        self.said.contains_key(cause.section)
    }

    /// The key to blame, and why.
    fn explain<'g>(
        &self,
        cause: &Cause<'_>,
        field: Option<Given<'g>>,
        partner: Option<Given<'g>>,
    ) -> (Option<Given<'g>>, String) {
        let Cause { value, bound, .. } = cause;
        let why = match (&field, &partner, cause.partner) {
            (Some(_), None, Some(partner)) => format!("{bound}; set `{partner}` as well"),
            (Some(field), Some(partner), _) => {
                format!("{bound}{}", self.elsewhere(&partner.path, field.said.layer))
            }
            (None, Some(_), _) => {
                let base = if self.is_known(cause) { "gate that it changes" } else { "base" };
                format!("`{}` is {value} in the {base}, and {bound}", cause.field)
            }
            // A base is right in itself.
            _ => bound.clone(),
        };
        (field.or(partner), why)
    }
}

/// Sets the field of an error of a policy to what its bound allows.
pub(super) fn repair(draft: &mut RetryPolicyBuilder, error: &PolicyError) {
    match (error.field(), error.bound()) {
        (PolicyField::InitialDelay, PolicyBound::AtMostMaxDelay(cap)) => draft.initial_delay = cap,
        (PolicyField::InitialDelay, _) => draft.initial_delay = nanos::LONGEST,
        (PolicyField::MaxDelay, _) => draft.max_delay = nanos::LONGEST,
        (PolicyField::MaxHint, _) => draft.max_hint = nanos::LONGEST,
        (PolicyField::Multiplier, _) => {
            draft.multiplier = 1.0;
            draft.multiplier_was_set = false;
        }
        (PolicyField::Jitter, _) => draft.jitter = Jitter::None,
        (PolicyField::Timeout, _) => draft.timeout = None,
        (PolicyField::AttemptTimeout, _) => draft.attempt_timeout = None,
        (PolicyField::MaxAttempts, _) => draft.max_attempts = 1,
        // The fields of kinds, which are repaired below.
        (PolicyField::Kinds | PolicyField::Cost, _) => draft.kinds = &[],
    }
}

/// The same for the schedule of a kind.
pub(super) fn repair_kind(own: &mut KindPolicy, error: &PolicyError) {
    match (error.field(), error.bound()) {
        (PolicyField::InitialDelay, PolicyBound::AtMostMaxDelay(cap)) => {
            own.initial_delay = Some(cap);
        }
        (PolicyField::InitialDelay, _) => own.initial_delay = Some(nanos::LONGEST),
        (PolicyField::MaxDelay, _) => own.max_delay = Some(nanos::LONGEST),
        (PolicyField::Multiplier, _) => own.multiplier = None,
        (PolicyField::Jitter, _) => own.jitter = Some(Jitter::None),
        (PolicyField::Cost, _) => own.cost = None,
        (_, _) => own.max_attempts = None,
    }
}

/// The same for a breaker's policy.
pub(super) fn repair_breaker(draft: &mut BreakerPolicyBuilder, error: &BreakerError) {
    let time = match error.bound() {
        BreakerBound::AboveZero => Duration::from_nanos(1),
        BreakerBound::AtLeast(bound)
        | BreakerBound::AtMost(bound)
        | BreakerBound::AtLeastOpenFor(bound) => bound,
        _ => nanos::LONGEST,
    };
    match (error.field(), error.bound()) {
        (BreakerField::Window, BreakerBound::AtLeastOne) => {
            draft.window = Some(Window::Count(u32::MAX));
        }
        (BreakerField::Window, _) => draft.window = Some(Window::Time(time)),
        (BreakerField::MinCalls, BreakerBound::AtMostWindow(calls)) => {
            draft.min_calls = Some(calls);
        }
        (BreakerField::MinCalls, _) => draft.min_calls = Some(1),
        (BreakerField::ConsecutiveFailures, _) => draft.consecutive_failures = Some(1),
        (BreakerField::SlowCall, _) => draft.slow_call = None,
        (BreakerField::FailureRatio, _) => draft.failure_ratio = 1.0,
        (BreakerField::SlowRatio, _) => draft.slow_ratio = 1.0,
        (BreakerField::Probes, _) => draft.probes = 1,
        (BreakerField::MaxWaiting, _) => draft.on_open = OnOpen::PARK,
        (_, BreakerBound::OnlyWhereParked) => draft.parking = None,
        (BreakerField::OpenFor, _) => draft.open_for = time,
        (BreakerField::MaxOpenFor, _) => draft.max_open_for = time,
        (BreakerField::Lease, _) => draft.lease = time,
        (BreakerField::ParkFor, _) => draft.park_for = time,
        (BreakerField::ProbeGap, _) => draft.probe_gap = time,
    }
}
