//! How the arguments reach each attempt.
//!
//! A reference is used as it is, a mutable one is borrowed anew by every attempt. What came by
//! value has to be there again for the next attempt, so each gets the caller's value: a clone
//! where the type has one, else a reference. Which of the two it is, the compiler decides; where
//! the body visibly only borrows the argument, it is not touched at all.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, FnArg, Pat, PatIdent, ReceiverKind, Signature, Token, Type};

use crate::borrow::only_borrows;

/// The arguments of a function, made ready for more than one attempt.
pub(crate) struct Arguments {
    /// The signature, without the `mut` of what the body binds anew.
    pub(crate) sig: Signature,
    /// Before each attempt: what it gets.
    pub(crate) prepare: TokenStream,
    /// At the head of each attempt: the arguments under their own names.
    pub(crate) bind: TokenStream,
    /// The body, with `self` renamed where it had to be bound anew.
    pub(crate) body: Group,
}

/// How one name has to be handled.
enum Passing {
    Shared,
    Mutable,
    Value,
}

impl Arguments {
    pub(crate) fn of(sig: &Signature, body: &Group, krate: &TokenStream) -> Self {
        let mut arguments = Self {
            sig: sig.clone(),
            prepare: TokenStream::new(),
            bind: TokenStream::new(),
            body: body.clone(),
        };
        let mut inputs = std::mem::take(&mut arguments.sig.inputs);
        for input in &mut inputs {
            match input {
                FnArg::Receiver(receiver) => arguments.receiver(receiver, krate),
                FnArg::Typed(argument) => {
                    let passing = passing(&argument.ty, &argument.pat);
                    let attrs = cfgs(&argument.attrs);
                    for name in names(&mut argument.pat, &passing) {
                        arguments.name(&name, &passing, &attrs, krate);
                    }
                }
            }
        }
        arguments.sig.inputs = inputs;
        arguments
    }

    fn name(&mut self, name: &Name, passing: &Passing, attrs: &TokenStream, krate: &TokenStream) {
        let Name { ident, mutability } = name;
        let site = Span::mixed_site().located_at(ident.span());
        match passing {
            Passing::Shared if mutability.is_none() => {}
            Passing::Shared => {
                self.bind.extend(quote_spanned!(site=> #attrs let #mutability #ident = #ident;));
            }
            Passing::Mutable => {
                self.bind
                    .extend(quote_spanned!(site=> #attrs let #mutability #ident = &mut *#ident;));
            }
            Passing::Value => {
                if mutability.is_none() && only_borrows(&self.body.stream(), ident) {
                    return;
                }
                let given = for_attempt(&quote!(#ident), krate, site);
                self.prepare.extend(quote_spanned!(site=> #attrs let #ident = #given;));
                self.bind.extend(quote_spanned!(site=> #attrs let #mutability #ident = #ident;));
            }
        }
    }

    fn receiver(&mut self, receiver: &mut syn::Receiver, krate: &TokenStream) {
        let this = Ident::new("self", receiver.self_token.span);
        let site = Span::mixed_site().located_at(this.span());
        let renamed = Ident::new("__self", site);
        let pinned = match &receiver.kind {
            ReceiverKind::Value => false,
            ReceiverKind::Typed(_, ty) => match &**ty {
                Type::Reference(_) => return,
                ty => is_pinned_mut(ty),
            },
            _ => return,
        };
        let mutability = receiver.mutability.take();
        if pinned {
            receiver.mutability = Some(Token![mut](site));
            let bind = quote_spanned!(site=> let #mutability #renamed = ::core::pin::Pin::as_mut(&mut #this););
            self.bind.extend(bind);
        } else if mutability.is_some() || !only_borrows(&self.body.stream(), &this) {
            let given = for_attempt(&quote!(#this), krate, site);
            self.prepare.extend(quote_spanned!(site=> let #renamed = #given;));
            self.bind.extend(quote_spanned!(site=> let #mutability #renamed = #renamed;));
        } else {
            return;
        }
        let mut body = Group::new(Delimiter::Brace, rename_self(self.body.stream(), site));
        body.set_span(self.body.span());
        self.body = body;
    }
}

/// The caller's value for one attempt.
fn for_attempt(value: &TokenStream, krate: &TokenStream, site: Span) -> TokenStream {
    quote_spanned! {site=> {
        #[allow(unused_imports)]
        use #krate::__private::{BorrowArgument as _, CloneArgument as _};
        (&&#krate::__private::Argument(&#value)).for_attempt()
    }}
}

fn passing(ty: &Type, pat: &Pat) -> Passing {
    match ty {
        Type::Group(group) => passing(&group.elem, pat),
        Type::Paren(paren) => passing(&paren.elem, pat),
        // A pattern that takes the reference apart binds values.
        Type::Reference(_) if matches!(pat, Pat::Reference(_)) => Passing::Value,
        Type::Reference(reference) if reference.mutability.is_some() => Passing::Mutable,
        Type::Reference(_) => Passing::Shared,
        _ => Passing::Value,
    }
}

struct Name {
    ident: Ident,
    mutability: Option<Token![mut]>,
}

/// The names that a pattern binds; their `mut` goes to where they are bound anew.
fn names(pat: &mut Pat, passing: &Passing) -> Vec<Name> {
    let mut names = Vec::new();
    collect(pat, &mut names);
    if matches!(passing, Passing::Mutable) && !matches!(pat, Pat::Ident(_)) {
        names.iter_mut().for_each(|name| name.mutability = None);
    }
    names
}

fn collect(pat: &mut Pat, names: &mut Vec<Name>) {
    match pat {
        Pat::Ident(PatIdent { ident, mutability, subpat, .. }) => {
            // A constant or a unit struct is written like a name; names start in lower case.
            if !ident.to_string().starts_with(char::is_uppercase) {
                names.push(Name { ident: ident.clone(), mutability: mutability.take() });
            }
            if let Some((_, pat)) = subpat {
                collect(pat, names);
            }
        }
        Pat::Tuple(tuple) => tuple.elems.iter_mut().for_each(|pat| collect(pat, names)),
        Pat::TupleStruct(tuple) => tuple.elems.iter_mut().for_each(|pat| collect(pat, names)),
        Pat::Slice(slice) => slice.elems.iter_mut().for_each(|pat| collect(pat, names)),
        Pat::Struct(fields) => {
            fields.fields.iter_mut().for_each(|field| collect(&mut field.pat, names));
        }
        Pat::Paren(paren) => collect(&mut paren.pat, names),
        Pat::Reference(reference) => collect(&mut reference.pat, names),
        Pat::Type(typed) => collect(&mut typed.pat, names),
        Pat::Or(or) => {
            // Every case binds the same names.
            let mut cases = or.cases.iter_mut();
            if let Some(first) = cases.next() {
                collect(first, names);
            }
            cases.for_each(|pat| collect(pat, &mut Vec::new()));
        }
        _ => {}
    }
}

fn cfgs(attrs: &[Attribute]) -> TokenStream {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).map(ToTokens::to_token_stream).collect()
}

/// Whether `ty` is `Pin<&mut …>`.
fn is_pinned_mut(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Pin")
        && matches!(crate::function::type_argument(ty, 0), Some(Type::Reference(reference))
            if reference.mutability.is_some())
}

/// `self` as `__self`, inside macros too; `self::path` and what an inner item calls `self` stay.
fn rename_self(tokens: TokenStream, site: Span) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |at: usize, wanted: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
    let word = |at: Option<usize>, wanted: &str| matches!(at.and_then(|at| tokens.get(at)), Some(TokenTree::Ident(ident)) if ident == wanted);
    let mut in_item = false;
    (0..tokens.len())
        .map(|at| match &tokens[at] {
            TokenTree::Ident(ident) if ident == "self" && !(is(at + 1, ':') && is(at + 2, ':')) => {
                let span = site.located_at(ident.span());
                TokenTree::Ident(Ident::new("__self", span))
            }
            TokenTree::Ident(ident) => {
                let named = matches!(tokens.get(at + 1), Some(TokenTree::Ident(_)));
                in_item |=
                    ident == "impl" || ident == "trait" || ident == "use" || ident == "fn" && named;
                TokenTree::Ident(ident.clone())
            }
            TokenTree::Punct(punct) => {
                in_item &= punct.as_char() != ';';
                TokenTree::Punct(punct.clone())
            }
            TokenTree::Group(group) if in_item || word(at.checked_sub(1), "pub") => {
                in_item &= group.delimiter() != Delimiter::Brace;
                TokenTree::Group(group.clone())
            }
            TokenTree::Group(group) => {
                let mut renamed = Group::new(group.delimiter(), rename_self(group.stream(), site));
                renamed.set_span(group.span());
                TokenTree::Group(renamed)
            }
            TokenTree::Literal(literal) => TokenTree::Literal(literal.clone()),
        })
        .collect()
}
