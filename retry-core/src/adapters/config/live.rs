//! Settings that hold while the program runs: laid over its code, and again when their file changes.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::adapters::config::error::ConfigErrors;
use crate::adapters::config::settings::{RetrySettings, bytes_of};
use crate::adapters::config::watching::{Look, Watching};
use crate::drivers::observing;
use crate::drivers::trace;
use crate::values::event::{Event, Text};

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
///
/// What holds over what, what is kept, and what settings cannot do: see
/// [the registry](crate::RetryRegistry#settings-in-a-file).
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
    /// Held while the file is read and laid over the code.
    watching: Mutex<Watching>,
    /// Apart, so that whoever hears an event can ask for them.
    errors: Mutex<Option<ConfigErrors>>,
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
        let (path, watching) = (path.as_ref().to_owned(), Mutex::new(Watching::new()));
        let file = File { path, watching, errors: Mutex::new(None) };
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
        locked(&self.file.errors).clone()
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file.path
    }
}

impl File {
    fn reload(&self) -> Result<(), ConfigErrors> {
        let mut watching = locked(&self.watching);
        let read = bytes_of(&self.path);
        watching.has_seen(&read);
        self.take(read)
    }

    /// Looks at the file as the watch does.
    fn look(&self) {
        let mut watching = locked(&self.watching);
        let read = bytes_of(&self.path);
        if watching.look(&read) == Look::Changed {
            let _said = self.take(read);
        }
    }

    /// Lays a content of the file over the code, or says what is wrong with it.
    fn take(&self, read: io::Result<Vec<u8>>) -> Result<(), ConfigErrors> {
        let source: Arc<str> = self.path.display().to_string().into();
        let loaded = RetrySettings::of_source(&source, read).and_then(|settings| settings.apply());
        *locked(&self.errors) = loaded.as_ref().err().cloned();
        match &loaded {
            Ok(()) => trace::settings_loaded(&source),
            Err(errors) => trace::settings_broken(&source, errors),
        }
        let failed = loaded.as_ref().err().map(|errors| Text::of(errors));
        observing::tell_all(&Event::SettingsLoaded { source: &source, failed });
        loaded
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch {
    fn start(file: Arc<File>, interval: Duration) -> Self {
        let (stop, stopped) = channel::<()>();
        let watch = move || {
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(interval) {
                file.look();
            }
        };
        let thread = thread::Builder::new().name("retry-settings".to_owned()).spawn(watch);
        let thread = thread.expect("the operating system has no thread for the watch");
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        drop(self.stop.take());
        let thread = self.thread.take();
        // Who hears an event may be the last to have it, and is on this thread.
        if let Some(thread) = thread.filter(|watch| watch.thread().id() != thread::current().id()) {
            let _panicked = thread.join();
        }
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
