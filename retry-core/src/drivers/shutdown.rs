//! The end of the process's retries, and the waits that it wakes.
//!
//! A wait is entered here when it first has to wait and taken out when it is dropped, so that a
//! shutdown finds all of them and a process that never shuts down keeps none. Its key is the place
//! in memory where it is pinned: no other wait can be there while it lives, which no number of a
//! call could promise where two handles have the same seed, and its future has nothing to keep for
//! it. Whoever enters looks at the flag afterwards; whoever shuts down sets the flag first: one of
//! the two sees the other.

use std::collections::BTreeMap;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

/// The longest wait that is not worth an entry: it ends by itself, and then sees the flag.
const BRIEF: Duration = Duration::from_millis(10);

/// A power of two, so that the top bits of a hash choose one.
const SHARDS: usize = 64;

static SHUT_DOWN: AtomicBool = AtomicBool::new(false);

static WAITS: [Mutex<BTreeMap<usize, Waker>>; SHARDS] =
    [const { Mutex::new(BTreeMap::new()) }; SHARDS];

/// Where threads sleep between two attempts. They do not park: that could take an unpark that the
/// thread's owner is waiting for.
static BED: Mutex<()> = Mutex::new(());
static ALARM: Condvar = Condvar::new();

/// Ends the retries of the whole process, for good: call it when the process is about to go.
///
/// From here on no call makes another attempt. A call that waits, for its next attempt or at a gate,
/// ends at once with its last error and the reason
/// [`StopReason::Shutdown`](crate::StopReason::Shutdown); one that has no error yet ends without. An
/// attempt that runs is not cut, and its failure is the last. A call that begins later makes one
/// attempt, and is refused where a gate would hold it.
///
/// It may be called from any task or thread, and again: then it changes nothing. It wakes those who
/// wait before it returns, and does not wait for them to end.
pub fn shutdown() {
    SHUT_DOWN.store(true, Ordering::SeqCst);
    for shard in &WAITS {
        let woken = mem::take(&mut *lock(shard));
        // A waker runs foreign code: after the lock.
        woken.into_values().for_each(Waker::wake);
    }
    drop(lock(&BED));
    ALARM.notify_all();
}

/// Whether [`shutdown`] was called in this process.
#[must_use]
pub fn is_shutdown() -> bool {
    SHUT_DOWN.load(Ordering::SeqCst)
}

/// Whether a wait that was found waiting, and will for this long at most, is to end now. If not, the
/// shutdown will wake it.
pub(crate) fn ends_wait(place: usize, left: Duration, waker: &Waker) -> bool {
    if left > BRIEF && !is_shutdown() {
        enter(place, waker.clone());
    }
    is_shutdown()
}

fn enter(place: usize, waker: Waker) {
    let before = lock(shard(place)).insert(place, waker);
    drop(before);
}

/// The wait at `place` is over, whether it was entered or not.
pub(crate) fn leave(place: usize) {
    let entered = lock(shard(place)).remove(&place);
    drop(entered);
}

/// Where something is pinned. It must not be `Unpin`, nor of no size.
pub(crate) fn place<T>(pinned: &T) -> usize {
    ptr::from_ref(pinned).addr()
}

/// The wait of a thread, which its own waker ends.
pub(crate) struct ThreadWait<'a>(&'a Waker);

impl<'a> ThreadWait<'a> {
    /// Enters a wait of at most `left`, where that is worth it; `waker` must be of this wait alone.
    /// The flag has to be looked at afterwards.
    pub(crate) fn of(waker: &'a Waker, left: Duration) -> Option<Self> {
        let wait = (left > BRIEF).then_some(Self(waker))?;
        enter(wait.place(), waker.clone());
        Some(wait)
    }

    /// What the waker holds is in memory for as long as the waker lives.
    fn place(&self) -> usize {
        self.0.data().addr()
    }
}

impl Drop for ThreadWait<'_> {
    fn drop(&mut self) {
        leave(self.place());
    }
}

/// Blocks the thread for `delay`, or until the shutdown.
pub(crate) fn sleep(delay: Duration) {
    if delay <= BRIEF {
        std::thread::sleep(delay);
        return;
    }
    let woken = ALARM.wait_timeout_while(lock(&BED), delay, |()| !is_shutdown());
    drop(woken.unwrap_or_else(PoisonError::into_inner));
}

fn shard(place: usize) -> &'static Mutex<BTreeMap<usize, Waker>> {
    // Places are multiples of eight, and those of one sort of task multiples of its size.
    let hash = (place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    &WAITS[usize::try_from(hash >> (64 - SHARDS.ilog2())).unwrap_or_default()]
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::sync::Arc;
    use std::task::{Context, Wake};

    use super::*;
    use crate::drivers::pause::Pause;

    // Nobody shuts down in this process, which runs the other unit tests too.

    struct Idle;

    impl Wake for Idle {
        fn wake(self: Arc<Self>) {}
    }

    fn is_entered(place: usize) -> bool {
        lock(shard(place)).contains_key(&place)
    }

    fn poll(pause: Pin<&mut Pause>, waker: &Waker) -> bool {
        pause.poll(&mut Context::from_waker(waker)).is_ready()
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_is_entered_when_it_first_waits_and_gone_when_it_is_dropped() {
        let mut pause = Box::pin(Pause::new(Duration::from_secs(1)));
        let place = place(&*pause);
        assert!(!is_entered(place));
        assert!(!poll(pause.as_mut(), Waker::noop()));
        assert!(is_entered(place));
        drop(pause);
        assert!(!is_entered(place));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_has_ended_is_gone() {
        let mut pause = Box::pin(Pause::new(Duration::from_secs(1)));
        let place = place(&*pause);
        assert!(!poll(pause.as_mut(), Waker::noop()));
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(poll(pause.as_mut(), Waker::noop()));
        drop(pause);
        assert!(!is_entered(place));
    }

    #[tokio::test(start_paused = true)]
    async fn a_brief_wait_is_not_entered() {
        for delay in [Duration::ZERO, BRIEF] {
            let mut pause = Box::pin(Pause::new(delay));
            let place = place(&*pause);
            poll(pause.as_mut(), Waker::noop());
            assert!(!is_entered(place), "{delay:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_waker_that_changes_is_replaced() {
        let [first, second] = [Arc::new(Idle), Arc::new(Idle)];
        let mut pause = Box::pin(Pause::new(Duration::from_secs(1)));
        assert!(!poll(pause.as_mut(), &Waker::from(Arc::clone(&first))));
        assert!(!poll(pause.as_mut(), &Waker::from(Arc::clone(&second))));
        assert_eq!(Arc::strong_count(&first), 1);
        let place = place(&*pause);
        assert!(lock(shard(place))[&place].will_wake(&Waker::from(second)));
    }

    #[test]
    fn a_thread_is_gone_when_its_wait_is_over() {
        let waker = Waker::from(Arc::new(Idle));
        let place = waker.data().addr();
        let wait = ThreadWait::of(&waker, Duration::from_secs(1));
        assert!(is_entered(place));
        drop(wait);
        assert!(!is_entered(place));
    }

    #[test]
    fn waits_spread_over_the_shards() {
        let used = |size: usize| {
            let shards = (0..1_000).map(|task| ptr::from_ref(shard(0x7f00_0000 + task * size)));
            shards.collect::<std::collections::HashSet<_>>().len()
        };
        for size in [8, 64, 512, 640, 4_096] {
            assert!(used(size) > SHARDS / 2, "tasks of {size} bytes: {}", used(size));
        }
    }
}
