//! Whether a body visibly only borrows a name.
//!
//! The body is looked at as tokens, and every use that is not plainly a borrow counts as none:
//! the answer saves a clone, and a wrong "no" costs only that clone.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

/// Macros that take references to what they print or compare.
const BORROWING_MACROS: [&str; 24] = [
    "format",
    "format_args",
    "print",
    "println",
    "eprint",
    "eprintln",
    "write",
    "writeln",
    "panic",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "todo",
    "unreachable",
    "trace",
    "debug",
    "info",
    "warn",
    "error",
    "bail",
    "anyhow",
];

/// Whether every use of `name` in `body` is a borrow, a comparison, or an argument of a macro
/// that borrows it.
pub(crate) fn only_borrows(body: &TokenStream, name: &Ident) -> bool {
    !moves_captures(body.clone()) && stream_only_borrows(body.clone(), name, false)
}

/// Whether `name` stands anywhere in `body`.
pub(crate) fn mentions(body: &TokenStream, name: &Ident) -> bool {
    body.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

/// Whether `name` is only ever looked into, as `name.field` or `name.method()`, and never used as
/// a whole: then an attempt borrows from it by itself.
pub(crate) fn only_looks_into(body: &TokenStream, name: &Ident) -> bool {
    !moves_captures(body.clone()) && stream_only_looks_into(body.clone(), name)
}

fn stream_only_looks_into(tokens: TokenStream, name: &Ident) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    tokens.iter().enumerate().all(|(at, token)| match token {
        TokenTree::Ident(ident) if ident == name => is_punct(tokens.get(at + 1), ".:"),
        TokenTree::Group(group) => stream_only_looks_into(group.stream(), name),
        _ => true,
    })
}

/// Whether anything is captured by `move`: then even `&x` inside it is a move of `x`.
fn moves_captures(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "move",
        TokenTree::Group(group) => moves_captures(group.stream()),
        _ => false,
    })
}

fn stream_only_borrows(tokens: TokenStream, name: &Ident, printed: bool) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    (0..tokens.len()).all(|at| match &tokens[at] {
        TokenTree::Ident(ident) if ident == name => use_is_borrow(&tokens, at, printed),
        TokenTree::Group(group) => {
            let printed =
                group.delimiter() != Delimiter::Brace && is_borrowing_macro(&tokens[..at]);
            stream_only_borrows(group.stream(), name, printed)
        }
        _ => true,
    })
}

/// Whether the tokens before a group are `println!` or the like.
fn is_borrowing_macro(before: &[TokenTree]) -> bool {
    matches!(before, [.., TokenTree::Ident(ident), bang] if is_punct(Some(bang), "!")
        && BORROWING_MACROS.iter().any(|known| ident == known))
}

fn use_is_borrow(tokens: &[TokenTree], at: usize, printed: bool) -> bool {
    let before = at.checked_sub(1).map(|i| &tokens[i]);
    if is_punct(before, ".'") {
        // A field or a label of the same name is not the argument.
        return true;
    }
    let Some(end) = end_of_place(tokens, at) else { return false };
    let after = tokens.get(end);
    if printed && ends_argument(after) && (before.is_none() || is_punct(before, ",=?%")) {
        return true;
    }
    is_reference(tokens, at) && !is_punct(after, ".") || is_comparison(tokens, at, end)
}

/// The end of `x.field[0].1`; `None` when a method is called on it or the name is part of
/// a path.
fn end_of_place(tokens: &[TokenTree], at: usize) -> Option<usize> {
    let mut end = at + 1;
    loop {
        match (tokens.get(end), tokens.get(end + 1), tokens.get(end + 2)) {
            (Some(dot), Some(TokenTree::Ident(field)), next) if is_punct(Some(dot), ".") => {
                let called = is_punct(next, ":")
                    || matches!(next, Some(TokenTree::Group(group))
                        if group.delimiter() == Delimiter::Parenthesis);
                if field == "await" || called {
                    return None;
                }
                end += 2;
            }
            (Some(dot), Some(TokenTree::Literal(_)), _) if is_punct(Some(dot), ".") => end += 2,
            (Some(TokenTree::Group(index)), ..) if index.delimiter() == Delimiter::Bracket => {
                end += 1;
            }
            (Some(TokenTree::Group(call)), ..) if call.delimiter() == Delimiter::Parenthesis => {
                return None;
            }
            (next, ..) if is_punct(next, ":!?") => return None,
            _ => return Some(end),
        }
    }
}

/// Whether `&` before `at` takes a reference: it is one `&`, not `&&`, and not an operator
/// between two operands.
fn is_reference(tokens: &[TokenTree], at: usize) -> bool {
    let Some(reference) = at.checked_sub(1) else { return false };
    is_punct(tokens.get(reference), "&") && starts_operand(tokens, reference)
}

/// Whether an operand starts at `at`, so that what precedes it cannot bind to it.
fn starts_operand(tokens: &[TokenTree], at: usize) -> bool {
    match at.checked_sub(1).map(|i| &tokens[i]) {
        None => true,
        Some(TokenTree::Punct(punct)) => matches!(punct.as_char(), ',' | ';' | '=' | '(' | '{'),
        Some(TokenTree::Ident(word)) => {
            ["if", "while", "match", "return", "in", "else"].iter().any(|known| word == known)
        }
        Some(_) => false,
    }
}

/// Whether the place `at..end` is compared: the left side of a comparison that starts there, or
/// the right side of one that ends there.
fn is_comparison(tokens: &[TokenTree], at: usize, end: usize) -> bool {
    let left = (is_pair(tokens, end, "==") || is_pair(tokens, end, "!="))
        && (starts_operand(tokens, at) || at >= 2 && is_logical(tokens, at - 2));
    let right = at >= 2
        && (is_pair(tokens, at - 2, "==") || is_pair(tokens, at - 2, "!="))
        && (ends_argument(tokens.get(end))
            || matches!(tokens.get(end), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
            || is_logical(tokens, end));
    left || right
}

fn is_logical(tokens: &[TokenTree], at: usize) -> bool {
    is_pair(tokens, at, "&&") || is_pair(tokens, at, "||")
}

fn is_pair(tokens: &[TokenTree], at: usize, pair: &str) -> bool {
    let mut wanted = pair.chars();
    let (first, second) = (wanted.next(), wanted.next());
    matches!((tokens.get(at), tokens.get(at + 1)), (Some(TokenTree::Punct(a)), Some(TokenTree::Punct(b)))
        if Some(a.as_char()) == first && Some(b.as_char()) == second)
}

fn ends_argument(after: Option<&TokenTree>) -> bool {
    after.is_none() || is_punct(after, ",;")
}

fn is_punct(token: Option<&TokenTree>, any_of: &str) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if any_of.contains(punct.as_char()))
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn borrows(body: &str) -> bool {
        only_borrows(&body.parse().unwrap(), &Ident::new("x", Span::call_site()))
    }

    #[test]
    fn plain_borrows_are_seen() {
        for body in [
            "",
            "send(&x).await",
            "send(1, &x, &x.name, &x.list[0], &x.0)",
            "println!(\"{}\", x)",
            "println!(\"{}\", x.name)",
            "info!(?x, name = %x.name)",
            "if x == y { 1 }",
            "if y != x { 1 }",
            "if a && x == y { 1 }",
            "let y = &x;",
            "self.x.take()",
        ] {
            assert!(borrows(body), "{body}");
        }
    }

    #[test]
    fn whatever_could_move_is_not_a_borrow() {
        for body in [
            "send(x)",
            "x.into_bytes()",
            "&x.into_bytes()",
            "send(&mut x)",
            "let y = x;",
            "send(x.name)",
            "async move { send(&x).await }",
            "vec![x]",
            "my_macro!(x)",
            "x + 1 == y",
            "y + x == z",
            "y == x + 1",
            "a & x",
            "x?",
            "x.await",
            "S { x }",
            "f(x)(y)",
            "x()",
            "println!(\"{}\", x.take())",
            "move || &x",
        ] {
            assert!(!borrows(body), "{body}");
        }
    }
}
