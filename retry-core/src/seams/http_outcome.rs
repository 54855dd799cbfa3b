//! What carries an HTTP status: a response, or an error that was made from one.

use std::time::Duration;

/// A value or an error that can carry an HTTP status: what `retry_on_status` asks.
///
/// Behind their features it is implemented for `http::Response`, `reqwest::Response` and
/// `reqwest::Error`; implement it for a type of your own to use the key with it.
#[diagnostic::on_unimplemented(
    message = "`retry_on_status` asks for an HTTP status, and `{Self}` carries none",
    label = "`{Self}` does not implement `retry_core::HttpOutcome`",
    note = "for `reqwest` and `http` types, switch on the feature of that name of `retry-core`"
)]
pub trait HttpOutcome {
    /// The status; `None` for what never got one, such as a refused connection.
    fn http_status(&self) -> Option<u16>;

    /// How long the other side asks to be left alone, counted from now.
    fn retry_after(&self) -> Option<Duration> {
        None
    }
}
