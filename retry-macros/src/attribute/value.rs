//! The values that keys take: each is read, checked as far as a literal can be, and kept with its
//! tokens, so that what is wrong with it later still points at it.

use std::time::Duration;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{
    Error, Expr, ExprLit, ExprUnary, Ident, Lit, LitStr, Path, Result, Token, Type, UnOp,
    bracketed, parenthesized, token,
};

use crate::attribute::suggest::did_you_mean;

/// A value that is known now, or an expression that the compiler will know.
pub(crate) struct Value<T> {
    pub(crate) expr: Expr,
    pub(crate) known: Option<T>,
}

impl<T> ToTokens for Value<T> {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.expr.to_tokens(tokens);
    }
}

/// The literal in `expr`, with whether a minus stands before it.
pub(crate) fn literal(expr: &Expr) -> Option<(bool, &Lit)> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => Some((false, lit)),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => {
            let (negative, lit) = literal(expr)?;
            Some((!negative, lit))
        }
        Expr::Group(group) => literal(&group.expr),
        Expr::Paren(paren) => literal(&paren.expr),
        _ => None,
    }
}

fn at<T>(tokens: &impl ToTokens, message: impl std::fmt::Display) -> Result<T> {
    Err(Error::new_spanned(tokens, message))
}

/// A whole number of at least 1: `max_attempts`, and what else counts calls.
pub(crate) fn count(key: &str, input: ParseStream<'_>) -> Result<Value<u32>> {
    let (why, also) = match key {
        "max_attempts" => (": it counts the first call", "; it counts the first call"),
        _ => ("", ""),
    };
    let expr: Expr = input.parse()?;
    let known = match literal(&expr) {
        None => None,
        Some((false, Lit::Int(int))) => match int.base10_parse::<u32>() {
            Ok(0) => return at(&expr, format!("`{key}` must be at least 1{why}")),
            Ok(attempts) => Some(attempts),
            Err(_) => return at(&expr, format!("`{key}` must be at most {}", u32::MAX)),
        },
        Some(_) => {
            let form = "takes a whole number of at least 1, such as `3`";
            return at(&expr, format!("`{key}` {form}{also}"));
        }
    };
    Ok(Value { expr, known })
}

/// A length of time: `"250ms"`, or an expression.
pub(crate) fn duration(key: &str, input: ParseStream<'_>) -> Result<Value<Duration>> {
    let expr: Expr = input.parse()?;
    let known = match literal(&expr) {
        None => None,
        Some((false, Lit::Str(text))) => Some(parse_duration(key, text)?),
        Some((negative, lit)) => {
            let example = match lit {
                Lit::Int(int) if !negative => {
                    format!("\"{}ms\" or \"{}s\"", int.base10_digits(), int.base10_digits())
                }
                _ => "\"250ms\", \"2s\" or \"1m30s\"".to_owned(),
            };
            return at(
                &expr,
                format!(
                    "`{key}` takes a length of time with its unit, such as {example}, or a `Duration`"
                ),
            );
        }
    };
    Ok(Value { expr, known })
}

fn parse_duration(key: &str, text: &LitStr) -> Result<Duration> {
    const FORMS: &str = "write a number with its unit, such as \"250ms\", \"2s\" or \"1m30s\"";
    let value = text.value();
    let wrong = |what: String| at(text, format!("{what}: {FORMS}"));
    match humantime::parse_duration(&value) {
        Ok(duration) => Ok(duration),
        Err(humantime::DurationError::Empty) => wrong(format!("`{key}` is empty")),
        Err(humantime::DurationError::NumberOverflow) => {
            wrong(format!("`{key}` = \"{value}\" is longer than can be counted"))
        }
        Err(humantime::DurationError::UnknownUnit { unit, .. }) if !unit.is_empty() => {
            wrong(format!("`{key}` = \"{value}\" has the unknown unit `{unit}`"))
        }
        Err(_) => wrong(format!("`{key}` = \"{value}\" is not a length of time")),
    }
}

/// The tokens of a length of time, as a `Duration`.
pub(crate) fn duration_tokens(value: &Value<Duration>) -> TokenStream {
    match value.known {
        None => value.expr.to_token_stream(),
        Some(known) => {
            let (seconds, nanos) = (known.as_secs(), known.subsec_nanos());
            quote!(::core::time::Duration::new(#seconds, #nanos))
        }
    }
}

/// A factor: a number, or an expression. An integer is taken as the float it means.
fn factor(key: &str, form: &str, expr: &Expr) -> Result<Option<f64>> {
    let number = match literal(expr) {
        None => return Ok(None),
        Some((negative, Lit::Float(float))) => (negative, float.base10_parse::<f64>()),
        Some((negative, Lit::Int(int))) => (negative, int.base10_parse::<f64>()),
        Some(_) => return at(expr, format!("`{key}` takes {form}")),
    };
    match number {
        (negative, Ok(number)) => Ok(Some(if negative { -number } else { number })),
        (_, Err(_)) => at(expr, format!("`{key}` takes {form}")),
    }
}

/// `multiplier`: a finite number of at least 1.
pub(crate) fn multiplier(input: ParseStream<'_>) -> Result<Value<f64>> {
    let expr: Expr = input.parse()?;
    let known = factor("multiplier", "a number of at least 1.0, such as `2.0`", &expr)?;
    match known {
        Some(number) if !(number.is_finite() && number >= 1.0) => {
            at(&expr, "`multiplier` must be a finite number of at least 1.0")
        }
        _ => Ok(Value { expr, known }),
    }
}

/// A number that is `legal`, in the words of `form`.
pub(crate) fn number(
    key: &str,
    (form, legal): (&str, &dyn Fn(f64) -> bool),
    input: ParseStream<'_>,
) -> Result<Value<f64>> {
    let expr: Expr = input.parse()?;
    match factor(key, form, &expr)? {
        Some(number) if !legal(number) => at(&expr, format!("`{key}` takes {form}")),
        known => Ok(Value { expr, known }),
    }
}

pub(crate) const STRATEGIES: [(&str, &str); 5] = [
    ("fixed", "Fixed"),
    ("exponential", "Exponential"),
    ("linear", "Linear"),
    ("random", "Random"),
    ("fibonacci", "Fibonacci"),
];

pub(crate) const JITTERS: [(&str, &str); 4] =
    [("none", "None"), ("full", "Full"), ("equal", "Equal"), ("decorrelated", "Decorrelated")];

fn quoted(words: &[(&str, &str)]) -> String {
    words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

fn variant(words: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    words.iter().find(|(name, _)| *name == word).map(|&(_, variant)| variant)
}

/// `strategy`: one of the words, or a function. Known as the variant's name.
pub(crate) fn strategy(input: ParseStream<'_>) -> Result<Value<&'static str>> {
    let expr: Expr = input.parse()?;
    let legal = || format!("{}, or a path to a `fn(&Attempt) -> Duration`", quoted(&STRATEGIES));
    let known = match literal(&expr) {
        None => None,
        Some((false, Lit::Str(text))) => match variant(&STRATEGIES, &text.value()) {
            Some(variant) => Some(variant),
            None => return at(text, wrong_strategy(&text.value(), &legal())),
        },
        Some(_) => return at(&expr, format!("`strategy` takes {}", legal())),
    };
    Ok(Value { expr, known })
}

fn wrong_strategy(word: &str, legal: &str) -> String {
    if variant(&JITTERS, word).is_some() {
        return format!("\"{word}\" is a jitter, not a strategy: write `jitter = \"{word}\"`");
    }
    let hint = did_you_mean(word, STRATEGIES.iter().map(|&(name, _)| name));
    format!("unknown strategy \"{word}\"{hint}\n`strategy` takes {legal}")
}

/// What `jitter` can be.
pub(crate) enum Jitter {
    Word(&'static str),
    Ratio(f64),
}

/// `jitter`: one of the words, or a ratio.
pub(crate) fn jitter(input: ParseStream<'_>) -> Result<Value<Jitter>> {
    let expr: Expr = input.parse()?;
    let legal = || format!("{}, or a ratio in 0.0..=1.0 such as `0.1`", quoted(&JITTERS));
    if let Some((false, Lit::Str(text))) = literal(&expr) {
        let word = text.value();
        let Some(variant) = variant(&JITTERS, &word) else {
            let hint = did_you_mean(&word, JITTERS.iter().map(|&(name, _)| name));
            return at(
                text,
                format!("unknown jitter \"{word}\"{hint}\n`jitter` takes {}", legal()),
            );
        };
        return Ok(Value { expr, known: Some(Jitter::Word(variant)) });
    }
    match factor("jitter", &legal(), &expr)? {
        Some(ratio) if !(0.0..=1.0).contains(&ratio) => {
            at(&expr, format!("`jitter` as a ratio must be in 0.0..=1.0; it takes {}", legal()))
        }
        known => Ok(Value { expr, known: known.map(Jitter::Ratio) }),
    }
}

/// `name` and `service`: a text that is not empty.
pub(crate) fn label(key: &str, input: ParseStream<'_>) -> Result<Value<String>> {
    let expr: Expr = input.parse()?;
    let known = match literal(&expr) {
        None => None,
        Some((false, Lit::Str(text))) if !text.value().is_empty() => Some(text.value()),
        Some((false, Lit::Str(text))) => return at(text, format!("`{key}` is empty")),
        Some(_) => return at(&expr, format!("`{key}` takes a text, such as \"billing\"")),
    };
    Ok(Value { expr, known })
}

/// `retry_on` and `never_on`: types and kinds.
pub(crate) struct Wanted {
    pub(crate) types: Vec<Type>,
    pub(crate) kinds: Vec<(Ident, &'static str)>,
}

pub(crate) const KINDS: [(&str, &str); 9] = [
    ("transient", "Transient"),
    ("permanent", "Permanent"),
    ("timeout", "Timeout"),
    ("rate_limit", "RateLimit"),
    ("circuit_breaker", "CircuitBreaker"),
    ("network", "Network"),
    ("server", "Server"),
    ("client", "Client"),
    ("unknown", "Unknown"),
];

impl Parse for Wanted {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut wanted = Self { types: Vec::new(), kinds: Vec::new() };
        let start = input.span();
        let list;
        if input.peek(token::Bracket) {
            bracketed!(list in input);
        } else if input.peek(token::Paren) {
            parenthesized!(list in input);
        } else {
            wanted.item(input)?;
            return Ok(wanted);
        }
        if list.is_empty() {
            let message =
                "an empty list matches nothing: name an error type, or kinds as `kind(network)`";
            return Err(Error::new(start, message));
        }
        while !list.is_empty() {
            wanted.item(&list)?;
            if !list.is_empty() {
                list.parse::<Token![,]>()?;
            }
        }
        Ok(wanted)
    }
}

impl Wanted {
    fn item(&mut self, input: ParseStream<'_>) -> Result<()> {
        if input.peek(syn::LitStr) {
            return Err(input
                .error("an error type is written without quotes, and kinds as `kind(network)`"));
        }
        if !(input.peek(Ident) && input.peek2(token::Paren)) {
            let ty: Type = input.parse()?;
            if let Some(kind) = lone_kind(&ty) {
                return at(&ty, format!("`{kind}` is a kind: write `kind({kind})`"));
            }
            self.types.push(ty);
            return Ok(());
        }
        let word: Ident = input.parse()?;
        if word != "kind" {
            return at(&word, "expected an error type, or kinds as `kind(network, timeout)`");
        }
        let list;
        parenthesized!(list in input);
        for kind in Punctuated::<Ident, Token![,]>::parse_terminated(&list)? {
            self.kinds.push((kind.clone(), error_kind(&kind)?));
        }
        Ok(())
    }
}

/// The kind that was written as if it were a type.
fn lone_kind(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let word = path.path.get_ident()?.to_string();
    variant(&KINDS, &word).map(|_| word)
}

pub(crate) fn error_kind(kind: &Ident) -> Result<&'static str> {
    let word = kind.unraw().to_string();
    variant(&KINDS, &word).map_or_else(
        || {
            let hint = did_you_mean(&word, KINDS.iter().map(|&(name, _)| name));
            let names: Vec<_> = KINDS.iter().map(|&(name, _)| name).collect();
            at(kind, format!("unknown kind `{word}`{hint}\nthe kinds are {}", names.join(", ")))
        },
        Ok,
    )
}

/// A function by its path, or a closure of so many arguments.
pub(crate) struct Callback {
    pub(crate) expr: Expr,
    pub(crate) arguments: Option<usize>,
}

/// What a fragment of `macro_rules!` holds, without its invisible group.
fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => ungrouped(*group.expr),
        expr => expr,
    }
}

/// `retry_if`, `retry_if_ok`, `on_retry`: a path, or a closure with one of `legal` counts of
/// arguments.
pub(crate) fn callback(
    key: &str,
    input: ParseStream<'_>,
    (legal, form): (&[usize], &str),
) -> Result<Callback> {
    let expr = ungrouped(input.parse()?);
    let arguments = match &expr {
        // A fallback is all that is left of the call, and may take its time.
        Expr::Closure(closure) if closure.asyncness.is_some() && key != "fallback" => {
            return at(
                &closure.asyncness,
                format!("`{key}` is asked between attempts and cannot wait: it takes {form}"),
            );
        }
        Expr::Closure(closure) => Some(closure.inputs.len()),
        Expr::Path(_) | Expr::Paren(_) => None,
        _ => return at(&expr, format!("`{key}` takes {form}")),
    };
    if arguments.is_some_and(|arguments| !legal.contains(&arguments)) {
        return at(&expr, format!("`{key}` takes {form}"));
    }
    Ok(Callback { expr, arguments })
}

/// `crate`: a path, also as a text.
pub(crate) fn crate_path(input: ParseStream<'_>) -> Result<Path> {
    if input.peek(LitStr) {
        return input.parse::<LitStr>()?.parse_with(Path::parse_mod_style);
    }
    input.call(Path::parse_mod_style)
}
