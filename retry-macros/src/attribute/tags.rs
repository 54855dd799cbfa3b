//! `tags(team = "payments", tier = "1")`: what the application knows a function by.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Error, Ident, Lit, Result, Token, parenthesized, token};

const FORM: &str =
    "`tags` takes keys with a text each, such as `tags(team = \"payments\", tier = \"1\")`";

/// As many as a handle may have.
const MOST: usize = 8;

/// Keys and texts, in the order in which they were written.
pub(crate) struct Tags(Vec<(String, String)>);

impl Tags {
    pub(crate) fn read(name: &Ident, input: ParseStream<'_>) -> Result<Self> {
        if !input.peek(token::Paren) {
            return Err(Error::new_spanned(name, FORM));
        }
        let inside;
        parenthesized!(inside in input);
        if inside.is_empty() {
            return Err(Error::new_spanned(name, format!("`tags()` says nothing: {FORM}")));
        }
        let mut tags = Self(Vec::new());
        let mut mistakes: Option<Error> = None;
        while !inside.is_empty() {
            if let Err(error) = tags.entry(&inside) {
                match &mut mistakes {
                    None => mistakes = Some(error),
                    Some(first) => first.combine(error),
                }
                while !inside.is_empty() && !inside.peek(Token![,]) {
                    inside.parse::<TokenTree>()?;
                }
            }
            if !inside.is_empty() {
                inside.parse::<Token![,]>()?;
            }
        }
        mistakes.map_or(Ok(tags), Err)
    }

    fn entry(&mut self, input: ParseStream<'_>) -> Result<()> {
        let key = input.call(Ident::parse_any).map_err(|error| Error::new(error.span(), FORM))?;
        let word = key.unraw().to_string();
        if self.0.iter().any(|(known, _)| *known == word) {
            return Err(Error::new_spanned(&key, format!("`{word}` is given twice in `tags`")));
        }
        if !input.peek(Token![=]) {
            let message = format!("`{word}` takes a text: `{word} = \"…\"`");
            return Err(Error::new_spanned(&key, message));
        }
        input.parse::<Token![=]>()?;
        let text = text(&key, input)?;
        self.0.push((word, text));
        // Said once, however many more there are.
        if self.0.len() == MOST + 1 {
            let message = format!("`tags` takes at most {MOST} keys, and this is one more");
            return Err(Error::new_spanned(&key, message));
        }
        Ok(())
    }

    /// As a constant slice.
    pub(crate) fn tokens(&self, krate: &TokenStream) -> TokenStream {
        let tags = self.0.iter().map(|(key, value)| quote!(#krate::Tag::new(#key, #value)));
        quote!(const { &[#(#tags),*] })
    }
}

fn text(key: &Ident, input: ParseStream<'_>) -> Result<String> {
    if input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new_spanned(key, format!("`{key}` has no value")));
    }
    if let Ok(Lit::Str(text)) = input.fork().parse() {
        return input.parse::<Lit>().map(|_| text.value());
    }
    let value: TokenTree = input.parse()?;
    let message = format!(
        "`{key}` in `tags` takes a text in quotes, such as \"payments\": one that is known when the program runs belongs to a handle"
    );
    Err(Error::new_spanned(value, message))
}
