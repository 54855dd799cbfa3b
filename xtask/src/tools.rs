//! The programs that the steps call.

use std::env;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

pub(crate) struct Tools {
    cargo: String,
}

impl Tools {
    /// Finds what is there and gets what is not: a minimal toolchain has neither formatter nor
    /// linter.
    pub(crate) fn find() -> Result<Self, String> {
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

    /// The folder of the workspace.
    #[allow(clippy::unused_self)] // asked of whoever knows where the programs are
    pub(crate) fn root(&self) -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("lies in the workspace")
    }

    /// Whether a browser is to be had that can show a page without a screen. Where we may, as on a
    /// machine for tests, it is installed.
    pub(crate) fn finds_browser() -> bool {
        if Self::has_browser() {
            return true;
        }
        let id = Command::new("id").arg("--user").output();
        if !id.is_ok_and(|output| output.stdout == b"0\n") {
            return false;
        }
        println!("getting chromium by apt");
        let apt = |arguments: &[&str]| {
            let quietly = ["--quiet", "--quiet", "--yes"];
            run(Command::new("apt-get").args(quietly).args(arguments))
        };
        let installed = apt(&["update"])
            .and_then(|()| apt(&["install", "--no-install-recommends", "chromium"]));
        if let Err(error) = installed {
            println!("{error}");
        }
        Self::has_browser()
    }

    fn has_browser() -> bool {
        ["chromium", "chromium-browser", "google-chrome"].iter().any(|name| {
            Command::new(name).arg("--version").output().is_ok_and(|known| known.status.success())
        })
    }

    pub(crate) fn command<A>(&self, arguments: impl IntoIterator<Item = A>) -> Command
    where
        A: AsRef<OsStr>,
    {
        let mut command = Command::new(&self.cargo);
        command.args(arguments).current_dir(self.root());
        command
    }

    pub(crate) fn cargo<A>(&self, arguments: impl IntoIterator<Item = A>) -> Result<(), String>
    where
        A: AsRef<OsStr>,
    {
        let mut command = self.command(arguments);
        println!("$ {}", line(&command));
        run(&mut command)
    }
}

/// Runs `command`, with its output going where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    io::stdout().flush().map_err(|error| error.to_string())?;
    let status = command.status().map_err(|error| format!("{}: {error}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", line(command))) }
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
