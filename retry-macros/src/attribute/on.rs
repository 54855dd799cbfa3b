//! `on(kind, …)`: what is different for failures of one kind.

use syn::parse::ParseStream;
use syn::{Error, Ident, Result, Token, parenthesized, token};

use crate::attribute::nested::{Form, Nested, Slot};
use crate::attribute::value;

const ON: &[Slot] = &[
    Slot { key: "max_attempts", form: Form::Count, setter: "with_max_attempts" },
    Slot { key: "strategy", form: Form::Strategy, setter: "with_strategy" },
    Slot { key: "initial_delay", form: Form::Duration, setter: "with_initial_delay" },
    Slot { key: "max_delay", form: Form::Duration, setter: "with_max_delay" },
    Slot { key: "multiplier", form: Form::Multiplier, setter: "with_multiplier" },
    Slot { key: "jitter", form: Form::Jitter, setter: "with_jitter" },
    Slot {
        key: "cost",
        form: Form::Number {
            form: "a number of tokens from 0.0, such as `2.0`",
            from_zero: true,
            most: f64::MAX,
        },
        setter: "with_cost",
    },
];

/// `on(kind, …)`: what is different for failures of one kind.
pub(crate) struct OnKind {
    pub(crate) kind: Ident,
    pub(crate) variant: &'static str,
    pub(crate) schedule: Nested,
}

impl OnKind {
    pub(crate) fn read(name: &Ident, input: ParseStream<'_>) -> Result<Self> {
        const FORM: &str = "`on` takes a kind of failure and what is different for it, such as `on(rate_limit, max_attempts = 8)`";
        if !input.peek(token::Paren) {
            return Err(Error::new_spanned(name, FORM));
        }
        let inside;
        parenthesized!(inside in input);
        let kind: Ident = inside.parse().map_err(|_| Error::new_spanned(name, FORM)).and_then(
            |kind: Ident| {
                if inside.peek(Token![=]) { Err(Error::new_spanned(kind, FORM)) } else { Ok(kind) }
            },
        )?;
        let variant = value::error_kind(&kind)?;
        if !inside.is_empty() {
            inside.parse::<Token![,]>()?;
        }
        if inside.is_empty() {
            let message = format!("`on({kind})` says nothing that is different: {FORM}");
            return Err(Error::new_spanned(kind, message));
        }
        let schedule = Nested::read(name, ON, &inside)?;
        Ok(Self { kind, variant, schedule })
    }
}
