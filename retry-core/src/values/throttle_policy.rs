//! When a client rejects its own requests, as plain data.
//!
//! ```
//! use retry_core::ThrottlePolicy;
//!
//! const EAGER: ThrottlePolicy = ThrottlePolicy::new().with_multiplier(1.1);
//! ```

use std::time::Duration;

use crate::values::limit_error::{LimitError, LimitField as Field, with_or_panic};

/// How many requests the other side may be sent for each that it accepts, and over which time.
///
/// | field | default | legal |
/// |---|---|---|
/// | `multiplier` (K) | 2.0 | 1 to 1000 |
/// | `window` | 2 min | 1 s to a day |
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ThrottlePolicy {
    pub(crate) multiplier: f64,
    pub(crate) window: Duration,
}

impl ThrottlePolicy {
    /// The defaults above.
    #[must_use]
    pub const fn new() -> Self {
        Self { multiplier: 2.0, window: Duration::from_secs(120) }
    }

    /// With this many requests for each accepted one. Lower rejects sooner and more.
    ///
    /// # Errors
    ///
    /// When it is not in `1..=1000`.
    pub const fn try_with_multiplier(mut self, multiplier: f64) -> Result<Self, LimitError> {
        if let Err(error) = LimitError::factor(Field::Multiplier, multiplier, (1.0, 1000.0)) {
            return Err(error);
        }
        self.multiplier = multiplier;
        Ok(self)
    }

    /// With this much of the past.
    ///
    /// # Errors
    ///
    /// When it is not between a second and a day.
    pub const fn try_with_window(mut self, window: Duration) -> Result<Self, LimitError> {
        if let Err(error) = LimitError::seconds(Field::Window, window, (1, 86_400)) {
            return Err(error);
        }
        self.window = window;
        Ok(self)
    }
}

with_or_panic! {
    ThrottlePolicy:
    /// With this many requests for each accepted one.
    with_multiplier = try_with_multiplier(multiplier: f64);
    /// With this much of the past.
    with_window = try_with_window(window: Duration);
}

impl Default for ThrottlePolicy {
    fn default() -> Self {
        Self::new()
    }
}
