//! What one `#[retry(…)]` says, word by word.
//!
//! A mistake in one word does not hide those in the others, and a word that was wrong is not
//! missed afterwards: `wrong` keeps the checks from asking for what was only misspelt.

use proc_macro2::TokenTree;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Attribute, Error, Ident, Lit, LitInt, Member, Meta, Path, Result, Token, token};

use crate::attribute::mistakes::Mistakes;
use crate::attribute::suggest::did_you_mean;
use crate::attribute::value::{KINDS, crate_path};

const WORDS: [&str; 4] = ["status", "transparent", "after", "crate"];

/// What a `#[retry(…)]` says.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) form: Option<Form>,
    pub(crate) after: Option<Word>,
    /// `crate`: its key and its value.
    pub(crate) krate: Option<Ident>,
    pub(crate) path: Option<Path>,
    /// Whether a part of it could not be read.
    pub(crate) wrong: bool,
    given: Vec<Ident>,
}

/// Where the verdict comes from.
pub(crate) enum Form {
    Kind(Ident, &'static str),
    Status(Word),
    Transparent(Word),
}

impl Form {
    pub(crate) const fn word(&self) -> &Ident {
        match self {
            Self::Kind(word, _) => word,
            Self::Status(word) | Self::Transparent(word) => &word.word,
        }
    }
}

/// A word that reads a field, with the field where it names one.
pub(crate) struct Word {
    pub(crate) word: Ident,
    pub(crate) field: Option<Member>,
}

pub(crate) fn is_retry(attr: &Attribute) -> bool {
    attr.path().is_ident("retry")
}

impl Said {
    /// What the `#[retry]` among `attrs` says; `None` where there is none.
    pub(crate) fn of(attrs: &[Attribute], mistakes: &mut Mistakes) -> Option<Self> {
        let mut own = attrs.iter().filter(|attr| is_retry(attr));
        let said = own.next().map(|attr| Self::read(attr, mistakes));
        for attr in own {
            mistakes
                .at(attr, "`#[retry]` is given twice: write all of it in one, separated by `,`");
        }
        said
    }

    fn read(attr: &Attribute, mistakes: &mut Mistakes) -> Self {
        let mut said = Self::default();
        let read = match &attr.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                list.parse_args_with(|input: ParseStream<'_>| said.entries(input, mistakes))
            }
            Meta::List(_) | Meta::Path(_) => Err(Error::new_spanned(
                attr,
                "`#[retry]` says nothing: write a kind, such as `#[retry(network)]`",
            )),
            Meta::NameValue(_) => Err(Error::new_spanned(
                attr,
                "`#[retry]` takes its words in parentheses, such as `#[retry(network)]`",
            )),
        };
        if let Err(error) = read {
            said.wrong = true;
            mistakes.add(error);
        }
        said
    }

    fn entries(&mut self, input: ParseStream<'_>, mistakes: &mut Mistakes) -> Result<()> {
        while !input.is_empty() {
            if let Err(error) = self.entry(input) {
                self.wrong = true;
                mistakes.add(error);
                skip_entry(input)?;
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, input: ParseStream<'_>) -> Result<()> {
        let word = word(input)?;
        let name = word.unraw().to_string();
        if self.given.contains(&word) {
            return Err(Error::new_spanned(&word, format!("`{name}` is given twice")));
        }
        self.given.push(word.clone());
        match name.as_str() {
            "status" => self.form(Form::Status(Word { field: optional_field(input)?, word }))?,
            "transparent" => {
                self.form(Form::Transparent(Word { field: optional_field(input)?, word }))?;
            }
            "after" => self.after = Some(Word { field: Some(after_field(&word, input)?), word }),
            "crate" => {
                self.path = Some(path(&word, input)?);
                self.krate = Some(word);
            }
            _ => self.form(kind(&name, word)?)?,
        }
        end_of_entry(&name, input)
    }

    /// Notes where the verdict comes from: from one place.
    fn form(&mut self, form: Form) -> Result<()> {
        let Some(first) = &self.form else {
            self.form = Some(form);
            return Ok(());
        };
        let (one, other) = (first.word(), form.word());
        let message = match (first, &form) {
            (Form::Kind(..), Form::Kind(..)) => {
                format!(
                    "`{one}` and `{other}` are two kinds, and a failure is of one: leave one out"
                )
            }
            (Form::Kind(..), form) => contradiction(form, one),
            (first, Form::Kind(..)) => contradiction(first, other),
            _ => {
                format!("`{one}` and `{other}` both say what sort of failure it is: leave one out")
            }
        };
        Err(Error::new_spanned(other, message))
    }
}

/// A kind beside what finds one.
fn contradiction(form: &Form, kind: &Ident) -> String {
    let finds = match form {
        Form::Status(_) => "`status` takes the kind from the status",
        _ => "`transparent` takes the kind from the inner error",
    };
    format!("{finds}: leave out `{kind}`, or write it alone")
}

fn word(input: ParseStream<'_>) -> Result<Ident> {
    if let Ok(Lit::Str(text)) = input.fork().parse::<Lit>() {
        let message = format!("the words of `#[retry]` stand without quotes: `{}`", text.value());
        return Err(Error::new_spanned(text, message));
    }
    input.call(Ident::parse_any).map_err(|error| {
        Error::new(error.span(), "expected a kind, such as `network`, or `status`")
    })
}

fn kind(name: &str, word: Ident) -> Result<Form> {
    match KINDS.iter().find(|(kind, _)| *kind == name) {
        Some(&(_, variant)) => Ok(Form::Kind(word, variant)),
        None => Err(Error::new_spanned(&word, unknown(name))),
    }
}

fn path(word: &Ident, input: ParseStream<'_>) -> Result<Path> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        let message = "`crate` takes a path: `crate = path::to::retry_core`";
        return Err(Error::new_spanned(word, message));
    }
    crate_path(input)
}

fn optional_field(input: ParseStream<'_>) -> Result<Option<Member>> {
    if !input.peek(Token![=]) {
        return Ok(None);
    }
    input.parse::<Token![=]>()?;
    field(input).map(Some)
}

fn after_field(word: &Ident, input: ParseStream<'_>) -> Result<Member> {
    if input.parse::<Option<Token![=]>>()?.is_none() {
        let message = "`after` takes the field that holds the wait: `after = name`, or `after = 0`";
        return Err(Error::new_spanned(word, message));
    }
    field(input)
}

/// A field by name or by position.
fn field(input: ParseStream<'_>) -> Result<Member> {
    const FORM: &str = "expected a field: its name without quotes, or its position, such as `0`";
    let starts = input.peek(Ident) || input.peek(LitInt);
    let member = if starts { input.parse().ok() } else { None };
    let alone = input.is_empty() || input.peek(Token![,]);
    member.filter(|_| alone).ok_or_else(|| input.error(FORM))
}

fn end_of_entry(name: &str, input: ParseStream<'_>) -> Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    if input.peek(token::Paren) && WORDS.contains(&name) {
        return Err(input.error(format!("`{name}` takes its value as `{name} = …`")));
    }
    if input.peek(Token![=]) || input.peek(token::Paren) {
        return Err(input.error(format!("`{name}` is a kind and takes no value")));
    }
    Err(input.error(format!("expected `,` after `{name}`")))
}

fn unknown(name: &str) -> String {
    let hint = match name {
        "kind" => "; write the kind itself, such as `network`".to_owned(),
        "stop" | "fatal" | "never" | "no_retry" => "; did you mean `permanent`?".to_owned(),
        "retry" | "temporary" => "; did you mean `transient`?".to_owned(),
        "retry_after" | "delay" | "wait" | "hint" => "; did you mean `after = …`?".to_owned(),
        "throttled" | "throttle" | "too_many_requests" => "; did you mean `rate_limit`?".to_owned(),
        "source" | "from" | "inner" | "forward" => "; did you mean `transparent`?".to_owned(),
        "http" | "http_status" | "code" => "; did you mean `status`?".to_owned(),
        _ => did_you_mean(name, KINDS.iter().map(|&(kind, _)| kind).chain(WORDS)),
    };
    format!("unknown word `{name}`{hint}\n{}", legal())
}

/// What can stand in a `#[retry]`.
pub(crate) fn legal() -> String {
    let kinds: Vec<_> = KINDS.iter().map(|&(kind, _)| kind).collect();
    format!("the kinds are {}; instead of one, `status` or `transparent`", kinds.join(", "))
}

/// Passes over what is left of a wrong entry, up to its comma.
fn skip_entry(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
