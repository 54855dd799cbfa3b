//! A handle with a classifier of its own is asked; a plain one leaves it to the error, of any type.

use std::io;

use retry_core::{ByChain, Classify, Retry, RetryError, RetryPolicy, Verdict, with_retry};
use retry_core::{ErrorKind, RetryAll};

/// Says nothing of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Code(u16);

type Wanted = fn(&Code) -> bool;

#[with_retry(retry = retry)]
async fn by_predicate<P>(
    retry: &Retry<retry_core::RetryIf<P>>,
    code: Code,
) -> Result<(), RetryError<Code>>
where
    P: Fn(&Code) -> bool + Clone,
{
    Err(code)?
}

struct Client<C> {
    retry: Retry<C>,
}

impl<V: Fn(&Code, &retry_core::Attempt) -> Verdict + Clone> Client<retry_core::ClassifyWith<V>> {
    #[with_retry(retry = self.retry)]
    async fn classified(&self, code: Code) -> Result<(), RetryError<Code>> {
        Err(code)?
    }
}

#[with_retry(retry = retry)]
async fn all(retry: &Retry<RetryAll>, code: Code) -> Result<(), RetryError<Code>> {
    Err(code)?
}

#[with_retry(retry = retry)]
async fn by_chain(
    retry: &Retry<ByChain>,
    kind: io::ErrorKind,
) -> Result<(), RetryError<io::Error>> {
    Err(kind)?
}

#[with_retry(retry = retry)]
async fn says_nothing(retry: &Retry, code: Code) -> Result<(), RetryError<Code>> {
    Err(code)?
}

struct Says(Verdict);

impl Classify for Says {
    fn classify(&self) -> Verdict {
        self.0
    }
}

#[with_retry(retry = retry)]
async fn says(retry: &Retry, verdict: Verdict) -> Result<(), RetryError<Says>> {
    Err(Says(verdict))?
}

#[with_retry(retry = retry)]
async fn boxed(
    retry: &Retry,
    kind: io::ErrorKind,
) -> Result<(), RetryError<Box<dyn std::error::Error + Send + Sync>>> {
    Err(io::Error::from(kind))?
}

#[with_retry(retry = retry)]
async fn borrowed<'a>(retry: &Retry, text: &'a str) -> Result<(), RetryError<&'a str>> {
    Err(text)?
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    let plain = Retry::new(RetryPolicy::new()).without_budget();
    let wanted: Wanted = |code| code.0 == 503;
    let predicate = plain.clone().retry_if(wanted);
    assert_eq!(by_predicate(&predicate, Code(503)).await.unwrap_err().attempts(), 3);
    assert_eq!(by_predicate(&predicate, Code(404)).await.unwrap_err().attempts(), 1);
    let closure = plain.clone().retry_if(|code: &Code| code.0 == 404);
    assert_eq!(by_predicate(&closure, Code(404)).await.unwrap_err().attempts(), 3);

    let verdict = |code: &Code, attempt: &retry_core::Attempt| match (code.0, attempt.number()) {
        (503, 1) => Verdict::Retry(ErrorKind::Transient),
        _ => Verdict::Stop(ErrorKind::Client),
    };
    let client = Client { retry: plain.clone().classify_with(verdict) };
    assert_eq!(client.classified(Code(503)).await.unwrap_err().attempts(), 2);

    assert_eq!(all(&plain.clone().retry_all(), Code(404)).await.unwrap_err().attempts(), 3);
    let chain = plain.clone().with_classifier(ByChain);
    assert_eq!(by_chain(&chain, io::ErrorKind::TimedOut).await.unwrap_err().attempts(), 3);
    assert_eq!(by_chain(&chain, io::ErrorKind::NotFound).await.unwrap_err().attempts(), 1);

    assert_eq!(says_nothing(&plain, Code(404)).await.unwrap_err().attempts(), 3);
    let stop = Verdict::Stop(ErrorKind::Client);
    assert_eq!(says(&plain, stop).await.unwrap_err().attempts(), 1);
    assert_eq!(says(&plain, Verdict::Retry(ErrorKind::Network)).await.unwrap_err().attempts(), 3);
    assert_eq!(boxed(&plain, io::ErrorKind::TimedOut).await.unwrap_err().attempts(), 3);
    assert_eq!(boxed(&plain, io::ErrorKind::NotFound).await.unwrap_err().attempts(), 1);
    assert_eq!(borrowed(&plain, "no").await.unwrap_err().attempts(), 3);
}
