//! What is constant about the function: its policy and its labels.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::{Expansion, at};
use crate::attribute::on::OnKind;
use crate::attribute::value::{Jitter, Value, Wanted, duration_tokens};

impl Expansion<'_> {
    /// The policy and the labels, as constants of the function.
    pub(super) fn site(&self) -> TokenStream {
        let krate = &self.krate;
        let (policy, name, service) = (self.policy(), self.name(), self.service());
        let (retries_timeouts, gates, tags) = (self.retries_timeouts(), self.gates(), self.tags());
        quote_spanned! {Span::mixed_site()=>
            const __POLICY: #krate::RetryPolicy = #policy;
            static __SITE: #krate::__private::Site =
                #krate::__private::Site::new(__POLICY, #name, #service, #retries_timeouts) #gates #tags;
        }
    }

    /// Whether an attempt that was cut is retried. It has no error to be asked about, so of the
    /// conditions only the kinds speak, where any are named.
    pub(super) fn retries_timeouts(&self) -> bool {
        let names_timeout =
            |wanted: &Wanted| wanted.kinds.iter().any(|&(_, variant)| variant == "Timeout");
        let never = self.keys.never_on.as_ref().is_some_and(names_timeout);
        let wanted = self.keys.retry_on.as_ref();
        !never && wanted.is_none_or(|wanted| wanted.kinds.is_empty() || names_timeout(wanted))
    }

    fn policy(&self) -> TokenStream {
        let krate = &self.krate;
        let keys = self.keys;
        let base = keys.policy.as_ref().map_or_else(
            || quote!(#krate::RetryPolicy::new()),
            |policy| quote_spanned!(policy.span()=> { let policy: #krate::RetryPolicy = #policy; policy }),
        );
        let mut setters = TokenStream::new();
        let mut set = |setter: &str, value: Option<(TokenStream, Span)>| {
            if let Some((value, span)) = value {
                let setter = Ident::new(setter, at(span));
                setters.extend(quote_spanned!(at(span)=> .#setter(#value)));
            }
        };
        set("max_attempts", keys.max_attempts.as_ref().map(plain));
        set(
            "strategy",
            keys.strategy.as_ref().map(|strategy| (self.strategy(strategy), strategy.span())),
        );
        set(
            "initial_delay",
            keys.initial_delay.as_ref().map(|time| (duration_tokens(time), time.span())),
        );
        set("max_delay", keys.max_delay.as_ref().map(|time| (duration_tokens(time), time.span())));
        set("multiplier", keys.multiplier.as_ref().map(factor));
        set("jitter", keys.jitter.as_ref().map(|jitter| (self.jitter(jitter), jitter.span())));
        set("timeout", keys.timeout.as_ref().map(|time| (duration_tokens(time), time.span())));
        set(
            "attempt_timeout",
            keys.attempt_timeout.as_ref().map(|time| (duration_tokens(time), time.span())),
        );
        set("max_hint", keys.max_hint.as_ref().map(|time| (duration_tokens(time), time.span())));
        let kinds = keys.on.iter().map(|on| self.kind_policy(on));
        let first = keys.on.first().map(|on| on.kind.span());
        set("kinds", first.map(|span| (quote!(&[#(#kinds),*]), span)));
        let span = at(self.policy_span());
        let krate = self.krate_at(span);
        let policy = quote_spanned!(span=> (#base).to_builder() #setters .build_const());
        if self.waits {
            policy
        } else {
            quote_spanned!(span=> #krate::__private::blocking(#policy))
        }
    }

    /// Where it is to be shown that the error type cannot say that time ran out: at the limit.
    /// Without one, what can be wrong there is the type that the function returns.
    pub(super) fn limit_span(&self) -> Span {
        let keys = self.keys;
        let limits = ["timeout", "attempt_timeout", "circuit_breaker", "rate_limit", "retry"];
        let key = limits.into_iter().find_map(|key| keys.written(key));
        key.map(Ident::span)
            .or_else(|| keys.policy.as_ref().map(Spanned::span))
            .unwrap_or_else(|| self.output.span())
    }

    /// Where a wrong policy is to be shown: at the value that is most likely the one. Literals have
    /// been checked as far as they go, so that is the first that only the compiler knows.
    fn policy_span(&self) -> Span {
        let keys = self.keys;
        let times = [&keys.initial_delay, &keys.max_delay, &keys.attempt_timeout, &keys.timeout];
        let times = times.into_iter().flatten().map(|time| (time.span(), time.known.is_some()));
        let multiplier = keys.multiplier.iter().map(|own| (own.span(), own.known.is_some()));
        let jitter = keys.jitter.iter().map(|own| (own.span(), own.known.is_some()));
        let attempts = keys.max_attempts.iter().map(|own| (own.span(), own.known.is_some()));
        let of_kinds = keys.on.iter().flat_map(|on| &on.schedule.entries);
        let of_kinds = of_kinds.map(|own| (own.value.tokens().span(), own.value.is_known()));
        let values: Vec<_> =
            times.chain(multiplier).chain(jitter).chain(attempts).chain(of_kinds).collect();
        let likely = values.iter().find(|(_, known)| !known).or(values.first());
        likely
            .map(|&(span, _)| span)
            .or_else(|| keys.policy.as_ref().map(Spanned::span))
            .unwrap_or_else(Span::call_site)
    }

    /// What is different for one kind.
    fn kind_policy(&self, on: &OnKind) -> TokenStream {
        let krate = &self.krate;
        let kind = Ident::new(on.variant, at(on.kind.span()));
        let setters = self.setters(&on.schedule);
        quote!(#krate::KindPolicy::new(#krate::ErrorKind::#kind) #setters)
    }

    pub(super) fn strategy(&self, strategy: &Value<&'static str>) -> TokenStream {
        let span = at(strategy.span());
        let krate = self.krate_at(span);
        let Some(variant) = strategy.known else {
            return quote_spanned!(span=> #krate::Strategy::Custom(#strategy));
        };
        let variant = Ident::new(variant, span);
        quote_spanned!(span=> #krate::Strategy::#variant)
    }

    pub(super) fn jitter(&self, jitter: &Value<Jitter>) -> TokenStream {
        let span = at(jitter.span());
        let krate = self.krate_at(span);
        match jitter.known {
            Some(Jitter::Word(variant)) => {
                let variant = Ident::new(variant, span);
                quote_spanned!(span=> #krate::Jitter::#variant)
            }
            Some(Jitter::Ratio(ratio)) => quote_spanned!(span=> #krate::Jitter::Ratio(#ratio)),
            None => quote_spanned!(span=> #krate::Jitter::Ratio(#jitter)),
        }
    }

    pub(super) fn name(&self) -> TokenStream {
        if let Some(name) = &self.keys.name {
            return name.to_token_stream();
        }
        let function = self.function.sig.ident.unraw().to_string();
        quote!(::core::concat!(::core::module_path!(), "::", #function))
    }

    fn tags(&self) -> Option<TokenStream> {
        let tags = self.keys.tags.as_ref()?.tokens(&self.krate);
        Some(quote!(.with_tags(#tags)))
    }

    fn service(&self) -> TokenStream {
        self.keys.service.as_ref().map_or_else(
            || quote!(::core::option::Option::None),
            |service| quote!(::core::option::Option::Some(#service)),
        )
    }
}

fn plain<T>(value: &Value<T>) -> (TokenStream, Span) {
    (value.to_token_stream(), value.span())
}

/// A known factor is written as a float, whatever the user wrote.
pub(super) fn factor(value: &Value<f64>) -> (TokenStream, Span) {
    let tokens = value.known.map_or_else(|| value.to_token_stream(), |known| quote!(#known));
    (tokens, value.span())
}
