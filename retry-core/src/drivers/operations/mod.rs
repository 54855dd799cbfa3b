//! Which operations there are, and what is in force for each.
//!
//! An annotated function joins with its first call, a handle when it is put into the registry. From
//! then on settings that are loaded reach it: they are laid over what its code says, and what comes
//! out is its [plan] for the calls that begin from then on. A call reads which plan that is
//! once, with one relaxed load, and keeps to it.

pub(crate) mod gating;
pub(crate) mod operation;
pub(crate) mod overlay;
pub(crate) mod plan;
pub(crate) mod registry;
#[cfg(feature = "serde")]
pub(crate) mod reload;
pub(crate) mod snapshot;

use crate::drivers::operations::operation::Operation;
use crate::drivers::operations::plan::PlanId;
use crate::drivers::operations::registry::{Member, RetryRegistry};

/// A function is called for the first time.
pub(crate) fn join(operation: &'static Operation) -> PlanId {
    RetryRegistry::process().join(Member::Function(operation));
    operation.plan()
}
