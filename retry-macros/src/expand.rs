//! What a function becomes: the loop around its body.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

use crate::arguments::Arguments;
use crate::function::{Function, retry_error, type_argument};
use crate::keys::Keys;
use crate::shape::{Boxed, Shape};
use crate::value::{Callback, Jitter, Value, Wanted, duration_tokens};

/// The function with its retries.
pub(crate) fn function(function: &Function, keys: &Keys) -> TokenStream {
    let (shape, output) = Shape::of(function);
    let expansion = Expansion { function, keys, krate: krate(keys), output };
    let arguments = Arguments::of(&function.sig, &function.body, &shape, &expansion.krate);
    let hoisted = &arguments.hoisted;
    let block = match &shape {
        Shape::Blocking => expansion.blocking(&arguments),
        Shape::Async => {
            let attempt = expansion.attempt(&arguments, Some(expansion.hint(&expansion.outcome())));
            expansion.waiting(&arguments, &quote!(async #attempt))
        }
        Shape::Boxed(Boxed { make, .. }) => {
            let attempt = expansion.attempt(&arguments, Some(expansion.hint(&expansion.outcome())));
            let run = expansion.waiting(&arguments, &quote!(async #attempt));
            quote!(#make(async move { #hoisted #run }))
        }
        Shape::Future { boxed } => {
            let krate = &expansion.krate;
            // The type of a boxed future can be named, and has to be where several are made.
            let hint = boxed.then(|| expansion.hint(&function.output()));
            let attempt = expansion.attempt(&arguments, hint);
            let run = expansion.waiting(&arguments, &quote!(#krate::__private::once(|| #attempt)));
            if *boxed {
                quote!(::std::boxed::Box::pin(async move { #run }))
            } else {
                quote!(async move { #run })
            }
        }
    };
    function.with_block(&arguments.sig, block)
}

pub(crate) fn krate(keys: &Keys) -> TokenStream {
    keys.crate_path.as_ref().map_or_else(|| quote!(::retry_core), ToTokens::to_token_stream)
}

/// `tokens` as if they stood at `span`.
fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    tokens
        .into_iter()
        .map(|mut token| {
            token.set_span(span);
            token
        })
        .collect()
}

struct Expansion<'a> {
    function: &'a Function,
    keys: &'a Keys,
    krate: TokenStream,
    /// What a call gives in the end.
    output: Type,
}

impl Expansion<'_> {
    /// The path of the crate, as if it stood at `span`: an expression that begins with it is then
    /// shown there, and not at the attribute as a whole.
    fn krate_at(&self, span: Span) -> TokenStream {
        respanned(self.krate.clone(), span)
    }

    /// The block of one attempt: the arguments, then the body. Its braces are those of the body,
    /// so that a missing value is shown there.
    fn attempt(&self, arguments: &Arguments, hint: Option<TokenStream>) -> Group {
        let Arguments { bind, body, .. } = arguments;
        let (context, body_tokens) = (self.context_name(), body.stream());
        let tokens = quote!(#bind #context #hint #body_tokens);
        let mut block = Group::new(Delimiter::Brace, tokens);
        block.set_span(body.span());
        block
    }

    /// The loop around a future.
    fn waiting(&self, arguments: &Arguments, operation: &TokenStream) -> TokenStream {
        let krate = &self.krate;
        let prepare = &arguments.prepare;
        let (site, start) = (self.site(), self.start(&quote!(Waiting)));
        let (hooks, attempt) = (self.hooks(), self.context_value());
        let limit = at(self.limit_span());
        let (settle, resume) =
            (Ident::new("settle_attempt", limit), Ident::new("resume_call", limit));
        quote_spanned! {Span::mixed_site()=>
            #site
            #start
            loop {
                #prepare
                #attempt
                let __attempted = __run.make_attempt(#operation).await;
                match __run.#settle(__attempted, #hooks) {
                    ::core::ops::ControlFlow::Break(__answer) => return __answer,
                    ::core::ops::ControlFlow::Continue(__delay) => {
                        #krate::__private::pause(__delay).await;
                    }
                }
                if let ::core::option::Option::Some(__answer) = __run.#resume() {
                    return __answer;
                }
            }
        }
    }

    /// The loop of a function that blocks.
    fn blocking(&self, arguments: &Arguments) -> TokenStream {
        let prepare = &arguments.prepare;
        let (site, start) = (self.site(), self.start(&quote!(Blocking)));
        let (hooks, attempt) = (self.hooks(), self.context_value());
        let operation = self.attempt(arguments, Some(self.hint(&self.outcome())));
        quote_spanned! {Span::mixed_site()=>
            #site
            #start
            loop {
                #prepare
                #attempt
                let __outcome = __run.call_attempt(|| #operation);
                match __run.settle_attempt(__outcome, #hooks) {
                    ::core::ops::ControlFlow::Break(__answer) => return __answer,
                    ::core::ops::ControlFlow::Continue(__delay) => {
                        if let ::core::option::Option::Some(__answer) = __run.block_for(__delay) {
                            return __answer;
                        }
                    }
                }
            }
        }
    }

    /// The state of the call. Its first parameter is whether it has a time limit.
    fn start(&self, face: &TokenStream) -> TokenStream {
        let krate = &self.krate;
        let keeps_time = self.keeps_time();
        quote_spanned! {Span::mixed_site()=>
            let mut __run = #krate::__private::Run::<
                { __POLICY.can_cut() },
                #krate::__private::#face,
                _,
            >::start(&__SITE, #keeps_time);
        }
    }

    /// The policy and the labels, as constants of the function.
    fn site(&self) -> TokenStream {
        let krate = &self.krate;
        let (policy, name, service) = (self.policy(), self.name(), self.service());
        let retries_timeouts = self.retries_timeouts();
        quote_spanned! {Span::mixed_site()=>
            const __POLICY: #krate::RetryPolicy = #policy;
            static __SITE: #krate::__private::Site =
                #krate::__private::Site::new(__POLICY, #name, #service, #retries_timeouts);
        }
    }

    /// Whether somebody asks how long the call took: then it has to know when it started.
    fn keeps_time(&self) -> bool {
        let keys = self.keys;
        keys.context.is_some()
            || keys.retry_if.is_some()
            || keys.on_retry.is_some()
            || self.retry_error_inside().is_some()
    }

    /// Whether an attempt that was cut is retried. It has no error to be asked about, so of the
    /// conditions only the kinds speak, where any are named.
    fn retries_timeouts(&self) -> bool {
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
        let span = at(self.policy_span());
        let krate = self.krate_at(span);
        let policy = quote_spanned!(span=> (#base).to_builder() #setters .build_const());
        if Shape::of(self.function).0.waits() {
            policy
        } else {
            quote_spanned!(span=> #krate::__private::blocking(#policy))
        }
    }

    /// Where it is to be shown that the error type cannot say that time ran out: at the limit.
    fn limit_span(&self) -> Span {
        let keys = self.keys;
        let key = keys.key("timeout").or_else(|| keys.key("attempt_timeout"));
        key.map(Ident::span)
            .or_else(|| keys.policy.as_ref().map(Spanned::span))
            .unwrap_or_else(Span::call_site)
    }

    /// Where a wrong policy is to be shown: at the value that is most often the one.
    fn policy_span(&self) -> Span {
        let keys = self.keys;
        let times = [&keys.initial_delay, &keys.max_delay, &keys.attempt_timeout, &keys.timeout];
        let mut spans = times.into_iter().flatten().map(Spanned::span);
        spans
            .next()
            .or_else(|| keys.multiplier.as_ref().map(Spanned::span))
            .or_else(|| keys.jitter.as_ref().map(Spanned::span))
            .or_else(|| keys.max_attempts.as_ref().map(Spanned::span))
            .or_else(|| keys.policy.as_ref().map(Spanned::span))
            .unwrap_or_else(Span::call_site)
    }

    fn strategy(&self, strategy: &Value<&'static str>) -> TokenStream {
        let span = at(strategy.span());
        let krate = self.krate_at(span);
        match strategy.known {
            Some(variant) => {
                let variant = Ident::new(variant, span);
                quote_spanned!(span=> #krate::Strategy::#variant)
            }
            None => quote_spanned!(span=> #krate::Strategy::Custom(#strategy)),
        }
    }

    fn jitter(&self, jitter: &Value<Jitter>) -> TokenStream {
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

    fn name(&self) -> TokenStream {
        if let Some(name) = &self.keys.name {
            return name.to_token_stream();
        }
        let function = self.function.sig.ident.unraw().to_string();
        quote!(::core::concat!(::core::module_path!(), "::", #function))
    }

    fn service(&self) -> TokenStream {
        match &self.keys.service {
            Some(service) => quote!(::core::option::Option::Some(#service)),
            None => quote!(::core::option::Option::None),
        }
    }

    /// What gives `?` in the body its type: a return that is never reached.
    fn hint(&self, output: &Type) -> TokenStream {
        let span = at(output.span());
        let krate = self.krate_at(span);
        quote_spanned! {span=>
            #[allow(clippy::diverging_sub_expression, unreachable_code)]
            if false {
                return #krate::__private::hint::<#output>();
            }
        }
    }

    /// The type that the body returns: what the function returns, without what the loop puts
    /// around the error.
    fn outcome(&self) -> Type {
        let mut output = self.output.clone();
        if let Some(inner) = self.retry_error_inside() {
            if let Some(error) = last_argument(&mut output) {
                *error = inner;
            }
        }
        infer_impl(&mut output);
        output
    }

    fn retry_error_inside(&self) -> Option<Type> {
        let output = self.output.clone();
        retry_error(type_argument(&output, 1)?).cloned()
    }

    /// `context`: the attempt, read before it starts.
    fn context_value(&self) -> Option<TokenStream> {
        self.keys.context.as_ref()?;
        Some(quote_spanned!(Span::mixed_site()=> let __attempt = __run.present_attempt();))
    }

    /// `context`: its name, inside the attempt.
    fn context_name(&self) -> Option<TokenStream> {
        let krate = &self.krate;
        let name = self.keys.context.as_ref()?;
        Some(quote_spanned!(Span::mixed_site()=> let #name: &#krate::Attempt = &__attempt;))
    }

    /// `context`: its name, in a condition or a hook.
    fn context_in_hook(&self, attempt: &TokenStream) -> Option<TokenStream> {
        let krate = &self.krate;
        let name = self.keys.context.as_ref()?;
        Some(quote_spanned! {Span::mixed_site()=>
            #[allow(unused_variables)]
            let #name: &#krate::Attempt = #attempt;
        })
    }

    fn hooks(&self) -> TokenStream {
        let (judge, accept, notify) = (self.judge(), self.accept(), self.notify());
        quote_spanned! {Span::mixed_site()=>
            #judge, #accept, #notify
        }
    }

    /// The verdict on an error: what it says of itself, then `never_on`, `retry_on`, `retry_if`.
    fn judge(&self) -> TokenStream {
        let krate = &self.krate;
        let never = self.keys.never_on.as_ref().map(|wanted| self.any_of(wanted));
        let wanted = self.keys.retry_on.as_ref().map(|wanted| self.any_of(wanted));
        let asked = self.keys.retry_if.as_ref().map(|condition| self.condition(condition));
        let context = self.context_in_hook(&quote_spanned!(Span::mixed_site()=> __attempt));
        let conditions: Vec<_> = wanted.into_iter().chain(asked).collect();
        let verdict = if never.is_none() && conditions.is_empty() {
            quote_spanned!(Span::mixed_site()=> __own)
        } else {
            let never = never.unwrap_or_else(|| quote!(false));
            let wanted = if conditions.is_empty() {
                quote!(::core::option::Option::None)
            } else {
                quote!(::core::option::Option::Some(#(#conditions)&&*))
            };
            quote_spanned! {Span::mixed_site()=> {
                let __never = #never;
                let __wanted = if __never { ::core::option::Option::None } else { #wanted };
                #krate::__private::decide(__own, __never, __wanted)
            }}
        };
        quote_spanned! {Span::mixed_site()=> |__error, __attempt| {
            #[allow(unused_imports)]
            use #krate::__private::{
                InChain as _, InPointee as _, InSources as _, IsItself as _, IsNever as _,
                TextByDebug as _, TextByDisplay as _, TextOfType as _, VerdictByClassify as _,
                VerdictUnknown as _,
            };
            #context
            let __own = (&&#krate::__private::Ask(__error)).retry_verdict();
            let __verdict = #verdict;
            #krate::__private::Judged::new(__verdict, (&&&#krate::__private::Ask(__error)).retry_text())
        }}
    }

    fn any_of(&self, wanted: &Wanted) -> TokenStream {
        let krate = &self.krate;
        let references =
            if self.function.error_may_borrow(&self.output) { quote!(&&&) } else { quote!(&&&&&) };
        let mut tests: Vec<TokenStream> = Vec::new();
        for ty in &wanted.types {
            tests.push(quote_spanned! {at(ty.span())=>
                (#references #krate::__private::Is::<#ty, _>::of(__error)).retry_is()
            });
        }
        if !wanted.kinds.is_empty() {
            let kinds = wanted.kinds.iter().map(|(word, variant)| {
                let variant = Ident::new(variant, at(word.span()));
                quote!(#krate::ErrorKind::#variant)
            });
            tests.push(quote_spanned! {Span::mixed_site()=>
                #krate::__private::is_kind(__own, &[#(#kinds),*])
            });
        }
        quote!((#(#tests)||*))
    }

    fn condition(&self, condition: &Callback) -> TokenStream {
        let Callback { expr, arguments } = condition;
        let span = at(expr.span());
        let krate = self.krate_at(span);
        match arguments {
            Some(1) => quote_spanned!(span=> #krate::__private::ask1(#expr, __error)),
            Some(_) => quote_spanned!(span=> #krate::__private::ask2(#expr, __error, __attempt)),
            None => quote_spanned!(span=> #krate::__private::ask(#expr, __error, __attempt)),
        }
    }

    fn accept(&self) -> TokenStream {
        let krate = &self.krate;
        match &self.keys.retry_if_ok {
            None => quote!(#krate::__private::accept),
            Some(Callback { expr, .. }) => quote_spanned! {at(expr.span())=>
                |__value| !#krate::__private::ask1(#expr, __value)
            },
        }
    }

    fn notify(&self) -> TokenStream {
        let krate = &self.krate;
        let context =
            self.context_in_hook(&quote_spanned!(Span::mixed_site()=> __retrying.attempt()));
        match &self.keys.on_retry {
            None => quote!(#krate::__private::silent),
            Some(Callback { expr, .. }) => quote_spanned! {at(expr.span())=>
                |__retrying| {
                    #context
                    #krate::__private::tell(#expr, __retrying)
                }
            },
        }
    }
}

/// The span of generated tokens that stand for what the user wrote at `span`.
fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

fn plain<T>(value: &Value<T>) -> (TokenStream, Span) {
    (value.to_token_stream(), value.span())
}

/// A known factor is written as a float, whatever the user wrote.
fn factor(value: &Value<f64>) -> (TokenStream, Span) {
    let tokens = value.known.map_or_else(|| value.to_token_stream(), |known| quote!(#known));
    (tokens, value.span())
}

fn last_argument(ty: &mut Type) -> Option<&mut Type> {
    let path = match ty {
        Type::Group(group) => return last_argument(&mut group.elem),
        Type::Path(path) => path,
        _ => return None,
    };
    let PathArguments::AngleBracketed(arguments) = &mut path.path.segments.last_mut()?.arguments
    else {
        return None;
    };
    arguments.args.iter_mut().rev().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// `impl Trait` as `_`, since an expression cannot name it.
fn infer_impl(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => *ty = syn::parse_quote!(_),
        Type::Group(group) => infer_impl(&mut group.elem),
        Type::Paren(paren) => infer_impl(&mut paren.elem),
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(infer_impl),
        Type::Array(array) => infer_impl(&mut array.elem),
        Type::Slice(slice) => infer_impl(&mut slice.elem),
        Type::Reference(reference) => infer_impl(&mut reference.elem),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        if let GenericArgument::Type(ty) = argument {
                            infer_impl(ty);
                        }
                    }
                }
            }
        }
        _ => {}
    }
}
