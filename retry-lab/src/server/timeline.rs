//! A value that changes at known times.
//!
//! Faults are changes of speed, of arrival rate, of capacity: all are steps, so all are this.

use std::time::Duration;

/// A span of time, from the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: Duration,
    pub(crate) to: Duration,
}

impl Span {
    pub(crate) const fn seconds(from: u64, to: u64) -> Self {
        Self { from: Duration::from_secs(from), to: Duration::from_secs(to) }
    }

    pub(crate) fn contains(self, at: Duration) -> bool {
        self.from <= at && at < self.to
    }

    pub(crate) fn length(self) -> Duration {
        self.to.saturating_sub(self.from)
    }
}

/// A step function of time.
#[derive(Clone, Debug)]
pub(crate) struct Timeline<T> {
    steps: Vec<(Duration, T)>,
}

impl<T: Copy> Timeline<T> {
    pub(crate) fn constant(value: T) -> Self {
        Self { steps: vec![(Duration::ZERO, value)] }
    }

    /// `value`, and `other` within `span`.
    pub(crate) fn except(value: T, span: Span, other: T) -> Self {
        Self { steps: vec![(Duration::ZERO, value), (span.from, other), (span.to, value)] }
    }

    /// The value at `at`.
    pub(crate) fn at(&self, at: Duration) -> T {
        self.steps[self.index(at)].1
    }

    /// When the value changes next after `at`.
    pub(crate) fn next_change(&self, at: Duration) -> Option<Duration> {
        self.steps.get(self.index(at) + 1).map(|step| step.0)
    }

    pub(crate) fn map<U>(&self, mut map: impl FnMut(T) -> U) -> Timeline<U> {
        Timeline { steps: self.steps.iter().map(|&(at, value)| (at, map(value))).collect() }
    }

    fn index(&self, at: Duration) -> usize {
        self.steps.iter().rposition(|step| step.0 <= at).unwrap_or(0)
    }
}

impl Timeline<f64> {
    /// When `work` is done that begins at `start`, at the speed that this is.
    pub(crate) fn finish(&self, start: Duration, work: Duration) -> Duration {
        let (mut now, mut left) = (start, work.as_secs_f64());
        loop {
            let speed = self.at(now);
            let Some(change) = self.next_change(now) else {
                return now + Duration::from_secs_f64(left / speed);
            };
            let possible = change.saturating_sub(now).as_secs_f64() * speed;
            if possible >= left {
                return now + Duration::from_secs_f64(left / speed);
            }
            left -= possible;
            now = change;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn work_waits_out_a_stall_and_stretches_in_a_slow_time() {
        let stalls = Timeline::except(1.0, Span::seconds(10, 20), 0.0);
        assert_eq!(stalls.finish(seconds(5), seconds(3)), seconds(8));
        assert_eq!(stalls.finish(seconds(9), seconds(3)), seconds(22));
        assert_eq!(stalls.finish(seconds(12), seconds(3)), seconds(23));
        let slow = Timeline::except(1.0, Span::seconds(10, 20), 0.2);
        assert_eq!(slow.finish(seconds(10), seconds(1)), seconds(15));
        assert_eq!(slow.finish(seconds(15), seconds(2)), seconds(21));
    }

    #[test]
    fn a_value_changes_at_the_start_of_a_span_and_back_at_its_end() {
        let rate = Timeline::except(1, Span::seconds(10, 20), 2);
        let at = |second| rate.at(seconds(second));
        assert_eq!([at(9), at(10), at(19), at(20)], [1, 2, 2, 1]);
        assert_eq!(rate.next_change(seconds(10)), Some(seconds(20)));
        assert_eq!(rate.next_change(seconds(20)), None);
    }
}
