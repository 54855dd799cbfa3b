//! What a type becomes: an implementation of `Classify`, one arm for each variant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Data, DeriveInput, Type};

use crate::classify::check::{Arm, Source};
use crate::classify::fields::Found;
use crate::expand::{at, respanned};

/// The implementation.
pub(crate) fn implementation(
    input: &DeriveInput,
    krate: &TokenStream,
    arms: &[Arm<'_>],
) -> TokenStream {
    let this = match &input.data {
        // A reference to a value that cannot be could not be matched without an arm.
        Data::Enum(data) if data.variants.is_empty() => quote_spanned!(Span::mixed_site()=> *self),
        _ => quote_spanned!(Span::mixed_site()=> self),
    };
    let arms = arms.iter().map(|arm| expanded(arm, krate));
    let body = quote_spanned! {Span::mixed_site()=>
        fn classify(&self) -> #krate::Verdict {
            match #this { #(#arms)* }
        }
    };
    around(input, krate, &body)
}

/// An implementation that says nothing.
pub(crate) fn silent(input: &DeriveInput, krate: &TokenStream) -> TokenStream {
    around(input, krate, &TokenStream::new())
}

fn around(input: &DeriveInput, krate: &TokenStream, body: &TokenStream) -> TokenStream {
    let name = &input.ident;
    let (parameters, arguments, clause) = input.generics.split_for_impl();
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        #[allow(deprecated)]
        impl #parameters #krate::Classify for #name #arguments #clause { #body }
    }
}

fn expanded(arm: &Arm<'_>, krate: &TokenStream) -> TokenStream {
    let path = arm.variant.map(|variant| {
        let name = &variant.ident;
        quote!(::#name)
    });
    let attrs = arm.variant.map(|variant| variant.attrs.as_slice()).unwrap_or_default();
    let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let bindings = bindings(arm);
    let verdict = waiting(arm, krate);
    quote_spanned! {Span::mixed_site()=>
        #(#cfgs)*
        Self #path { #bindings .. } => #verdict,
    }
}

/// The fields that are read, each once.
fn bindings(arm: &Arm<'_>) -> TokenStream {
    let read = match &arm.source {
        Source::Kind(_) => None,
        Source::Status(field) | Source::Inner { field, .. } => Some(field),
    };
    let after = arm.after.as_ref();
    let after = after.filter(|after| read.is_none_or(|read| read.index != after.index));
    read.into_iter()
        .chain(after)
        .map(|field| {
            let (member, name) = (&field.member, binding(field));
            quote!(#member: #name,)
        })
        .collect()
}

fn binding(field: &Found<'_>) -> Ident {
    format_ident!("__field{}", field.index, span = at(field.said))
}

/// The verdict, and the wait where there is one. Only what is retried waits.
fn waiting(arm: &Arm<'_>, krate: &TokenStream) -> TokenStream {
    let verdict = verdict(&arm.source, krate);
    let Some(after) = &arm.after else { return verdict };
    let wait = asked(after, krate, &quote!(AfterField::after));
    quote_spanned! {Span::mixed_site()=>
        match (#verdict, #wait) {
            (#krate::Verdict::Retry(__kind), ::core::option::Option::Some(__wait)) => {
                #krate::Verdict::RetryAfter(__kind, __wait)
            }
            (__verdict, _) => __verdict,
        }
    }
}

fn verdict(source: &Source<'_>, krate: &TokenStream) -> TokenStream {
    match source {
        Source::Kind(variant) => {
            let variant = Ident::new(variant, Span::mixed_site());
            quote_spanned! {Span::mixed_site()=>
                <#krate::Verdict as ::core::convert::From<#krate::ErrorKind>>::from(
                    #krate::ErrorKind::#variant,
                )
            }
        }
        Source::Status(field) => {
            let status = asked(field, krate, &quote!(StatusField::status));
            quote_spanned!(Span::mixed_site()=> #krate::Verdict::from_status(#status))
        }
        Source::Inner { field, may_borrow } => inner(field, *may_borrow, krate),
    }
}

/// What the inner error says, asked as `#[with_retry]` asks the error of its function.
fn inner(field: &Found<'_>, may_borrow: bool, krate: &TokenStream) -> TokenStream {
    let (error, behind) = (binding(field), references(field.ty));
    let error = quote_spanned!(Span::mixed_site()=> #behind #error);
    let ask = if may_borrow {
        quote_spanned!(Span::mixed_site()=> (&&&#krate::__private::AskBorrowing(#error)))
    } else {
        quote_spanned!(Span::mixed_site()=> (&&&&#krate::__private::Ask(#error)))
    };
    quote_spanned! {Span::mixed_site()=> {
        #[allow(unused_imports)]
        use #krate::__private::{
            VerdictByChain as _, VerdictByClassify as _, VerdictOfPointee as _,
            VerdictUnknown as _,
        };
        #ask.retry_verdict()
    }}
}

/// A `*` for each reference that `ty` is: what is behind it is asked. A trait object stays behind
/// its last one, since only as a pointer can it be asked.
fn references(ty: &Type) -> TokenStream {
    match ty {
        Type::Group(group) => references(&group.elem),
        Type::Paren(paren) => references(&paren.elem),
        Type::Reference(reference)
            if !matches!(*reference.elem, Type::TraitObject(_) | Type::Paren(_)) =>
        {
            let rest = references(&reference.elem);
            quote!(* #rest)
        }
        _ => TokenStream::new(),
    }
}

/// A call on a field, shown where the field is said if its type does not fit.
fn asked(field: &Found<'_>, krate: &TokenStream, function: &TokenStream) -> TokenStream {
    let span = at(field.said);
    let (name, krate) = (binding(field), respanned(krate.clone(), span));
    let function = respanned(function.clone(), span);
    quote_spanned!(span=> #krate::#function(#name))
}
