//! `anyhow::Error`: any error, with its chain of sources.
//!
//! It is no error itself but a pointer to one, and so has no place in a chain. A handle asks it
//! for its verdict all the same.

use crate::seams::chain::verdict_of;
use crate::seams::classify::Classify;
use crate::values::kind::Verdict;

/// | what | verdict |
/// |---|---|
/// | an error that is known, or wraps one that is, also below `context` | as that is, see [`verdict_of`] |
/// | anything else, such as `anyhow!("text")` | retry, unknown |
impl Classify for anyhow::Error {
    fn classify(&self) -> Verdict {
        verdict_of(self.as_ref())
    }
}
