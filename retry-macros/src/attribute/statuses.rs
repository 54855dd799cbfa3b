//! `retry_on_status`: HTTP statuses, one by one and in ranges.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::{Error, Expr, ExprLit, ExprRange, Lit, RangeLimits, Result, Token, bracketed};

const FORM: &str =
    "`retry_on_status` takes statuses and ranges of them, such as `[429, 500..=504]`";

/// Statuses, as ranges with both ends included.
pub(crate) struct Statuses(Vec<(u16, u16)>);

impl Parse for Statuses {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if !input.peek(syn::token::Bracket) {
            return Err(input.error(FORM));
        }
        let start = input.span();
        let list;
        bracketed!(list in input);
        let mut ranges = Vec::new();
        while !list.is_empty() {
            ranges.push(range(&list.parse()?)?);
            if !list.is_empty() {
                list.parse::<Token![,]>()?;
            }
        }
        if ranges.is_empty() {
            return Err(Error::new(start, format!("an empty list matches nothing: {FORM}")));
        }
        Ok(Self(ranges))
    }
}

impl ToTokens for Statuses {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ranges = self.0.iter().map(|(first, last)| quote!((#first, #last)));
        tokens.extend(quote!(&[#(#ranges),*]));
    }
}

fn range(expr: &Expr) -> Result<(u16, u16)> {
    let Expr::Range(ExprRange { start, limits, end, .. }) = expr else {
        let status = status(expr)?;
        return Ok((status, status));
    };
    let (Some(start), Some(end)) = (start, end) else {
        return Err(Error::new_spanned(
            expr,
            "a range of statuses has both ends, such as `500..=504`",
        ));
    };
    if matches!(limits, RangeLimits::HalfOpen(_)) {
        let message = "a range of statuses includes its end: write `..=`";
        return Err(Error::new_spanned(limits, message));
    }
    let (first, last) = (status(start)?, status(end)?);
    if first > last {
        return Err(Error::new_spanned(expr, "this range is empty: its end is below its start"));
    }
    Ok((first, last))
}

fn status(expr: &Expr) -> Result<u16> {
    let Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) = expr else {
        return Err(Error::new_spanned(expr, FORM));
    };
    let status = int.base10_parse::<u16>().ok().filter(|status| (100..=599).contains(status));
    status.ok_or_else(|| {
        Error::new_spanned(expr, format!("`{int}` is no HTTP status: they are 100 to 599"))
    })
}
