//! In which of the forms that can be retried a function is written.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, TypeParamBound};

use crate::function::{Function, type_argument};

/// The form of a function.
pub(crate) enum Shape {
    /// `async fn`.
    Async,
    /// A function that blocks.
    Blocking,
    /// A function whose body is `Box::pin(async move { … })`: written by hand, or what is left
    /// of an `async fn` once `#[async_trait]` has been over it. The loop goes into that block, so
    /// a call is boxed once, as before.
    Boxed(Boxed),
    /// A function that returns a future of its own making; each attempt makes one.
    Future { boxed: bool },
}

/// `Box::pin(async move { … })`, taken apart.
pub(crate) struct Boxed {
    /// `Box::pin`.
    pub(crate) make: TokenStream,
    pub(crate) block: Group,
}

impl Shape {
    /// The form, and what a call of it gives in the end.
    pub(crate) fn of(function: &Function) -> (Self, Type) {
        let output = function.output();
        if function.sig.asyncness.is_some() {
            return (Self::Async, output);
        }
        match future_output(&output) {
            None => (Self::Blocking, output),
            Some((inner, false)) => (Self::Future { boxed: false }, inner),
            Some((inner, true)) => match boxed_block(&function.body) {
                Some(boxed) => (Self::Boxed(boxed), inner),
                None => (Self::Future { boxed: true }, inner),
            },
        }
    }

    pub(crate) const fn waits(&self) -> bool {
        !matches!(self, Self::Blocking)
    }
}

/// The output of the future that `ty` is, and whether it is boxed.
fn future_output(ty: &Type) -> Option<(Type, bool)> {
    match ty {
        Type::Group(group) => future_output(&group.elem),
        Type::Paren(paren) => future_output(&paren.elem),
        Type::ImplTrait(opaque) => Some((bounds_output(opaque.bounds.iter())?, false)),
        Type::Path(path) => {
            let last = &path.path.segments.last()?.ident;
            if last == "BoxFuture" || last == "LocalBoxFuture" {
                return Some((type_argument(ty, 0)?.clone(), true));
            }
            if last != "Pin" {
                return None;
            }
            let Type::TraitObject(object) = type_argument(type_argument(ty, 0)?, 0)? else {
                return None;
            };
            Some((bounds_output(object.bounds.iter())?, true))
        }
        _ => None,
    }
}

/// `R` of a bound `Future<Output = R>`.
fn bounds_output<'a>(mut bounds: impl Iterator<Item = &'a TypeParamBound>) -> Option<Type> {
    bounds.find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last = bound.path.segments.last()?;
        let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
        if last.ident != "Future" {
            return None;
        }
        arguments.args.iter().find_map(|argument| match argument {
            GenericArgument::AssocType(output) if output.ident == "Output" => {
                Some(output.ty.clone())
            }
            _ => None,
        })
    })
}

/// `Box::pin(async move { … })` and nothing else.
fn boxed_block(body: &Group) -> Option<Boxed> {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    let (TokenTree::Group(argument), make) = tokens.split_last()? else { return None };
    let [
        ..,
        TokenTree::Ident(owner),
        TokenTree::Punct(_),
        TokenTree::Punct(_),
        TokenTree::Ident(pin),
    ] = make
    else {
        return None;
    };
    if owner != "Box" || pin != "pin" || argument.delimiter() != Delimiter::Parenthesis {
        return None;
    }
    let argument: Vec<TokenTree> = argument.stream().into_iter().collect();
    let [TokenTree::Ident(word), TokenTree::Ident(capture), TokenTree::Group(block)] =
        &argument[..]
    else {
        return None;
    };
    if word != "async" || capture != "move" || block.delimiter() != Delimiter::Brace {
        return None;
    }
    // A path, and no statements before it.
    let is_path = make.iter().all(|token| {
        matches!(token, TokenTree::Ident(_))
            || matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
    });
    is_path.then(|| Boxed {
        make: make.iter().map(ToTokens::to_token_stream).collect(),
        block: block.clone(),
    })
}
