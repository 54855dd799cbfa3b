//! A file of settings that changes while the program runs: real files, and a thread that looks.

#![cfg(feature = "macros")]

mod recorder;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use recorder::{Recorder, Said};
use retry_core::{
    BreakerPolicy, CircuitBreaker, LiveSettings, ManualClock, Retry, RetryPolicy, RetryRegistry,
    RetrySettings,
};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// Hears the thread of the watch as well.
static SAID: LazyLock<Recorder> = LazyLock::new(|| {
    let recorder = Recorder::default();
    let layer = recorder.clone().with_filter(LevelFilter::INFO);
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer)).unwrap();
    recorder
});

/// A folder with a file of settings. Settings are those of the process: one test at a time, and the
/// next begins without any.
struct Folder {
    path: PathBuf,
    _alone: MutexGuard<'static, ()>,
}

impl Folder {
    fn new(name: &str) -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        RetrySettings::default().apply().unwrap();
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("live_file_{name}"));
        let _none = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        SAID.said();
        Self { path, _alone: alone }
    }

    fn file(&self) -> PathBuf {
        self.path.join("retry.toml")
    }

    /// Puts a content in place at once, as one who knows how does it.
    fn put(&self, content: impl AsRef<[u8]>) {
        let fresh = self.path.join("retry.toml.new");
        std::fs::write(&fresh, content).unwrap();
        std::fs::rename(fresh, self.file()).unwrap();
    }

    /// Settings that are in force, and looked at all the time.
    fn watched(&self, attempts: u32) -> LiveSettings {
        self.put(say(attempts));
        let settings = LiveSettings::load(self.file()).unwrap();
        assert_eq!(in_force(), attempts);
        settings.watched_every(Duration::from_millis(5))
    }
}

fn say(attempts: u32) -> String {
    format!("[operation.\"live::file\"]\nmax_attempts = {attempts}\n")
}

/// How many attempts a call makes now.
fn in_force() -> u32 {
    let retry = RetryRegistry::process().get_or_insert_with("live::file", || {
        Retry::new(RetryPolicy::new()).without_budget().with_clock(ManualClock::new())
    });
    let refused = || Err::<(), _>(io::Error::from(io::ErrorKind::ConnectionRefused));
    retry.run_blocking(refused).unwrap_err().attempts()
}

#[track_caller]
fn wait_for(mut there: impl FnMut() -> bool) {
    let limit = Instant::now() + Duration::from_secs(30);
    while !there() {
        assert!(Instant::now() < limit, "it never came");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Until the watch has looked so often that it has taken whatever is there.
fn let_it_look() {
    thread::sleep(Duration::from_millis(60));
}

/// What was said of settings since the last time.
fn told() -> Vec<Said> {
    let mut said = SAID.said();
    said.retain(|said| said.message.starts_with("settings"));
    said
}

#[test]
fn a_file_is_loaded_at_the_start() {
    let folder = Folder::new("start");
    folder.put(say(5));
    let settings = LiveSettings::load(folder.file()).unwrap();
    assert_eq!(in_force(), 5);
    assert_eq!(settings.path(), folder.file());
    assert_eq!(settings.errors(), None);
    let [said] = &told()[..] else { panic!("one event") };
    assert_eq!(said.message, "settings loaded");
    assert_eq!(said.field("file"), folder.file().to_str());
}

#[test]
fn a_file_that_is_missing_is_an_error_with_its_path() {
    let folder = Folder::new("missing");
    let error = LiveSettings::watch(folder.file()).unwrap_err().to_string();
    assert!(error.contains(folder.file().to_str().unwrap()), "{error}");
    assert!(error.contains("cannot be read"), "{error}");
}

#[test]
fn a_file_of_another_format_is_told_by_its_name() {
    let folder = Folder::new("format");
    let path = folder.path.join("retry.json");
    std::fs::write(&path, "{}").unwrap();
    let error = LiveSettings::load(path).unwrap_err().to_string();
    assert!(error.contains("no TOML by its name"), "{error}");
}

#[test]
fn a_change_takes_effect() {
    let folder = Folder::new("change");
    let settings = folder.watched(4);
    told();
    std::fs::write(folder.file(), say(6)).unwrap();
    wait_for(|| in_force() == 6);
    wait_for(|| told().len() == 1);
    assert_eq!(settings.errors(), None);
}

#[test]
fn a_file_without_a_watch_is_loaded_when_one_asks() {
    let folder = Folder::new("asked");
    folder.put(say(4));
    let settings = LiveSettings::load(folder.file()).unwrap();
    folder.put(say(6));
    let_it_look();
    assert_eq!(in_force(), 4);
    settings.reload().unwrap();
    assert_eq!(in_force(), 6);
    folder.put("[defaults]\nmax_attempts = 0");
    assert_eq!(settings.reload().unwrap_err(), settings.errors().unwrap());
    assert_eq!(in_force(), 6);
}

#[test]
fn a_broken_file_changes_nothing_and_is_told_once() {
    let folder = Folder::new("broken");
    let settings = folder.watched(4);
    told();
    folder.put("[defaults]\nmax_attempts = 7\nmax_atempts = 8\n");
    wait_for(|| settings.errors().is_some());
    let_it_look();
    assert_eq!(in_force(), 4);
    let error = settings.errors().unwrap().to_string();
    let path = folder.file().display().to_string();
    assert!(error.starts_with(&format!("{path}: line 3, column 1: defaults.max_atempts")));
    assert!(error.contains("did you mean `max_attempts`?"), "{error}");
    let [said] = &told()[..] else { panic!("exactly one event") };
    assert_eq!(said.level, tracing::Level::ERROR);
    assert_eq!(said.message, "settings are broken: those before them hold");
    assert_eq!(said.field("errors"), Some(&*error));
}

#[test]
fn a_file_that_contradicts_the_code_changes_nothing() {
    let folder = Folder::new("contradicts");
    let settings = folder.watched(4);
    // Longer than the longest delay, which only the code says.
    folder.put(format!("{}initial_delay = \"1h\"\n", say(7)));
    wait_for(|| settings.errors().is_some());
    assert_eq!(in_force(), 4);
    let error = settings.errors().unwrap().to_string();
    assert!(error.contains("live::file") && error.contains("line 3"), "{error}");
}

#[test]
fn a_file_that_was_repaired_is_in_force_again() {
    let folder = Folder::new("repaired");
    let settings = folder.watched(4);
    folder.put("[defaults");
    wait_for(|| settings.errors().is_some());
    folder.put(say(5));
    wait_for(|| settings.errors().is_none());
    assert_eq!(in_force(), 5);
}

#[test]
fn a_file_that_is_back_as_it_was_before_the_mistake_is_in_force_without_one() {
    let folder = Folder::new("back");
    let settings = folder.watched(4);
    folder.put("[defaults");
    wait_for(|| settings.errors().is_some());
    folder.put(say(4));
    wait_for(|| settings.errors().is_none());
    assert_eq!(in_force(), 4);
}

#[test]
fn a_file_that_is_still_being_written_is_not_taken() {
    const INTERVAL: Duration = Duration::from_millis(100);
    let folder = Folder::new("writing");
    let _settings = folder.watched(4).watched_every(INTERVAL);
    let (begun, mut last, mut longest) = (Instant::now(), Instant::now(), Duration::ZERO);
    for line in 0.. {
        std::fs::write(folder.file(), format!("{}# line {line}\n", say(7))).unwrap();
        longest = longest.max(last.elapsed());
        last = Instant::now();
        // Whoever pauses for so long is taken for one who is done.
        if begun.elapsed() > INTERVAL * 4 || longest > INTERVAL / 2 {
            break;
        }
        assert_eq!(in_force(), 4);
        thread::sleep(Duration::from_millis(5));
    }
    wait_for(|| in_force() == 7);
}

#[test]
fn bytes_that_are_no_text_are_broken_there() {
    let folder = Folder::new("latin");
    let settings = folder.watched(4);
    folder.put(b"[operation.\"live::file\"]\n# caf\xe9\nmax_attempts = 6\n");
    wait_for(|| settings.errors().is_some());
    let error = settings.errors().unwrap().to_string();
    assert!(error.contains("line 2 is no UTF-8"), "{error}");
    assert_eq!(in_force(), 4);
}

#[test]
fn a_file_that_was_deleted_changes_nothing_until_it_is_back() {
    let folder = Folder::new("deleted");
    let settings = folder.watched(4);
    told();
    std::fs::remove_file(folder.file()).unwrap();
    wait_for(|| settings.errors().is_some());
    let_it_look();
    assert_eq!(told().len(), 1);
    assert!(settings.errors().unwrap().to_string().contains("cannot be read"));
    assert_eq!(in_force(), 4);
    folder.put(say(5));
    wait_for(|| in_force() == 5);
    assert_eq!(settings.errors(), None);
}

/// As Kubernetes mounts a `ConfigMap`: the file is a link into a folder that is a link itself.
#[cfg(unix)]
#[test]
fn a_link_that_points_elsewhere_is_a_change() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new("link");
    let at = |name: &str| folder.path.join(name);
    for (name, attempts) in [("one", 4), ("other", 6)] {
        std::fs::create_dir(at(name)).unwrap();
        std::fs::write(at(name).join("retry.toml"), say(attempts)).unwrap();
    }
    symlink("one", at("data")).unwrap();
    symlink("data/retry.toml", folder.file()).unwrap();
    let _settings =
        LiveSettings::load(folder.file()).unwrap().watched_every(Duration::from_millis(5));
    assert_eq!(in_force(), 4);
    symlink("other", at("fresh")).unwrap();
    std::fs::rename(at("fresh"), at("data")).unwrap();
    wait_for(|| in_force() == 6);
}

#[test]
fn dropping_it_ends_the_watch_and_keeps_the_settings() {
    let folder = Folder::new("dropped");
    let settings = folder.watched(4);
    wait_for(|| watches() == Some(1) || watches().is_none());
    drop(settings);
    assert!(matches!(watches(), Some(0) | None), "its thread has ended");
    folder.put(say(6));
    let_it_look();
    assert_eq!(in_force(), 4);
}

/// How many threads watch, where the system says so.
fn watches() -> Option<usize> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let name = |task: io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(task.ok()?.path().join("comm")).ok()
    };
    Some(tasks.filter_map(name).filter(|name| name.trim() == "retry-settings").count())
}

static SETTINGS: OnceLock<LiveSettings> = OnceLock::new();

/// Looks at everything when it hears of settings, as one that reports the health of a process may.
struct Looks(Arc<AtomicU32>);

impl<S: tracing::Subscriber> Layer<S> for Looks {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "retry_core" {
            let registry = RetryRegistry::process();
            drop((registry.operations(), SETTINGS.get().map(LiveSettings::errors)));
            let name = format!("live::listener{}", self.0.fetch_add(1, Ordering::Relaxed));
            registry.get_or_insert_with(&name, || Retry::new(RetryPolicy::new()));
        }
    }
}

#[test]
fn who_hears_of_settings_may_look_at_everything() {
    let folder = Folder::new("listener");
    folder.put(say(4));
    let settings = LiveSettings::load(folder.file()).unwrap();
    let settings = SETTINGS.get_or_init(|| settings);
    RetryRegistry::process().get_or_insert_with("live::noted", || {
        Retry::new(RetryPolicy::new())
            .with_circuit_breaker(CircuitBreaker::new(BreakerPolicy::new()))
    });
    let noted = "[operation.\"live::noted\"]\ncircuit_breaker = { open_for = \"7s\" }";
    let heard = Arc::new(AtomicU32::new(0));
    let subscriber = tracing_subscriber::registry().with(Looks(Arc::clone(&heard)));
    tracing::subscriber::with_default(subscriber, || {
        folder.put(format!("{}{noted}", say(5)));
        settings.reload().unwrap();
        folder.put("[defaults");
        settings.reload().unwrap_err();
    });
    assert_eq!(in_force(), 5);
    assert_eq!(heard.load(Ordering::Relaxed), 3, "a setting without effect, loaded, broken");
}
