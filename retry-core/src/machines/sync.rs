//! The atomics and locks of the machines, which the model checker can take the place of.
//!
//! With `--cfg retry_loom` they are loom's, and the models beside the machines run every
//! interleaving of a few threads; the name is our own, since `cfg(loom)` would also change tokio.
//! Loom's cannot be built in a `const`.

#[cfg(retry_loom)]
#[allow(unused_imports)] // one machine or another uses each
pub(crate) use loom::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering},
};
#[cfg(not(retry_loom))]
#[allow(unused_imports)] // one machine or another uses each
pub(crate) use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering},
};

/// A function that is `const` wherever the atomics can be.
macro_rules! const_unless_loom {
    ($(#[$meta:meta])* $vis:vis fn $($rest:tt)*) => {
        $(#[$meta])*
        #[cfg(not(retry_loom))]
        $vis const fn $($rest)*
        $(#[$meta])*
        #[cfg(retry_loom)]
        $vis fn $($rest)*
    };
}
pub(crate) use const_unless_loom;

/// Between a write and a read that another thread does the other way round, both `SeqCst`: one of
/// the two sees both writes. That is what `SeqCst` promises by itself, but loom takes such an access
/// for `AcqRel`, and keeps the promise only for fences.
#[inline]
pub(crate) fn in_total_order() {
    #[cfg(retry_loom)]
    loom::sync::atomic::fence(Ordering::SeqCst);
}
