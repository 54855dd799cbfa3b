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
#[cfg(retry_loom)]
pub(crate) use once::OnceLock;
#[cfg(not(retry_loom))]
#[allow(unused_imports)] // one machine or another uses each
pub(crate) use std::sync::{
    Arc, Mutex, OnceLock,
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

/// Loom has no `OnceLock`, and does not see that the one of std puts what was made before what is
/// read: this one tells it.
#[cfg(retry_loom)]
mod once {
    use super::{AtomicU32, Mutex, Ordering};

    #[derive(Debug)]
    pub(crate) struct OnceLock<T> {
        cell: std::sync::OnceLock<T>,
        made: AtomicU32,
        making: Mutex<()>,
    }

    impl<T> OnceLock<T> {
        pub(crate) fn new() -> Self {
            let (cell, made) = (std::sync::OnceLock::new(), AtomicU32::new(0));
            Self { cell, made, making: Mutex::new(()) }
        }

        pub(crate) fn get(&self) -> Option<&T> {
            if self.made.load(Ordering::Acquire) == 0 { None } else { self.cell.get() }
        }

        pub(crate) fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
            let _making = self.making.lock().unwrap();
            let made = self.cell.get_or_init(make);
            self.made.store(1, Ordering::Release);
            made
        }
    }
}
