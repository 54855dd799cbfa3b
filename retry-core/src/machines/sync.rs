//! The atomics and the lock that the machines share state through.
//!
//! A machine that many calls use at once is only right if it is so under every interleaving. Under
//! `cfg(retry_loom)` these names are those of loom, whose model runs them all; the library itself
//! is built with those of the standard library. The name is our own, since `cfg(loom)` would also
//! change tokio.

// One list for all machines, each of which takes what it needs.
#![allow(unused_imports)]

#[cfg(retry_loom)]
pub(crate) use loom::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering},
};
#[cfg(not(retry_loom))]
pub(crate) use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering},
};

/// Between a write and a read that another thread does the other way round, both `SeqCst`: one of
/// the two sees both writes. That is what `SeqCst` promises by itself, but loom takes such an access
/// for `AcqRel`, and keeps the promise only for fences.
#[inline]
pub(crate) fn in_total_order() {
    #[cfg(retry_loom)]
    loom::sync::atomic::fence(Ordering::SeqCst);
}
