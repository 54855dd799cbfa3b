//! What the calls to one service share.

use std::ops::Deref;
use std::sync::Arc;

use crate::drivers::gates::Gates;

/// The gates that calls go through together.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) gates: Gates,
}

/// A reference that costs nothing where there is one set of gates for the whole process.
#[derive(Clone, Debug)]
pub(crate) enum SharedRef {
    Static(&'static Shared),
    Counted(Arc<Shared>),
}

impl Deref for SharedRef {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        match self {
            Self::Static(shared) => shared,
            Self::Counted(shared) => shared,
        }
    }
}
