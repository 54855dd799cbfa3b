//! Statistics in any format of serde.
//!
//! Times are seconds, as in most tools that read such numbers; counts are whole numbers, by the names
//! that stand in logs and labels.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use serde_core::ser::{Serialize, SerializeMap, Serializer};

use crate::drivers::breaker::BreakerSnapshot;
use crate::drivers::operations::snapshot::ServiceSnapshot;
use crate::drivers::rate_limit::RateLimitSnapshot;
use crate::drivers::statistics::snapshot::StatisticsSnapshot;
use crate::machines::budget::BudgetSnapshot;
use crate::values::circuit::CircuitState;
use crate::values::counts::Counts;
use crate::values::kind::ErrorKind;
use crate::values::statistics::{OperationStatistics, TimeStatistics};
use crate::values::stop::StopReason;

/// Writes the fields of `$of` under their own names.
macro_rules! fields {
    ($map:ident, $of:expr, $($field:ident)+) => {
        $($map.serialize_entry(stringify!($field), &$of.$field)?;)+
    };
}

/// Times in seconds; `since` in seconds since 1970.
impl Serialize for StatisticsSnapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let since = self.since.and_then(|since| since.duration_since(SystemTime::UNIX_EPOCH).ok());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("since", &since.map(|since| since.as_secs_f64()))?;
        fields!(map, self, operations total services circuits probes settings_loaded settings_failed);
        map.end()
    }
}

/// Times in seconds.
impl Serialize for OperationStatistics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        fields!(map, self, name service);
        let derived = [
            ("calls", self.calls()),
            ("succeeded", self.succeeded()),
            ("retried", self.succeeded_after.total()),
            ("given_up", self.gave_up.total()),
        ];
        for (name, count) in derived {
            map.serialize_entry(name, &count)?;
        }
        map.serialize_entry("success_ratio", &self.success_ratio())?;
        fields!(map, self, succeeded_at_once succeeded_after gave_up panicked retrying);
        fields!(map, self, attempts failed_attempts retries hints);
        fields!(map, self, breaker_refusals budget_refusals gate_refusals);
        fields!(map, self, letters_stored letters_failed);
        map.serialize_entry("waited", &Seconds(self.waited))?;
        fields!(map, self, delays latency latency_impact);
        map.end()
    }
}

/// A map from what is counted to how often.
impl<K: Copy + PartialEq + Key> Serialize for Counts<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.iter().len()))?;
        for (key, count) in self.iter() {
            map.serialize_entry(&*key.key(), &count)?;
        }
        map.end()
    }
}

/// What stands for it as a key.
trait Key {
    fn key(self) -> Cow<'static, str>;
}

impl Key for u32 {
    fn key(self) -> Cow<'static, str> {
        self.to_string().into()
    }
}

macro_rules! key {
    ($($type:ty)+) => {$(
        impl Key for $type {
            fn key(self) -> Cow<'static, str> {
                self.as_str().into()
            }
        }
    )+};
}

key!(ErrorKind StopReason CircuitState);

/// In seconds.
impl Serialize for TimeStatistics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(7))?;
        map.serialize_entry("count", &self.count)?;
        let times = [
            ("sum", self.sum),
            ("p50", self.p50),
            ("p90", self.p90),
            ("p99", self.p99),
            ("p99_9", self.p99_9),
            ("max", self.max),
        ];
        for (name, time) in times {
            map.serialize_entry(name, &Seconds(time))?;
        }
        map.end()
    }
}

struct Seconds(Duration);

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.as_secs_f64())
    }
}

/// A service by its name, and each gate that it has.
impl Serialize for ServiceSnapshot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        fields!(map, self, name);
        let gates = &self.gates;
        map.serialize_entry("circuit_breaker", &gates.circuit_breaker.as_ref().map(Breaker))?;
        map.serialize_entry("rate_limit", &gates.rate_limit.as_ref().map(Limit))?;
        map.serialize_entry("budget", &gates.budget.as_ref().map(Budget))?;
        map.end()
    }
}

struct Breaker<'a>(&'a BreakerSnapshot);
struct Limit<'a>(&'a RateLimitSnapshot);
struct Budget<'a>(&'a BudgetSnapshot);

/// Writes `$name: $value` for each.
macro_rules! entries {
    ($serializer:ident, $($name:literal: $value:expr),+ $(,)?) => {{
        let mut map = $serializer.serialize_map(None)?;
        $(map.serialize_entry($name, &$value)?;)+
        map.end()
    }};
}

impl Serialize for Breaker<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(breaker) = self;
        let cause = breaker.cause();
        entries! { serializer,
            "state": breaker.state().as_str(),
            "calls": breaker.calls(),
            "failures": breaker.failures(),
            "slow": breaker.slow(),
            "waiting": breaker.waiting(),
            "in_flight": breaker.in_flight(),
            "opened": breaker.opened(),
            "refused": breaker.refused(),
            "cause": cause.map(|(kind, text)| format!("{kind}: {text}")),
            "tried_in": breaker.tried_in().map(Seconds),
        }
    }
}

/// `rate` is `null` while it is off.
impl Serialize for Limit<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        entries! { serializer, "rate": self.0.rate }
    }
}

impl Serialize for Budget<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(budget) = self;
        entries! { serializer,
            "tokens": budget.tokens,
            "capacity": budget.capacity,
            "refused": budget.refused,
            "drawn": budget.drawn,
        }
    }
}
