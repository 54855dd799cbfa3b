//! A set of error kinds.
//!
//! Which failures count is asked for every failure, in policies that are `Copy` and built in a
//! `const`. A set of nine kinds is nine bits: two bytes, one instruction to ask.
//!
//! ```
//! use retry_core::{ErrorKind, Kinds};
//!
//! const LOST: Kinds = Kinds::of(&[ErrorKind::Network, ErrorKind::Timeout]);
//! assert!(LOST.contains(ErrorKind::Network));
//! assert!(!LOST.without(ErrorKind::Network).contains(ErrorKind::Network));
//! ```

use std::fmt;

use crate::values::kind::ErrorKind;

/// A set of [`ErrorKind`]s.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Kinds(u16);

impl Kinds {
    /// No kind.
    pub const NONE: Self = Self(0);

    /// Every kind.
    pub const ALL: Self = Self::of(&ErrorKind::ALL);

    /// These kinds.
    #[must_use]
    pub const fn of(kinds: &[ErrorKind]) -> Self {
        let mut set = Self::NONE;
        let mut i = 0;
        while i < kinds.len() {
            set = set.with(kinds[i]);
            i += 1;
        }
        set
    }

    /// With this kind too.
    #[must_use]
    pub const fn with(self, kind: ErrorKind) -> Self {
        Self(self.0 | 1 << kind as u16)
    }

    /// Without this kind.
    #[must_use]
    pub const fn without(self, kind: ErrorKind) -> Self {
        Self(self.0 & !(1 << kind as u16))
    }

    /// Whether the kind is in the set.
    #[must_use]
    pub const fn contains(self, kind: ErrorKind) -> bool {
        self.0 & 1 << kind as u16 != 0
    }

    /// The set as bits, and back.
    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    pub(crate) const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }
}

/// The kinds by name.
impl fmt::Debug for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set()
            .entries(ErrorKind::ALL.into_iter().filter(|kind| self.contains(*kind)))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_nothing_else() {
        for kind in ErrorKind::ALL {
            let only = Kinds::of(&[kind]);
            let held = ErrorKind::ALL.into_iter().filter(|other| only.contains(*other));
            assert_eq!(held.collect::<Vec<_>>(), [kind]);
            assert_eq!(only.without(kind), Kinds::NONE);
            assert_eq!(Kinds::ALL.without(kind).with(kind), Kinds::ALL);
        }
        assert_eq!(format!("{:?}", Kinds::of(&[ErrorKind::Server])), "{Server}");
    }
}
