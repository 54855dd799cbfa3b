//! What `#[derive(Classify)]` can read out of a field: a wait, a status.

use std::time::Duration;

/// A field that can say how long the other side asks to be left alone: `#[retry(…, after = field)]`.
#[diagnostic::on_unimplemented(
    message = "`after` takes a field that holds a `Duration` or an `Option<Duration>`",
    label = "`{Self}` is neither"
)]
pub trait AfterField {
    /// The wait, where there is one.
    fn after(&self) -> Option<Duration>;
}

impl AfterField for Duration {
    fn after(&self) -> Option<Duration> {
        Some(*self)
    }
}

impl<T: AfterField> AfterField for Option<T> {
    fn after(&self) -> Option<Duration> {
        self.as_ref().and_then(AfterField::after)
    }
}

impl<T: AfterField + ?Sized> AfterField for &T {
    fn after(&self) -> Option<Duration> {
        (**self).after()
    }
}

/// A field that holds an HTTP status: `#[retry(status)]`. Implement it for the status type of an
/// HTTP library that is not known here.
#[diagnostic::on_unimplemented(
    message = "`status` takes a field that holds an HTTP status, such as a `u16`",
    label = "`{Self}` holds none",
    note = "implement `retry_core::StatusField` for it"
)]
pub trait StatusField {
    /// The status as its number.
    fn status(&self) -> u16;
}

impl StatusField for u16 {
    fn status(&self) -> u16 {
        *self
    }
}

impl<T: StatusField + ?Sized> StatusField for &T {
    fn status(&self) -> u16 {
        (**self).status()
    }
}
