//! The forms of values that are said in words: the words of the attribute.

use crate::adapters::config::form::{Form, Misread};
use crate::adapters::config::node::{Data, Table};
use crate::adapters::config::schema::{Bound, any_of, one_of, refer, typed, within};
use crate::adapters::config::suggest::did_you_mean;
use crate::values::breaker_policy::OnOpen;
use crate::values::jitter::Jitter;
use crate::values::kind::ErrorKind;
use crate::values::kinds::Kinds;
use crate::values::scope::Scope;
use crate::values::strategy::Strategy;

const STRATEGIES: [(&str, Strategy); 5] = [
    ("fixed", Strategy::Fixed),
    ("exponential", Strategy::Exponential),
    ("linear", Strategy::Linear),
    ("random", Strategy::Random),
    ("fibonacci", Strategy::Fibonacci),
];

const JITTERS: [(&str, Jitter); 4] = [
    ("none", Jitter::None),
    ("full", Jitter::Full),
    ("equal", Jitter::Equal),
    ("decorrelated", Jitter::Decorrelated),
];

const ON_OPEN: [(&str, OnOpen); 2] = [("park", OnOpen::PARK), ("refuse", OnOpen::Refuse)];

const SCOPES: [(&str, Scope); 2] = [("attempts", Scope::Attempt), ("calls", Scope::Call)];

fn quoted<T>(words: &[(&str, T)]) -> String {
    words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

fn value_of<T: Copy>(words: &[(&str, T)], text: &str) -> Option<T> {
    words.iter().find(|(word, _)| *word == text).map(|&(_, value)| value)
}

fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> Option<&'static str> {
    words.iter().find(|(_, other)| other == value).map(|&(word, _)| word)
}

fn unknown<T: Form>(what: &str, text: &str, words: &[&str]) -> Misread {
    let hint = did_you_mean(text, words.iter().copied());
    Misread::Because(format!("unknown {what}{hint}; it takes {}", T::takes()))
}

impl Form for Strategy {
    fn takes() -> String {
        quoted(&STRATEGIES)
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        let text = data.text().ok_or(Misread::Form)?;
        if let Some(strategy) = value_of(&STRATEGIES, text) {
            return Ok(strategy);
        }
        if value_of(&JITTERS, text).is_some() {
            let why = format!("is a jitter, not a strategy: say `jitter` = \"{text}\"");
            return Err(Misread::Because(why));
        }
        if text == "custom" {
            let why = "a strategy of your own is a function, which only code can name: give it to what the settings are applied to, and leave `strategy` out";
            return Err(Misread::Because(why.to_owned()));
        }
        Err(unknown::<Self>("strategy", text, &STRATEGIES.map(|(word, _)| word)))
    }

    fn write(&self) -> Data {
        Data::word(word_of(&STRATEGIES, self).unwrap_or("custom"))
    }

    fn schema(_: Bound) -> Table {
        one_of(STRATEGIES.map(|(word, _)| word))
    }
}

impl Form for Jitter {
    fn takes() -> String {
        format!("{}, or a ratio in 0.0..=1.0 such as 0.1", quoted(&JITTERS))
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        if let Some(ratio) = data.number() {
            return Ok(Self::Ratio(ratio));
        }
        let text = data.text().ok_or(Misread::Form)?;
        let unknown = || unknown::<Self>("jitter", text, &JITTERS.map(|(word, _)| word));
        value_of(&JITTERS, text).ok_or_else(unknown)
    }

    fn write(&self) -> Data {
        match self {
            Self::Ratio(ratio) => ratio.write(),
            jitter => Data::word(word_of(&JITTERS, jitter).unwrap_or_default()),
        }
    }

    fn schema(_: Bound) -> Table {
        any_of([one_of(JITTERS.map(|(word, _)| word)), f64::schema(within(0.0, 1.0))])
    }
}

impl Form for OnOpen {
    fn takes() -> String {
        quoted(&ON_OPEN)
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        value_of(&ON_OPEN, data.text().ok_or(Misread::Form)?).ok_or(Misread::Form)
    }

    fn write(&self) -> Data {
        Data::word(if *self == Self::Refuse { "refuse" } else { "park" })
    }

    fn schema(_: Bound) -> Table {
        one_of(ON_OPEN.map(|(word, _)| word))
    }
}

impl Form for Scope {
    fn takes() -> String {
        quoted(&SCOPES)
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        value_of(&SCOPES, data.text().ok_or(Misread::Form)?).ok_or(Misread::Form)
    }

    fn write(&self) -> Data {
        Data::word(word_of(&SCOPES, self).unwrap_or_default())
    }

    fn schema(_: Bound) -> Table {
        one_of(SCOPES.map(|(word, _)| word))
    }
}

fn kind_of(word: &str) -> Option<ErrorKind> {
    ErrorKind::ALL.into_iter().find(|kind| kind.as_str() == word)
}

/// A list of kinds, in the environment with commas between them.
impl Form for Kinds {
    fn takes() -> String {
        format!("a list of {}", ErrorKind::ALL.map(ErrorKind::as_str).join(", "))
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        let words: Vec<&str> = match data {
            Data::Raw(text) => {
                text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect()
            }
            Data::List(list) => {
                list.iter().map(Data::text).collect::<Option<_>>().ok_or(Misread::Form)?
            }
            _ => return Err(Misread::Form),
        };
        words.into_iter().try_fold(Self::NONE, |set, word| {
            let names = ErrorKind::ALL.map(ErrorKind::as_str);
            let unknown = || unknown::<Self>(&format!("kind \"{word}\""), word, &names);
            kind_of(word).map(|kind| set.with(kind)).ok_or_else(unknown)
        })
    }

    fn write(&self) -> Data {
        let kinds = ErrorKind::ALL.into_iter().filter(|kind| self.contains(*kind));
        Data::List(kinds.map(|kind| Data::word(kind.as_str())).collect())
    }

    fn schema(_: Bound) -> Table {
        typed("array").with("items", Data::Table(refer("kind")))
    }
}
