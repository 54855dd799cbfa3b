//! Debian's packages, only unpacked: installed, one could start a service.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::tools::run;

/// Downloads `package`, and unpacks it into `folder`.
pub(crate) fn unpack(package: &str, folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let apt = |argument: &[&str]| {
        let mut command = Command::new("apt-get");
        run(command.arg("--quiet").args(argument).current_dir(folder))
    };
    // Without it a new machine knows no package. Not everybody may do it, and the lists may be there.
    if let Err(error) = apt(&["update"]) {
        println!("{error}");
    }
    apt(&["download", package])?;
    let package = package_in(folder).ok_or("apt-get has left no package")?;
    run(Command::new("dpkg").arg("--extract").args([&*package, folder]))
}

fn package_in(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    entries.into_iter().find(|path| path.extension().is_some_and(|extension| extension == "deb"))
}
