//! What a function becomes: the loop around its body.

mod gates;
pub(crate) mod handle;
mod hooks;
pub(crate) mod krate;
mod outcome;
mod site;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::attribute::keys::Keys;
use crate::attribute::total::beyond_timeout;
use crate::function::Function;
use crate::function::arguments::Arguments;
use crate::function::shape::{Boxed, Shape};

/// The function with its retries.
pub(crate) fn function(function: &Function, keys: &Keys) -> TokenStream {
    let (shape, output) = Shape::of(function);
    let waits = shape.waits();
    let expansion =
        Expansion { function, keys, krate: krate::path(keys.crate_path.as_ref()), output, waits };
    let arguments = Arguments::of(&function.sig, &function.body, &shape, &expansion.krate);
    let hint = expansion.hint(&expansion.outcome());
    let block = match &shape {
        Shape::Blocking => expansion.blocking(&arguments),
        Shape::Async => {
            let attempt = expansion.attempt(&arguments, Some(&hint));
            expansion.waiting(&arguments, &quote!(async #attempt))
        }
        Shape::Boxed(Boxed { make, .. }) => {
            let attempt = expansion.attempt(&arguments, Some(&hint));
            let run = expansion.waiting(&arguments, &quote!(async #attempt));
            quote!(#make(async move { #run }))
        }
        Shape::Future { boxed } => {
            let krate = &expansion.krate;
            // The type of a boxed future can be named, and has to be where several are made.
            let hint = boxed.then(|| expansion.hint(&function.output()));
            let hint = hint.as_ref();
            let attempt = expansion.attempt(&arguments, hint);
            let run = expansion.waiting(&arguments, &quote!(#krate::__private::once(|| #attempt)));
            if *boxed {
                quote!(::std::boxed::Box::pin(async move { #run }))
            } else {
                // Through a function, or clippy would ask for an `async fn` that the user cannot see.
                quote!(#krate::__private::future(async move { #run }))
            }
        }
    };
    // What an attempt consumes is a clone; the lint sees only that the argument itself is not.
    let allow =
        (!arguments.prepare.is_empty()).then(|| quote!(#[allow(clippy::needless_pass_by_value)]));
    let function = function.with_block(&arguments.sig, block);
    quote!(#allow #function)
}

/// `tokens` as if they stood at `span`.
pub(crate) fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
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
    /// Whether a call waits, and does not block.
    waits: bool,
}

impl Expansion<'_> {
    /// The path of the crate, as if it stood at `span`: an expression that begins with it is then
    /// shown there, and not at the attribute as a whole.
    fn krate_at(&self, span: Span) -> TokenStream {
        respanned(self.krate.clone(), span)
    }

    /// The block of one attempt: the arguments, then the body. Its braces are those of the body,
    /// so that a missing value is shown there.
    fn attempt(&self, arguments: &Arguments, hint: Option<&TokenStream>) -> Group {
        let Arguments { bind, body, .. } = arguments;
        let (context, body_tokens) = (self.context_name(), body.stream());
        let tokens = quote!(#bind #context #hint #body_tokens);
        let mut block = Group::new(Delimiter::Brace, tokens);
        block.set_span(body.span());
        block
    }

    /// The loop around a future.
    fn waiting(&self, arguments: &Arguments, operation: &TokenStream) -> TokenStream {
        let Arguments { rebound, hoisted, prepare, .. } = arguments;
        let (constants, handle) = (self.constants(), self.handle(arguments));
        let start = self.start(&quote!(Waiting));
        let start = arguments.where_it_moved(start);
        let (warning, status_check) = (self.warning(), self.status_check());
        let (hooks, attempt) = (arguments.where_it_moved(self.hooks()), self.context_value());
        let settle = Ident::new("settle_attempt", at(self.limit_span()));
        let (enter, end) = (self.enter(), self.end());
        let pause = self.pause();
        let looped = quote_spanned! {Span::mixed_site()=>
            loop {
                #enter
                #attempt
                let __attempted = {
                    #prepare
                    __run.make_attempt(#operation).await
                };
                let (__delay, __kept) = match __run.#settle(__attempted, #hooks) {
                    ::core::ops::ControlFlow::Break(__answer) => { #end }
                    ::core::ops::ControlFlow::Continue(__next) => __next,
                };
                #pause
            }
        };
        let answered = self.with_fallback(&looped, arguments);
        quote_spanned! {Span::mixed_site()=>
            #warning
            #status_check
            #constants
            #rebound
            #handle
            #hoisted
            #start
            #answered
        }
    }

    /// The loop of a function that blocks.
    fn blocking(&self, arguments: &Arguments) -> TokenStream {
        let Arguments { rebound, hoisted, prepare, .. } = arguments;
        let (constants, handle) = (self.constants(), self.handle(arguments));
        let start = self.start(&quote!(Blocking));
        let (warning, status_check) = (self.warning(), self.status_check());
        let (hooks, attempt) = (self.hooks(), self.context_value());
        let operation = self.attempt(arguments, Some(&self.hint(&self.outcome())));
        let (enter, end, block) = (self.enter(), self.end(), self.block());
        let looped = quote_spanned! {Span::mixed_site()=>
            loop {
                #enter
                #attempt
                let __outcome = {
                    #prepare
                    __run.call_attempt(|| #operation)
                };
                match __run.settle_attempt(__outcome, #hooks) {
                    ::core::ops::ControlFlow::Break(__answer) => { #end }
                    ::core::ops::ControlFlow::Continue(__next) => {
                        #block
                    }
                }
            }
        };
        let answered = self.with_fallback(&looped, arguments);
        quote_spanned! {Span::mixed_site()=>
            #warning
            #status_check
            #constants
            #rebound
            #handle
            #hoisted
            #start
            #answered
        }
    }

    /// The state of the call. Its parameters are whether it has a time limit, how it waits, and
    /// what an attempt returns.
    fn start(&self, face: &TokenStream) -> TokenStream {
        if self.keys.retry.is_some() {
            return self.start_over_handle(face);
        }
        let krate = &self.krate;
        let (keeps_time, outcome, gated) = (self.keeps_time(), self.outcome(), self.gated());
        let (start, key) =
            if gated { self.start_gated() } else { (quote!(start), TokenStream::new()) };
        quote_spanned! {Span::mixed_site()=>
            let mut __run = #krate::__private::Run::<
                { #krate::__private::mode(&__POLICY, #gated) },
                #krate::__private::#face,
                #outcome,
            >::#start(&__SITE, #keeps_time #key);
        }
    }

    /// That one of value and error carries a status, where statuses are asked for.
    fn status_check(&self) -> Option<TokenStream> {
        let krate = &self.krate;
        let (key, outcome) = (self.keys.written("retry_on_status")?, self.outcome());
        let carries = Ident::new("retry_carries_status", at(key.span()));
        Some(quote_spanned! {Span::mixed_site()=> {
            #[allow(unused_imports)]
            use #krate::__private::{ErrorHasStatus as _, NeitherHasStatus as _, ValueHasStatus as _};
            (&&&#krate::__private::Carries::<#outcome>::new()).#carries();
        }})
    }

    /// A warning where the call cannot fit into its timeout. A stable macro has no warnings of its
    /// own; the use of something deprecated makes the compiler print the note.
    fn warning(&self) -> Option<TokenStream> {
        let note = beyond_timeout(self.keys)?;
        let span = at(self.keys.timeout.as_ref()?.span());
        Some(quote_spanned! {span=>
            #[deprecated(note = #note)]
            #[allow(non_upper_case_globals)]
            const delays_beyond_timeout: () = ();
            #[allow(clippy::no_effect)]
            {
                delays_beyond_timeout;
            }
        })
    }

    /// Whether somebody asks how long the call took: then it has to know when it started.
    fn keeps_time(&self) -> bool {
        let keys = self.keys;
        keys.context.is_some()
            || keys.retry_if.is_some()
            || keys.on_retry.is_some()
            || self.retry_error_inside().is_some()
    }
}

/// The span of generated tokens that stand for what the user wrote at `span`.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}
