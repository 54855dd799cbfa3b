//! What is left behind of a call that is given up: when, with what in it, and what a sink that fails
//! does to the call.

use std::future::{pending, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use retry_core::{
    Admission, Attempt, BreakerPolicy, BudgetPolicy, CancellationToken, CircuitBreaker, Classifier,
    DeadLetter, DeadLetterSink, ErrorKind, Gate, IdempotencyKey, Jitter, LetterFate,
    MemoryDeadLetters, OnOpen, Outcome, Pass, Refusal, Request, Retry, RetryBudget, RetryError,
    RetryPolicy, RetryRegistry, Settlement, SinkError, StopReason, Storing, Verdict, presets,
};

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);
const ONCE: RetryPolicy = POLICY.with_max_attempts(1);

fn handle(policy: RetryPolicy) -> Retry {
    Retry::new(policy).without_budget()
}

/// An attempt that fails in this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Failed(Verdict);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("out of order")
    }
}

impl retry_core::Classify for Failed {
    fn classify(&self) -> Verdict {
        self.0
    }
}

const DOWN: Failed = Failed(Verdict::Retry(ErrorKind::Network));
const WRONG: Failed = Failed(Verdict::Stop(ErrorKind::Client));
const BUSY: Failed = Failed(Verdict::RetryAfter(ErrorKind::RateLimit, Duration::MAX));

/// How a call ends whose attempts fail with `error`, and what it has left in `letters`.
async fn give_up(
    retry: &Retry<impl Classifier<Failed>>,
    letters: &MemoryDeadLetters,
    error: Failed,
) -> (RetryError<Failed>, Vec<DeadLetter>) {
    let operation = async || Err::<(), _>(error);
    let end = retry.run_with_payload(|| b"order 17".to_vec(), operation).await.unwrap_err();
    (end, letters.drain())
}

/// A gate that throttles all.
#[derive(Debug)]
struct Closed;

impl Gate for Closed {
    fn admit(&self, _: &Request<'_>) -> Admission {
        Admission::Refuse(Refusal::new(StopReason::Throttled))
    }

    fn settle(&self, _: Pass, _: &Settlement<'_>) {}
}

/// Handles whose calls end for each reason, and the error of their attempts.
fn every_end() -> Vec<(StopReason, Retry, Failed)> {
    let breaker = CircuitBreaker::new(BreakerPolicy::new().with_on_open(OnOpen::Refuse));
    breaker.force_open();
    let budget = RetryBudget::new(BudgetPolicy::grpc(2, 0.1));
    let hasty = POLICY.with_timeout(Duration::from_millis(50));
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    vec![
        (StopReason::AttemptsExhausted, handle(POLICY), DOWN),
        (StopReason::DeadlineExceeded, handle(hasty), DOWN),
        (StopReason::HintTooLong, handle(POLICY), BUSY),
        (StopReason::CircuitOpen, handle(POLICY).with_circuit_breaker(breaker), DOWN),
        (StopReason::Budget, Retry::new(POLICY).with_budget(budget), DOWN),
        (StopReason::Throttled, handle(POLICY).with_gate(Closed), DOWN),
        (StopReason::NotRetryable, handle(POLICY), WRONG),
        (StopReason::Cancelled, handle(POLICY).with_cancellation(cancelled), DOWN),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_end_with_work_left_undone_writes_one_letter() {
    let letters = MemoryDeadLetters::new(10);
    for (reason, retry, error) in every_end() {
        let retry = retry.with_dead_letters(letters.clone());
        let (end, stored) = give_up(&retry, &letters, error).await;
        assert_eq!(end.reason(), reason);
        let wanted = !matches!(reason, StopReason::NotRetryable | StopReason::Cancelled);
        assert_eq!(stored.len(), usize::from(wanted), "{reason:?}");
        assert_eq!(end.dead_letter(), wanted.then_some(&LetterFate::Stored), "{reason:?}");
        let said = stored.iter().map(DeadLetter::reason).collect::<Vec<_>>();
        assert!(said.iter().all(|said| *said == reason), "{said:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn permanent_failures_leave_letters_where_asked_for_and_cancellations_never() {
    let letters = MemoryDeadLetters::new(10);
    for (reason, retry, error) in every_end() {
        let before = retry.clone().with_permanent_dead_letters().with_dead_letters(letters.clone());
        let after = retry.with_dead_letters(letters.clone()).with_permanent_dead_letters();
        for retry in [before, after] {
            let (end, stored) = give_up(&retry, &letters, error).await;
            assert_eq!(end.reason(), reason);
            assert_eq!(stored.len(), usize::from(reason != StopReason::Cancelled), "{reason:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_letter_says_what_was_to_be_done_and_how_it_came_to_nothing() {
    let letters = MemoryDeadLetters::new(10);
    let retry = handle(POLICY)
        .with_name("orders::send")
        .with_service("orders")
        .with_dead_letters(letters.clone());
    let keys = Mutex::new(Vec::new());
    let noting = |error: &Failed, attempt: &Attempt| {
        keys.lock().unwrap().push(attempt.idempotency_key());
        error.0
    };
    let before = SystemTime::now();
    let (end, stored) = give_up(&retry.classify_with(noting), &letters, DOWN).await;
    let [letter] = &stored[..] else { panic!("{stored:?}") };
    assert_eq!((letter.name(), letter.service()), (Some("orders::send"), Some("orders")));
    assert_eq!(letter.reason(), StopReason::AttemptsExhausted);
    assert_eq!((letter.kind(), letter.attempts()), (Some(ErrorKind::Network), 3));
    assert_eq!((letter.elapsed(), end.elapsed()), (Duration::from_millis(300), letter.elapsed()));
    assert!((before..=SystemTime::now()).contains(&letter.at()));
    assert_eq!(letter.error(), Some("out of order"));
    assert_eq!(letter.payload(), b"order 17");
    let keys: Vec<Option<IdempotencyKey>> =
        keys.into_inner().unwrap().into_iter().map(Some).collect();
    assert_eq!(keys, [letter.idempotency_key(); 3]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_refused_at_once_leaves_a_letter_without_an_error() {
    let letters = MemoryDeadLetters::new(10);
    let retry = handle(POLICY).with_gate(Closed).with_dead_letters(letters.clone());
    let (end, stored) = give_up(&retry, &letters, DOWN).await;
    assert_eq!(end.last_error(), None);
    let [letter] = &stored[..] else { panic!("{stored:?}") };
    assert_eq!((letter.attempts(), letter.kind(), letter.error()), (0, None, None));
    assert_eq!(letter.idempotency_key(), None);
}

#[tokio::test(start_paused = true)]
async fn the_payload_is_made_for_a_letter_and_for_nothing_else() {
    let made = AtomicU32::new(0);
    let payload = || {
        made.fetch_add(1, Ordering::Relaxed);
        Vec::new()
    };
    let down = async || Err::<(), _>(DOWN);
    let wrong = async || Err::<(), _>(WRONG);
    let no_sink = handle(ONCE).with_permanent_dead_letters();
    let end = no_sink.run_with_payload(payload, down).await.unwrap_err();
    assert_eq!((end.dead_letter(), made.load(Ordering::Relaxed)), (None, 0));

    let retry = handle(ONCE).with_dead_letters(MemoryDeadLetters::new(10));
    retry.run_with_payload(payload, async || Ok::<_, Failed>(())).await.unwrap();
    retry.run_with_payload(payload, wrong).await.unwrap_err();
    retry.run(down).await.unwrap_err();
    assert_eq!(made.load(Ordering::Relaxed), 0);
    retry.run_with_payload(payload, down).await.unwrap_err();
    assert_eq!(made.load(Ordering::Relaxed), 1);
}

/// A sink that fails, or waits, and counts how often it is asked.
#[derive(Clone, Debug, Default)]
struct Broken {
    asked: Arc<AtomicU32>,
    hangs: bool,
}

impl DeadLetterSink for Broken {
    fn store(&self, _: DeadLetter) -> Storing<'_> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let held = Arc::clone(&self.asked);
        Box::pin(async move {
            if self.hangs {
                pending::<()>().await;
            }
            drop(held);
            Err(SinkError::permanent(io::Error::other("the disk is gone")))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_fails_is_seen_and_takes_no_error_away() {
    let sink = Broken::default();
    let retry = handle(POLICY).with_dead_letters(sink.clone());
    let (end, _) = give_up(&retry, &MemoryDeadLetters::new(0), DOWN).await;
    assert_eq!((end.reason(), end.attempts()), (StopReason::AttemptsExhausted, 3));
    assert_eq!(
        end.to_string(),
        "gave up after 3 attempts in 300ms: no attempts left; its dead letter is lost: the disk is gone"
    );
    let end = end.map(|failed| failed.to_string());
    let Some(LetterFate::Failed(error)) = end.dead_letter() else { panic!("{end:?}") };
    assert!(error.is_permanent());
    assert_eq!(error.cause().to_string(), "the disk is gone");
    assert_eq!(end.into_last_error().as_deref(), Some("out of order"));
    assert_eq!(sink.asked.load(Ordering::Relaxed), 1, "asked once");
}

#[tokio::test(start_paused = true)]
async fn neither_the_end_of_the_call_s_time_nor_its_token_cuts_the_storing() {
    #[derive(Debug)]
    struct Slow(MemoryDeadLetters, CancellationToken);

    impl DeadLetterSink for Slow {
        fn store(&self, letter: DeadLetter) -> Storing<'_> {
            Box::pin(async move {
                self.1.cancel();
                tokio::time::sleep(Duration::from_secs(3600)).await;
                self.0.store(letter).await
            })
        }
    }

    let (letters, token) = (MemoryDeadLetters::new(1), CancellationToken::new());
    let retry = handle(ONCE.with_timeout(Duration::from_secs(1)))
        .with_cancellation(token.clone())
        .with_dead_letters(Slow(letters.clone(), token.clone()));
    let (end, stored) = give_up(&retry, &letters, DOWN).await;
    assert!(token.is_cancelled());
    assert_eq!((end.reason(), stored.len()), (StopReason::AttemptsExhausted, 1));
    assert!(end.elapsed() < Duration::from_secs(1), "the storing is not part of it");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_while_it_stores_drops_the_storing() {
    let sink = Broken { hangs: true, ..Broken::default() };
    let retry = handle(ONCE).with_dead_letters(sink.clone());
    {
        let mut call = pin!(retry.run_with_payload(Vec::new, async || Err::<(), _>(DOWN)));
        poll_fn(|context| {
            assert!(call.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
        assert_eq!(sink.asked.load(Ordering::Relaxed), 1);
        assert_eq!(Arc::strong_count(&sink.asked), 3);
    }
    assert_eq!(Arc::strong_count(&sink.asked), 2, "what the sink's future held is back");
}

/// Counts the passes that are out.
#[derive(Clone, Debug, Default)]
struct Counting(Arc<AtomicU32>);

impl Gate for Counting {
    fn admit(&self, _: &Request<'_>) -> Admission {
        self.0.fetch_add(1, Ordering::Relaxed);
        Admission::Go(Pass::default())
    }

    fn settle(&self, _: Pass, settlement: &Settlement<'_>) {
        assert_eq!(settlement.outcome(), Outcome::Failure(ErrorKind::Network));
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_letter_is_stored_when_all_passes_are_back() {
    #[derive(Debug)]
    struct Looking(Counting);

    impl DeadLetterSink for Looking {
        fn store(&self, _: DeadLetter) -> Storing<'_> {
            let out = self.0.0.load(Ordering::Relaxed);
            Box::pin(async move {
                if out == 0 { Ok(()) } else { Err(SinkError::transient(out.to_string())) }
            })
        }
    }

    let gate = Counting::default();
    let retry = handle(POLICY).with_gate(gate.clone()).with_dead_letters(Looking(gate));
    let (end, _) = give_up(&retry, &MemoryDeadLetters::new(0), DOWN).await;
    assert_eq!(end.dead_letter(), Some(&LetterFate::Stored));
}

#[tokio::test(start_paused = true)]
async fn a_full_memory_refuses_the_newest_letter_until_it_is_drained() {
    let letters = MemoryDeadLetters::new(2);
    let retry = handle(ONCE).with_dead_letters(Arc::new(letters.clone()));
    let send = async |payload: &str| {
        let end = retry.run_with_payload(|| payload.into(), async || Err::<(), _>(DOWN)).await;
        end.unwrap_err().dead_letter().cloned().expect("there is a sink")
    };
    assert_eq!(send("first").await, LetterFate::Stored);
    assert_eq!(send("second").await, LetterFate::Stored);
    let LetterFate::Failed(full) = send("third").await else { panic!("there was no place") };
    assert!(!full.is_permanent());
    assert_eq!(full.cause().to_string(), "there is place for 2 letters, and that many are there");
    assert_eq!((letters.len(), letters.capacity()), (2, 2));

    let seen = letters.snapshot();
    let drained = letters.drain();
    assert_eq!(seen, drained);
    let payloads: Vec<_> = drained.into_iter().map(DeadLetter::into_payload).collect();
    assert_eq!(payloads, [b"first".to_vec(), b"second".to_vec()]);
    assert!(letters.is_empty());
    assert_eq!(send("fourth").await, LetterFate::Stored);
}

#[tokio::test(start_paused = true)]
async fn the_preset_for_objects_leaves_letters_in_the_sink_that_it_was_given() {
    let letters = MemoryDeadLetters::new(10);
    let retry = presets::S3.with_sink(letters.clone());
    let (end, stored) = give_up(&retry, &letters, DOWN).await;
    assert_eq!((end.attempts(), stored.len()), (4, 1));
    let without = Retry::from_preset(presets::S3.without_dead_letters());
    let (end, stored) = give_up(&without, &letters, DOWN).await;
    assert_eq!((end.attempts(), end.dead_letter(), stored.len()), (4, None, 0));
}

#[tokio::test(start_paused = true)]
async fn copies_of_a_handle_in_a_registry_leave_their_letters_under_its_name() {
    let letters = MemoryDeadLetters::new(10);
    let registry = RetryRegistry::new(1);
    let make = || handle(ONCE).with_dead_letters(letters.clone());
    registry.get_or_insert_with("uploads", make);
    let copy = registry.get("uploads").unwrap().with_max_attempts(2).unwrap();
    let (_, stored) = give_up(&copy, &letters, DOWN).await;
    let said = stored.iter().map(|letter| (letter.name(), letter.attempts())).collect::<Vec<_>>();
    assert_eq!(said, [(Some("uploads"), 2)]);
}

#[test]
fn a_letter_that_is_printed_does_not_show_its_payload() {
    let letter = DeadLetter::new(StopReason::Budget, SystemTime::UNIX_EPOCH, "secret");
    let printed = format!("{letter:?}");
    assert!(!printed.contains("secret") && printed.contains("6 bytes"), "{printed}");
}

#[test]
fn a_call_with_a_payload_may_move_between_threads() {
    fn sent<F: Future + Send>(_: F) {}
    /// May be held by one thread at a time.
    struct Local(std::cell::Cell<u32>);
    impl std::fmt::Display for Local {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.get().fmt(f)
        }
    }

    let retry = handle(ONCE).retry_all();
    let operation = async || Ok::<(), _>(()).map_err(|()| Local(0.into()));
    sent(retry.run_with_payload(Vec::new, operation));
}
