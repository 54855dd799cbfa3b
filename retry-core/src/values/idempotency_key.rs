//! What tells a server that two attempts are one request.

use std::fmt;

/// A number that all attempts of one call share and no other call has.
///
/// A server that remembers the keys it has served can answer a retry with the result of the first
/// attempt, so that a payment whose answer was lost is not made twice. 128 bits from the process's
/// own randomness and the number of the call: two calls share one about as often as two random
/// UUIDs do. Not a secret.
///
/// ```
/// use retry_core::with_retry;
/// # struct Client; struct Receipt;
/// # impl Client {
/// #     async fn charge(&self, _: u64, _: String) -> std::io::Result<Receipt> { Ok(Receipt) }
/// # }
///
/// #[with_retry(max_attempts = 3, context = attempt)]
/// async fn charge(client: &Client, cents: u64) -> std::io::Result<Receipt> {
///     client.charge(cents, attempt.idempotency_key().to_string()).await
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(u128);

impl IdempotencyKey {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn new(high: u64, low: u64) -> Self {
        Self(((high as u128) << 64) | low as u128)
    }

    /// The key as a number.
    #[must_use]
    pub const fn as_u128(self) -> u128 {
        self.0
    }
}

/// 32 lower-case hexadecimal digits.
impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdempotencyKey({self})")
    }
}
