//! Dead letters in memory: for tests, and for a process that looks after its own.
//!
//! It holds so many and no more. A letter that it has no place for is refused, and its call says so:
//! to drop the oldest would lose, in silence, the very thing that the letters are there to keep.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::seams::dead_letter::{DeadLetter, DeadLetterSink, Storing};
use crate::values::letter_fate::SinkError;

/// Dead letters in memory, up to a number. Clones share them. They are gone with the process.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use std::io;
/// use retry_core::{MemoryDeadLetters, Retry, RetryPolicy};
///
/// let letters = MemoryDeadLetters::new(1000);
/// let retry = Retry::new(RetryPolicy::new().with_max_attempts(1)).with_dead_letters(letters.clone());
///
/// let send = async || Err::<(), _>(io::Error::from(io::ErrorKind::ConnectionReset));
/// retry.run_with_payload(|| b"order 17".to_vec(), send).await.unwrap_err();
/// for letter in letters.drain() {
///     assert_eq!(letter.payload(), b"order 17");
/// }
/// assert!(letters.is_empty());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MemoryDeadLetters {
    capacity: usize,
    letters: Arc<Mutex<VecDeque<DeadLetter>>>,
}

impl MemoryDeadLetters {
    /// Holds up to `capacity` letters; with zero it refuses every one.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { capacity, letters: Arc::default() }
    }

    /// How many it holds at most.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// A copy of what it holds, from the oldest on.
    #[must_use]
    pub fn snapshot(&self) -> Vec<DeadLetter> {
        self.lock().iter().cloned().collect()
    }

    /// Takes out all that it holds, from the oldest on. Each letter is handed to one caller.
    #[must_use = "the letters are in no other place"]
    pub fn drain(&self) -> Vec<DeadLetter> {
        self.lock().drain(..).collect()
    }

    fn put(&self, letter: DeadLetter) -> Result<(), SinkError> {
        let mut letters = self.lock();
        if letters.len() >= self.capacity {
            return Err(SinkError::transient(Full(self.capacity)));
        }
        letters.push_back(letter);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<DeadLetter>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A letter that is refused is a transient failure: there is place again after
/// [`drain`](MemoryDeadLetters::drain).
impl DeadLetterSink for MemoryDeadLetters {
    fn store(&self, letter: DeadLetter) -> Storing<'_> {
        Box::pin(async move { self.put(letter) })
    }
}

#[derive(Debug)]
struct Full(usize);

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is place for {} letters, and that many are there", self.0)
    }
}

impl Error for Full {}
