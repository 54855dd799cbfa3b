//! What a developer runs, the same on every machine and in CI.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;

const USAGE: &str = "\
usage: cargo xtask <command>

  test            everything that must pass: the steps below, in this order
  test <step>...  these steps only

steps:
";

/// One thing that must pass.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Tools) -> Result<(), String>,
}

const STEPS: [Step; 6] = [
    Step { name: "fmt", about: "the sources are formatted", run: fmt },
    Step { name: "clippy", about: "no lint fires, with every set of features", run: clippy },
    Step { name: "unit", about: "unit, integration and property tests on virtual time", run: unit },
    Step { name: "ui", about: "what the attribute accepts and says", run: ui },
    Step { name: "doc", about: "documentation builds, its examples run", run: doc },
    Step { name: "quickstart", about: "the example of the README runs", run: quickstart },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((command, steps)) if command == "test" => test(steps),
        _ => Err(usage()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> String {
    let steps = STEPS.iter().map(|step| format!("  {:<12} {}\n", step.name, step.about));
    USAGE.to_owned() + &steps.collect::<String>()
}

fn test(wanted: &[String]) -> Result<(), String> {
    if let Some(unknown) = wanted.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        return Err(format!("unknown step `{unknown}`\n\n{}", usage()));
    }
    let tools = Tools::find()?;
    let started = Instant::now();
    for step in &STEPS {
        if wanted.is_empty() || wanted.iter().any(|name| name == step.name) {
            println!("\n=== {}: {}", step.name, step.about);
            let began = Instant::now();
            (step.run)(&tools).map_err(|error| format!("\n=== {} FAILED: {error}", step.name))?;
            println!("=== {} passed in {:.0?}", step.name, began.elapsed());
        }
    }
    println!("\n=== all passed in {:.0?}", started.elapsed());
    Ok(())
}

fn fmt(tools: &Tools) -> Result<(), String> {
    tools.cargo(["fmt", "--all", "--check"])
}

fn clippy(tools: &Tools) -> Result<(), String> {
    let deny = ["--", "--deny", "warnings"];
    tools.cargo(["clippy", "--workspace", "--all-targets"].iter().chain(&deny))?;
    for features in ["", "macros", "tracing"] {
        let core = ["clippy", "--package", "retry-core", "--no-default-features", "--features"];
        tools.cargo(core.iter().chain(&[features]).chain(&deny))?;
    }
    Ok(())
}

fn unit(tools: &Tools) -> Result<(), String> {
    let packages = ["--package", "retry-core", "--package", "retry-macros"];
    let rest = ["--lib", "--tests"];
    tools.cargo(["test"].iter().chain(&packages).chain(&rest))?;
    tools.cargo(["test", "--package", "retry-core", "--no-default-features", "--lib"])?;
    tools.cargo(["test", "--package", "retry-tests", "--test", "http"])
}

fn ui(tools: &Tools) -> Result<(), String> {
    tools.cargo(["test", "--package", "retry-tests", "--test", "ui"])
}

fn doc(tools: &Tools) -> Result<(), String> {
    tools.cargo(["test", "--package", "retry-core", "--doc"])?;
    let mut command = tools.command(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    run(command.env("RUSTDOCFLAGS", "--deny warnings"))
}

fn quickstart(tools: &Tools) -> Result<(), String> {
    tools.cargo(["run", "--quiet", "--example", "quickstart"])
}

/// The programs that the steps call.
struct Tools {
    cargo: String,
}

impl Tools {
    /// Finds what is there and gets what is not: a minimal toolchain has neither formatter nor
    /// linter.
    fn find() -> Result<Self, String> {
        let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let tools = Self { cargo };
        for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
            let there = tools.command([subcommand, "--version"]).output();
            if !there.is_ok_and(|output| output.status.success()) {
                println!("installing {component}");
                run(Command::new("rustup").args(["component", "add", component]))?;
            }
        }
        Ok(tools)
    }

    fn command<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("lies in the workspace");
        let mut command = Command::new(&self.cargo);
        command.args(arguments).current_dir(root);
        command
    }

    fn cargo<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<(), String> {
        run(&mut self.command(arguments))
    }
}

/// Runs `command`, with its output going where ours goes.
fn run(command: &mut Command) -> Result<(), String> {
    let line = format!("{command:?}").replace('"', "");
    println!("$ {line}");
    io::stdout().flush().map_err(|error| error.to_string())?;
    let status = command.status().map_err(|error| format!("cannot run {line}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{line}: {status}")) }
}
