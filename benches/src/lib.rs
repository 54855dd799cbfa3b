//! What a retried call costs, counted in instructions and bytes.
//!
//! A time is a property of the machine and of what else runs on it; a count of instructions is one
//! of the code, and the same in every run. So the numbers can stand in a document and in a test.

pub mod callgrind;
pub mod cases;
pub mod jump;
pub mod poll;
