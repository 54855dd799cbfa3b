//! What `#[with_retry]` expands to: a [`Site`] per function, a [`Run`] per call.
//!
//! The attribute writes the loop in place, around the body of the function, so that the body can
//! borrow whatever the function can. All that the loop decides is decided here. A call that neither a
//! timeout nor a gate can end always has an outcome of its own to end with, so it keeps none while an
//! attempt runs, reads no clock, and asks nothing of the error type; that difference is made at
//! compile time, by a [`Mode`].
//!
//! The methods have long names on purpose: a trait that an application has in scope must not have
//! them too.

#![allow(missing_docs, missing_debug_implementations)] // not public: see `__private`

mod argument;
mod asked;
mod condition;
mod fallback;
mod future;
mod mode;
mod outcome;
mod probe;
mod run;
mod site;
mod status;

pub use argument::*;
pub use asked::*;
pub use condition::*;
pub use fallback::*;
pub use future::*;
pub use mode::*;
pub use outcome::*;
pub use probe::*;
pub use run::*;
pub use site::*;
pub use status::*;

pub use crate::drivers::statistics::cell::TallyOverHandles;
