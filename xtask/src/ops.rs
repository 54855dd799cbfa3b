//! What is handed to operators, rules and a dashboard, held against a real Prometheus.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::apt::unpack;
use crate::tools::{Tools, run};

/// Checks and tests the rules, and runs the example that scrapes itself.
pub(crate) fn ops(tools: &Tools) -> Result<(), String> {
    let path = prometheus(tools)?;
    let mut example = tools.command(["run", "--quiet", "--example", "observability"]);
    if let Some(path) = path {
        let promtool = |arguments: [&str; 3]| {
            let mut command = Command::new("promtool");
            command.args(arguments).current_dir(tools.root()).env("PATH", &path);
            run(&mut command)
        };
        promtool(["check", "rules", "ops/prometheus/retry.rules.yml"])?;
        promtool(["test", "rules", "ops/prometheus/retry.test.yml"])?;
        example.env("PATH", &path);
    } else {
        println!("SKIPPED, since there is no Prometheus to be had: the rules and their tests");
    }
    run(&mut example)
}

/// A `PATH` with Prometheus and its tool, from the system or else from Debian's package. `None` where neither is to be had.
fn prometheus(tools: &Tools) -> Result<Option<OsString>, String> {
    let path = env::var_os("PATH").unwrap_or_default();
    if is_there(Path::new("prometheus")) && is_there(Path::new("promtool")) {
        return Ok(Some(path));
    }
    let folder = tools.root().join("target/tools/prometheus");
    let programs = folder.join("usr/bin");
    if !is_there(&programs.join("promtool")) {
        println!("getting prometheus by apt");
        if let Err(error) = unpack("prometheus", &folder) {
            println!("{error}");
            return Ok(None);
        }
    }
    let all = std::iter::once(programs).chain(env::split_paths(&path));
    env::join_paths(all).map(Some).map_err(|error| error.to_string())
}

fn is_there(program: &Path) -> bool {
    let version = Command::new(program).arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}
