//! The values of the page: how each reads, and where the script finds it again.

use std::time::Duration;

pub(super) use crate::drivers::statistics::table_text::short;
use crate::values::kind::ErrorKind;
use crate::values::stop::StopReason;

/// A value as it reads, and the letter that the script knows its form by.
pub(super) struct Value {
    pub(super) text: String,
    form: char,
}

const NOTHING: &str = "–";

impl Value {
    pub(super) fn missing(self) -> Self {
        Self { text: NOTHING.to_owned(), ..self }
    }
}

fn value<T>(of: Option<T>, form: char, text: impl FnOnce(T) -> String) -> Value {
    Value { text: of.map_or_else(|| NOTHING.to_owned(), text), form }
}

pub(super) fn count(count: u64) -> Value {
    value(Some(count), 'n', grouped)
}

pub(super) fn share(share: Option<f64>) -> Value {
    value(share, 'p', |share| format!("{:.1} %", 100.0 * share))
}

pub(super) fn time(time: Option<Duration>) -> Value {
    value(time, 't', short)
}

pub(super) fn decimal(number: Option<f64>) -> Value {
    value(number, 'd', |number| format!("{number:.1}"))
}

pub(super) fn text(text: Option<&str>) -> Value {
    value(text, 's', escape)
}

/// With a comma after every three digits.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The cells of one row: where its values lie in the JSON.
pub(super) struct Cells(String);

/// Where one value lies in the JSON. It is made of numbers and of words of our own.
pub(super) struct Path(pub(super) String);

impl Cells {
    pub(super) const fn of(path: String) -> Self {
        Self(path)
    }

    pub(super) fn at(&self, key: &str) -> Path {
        Path(format!("{}.{key}", self.0))
    }
}

impl Path {
    /// The attributes of the element that shows the value.
    pub(super) fn marked(&self, value: &Value) -> String {
        format!(" data-v=\"{}\" data-f={}", self.0, value.form)
    }
}

/// What is counted, by its word.
pub(super) trait Word {
    fn word(&self) -> &'static str;
}

impl Word for ErrorKind {
    fn word(&self) -> &'static str {
        self.as_str()
    }
}

impl Word for StopReason {
    fn word(&self) -> &'static str {
        self.as_str()
    }
}

/// As text between tags, and in an attribute with quotes.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}
