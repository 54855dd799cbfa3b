//! The name of a handle, and where the calls under it are counted.
//!
//! They stand together so that a handle is not larger, and its clone no slower, for what is counted.

use std::borrow::Cow;
use std::sync::Arc;

use crate::drivers::statistics::cell::TallyCell;

#[derive(Debug)]
pub(crate) struct Named {
    text: Box<str>,
    tally: TallyCell,
}

impl Named {
    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Arc<Self> {
        Arc::new(Self { text: Box::from(text.into()), tally: TallyCell::of_handle() })
    }

    /// The same name, for a handle of another service.
    pub(crate) fn elsewhere(&self) -> Arc<Self> {
        Arc::new(Self { text: self.text.clone(), tally: TallyCell::of_handle() })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) const fn tally(&self) -> &TallyCell {
        &self.tally
    }
}
