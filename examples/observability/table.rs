//! What was checked, as a table.

/// All checks.
#[derive(Default)]
pub(crate) struct Table {
    failed: u32,
}

impl Table {
    /// A headline.
    pub(crate) fn part(title: &str) {
        println!("\n{title}");
    }

    /// A line: what was looked at, what was found there, and whether that is right.
    pub(crate) fn line(&mut self, what: &str, found: &str, is_right: bool) {
        let mark = if is_right { "ok" } else { "WRONG" };
        println!("  {mark:<5}  {what:<34}  {found}");
        self.failed += u32::from(!is_right);
    }

    pub(crate) const fn failed(&self) -> u32 {
        self.failed
    }
}
