//! A call that succeeds at once stays as cheap as it is.
//!
//! The counts are those of the profile `bench` on `x86_64`, so nothing is held against them elsewhere;
//! `cargo xtask test bench-guard` runs this file so.

use std::path::Path;

use retry_bench::callgrind;
use retry_bench::cases::{self, Mode};

/// Table, row, mode, and what was counted when it was last looked at.
const COUNTED: [(&str, &str, Mode, u64); 5] = [
    ("success", "attribute, `budget = \"none\"`", Mode::Idle, 98),
    ("success", "attribute", Mode::Idle, 108),
    ("success", "attribute, `budget = \"none\"`", Mode::Counted, 150),
    ("success", "attribute", Mode::Counted, 160),
    ("success", "`Retry::run`", Mode::Idle, 1638),
];

/// Hundredths that a count may be above. A new compiler moves a few instructions.
const TOLERANCE: u64 = 5;

#[test]
fn a_success_at_once_runs_through_no_more_instructions_than_it_did() {
    if cfg!(debug_assertions) || cfg!(not(target_arch = "x86_64")) {
        return println!("SKIPPED: the counts are those of optimised code on x86_64");
    }
    if !callgrind::is_there() {
        return println!("SKIPPED: there is no valgrind");
    }
    let program = Path::new(env!("CARGO_BIN_EXE_retry-bench"));
    let counts = COUNTED.map(|(table, row, mode, before)| {
        let case = cases::all().into_iter().find(|case| (case.table, case.row) == (table, row));
        let case = case.unwrap_or_else(|| panic!("there is no row `{row}`"));
        let now = callgrind::instructions(program, &case.id(mode), case.times).unwrap();
        (case.id(mode), before, now)
    });
    for (id, before, now) in &counts {
        println!("{id}: {now} instructions; {before} are noted here");
    }
    for (id, before, now) in counts {
        assert!(now > 0, "{id} was not counted");
        assert!(now * 100 <= before * (100 + TOLERANCE), "{id}: {now} instead of {before}");
    }
}
