//! An observer behind a queue, with a thread of its own.
//!
//! An observer is called by whoever makes a call, so one that writes to a file or to the network
//! would hold calls up. Behind the queue it may take its time. The queue has a bound, since an
//! observer that is always slower than the calls would otherwise fill the memory; and it is the
//! newest event that goes where there is no room, or each event would be written twice to be dropped.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use crate::seams::observe::Observer;
use crate::values::event::Event;
use crate::values::event_record::EventRecord;

/// An observer that is told by a thread of its own, so that no call waits for it.
///
/// An event that finds the queue full is dropped and [counted](Self::dropped). A panic of the observer
/// is caught, and it is told the next event. Dropping this tells the observer what is in the queue,
/// however long that takes, and ends the thread; where [`Observation::forever`] keeps it, the end of
/// the process takes what is in the queue. Keep an [`Arc`] of it, as below: a call that is told
/// something while the observation goes would otherwise be the last to have it, and wait.
///
/// [`Observation::forever`]: crate::Observation::forever
///
/// ```
/// use std::sync::Arc;
/// use retry_core::{Event, Observer, Queued, observe};
///
/// #[derive(Debug)]
/// struct Audit;
///
/// impl Observer for Audit {
///     fn observe(&self, event: &Event<'_>) {
///         // Takes its time, with a file or a connection.
/// #       let _ = event;
///     }
/// }
///
/// let audit = Arc::new(Queued::new(Audit, 1024));
/// let observation = observe(Arc::clone(&audit));
/// // … and at the end:
/// drop(observation);
/// assert_eq!(audit.dropped(), 0);
/// ```
pub struct Queued {
    queue: Option<Sender<EventRecord>>,
    shared: Arc<Shared>,
    capacity: usize,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    /// How many places are taken, by events in the queue and by those that are being written.
    taken: AtomicUsize,
    dropped: AtomicU64,
}

impl Queued {
    /// `observer` behind a queue of at most `capacity` events; with zero it is told none, and all are
    /// counted as dropped.
    ///
    /// # Panics
    ///
    /// When the operating system has no thread for it.
    #[must_use]
    pub fn new(observer: impl Observer + 'static, capacity: usize) -> Self {
        let (sender, receiver) = mpsc::channel();
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let thread = thread::Builder::new().name("retry-observer".into());
        let thread = thread
            .spawn(move || tell_all(&receiver, &observer, &of_thread))
            .expect("the operating system has a thread for the observer");
        Self { queue: Some(sender), shared, capacity, thread: Some(thread) }
    }

    /// How many events found no room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.shared.dropped.load(Ordering::Relaxed)
    }

    /// How many events the queue holds at most.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }
}

impl Observer for Queued {
    fn observe(&self, event: &Event<'_>) {
        let Some(place) = Place::taken(&self.shared, self.capacity) else { return };
        // An error of the user's is displayed here, which may panic.
        let record = EventRecord::of(event);
        if self.queue.as_ref().is_some_and(|queue| queue.send(record).is_ok()) {
            place.keep();
        }
    }
}

/// A place in the queue: given back, and its event counted as dropped, where no event gets into it.
struct Place<'a>(Option<&'a Shared>);

impl<'a> Place<'a> {
    fn taken(shared: &'a Shared, capacity: usize) -> Option<Self> {
        let one_more = |taken| (taken < capacity).then(|| taken + 1);
        let taken = shared.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        if taken.is_err() {
            shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
        taken.is_ok().then(|| Self(Some(shared)))
    }

    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(shared) = self.0 {
            shared.taken.fetch_sub(1, Ordering::Relaxed);
            shared.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Tells the observer what comes out of the queue, until nobody can put anything in.
fn tell_all(queue: &Receiver<EventRecord>, observer: &dyn Observer, shared: &Shared) {
    for record in queue {
        shared.taken.fetch_sub(1, Ordering::Relaxed);
        // What it panics with is in the panic hook's hands.
        let _panicked = catch_unwind(AssertUnwindSafe(|| observer.observe(&record.event())));
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.queue = None;
        let Some(thread) = self.thread.take() else { return };
        // An observer that holds itself is dropped by its own thread, which cannot wait for its end.
        if thread.thread().id() != thread::current().id() {
            let _panicked = thread.join();
        }
    }
}

impl fmt::Debug for Queued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queued")
            .field("capacity", &self.capacity)
            .field("dropped", &self.dropped())
            .finish_non_exhaustive()
    }
}
