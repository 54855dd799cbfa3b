//! The file of settings, as an operator writes it.

use std::fs;
use std::io;
use std::path::PathBuf;

/// What the program starts with.
pub(crate) const BEFORE: &str = "
[defaults]
max_attempts = 2
";

/// What is rolled out while it runs.
pub(crate) const AFTER: &str = r#"
[defaults]
max_attempts = 2

[service.rates]
circuit_breaker = { consecutive_failures = 8, open_for = "2m", max_open_for = "5m" }

[service.cache]
budget = { max_tokens = 20 }

[operation."orders::read"]
max_attempts = 4
initial_delay = "20ms"
"#;

/// The same with two mistakes: a slip, and a value that is none.
pub(crate) const BROKEN: &str = r#"
[defaults]
max_attempts = 2

[service.rates]
circuit_braker = { consecutive_failures = 8 }

[operation."orders::read"]
max_attempts = 9
initial_delay = "20 ms or so"
"#;

/// Long delays, so that calls are in the middle of one when the process is to end.
pub(crate) const LONG: &str = r#"
[operation."orders::read"]
max_attempts = 4
initial_delay = "10s"
jitter = "equal"
"#;

/// A folder of its own for the file; it goes with this.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("retry-service-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("retry.toml")
    }

    /// Puts a content in place at once: nobody sees half of it.
    pub(crate) fn put(&self, content: &str) -> io::Result<()> {
        let fresh = self.0.join("retry.toml.new");
        fs::write(&fresh, content)?;
        fs::rename(fresh, self.file())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind in a temporary folder does no harm.
        let _left = fs::remove_dir_all(&self.0);
    }
}
