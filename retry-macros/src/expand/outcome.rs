//! What the body returns, and what gives it its type.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, Type};

use super::{Expansion, at};
use crate::function::{retry_error, type_argument};

impl Expansion<'_> {
    /// What gives `?` in the body its type: a return that is never reached.
    pub(super) fn hint(&self, output: &Type) -> TokenStream {
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
    pub(super) fn outcome(&self) -> Type {
        let mut output = self.output.clone();
        if let Some(inner) = self.retry_error_inside()
            && let Some(error) = last_argument(&mut output)
        {
            *error = inner;
        }
        infer_impl(&mut output);
        output
    }

    /// The type that the function returns, as far as an expression can name it.
    pub(super) fn fallback_output(&self) -> Type {
        let mut output = self.output.clone();
        infer_impl(&mut output);
        output
    }

    pub(super) fn retry_error_inside(&self) -> Option<Type> {
        let output = self.output.clone();
        retry_error(type_argument(&output, 1)?).cloned()
    }
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
