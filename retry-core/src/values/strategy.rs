//! How the delay grows from one attempt to the next, before jitter.
//!
//! Each strategy gives the delay after attempt `n` directly from `n`, in constant time, without
//! the delays before it: a call that resumes after a restart, a simulator and a table in the
//! documentation all get the same numbers as the loop.
//!
//! ```
//! use std::time::Duration;
//! use retry_core::{Jitter, RetryPolicy, Strategy};
//!
//! let policy = RetryPolicy::builder()
//!     .max_attempts(7)
//!     .strategy(Strategy::Fibonacci)
//!     .initial_delay(Duration::from_millis(10))
//!     .jitter(Jitter::None)
//!     .build()?;
//! let delays: Vec<_> = policy.delays(0).map(|delay| delay.as_millis()).collect();
//! assert_eq!(delays, [10, 10, 20, 30, 50, 80]);
//! # Ok::<_, retry_core::PolicyError>(())
//! ```

use std::time::Duration;

use crate::values::attempt::Attempt;
use crate::values::nanos;

/// The growth of the delay. With `i` the `initial_delay` and `n` the number of the failed attempt:
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Strategy {
    /// `i`, always.
    Fixed,
    /// `i × multiplier^(n − 1)`.
    Exponential,
    /// `i × n`.
    Linear,
    /// Evenly between `i` and `max_delay`. It draws by itself, so no jitter goes on top.
    Random,
    /// `i × F(n)` with F = 1, 1, 2, 3, 5, 8, …
    Fibonacci,
    /// Whatever the function says, then capped at `max_delay` and jittered like the others.
    Custom(fn(&Attempt) -> Duration),
}

/// Two custom strategies are equal when they are the same function, as far as the compiler keeps
/// functions apart.
impl PartialEq for Strategy {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Custom(a), Self::Custom(b)) => std::ptr::fn_addr_eq(*a, *b),
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
        }
    }
}

/// `initial × multiplier^(number − 1)`, at most `cap`.
pub(crate) const fn exponential(initial: u64, multiplier: f64, number: u32, cap: u64) -> u64 {
    let exponent = number.saturating_sub(1);
    // The common case, without a float: doubling is a shift, and it overflows when it would push
    // a set bit out.
    if multiplier.to_bits() == 2.0_f64.to_bits() {
        return if initial == 0 || exponent <= initial.leading_zeros() {
            at_most(initial.unbounded_shl(exponent), cap)
        } else {
            cap
        };
    }
    grown_by_squaring(initial, multiplier, exponent, cap)
}

/// Exponentiation by squaring that leaves as soon as the cap is passed: at most 32 rounds, and for
/// any growth worth the name fewer than ten.
const fn grown_by_squaring(initial: u64, multiplier: f64, exponent: u32, cap: u64) -> u64 {
    let ceiling = nanos::to_f64(cap);
    let mut delay = nanos::to_f64(initial);
    let mut factor = multiplier;
    let mut left = exponent;
    while left > 0 && delay > 0.0 {
        if left & 1 == 1 {
            delay *= factor;
            if delay >= ceiling {
                return cap;
            }
        }
        left >>= 1;
        // An infinite factor is fine: it meets a positive delay, and the product is over any cap.
        factor *= factor;
    }
    at_most(nanos::from_f64(delay), cap)
}

/// `initial × number`, at most `cap`.
pub(crate) const fn linear(initial: u64, number: u32, cap: u64) -> u64 {
    at_most(initial.saturating_mul(number as u64), cap)
}

/// `initial × F(number)`, at most `cap`.
pub(crate) const fn fibonacci(initial: u64, number: u32, cap: u64) -> u64 {
    let index = number.saturating_sub(1) as usize;
    let factor = if index < FIBONACCI.len() { FIBONACCI[index] } else { u64::MAX };
    at_most(initial.saturating_mul(factor), cap)
}

const fn at_most(delay: u64, cap: u64) -> u64 {
    if delay > cap { cap } else { delay }
}

/// F(1) to F(93): all that fit a `u64`.
static FIBONACCI: [u64; 93] = {
    let mut table = [1; 93];
    let mut n = 2;
    while n < table.len() {
        table[n] = table[n - 1] + table[n - 2];
        n += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    const CAP: u64 = 1_000_000;

    #[test]
    fn exponential_doubles_and_then_stays_at_the_cap() {
        let delays: Vec<_> = (1..=6).map(|n| exponential(100, 2.0, n, 1_000)).collect();
        assert_eq!(delays, [100, 200, 400, 800, 1_000, 1_000]);
    }

    #[test]
    fn the_shift_and_the_product_agree() {
        for number in 1..200 {
            assert_eq!(
                exponential(3, 2.0, number, CAP),
                grown_by_squaring(3, 2.0, number - 1, CAP),
                "attempt {number}"
            );
        }
    }

    #[test]
    fn other_multipliers_grow_by_their_power() {
        let delays: Vec<_> = (1..=4).map(|n| exponential(100, 1.5, n, CAP)).collect();
        assert_eq!(delays, [100, 150, 225, 337]);
        assert_eq!(exponential(100, 1.0, u32::MAX, CAP), 100);
        assert_eq!(exponential(0, 3.0, u32::MAX, CAP), 0);
    }

    #[test]
    fn overflow_is_the_cap_at_every_attempt_that_broke_others() {
        for number in [31, 32, 33, 63, 64, 65, 80, 93, 94, 1_024, 1_025, u32::MAX - 1, u32::MAX] {
            for cap in [CAP, u64::MAX] {
                assert!(exponential(u64::MAX, 2.0, number, cap) == cap);
                assert!(exponential(100_000_000, 2.0, number.max(66), cap) == cap);
                assert!(exponential(100_000_000, f64::MAX, number, cap) == cap);
                assert!(linear(u64::MAX, number, cap) == cap);
                assert!(fibonacci(100_000_000, number.max(94), cap) == cap);
            }
        }
    }

    #[test]
    fn linear_starts_at_the_initial_delay_and_grows_by_it() {
        let delays: Vec<_> = (1..=4).map(|n| linear(50, n, 180)).collect();
        assert_eq!(delays, [50, 100, 150, 180]);
    }

    #[test]
    fn fibonacci_is_capped_from_the_first_delay_on() {
        assert_eq!(fibonacci(80, 1, 60), 60);
        assert_eq!(FIBONACCI[92], 12_200_160_415_121_876_738);
        assert!(FIBONACCI[92].checked_add(FIBONACCI[91]).is_none());
    }
}
