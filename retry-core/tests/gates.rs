//! A gate of an application's own: what it is asked, and that nothing it gives is lost.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};
use std::time::Duration;

use retry_core::{
    Admission, CancellationToken, Clock, ErrorKind, Gate, Held, Jitter, ManualClock, Outcome, Pass,
    Refusal, Request, Retry, RetryPolicy, Scope, Settlement, StopReason, Ticket,
};

const POLICY: RetryPolicy = RetryPolicy::new().with_jitter(Jitter::None);

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A gate that answers as it is told and writes down what happens.
#[derive(Clone, Debug, Default)]
struct Porter(Arc<Mutex<Book>>);

#[derive(Debug, Default)]
struct Book {
    /// What the next requests get; then all go.
    answers: Vec<Answer>,
    lines: Vec<String>,
    passes: u64,
    settled: u64,
    tickets: i64,
    per_call: bool,
    foresees: bool,
    patience: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Go,
    Refuse,
    /// So many times "not yet, ask again in 50 ms".
    Hold(u32),
    /// "Not yet", with nothing but a waker.
    Park,
}

impl Porter {
    fn new(answers: &[Answer]) -> Self {
        let porter = Self::default();
        porter.0.lock().unwrap().answers = answers.iter().rev().copied().collect();
        porter
    }

    fn with(self, change: impl FnOnce(&mut Book)) -> Self {
        change(&mut self.0.lock().unwrap());
        self
    }

    fn retry(&self) -> Retry {
        Retry::new(POLICY).with_gate(self.clone())
    }

    fn lines(&self) -> Vec<String> {
        let book = self.0.lock().unwrap();
        assert_eq!(book.passes, book.settled, "every pass is settled once: {:?}", book.lines);
        assert_eq!(book.tickets, 0, "every ticket comes back: {:?}", book.lines);
        book.lines.clone()
    }
}

impl Book {
    fn go(&mut self) -> Pass {
        self.passes += 1;
        Pass(self.passes, 0)
    }

    fn refusal(&mut self) -> Refusal {
        self.lines.push("refused".into());
        Refusal::new(StopReason::CircuitOpen)
            .by(Some("porter".into()))
            .for_another(Some(millis(700)))
            .because(Some((ErrorKind::Network, "no route".into())))
    }
}

impl Gate for Porter {
    fn admit(&self, request: &Request<'_>) -> Admission {
        let mut book = self.0.lock().unwrap();
        book.lines.push(format!("asked for {}", request.attempt()));
        match book.answers.pop() {
            None | Some(Answer::Go) => Admission::Go(book.go()),
            Some(Answer::Refuse) => Admission::Refuse(book.refusal()),
            Some(Answer::Hold(times)) => {
                book.tickets += 1;
                Admission::Hold(Ticket(times.into()))
            }
            Some(Answer::Park) => {
                book.tickets += 1;
                Admission::Hold(Ticket(u64::MAX))
            }
        }
    }

    fn ask_again(&self, ticket: Ticket, _: &Request<'_>, _: &Waker) -> Held {
        let mut book = self.0.lock().unwrap();
        let asked = book.lines.iter().filter(|line| *line == "held").count() as u64;
        if ticket == Ticket(u64::MAX) || asked < ticket.0 {
            book.lines.push("held".into());
            let limit = (ticket != Ticket(u64::MAX)).then_some(millis(50));
            return Held::Wait(limit);
        }
        book.tickets -= 1;
        Held::Go(book.go())
    }

    fn leave(&self, _: Ticket, _: &dyn Clock) {
        let mut book = self.0.lock().unwrap();
        book.tickets -= 1;
        book.lines.push("left".into());
    }

    fn settle(&self, pass: Pass, settlement: &Settlement<'_>) {
        let mut book = self.0.lock().unwrap();
        assert!(pass.0 > 0 && pass.0 <= book.passes);
        book.settled += 1;
        let line = match settlement.outcome() {
            Outcome::Success => "success".into(),
            Outcome::Failure(kind) => format!("{kind}: {}", settlement.cause().unwrap()),
            Outcome::Abandoned => "abandoned".into(),
        };
        book.lines.push(line);
    }

    fn foresee(&self, delay: Duration, _: &dyn Clock) -> Option<Refusal> {
        let mut book = self.0.lock().unwrap();
        if !book.foresees {
            return None;
        }
        book.lines.push(format!("foresees {delay:?}"));
        Some(book.refusal())
    }

    fn patience(&self) -> Option<Duration> {
        self.0.lock().unwrap().patience
    }

    fn overdue(&self, _: Pass, _: &dyn Clock) {
        self.0.lock().unwrap().lines.push("overdue".into());
    }

    fn scope(&self) -> Scope {
        if self.0.lock().unwrap().per_call { Scope::Call } else { Scope::Attempt }
    }
}

fn refused() -> io::Result<()> {
    Err(io::ErrorKind::ConnectionRefused.into())
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_asked_for_and_settled() {
    let porter = Porter::default();
    let mut failures = 2;
    let retry = porter.retry();
    let result = retry.run(|| {
        let result = if failures == 0 { Ok(()) } else { refused() };
        failures -= 1;
        std::future::ready(result)
    });
    result.await.unwrap();
    let told = "network: connection refused";
    assert_eq!(
        porter.lines(),
        ["asked for 1", told, "asked for 2", told, "asked for 3", "success"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_before_the_first_attempt_says_who_for_how_long_and_why() {
    let porter = Porter::new(&[Answer::Refuse]);
    let end = porter.retry().run(async || refused()).await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::CircuitOpen, 0));
    let refusal = end.stopped().refusal().unwrap();
    assert_eq!((refusal.gate(), refusal.retry_in()), (Some("porter"), Some(millis(700))));
    assert_eq!(refusal.cause(), Some((ErrorKind::Network, "no route")));
    assert_eq!(
        end.to_string(),
        "gave up after 0 attempts in 0ns: the circuit is open \
         (circuit `porter`, again in 700.0ms, after network: no route)"
    );
    assert_eq!(porter.lines(), ["asked for 1", "refused"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_a_failure_keeps_the_newest_error() {
    let porter = Porter::new(&[Answer::Go, Answer::Refuse]);
    let end = porter.retry().run(async || refused()).await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::CircuitOpen, 1));
    assert_eq!(end.last_error().unwrap().kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_can_be_foreseen_is_not_slept_towards() {
    let porter = Porter::default().with(|book| book.foresees = true);
    let started = tokio::time::Instant::now();
    let end = porter.retry().run(async || refused()).await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::CircuitOpen, 1));
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_held_attempt_is_asked_for_again_when_the_gate_says() {
    let porter = Porter::new(&[Answer::Hold(3)]);
    let started = tokio::time::Instant::now();
    porter.retry().run(async || Ok::<_, io::Error>(())).await.unwrap();
    assert_eq!(started.elapsed(), millis(150));
    assert_eq!(porter.lines(), ["asked for 1", "held", "held", "held", "success"]);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_held_past_the_deadline() {
    let porter = Porter::new(&[Answer::Park]);
    let retry = porter.retry().with_timeout(millis(80)).unwrap();
    let started = tokio::time::Instant::now();
    let end = retry.run(async || refused()).await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::DeadlineExceeded, 0));
    assert_eq!(started.elapsed(), millis(80));
    // Asked once more at the end, so that the gate can say itself why it did not open.
    assert_eq!(porter.lines(), ["asked for 1", "held", "held", "left"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_ends_the_wait_before_a_gate() {
    let (porter, token) = (Porter::new(&[Answer::Park]), CancellationToken::new());
    let retry = porter.retry().with_cancellation(token.clone());
    let call = retry.run(async || refused());
    let cancel = async {
        tokio::time::sleep(millis(10)).await;
        token.cancel();
    };
    let (end, ()) = tokio::join!(call, cancel);
    assert_eq!(end.unwrap_err().reason(), StopReason::Cancelled);
    assert_eq!(porter.lines(), ["asked for 1", "held", "left"]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_gives_back_its_ticket_or_its_pass() {
    for (answer, last) in [(Answer::Park, "left"), (Answer::Go, "abandoned")] {
        let porter = Porter::new(&[answer]);
        let retry = porter.retry();
        {
            let mut call = pin!(retry.run(async || std::future::pending::<io::Result<()>>().await));
            assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        assert_eq!(porter.lines().last().unwrap(), last);
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_of_the_open_loop_gives_back_its_ticket() {
    let porter = Porter::new(&[Answer::Park]);
    let retry = porter.retry();
    let mut attempts = retry.attempts::<io::Error>();
    let waited = tokio::time::timeout(millis(10), attempts.next()).await;
    assert!(waited.is_err());
    assert_eq!(porter.lines().last().unwrap(), "left");
    assert!(attempts.next().await.is_some(), "the loop goes on from where it was");
    drop(attempts);
    assert_eq!(porter.lines().last().unwrap(), "abandoned");
}

#[test]
fn a_pass_for_an_attempt_that_time_leaves_no_room_for_goes_back_as_it_came() {
    let (porter, clock) = (Porter::default(), ManualClock::new());
    let retry = porter.retry().with_clock(clock.clone()).with_timeout(millis(150)).unwrap();
    let mut attempts = retry.attempts_blocking();
    let attempt = attempts.next().unwrap();
    assert!(attempt.record(refused()).is_continue());
    // Whoever drives the loop was busy elsewhere for a while.
    clock.advance(millis(1_000));
    assert!(attempts.next().is_none());
    assert_eq!(attempts.finish().reason(), StopReason::DeadlineExceeded);
    let told = "network: connection refused";
    assert_eq!(porter.lines(), ["asked for 1", told, "asked for 2", "abandoned"]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_operation_is_a_failure() {
    let porter = Porter::default();
    let retry = porter.retry();
    let call =
        tokio::spawn(async move { retry.run(async || -> io::Result<()> { panic!() }).await });
    assert!(call.await.unwrap_err().is_panic());
    assert_eq!(porter.lines(), ["asked for 1", "unknown: panicked"]);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_time_cut_is_a_failure() {
    let hang = async || std::future::pending::<io::Result<()>>().await;
    let porter = Porter::default();
    let policy = POLICY.with_attempt_timeout(millis(20)).with_max_attempts(2);
    porter.retry().with_policy(policy).run(hang).await.unwrap_err();
    let told = "timeout: timed out after 20ms";
    assert_eq!(porter.lines(), ["asked for 1", told, "asked for 2", told]);

    let porter = Porter::default();
    let end = porter.retry().with_timeout(millis(30)).unwrap().run(hang).await.unwrap_err();
    assert_eq!(end.reason(), StopReason::DeadlineExceeded);
    assert_eq!(porter.lines(), ["asked for 1", "timeout: no time left for another attempt"]);
}

#[tokio::test(start_paused = true)]
async fn a_gate_hears_of_an_attempt_that_outruns_its_patience_while_it_runs() {
    let porter = Porter::default().with(|book| book.patience = Some(millis(100)));
    let retry = porter.retry();
    let slow = retry.run(async || {
        tokio::time::sleep(millis(150)).await;
        porter.0.lock().unwrap().lines.push("done".into());
        Ok::<_, io::Error>(())
    });
    slow.await.unwrap();
    assert_eq!(porter.lines(), ["asked for 1", "overdue", "done", "success"]);
}

#[tokio::test(start_paused = true)]
async fn a_gate_for_whole_calls_is_asked_once_and_settled_with_the_end() {
    let porter = Porter::default().with(|book| book.per_call = true);
    let retry = porter.retry();
    retry.run(async || refused()).await.unwrap_err();
    assert_eq!(porter.lines(), ["asked for 1", "network: connection refused"]);

    let mut failures = 1;
    let recovering = retry.run(|| {
        failures -= 1;
        std::future::ready(if failures == 0 { refused() } else { Ok(()) })
    });
    recovering.await.unwrap();
    assert_eq!(porter.lines()[2..], ["asked for 1", "success"]);
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_gate_gave_goes_back_when_a_later_one_refuses() {
    let (first, second) = (Porter::default(), Porter::new(&[Answer::Refuse]));
    let retry = first.retry().with_gate(second.clone());
    let end = retry.run(async || refused()).await.unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::CircuitOpen, 0));
    assert_eq!(first.lines(), ["asked for 1", "abandoned"]);
    assert_eq!(second.lines(), ["asked for 1", "refused"]);
}

#[tokio::test(start_paused = true)]
async fn a_handle_can_have_many_gates() {
    let porters: Vec<_> = (0..64).map(|_| Porter::default()).collect();
    let retry =
        porters.iter().fold(Retry::new(POLICY), |retry, porter| retry.with_gate(porter.clone()));
    retry.run(async || refused()).await.unwrap_err();
    for porter in &porters {
        assert_eq!(porter.lines().len(), 6);
    }
}

#[test]
fn a_thread_is_held_refused_and_let_through_as_well() {
    let clock = ManualClock::new();
    let porter = Porter::new(&[Answer::Hold(2), Answer::Refuse]);
    let end = porter.retry().with_clock(clock.clone()).run_blocking(refused).unwrap_err();
    assert_eq!((end.reason(), end.attempts()), (StopReason::CircuitOpen, 1));
    let told = "network: connection refused";
    assert_eq!(porter.lines(), ["asked for 1", "held", "held", told, "asked for 2", "refused"]);
    assert_eq!(clock.waits(), [millis(50), millis(50), millis(100)]);

    let porter = Porter::new(&[Answer::Park]);
    let retry = porter.retry().with_clock(clock).with_timeout(millis(80)).unwrap();
    assert_eq!(retry.run_blocking(refused).unwrap_err().reason(), StopReason::DeadlineExceeded);
    assert_eq!(porter.lines().last().unwrap(), "left");
}
