//! Which futures may move between threads: those of annotated functions and of handles, whatever
//! they borrow, and with results that only one thread may hold at a time.

#![cfg(feature = "macros")]

use std::cell::Cell;
use std::fmt;
use std::io;
use std::ops::ControlFlow;
use std::time::Duration;

use retry_core::{
    CancellationToken, Classify, Retry, RetryError, RetryPolicy, Stopped, with_retry,
};

/// Compiles for futures that may move between threads, and gives back the future.
fn sent<F: Future + Send>(future: F) -> F {
    future
}

/// An error that one thread at a time may hold.
#[derive(Debug)]
struct Local(Cell<u32>);

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.get().fmt(f)
    }
}

impl Classify for Local {}

impl From<Stopped> for Local {
    fn from(stopped: Stopped) -> Self {
        Self(Cell::new(stopped.attempts()))
    }
}

/// A wait, so that everything that an attempt holds is held across one.
async fn briefly() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[derive(Default)]
struct Stock<T> {
    levels: Vec<T>,
}

impl<T: Clone + Send + Sync> Stock<T> {
    #[with_retry(max_attempts = 3)]
    async fn add(&mut self, name: &str, level: T) -> io::Result<usize> {
        self.levels.push(level);
        briefly().await;
        if self.levels.len() < 2 { Err(io::Error::other(name.to_owned())) } else { Ok(name.len()) }
    }

    #[with_retry(timeout = "1m", retry_on = io::Error)]
    async fn count<F>(&self, until: F, list: &mut Vec<usize>) -> anyhow::Result<usize>
    where
        F: Fn(usize) -> bool + Send + Sync,
    {
        list.push(self.levels.len());
        briefly().await;
        if until(list.len()) { Ok(list.len()) } else { Err(io::Error::other("more"))? }
    }
}

#[with_retry(max_attempts = 2)]
async fn local_error(calls: &mut u32) -> Result<u32, Local> {
    *calls += 1;
    briefly().await;
    if *calls < 2 { Err(Local(Cell::new(*calls))) } else { Ok(*calls) }
}

#[with_retry(max_attempts = 2, timeout = "1m", attempt_timeout = "1s")]
async fn local_error_with_limits(calls: &mut u32) -> Result<u32, Local> {
    *calls += 1;
    briefly().await;
    Err(Local(Cell::new(*calls)))
}

#[with_retry(max_attempts = 2, timeout = "1m", context = attempt)]
async fn local_both() -> Result<Cell<u32>, RetryError<Local>> {
    briefly().await;
    if attempt.is_first() {
        return Err(Local(Cell::new(1)));
    }
    Ok(Cell::new(attempt.number()))
}

#[tokio::test(start_paused = true)]
async fn an_annotated_method_may_move_with_all_that_it_borrows() {
    let mut stock = Stock::default();
    let name = String::from("bolts");
    assert_eq!(sent(stock.add(&name, 7_u8)).await.unwrap(), 5);
    let mut list = Vec::new();
    let enough = 3;
    let count = stock.count(|length| length == enough, &mut list);
    assert_eq!(sent(count).await.unwrap(), 3);
    assert_eq!(list, [2, 2, 2]);
}

#[tokio::test(start_paused = true)]
async fn an_annotated_call_may_move_though_its_error_is_for_one_thread_at_a_time() {
    let mut calls = 0;
    assert_eq!(sent(local_error(&mut calls)).await.unwrap(), 2);
    let error = sent(local_error_with_limits(&mut calls)).await.unwrap_err();
    assert_eq!(error.0.get(), 4);
    assert_eq!(sent(local_both()).await.unwrap().get(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_of_a_handle_may_move_whatever_its_operation_returns() {
    let retry = Retry::new(RetryPolicy::new().with_timeout(Duration::from_secs(60)))
        .with_cancellation(CancellationToken::new());
    let name = String::from("bolts");
    let operation = || async {
        briefly().await;
        Err::<Cell<u32>, _>(Local(Cell::new(u32::try_from(name.len()).unwrap())))
    };
    let end = sent(retry.run(operation)).await.unwrap_err();
    assert_eq!(end.last_error().unwrap().0.get(), 5);
    let (result, report) = sent(retry.run_with_report(operation)).await;
    assert_eq!((result.unwrap_err().attempts(), report.attempts()), (3, 3));
    let by_text = retry.retry_if(|error: &Local| error.to_string() == "5");
    assert_eq!(sent(by_text.run(operation)).await.unwrap_err().attempts(), 3);
}

/// Says so of its future without knowing what it runs.
fn generic_call<T, E, F, Fut>(
    retry: &Retry,
    operation: F,
) -> impl Future<Output = Result<T, RetryError<E>>> + Send
where
    T: Send,
    E: Classify + fmt::Display + Send,
    F: FnMut() -> Fut + Send,
    Fut: Future<Output = Result<T, E>> + Send,
{
    retry.run(operation)
}

#[tokio::test(start_paused = true)]
async fn a_generic_caller_may_promise_that_its_call_can_move() {
    let retry = Retry::new(RetryPolicy::new());
    let mut calls = 0;
    let operation = || {
        calls += 1;
        let result = if calls < 3 { Err(Local(Cell::new(calls))) } else { Ok(Cell::new(calls)) };
        async {
            briefly().await;
            result
        }
    };
    assert_eq!(generic_call(&retry, operation).await.unwrap().get(), 3);
}

async fn open_loop(retry: &Retry, calls: &mut u32) -> Result<Cell<u32>, RetryError<Local>> {
    let mut attempts = retry.attempts();
    while let Some(attempt) = attempts.next().await {
        if let ControlFlow::Break(result) = attempt.run(add_until_two(calls)).await {
            return result;
        }
    }
    Err(attempts.finish())
}

async fn add_until_two(calls: &mut u32) -> Result<Cell<u32>, Local> {
    briefly().await;
    *calls += 1;
    if *calls < 2 { Err(Local(Cell::new(*calls))) } else { Ok(Cell::new(*calls)) }
}

#[tokio::test(start_paused = true)]
async fn an_open_loop_may_move_with_what_it_lends_to_its_attempts() {
    let retry = Retry::new(RetryPolicy::new());
    let mut calls = 0;
    assert_eq!(sent(open_loop(&retry, &mut calls)).await.unwrap().get(), 2);
}

#[test]
fn a_call_can_be_spawned_onto_other_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let call = runtime.spawn(async {
        let retry = Retry::new(RetryPolicy::new());
        retry.run(async || Ok::<_, Local>(7)).await.map_err(RetryError::into_last_error)
    });
    assert_eq!(runtime.block_on(call).unwrap().unwrap(), 7);
}

#[test]
fn the_values_of_a_call_may_be_sent_and_shared() {
    fn shared<T: Send + Sync>() -> &'static str {
        std::any::type_name::<T>()
    }
    let names = [
        shared::<Retry>(),
        shared::<RetryPolicy>(),
        shared::<RetryError<io::Error>>(),
        shared::<retry_core::ManualClock>(),
        shared::<retry_core::Session>(),
    ];
    assert!(names.iter().all(|name| name.starts_with("retry_core::")), "{names:?}");
}
