//! The forms of values: how each is read, what it takes in the words of an error and in those of a
//! schema, and how it is written back.

use std::time::Duration;

use humantime::DurationError;

use crate::adapters::config::node::{Data, Table};
use crate::adapters::config::schema::{Bound, any_of, one_of, refer, typed};
use crate::values::breaker_policy::Window;

/// Why a value was not read.
pub(super) enum Misread {
    /// It is something else altogether.
    Form,
    /// This.
    Because(String),
    /// It is a table, and this is wrong with its entries, each by its place in it.
    Inside(Vec<(usize, String)>),
}

/// A type of values.
pub(super) trait Form: Sized {
    /// What it takes, to follow "takes".
    fn takes() -> String;

    fn read(data: &Data) -> Result<Self, Misread>;

    /// The value in human units. What is written reads as the same.
    fn write(&self) -> Data;

    /// What it takes, as a JSON Schema.
    fn schema(bound: Bound) -> Table;
}

impl Form for u32 {
    fn takes() -> String {
        "a whole number".to_owned()
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        let number = data.integer().ok_or(Misread::Form)?;
        Self::try_from(number).map_err(|_| {
            let end = if number < 0 {
                "not be below 0".to_owned()
            } else {
                format!("be at most {}", Self::MAX)
            };
            Misread::Because(format!("must {end}"))
        })
    }

    fn write(&self) -> Data {
        Data::Integer((*self).into())
    }

    fn schema(bound: Bound) -> Table {
        let mut schema = typed("integer");
        let low = bound.low.unwrap_or_default();
        let high = bound.high.unwrap_or(Self::MAX.into());
        for (word, end) in [("minimum", low), ("maximum", high)] {
            // A bound of a whole number is one.
            #[allow(clippy::cast_possible_truncation)]
            schema.put(word, Data::Integer(end as i128));
        }
        schema
    }
}

impl Form for f64 {
    fn takes() -> String {
        "a number".to_owned()
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        data.number().ok_or(Misread::Form)
    }

    fn write(&self) -> Data {
        Data::Float(*self)
    }

    fn schema(bound: Bound) -> Table {
        let mut schema = typed("number");
        if let Some(low) = bound.low {
            let word = if bound.is_open { "exclusiveMinimum" } else { "minimum" };
            schema.put(word, Data::Float(low));
        }
        if let Some(high) = bound.high {
            schema.put("maximum", Data::Float(high));
        }
        schema
    }
}

impl Form for String {
    fn takes() -> String {
        "a text".to_owned()
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        match data.text().ok_or(Misread::Form)? {
            "" => Err(Misread::Because("is empty".to_owned())),
            text => Ok(text.to_owned()),
        }
    }

    fn write(&self) -> Data {
        Data::word(self)
    }

    fn schema(_: Bound) -> Table {
        typed("string").with("minLength", Data::Integer(1))
    }
}

impl Form for Duration {
    fn takes() -> String {
        "a length of time with its unit".to_owned()
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        if let Data::Integer(number @ 0..) = data {
            let why = format!(
                "takes a length of time with its unit, such as \"{number}ms\" or \"{number}s\""
            );
            return Err(Misread::Because(why));
        }
        parse_duration(data.text().ok_or(Misread::Form)?).map_err(|what| {
            let forms = "write a number with its unit, such as \"250ms\", \"2s\" or \"1m30s\"";
            Misread::Because(format!("{what}: {forms}"))
        })
    }

    fn write(&self) -> Data {
        // `1m30s` and not `1m 30s`.
        Data::Text(humantime::format_duration(*self).to_string().replace(' ', ""))
    }

    fn schema(bound: Bound) -> Table {
        refer(if bound.is_open { "time_above_zero" } else { "time" })
    }
}

/// The sum of the parts of `1m30s`.
///
/// Each part is parsed by itself: humantime adds them up with a carry that can pass the end of a
/// `Duration`, and panics there.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let (mut parts, mut start, mut after_unit) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        if c.is_ascii_digit() && after_unit {
            parts.push(&text[start..at]);
            start = at;
        }
        after_unit = c.is_alphabetic();
    }
    parts.push(&text[start..]);
    if parts.len() > 1 && parts.last() == Some(&"0") {
        // By itself it needs no unit.
        return Err("is not a length of time".to_owned());
    }
    let too_long = || "is longer than can be counted".to_owned();
    parts.into_iter().try_fold(Duration::ZERO, |sum, part| {
        let part = humantime::parse_duration(part).map_err(|error| match error {
            DurationError::Empty => "is empty".to_owned(),
            DurationError::NumberOverflow => "is longer or finer than can be counted".to_owned(),
            DurationError::UnknownUnit { unit, .. } if !unit.is_empty() => {
                format!("has the unknown unit `{unit}`")
            }
            _ => "is not a length of time".to_owned(),
        })?;
        sum.checked_add(part).ok_or_else(too_long)
    })
}

/// `"none"`, or a value.
impl<T: Form> Form for Option<T> {
    fn takes() -> String {
        format!("{} or \"none\"", T::takes())
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        if data.text() == Some("none") { Ok(None) } else { T::read(data).map(Some) }
    }

    fn write(&self) -> Data {
        self.as_ref().map_or_else(|| Data::word("none"), Form::write)
    }

    fn schema(bound: Bound) -> Table {
        any_of([T::schema(bound), one_of(["none"])])
    }
}

impl Form for Window {
    fn takes() -> String {
        "a number of calls, or a length of time with its unit".to_owned()
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        if data.integer().is_some() {
            return u32::read(data).map(Self::Count);
        }
        Duration::read(data).map(Self::Time)
    }

    fn write(&self) -> Data {
        match self {
            Self::Count(calls) => calls.write(),
            Self::Time(time) => time.write(),
        }
    }

    fn schema(bound: Bound) -> Table {
        any_of([u32::schema(bound), refer("time_above_zero")])
    }
}
