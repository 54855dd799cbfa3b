//! How a client-side rate limit reacts to being throttled, as plain data.
//!
//! ```
//! use std::time::Duration;
//! use retry_core::RateLimitPolicy;
//!
//! const GENTLE: RateLimitPolicy = RateLimitPolicy::new()
//!     .with_beta(0.5)
//!     .with_max_wait(Duration::from_secs(10));
//! ```

use std::time::Duration;

use crate::values::limit_error::{LimitError, LimitField as Field, with_or_panic};

/// By how much a throttle cuts the rate, and how the rate grows again.
///
/// # Defaults
///
/// | field | default | legal |
/// |---|---|---|
/// | `beta` | 0.7 | 0.1 to 0.99 |
/// | `scale` | 0.4 | 0.001 to 1000 |
/// | `min_rate` | 0.5 per second | 0.001 to a million |
/// | `max_wait` | 5 min | up to a day |
///
/// The first three are those of the adaptive mode of the AWS SDKs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimitPolicy {
    pub(crate) beta: f64,
    pub(crate) scale: f64,
    pub(crate) min_rate: f64,
    pub(crate) max_wait: Duration,
}

impl RateLimitPolicy {
    /// The defaults above.
    #[must_use]
    pub const fn new() -> Self {
        Self { beta: 0.7, scale: 0.4, min_rate: 0.5, max_wait: Duration::from_secs(300) }
    }

    /// With this factor on the rate at each cut.
    ///
    /// # Errors
    ///
    /// When it is not in `0.1..=0.99`.
    pub const fn try_with_beta(mut self, beta: f64) -> Result<Self, LimitError> {
        if let Err(error) = LimitError::factor(Field::Beta, beta, (0.1, 0.99)) {
            return Err(error);
        }
        self.beta = beta;
        Ok(self)
    }

    /// With this steepness of the growth, in calls per second per cubic second.
    ///
    /// # Errors
    ///
    /// When it is not in `0.001..=1000`.
    pub const fn try_with_scale(mut self, scale: f64) -> Result<Self, LimitError> {
        if let Err(error) = LimitError::factor(Field::Scale, scale, (0.001, 1000.0)) {
            return Err(error);
        }
        self.scale = scale;
        Ok(self)
    }

    /// With this many calls per second that no cut goes below.
    ///
    /// # Errors
    ///
    /// When it is not in `0.001..=1000000`.
    pub const fn try_with_min_rate(mut self, min_rate: f64) -> Result<Self, LimitError> {
        if let Err(error) = LimitError::factor(Field::MinRate, min_rate, (0.001, 1e6)) {
            return Err(error);
        }
        self.min_rate = min_rate;
        Ok(self)
    }

    /// With this longest wait; an attempt that would have to wait for longer is refused at once.
    ///
    /// # Errors
    ///
    /// When it is above a day.
    pub const fn try_with_max_wait(mut self, max_wait: Duration) -> Result<Self, LimitError> {
        if let Err(error) = LimitError::seconds(Field::MaxWait, max_wait, (0, 86_400)) {
            return Err(error);
        }
        self.max_wait = max_wait;
        Ok(self)
    }
}

with_or_panic! {
    RateLimitPolicy:
    /// With this factor on the rate at each cut.
    with_beta = try_with_beta(beta: f64);
    /// With this steepness of the growth.
    with_scale = try_with_scale(scale: f64);
    /// With this many calls per second that no cut goes below.
    with_min_rate = try_with_min_rate(min_rate: f64);
    /// With this longest wait.
    with_max_wait = try_with_max_wait(max_wait: Duration);
}

impl Default for RateLimitPolicy {
    fn default() -> Self {
        Self::new()
    }
}
