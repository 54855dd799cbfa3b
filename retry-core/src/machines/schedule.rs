//! The delays of a policy as an iterator: for tables, plots and tests.

use std::time::Duration;

use crate::machines::rng::Rng;
use crate::machines::session::{Session, Step, Time};
use crate::values::kind::{ErrorKind, Verdict};
use crate::values::policy::RetryPolicy;

/// The delays of one call that always fails; see [`RetryPolicy::delays`].
#[derive(Clone, Debug)]
pub struct Schedule {
    policy: RetryPolicy,
    session: Session,
    rng: Rng,
}

impl RetryPolicy {
    /// The delays of one call whose attempts all fail: `max_attempts − 1` of them. The same seed
    /// gives the same delays.
    ///
    /// ```
    /// use retry_core::{Jitter, RetryPolicy};
    ///
    /// let policy = RetryPolicy::new().with_max_attempts(5).with_jitter(Jitter::None);
    /// let delays: Vec<_> = policy.delays(0).map(|delay| delay.as_millis()).collect();
    /// assert_eq!(delays, [100, 200, 400, 800]);
    /// ```
    #[must_use]
    pub const fn delays(&self, seed: u64) -> Schedule {
        Schedule { policy: *self, session: Session::new(), rng: Rng::seeded(seed) }
    }
}

impl Iterator for Schedule {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let failed = Verdict::Retry(ErrorKind::Unknown);
        match self.session.record(&self.policy, failed, Time::default(), self.rng.draw()) {
            Step::Wait(delay) => Some(delay),
            Step::Done | Step::Stop(_) => None,
        }
    }
}
