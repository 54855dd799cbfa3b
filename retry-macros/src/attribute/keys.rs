//! The keys of the attribute: a table, filled from its tokens.
//!
//! A mistake in one key does not hide those in the others: it is noted, the rest of the key is
//! passed over, and reading goes on.

use std::time::Duration;

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, Ident, Path, Result, Token};

use crate::attribute::gates::{self, Budget, Policy};
use crate::attribute::mistakes::Mistakes;
use crate::attribute::nested::Nested;
use crate::attribute::on::OnKind;
use crate::attribute::statuses::Statuses;
use crate::attribute::suggest::did_you_mean;
use crate::attribute::tags::Tags;
use crate::attribute::value::{self, Callback, Jitter, Value, Wanted};

/// Every key, in the order of the manual.
pub(crate) const KEYS: [&str; 28] = [
    "policy",
    "retry",
    "max_attempts",
    "strategy",
    "initial_delay",
    "max_delay",
    "multiplier",
    "jitter",
    "timeout",
    "attempt_timeout",
    "retry_on",
    "never_on",
    "retry_if",
    "retry_if_ok",
    "retry_on_status",
    "on",
    "circuit_breaker",
    "budget",
    "rate_limit",
    "key",
    "fallback",
    "name",
    "service",
    "tags",
    "context",
    "on_retry",
    "max_hint",
    "crate",
];

/// What the attribute says, key by key.
#[derive(Default)]
pub(crate) struct Keys {
    pub(crate) policy: Option<Expr>,
    pub(crate) retry: Option<Expr>,
    pub(crate) max_attempts: Option<Value<u32>>,
    pub(crate) strategy: Option<Value<&'static str>>,
    pub(crate) initial_delay: Option<Value<Duration>>,
    pub(crate) max_delay: Option<Value<Duration>>,
    pub(crate) multiplier: Option<Value<f64>>,
    pub(crate) jitter: Option<Value<Jitter>>,
    pub(crate) timeout: Option<Value<Duration>>,
    pub(crate) attempt_timeout: Option<Value<Duration>>,
    pub(crate) retry_on: Option<Wanted>,
    pub(crate) never_on: Option<Wanted>,
    pub(crate) retry_if: Option<Callback>,
    pub(crate) retry_if_ok: Option<Callback>,
    pub(crate) retry_on_status: Option<Statuses>,
    pub(crate) on: Vec<OnKind>,
    pub(crate) circuit_breaker: Option<Policy>,
    pub(crate) budget: Option<Budget>,
    pub(crate) rate_limit: Option<Policy>,
    pub(crate) key: Option<Expr>,
    pub(crate) fallback: Option<Callback>,
    pub(crate) name: Option<Value<String>>,
    pub(crate) service: Option<Value<String>>,
    pub(crate) tags: Option<Tags>,
    pub(crate) context: Option<Ident>,
    pub(crate) on_retry: Option<Callback>,
    pub(crate) max_hint: Option<Value<Duration>>,
    pub(crate) crate_path: Option<Path>,
    /// The keys that were given, right or wrong, for what has to point at one.
    pub(crate) given: Vec<Ident>,
}

impl Keys {
    pub(crate) fn read(tokens: proc_macro2::TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut keys = Self::default();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if let Err(error) = keys.entry(input) {
                    mistakes.add(error);
                    skip_entry(input)?;
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        // What a wrong entry left unread between its brackets is no second mistake.
        if let (Err(error), true) = (parser.parse2(tokens), mistakes.is_empty()) {
            mistakes.add(error);
        }
        keys
    }

    /// The key with this name, as it was written.
    pub(crate) fn written(&self, name: &str) -> Option<&Ident> {
        self.given.iter().find(|key| *key == name)
    }

    fn entry(&mut self, input: ParseStream<'_>) -> Result<()> {
        let key = input.call(Ident::parse_any).map_err(|error| {
            Error::new(error.span(), "expected a key, such as `max_attempts = 3`")
        })?;
        let name = key.unraw().to_string();
        if !KEYS.contains(&name.as_str()) {
            return Err(Error::new_spanned(&key, unknown(&name)));
        }
        if name == "on" {
            return self.on_kind(key, input);
        }
        if self.written(&name).is_some() {
            return Err(Error::new_spanned(&key, format!("`{name}` is given twice")));
        }
        self.given.push(key.clone());
        if self.with_own_keys(&name, &key, input)? {
            return Ok(());
        }
        if !input.peek(Token![=]) {
            let message = format!("`{name}` takes a value: `{name} = …`");
            return Err(Error::new_spanned(&key, message));
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new_spanned(&key, format!("`{name}` has no value")));
        }
        self.value(&name, input)?;
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(());
        }
        Err(input.error(format!("expected `,` after the value of `{name}`")))
    }

    /// The gates that are written out.
    pub(crate) fn gates(&self) -> impl Iterator<Item = &Nested> {
        let budget = match &self.budget {
            Some(Budget::Policy(policy)) => Some(policy),
            _ => None,
        };
        let policies = [self.circuit_breaker.as_ref(), self.rate_limit.as_ref(), budget];
        policies.into_iter().flatten().filter_map(Policy::keys)
    }

    /// Whether the key is one that has keys of its own: a gate, or the tags.
    fn with_own_keys(&mut self, name: &str, key: &Ident, input: ParseStream<'_>) -> Result<bool> {
        match name {
            "circuit_breaker" => self.circuit_breaker = Some(gates::circuit_breaker(key, input)?),
            "rate_limit" => self.rate_limit = Some(gates::rate_limit(key, input)?),
            "budget" => self.budget = Some(gates::budget(key, input)?),
            "tags" => self.tags = Some(Tags::read(key, input)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `on(kind, …)`, once for each kind.
    fn on_kind(&mut self, key: Ident, input: ParseStream<'_>) -> Result<()> {
        let on = OnKind::read(&key, input)?;
        if self.on.iter().any(|other| other.variant == on.variant) {
            let message = format!("`on({})` is given twice", on.kind);
            return Err(Error::new_spanned(on.kind, message));
        }
        self.given.push(key);
        self.on.push(on);
        Ok(())
    }

    fn value(&mut self, name: &str, input: ParseStream<'_>) -> Result<()> {
        match name {
            "policy" => self.policy = Some(input.parse()?),
            "retry" => self.retry = Some(input.parse()?),
            "max_attempts" => self.max_attempts = Some(value::count(name, input)?),
            "strategy" => self.strategy = Some(value::strategy(input)?),
            "initial_delay" => self.initial_delay = Some(value::duration(name, input)?),
            "max_delay" => self.max_delay = Some(value::duration(name, input)?),
            "multiplier" => self.multiplier = Some(value::multiplier(input)?),
            "jitter" => self.jitter = Some(value::jitter(input)?),
            "timeout" => self.timeout = Some(value::duration(name, input)?),
            "attempt_timeout" => self.attempt_timeout = Some(value::duration(name, input)?),
            "max_hint" => self.max_hint = Some(value::duration(name, input)?),
            "retry_on" => self.retry_on = Some(input.parse()?),
            "never_on" => self.never_on = Some(input.parse()?),
            "retry_if" => self.retry_if = Some(condition(input)?),
            "retry_if_ok" => self.retry_if_ok = Some(ok_condition(input)?),
            "retry_on_status" => self.retry_on_status = Some(input.parse()?),
            "name" => self.name = Some(value::label(name, input)?),
            "service" => self.service = Some(value::label(name, input)?),
            "key" => self.key = Some(input.parse()?),
            "fallback" => self.fallback = Some(fallback(input)?),
            "context" => self.context = Some(context(input)?),
            "on_retry" => self.on_retry = Some(hook(input)?),
            _ => self.crate_path = Some(value::crate_path(input)?),
        }
        Ok(())
    }
}

fn condition(input: ParseStream<'_>) -> Result<Callback> {
    let form =
        "`|error| …`, `|error, attempt| …` or a path to such a function, that returns a bool";
    value::callback("retry_if", input, (&[1, 2], form))
}

fn ok_condition(input: ParseStream<'_>) -> Result<Callback> {
    value::callback(
        "retry_if_ok",
        input,
        (&[1], "`|value| …` or a path to such a function, that returns a bool"),
    )
}

fn hook(input: ParseStream<'_>) -> Result<Callback> {
    value::callback(
        "on_retry",
        input,
        (&[1], "`|retrying| …` or a path to a `fn(&Retrying<'_, E>)`"),
    )
}

fn fallback(input: ParseStream<'_>) -> Result<Callback> {
    value::callback(
        "fallback",
        input,
        (
            &[1],
            "`|error| …` or a path to a function of the error, that returns what the function returns",
        ),
    )
}

fn context(input: ParseStream<'_>) -> Result<Ident> {
    input.parse().map_err(|error| {
        Error::new(error.span(), "`context` takes a name for the `&Attempt`, such as `attempt`")
    })
}

fn unknown(name: &str) -> String {
    let hint = match name {
        "max_retries" | "retries" | "times" => {
            "; use `max_attempts`, which counts the first call too: retries + 1".to_owned()
        }
        "delay" | "backoff" | "base" | "min_delay" => "; did you mean `initial_delay`?".to_owned(),
        "attempts" => "; did you mean `max_attempts`?".to_owned(),
        "factor" => "; did you mean `multiplier`?".to_owned(),
        "tag" | "labels" => "; did you mean `tags`?".to_owned(),
        "when" => "; did you mean `retry_if`?".to_owned(),
        "notify" => "; did you mean `on_retry`?".to_owned(),
        "breaker" => "; did you mean `circuit_breaker`?".to_owned(),
        "handle" => "; did you mean `retry`?".to_owned(),
        "throttle" => "; a throttle is given to a handle: `Retry::with_throttle`".to_owned(),
        "preset" => "; a preset makes a handle: `retry = Retry::from_preset(…)`".to_owned(),
        "deadline" | "total_timeout" => "; did you mean `timeout`?".to_owned(),
        _ => did_you_mean(name, KEYS),
    };
    format!("unknown key `{name}`{hint}\nthe keys are {}", KEYS.join(", "))
}

/// Passes over what is left of a wrong entry, up to its comma; the commas of a closure's
/// arguments are not that.
fn skip_entry(input: ParseStream<'_>) -> Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        let ahead = input.fork();
        if ahead.parse::<Expr>().is_ok() {
            input.advance_to(&ahead);
        }
    }
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
