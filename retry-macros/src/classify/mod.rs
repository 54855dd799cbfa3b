//! `#[derive(Classify)]`: what sort of failure each value of a type is.
//!
//! From left to right: `attribute` (what does `#[retry]` say), `fields` (which field does it
//! mean), `check` (does it fit the type), `expand` (what does it become). Every mistake is noted,
//! and a type with mistakes still gets an implementation, so that each is shown once, where it was
//! made, and not again at every use of the type.

mod attribute;
mod check;
mod expand;
mod fields;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

use crate::attribute::mistakes::Mistakes;
use crate::classify::attribute::Said;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut mistakes = Mistakes::default();
    let said = Said::of(&input.attrs, &mut mistakes);
    let arms = check::arms(&input, said.as_ref(), &mut mistakes);
    let krate = crate::expand::krate::path(said.as_ref().and_then(|said| said.path.as_ref()));
    if mistakes.is_empty() {
        return expand::implementation(&input, &krate, &arms);
    }
    let errors = mistakes.into_compile_errors();
    let silent = expand::silent(&input, &krate);
    quote!(#errors #silent)
}
