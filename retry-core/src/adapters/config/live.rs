//! Settings that hold while the program runs: laid over its code, and again when their file changes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::adapters::config::error::ConfigErrors;
use crate::adapters::config::settings::RetrySettings;
use crate::adapters::config::watching::{Look, Watching};
use crate::drivers::trace;

/// The settings of a file, laid over the code and again whenever the file changes.
///
/// ```
/// use retry_core::LiveSettings;
///
/// # fn main() -> Result<(), retry_core::ConfigErrors> {
/// # let path = std::env::temp_dir().join(format!("retry-live-{}.toml", std::process::id()));
/// # std::fs::write(&path, "[defaults]\nmax_attempts = 3\n").unwrap();
/// // Loaded now, and from here on looked at twice in a second.
/// let settings = LiveSettings::watch(&path)?;
/// # drop(settings); std::fs::remove_file(path).unwrap();
/// # Ok(())
/// # }
/// ```
///
/// A file that is broken, or that contradicts the code, changes nothing; that is said once, as an
/// event at error level with everything that is wrong, and is there to be
/// [asked for](Self::errors). A file that is caught while it is being written is looked at again
/// before it counts. It is told by its content: a link that points elsewhere, or a file that was
/// written with the date of the one before, is a change as well.
///
/// Dropping it ends the watch; what was laid over the code stays.
#[derive(Debug)]
pub struct LiveSettings {
    file: Arc<File>,
    watch: Option<Watch>,
}

/// A thread that looks at the file, for as long as this is held.
struct Watch {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct File {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    watching: Watching,
    errors: Option<ConfigErrors>,
}

impl LiveSettings {
    /// How often a watched file is looked at where nobody says.
    pub const INTERVAL: Duration = Duration::from_millis(500);

    /// Loads a TOML file and lays it over the code. Blocks while it is read.
    ///
    /// # Errors
    ///
    /// Those of [`RetrySettings::from_file`] and [`RetrySettings::apply`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        let path = path.as_ref().to_owned();
        let watching = Watching::new();
        let file = File { path, state: Mutex::new(State { watching, errors: None }) };
        file.reload()?;
        Ok(Self { file: Arc::new(file), watch: None })
    }

    /// [`load`](Self::load), and looks at the file every [`INTERVAL`](Self::INTERVAL) on a thread of
    /// its own. A change takes effect after two looks at the latest.
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Panics
    ///
    /// When the operating system gives no thread.
    pub fn watch(path: impl AsRef<Path>) -> Result<Self, ConfigErrors> {
        Ok(Self::load(path)?.watched_every(Self::INTERVAL))
    }

    /// Looks at the file this often from now on.
    ///
    /// # Panics
    ///
    /// When `interval` is zero, or the operating system gives no thread.
    #[must_use]
    pub fn watched_every(mut self, interval: Duration) -> Self {
        assert!(!interval.is_zero(), "the interval of a watch must be above zero");
        // The one before ends first.
        self.watch = None;
        self.watch = Some(Watch::start(Arc::clone(&self.file), interval));
        self
    }

    /// Loads the file now, also where nothing has changed: for a signal or a request that asks for
    /// it. Blocks while it is read.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load). Then nothing has changed.
    pub fn reload(&self) -> Result<(), ConfigErrors> {
        self.file.reload()
    }

    /// What is wrong with the file as it was last looked at; `None` when it is in force.
    #[must_use]
    pub fn errors(&self) -> Option<ConfigErrors> {
        self.file.lock().errors.clone()
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file.path
    }
}

impl File {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the file; bytes that are no text are as a text that is broken there.
    fn read(&self) -> std::io::Result<String> {
        Ok(String::from_utf8_lossy(&std::fs::read(&self.path)?).into_owned())
    }

    fn reload(&self) -> Result<(), ConfigErrors> {
        let mut state = self.lock();
        let read = self.read();
        state.watching.has_seen(&read);
        self.take(&mut state, read)
    }

    /// Looks at the file as the watch does.
    fn look(&self) {
        let mut state = self.lock();
        let read = self.read();
        if state.watching.look(&read) == Look::Changed {
            let _said = self.take(&mut state, read);
        }
    }

    /// Lays a content of the file over the code, or says what is wrong with it.
    fn take(&self, state: &mut State, read: std::io::Result<String>) -> Result<(), ConfigErrors> {
        let source: Arc<str> = self.path.display().to_string().into();
        let loaded = RetrySettings::of_source(&source, read).and_then(|settings| settings.apply());
        match &loaded {
            Ok(()) => trace::settings_loaded(&source),
            Err(errors) => trace::settings_broken(&source, errors),
        }
        state.errors = loaded.as_ref().err().cloned();
        loaded
    }
}

impl Watch {
    fn start(file: Arc<File>, interval: Duration) -> Self {
        let (stop, stopped) = channel::<()>();
        let watch = move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(interval) {
                file.look();
            }
        };
        let thread = std::thread::Builder::new().name("retry-settings".to_owned()).spawn(watch);
        let thread = thread.expect("the operating system has no thread for the watch");
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
