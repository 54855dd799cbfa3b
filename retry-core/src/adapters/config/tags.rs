//! The form of tags: a table of texts. A mistake in one of them is shown at that one.

use crate::adapters::config::form::{Form, Misread};
use crate::adapters::config::node::{Data, Table};
use crate::adapters::config::schema::{Bound, typed};
use crate::values::tag::Tag;

/// Tags, in the order of their keys: a table has none of its own.
#[derive(Clone)]
pub(super) struct Tags(pub(super) Vec<Tag>);

impl Form for Tags {
    fn takes() -> String {
        "a table of texts".to_owned()
    }

    fn read(data: &Data) -> Result<Self, Misread> {
        let table = data.table().ok_or(Misread::Form)?;
        let wrong = |at| Some((at, wrong(table, at)?));
        let mistakes: Vec<_> = (0..table.0.len()).filter_map(wrong).collect();
        if !mistakes.is_empty() {
            return Err(Misread::Inside(mistakes));
        }
        let count = table.0.len();
        if count > Tag::MOST {
            let why = format!("must be at most {} tags, and these are {count}", Tag::MOST);
            return Err(Misread::Because(why));
        }
        let mut tags: Vec<_> =
            of(table).map(|(k, v)| Tag::of(k.to_owned(), v.to_owned())).collect();
        tags.sort_by(|a, b| a.key().cmp(b.key()));
        Ok(Self(tags))
    }

    fn write(&self) -> Data {
        let put = |table: Table, tag: &Tag| table.with(tag.key(), Data::word(tag.value()));
        Data::Table(self.0.iter().fold(Table::default(), put))
    }

    fn schema(_: Bound) -> Table {
        let key = Table::default().with("minLength", Data::Integer(1));
        let most = i128::try_from(Tag::MOST).unwrap_or_default();
        typed("object")
            .with("propertyNames", Data::Table(key))
            .with("additionalProperties", Data::Table(typed("string")))
            .with("maxProperties", Data::Integer(most))
    }
}

/// The keys and texts of a table.
pub(super) fn of(table: &Table) -> impl Iterator<Item = (&str, &str)> {
    table.0.iter().filter_map(|entry| Some((&*entry.key, entry.data.text()?)))
}

/// What is wrong with one entry.
fn wrong(table: &Table, at: usize) -> Option<String> {
    let entry = &table.0[at];
    let is_known = table.0[..at].iter().any(|before| before.key == entry.key);
    let why = match entry.data.text() {
        _ if entry.key.is_empty() => "has an empty key",
        _ if is_known => "is given twice",
        Some(_) => return None,
        None => "takes a text, such as \"payments\"",
    };
    Some(why.to_owned())
}
