//! What a call costs in instructions and bytes, as `docs/performance.md` has it.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::apt::unpack;
use crate::bench_tables::{Tables, document};
use crate::tools::{Tools, run};

/// Counts everything, prints it, and writes it into the document.
pub(crate) fn bench(tools: &Tools) -> Result<(), String> {
    let Some(valgrind) = Valgrind::find(tools) else {
        println!("SKIPPED, since there is no valgrind to be had: all that is counted");
        return Ok(());
    };
    let mut tables = Tables::default();
    // What sleeps needs another clock, and with it all that reads one costs something else.
    for (features, column) in [
        ("", "off"),
        ("tracing", "idle"),
        ("virtual-time", "off"),
        ("virtual-time,tracing", "idle"),
    ] {
        tables.read(&counted(tools, &valgrind, features)?, column)?;
    }
    tables.read(&said(&mut program(tools, "bytes", "tracing"))?, "idle")?;
    let path = tools.root().join("docs/performance.md");
    let text = document(&tables, &compiler(tools)?);
    println!("{text}");
    fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

/// Holds the cheapest calls against what they cost before.
pub(crate) fn guard(tools: &Tools) -> Result<(), String> {
    let Some(valgrind) = Valgrind::find(tools) else {
        println!("SKIPPED, since there is no valgrind to be had: the counts of instructions");
        return Ok(());
    };
    let guard = ["--package", "retry-bench", "--test", "guard", "--", "--nocapture"];
    let mut test = tools.command(["test", "--profile", "bench"].iter().chain(&guard));
    run(valgrind.under(&mut test))
}

fn counted(tools: &Tools, valgrind: &Valgrind, features: &str) -> Result<String, String> {
    println!("counting with `{features}`");
    let mut program = program(tools, "retry-bench", features);
    said(valgrind.under(program.arg("count")))
}

/// A program of the benchmarks, which is built first.
fn program(tools: &Tools, name: &str, features: &str) -> Command {
    let which = ["--package", "retry-bench", "--bin", name, "--profile", "bench"];
    let features = ["--no-default-features", "--features", features, "--"];
    tools.command(["run", "--quiet"].iter().chain(&which).chain(&features))
}

fn said(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

fn compiler(tools: &Tools) -> Result<String, String> {
    let version = said(&mut tools.command(["--version"]))?;
    Ok(version.split_whitespace().nth(1).unwrap_or("unknown").to_owned())
}

/// Where valgrind is: in the system, or unpacked from Debian's package.
struct Valgrind {
    path: OsString,
    tools: Option<OsString>,
}

impl Valgrind {
    fn find(tools: &Tools) -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        if is_there("valgrind".as_ref()) {
            return Some(Self { path, tools: None });
        }
        let folder = tools.root().join("target/tools/valgrind");
        let programs = folder.join("usr/bin");
        if !programs.join("valgrind").exists() {
            println!("getting valgrind by apt");
            if let Err(error) = unpack("valgrind", &folder) {
                println!("{error}");
                return None;
            }
        }
        let all = std::iter::once(programs).chain(env::split_paths(&path));
        let library = folder.join("usr/libexec/valgrind");
        Some(Self { path: env::join_paths(all).ok()?, tools: Some(library.into()) })
    }

    /// Lets `command` find it.
    fn under<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        if let Some(tools) = &self.tools {
            command.env("VALGRIND_LIB", tools);
        }
        command.env("PATH", &self.path)
    }
}

fn is_there(program: &Path) -> bool {
    let version = Command::new(program).arg("--version").output();
    version.is_ok_and(|output| output.status.success())
}
