//! What a developer runs, the same on every machine and in CI.

mod apt;
mod bench;
mod bench_tables;
mod compile_cost;
mod ops;
mod tools;

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use crate::bench::{bench, guard};
use crate::compile_cost::compile_cost;
use crate::ops::ops;
use crate::tools::{Tools, run};

const USAGE: &str = "\
usage: cargo xtask <command>

  test            everything that must pass: the steps below, in this order
  test <step>...  these steps only
  bench           counts instructions and bytes, into docs/performance.md
  compile-cost    what the attribute costs the compiler, as a table

steps:
";

/// One thing that must pass.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Tools) -> Result<(), String>,
}

const STEPS: [Step; 10] = [
    Step { name: "fmt", about: "the sources are formatted", run: fmt },
    Step { name: "clippy", about: "no lint fires, with every set of features", run: clippy },
    Step { name: "unit", about: "unit, integration and property tests on virtual time", run: unit },
    Step { name: "model", about: "every interleaving of a few threads at a machine", run: model },
    Step { name: "lab", about: "what the policies do to a server in an outage", run: lab },
    Step { name: "ui", about: "what the attribute accepts and says", run: ui },
    Step { name: "doc", about: "documentation builds, its examples run", run: doc },
    Step { name: "examples", about: "the examples run, and see what they expect", run: examples },
    Step { name: "bench-guard", about: "a success costs as little as before", run: guard },
    Step { name: "ops", about: "rules and dashboard, against a real Prometheus", run: ops },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((command, steps)) if command == "test" => test(steps),
        Some((command, [])) if command == "bench" => Tools::find().and_then(|tools| bench(&tools)),
        Some((command, [])) if command == "compile-cost" => {
            Tools::find().and_then(|tools| compile_cost(&tools))
        }
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
    let foreign = ["anyhow", "http", "hyper", "redis", "reqwest", "sqlx", "tonic"];
    for features in
        ["", "macros", "metrics", "page", "serde", "toml", "tracing"].into_iter().chain(foreign)
    {
        let core = ["clippy", "--package", "retry-core", "--no-default-features", "--features"];
        let targets: &[&str] = if foreign.contains(&features) {
            &["--lib", "--test", "foreign", "--test", "retry_after"]
        } else {
            &[]
        };
        tools.cargo(core.iter().chain(&[features]).chain(targets).chain(&deny))?;
    }
    tools.cargo(
        ["clippy", "--package", "retry-core", "--all-features", "--all-targets"]
            .iter()
            .chain(&deny),
    )
}

fn unit(tools: &Tools) -> Result<(), String> {
    let packages = ["--package", "retry-core", "--package", "retry-macros"];
    let rest = ["--lib", "--tests"];
    tools.cargo(["test"].iter().chain(&packages).chain(&rest))?;
    tools.cargo(["test", "--package", "retry-core", "--no-default-features", "--lib"])?;
    if !Tools::finds_browser() {
        println!("SKIPPED, since there is no chromium to be had: the picture of the page");
    }
    tools.cargo(["test", "--package", "retry-core", "--all-features", "--tests"])?;
    tools.cargo(["test", "--package", "retry-tests", "--test", "http"])?;
    let packages =
        ["2018", "2021", "2024"].map(|edition| format!("--package=retry-tests-edition-{edition}"));
    let rest = ["test", "--package=retry-tests-renamed"].map(String::from);
    tools.cargo(rest.iter().chain(&packages))
}

/// The machines with the atomics of the model checker, which makes other code of them: in a folder
/// of its own, or every other step would be built anew.
fn model(tools: &Tools) -> Result<(), String> {
    let target = tools.root().join("target/model");
    let mut command = tools.command(["test", "--package", "retry-core", "--lib"]);
    command.args(["--no-default-features", "--", "loom"]).env("CARGO_TARGET_DIR", target);
    run(command.env("RUSTFLAGS", "--cfg retry_loom"))
}

fn lab(tools: &Tools) -> Result<(), String> {
    tools.cargo(["test", "--package", "retry-lab", "--lib", "--tests"])
}

fn ui(tools: &Tools) -> Result<(), String> {
    tools.cargo(["test", "--package", "retry-tests", "--test", "ui"])
}

fn doc(tools: &Tools) -> Result<(), String> {
    tools.cargo(["test", "--package", "retry-core", "--all-features", "--doc"])?;
    tools.cargo(["test", "--package", "retry-lab", "--doc"])?;
    let all = ["doc", "--workspace", "--all-features", "--no-deps", "--document-private-items"];
    let mut command = tools.command(all);
    run(command.env("RUSTDOCFLAGS", "--deny warnings"))
}

fn examples(tools: &Tools) -> Result<(), String> {
    for example in ["quickstart", "classification", "outage", "service"] {
        tools.cargo(["run", "--quiet", "--example", example])?;
    }
    Ok(())
}
