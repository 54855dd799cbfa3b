//! A thread that publishes.

use std::fmt;
use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::adapters::metrics::MetricsReporter;
use crate::values::limit_error::{LimitError, LimitField};

/// The shortest and the longest interval, in seconds.
const INTERVALS: (u64, u64) = (1, 24 * 60 * 60);

/// Publishes for as long as this is kept; see [`MetricsReporter::every`].
///
/// Dropping it waits until what is there has been published a last time.
#[must_use = "nothing more is published once this is dropped"]
pub struct Publishing {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Publishing {
    pub(super) fn start(reporter: MetricsReporter, interval: Duration) -> io::Result<Self> {
        LimitError::seconds(LimitField::Interval, interval, INTERVALS)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let (stop, stopped) = channel::<()>();
        let publish = move || {
            reporter.publish();
            while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(interval) {
                reporter.publish();
            }
            reporter.publish();
        };
        let thread = Builder::new().name("retry-metrics".to_owned()).spawn(publish)?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Publishing {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // What it panicked with is in the panic hook's hands.
            let _panicked = thread.join();
        }
    }
}

impl fmt::Debug for Publishing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Publishing")
    }
}
