//! Which field a word of `#[retry]` means.
//!
//! A field is named by its name or its position, or goes without saying: the only one, or the one
//! that other derives call the source.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{
    Error, Field, Fields, GenericParam, Generics, Index, Member, Result, Type, TypeParamBound,
    WherePredicate,
};

use crate::attribute::suggest::did_you_mean;
use crate::classify::attribute::Word;

/// A struct, or a variant of an enum.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) fields: &'a Fields,
}

/// A field that is read, and where that is said.
pub(crate) struct Found<'a> {
    pub(crate) index: usize,
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
    pub(crate) said: Span,
}

impl<'a> Place<'a> {
    /// The field that `status` means.
    pub(crate) fn status(self, word: &Word) -> Result<Found<'a>> {
        match &word.field {
            Some(member) => self.named(&word.word, member),
            None => self.only(&word.word),
        }
    }

    /// The field that `transparent` means.
    pub(crate) fn inner(self, word: &Word) -> Result<Found<'a>> {
        if let Some(member) = &word.field {
            return self.named(&word.word, member);
        }
        let marked = |field: &Field| {
            let mut attrs = field.attrs.iter().map(syn::Attribute::path);
            attrs.any(|path| path.is_ident("source") || path.is_ident("from"))
        };
        let source = |field: &Field| field.ident.as_ref().is_some_and(|name| name == "source");
        let position = |is: &dyn Fn(&Field) -> bool| self.fields.iter().position(is);
        match position(&marked).or_else(|| position(&source)) {
            Some(index) => Ok(self.found(index, word.word.span())),
            None => self.only(&word.word),
        }
    }

    /// The field that a word names.
    pub(crate) fn named(self, word: &Ident, member: &Member) -> Result<Found<'a>> {
        let index = match member {
            Member::Named(name) => self.fields.iter().position(|field| {
                field.ident.as_ref().is_some_and(|own| own.unraw() == name.unraw())
            }),
            Member::Unnamed(position) => Some(position.index as usize)
                .filter(|index| !self.has_names() && *index < self.fields.len()),
        };
        let said = member.span();
        index
            .map(|index| self.found(index, said))
            .ok_or_else(|| Error::new(said, self.no_such_field(word, member)))
    }

    /// The only field, for a word that names none.
    fn only(self, word: &Ident) -> Result<Found<'a>> {
        let name = self.name;
        let mark =
            if word == "transparent" { "mark the inner error with `#[source]`, or " } else { "" };
        let message = match self.fields.len() {
            1 => return Ok(self.found(0, word.span())),
            0 => format!("`{word}` reads a field, and `{name}` has none"),
            count => format!("`{name}` has {count} fields: {mark}{}", self.choice(word)),
        };
        Err(Error::new_spanned(word, message))
    }

    fn no_such_field(self, word: &Ident, member: &Member) -> String {
        let name = self.name;
        match member {
            _ if self.fields.is_empty() => format!("`{word}` reads a field, and `{name}` has none"),
            Member::Unnamed(_) if self.has_names() => {
                format!("the fields of `{name}` have names: {}", self.choice(word))
            }
            Member::Named(_) if !self.has_names() => {
                format!("the fields of `{name}` have positions: {}", self.choice(word))
            }
            Member::Unnamed(position) => {
                format!("`{name}` has no field {}: {}", position.index, self.choice(word))
            }
            Member::Named(field) => {
                let field = field.unraw().to_string();
                let names: Vec<String> = self.names().collect();
                let hint = did_you_mean(&field, names.iter().map(String::as_str));
                format!("`{name}` has no field `{field}`{hint}\n{}", self.choice(word))
            }
        }
    }

    /// What can be written to name a field.
    fn choice(self, word: &Ident) -> String {
        let choices: Vec<String> = self.names().map(|name| format!("`{word} = {name}`")).collect();
        format!("write {}", choices.join(" or "))
    }

    fn has_names(self) -> bool {
        matches!(self.fields, Fields::Named(_))
    }

    fn names(self) -> impl Iterator<Item = String> {
        self.fields.iter().enumerate().map(|(index, field)| {
            field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string)
        })
    }

    fn found(self, index: usize, said: Span) -> Found<'a> {
        let field = self.fields.iter().nth(index).expect("a position among the fields");
        let member =
            field.ident.clone().map_or_else(|| Member::Unnamed(Index::from(index)), Member::Named);
        Found { index, member, ty: &field.ty, said }
    }
}

/// Whether a value of type `ty` may borrow from somewhere: it names a lifetime of the item, or a
/// type parameter that is not bound to be `'static`.
pub(crate) fn may_borrow(ty: &Type, generics: &Generics) -> bool {
    let borrowing: Vec<&Ident> = generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Lifetime(lifetime) => Some(&lifetime.lifetime.ident),
            GenericParam::Type(ty) if !is_static(&ty.ident, ty.bounds.iter(), generics) => {
                Some(&ty.ident)
            }
            _ => None,
        })
        .collect();
    !borrowing.is_empty() && mentions(ty.to_token_stream(), &borrowing)
}

/// Whether a type parameter is bound to be `'static`, where it is declared or in a `where` clause.
fn is_static<'a>(
    name: &Ident,
    own: impl Iterator<Item = &'a TypeParamBound>,
    generics: &'a Generics,
) -> bool {
    let clauses = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let others = clauses.filter_map(|predicate| match predicate {
        WherePredicate::Type(bound) => match &bound.bounded_ty {
            Type::Path(path) if path.path.is_ident(name) => Some(&bound.bounds),
            _ => None,
        },
        _ => None,
    });
    let mut bounds = own.chain(others.flatten());
    bounds.any(|bound| matches!(bound, TypeParamBound::Lifetime(life) if life.ident == "static"))
}

fn mentions(tokens: TokenStream, names: &[&Ident]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "Self" || names.contains(&&ident),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}
