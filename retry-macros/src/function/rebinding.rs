//! The statements at the head of a boxed block that only bind the arguments again.
//!
//! `#[async_trait]` moves every argument into the block under its own name. The loop goes behind
//! these statements, so that they move once, and the attempts borrow.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Pat, Token, Type};

/// One `let PATTERN = ARGUMENT;`.
pub(crate) struct Rebinding {
    pub(crate) pat: Pat,
    pub(crate) argument: Ident,
}

/// The rebindings at the head of `block`, and the rest of it.
pub(crate) fn split(block: &Group) -> (Vec<Rebinding>, Group) {
    let mut rebindings = Vec::new();
    let parser = |input: ParseStream<'_>| {
        skip_type_hint(input)?;
        loop {
            let ahead = input.fork();
            match ahead.parse::<Rebinding>() {
                Ok(rebinding) => {
                    rebindings.push(rebinding);
                    input.parse::<Rebinding>()?;
                }
                Err(_) => return input.parse::<TokenStream>(),
            }
        }
    };
    match parser.parse2(block.stream()) {
        Ok(rest) => {
            let body = returned_block.parse2(rest.clone()).unwrap_or_else(|_| {
                let mut body = Group::new(Delimiter::Brace, rest);
                body.set_span(block.span());
                body
            });
            (rebindings, body)
        }
        Err(_) => (Vec::new(), block.clone()),
    }
}

/// The block of `let __ret: … = { … }; __ret`: what the user wrote.
fn returned_block(input: ParseStream<'_>) -> syn::Result<Group> {
    input.parse::<Token![let]>()?;
    let name: Ident = input.parse()?;
    input.parse::<Token![:]>()?;
    input.parse::<Type>()?;
    input.parse::<Token![=]>()?;
    let block = match input.parse()? {
        TokenTree::Group(block) if block.delimiter() == Delimiter::Brace => block,
        other => return Err(syn::Error::new_spanned(other, "not a block")),
    };
    input.parse::<Token![;]>()?;
    input.call(Attribute::parse_outer)?;
    let last: Ident = input.parse()?;
    if last == name { Ok(block) } else { Err(input.error("more than the block")) }
}

/// Passes over `if let Some(__ret) = None::<…> { return __ret; }`, which gives the block its type;
/// the loop gives one of its own.
fn skip_type_hint(input: ParseStream<'_>) -> syn::Result<()> {
    let mut ahead: Vec<TokenTree> = Vec::new();
    let fork = input.fork();
    if !fork.peek(Token![if]) {
        return Ok(());
    }
    while !fork.is_empty() {
        let token: TokenTree = fork.parse()?;
        let ends =
            matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        ahead.push(token);
        if ends {
            break;
        }
    }
    let text = ahead.iter().map(ToTokens::to_token_stream).collect::<TokenStream>().to_string();
    if text.contains("__ret") && text.contains("None") {
        for _ in ahead {
            input.parse::<TokenTree>()?;
        }
    }
    Ok(())
}

impl Parse for Rebinding {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![let]>()?;
        let pat = input.call(Pat::parse_single)?;
        input.parse::<Token![=]>()?;
        let argument = if input.peek(syn::token::Brace) {
            moved_through_a_block(input)?
        } else if input.peek(Token![self]) {
            let this: Token![self] = input.parse()?;
            Ident::new("self", this.span)
        } else {
            input.parse()?
        };
        input.parse::<Token![;]>()?;
        Ok(Self { pat, argument })
    }
}

/// `{ let x = x; x }`.
fn moved_through_a_block(input: ParseStream<'_>) -> syn::Result<Ident> {
    let block;
    syn::braced!(block in input);
    block.parse::<Token![let]>()?;
    let name: Ident = block.parse()?;
    block.parse::<Token![=]>()?;
    let from: Ident = block.parse()?;
    block.parse::<Token![;]>()?;
    let last: Ident = block.parse()?;
    if name == from && from == last && block.is_empty() {
        Ok(name)
    } else {
        Err(block.error("more than a move"))
    }
}
