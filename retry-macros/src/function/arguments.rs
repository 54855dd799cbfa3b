//! How the arguments reach each attempt.
//!
//! A reference is used as it is, a mutable one is borrowed anew by every attempt. What came by
//! value has to be there again for the next attempt, so each gets the caller's value: a clone
//! where the type has one, else a reference. Which of the two it is, the compiler decides; where
//! the body visibly only borrows the argument, it is not touched at all.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, FnArg, Pat, PatIdent, Receiver, ReceiverKind, Signature, Token, Type};

use crate::function::borrow::{mentions, only_borrows, only_looks_into};
use crate::function::rebinding::{self, Rebinding};
use crate::function::rename::{rename, rename_self};
use crate::function::shape::Shape;
use crate::function::type_argument;

/// The arguments of a function, made ready for more than one attempt.
pub(crate) struct Arguments {
    /// The signature, without the `mut` of what the body binds anew.
    pub(crate) sig: Signature,
    /// Before all: what `#[async_trait]` has bound to other names.
    pub(crate) rebound: TokenStream,
    /// Before the loop: what is bound once.
    pub(crate) hoisted: TokenStream,
    /// Before each attempt: what it gets.
    pub(crate) prepare: TokenStream,
    /// At the head of each attempt: the arguments under their own names.
    pub(crate) bind: TokenStream,
    /// The body, with `self` renamed where it had to be bound anew.
    pub(crate) body: Group,
    /// What `self` was moved into before the loop.
    this: Option<Ident>,
}

/// A name that the body uses, and how its value reaches an attempt.
struct Name {
    ident: Ident,
    mutability: Option<Token![mut]>,
    /// Bound with `ref`: the body sees a reference to its own value.
    by_ref: bool,
    /// Used through a shared reference where it cannot be cloned.
    shared: bool,
    passing: Passing,
    cfgs: TokenStream,
}

#[derive(Clone, Copy, PartialEq)]
enum Passing {
    /// A shared reference: copied.
    Shared,
    /// A mutable reference: borrowed anew.
    Mutable,
    /// `Pin<&mut T>`: borrowed anew through the pin.
    Pinned,
    /// A value.
    Value,
    /// A value that a pattern takes out of a reference.
    Part,
}

impl Arguments {
    pub(crate) fn of(sig: &Signature, body: &Group, shape: &Shape, krate: &TokenStream) -> Self {
        let (rebindings, body) = match shape {
            Shape::Boxed(boxed) => rebinding::split(&boxed.block),
            _ => (Vec::new(), body.clone()),
        };
        let empty = TokenStream::new;
        let mut arguments = Self {
            sig: sig.clone(),
            rebound: empty(),
            hoisted: empty(),
            prepare: empty(),
            bind: empty(),
            body,
            this: None,
        };
        let mut names = Vec::new();
        for input in &mut arguments.sig.inputs {
            match input {
                FnArg::Receiver(receiver) => names.push(this(receiver)),
                FnArg::Typed(argument) => {
                    let passing = passing(&argument.ty, &argument.pat);
                    let cfgs = cfgs(&argument.attrs);
                    let known = names.len();
                    collect(&mut argument.pat, (passing, &cfgs), &mut names);
                    let shared = is_shared_closure(&argument.ty);
                    names[known..].iter_mut().for_each(|name| name.shared = shared);
                }
            }
        }
        for rebinding in rebindings {
            arguments.hoist(rebinding, &mut names);
        }
        for name in &names {
            arguments.name(name, krate);
        }
        arguments
    }

    /// What the attribute says, which speaks of `self`, at a place where that may have been moved.
    pub(crate) fn where_it_moved(&self, said: TokenStream) -> TokenStream {
        match &self.this {
            Some(this) => rename(said, this),
            None => said,
        }
    }

    /// Moves a rebinding before the loop; what it binds is then handled like an argument.
    fn hoist(&mut self, rebinding: Rebinding, names: &mut Vec<Name>) {
        let Rebinding { mut pat, argument } = rebinding;
        let Some(at) = names.iter().position(|name| name.ident == argument) else {
            // Not an argument: bound once, used by every attempt.
            self.rebound.extend(quote!(let #pat = #argument;));
            return;
        };
        if let Pat::Ident(PatIdent { ident, mutability, .. }) = &pat
            && *ident == argument
        {
            names[at].mutability = *mutability;
            return;
        }
        if let Pat::Ident(PatIdent { ident, .. }) = &pat
            && argument == "self"
        {
            self.this = Some(ident.clone());
        }
        let Name { passing, cfgs, .. } = names.remove(at);
        collect(&mut pat, (passing, &cfgs), names);
        self.rebound.extend(quote!(#cfgs let #pat = #argument;));
    }

    fn name(&mut self, name: &Name, krate: &TokenStream) {
        let Name { ident, mutability, by_ref, shared, passing, cfgs } = name;
        if !mentions(&self.body.stream(), ident) {
            return;
        }
        let site = Span::mixed_site().located_at(ident.span());
        let bound = bound(ident, site);
        let value = match passing {
            Passing::Shared if mutability.is_none() => return,
            Passing::Shared => quote_spanned!(site=> #ident),
            Passing::Mutable if ident == "self" && only_looks_into(&self.body.stream(), ident) => {
                return;
            }
            Passing::Mutable => quote_spanned!(site=> &mut *#ident),
            Passing::Pinned => quote_spanned!(site=> ::core::pin::Pin::as_mut(&mut #ident)),
            Passing::Value | Passing::Part => {
                if mutability.is_none() && !by_ref && only_borrows(&self.body.stream(), ident) {
                    return;
                }
                // Declared `mut`, it has to be fresh; a closure is called through what it is.
                let fresh = mutability.is_some() || *by_ref || *shared;
                let given = if fresh {
                    fresh_for_attempt(ident, krate, site)
                } else {
                    self.hoisted.extend(quote_spanned!(site=> #cfgs let mut #bound = #ident;));
                    for_attempt(&bound, krate, site)
                };
                self.prepare.extend(quote_spanned!(site=> #cfgs let #bound = #given;));
                quote_spanned!(site=> #bound)
            }
        };
        self.bind.extend(quote_spanned!(site=> #cfgs let #mutability #bound = #value;));
        if *by_ref {
            self.bind.extend(quote_spanned!(site=> #cfgs let #bound = &#mutability #bound;));
        }
        if ident == "self" {
            self.body = rename_self(&self.body, &bound);
        }
    }
}

/// The name under which an attempt has `ident`: its own, but for `self`, which cannot be bound.
fn bound(ident: &Ident, site: Span) -> Ident {
    if ident == "self" { Ident::new("__self", site) } else { ident.clone() }
}

/// `self`.
fn this(receiver: &mut Receiver) -> Name {
    let ident = Ident::new("self", receiver.self_token.span);
    let passing = match &receiver.kind {
        ReceiverKind::Reference(_, _, None) => Passing::Shared,
        ReceiverKind::Reference(_, _, Some(_)) => Passing::Mutable,
        ReceiverKind::Typed(_, ty) => type_passing(ty),
        _ => Passing::Value,
    };
    let mutability = receiver.mutability.take();
    if passing == Passing::Pinned {
        receiver.mutability = Some(Token![mut](Span::mixed_site()));
    }
    Name { ident, mutability, by_ref: false, shared: false, passing, cfgs: TokenStream::new() }
}

/// The caller's value for one attempt.
fn for_attempt(value: &Ident, krate: &TokenStream, site: Span) -> TokenStream {
    quote_spanned! {site=> {
        #[allow(unused_imports)]
        use #krate::__private::{BorrowArgument as _, CloneArgument as _};
        (&&#krate::__private::Argument::new(&mut #value)).retry_argument()
    }}
}

/// The caller's value for one attempt that may change it.
fn fresh_for_attempt(value: &Ident, krate: &TokenStream, site: Span) -> TokenStream {
    quote_spanned! {site=> {
        #[allow(unused_imports)]
        use #krate::__private::{BorrowArgument as _, CloneArgument as _};
        (&&#krate::__private::FreshArgument(&#value)).retry_argument()
    }}
}

/// Whether `ty` is an `impl Fn(…)`, which is called through a shared reference.
fn is_shared_closure(ty: &Type) -> bool {
    let Type::ImplTrait(opaque) = ty else { return false };
    opaque.bounds.iter().any(|bound| match bound {
        syn::TypeParamBound::Trait(bound) => {
            bound.path.segments.last().is_some_and(|last| last.ident == "Fn")
        }
        _ => false,
    })
}

fn passing(ty: &Type, pat: &Pat) -> Passing {
    match pat {
        // A pattern that takes the reference apart binds values.
        Pat::Reference(_) => Passing::Part,
        _ => type_passing(ty),
    }
}

fn type_passing(ty: &Type) -> Passing {
    match ty {
        Type::Group(group) => type_passing(&group.elem),
        Type::Paren(paren) => type_passing(&paren.elem),
        Type::Reference(reference) if reference.mutability.is_some() => Passing::Mutable,
        Type::Reference(_) => Passing::Shared,
        Type::Path(path) => {
            let pinned = path.path.segments.last().is_some_and(|last| last.ident == "Pin");
            match type_argument(ty, 0) {
                Some(Type::Reference(inner)) if pinned && inner.mutability.is_some() => {
                    Passing::Pinned
                }
                _ => Passing::Value,
            }
        }
        _ => Passing::Value,
    }
}

/// The names that a pattern binds; their `mut` goes to where they are bound anew.
fn collect(pat: &mut Pat, how: (Passing, &TokenStream), names: &mut Vec<Name>) {
    match pat {
        Pat::Ident(PatIdent { ident, by_ref, mutability, subpat, .. }) => {
            if let Some((_, pat)) = subpat {
                collect(pat, how, names);
            }
            // A constant or a unit struct is written like a name; names start in lower case.
            if !ident.to_string().starts_with(char::is_uppercase) {
                let (passing, cfgs) = (how.0, how.1.clone());
                let name = Name {
                    ident: ident.clone(),
                    mutability: mutability.take(),
                    by_ref: passing == Passing::Value && by_ref.take().is_some(),
                    shared: false,
                    passing,
                    cfgs,
                };
                // A pin is borrowed anew through a mutable borrow of itself.
                *mutability = (passing == Passing::Pinned).then(|| Token![mut](ident.span()));
                names.push(name);
            }
        }
        Pat::Tuple(tuple) => tuple.elems.iter_mut().for_each(|pat| collect(pat, how, names)),
        Pat::TupleStruct(tuple) => tuple.elems.iter_mut().for_each(|pat| collect(pat, how, names)),
        Pat::Slice(slice) => slice.elems.iter_mut().for_each(|pat| collect(pat, how, names)),
        Pat::Struct(fields) => {
            fields.fields.iter_mut().for_each(|field| collect(&mut field.pat, how, names));
        }
        Pat::Paren(paren) => collect(&mut paren.pat, how, names),
        Pat::Reference(reference) => collect(&mut reference.pat, how, names),
        Pat::Type(typed) => collect(&mut typed.pat, how, names),
        Pat::Or(or) => {
            // Every case binds the same names.
            let mut again = Vec::new();
            for (at, pat) in or.cases.iter_mut().enumerate() {
                collect(pat, how, if at == 0 { &mut *names } else { &mut again });
            }
        }
        _ => {}
    }
}

fn cfgs(attrs: &[Attribute]) -> TokenStream {
    attrs.iter().filter(|attr| attr.path().is_ident("cfg")).map(ToTokens::to_token_stream).collect()
}
