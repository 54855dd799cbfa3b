//! How many instructions one repetition of a case runs through.
//!
//! A program runs the case some times, and then eleven times as often. What the two runs have in
//! common (start, first use of a thread's memory, the first call that finds its place in a table)
//! cancels out, and what is left over is ten times as many repetitions in a warm process.

use std::path::Path;
use std::process::Command;

/// Whether valgrind is there to count.
#[must_use]
pub fn is_there() -> bool {
    let version = Command::new("valgrind").arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}

/// The instructions of one repetition of a case, which `program` runs when it is called as
/// `program run ID TIMES`.
///
/// # Errors
///
/// When valgrind cannot be run, or `program` fails under it.
pub fn instructions(program: &Path, id: &str, times: u64) -> Result<u64, String> {
    let few = collected(program, id, times)?;
    let many = collected(program, id, 11 * times)?;
    // To the nearest: what is done once in a thousand calls leaves a fraction.
    Ok((many.saturating_sub(few) + 5 * times) / (10 * times))
}

fn collected(program: &Path, id: &str, times: u64) -> Result<u64, String> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind.arg(program).args(["run", id]).arg(times.to_string());
    let output = valgrind.output().map_err(|error| format!("valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{id}: {}\n{said}", output.status));
    }
    let count = said.split("Collected : ").nth(1).and_then(|rest| rest.split_whitespace().next());
    let count = count.and_then(|count| count.parse().ok());
    count.ok_or_else(|| format!("{id}: callgrind has not said how many it collected\n{said}"))
}
