//! A function over a handle: where its handle comes from, how its call starts and waits.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use super::{Expansion, at};
use crate::function::arguments::Arguments;

impl Expansion<'_> {
    /// What is constant about the function; a handle brings all of it.
    pub(super) fn constants(&self) -> Option<TokenStream> {
        self.keys.retry.is_none().then(|| self.site())
    }

    /// The handle of this call, cloned: where `self` and the arguments are still whole, and so that
    /// the body may borrow them as it likes.
    pub(super) fn handle(&self, arguments: &Arguments) -> Option<TokenStream> {
        let expr = self.keys.retry.as_ref()?;
        let span = at(expr.span());
        let krate = self.krate_at(span);
        let lent = lent(expr);
        let clone = Ident::new("clone_handle", span);
        let lent = quote_spanned!(span=> #krate::__private::Lent { handle: #lent }.#clone());
        let lent = arguments.where_it_moved(lent);
        Some(quote_spanned!(Span::mixed_site()=> let __handle = #lent;))
    }

    /// The state of a call over the handle.
    pub(super) fn start_over_handle(&self, face: &TokenStream) -> TokenStream {
        let (krate, outcome, name) = (&self.krate, self.outcome(), self.name());
        let (retries_timeouts, keeps_time) = (self.retries_timeouts(), self.keeps_time());
        quote_spanned! {Span::mixed_site()=>
            let mut __run = #krate::__private::HandleRun::<
                _,
                #krate::__private::#face,
                #outcome,
            >::start(
                __handle,
                #krate::__private::HandleSite {
                    name: #name,
                    retries_timeouts: #retries_timeouts,
                    keeps_time: #keeps_time,
                    tally: {
                        static __TALLY: #krate::__private::TallyOverHandles =
                            #krate::__private::TallyOverHandles::new();
                        &__TALLY
                    },
                },
            );
        }
    }

    /// The wait between two attempts, and the end of a call that ended in it. A handle waits by its
    /// own clock and token; that its call has ended is found before the next attempt.
    pub(super) fn pause(&self) -> TokenStream {
        let krate = &self.krate;
        let (resume, end) = (Ident::new("resume_call", at(self.limit_span())), self.end());
        if self.keys.retry.is_some() {
            return quote_spanned! {Span::mixed_site()=>
                let () = __kept;
                __run.pause_call(__delay).await;
            };
        }
        quote_spanned! {Span::mixed_site()=>
            #krate::__private::pause(__delay).await;
            if let ::core::option::Option::Some(__answer) = __run.#resume(__kept) {
                #end
            }
        }
    }

    /// The wait of a thread between two attempts.
    pub(super) fn block(&self) -> TokenStream {
        let end = self.end();
        if self.keys.retry.is_some() {
            return quote_spanned!(Span::mixed_site()=> __run.pause_call(__next););
        }
        quote_spanned! {Span::mixed_site()=>
            if let ::core::option::Option::Some(__answer) = __run.block_for(__next) {
                #end
            }
        }
    }

    /// What is asked about an error before the conditions: the error itself, or the classifier of
    /// the handle, and by which name the judging closure has that one.
    pub(super) fn own_verdict(&self, by_error: &TokenStream) -> (TokenStream, TokenStream) {
        let krate = &self.krate;
        let Some(expr) = &self.keys.retry else {
            return (quote!(), by_error.clone());
        };
        let own = Ident::new("retry_own", at(expr.span()));
        let asked = quote_spanned! {Span::mixed_site()=> {
            #[allow(unused_imports)]
            use #krate::__private::{OwnByError as _, OwnByHandle as _};
            (&&#krate::__private::Asked(__classifier, __error, __attempt)).#own(|| #by_error)
        }};
        (quote_spanned!(Span::mixed_site()=> __classifier,), asked)
    }
}

/// A reference to what `retry` says. It goes through a place, since what is borrowed directly is
/// expected to be a handle, and an `if` or an `.await` would then not be one that only leads there.
pub(crate) fn lent(expr: &Expr) -> TokenStream {
    quote_spanned!(at(expr.span())=> &*&(#expr))
}
