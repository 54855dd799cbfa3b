//! `self` under another name, in tokens.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

/// The body with `self` renamed, inside macros too. Paths that start at `self::` and what an
/// inner item calls `self` stay as they are.
pub(crate) fn rename_self(body: &Group, to: &Ident) -> Group {
    let mut renamed = Group::new(body.delimiter(), rename(body.stream(), to));
    renamed.set_span(body.span());
    renamed
}

/// The tokens with `self` renamed; see [`rename_self`].
pub(crate) fn rename(tokens: TokenStream, to: &Ident) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    // Inside an item from its keyword to its braces or semicolon.
    let mut in_item = false;
    let mut renamed = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        renamed.push(match token {
            TokenTree::Ident(ident) if ident == "self" && !in_item && !starts_path(&tokens, at) => {
                let mut name = to.clone();
                name.set_span(to.span().located_at(ident.span()));
                TokenTree::Ident(name)
            }
            TokenTree::Group(group) if !in_item && !is_visibility(&tokens, at) => {
                TokenTree::Group(rename_self(group, to))
            }
            other => other.clone(),
        });
        match token {
            TokenTree::Ident(_) => in_item |= starts_item(&tokens, at),
            TokenTree::Punct(punct) => in_item &= punct.as_char() != ';',
            TokenTree::Group(group) => in_item &= group.delimiter() != Delimiter::Brace,
            TokenTree::Literal(_) => {}
        }
    }
    renamed.into_iter().collect()
}

fn starts_path(tokens: &[TokenTree], at: usize) -> bool {
    let colon = |token: Option<&TokenTree>| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(tokens.get(at + 1)) && colon(tokens.get(at + 2))
}

/// `impl`, `trait`, `use`, or `fn` with a name: `fn(…)` is a type.
fn starts_item(tokens: &[TokenTree], at: usize) -> bool {
    let TokenTree::Ident(word) = &tokens[at] else { return false };
    let named = matches!(tokens.get(at + 1), Some(TokenTree::Ident(_)));
    match word.to_string().as_str() {
        "fn" | "trait" => named,
        // `impl Trait` in a type has something before it that an item has not.
        "impl" => {
            at == 0
                || matches!(&tokens[at - 1], TokenTree::Punct(punct) if punct.as_char() == ';')
                || matches!(&tokens[at - 1], TokenTree::Group(_))
        }
        "use" => {
            at == 0 || !matches!(&tokens[at - 1], TokenTree::Punct(punct) if punct.as_char() == '>')
        }
        _ => false,
    }
}

/// `(self)` of `pub(self)`.
fn is_visibility(tokens: &[TokenTree], at: usize) -> bool {
    matches!(at.checked_sub(1).map(|before| &tokens[before]), Some(TokenTree::Ident(word)) if word == "pub")
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn renamed(body: &str) -> String {
        let body = Group::new(Delimiter::Brace, body.parse().unwrap());
        let renamed = rename_self(&body, &Ident::new("this", Span::call_site()));
        renamed.stream().to_string().replace(' ', "")
    }

    #[test]
    fn the_value_is_renamed_and_nothing_else() {
        let cases = [
            ("self.a(self)", "this.a(this)"),
            ("println!(\"{}\", self.a)", "println!(\"{}\",this.a)"),
            ("self::f(self)", "self::f(this)"),
            ("|x: fn(u8)| self.g(x)", "|x:fn(u8)|this.g(x)"),
            ("fn h(self) {} self.i()", "fnh(self){}this.i()"),
            ("struct A; impl A { fn h(&self) {} } self.i()", "structA;implA{fnh(&self){}}this.i()"),
            ("use self::a; self", "useself::a;this"),
        ];
        for (body, wanted) in cases {
            assert_eq!(renamed(body), wanted, "{body}");
        }
    }
}
