//! The macros of `retry-core`; use them from there: `retry_core::with_retry`, `retry_core::Classify`.

mod attribute;
mod classify;
mod expand;
mod function;
#[cfg(test)]
mod snapshot;

use proc_macro2::TokenStream;
use quote::quote;

use crate::attribute::check;
use crate::attribute::keys::Keys;
use crate::attribute::mistakes::Mistakes;
use crate::function::Function;

#[allow(missing_docs)] // stands in the documentation of retry-core
#[proc_macro_attribute]
pub fn with_retry(
    attribute: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    with_retry_on(attribute.into(), &item.into()).into()
}

#[allow(missing_docs)] // stands in the documentation of retry-core
#[proc_macro_derive(Classify, attributes(retry))]
pub fn derive_classify(item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    classify::derive(item.into()).into()
}

fn with_retry_on(attribute: TokenStream, item: &TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let keys = Keys::read(attribute, &mut mistakes);
    check::contradictions(&keys, &mut mistakes);
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => {
            mistakes.add(error);
            return with_errors(mistakes, item);
        }
    };
    if let Err(error) = function.check() {
        mistakes.add(error);
    }
    check::shape(&keys, &function, &mut mistakes);
    check::constants(&keys, &mut mistakes);
    if mistakes.is_empty() {
        return expand::function(&function, &keys);
    }
    with_errors(mistakes, &plain(&function, &keys))
}

/// The function as it is, so that an editor keeps its completions and one mistake gives one
/// error; a name that `context` would bind is there as well, and what `retry` uses is used.
fn plain(function: &Function, keys: &Keys) -> TokenStream {
    let krate = expand::krate::path(keys.crate_path.as_ref());
    let body = function.body.stream();
    let context = keys.context.as_ref().map(|name| {
        quote!(#[allow(unused_variables)] let #name: &#krate::Attempt = #krate::__private::hint();)
    });
    let used = keys.retry.as_ref().map(|retry| {
        let lent = expand::handle::lent(retry);
        quote!(if false { let _ = #lent; })
    });
    function.with_block(&function.sig, quote!(#used #context #body))
}

fn with_errors(mistakes: Mistakes, item: &TokenStream) -> TokenStream {
    let errors = mistakes.into_compile_errors();
    quote!(#errors #item)
}
