//! Holds the modules to their layers: none uses one above its own, and values and machines know
//! neither time nor tasks.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders below `src`, from the lowest layer to the highest.
const LAYERS: [&str; 5] = ["values", "seams", "machines", "drivers", "adapters"];

/// The layers that hold none of the words below.
const PURE: [&str; 2] = ["values", "machines"];

const IMPURE: [&str; 6] = ["Instant::now", "SystemTime", "async", ".await", "tracing::", "tokio::"];

fn layer(folder: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| *layer == folder)
}

/// What a module does that its layer may not, as `line: what`.
fn violations(folder: &str, source: &str) -> Vec<String> {
    let code = without_comments_and_text(source);
    let own = layer(folder).unwrap_or_else(|| panic!("`{folder}` is no layer: give it a place"));
    let mut found = Vec::new();
    for (at, name) in roots(&code) {
        let line = line_of(&code, at);
        match layer(&name) {
            Some(used) if used > own => {
                found.push(format!("{line}: uses `{name}` from `{folder}`"));
            }
            // A path through the root's re-exports would hide the layer that it leads to.
            None => found.push(format!("{line}: `{name}` does not say its layer")),
            Some(_) => {}
        }
    }
    if PURE.contains(&folder) {
        let code = without_tests(&code);
        for word in IMPURE {
            let places = code.match_indices(word).filter(|(at, _)| stands_alone(&code, *at, word));
            found.extend(places.map(|(at, _)| format!("{}: says `{word}`", line_of(&code, at))));
        }
    }
    found
}

/// The first names of all paths through the root of the crate: after `crate::`, and after
/// `super::` where that reaches the root, which is where a layer's name follows it.
fn roots(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for prefix in ["crate::", "super::"] {
        for (at, _) in code.match_indices(prefix).filter(|(at, _)| stands_alone(code, *at, prefix))
        {
            let names = first_names(code, at + prefix.len());
            found.extend(
                names.into_iter().filter(|(_, name)| prefix == "crate::" || layer(name).is_some()),
            );
        }
    }
    found
}

/// The name at `start`, or in braces the first name of each path between them.
fn first_names(code: &str, start: usize) -> Vec<(usize, String)> {
    let name_at = |at: usize| {
        let name: String = code[at..].chars().take_while(|c| is_word(*c)).collect();
        (!name.is_empty()).then_some((at, name))
    };
    if !code[start..].starts_with('{') {
        return name_at(start).into_iter().collect();
    }
    let (mut depth, mut names, mut expected) = (0, Vec::new(), false);
    for (offset, c) in code[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if expected && depth == 1 && is_word(c) => names.extend(name_at(start + offset)),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        // White space between a comma and the name after it changes nothing.
        expected = (depth == 1 && matches!(c, '{' | ',')) || (expected && c.is_whitespace());
    }
    names
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn stands_alone(code: &str, at: usize, word: &str) -> bool {
    let before = code[..at].chars().next_back();
    let after = code[at + word.len()..].chars().next();
    let starts = !word.starts_with(is_word) || !before.is_some_and(is_word);
    starts && (!word.ends_with(is_word) || !after.is_some_and(is_word))
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The source with everything in comments, strings and characters blanked; lines keep their
/// numbers.
fn without_comments_and_text(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| text(rest));
        let (taken, blank) = skipped.map_or((first.len_utf8(), false), |length| (length, true));
        let (head, tail) = rest.split_at(taken);
        if blank {
            code.extend(head.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        } else {
            code.push_str(head);
        }
        // A word is taken whole, so that its last letter is not read as the `r` of a raw string.
        let word =
            if is_word(first) && !blank { tail.find(|c| !is_word(c)).unwrap_or(0) } else { 0 };
        let (word, tail) = tail.split_at(word);
        code.push_str(word);
        rest = tail;
    }
    code
}

/// The length of the comment that `rest` begins with.
fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with("/*") {
        return None;
    }
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let step = match rest.get(at..at + 2) {
            Some("/*") => (1, 2),
            Some("*/") => (-1, 2),
            _ => (0, rest[at..].chars().next().map_or(1, char::len_utf8)),
        };
        depth += step.0;
        at += step.1;
        if depth == 0 {
            return Some(at);
        }
    }
    Some(rest.len())
}

/// The length of the string or character that `rest` begins with.
fn text(rest: &str) -> Option<usize> {
    let raw = rest.strip_prefix('b').unwrap_or(rest).strip_prefix('r');
    if let Some(raw) = raw {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let start = rest.len() - raw.len() + hashes + 1;
            return Some(rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len()));
        }
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            _ if c == quote => return Some(at + 1),
            // A lifetime has a second letter, or a mark after the first, in place of the quote.
            _ if quote == '\'' && !rest[at + c.len_utf8()..].starts_with('\'') => return None,
            _ => {}
        }
    }
    Some(rest.len())
}

/// The code without its `#[cfg(test)]` modules; lines keep their numbers.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(at) = rest.find("#[cfg(test)]") {
        let (head, tests) = rest.split_at(at);
        kept.push_str(head);
        let mut depth = 0;
        let end =
            tests.char_indices().skip_while(|(_, c)| !matches!(c, '{' | ';')).find(|(_, c)| {
                depth += match c {
                    '{' => 1,
                    '}' => -1,
                    _ => 0,
                };
                depth == 0
            });
        let (tests, tail) = tests.split_at(end.map_or(tests.len(), |(at, _)| at + 1));
        kept.extend(tests.chars().filter(|c| *c == '\n'));
        rest = tail;
    }
    kept + rest
}

/// Every Rust file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|end| end == "rs"));
    files.chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

#[test]
fn no_module_uses_a_layer_above_its_own() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut checked = 0;
    for file in files(&source) {
        let inside = file.strip_prefix(&source).unwrap();
        // The root re-exports what is public, from every layer.
        if inside == Path::new("lib.rs") {
            continue;
        }
        let folder = inside.iter().next().unwrap().to_str().unwrap();
        let in_file = violations(folder, &fs::read_to_string(&file).unwrap());
        found.extend(in_file.iter().map(|found| format!("src/{}:{found}", inside.display())));
        checked += 1;
    }
    assert!(checked > 20, "only {checked} modules were found");
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_check_sees_what_it_looks_for() {
    let sample = r##"//! In a comment: crate::drivers::retry, async, tokio::time.
use crate::{seams::{classify, clock}, values::kind, drivers::retry::Retry};
use super::super::machines::session::{Session};
use crate::Retry; /* crate::drivers, /* nested */ .await */
fn quote<'a>(c: &'a char) -> bool { *c == '"' || *c == '\'' } // "
const TEXT: &str = r#"crate::drivers "quoted" Instant::now"#;
fn now() { tokio_util::x(); asynchronous(); std::time::Instant::now(); }
async fn wait() { tokio::time::sleep(SystemTime).await; tracing::info!("async") }
#[cfg(test)]
mod tests { use super::*; fn now() { Instant::now(); } async fn a() {} use crate::drivers; }
fn after() { SystemTime::now() }
"##;
    let found = |folder| {
        let mut found = violations(folder, sample);
        found.sort();
        found
    };
    assert_eq!(
        found("values"),
        [
            "10: uses `drivers` from `values`",
            "11: says `SystemTime`",
            "2: uses `drivers` from `values`",
            "2: uses `seams` from `values`",
            "3: uses `machines` from `values`",
            "4: `Retry` does not say its layer",
            "7: says `Instant::now`",
            "8: says `.await`",
            "8: says `SystemTime`",
            "8: says `async`",
            "8: says `tokio::`",
            "8: says `tracing::`",
        ]
    );
    assert_eq!(
        found("seams"),
        [
            "10: uses `drivers` from `seams`",
            "2: uses `drivers` from `seams`",
            "3: uses `machines` from `seams`",
            "4: `Retry` does not say its layer",
        ]
    );
    assert_eq!(found("drivers"), ["4: `Retry` does not say its layer"]);
}
