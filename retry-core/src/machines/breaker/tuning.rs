//! The settings of a breaker, which may change while calls read them.
//!
//! Each is a word of its own, read where it is needed and relaxed, which costs no more than a field
//! that never changes. A call that meets a change may see some of the old and some of the new, and
//! each of them alone is legal: that one call was then judged by a policy in between.

use crate::machines::sync::{AtomicU32, AtomicU64, Ordering};
use crate::values::breaker_policy::{BreakerPolicy, Minimum, WindowUnit};
use crate::values::kinds::Kinds;
use crate::values::scope::Scope;

/// A [`BreakerPolicy`] in atomics.
pub(super) struct Tuning {
    window: AtomicU64,
    failure_ratio: AtomicU64,
    slow_ratio: AtomicU64,
    slow_call: AtomicU64,
    open_for: AtomicU64,
    max_open_for: AtomicU64,
    lease: AtomicU64,
    park_for: AtomicU64,
    probe_gap: AtomicU64,
    /// What is smaller than a word: see [`Small`].
    small: AtomicU64,
    min_calls: AtomicU32,
    consecutive_failures: AtomicU32,
    probes: AtomicU32,
    max_waiting: AtomicU32,
}

/// The small settings, as bytes of one word.
#[derive(Clone, Copy)]
struct Small {
    failures: Kinds,
    ignored: Kinds,
    unit: WindowUnit,
    minimum: Minimum,
    scope: Scope,
}

impl Tuning {
    pub(super) fn new(policy: &BreakerPolicy) -> Self {
        let word = AtomicU64::new;
        Self {
            window: word(policy.window),
            failure_ratio: word(policy.failure_ratio.to_bits()),
            slow_ratio: word(policy.slow_ratio.to_bits()),
            slow_call: word(policy.slow_call),
            open_for: word(policy.open_for),
            max_open_for: word(policy.max_open_for),
            lease: word(policy.lease),
            park_for: word(policy.park_for),
            probe_gap: word(policy.probe_gap),
            small: word(Small::of(policy).packed()),
            min_calls: AtomicU32::new(policy.min_calls),
            consecutive_failures: AtomicU32::new(policy.consecutive_failures),
            probes: AtomicU32::new(policy.probes),
            max_waiting: AtomicU32::new(policy.max_waiting),
        }
    }

    /// Puts another policy in the place of this one. Under the lock, so that two do not mix.
    pub(super) fn store(&self, policy: &BreakerPolicy) {
        let order = Ordering::Relaxed;
        self.window.store(policy.window, order);
        self.failure_ratio.store(policy.failure_ratio.to_bits(), order);
        self.slow_ratio.store(policy.slow_ratio.to_bits(), order);
        self.slow_call.store(policy.slow_call, order);
        self.open_for.store(policy.open_for, order);
        self.max_open_for.store(policy.max_open_for, order);
        self.lease.store(policy.lease, order);
        self.park_for.store(policy.park_for, order);
        self.probe_gap.store(policy.probe_gap, order);
        self.small.store(Small::of(policy).packed(), order);
        self.min_calls.store(policy.min_calls, order);
        self.consecutive_failures.store(policy.consecutive_failures, order);
        self.probes.store(policy.probes, order);
        self.max_waiting.store(policy.max_waiting, order);
    }

    /// All settings; under the lock, where they are to be of one policy.
    pub(super) fn load(&self) -> BreakerPolicy {
        let order = Ordering::Relaxed;
        let Small { failures, ignored, unit, minimum, scope } = self.small();
        BreakerPolicy {
            window: self.window.load(order),
            window_unit: unit,
            failure_ratio: self.failure_ratio(),
            slow_ratio: self.slow_ratio(),
            min_calls: self.min_calls(),
            minimum,
            consecutive_failures: self.consecutive_failures(),
            slow_call: self.slow_call(),
            failures,
            ignored,
            open_for: self.open_for.load(order),
            max_open_for: self.max_open_for.load(order),
            probes: self.probes.load(order),
            lease: self.lease.load(order),
            max_waiting: self.max_waiting.load(order),
            park_for: self.park_for.load(order),
            probe_gap: self.probe_gap.load(order),
            scope,
        }
    }

    #[inline]
    fn small(&self) -> Small {
        Small::unpacked(self.small.load(Ordering::Relaxed))
    }

    #[inline]
    pub(super) fn unit(&self) -> WindowUnit {
        self.small().unit
    }

    pub(super) fn failures(&self) -> Kinds {
        self.small().failures
    }

    pub(super) fn ignored(&self) -> Kinds {
        self.small().ignored
    }

    pub(super) fn scope(&self) -> Scope {
        self.small().scope
    }

    pub(super) fn failure_ratio(&self) -> f64 {
        f64::from_bits(self.failure_ratio.load(Ordering::Relaxed))
    }

    pub(super) fn slow_ratio(&self) -> f64 {
        f64::from_bits(self.slow_ratio.load(Ordering::Relaxed))
    }

    /// 0 for none.
    #[inline]
    pub(super) fn slow_call(&self) -> u64 {
        self.slow_call.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn parks(&self) -> bool {
        self.max_waiting.load(Ordering::Relaxed) != 0
    }

    pub(super) fn min_calls(&self) -> u32 {
        self.min_calls.load(Ordering::Relaxed)
    }

    /// 0 for none.
    pub(super) fn consecutive_failures(&self) -> u32 {
        self.consecutive_failures.load(Ordering::Relaxed)
    }
}

impl Small {
    const fn of(policy: &BreakerPolicy) -> Self {
        Self {
            failures: policy.failures,
            ignored: policy.ignored,
            unit: policy.window_unit,
            minimum: policy.minimum,
            scope: policy.scope,
        }
    }

    fn packed(self) -> u64 {
        let [failed, failed_too] = self.failures.bits().to_le_bytes();
        let [ignored, ignored_too] = self.ignored.bits().to_le_bytes();
        let (unit, minimum, scope) = (self.unit as u8, self.minimum as u8, self.scope as u8);
        u64::from_le_bytes([unit, failed, failed_too, ignored, ignored_too, minimum, scope, 0])
    }

    #[inline]
    const fn unpacked(word: u64) -> Self {
        let [unit, failed, failed_too, ignored, ignored_too, minimum, scope, _] =
            word.to_le_bytes();
        Self {
            failures: Kinds::from_bits(u16::from_le_bytes([failed, failed_too])),
            ignored: Kinds::from_bits(u16::from_le_bytes([ignored, ignored_too])),
            unit: match unit {
                0 => WindowUnit::Nothing,
                1 => WindowUnit::Calls,
                _ => WindowUnit::Nanos,
            },
            minimum: if minimum == 0 { Minimum::Said } else { Minimum::Fits },
            scope: if scope == 0 { Scope::Attempt } else { Scope::Call },
        }
    }
}

#[cfg(all(test, not(retry_loom)))]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::values::breaker_policy::{OnOpen, Window};
    use crate::values::kind::ErrorKind;

    #[test]
    fn what_was_stored_is_loaded_and_written_as_the_same() {
        let plain = BreakerPolicy::new();
        let odd = plain
            .with_consecutive_failures(7)
            .with_slow_call(Duration::from_millis(3))
            .with_slow_ratio(0.3)
            .with_failure_ratio(0.7)
            .with_failures(Kinds::of(&ErrorKind::ALL))
            .with_ignored(Kinds::of(&[ErrorKind::ALL[8]]))
            .with_open_for(Duration::from_secs(3))
            .with_max_open_for(Duration::from_secs(7))
            .with_probes(3)
            .with_lease(Duration::from_secs(4))
            .with_park_for(Duration::from_secs(9))
            .with_probe_gap(Duration::from_millis(9))
            .with_scope(Scope::Call);
        let policies = [
            plain,
            odd,
            odd.with_window(Window::Time(Duration::from_secs(2))).with_min_calls(3),
            plain.with_consecutive_failures(1).without_window().with_on_open(OnOpen::Refuse),
        ];
        for first in &policies {
            for next in &policies {
                let tuning = Tuning::new(first);
                assert_eq!(tuning.load(), *first);
                tuning.store(next);
                assert_eq!(tuning.load(), *next);
                assert_eq!(format!("{:?}", tuning.load().to_builder().build()), {
                    format!("{:?}", next.to_builder().build())
                });
            }
        }
    }
}
