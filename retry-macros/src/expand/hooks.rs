//! What the loop asks and tells: the conditions, the hook, the attempt by its name.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Expansion, at};
use crate::attribute::value::{Callback, Wanted};

impl Expansion<'_> {
    /// `context`: the attempt, read before it starts.
    pub(super) fn context_value(&self) -> Option<TokenStream> {
        self.keys.context.as_ref()?;
        Some(quote_spanned!(Span::mixed_site()=> let __attempt = __run.present_attempt();))
    }

    /// `context`: its name, inside the attempt.
    pub(super) fn context_name(&self) -> Option<TokenStream> {
        let krate = &self.krate;
        let name = self.keys.context.as_ref()?;
        Some(quote_spanned! {Span::mixed_site()=>
            #[allow(unused_variables)]
            let #name: &#krate::Attempt = &__attempt;
        })
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

    pub(super) fn hooks(&self) -> TokenStream {
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
        let wanted = self.wanted(&conditions);
        let verdict = match (never, wanted) {
            (None, None) => quote_spanned!(Span::mixed_site()=> __own),
            (Some(never), None) => quote_spanned! {Span::mixed_site()=>
                #krate::__private::decide(__own, #never, ::core::option::Option::None)
            },
            (None, Some(wanted)) => quote_spanned! {Span::mixed_site()=>
                #krate::__private::decide(__own, false, #wanted)
            },
            (Some(never), Some(wanted)) => quote_spanned! {Span::mixed_site()=> {
                let __never = #never;
                let __wanted = if __never { ::core::option::Option::None } else { #wanted };
                #krate::__private::decide(__own, __never, __wanted)
            }},
        };
        let status = self.keys.retry_on_status.is_some().then(|| {
            quote_spanned! {Span::mixed_site()=>
                let __status = (&&#krate::__private::AskStatus(__error)).retry_status();
                let __own = #krate::__private::with_status(__own, __status);
            }
        });
        let own = if self.function.error_may_borrow(&self.output) {
            quote_spanned!(Span::mixed_site()=> (&&&#krate::__private::AskBorrowing(__error)).retry_verdict())
        } else {
            quote_spanned!(Span::mixed_site()=> (&&&&#krate::__private::Ask(__error)).retry_verdict())
        };
        let (classifier, own) = self.own_verdict(&own);
        let status_traits = self.status_traits();
        let type_traits = self.names_types().then(|| {
            quote! {
                InChain as _, InPointee as _, InSources as _, IsItself as _, IsNever as _,
            }
        });
        quote_spanned! {Span::mixed_site()=> |#classifier __error, __attempt| {
            #[allow(unused_imports)]
            use #krate::__private::{
                TextByDebug as _, TextByDisplay as _, TextOfType as _, VerdictByChain as _,
                VerdictByClassify as _, VerdictOfPointee as _, VerdictUnknown as _, #type_traits
                #status_traits
            };
            #context
            let __own = #own;
            #status
            #krate::__private::Judged::new(
                #verdict,
                (&&&#krate::__private::Ask(__error)).retry_text(),
            )
        }}
    }

    /// Whether the error is one that the conditions want, where any speaks.
    fn wanted(&self, conditions: &[TokenStream]) -> Option<TokenStream> {
        let krate = &self.krate;
        let status = self.keys.retry_on_status.as_ref().map(|statuses| {
            quote_spanned! {Span::mixed_site()=>
                #krate::__private::wanted_status(__status, #statuses)
            }
        });
        match (status, conditions.is_empty()) {
            (None, true) => None,
            (Some(status), true) => Some(status),
            (None, false) => Some(quote!(::core::option::Option::Some(#(#conditions)&&*))),
            (Some(status), false) => Some(quote! {
                ::core::option::Option::Some(#status.unwrap_or(true) && #(#conditions)&&*)
            }),
        }
    }

    fn status_traits(&self) -> Option<TokenStream> {
        self.keys
            .retry_on_status
            .as_ref()
            .map(|_| quote!(StatusByOutcome as _, StatusUnknown as _,))
    }

    fn names_types(&self) -> bool {
        let lists = [&self.keys.retry_on, &self.keys.never_on];
        lists.into_iter().flatten().any(|wanted| !wanted.types.is_empty())
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

    /// What turns an `Ok` value down: its status, then `retry_if_ok`.
    fn accept(&self) -> TokenStream {
        let krate = &self.krate;
        let asked = self.keys.retry_if_ok.as_ref().map(|Callback { expr, .. }| {
            quote_spanned!(at(expr.span())=> #krate::__private::turned_down(#expr, __value))
        });
        let status = self.keys.retry_on_status.as_ref().map(|statuses| {
            let traits = self.status_traits();
            quote_spanned! {Span::mixed_site()=> {
                #[allow(unused_imports)]
                use #krate::__private::{#traits};
                let __status = (&&#krate::__private::AskStatus(__value)).retry_status();
                #krate::__private::turned_down_by_status(__status, #statuses)
            }}
        });
        match (status, asked) {
            (None, None) => quote!(#krate::__private::accept),
            (Some(only), None) | (None, Some(only)) => {
                quote_spanned!(Span::mixed_site()=> |__value| #only)
            }
            (Some(status), Some(asked)) => {
                quote_spanned!(Span::mixed_site()=> |__value| #status.or_else(|| #asked))
            }
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
