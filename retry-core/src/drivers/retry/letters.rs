//! Dead letters: what is left behind of a call that was given up.
//!
//! They stand at the edge of a handle, after the loop has ended. They need what was to be done, which
//! the loop never sees; writing one is waited for; and where that fails, the caller is told.

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::SystemTime;

use crate::drivers::observing::{self, Listening};
use crate::drivers::retry::Retry;
use crate::drivers::trace;
use crate::machines::tally::Counting;
use crate::seams::classify::Classifier;
use crate::seams::dead_letter::{DeadLetter, DeadLetterSink};
use crate::values::error::RetryError;
use crate::values::event::{Event, Text};
use crate::values::idempotency_key::IdempotencyKey;
use crate::values::letter_fate::LetterFate;
use crate::values::letter_preset::LetterPreset;
use crate::values::stop::StopReason;

/// What a handle does with calls that are given up.
#[derive(Clone, Debug, Default)]
pub(super) struct Letters {
    pub(super) sink: Option<Arc<dyn DeadLetterSink>>,
    /// Also those that no further attempt could have helped.
    pub(super) permanent: bool,
}

impl Letters {
    /// The sink, where a call that ended for `reason` has left work undone.
    fn sink_for(&self, reason: StopReason) -> Option<&dyn DeadLetterSink> {
        let wanted = match reason {
            StopReason::AttemptsExhausted
            | StopReason::DeadlineExceeded
            | StopReason::HintTooLong
            | StopReason::CircuitOpen
            | StopReason::Budget
            | StopReason::Throttled
            // The process goes, and the work would go with it.
            | StopReason::Shutdown => true,
            StopReason::NotRetryable => self.permanent,
            // Whoever ends a call knows what it was about.
            StopReason::Cancelled => false,
        };
        self.sink.as_deref().filter(|_| wanted)
    }
}

/// # Dead letters
///
/// What was to be done by a call that is given up, kept for later.
impl<C> Retry<C> {
    /// With this sink for the dead letters of [`run_with_payload`](Self::run_with_payload), in place
    /// of one given before. A sink that is shared is given as a clone or an `Arc`.
    ///
    /// The other calls of the handle do not know what they are about, and write none.
    #[must_use]
    pub fn with_dead_letters(mut self, sink: impl DeadLetterSink + 'static) -> Self {
        self.letters.sink = Some(Arc::new(sink));
        self
    }

    /// With dead letters also for failures that no further attempt can help
    /// ([`StopReason::NotRetryable`]): an order that the other side refuses, to be looked at by a
    /// person. Whichever comes first, this or the sink.
    #[must_use]
    pub fn with_permanent_dead_letters(mut self) -> Self {
        self.letters.permanent = true;
        self
    }

    /// [`run`](Self::run), and where it is given up, a dead letter with what `payload` says of the
    /// work that is left undone.
    ///
    /// | the call ends with | letter |
    /// |---|---|
    /// | a success | none |
    /// | `AttemptsExhausted`, `DeadlineExceeded`, `HintTooLong`, `CircuitOpen`, `Budget`, `Throttled`, `Shutdown` | one |
    /// | `NotRetryable` | one [where asked for](Self::with_permanent_dead_letters) |
    /// | `Cancelled` | none |
    ///
    /// `payload` is called only when a letter is written, and only where the handle has a
    /// [sink](Self::with_dead_letters). The call waits for the sink: with no limit of time (the
    /// call's own has often just run out), before no gate, and it asks once.
    ///
    /// Where handles are nested, letters belong to the outermost one. An inner one would write one
    /// for each attempt of the outer, also where that succeeds in the end.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// use std::io;
    /// use retry_core::{LetterFate, MemoryDeadLetters, RetryError, Retry, RetryPolicy};
    ///
    /// # async fn send(_: &str) -> io::Result<()> { Err(io::ErrorKind::ConnectionReset.into()) }
    /// async fn order(retry: &Retry, text: &str) -> Result<(), RetryError<io::Error>> {
    ///     retry.run_with_payload(|| text.into(), || send(text)).await
    /// }
    ///
    /// let letters = MemoryDeadLetters::new(1000);
    /// let retry = Retry::new(RetryPolicy::new().with_max_attempts(1)).with_dead_letters(letters);
    /// let error = order(&retry, "17 lamps").await.unwrap_err();
    /// assert_eq!(error.dead_letter(), Some(&LetterFate::Stored));
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run), whatever the sink does: what became of the letter is told by
    /// [`RetryError::dead_letter`].
    ///
    /// # Cancel safety
    ///
    /// As [`run`](Self::run); a call that is dropped writes no letter. One that is dropped while its
    /// letter is being stored has none that can be relied on. A cancellation token does not end the
    /// storing.
    ///
    /// # Panics
    ///
    /// A panic in `operation` is a failure and propagates, without a letter; one in `payload` or in
    /// the sink propagates.
    pub async fn run_with_payload<T, E, F, Fut, P>(
        &self,
        payload: P,
        operation: F,
    ) -> Result<T, RetryError<E>>
    where
        C: Classifier<E>,
        E: Display,
        F: FnMut() -> Fut,
        Fut: Future<Output = Result<T, E>>,
        P: FnOnce() -> Vec<u8>,
    {
        let mut attempts = self.attempts();
        let result = attempts.drive(operation).await;
        let key = attempts.idempotency_key();
        drop(attempts);
        let error = match result {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let Some(sink) = self.letters.sink_for(error.reason()) else { return Err(error) };
        let letter = self.letter(&error, key, payload());
        let fate = match sink.store(letter).await {
            Ok(()) => LetterFate::Stored,
            Err(error) => LetterFate::Failed(error),
        };
        trace::dead_letter(self.labels(), error.stopped(), &fate);
        self.tell_letter(&fate);
        Err(error.with_dead_letter(fate))
    }

    fn tell_letter(&self, fate: &LetterFate) {
        let (listening, own) = self.listening();
        if !listening.is_nobody() {
            let failed = match fate {
                LetterFate::Failed(error) => Some(Text::of(error.cause())),
                LetterFate::Stored => None,
            };
            let event = Event::DeadLetter { labels: self.labels(), failed };
            if listening.has(Listening::COUNTS) {
                self.counted().tally(&self.labels()).count(&event, Counting::default());
            }
            if listening.has(Listening::OBSERVERS) {
                observing::tell(own, &event);
            }
        }
    }

    fn letter<E: Display>(
        &self,
        error: &RetryError<E>,
        key: Option<IdempotencyKey>,
        payload: Vec<u8>,
    ) -> DeadLetter {
        let mut letter = DeadLetter::about(error.stopped(), SystemTime::now(), payload);
        let labels = self.labels();
        letter.name = labels.name.map(Arc::from);
        letter.service = labels.service.map(Arc::from);
        letter.key = key;
        letter.error = error.last_error().map(E::to_string);
        letter
    }
}

impl LetterPreset {
    /// A handle with the gates of the preset, as [`Retry::from_preset`] makes it, and with this sink
    /// for its dead letters. They are written by [`Retry::run_with_payload`].
    #[must_use]
    pub fn with_sink(self, sink: impl DeadLetterSink + 'static) -> Retry {
        Retry::from_preset(self.without_dead_letters()).with_dead_letters(sink)
    }
}
