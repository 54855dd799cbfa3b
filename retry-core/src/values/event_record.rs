//! An event that stays: everything that an [`Event`] has, in texts of its own.
//!
//! An event borrows from the call that it happens to, so it is gone when it has been told. Whoever
//! wants to look at it later, on another thread or at the end of a test, keeps a record of it. A
//! record is read as the event that it was, so there is one list of what can happen, and not two.

use std::fmt::{self, Write};
use std::time::Duration;

use crate::values::circuit::CircuitChange;
use crate::values::event::{Event, Text};
use crate::values::kind::ErrorKind;
use crate::values::labels::Labels;
use crate::values::refusal::Refusal;
use crate::values::stop::StopReason;
use crate::values::tag::Tag;

/// An [`Event`] that was kept.
///
/// It is equal to another where the same happened, times and texts included. It displays as one
/// line.
///
/// ```
/// use retry_core::{Event, EventRecord, Labels};
///
/// let record = EventRecord::of(&Event::CallStarted { labels: Labels::default() });
/// assert!(matches!(record.event(), Event::CallStarted { .. }));
/// assert_eq!(record.to_string(), "call_started");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRecord(Kept);

impl EventRecord {
    /// Keeps an event. Its texts are written for it, which is the dear part.
    #[must_use]
    pub fn of(event: &Event<'_>) -> Self {
        Self(Kept::of(event))
    }

    /// The event that it was.
    #[must_use]
    pub fn event(&self) -> Event<'_> {
        self.0.event()
    }

    /// What happened, as [`Event::as_str`] says it.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        self.event().as_str()
    }

    /// The call that it happened to; `None` for what happens to something that calls share.
    #[must_use]
    pub fn labels(&self) -> Option<Labels<'_>> {
        self.event().labels()
    }

    /// Whether it ends its call.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.event().is_final()
    }
}

/// The enum of what is kept, and both ways between it and [`Event`]: a variant or a field that one
/// has and the other has not does not compile.
macro_rules! kept {
    ($($variant:ident { $($field:ident: $type:ty),+ })+) => {
        #[derive(Clone, Debug, PartialEq, Eq)]
        enum Kept {
            $($variant { $($field: $type),+ },)+
        }

        impl Kept {
            fn of(event: &Event<'_>) -> Self {
                match *event {
                    $(Event::$variant { $($field),+ } => {
                        Self::$variant { $($field: $field.keep()),+ }
                    })+
                }
            }

            fn event(&self) -> Event<'_> {
                match self {
                    $(Self::$variant { $($field),+ } => {
                        Event::$variant { $($field: $field.lend()),+ }
                    })+
                }
            }
        }
    };
}

kept! {
    CallStarted { labels: Names }
    AttemptFailed { labels: Names, attempt: u32, kind: ErrorKind, error: String }
    HintReceived { labels: Names, attempt: u32, kind: ErrorKind, hint: Duration }
    RetryScheduled { labels: Names, attempt: u32, kind: ErrorKind, delay: Duration }
    GateRefused { labels: Names, attempt: u32, refusal: Refusal }
    BudgetExhausted { labels: Names, attempt: u32, kind: ErrorKind }
    Succeeded { labels: Names, attempts: u32, elapsed: Option<Duration>, waited: Duration }
    GaveUp {
        labels: Names, attempts: u32, reason: StopReason, kind: Option<ErrorKind>,
        elapsed: Option<Duration>, waited: Duration
    }
    Panicked { labels: Names, attempt: u32 }
    CircuitChanged { breaker: Option<String>, change: CircuitChange }
    Probe { breaker: Option<String> }
    DeadLetter { labels: Names, failed: Option<String> }
    SettingsLoaded { source: String, failed: Option<String> }
    StoreDegraded { store: String, error: String }
    StoreRecovered { store: String }
}

/// The labels of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Names {
    name: Option<String>,
    service: Option<String>,
    tags: Vec<Tag>,
}

/// A field of an event, to be kept.
trait Keep<Kept> {
    fn keep(self) -> Kept;
}

/// What was kept, as a field of an event.
trait Lend<'a, Field> {
    fn lend(&'a self) -> Field;
}

impl Keep<Names> for Labels<'_> {
    fn keep(self) -> Names {
        let Labels { name, service, tags } = self;
        Names { name: name.keep(), service: service.keep(), tags: tags.to_vec() }
    }
}

impl<'a> Lend<'a, Labels<'a>> for Names {
    fn lend(&'a self) -> Labels<'a> {
        let Self { name, service, tags } = self;
        Labels { name: name.lend(), service: service.lend(), tags }
    }
}

impl Keep<String> for &str {
    fn keep(self) -> String {
        self.to_owned()
    }
}

impl<'a> Lend<'a, &'a str> for String {
    fn lend(&'a self) -> &'a str {
        self
    }
}

impl Keep<String> for Text<'_> {
    fn keep(self) -> String {
        self.to_string()
    }
}

impl<'a> Lend<'a, Text<'a>> for String {
    fn lend(&'a self) -> Text<'a> {
        Text::of(self)
    }
}

impl<Owned, Field: Keep<Owned>> Keep<Option<Owned>> for Option<Field> {
    fn keep(self) -> Option<Owned> {
        self.map(Field::keep)
    }
}

impl<'a, Owned: Lend<'a, Field>, Field> Lend<'a, Option<Field>> for Option<Owned> {
    fn lend(&'a self) -> Option<Field> {
        self.as_ref().map(Owned::lend)
    }
}

impl Keep<Refusal> for &Refusal {
    fn keep(self) -> Refusal {
        self.clone()
    }
}

impl<'a> Lend<'a, &'a Refusal> for Refusal {
    fn lend(&'a self) -> &'a Refusal {
        self
    }
}

macro_rules! copied {
    ($($type:ty)+) => {$(
        impl Keep<$type> for $type {
            fn keep(self) -> $type {
                self
            }
        }

        impl Lend<'_, $type> for $type {
            fn lend(&self) -> $type {
                *self
            }
        }
    )+};
}

copied! { u32 Duration ErrorKind StopReason CircuitChange }

impl fmt::Display for EventRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())?;
        if let Some(name) = self.labels().and_then(|labels| labels.name) {
            write!(f, " {name}")?;
        }
        let mut details = OneLine { f, begun: false };
        write_details(&mut details, &self.event())
    }
}

/// What an event has beside its name and the name of its call.
fn write_details(to: &mut impl Write, event: &Event<'_>) -> fmt::Result {
    match *event {
        Event::AttemptFailed { attempt, kind, error, .. } => {
            write!(to, "attempt {attempt}, {kind}, {error}")
        }
        Event::HintReceived { attempt, hint, .. } => write!(to, "attempt {attempt}, {hint:?}"),
        Event::RetryScheduled { attempt, delay, .. } => {
            write!(to, "attempt {attempt} in {delay:?}")
        }
        Event::GateRefused { attempt, refusal, .. } => write!(to, "attempt {attempt}, {refusal}"),
        Event::BudgetExhausted { attempt, kind, .. } => write!(to, "attempt {attempt}, {kind}"),
        Event::Succeeded { attempts, .. } => write!(to, "attempts {attempts}"),
        Event::GaveUp { attempts, reason, .. } => {
            write!(to, "attempts {attempts}, {}", reason.as_str())
        }
        Event::Panicked { attempt, .. } => write!(to, "attempt {attempt}"),
        Event::CircuitChanged { breaker, change } => {
            let breaker = breaker.unwrap_or("without a name");
            write!(to, "{breaker}, {} to {}", change.from(), change.to())
        }
        Event::Probe { breaker: Some(name) } | Event::StoreRecovered { store: name } => {
            to.write_str(name)
        }
        Event::DeadLetter { failed: Some(error), .. } => write!(to, "lost, {error}"),
        Event::SettingsLoaded { source, failed: None } => to.write_str(source),
        Event::SettingsLoaded { source, failed: Some(error) }
        | Event::StoreDegraded { store: source, error } => write!(to, "{source}, {error}"),
        Event::CallStarted { .. } | Event::Probe { .. } | Event::DeadLetter { .. } => Ok(()),
    }
}

/// Begins what is written with a colon, and makes one line of it.
struct OneLine<'a, 'f> {
    f: &'a mut fmt::Formatter<'f>,
    begun: bool,
}

impl Write for OneLine<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if !std::mem::replace(&mut self.begun, true) {
            self.f.write_str(": ")?;
        }
        text.chars().try_for_each(|c| self.f.write_char(if c.is_control() { ' ' } else { c }))
    }
}
