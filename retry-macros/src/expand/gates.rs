//! The gates of a function, and what answers where they or the errors leave none.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Expansion, at};
use crate::attribute::gates::{Budget, Policy};
use crate::attribute::nested::{Entry, Given, Nested};
use crate::attribute::value::{Callback, duration_tokens};
use crate::function::arguments::Arguments;

impl Expansion<'_> {
    /// Whether an attempt can be held or refused.
    pub(super) const fn gated(&self) -> bool {
        self.keys.circuit_breaker.is_some() || self.keys.rate_limit.is_some()
    }

    /// The setters of the gates on the constant of the function.
    pub(super) fn gates(&self) -> TokenStream {
        let keys = self.keys;
        let mut setters = TokenStream::new();
        let mut set = |key: &str, setter: &str, policy: TokenStream| {
            let span = at(keys.written(key).map_or_else(Span::call_site, Ident::span));
            let setter = Ident::new(setter, span);
            setters.extend(quote_spanned!(span=> .#setter(#policy)));
        };
        if let Some(policy) = &keys.circuit_breaker {
            let policy = self.gate_policy(policy, &quote!(BreakerPolicy), true);
            set("circuit_breaker", "with_circuit_breaker", policy);
        }
        if let Some(policy) = &keys.rate_limit {
            let policy = self.gate_policy(policy, &quote!(RateLimitPolicy), false);
            set("rate_limit", "with_rate_limit", policy);
        }
        match &keys.budget {
            None => {}
            Some(Budget::None) => set("budget", "without_budget", TokenStream::new()),
            Some(Budget::Policy(policy)) => {
                let policy = self.gate_policy(policy, &quote!(BudgetPolicy), false);
                set("budget", "with_budget", policy);
            }
        }
        setters
    }

    fn gate_policy(&self, policy: &Policy, ty: &TokenStream, builds: bool) -> TokenStream {
        match policy {
            Policy::Constant(expr) => expr.to_token_stream(),
            Policy::Keys(keys) => {
                let span = at(keys.name.span());
                let (krate, setters) = (self.krate_at(span), self.setters(keys));
                if builds {
                    quote_spanned!(span=> #krate::#ty::builder() #setters .build_const())
                } else {
                    quote_spanned!(span=> #krate::#ty::new() #setters)
                }
            }
        }
    }

    /// Keys inside a key, as calls of the setters that they stand for.
    pub(super) fn setters(&self, nested: &Nested) -> TokenStream {
        let set = |entry: &Entry| {
            let span = at(entry.key.span());
            let setter = Ident::new(entry.setter, span);
            let value = self.given(&entry.value);
            quote_spanned!(span=> .#setter(#value))
        };
        nested.entries.iter().map(set).collect()
    }

    fn given(&self, given: &Given) -> TokenStream {
        let krate = &self.krate;
        match given {
            Given::Expr(expr) => expr.to_token_stream(),
            Given::Duration(time) => duration_tokens(time),
            Given::Factor(number) => super::site::factor(number).0,
            Given::Strategy(strategy) => self.strategy(strategy),
            Given::Jitter(jitter) => self.jitter(jitter),
            Given::CountWindow(count) => quote!(#krate::Window::Count(#count)),
            Given::TimeWindow(time) => {
                let time = duration_tokens(time);
                quote!(#krate::Window::Time(#time))
            }
            Given::Kinds(kinds) => {
                let kinds = kinds.iter().map(|(word, kind)| Ident::new(kind, at(word.span())));
                quote!(#krate::Kinds::of(&[#(#krate::ErrorKind::#kinds),*]))
            }
            Given::Waiting(most) => quote!(#krate::OnOpen::Park { max_waiting: #most }),
            Given::Constant(path) => {
                let path: TokenStream = path.parse().expect("a path of this crate");
                quote!(#krate::#path)
            }
        }
    }

    /// The state of a call before its gates.
    pub(super) fn start_gated(&self) -> (TokenStream, TokenStream) {
        match &self.keys.key {
            None => (quote!(start_gated), TokenStream::new()),
            Some(key) => {
                let span = at(key.span());
                let start = Ident::new("start_keyed", span);
                (start.to_token_stream(), quote_spanned!(span=> , &(#key)))
            }
        }
    }

    /// What waits before an attempt until the gates let it through.
    pub(super) fn enter(&self) -> Option<TokenStream> {
        if !self.gated() && self.keys.retry.is_none() {
            return None;
        }
        let (limit, end) = (at(self.limit_span()), self.end());
        let entered = if self.waits {
            let enter = Ident::new("enter_gates", limit);
            quote_spanned!(Span::mixed_site()=> __run.#enter().await)
        } else {
            let enter = Ident::new("enter_gates_blocking", limit);
            quote_spanned!(Span::mixed_site()=> __run.#enter())
        };
        Some(quote_spanned! {Span::mixed_site()=>
            if let ::core::option::Option::Some(__answer) = #entered {
                #end
            }
        })
    }

    /// What leaves the loop with the answer of the call.
    pub(super) fn end(&self) -> TokenStream {
        if self.keys.fallback.is_some() {
            quote_spanned!(Span::mixed_site()=> break __answer;)
        } else {
            quote_spanned!(Span::mixed_site()=> return __answer;)
        }
    }

    /// The loop, with what answers for it where it failed.
    pub(super) fn with_fallback(&self, looped: &TokenStream, arguments: &Arguments) -> TokenStream {
        let Some(Callback { expr, .. }) = &self.keys.fallback else { return looped.clone() };
        let (span, output) = (at(expr.span()), &self.fallback_output());
        let krate = self.krate_at(span);
        let call = if self.waits {
            quote_spanned!(span=> #krate::__private::fall_back(__answer, #expr).await)
        } else {
            quote_spanned!(span=> #krate::__private::fall_back_blocking(__answer, #expr))
        };
        let call = arguments.where_it_moved(call);
        quote_spanned! {Span::mixed_site()=>
            let __answer: #output = #looped;
            ::core::mem::drop(__run);
            return #call;
        }
    }
}
