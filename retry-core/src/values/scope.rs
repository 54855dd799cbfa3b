//! What one pass of a gate is for.

/// What a pass is given for and settled with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// Each attempt.
    #[default]
    Attempt,
    /// The call as a whole, from its first attempt to its end.
    Call,
}
