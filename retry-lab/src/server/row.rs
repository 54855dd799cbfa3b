//! One row that everybody wants to change.
//!
//! An optimistic lock: a client reads the row with its version, and its write counts only if the
//! version is still the same. Of all who read one version a single one gets through, so clients
//! that come together fail together.

/// A row under an optimistic lock.
#[derive(Debug, Default)]
pub(crate) struct Row {
    version: u64,
}

impl Row {
    /// The version that a read sees.
    pub(crate) const fn read(&self) -> u64 {
        self.version
    }

    /// Writes if the row is still at `version`.
    pub(crate) const fn write(&mut self, version: u64) -> bool {
        let unchanged = self.version == version;
        if unchanged {
            self.version += 1;
        }
        unchanged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writer_of_each_version_gets_through() {
        let mut row = Row::default();
        let seen = row.read();
        assert!(row.write(seen));
        assert!(!row.write(seen));
        assert!(row.write(row.read()));
    }
}
