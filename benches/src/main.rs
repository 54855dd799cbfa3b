//! Counts itself: runs each of its cases under callgrind, and prints what it counted.

use std::env;
use std::process::ExitCode;

use retry_bench::callgrind;
use retry_bench::cases::{self, Case, Mode};

const USAGE: &str = "usage: retry-bench count | retry-bench run ID TIMES";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match *words {
        ["count"] => cases::all().iter().try_for_each(count),
        ["run", id, times] => run(id, times),
        _ => Err(USAGE.to_owned()),
    };
    result.map_or_else(
        |message| {
            eprintln!("{message}");
            ExitCode::FAILURE
        },
        |()| ExitCode::SUCCESS,
    )
}

/// A line of table, row, mode and instructions for each mode of the case. Statistics do not depend on
/// traces, so one of the two builds counts them.
fn count(case: &Case) -> Result<(), String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    for &mode in case.modes() {
        if mode != Mode::Idle && cfg!(not(feature = "tracing")) {
            continue;
        }
        let count = callgrind::instructions(&program, &case.id(mode), case.times)?;
        println!("{}\t{}\t{}\t{count}", case.table, case.row, mode.name());
    }
    Ok(())
}

fn run(id: &str, times: &str) -> Result<(), String> {
    let times = times.parse().map_err(|_| format!("`{times}` is no number; {USAGE}"))?;
    cases::run(id, times).ok_or_else(|| format!("there is no case `{id}`"))
}
