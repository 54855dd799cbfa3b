//! What can be wrong about values that are each right by themselves.

use std::time::Duration;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Expr, ExprClosure, Type};

use crate::attribute::keys::Keys;
use crate::attribute::mistakes::Mistakes;
use crate::attribute::nested::Given;
use crate::attribute::over_handle;
use crate::attribute::value::{Jitter, Value};
use crate::function::Function;
use crate::function::shape::Shape;

const DEFAULT_MAX_DELAY: Duration = Duration::from_secs(30);
const DEFAULT_INITIAL_DELAY: Duration = Duration::from_millis(100);

/// Notes every contradiction that the literals show. What only the compiler knows is checked by
/// the constant that the policy becomes.
pub(crate) fn contradictions(keys: &Keys, mistakes: &mut Mistakes) {
    over_handle::contradictions(keys, mistakes);
    delays(keys, mistakes);
    timeouts(keys, mistakes);
    gates(keys, mistakes);
    growth(keys, mistakes);
}

fn known<T: Copy>(value: Option<&Value<T>>) -> Option<T> {
    value.and_then(|value| value.known)
}

fn delays(keys: &Keys, mistakes: &mut Mistakes) {
    let (cap, default) = match (&keys.max_delay, &keys.policy) {
        (Some(cap), _) => (cap.known, ""),
        (None, None) => (Some(DEFAULT_MAX_DELAY), " by default: set `max_delay` as well"),
        (None, Some(_)) => (None, ""),
    };
    if let Some(delay) = known(keys.initial_delay.as_ref()) {
        above_cap(&keys.initial_delay, delay, (cap, default), mistakes);
    }
    if let (None, None, Some(max)) = (&keys.initial_delay, &keys.policy, &keys.max_delay)
        && let Some(cap) = max.known.filter(|cap| *cap < DEFAULT_INITIAL_DELAY)
    {
        let message = format!(
            "`max_delay` ({cap:?}) is below `initial_delay`, which is {DEFAULT_INITIAL_DELAY:?} by default: set `initial_delay` as well"
        );
        mistakes.at(max, message);
    }
    for on in &keys.on {
        let own = on.schedule.entry("max_delay").map(|own| own.value.duration());
        let cap = own.map_or((cap, default), |own| (own, ""));
        let initial = on.schedule.entry("initial_delay");
        if let Some((initial, delay)) = initial.and_then(|own| Some((own, own.value.duration()?))) {
            above_cap(initial.value.tokens(), delay, cap, mistakes);
        }
    }
}

fn above_cap(
    initial: impl ToTokens,
    delay: Duration,
    (cap, default): (Option<Duration>, &str),
    mistakes: &mut Mistakes,
) {
    if let Some(cap) = cap.filter(|cap| delay > *cap) {
        let message =
            format!("`initial_delay` ({delay:?}) is above `max_delay`, which is {cap:?}{default}");
        mistakes.at(initial, message);
    }
}

fn timeouts(keys: &Keys, mistakes: &mut Mistakes) {
    for (name, value) in [("timeout", &keys.timeout), ("attempt_timeout", &keys.attempt_timeout)] {
        if known(value.as_ref()).is_some_and(|timeout| timeout.is_zero()) {
            mistakes.at(value, format!("`{name}` must be above zero"));
        }
    }
    let total = known(keys.timeout.as_ref());
    let each = known(keys.attempt_timeout.as_ref());
    if let (Some(total), Some(each)) = (total, each)
        && each > total
    {
        let message = format!(
            "`attempt_timeout` ({each:?}) is above `timeout`, which is {total:?}: no attempt can take that long"
        );
        mistakes.at(&keys.attempt_timeout, message);
    }
}

fn gates(keys: &Keys, mistakes: &mut Mistakes) {
    let gated = keys.circuit_breaker.is_some() || keys.rate_limit.is_some();
    // With a handle the mistake is another, and has been noted.
    let gated = gated || keys.written("retry").is_some();
    let was_written =
        ["circuit_breaker", "rate_limit"].into_iter().any(|gate| keys.written(gate).is_some());
    if let (Some(key), false, false) = (keys.written("key"), gated, was_written) {
        let message = "`key` chooses among gates, and this function has none: add `circuit_breaker(…)` or `rate_limit(…)`";
        mistakes.at(key, message);
    }
}

fn growth(keys: &Keys, mistakes: &mut Mistakes) {
    let own = (keys.multiplier.as_ref(), keys.jitter.as_ref());
    without_effect(keys.strategy.as_ref(), own, mistakes);
    for on in &keys.on {
        // What a kind does not say is as the function has it.
        let strategy = match on.schedule.given("strategy") {
            Some(Given::Strategy(strategy)) => Some(strategy),
            _ => keys.strategy.as_ref(),
        };
        let multiplier = match on.schedule.given("multiplier") {
            Some(Given::Factor(multiplier)) => Some(multiplier),
            _ => None,
        };
        let jitter = match on.schedule.given("jitter") {
            Some(Given::Jitter(jitter)) => Some(jitter),
            _ => None,
        };
        without_effect(strategy, (multiplier, jitter), mistakes);
    }
}

fn without_effect(
    strategy: Option<&Value<&'static str>>,
    (multiplier, jitter): (Option<&Value<f64>>, Option<&Value<Jitter>>),
    mistakes: &mut Mistakes,
) {
    let Some(strategy) = strategy else { return };
    if let Some(multiplier) = multiplier
        && strategy.known != Some("Exponential")
    {
        let message = "`multiplier` has no effect here: only the exponential strategy grows by it";
        mistakes.at(multiplier, message);
    }
    let drawn = jitter.filter(|jitter| !matches!(jitter.known, Some(Jitter::Word("None"))));
    if let (Some("Random"), Some(jitter)) = (strategy.known, drawn) {
        mistakes.at(jitter, "`jitter` has no effect here: the random strategy draws by itself");
    }
}

/// Notes what the function cannot have: one that blocks, or one that returns an `Option`.
pub(crate) fn shape(keys: &Keys, function: &Function, mistakes: &mut Mistakes) {
    let (shape, output) = Shape::of(function);
    if let (Some(key), true) = (keys.written("fallback"), returns_option(&output)) {
        let message = "`fallback` is given the error, and an `Option` has none: leave it out, and write `.or_else(…)` after the call";
        mistakes.at(key, message);
    }
    if shape.waits() {
        return;
    }
    if let Some(Expr::Closure(ExprClosure { asyncness: Some(asyncness), .. })) =
        keys.fallback.as_ref().map(|fallback| &fallback.expr)
    {
        let message = "`fallback` cannot wait on a function that blocks: take the `async` away, or make the function `async` as well";
        mistakes.at(asyncness, message);
    }
    if let Some(key) = keys.written("attempt_timeout") {
        let message = "`attempt_timeout` has no effect on a function that blocks: a thread cannot be cut; set the timeout of the client that it calls";
        mistakes.at(key, message);
    }
}

/// By its name: under an alias, the compiler finds that it is no `Result`.
fn returns_option(output: &Type) -> bool {
    match output {
        Type::Group(group) => returns_option(&group.elem),
        Type::Paren(paren) => returns_option(&paren.elem),
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Option"),
        _ => false,
    }
}

/// Notes what a constant of the function cannot know.
pub(crate) fn constants(keys: &Keys, mistakes: &mut Mistakes) {
    let mut check = |value: Option<TokenStream>| {
        let Some(tokens) = value else { return };
        if let Some(word) = find_self(tokens) {
            let message = "the policy and the labels are constants, which do not know `Self`: write the name of the type";
            mistakes.at(word, message);
        }
    };
    check(keys.policy.as_ref().map(ToTokens::to_token_stream));
    check(keys.max_attempts.as_ref().map(ToTokens::to_token_stream));
    check(keys.strategy.as_ref().map(ToTokens::to_token_stream));
    for time in
        [&keys.initial_delay, &keys.max_delay, &keys.timeout, &keys.attempt_timeout, &keys.max_hint]
    {
        check(time.as_ref().map(ToTokens::to_token_stream));
    }
    check(keys.multiplier.as_ref().map(ToTokens::to_token_stream));
    check(keys.jitter.as_ref().map(ToTokens::to_token_stream));
    let kinds = keys.on.iter().map(|on| &on.schedule);
    for entry in kinds.chain(keys.gates()).flat_map(|nested| &nested.entries) {
        check(Some(entry.value.tokens()));
    }
    check(keys.name.as_ref().map(ToTokens::to_token_stream));
    check(keys.service.as_ref().map(ToTokens::to_token_stream));
}

fn find_self(tokens: TokenStream) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(ident) if ident == "Self" => Some(ident),
        TokenTree::Group(group) => find_self(group.stream()),
        _ => None,
    })
}
