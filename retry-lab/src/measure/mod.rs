//! What is counted in a run, and what is read out of the counts.

pub(crate) mod report;
pub(crate) mod series;
pub(crate) mod tally;
mod times;
