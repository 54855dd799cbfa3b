//! The gates of a function: `circuit_breaker(…)`, `budget(…)`, `rate_limit(…)`.

use syn::parse::ParseStream;
use syn::{Error, Expr, Ident, LitStr, Result, Token, parenthesized, token};

use crate::attribute::nested::{Form, Given, Nested, Slot};

/// A policy that is written out, or a constant that holds one.
pub(crate) enum Policy {
    Keys(Nested),
    Constant(Expr),
}

impl Policy {
    pub(crate) const fn keys(&self) -> Option<&Nested> {
        match self {
            Self::Keys(keys) => Some(keys),
            Self::Constant(_) => None,
        }
    }
}

/// What `budget` says.
pub(crate) enum Budget {
    /// `budget = "none"`: retries are not bounded.
    None,
    Policy(Policy),
}

const fn slot(key: &'static str, form: Form) -> Slot {
    Slot { key, form, setter: key }
}

const RATIO: Form = Form::Number {
    form: "a ratio above 0.0 and at most 1.0, such as `0.5`",
    from_zero: false,
    most: 1.0,
};

const CIRCUIT_BREAKER: &[Slot] = &[
    slot("failure_ratio", RATIO),
    slot("window", Form::Window),
    slot("min_calls", Form::Count),
    slot("consecutive_failures", Form::Count),
    slot("slow_call", Form::Duration),
    slot("slow_ratio", RATIO),
    slot("failures", Form::Kinds),
    slot("ignored", Form::Kinds),
    slot("open_for", Form::Duration),
    slot("max_open_for", Form::Duration),
    slot("probes", Form::Count),
    slot("lease", Form::Duration),
    Slot {
        key: "on_open",
        form: Form::Word(&[("park", "OnOpen::PARK"), ("refuse", "OnOpen::Refuse")]),
        setter: "on_open",
    },
    Slot { key: "max_waiting", form: Form::Waiting, setter: "on_open" },
    slot("park_for", Form::Duration),
    slot("probe_gap", Form::Duration),
    Slot {
        key: "counts",
        form: Form::Word(&[("attempts", "Scope::Attempt"), ("calls", "Scope::Call")]),
        setter: "scope",
    },
];

const BUDGET: &[Slot] = &[
    Slot { key: "ratio", form: RATIO, setter: "with_ratio" },
    Slot {
        key: "payback",
        form: Form::Number {
            form: "a number of tokens from 0.0, such as `1.5`",
            from_zero: true,
            most: f64::MAX,
        },
        setter: "with_payback",
    },
    Slot { key: "max_tokens", form: Form::Count, setter: "with_max_tokens" },
];

const RATE_LIMIT: &[Slot] = &[
    Slot {
        key: "beta",
        form: Form::Number {
            form: "a factor between 0.0 and 1.0, such as `0.7`",
            from_zero: false,
            most: 1.0,
        },
        setter: "with_beta",
    },
    Slot {
        key: "scale",
        form: Form::Number {
            form: "a number above 0.0, such as `0.4`",
            from_zero: false,
            most: f64::MAX,
        },
        setter: "with_scale",
    },
    Slot {
        key: "min_rate",
        form: Form::Number {
            form: "a number of attempts per second above 0.0, such as `0.5`",
            from_zero: false,
            most: f64::MAX,
        },
        setter: "with_min_rate",
    },
    Slot { key: "max_wait", form: Form::Duration, setter: "with_max_wait" },
];

pub(crate) fn circuit_breaker(name: &Ident, input: ParseStream<'_>) -> Result<Policy> {
    let policy = policy(name, (CIRCUIT_BREAKER, "BreakerPolicy"), input)?;
    if let Policy::Keys(keys) = &policy
        && let (Some(_), Some(waiting)) = (keys.entry("on_open"), keys.entry("max_waiting"))
    {
        let message = "`max_waiting` already says that callers wait at an open circuit: leave it or `on_open` out";
        return Err(Error::new_spanned(&waiting.key, message));
    }
    let refuses = |keys: &Nested| {
        let on_open = keys.entry("on_open");
        on_open.is_some_and(|on_open| matches!(on_open.value, Given::Constant("OnOpen::Refuse")))
    };
    if let Some(keys) = policy.keys().filter(|keys| refuses(keys))
        && let Some(idle) = ["park_for", "probe_gap"].into_iter().find_map(|key| keys.entry(key))
    {
        let key = &idle.key;
        let message = format!(
            "`{key}` has no effect here: an open circuit refuses its callers, and nobody waits"
        );
        return Err(Error::new_spanned(key, message));
    }
    Ok(policy)
}

pub(crate) fn rate_limit(name: &Ident, input: ParseStream<'_>) -> Result<Policy> {
    policy(name, (RATE_LIMIT, "RateLimitPolicy"), input)
}

pub(crate) fn budget(name: &Ident, input: ParseStream<'_>) -> Result<Budget> {
    if input.peek(Token![=]) && input.peek2(LitStr) {
        input.parse::<Token![=]>()?;
        let text: LitStr = input.parse()?;
        if text.value() == "none" {
            return Ok(Budget::None);
        }
        let message = "`budget` takes \"none\", keys as in `budget(ratio = 0.1)`, or a constant `BudgetPolicy`";
        return Err(Error::new_spanned(text, message));
    }
    policy(name, (BUDGET, "BudgetPolicy"), input).map(Budget::Policy)
}

fn policy(name: &Ident, (table, ty): (&[Slot], &str), input: ParseStream<'_>) -> Result<Policy> {
    if input.peek(token::Paren) {
        let inside;
        parenthesized!(inside in input);
        return Nested::read(name, table, &inside).map(Policy::Keys);
    }
    if input.peek(Token![=]) && !input.peek2(LitStr) {
        input.parse::<Token![=]>()?;
        return input.parse().map(Policy::Constant);
    }
    let example = table[0].key;
    let message = format!(
        "`{name}` takes keys, as in `{name}({example} = …)`, no keys for the defaults, as in `{name}()`, or a constant `{ty}`, as in `{name} = POLICY`"
    );
    Err(Error::new_spanned(name, message))
}
