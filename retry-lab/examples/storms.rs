//! Plays every storm with every line-up: a table for each, and a picture.
//!
//! ```sh
//! cargo run --release -p retry-lab --example storms
//! cargo run --release -p retry-lab --example storms -- --only refused --out pictures
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use retry_lab::{Lineup, Report, Scenario, everyone, picture, stalled, storms, table};

const USAGE: &str = "\
usage: storms [--only WORD] [--out FOLDER]

  --only WORD     the storms with this word in their name, and nothing else
  --out FOLDER    where the pictures go; target/storms otherwise";

#[derive(Default)]
struct Options {
    only: Option<String>,
    out: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let out = options.out.unwrap_or_else(|| "target/storms".into());
    fs::create_dir_all(&out)?;
    let only = options.only.as_deref().unwrap_or_default();
    let (started, lineups) = (Instant::now(), everyone());
    for scenario in storms().iter().filter(|scenario| scenario.name().contains(only)) {
        play(scenario, &lineups, &out)?;
    }
    if options.only.is_none() {
        heals(&lineups);
    }
    println!("pictures in {}, {:.0?} in all", out.display(), started.elapsed());
    Ok(())
}

fn options() -> Result<Options, String> {
    let mut options = Options::default();
    let mut arguments = env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--only", Some(word)) => options.only = Some(word),
            ("--out", Some(folder)) => options.out = Some(folder.into()),
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(options)
}

fn play(scenario: &Scenario, lineups: &[Lineup], out: &Path) -> Result<(), Box<dyn Error>> {
    let started = Instant::now();
    let reports: Vec<Report> = lineups.iter().map(|lineup| scenario.play(lineup)).collect();
    println!("{}  {:.1?}\n", table(&reports), started.elapsed());
    let name: String =
        scenario.name().chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
    fs::write(out.join(name + ".svg"), picture(&reports))?;
    Ok(())
}

/// How busy the server may be before a stall of ten seconds becomes one for good.
fn heals(lineups: &[Lineup]) {
    for layers in [1, 3] {
        let scenario = stalled().with_layers(layers).with_seeds(2);
        println!("highest utilisation that heals: {}", scenario.name());
        for lineup in lineups {
            let highest = scenario.highest_that_heals(lineup);
            let text = highest.map_or("none".to_owned(), |highest| format!("{highest:.2}"));
            println!("  {:<10}  {text}", lineup.name());
        }
        println!();
    }
}
