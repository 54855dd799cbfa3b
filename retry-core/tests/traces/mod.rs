//! What is exported to OpenTelemetry, and how a test reads it.

use opentelemetry::trace::{SpanId, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::{Filter, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

/// The spans of this thread, as they are exported.
pub(crate) struct Traces {
    exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
    _guard: DefaultGuard,
}

impl Traces {
    pub(crate) fn exported() -> Self {
        Self::at(LevelFilter::TRACE)
    }

    pub(crate) fn at(filter: impl Filter<Registry> + Send + Sync + 'static) -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let subscriber = tracing_subscriber::registry().with(layer.with_filter(filter));
        Self { exporter, provider, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// Every span that has been closed, in the order in which they began.
    pub(crate) fn spans(&self) -> Vec<SpanData> {
        self.provider.force_flush().unwrap();
        let mut spans = self.exporter.get_finished_spans().unwrap();
        spans.sort_by_key(|span| span.start_time);
        spans
    }
}

pub(crate) fn field(span: &SpanData, key: &str) -> Option<String> {
    let mut fields = span.attributes.iter().filter(|field| field.key.as_str() == key);
    let field = fields.next()?.value.as_str().into_owned();
    assert!(fields.next().is_none(), "`{key}` is there twice: {span:?}");
    Some(field)
}

pub(crate) fn fields<const N: usize>(span: &SpanData, keys: [&str; N]) -> [Option<String>; N] {
    keys.map(|key| field(span, key))
}

pub(crate) fn named<'a>(spans: &'a [SpanData], name: &str) -> Vec<&'a SpanData> {
    spans.iter().filter(|span| span.name == name).collect()
}

pub(crate) fn call(spans: &[SpanData]) -> &SpanData {
    let calls: Vec<_> = spans.iter().filter(|span| span.name.starts_with("retry ")).collect();
    assert_eq!(calls.len(), 1, "{spans:?}");
    calls[0]
}

pub(crate) fn id(span: &SpanData) -> SpanId {
    span.span_context.span_id()
}

#[allow(clippy::unnecessary_wraps)] // as a field is
pub(crate) fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The names of the spans with those of their parents, in the order in which they began.
pub(crate) fn shape(spans: &[SpanData]) -> Vec<(String, String)> {
    let name = |span: &SpanData| match field(span, "retry.attempt") {
        Some(number) => format!("{} {number}", span.name),
        None => span.name.to_string(),
    };
    let parent = |child: &SpanData| {
        let parent = spans.iter().find(|span| id(span) == child.parent_span_id);
        parent.map(name).unwrap_or_default()
    };
    spans.iter().map(|span| (name(span), parent(span))).collect()
}

pub(crate) fn expected(attempts: u32) -> Vec<(String, String)> {
    let call = "retry stock".to_owned();
    let mut expected = vec![(call.clone(), String::new())];
    for attempt in (1..=attempts).map(|attempt| format!("attempt {attempt}")) {
        expected.push((attempt.clone(), call.clone()));
        expected.push(("request".to_owned(), attempt));
    }
    expected
}
