//! Whether what `#[retry]` says fits the type, and what each value of the type answers then.

use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Fields, Variant};

use crate::attribute::mistakes::Mistakes;
use crate::classify::attribute::{Form, Said, is_retry, legal};
use crate::classify::fields::{Found, Place, may_borrow};

/// What the values of a struct, or of one variant of an enum, answer.
pub(crate) struct Arm<'a> {
    /// The variant; `None` for a struct.
    pub(crate) variant: Option<&'a Variant>,
    pub(crate) source: Source<'a>,
    /// The field that says how long to wait.
    pub(crate) after: Option<Found<'a>>,
}

/// Where the verdict comes from.
pub(crate) enum Source<'a> {
    Kind(&'static str),
    Status(Found<'a>),
    Inner { field: Found<'a>, may_borrow: bool },
}

/// The arms of the type, as far as they are right; what is wrong is noted.
pub(crate) fn arms<'a>(
    input: &'a DeriveInput,
    said: Option<&Said>,
    mistakes: &mut Mistakes,
) -> Vec<Arm<'a>> {
    let mut check = Check { input, fallback: None, mistakes };
    match &input.data {
        Data::Enum(data) => {
            check.fallback = said.map(|said| check.on_enum(said));
            data.variants.iter().filter_map(|variant| check.variant(variant)).collect()
        }
        Data::Struct(data) => {
            check.fields(&data.fields);
            let place = Place { name: &input.ident, fields: &data.fields };
            check
                .place(place, said)
                .map(|(source, after)| Arm { variant: None, source, after })
                .into_iter()
                .collect()
        }
        Data::Union(data) => {
            let message = "`Classify` cannot be derived for a union, which does not know what it holds: write the `impl`";
            check.mistakes.at(data.union_token, message);
            Vec::new()
        }
    }
}

/// What the enum says for the variants that say nothing.
enum Fallback {
    Kind(&'static str),
    Nothing,
    /// It was to say something, and what is not known.
    Wrong,
}

struct Check<'a, 'm> {
    input: &'a DeriveInput,
    fallback: Option<Fallback>,
    mistakes: &'m mut Mistakes,
}

impl<'a> Check<'a, '_> {
    fn on_enum(&mut self, said: &Said) -> Fallback {
        if let Some(after) = &said.after {
            let message = "`after` reads a field, so it goes on a variant";
            self.mistakes.at(&after.word, message);
        }
        match &said.form {
            _ if said.wrong => Fallback::Wrong,
            Some(Form::Kind(_, kind)) => Fallback::Kind(kind),
            Some(form) => {
                let word = form.word();
                let message = format!(
                    "`{word}` reads a field, so it goes on a variant; an enum takes a kind, for the variants that say nothing"
                );
                self.mistakes.at(word, message);
                Fallback::Wrong
            }
            None if said.after.is_some() => Fallback::Wrong,
            None => Fallback::Nothing,
        }
    }

    fn variant(&mut self, variant: &'a Variant) -> Option<Arm<'a>> {
        self.fields(&variant.fields);
        let said = Said::of(&variant.attrs, self.mistakes);
        if let Some(word) = said.as_ref().and_then(|said| said.krate.as_ref()) {
            let message = "`crate` holds for the whole type: write it above the enum";
            self.mistakes.at(word, message);
            return None;
        }
        let place = Place { name: &variant.ident, fields: &variant.fields };
        let (source, after) = match (&said, &self.fallback) {
            (None, Some(Fallback::Kind(kind))) => (Source::Kind(kind), None),
            (None, Some(Fallback::Wrong)) => return None,
            _ => self.place(place, said.as_ref())?,
        };
        Some(Arm { variant: Some(variant), source, after })
    }

    /// The answer of a struct or a variant that has to say something itself.
    fn place(
        &mut self,
        place: Place<'a>,
        said: Option<&Said>,
    ) -> Option<(Source<'a>, Option<Found<'a>>)> {
        let Some(said) =
            said.filter(|said| said.form.is_some() || said.after.is_some() || said.wrong)
        else {
            self.silent(place);
            return None;
        };
        let source = match &said.form {
            None => None,
            Some(Form::Kind(_, kind)) => Some(Source::Kind(kind)),
            Some(Form::Status(word)) => self.note(place.status(word)).map(Source::Status),
            Some(Form::Transparent(word)) => self.note(place.inner(word)).map(|field| {
                Source::Inner { may_borrow: may_borrow(field.ty, &self.input.generics), field }
            }),
        };
        let after = self.after(place, said);
        Some((source?, after))
    }

    fn after(&mut self, place: Place<'a>, said: &Said) -> Option<Found<'a>> {
        let after = said.after.as_ref()?;
        let message = match &said.form {
            None if said.wrong => None,
            None => Some("`after` goes with what is retried: `#[retry(rate_limit, after = …)]`, or another kind, or `status`".to_owned()),
            Some(Form::Transparent(_)) => {
                Some("`after` has no effect beside `transparent`: the inner error says itself how long to wait".to_owned())
            }
            Some(Form::Kind(kind, "Permanent" | "Client" | "CircuitBreaker")) => {
                Some(format!("`after` has no effect here: a failure of kind `{kind}` is not retried"))
            }
            Some(_) => None,
        };
        if let Some(message) = message {
            self.mistakes.at(&after.word, message);
            return None;
        }
        let found = place.named(&after.word, after.field.as_ref()?);
        self.note(found)
    }

    /// Nothing is said about a struct, or about a variant for which the enum does not speak.
    fn silent(&mut self, place: Place<'_>) {
        let name = place.name;
        let others = match &self.input.data {
            Data::Enum(_) => ", or on the enum for all variants that say nothing",
            _ => "",
        };
        let message = format!(
            "`{name}` does not say what sort of failure it is: put `#[retry(network)]` or another kind on it{others}\n{}",
            legal()
        );
        self.mistakes.at(name, message);
    }

    /// Notes what `#[retry]` cannot be on.
    fn fields(&mut self, fields: &Fields) {
        let attrs = fields.iter().flat_map(|field| &field.attrs);
        for attr in attrs.filter(|attr: &&Attribute| is_retry(attr)) {
            let message = "`#[retry]` goes on the variant or the struct, and names the field there: `#[retry(rate_limit, after = …)]`";
            self.mistakes.at(attr.to_token_stream(), message);
        }
    }

    fn note<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.mistakes.add(error)).ok()
    }
}
