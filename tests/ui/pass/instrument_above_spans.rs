//! `#[tracing::instrument]` above the attribute: one span for each attempt.

use std::sync::atomic::{AtomicU32, Ordering};

use retry_core::with_retry;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

static SPANS: AtomicU32 = AtomicU32::new(0);

struct Spans;

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        if span.metadata().name() == "counted" {
            SPANS.fetch_add(1, Ordering::Relaxed);
        }
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tracing::instrument(skip_all)]
#[with_retry(max_attempts = 3, initial_delay = "1ms")]
async fn counted(calls: &mut u32, key: String) -> Result<u32, String> {
    *calls += 1;
    if *calls < 3 { Err(key) } else { Ok(*calls) }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    tracing::subscriber::set_global_default(Spans).unwrap();
    assert_eq!(counted(&mut 0, "k".to_owned()).await, Ok(3));
    assert_eq!(SPANS.load(Ordering::Relaxed), 3);
}
