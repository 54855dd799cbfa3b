//! A subscriber that keeps what is said, for the tests of events.

#![allow(dead_code)] // each test file uses what it needs

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// One event: its level, its message, its other fields, and the span that it was said in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) level: Level,
    pub(crate) message: String,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) span: Option<&'static str>,
}

impl Said {
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// Whether the event ends its call: a call has at most one of these.
    pub(crate) fn is_final(&self) -> bool {
        let finals = ["gave up", "succeeded after retries", "cancelled", "panicked"];
        finals.contains(&self.message.as_str())
    }
}

/// The spans that were opened, with their fields, and how many of them were closed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Spans {
    pub(crate) opened: Vec<(&'static str, BTreeMap<String, String>)>,
    pub(crate) closed: usize,
}

/// What this thread says while the recorder's guard lives.
#[derive(Clone, Default)]
pub(crate) struct Recorder {
    said: Arc<Mutex<Vec<Said>>>,
    spans: Arc<Mutex<Spans>>,
}

impl Recorder {
    /// Listens on this thread, at `level` and above, until the guard is dropped.
    pub(crate) fn listening(level: LevelFilter) -> (Self, DefaultGuard) {
        let recorder = Self::default();
        let layer = recorder.clone().with_filter(level);
        let subscriber = tracing_subscriber::registry().with(layer);
        (recorder, tracing::subscriber::set_default(subscriber))
    }

    /// What was said since the last call of this.
    pub(crate) fn said(&self) -> Vec<Said> {
        std::mem::take(&mut *self.said.lock().unwrap())
    }

    /// Every span since the beginning.
    pub(crate) fn spans(&self) -> Spans {
        self.spans.lock().unwrap().clone()
    }
}

impl<S: Subscriber + for<'span> LookupSpan<'span>> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        self.spans.lock().unwrap().opened.push((attributes.metadata().name(), fields.0));
    }

    fn on_close(&self, _: Id, _: Context<'_, S>) {
        self.spans.lock().unwrap().closed += 1;
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let message = fields.0.remove("message").unwrap_or_default();
        let span = context.event_span(event).map(|span| span.name());
        let level = *event.metadata().level();
        self.said.lock().unwrap().push(Said { level, message, fields: fields.0, span });
    }
}

#[derive(Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}
