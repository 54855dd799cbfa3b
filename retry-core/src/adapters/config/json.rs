//! A tree as a JSON text that people read: one key to a line.

use std::fmt::Write;

use crate::adapters::config::node::{Data, Table};

/// The text of an object, with a line break at its end.
pub(super) fn text(root: &Table) -> String {
    let mut text = String::new();
    table(root, 0, &mut text);
    text.push('\n');
    text
}

fn table(table: &Table, depth: usize, text: &mut String) {
    let entries = table.0.iter().map(|entry| (Some(&*entry.key), &entry.data));
    lines(('{', '}'), entries, depth, text);
}

fn data(data: &Data, depth: usize, text: &mut String) {
    match data {
        Data::Null => text.push_str("null"),
        Data::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Data::Integer(value) => put(text, value),
        Data::Float(value) => put(text, format_args!("{value:?}")),
        Data::Text(word) | Data::Raw(word) | Data::Other(word) => quoted(word, text),
        Data::List(list) if list.iter().all(|data| data.text().is_some()) => words(list, text),
        Data::List(list) => {
            lines(('[', ']'), list.iter().map(|data| (None, data)), depth, text);
        }
        Data::Table(inner) => table(inner, depth, text),
    }
}

fn lines<'d>(
    (open, close): (char, char),
    entries: impl Iterator<Item = (Option<&'d str>, &'d Data)>,
    depth: usize,
    text: &mut String,
) {
    text.push(open);
    let mut is_first = true;
    for (key, value) in entries {
        text.push_str(if is_first { "\n" } else { ",\n" });
        is_first = false;
        text.push_str(&"  ".repeat(depth + 1));
        if let Some(key) = key {
            quoted(key, text);
            text.push_str(": ");
        }
        data(value, depth + 1, text);
    }
    if !is_first {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    }
    text.push(close);
}

/// A list of words, on one line.
fn words(list: &[Data], text: &mut String) {
    text.push('[');
    for (at, word) in list.iter().filter_map(Data::text).enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        quoted(word, text);
    }
    text.push(']');
}

fn quoted(word: &str, text: &mut String) {
    text.push('"');
    for c in word.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c < ' ' => put(text, format_args!("\\u{:04x}", u32::from(c))),
            c => text.push(c),
        }
    }
    text.push('"');
}

fn put(text: &mut String, value: impl std::fmt::Display) {
    // A `String` takes whatever is written to it.
    let _ = write!(text, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_as_json_quotes_it() {
        let mut quoted = String::new();
        super::quoted("a \"b\"\\\n\u{1} é", &mut quoted);
        assert_eq!(quoted, "\"a \\\"b\\\"\\\\\\u000a\\u0001 é\"");
    }

    #[test]
    fn an_empty_table_takes_no_lines() {
        let root = Table::default().with("a", Data::Table(Table::default()));
        assert_eq!(text(&root), "{\n  \"a\": {}\n}\n");
    }
}
