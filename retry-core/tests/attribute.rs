//! The attribute on the functions that people write, on tokio's paused time.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use retry_core::{
    Attempt, Classify, ErrorKind, RetryError, RetryPolicy, StopReason, Verdict, with_retry,
};

fn down() -> io::Error {
    io::ErrorKind::ConnectionRefused.into()
}

#[with_retry(max_attempts = 4, strategy = "exponential", initial_delay = "50ms", retry_on = io::Error)]
async fn counted(calls: &AtomicU32, until: u32) -> io::Result<u32> {
    let call = calls.fetch_add(1, Ordering::Relaxed) + 1;
    if call < until {
        Err(down())?;
    }
    Ok(call)
}

#[tokio::test(start_paused = true)]
async fn it_retries() {
    let calls = AtomicU32::new(0);
    assert_eq!(counted(&calls, 3).await.unwrap(), 3);
    let calls = AtomicU32::new(0);
    assert!(counted(&calls, 9).await.is_err());
    assert_eq!(calls.load(Ordering::Relaxed), 4);
}

#[with_retry(max_attempts = 2, initial_delay = "1ms", timeout = "5s", context = attempt)]
async fn cut(name: String) -> Result<String, RetryError<io::Error>> {
    assert!(attempt.number() < 3);
    tokio::time::sleep(Duration::from_secs(3)).await;
    Err(io::Error::other(name))
}

#[tokio::test(start_paused = true)]
async fn it_cuts() {
    let error = cut("x".into()).await.unwrap_err();
    assert_eq!(error.reason(), StopReason::DeadlineExceeded);
    assert_eq!(error.attempts(), 2);
    assert_eq!(error.elapsed(), Duration::from_secs(5));
    assert_eq!(error.last_error().unwrap().to_string(), "x");
}

#[with_retry(max_attempts = 3, initial_delay = "1ms", retry_if = |e: &io::Error, a: &Attempt| a.number() < 2 && e.kind() == io::ErrorKind::ConnectionRefused)]
fn blocks(mut names: Vec<String>) -> Result<Vec<String>, io::Error> {
    names.push("more".into());
    if names.len() < 9 {
        return Err(down());
    }
    Ok(names)
}

#[test]
fn it_blocks() {
    assert!(blocks(vec![]).is_err());
}

struct S<T> {
    n: T,
}
impl<T: Send + Copy + Into<u32>> S<T> {
    #[with_retry(policy = RetryPolicy::new().with_max_attempts(5))]
    async fn mutates(&mut self, list: &mut Vec<u32>) -> anyhow::Result<usize> {
        list.push(self.n.into());
        anyhow::ensure!(list.len() > 3, "short");
        Ok(list.len())
    }
}

fn assert_send<T: Send>(t: T) -> T {
    t
}

#[tokio::test(start_paused = true)]
async fn it_mutates() {
    let mut s = S { n: 3_u8 };
    let mut list = vec![];
    assert_eq!(assert_send(s.mutates(&mut list)).await.unwrap(), 4);
}

static CALLS_OF_THE_TEST: AtomicU32 = AtomicU32::new(0);

#[with_retry(max_attempts = 3, initial_delay = "1ms")]
#[tokio::test(start_paused = true)]
async fn it_retries_the_test_below() -> Result<(), String> {
    match CALLS_OF_THE_TEST.fetch_add(1, Ordering::Relaxed) + 1 {
        3 => Ok(()),
        call => Err(format!("call {call}")),
    }
}

#[tokio::test(start_paused = true)]
async fn a_kind_of_failure_has_a_schedule_of_its_own() {
    #[with_retry(
        max_attempts = 2,
        jitter = "none",
        budget = "none",
        on(rate_limit, max_attempts = 4, strategy = "fixed", initial_delay = "1s"),
        on(timeout, initial_delay = LATER),
        on_retry = |retrying| waits.push((retrying.kind(), retrying.delay().as_millis())),
    )]
    async fn ask(
        answers: &mut std::vec::IntoIter<ErrorKind>,
        waits: &mut Vec<(ErrorKind, u128)>,
    ) -> Result<(), Told> {
        Err(Told(answers.next().unwrap()))
    }

    const LATER: Duration = Duration::from_secs(2);
    let (limit, timeout, network) = (ErrorKind::RateLimit, ErrorKind::Timeout, ErrorKind::Network);
    let mut waits = Vec::new();
    let answers = vec![limit, limit, timeout, limit, network];
    ask(&mut answers.into_iter(), &mut waits).await.unwrap_err();
    assert_eq!(waits, [(limit, 1_000), (limit, 1_000), (timeout, 2_000), (limit, 1_000)]);

    waits.clear();
    ask(&mut vec![limit; 4].into_iter(), &mut waits).await.unwrap_err();
    assert_eq!(waits, [(limit, 1_000); 3]);
}

#[derive(Debug)]
struct Told(ErrorKind);

impl Classify for Told {
    fn classify(&self) -> Verdict {
        self.0.into()
    }
}

#[tokio::test(start_paused = true)]
async fn a_fallback_answers_for_a_call_that_gave_up() {
    #[with_retry(fallback = |_| Ok(7))]
    async fn by_closure() -> io::Result<u32> {
        Err(io::ErrorKind::ConnectionRefused.into())
    }

    async fn stored(error: RetryError<io::Error>) -> Result<u32, RetryError<io::Error>> {
        tokio::task::yield_now().await;
        if error.reason() == StopReason::AttemptsExhausted { Ok(8) } else { Err(error) }
    }

    #[with_retry(fallback = stored)]
    async fn by_path(kind: io::ErrorKind) -> Result<u32, RetryError<io::Error>> {
        Err(io::Error::from(kind))?
    }

    #[with_retry(fallback = |error| if error.kind() == io::ErrorKind::Other { Ok(9) } else { Err(error) })]
    fn blocking(kind: io::ErrorKind) -> io::Result<u32> {
        Err(kind.into())
    }

    #[with_retry(max_attempts = 2, timeout = "250ms", fallback = |_| Ok(10))]
    async fn timed() -> io::Result<u32> {
        std::future::pending().await
    }

    assert_eq!(by_closure().await.unwrap(), 7);
    assert_eq!(by_path(io::ErrorKind::ConnectionRefused).await.unwrap(), 8);
    assert_eq!(by_path(io::ErrorKind::NotFound).await.unwrap_err().attempts(), 1);
    assert_eq!(timed().await.unwrap(), 10);
    assert_eq!(blocking(io::ErrorKind::Other).unwrap(), 9);
    assert!(blocking(io::ErrorKind::NotFound).is_err());
}
