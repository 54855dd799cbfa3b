//! Keys inside a key: `on(rate_limit, max_attempts = 8)`, `circuit_breaker(window = "10s")`.
//!
//! Each such key has a table of what it takes. Every mistake between its parentheses is noted, as
//! between those of the attribute.

use std::time::Duration;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Expr, Ident, Lit, LitStr, Result, Token};

use crate::attribute::suggest::did_you_mean;
use crate::attribute::value::{self, Jitter, Value, Wanted, literal};

/// What a key takes.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// A whole number of at least 1.
    Count,
    Duration,
    Strategy,
    Jitter,
    Multiplier,
    /// A number that is above zero (or from zero) and at most the bound.
    Number {
        form: &'static str,
        from_zero: bool,
        most: f64,
    },
    /// Kinds of failures: `kind(network, timeout)`, or a list of them.
    Kinds,
    /// A length of time, or a number of calls.
    Window,
    /// How many may wait.
    Waiting,
    /// One of these words, each with the constant that it stands for.
    Word(&'static [(&'static str, &'static str)]),
}

/// A key of a table: its name, what it takes, the setter that it becomes.
pub(crate) struct Slot {
    pub(crate) key: &'static str,
    pub(crate) form: Form,
    pub(crate) setter: &'static str,
}

/// A key that was given, with its value.
pub(crate) struct Entry {
    pub(crate) key: Ident,
    pub(crate) setter: &'static str,
    pub(crate) value: Given,
}

/// A value that was given.
pub(crate) enum Given {
    Expr(Expr),
    Duration(Value<Duration>),
    Factor(Value<f64>),
    Strategy(Value<&'static str>),
    Jitter(Value<Jitter>),
    Kinds(Vec<(Ident, &'static str)>),
    CountWindow(Expr),
    TimeWindow(Value<Duration>),
    /// A path below the crate.
    Constant(&'static str),
    /// The bound of a waiting room.
    Waiting(Expr),
}

impl Given {
    /// The tokens that the user wrote, where they can be more than a literal.
    pub(crate) fn tokens(&self) -> TokenStream {
        match self {
            Self::Expr(expr) | Self::CountWindow(expr) | Self::Waiting(expr) => {
                expr.to_token_stream()
            }
            Self::Duration(value) | Self::TimeWindow(value) => value.to_token_stream(),
            Self::Factor(value) => value.to_token_stream(),
            Self::Strategy(value) => value.to_token_stream(),
            Self::Jitter(value) => value.to_token_stream(),
            Self::Kinds(_) | Self::Constant(_) => TokenStream::new(),
        }
    }

    /// Whether the value is a literal, which has been checked.
    pub(crate) fn is_known(&self) -> bool {
        match self {
            Self::Expr(expr) | Self::CountWindow(expr) | Self::Waiting(expr) => {
                literal(expr).is_some()
            }
            Self::Duration(value) | Self::TimeWindow(value) => value.known.is_some(),
            Self::Factor(value) => value.known.is_some(),
            // A function is right whatever it computes.
            Self::Strategy(_) | Self::Kinds(_) | Self::Constant(_) => true,
            Self::Jitter(value) => value.known.is_some(),
        }
    }

    pub(crate) const fn duration(&self) -> Option<Duration> {
        match self {
            Self::Duration(value) => value.known,
            _ => None,
        }
    }
}

/// Everything between a pair of parentheses.
pub(crate) struct Nested {
    pub(crate) name: Ident,
    pub(crate) entries: Vec<Entry>,
}

impl Nested {
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key.
    pub(crate) fn given(&self, key: &str) -> Option<&Given> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Reads the entries of the key `name` up to the end of `input`.
    pub(crate) fn read(name: &Ident, table: &[Slot], input: ParseStream<'_>) -> Result<Self> {
        let mut nested = Self { name: name.clone(), entries: Vec::new() };
        let mut mistakes: Option<Error> = None;
        let mut note = |error: Error| match &mut mistakes {
            None => mistakes = Some(error),
            Some(first) => first.combine(error),
        };
        while !input.is_empty() {
            if let Err(error) = nested.read_entry(table, input) {
                note(error);
                while !input.is_empty() && !input.peek(Token![,]) {
                    input.parse::<TokenTree>()?;
                }
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        mistakes.map_or(Ok(nested), Err)
    }

    fn read_entry(&mut self, table: &[Slot], input: ParseStream<'_>) -> Result<()> {
        let name = &self.name;
        let key = input.call(Ident::parse_any).map_err(|error| {
            let example = table.first().map_or("", |slot| slot.key);
            Error::new(error.span(), format!("`{name}` takes keys, such as `{example} = …`"))
        })?;
        let word = key.unraw().to_string();
        let Some(slot) = table.iter().find(|slot| slot.key == word) else {
            let keys: Vec<_> = table.iter().map(|slot| slot.key).collect();
            let hint = match other_word(&word).filter(|own| keys.contains(own)) {
                Some(own) => format!("; did you mean `{own}`?"),
                None => did_you_mean(&word, keys.iter().copied()),
            };
            let keys = keys.join(", ");
            let message =
                format!("unknown key `{word}` in `{name}`{hint}\nthe keys of `{name}` are {keys}");
            return Err(Error::new_spanned(&key, message));
        };
        if self.entry(&word).is_some() {
            return Err(Error::new_spanned(&key, format!("`{word}` is given twice in `{name}`")));
        }
        if !input.peek(Token![=]) {
            return Err(Error::new_spanned(&key, format!("`{word}` takes a value: `{word} = …`")));
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new_spanned(&key, format!("`{word}` has no value")));
        }
        let value = given(slot, input)?;
        self.entries.push(Entry { key, setter: slot.setter, value });
        Ok(())
    }
}

/// What other libraries call a key by.
fn other_word(word: &str) -> Option<&'static str> {
    Some(match word {
        "threshold" | "failure_threshold" | "max_failures" => "consecutive_failures",
        "failure_rate_threshold" | "error_rate" => "failure_ratio",
        "timeout" | "reset_timeout" | "cooldown" | "break_duration" => "open_for",
        "minimum_throughput" | "min_requests" | "volume_threshold" => "min_calls",
        "half_open_max_calls" | "half_open_requests" => "probes",
        "slow_call_duration" => "slow_call",
        _ => return None,
    })
}

fn given(slot: &Slot, input: ParseStream<'_>) -> Result<Given> {
    let key = slot.key;
    Ok(match slot.form {
        Form::Count => Given::Expr(value::count(key, input)?.expr),
        Form::Duration => Given::Duration(value::duration(key, input)?),
        Form::Strategy => Given::Strategy(value::strategy(input)?),
        Form::Jitter => Given::Jitter(value::jitter(input)?),
        Form::Multiplier => Given::Factor(value::multiplier(input)?),
        Form::Number { form, from_zero, most } => {
            let range = |number: f64| number.is_finite() && number >= 0.0 && number <= most;
            let legal = |number: f64| range(number) && (from_zero || number > 0.0);
            Given::Factor(value::number(key, (form, &legal), input)?)
        }
        Form::Kinds => {
            let wanted: Wanted = input.parse()?;
            if let Some(ty) = wanted.types.first() {
                let message = format!("`{key}` takes kinds: `kind(network, timeout)`");
                return Err(Error::new_spanned(ty, message));
            }
            Given::Kinds(wanted.kinds)
        }
        Form::Window => window(key, input)?,
        Form::Waiting => Given::Waiting(value::count(key, input)?.expr),
        Form::Word(words) => return word(key, words, input),
    })
}

fn window(key: &str, input: ParseStream<'_>) -> Result<Given> {
    let ahead = input.fork();
    let expr: Expr = ahead.parse()?;
    match literal(&expr) {
        Some((_, Lit::Int(_))) => Ok(Given::CountWindow(value::count(key, input)?.expr)),
        _ => Ok(Given::TimeWindow(value::duration(key, input)?)),
    }
}

fn word(
    key: &str,
    words: &'static [(&'static str, &'static str)],
    input: ParseStream<'_>,
) -> Result<Given> {
    let legal: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    let form = format!("`{key}` takes {}", legal.join(" or "));
    let text: LitStr = input.parse().map_err(|error| Error::new(error.span(), &form))?;
    match words.iter().find(|(word, _)| *word == text.value()) {
        Some((_, constant)) => Ok(Given::Constant(constant)),
        None => Err(Error::new_spanned(text, form)),
    }
}
