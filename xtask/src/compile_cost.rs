//! What the attribute costs the compiler: `cargo check` of the same functions written plainly, with
//! a loop by hand, and annotated.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::tools::{Tools, run};

const FUNCTIONS: usize = 500;
const ROUNDS: usize = 5;

/// A way to write the functions.
struct Way {
    name: &'static str,
    before: &'static str,
    head: &'static str,
    tail: &'static str,
}

const WAYS: [Way; 3] = [
    Way { name: "plain", before: "", head: "", tail: "" },
    Way {
        name: "loop by hand",
        before: "",
        head: "let mut delay = Duration::from_millis(50);
    for attempt in 1.. {
        let result: io::Result<u32> = async {",
        tail: "}.await;
        match result {
            Err(_) if attempt < 3 => {}
            result => return result,
        }
        tokio::time::sleep(delay).await;
        delay *= 2;
    }
    unreachable!()",
    },
    Way {
        name: "annotated",
        before: r#"#[retry_core::with_retry(max_attempts = 3, initial_delay = "50ms", retry_on = io::Error)]"#,
        head: "",
        tail: "",
    },
];

/// Prints a table of the three ways. The shortest of some rounds counts: what disturbs a
/// measurement only ever makes it longer.
pub(crate) fn compile_cost(tools: &Tools) -> Result<(), String> {
    let folder = tools.root().join("target/compile-cost");
    prepare(&folder, tools.root()).map_err(|error| error.to_string())?;
    let mut best = [Duration::MAX; WAYS.len()];
    for _ in 0..ROUNDS {
        for (way, best) in WAYS.iter().zip(&mut best) {
            fs::write(folder.join("src/lib.rs"), source(way)).map_err(|error| error.to_string())?;
            let mut check = tools.command(["check", "--quiet", "--lib"]);
            let check = check.current_dir(&folder).env("CARGO_INCREMENTAL", "0");
            *best = (*best).min(timed(check)?);
        }
    }
    println!("\n{FUNCTIONS} functions, `cargo check`, shortest of {ROUNDS} rounds\n");
    println!("{:<14} {:>8} {:>12} {:>8}", "", "seconds", "over by hand", "plain");
    for (way, time) in WAYS.iter().zip(best) {
        let (seconds, over) = (time.as_secs_f64(), |base: Duration| time.div_duration_f64(base));
        println!("{:<14} {seconds:>8.2} {:>12.2} {:>8.2}", way.name, over(best[1]), over(best[0]));
    }
    Ok(())
}

fn timed(command: &mut Command) -> Result<Duration, String> {
    let began = Instant::now();
    run(command)?;
    Ok(began.elapsed())
}

/// A crate of its own, with its dependencies checked beforehand.
fn prepare(folder: &Path, root: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    let core = root.join("retry-core");
    let core = core.display();
    let manifest = format!(
        "[package]\nname = \"compile-cost\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         retry-core = {{ path = \"{core}\" }}\ntokio = {{ version = \"1\", features = [\"time\"] }}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    fs::write(folder.join("src/lib.rs"), "")
}

fn source(way: &Way) -> String {
    let Way { before, head, tail, .. } = way;
    let mut source = String::from(
        "use std::io;\n#[allow(unused_imports)]\nuse std::time::Duration;\n\
         async fn ask(name: &str) -> io::Result<u32> { name.parse().map_err(io::Error::other) }\n",
    );
    for number in 0..FUNCTIONS {
        let body = format!(
            "let a = ask(name).await?; let b = ask(&a.to_string()).await?; Ok(a + b + {number})"
        );
        writeln!(
            source,
            "{before}\npub async fn f{number}(name: &str) -> io::Result<u32> {{ {head} {body} {tail} }}"
        )
        .expect("a string takes everything");
    }
    source
}
