//! When a file that is looked at again and again has changed.
//!
//! A file may be caught while it is written: half of it may be broken, or, worse, right. So a new
//! content counts when it is there at two looks in a row.

use std::hash::{BuildHasher, RandomState};
use std::io;

/// What was seen of a file so far.
#[derive(Debug)]
pub(super) struct Watching {
    hasher: RandomState,
    /// The content that was taken.
    taken: Option<Content>,
    /// One that was there at the last look.
    fresh: Option<Content>,
}

/// A content, as far as it matters whether it is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Bytes(u64),
    Unreadable(io::ErrorKind),
}

/// What comes of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Same,
    /// There is something new; not yet twice.
    Fresh,
    /// There is something new, to be taken now.
    Changed,
}

impl Watching {
    pub(super) fn new() -> Self {
        Self { hasher: RandomState::new(), taken: None, fresh: None }
    }

    fn content(&self, read: &io::Result<Vec<u8>>) -> Content {
        match read {
            Ok(bytes) => Content::Bytes(self.hasher.hash_one(bytes)),
            Err(error) => Content::Unreadable(error.kind()),
        }
    }

    /// This is taken, whatever was there before.
    pub(super) fn has_seen(&mut self, read: &io::Result<Vec<u8>>) {
        self.taken = Some(self.content(read));
        self.fresh = None;
    }

    /// Looks at what is there.
    pub(super) fn look(&mut self, read: &io::Result<Vec<u8>>) -> Look {
        let content = Some(self.content(read));
        if content == self.taken {
            self.fresh = None;
            return Look::Same;
        }
        if content != self.fresh {
            self.fresh = content;
            return Look::Fresh;
        }
        self.taken = self.fresh.take();
        Look::Changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::unnecessary_wraps)] // as what reads a file
    fn text(text: &str) -> io::Result<Vec<u8>> {
        Ok(text.into())
    }

    #[test]
    fn a_content_counts_when_it_is_there_twice() {
        let mut watching = Watching::new();
        watching.has_seen(&text("one"));
        assert_eq!(watching.look(&text("one")), Look::Same);
        assert_eq!(watching.look(&text("tw")), Look::Fresh);
        assert_eq!(watching.look(&text("two")), Look::Fresh);
        assert_eq!(watching.look(&text("two")), Look::Changed);
        assert_eq!(watching.look(&text("two")), Look::Same);
    }

    #[test]
    fn a_change_that_is_taken_back_in_between_is_none() {
        let mut watching = Watching::new();
        watching.has_seen(&text("one"));
        assert_eq!(watching.look(&text("two")), Look::Fresh);
        assert_eq!(watching.look(&text("one")), Look::Same);
        assert_eq!(watching.look(&text("two")), Look::Fresh);
    }

    #[test]
    fn a_file_that_has_gone_is_told_once() {
        let mut watching = Watching::new();
        watching.has_seen(&text("one"));
        let gone = || Err(io::ErrorKind::NotFound.into());
        let looks = [watching.look(&gone()), watching.look(&gone()), watching.look(&gone())];
        assert_eq!(looks, [Look::Fresh, Look::Changed, Look::Same]);
    }
}
