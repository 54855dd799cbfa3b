//! The function that the attribute is on.
//!
//! Only its signature is parsed. The body stays the tokens that it is: half-typed code reaches
//! the compiler as it stands, and parsing it would cost more than all the rest of the attribute.

pub(crate) mod arguments;
mod borrow;
mod rebinding;
mod rename;
pub(crate) mod shape;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{
    AttrStyle, Attribute, Error, GenericArgument, Ident, Path, PathArguments, Result, ReturnType,
    Signature, Token, Type, Visibility,
};

pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) default: Option<Ident>,
    pub(crate) sig: Signature,
    pub(crate) body: Group,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis: Visibility = input.parse()?;
        let default = if input.peek(Ident) && input.fork().parse::<Ident>()? == "default" {
            Some(input.parse()?)
        } else {
            None
        };
        check_item(input)?;
        let sig: Signature = input.parse()?;
        if input.peek(Token![;]) {
            let message = "`#[with_retry]` needs a body to run again: put it on the implementation, or give this method a default body";
            return Err(Error::new_spanned(&sig.ident, message));
        }
        match unwrapped(input.parse()?) {
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                let mut attrs = attrs;
                let body = without_inner_attributes(&body, &mut attrs)?;
                Ok(Self { attrs, vis, default, sig, body })
            }
            other => Err(Error::new_spanned(other, "expected the body of the function")),
        }
    }
}

/// The body without `#![…]` at its head, which go before the function.
fn without_inner_attributes(body: &Group, attrs: &mut Vec<Attribute>) -> Result<Group> {
    let parser = |input: ParseStream<'_>| {
        let inner = input.call(Attribute::parse_inner)?;
        Ok((inner, input.parse::<TokenStream>()?))
    };
    let (inner, rest) = parser.parse2(body.stream())?;
    if inner.is_empty() {
        return Ok(body.clone());
    }
    attrs.extend(inner.into_iter().map(|attr| Attribute { style: AttrStyle::Outer, ..attr }));
    let mut stripped = Group::new(Delimiter::Brace, rest);
    stripped.set_span(body.span());
    Ok(stripped)
}

/// A `$body:block` of `macro_rules!` comes in an invisible group.
fn unwrapped(token: TokenTree) -> TokenTree {
    let TokenTree::Group(group) = &token else { return token };
    let mut inside = group.stream().into_iter();
    match (group.delimiter(), inside.next(), inside.next()) {
        (Delimiter::None, Some(only), None) => unwrapped(only),
        _ => token,
    }
}

/// That what follows is a function at all.
fn check_item(input: ParseStream<'_>) -> Result<()> {
    let ahead = input.fork();
    let mut at = None;
    while let Ok(word) = ahead.call(Ident::parse_any) {
        if word == "fn" {
            return Ok(());
        }
        if at.is_some() && word != "async" && word != "unsafe" && word != "extern" && word != "safe"
        {
            break;
        }
        at.get_or_insert(word);
        let _abi: Option<syn::LitStr> = ahead.parse()?;
    }
    let message = "`#[with_retry]` goes on a function";
    Err(at.map_or_else(|| input.error(message), |word| Error::new_spanned(word, message)))
}

impl Function {
    /// That the signature is one that can be run again.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(constness) = &self.sig.constness {
            let message = "`#[with_retry]` waits between attempts, which a `const fn` cannot";
            return Err(Error::new_spanned(constness, message));
        }
        if let Some(variadic) = &self.sig.variadic {
            let message = "`#[with_retry]` cannot pass variadic arguments to a second attempt";
            return Err(Error::new_spanned(variadic, message));
        }
        if starts_runtime(self.body.stream()) {
            let message = "`#[tokio::main]` and `#[tokio::test]` have to stand below `#[with_retry]`: above it, they have already made this function one that blocks; swap the two";
            return Err(Error::new_spanned(&self.sig.ident, message));
        }
        let message = "`#[with_retry]` goes on a function that can fail: it has to return a `Result` or an `Option`";
        match &self.sig.output {
            ReturnType::Default => Err(Error::new_spanned(&self.sig.ident, message)),
            ReturnType::Type(_, ty) if cannot_fail(ty) => Err(Error::new_spanned(ty, message)),
            ReturnType::Type(..) => Ok(()),
        }
    }

    /// The function with `block` in place of its body.
    pub(crate) fn with_block(&self, sig: &Signature, block: TokenStream) -> TokenStream {
        let mut tokens = self.head(sig);
        let mut braces = Group::new(Delimiter::Brace, block);
        braces.set_span(self.body.span());
        braces.to_tokens(&mut tokens);
        tokens
    }

    fn head(&self, sig: &Signature) -> TokenStream {
        let mut tokens = TokenStream::new();
        tokens.append_all(&self.attrs);
        self.vis.to_tokens(&mut tokens);
        self.default.to_tokens(&mut tokens);
        sig.to_tokens(&mut tokens);
        tokens
    }

    /// The type that the function is declared to return.
    pub(crate) fn output(&self) -> Type {
        match &self.sig.output {
            ReturnType::Type(_, ty) => (**ty).clone(),
            ReturnType::Default => syn::parse_quote!(()),
        }
    }

    /// Whether the error type may borrow from somewhere: it names a lifetime, or a type parameter
    /// that is not bound to be `'static`.
    pub(crate) fn error_may_borrow(&self, output: &Type) -> bool {
        let Some(error) = type_argument(output, 1) else { return false };
        let parameters: Vec<&Ident> =
            self.sig.generics.type_params().map(|parameter| &parameter.ident).collect();
        mentions(error.to_token_stream(), &parameters)
    }
}

/// Whether `body` is what tokio's attributes leave of a function: it ends in a runtime that is
/// built, with a message that nobody else uses.
fn starts_runtime(body: TokenStream) -> bool {
    body.into_iter().any(|token| match token {
        TokenTree::Literal(literal) => literal.to_string() == "\"Failed building the Runtime\"",
        TokenTree::Group(group) => starts_runtime(group.stream()),
        _ => false,
    })
}

fn cannot_fail(ty: &Type) -> bool {
    const PLAIN: [&str; 19] = [
        "bool", "char", "str", "String", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16",
        "i32", "i64", "i128", "isize", "f32", "f64", "Vec",
    ];
    match ty {
        Type::Tuple(_) | Type::Never(_) | Type::Array(_) | Type::Reference(_) | Type::Ptr(_) => {
            true
        }
        Type::Group(group) => cannot_fail(&group.elem),
        Type::Path(path) if path.qself.is_none() => {
            path.path.segments.len() == 1
                && path
                    .path
                    .segments
                    .last()
                    .is_some_and(|last| PLAIN.iter().any(|plain| last.ident == plain))
        }
        _ => false,
    }
}

/// The type argument number `index` of a path such as `Result<T, E>`.
pub(crate) fn type_argument(ty: &Type, index: usize) -> Option<&Type> {
    let arguments = match ty {
        Type::Group(group) => return type_argument(&group.elem, index),
        Type::Paren(paren) => return type_argument(&paren.elem, index),
        Type::Path(path) => &path.path.segments.last()?.arguments,
        _ => return None,
    };
    let PathArguments::AngleBracketed(arguments) = arguments else { return None };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    types.nth(index)
}

/// `E`, where `ty` is `RetryError<E>`.
pub(crate) fn retry_error(ty: &Type) -> Option<&Type> {
    let path: &Path = match ty {
        Type::Group(group) => return retry_error(&group.elem),
        Type::Path(path) => &path.path,
        _ => return None,
    };
    if path.segments.last()?.ident != "RetryError" {
        return None;
    }
    type_argument(ty, 0)
}

fn mentions(tokens: TokenStream, parameters: &[&Ident]) -> bool {
    let mut tick = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => {
            tick = punct.as_char() == '\'';
            // `&str` and its like: an elided lifetime.
            punct.as_char() == '&'
        }
        TokenTree::Ident(ident) => {
            let lifetime = std::mem::take(&mut tick);
            if lifetime { ident != "static" } else { parameters.contains(&&ident) }
        }
        TokenTree::Group(group) => mentions(group.stream(), parameters),
        TokenTree::Literal(_) => false,
    })
}
