//! From a tree to the sections of a whole file, with everything that is wrong in any of them.

use std::collections::{BTreeMap, HashSet};

use crate::adapters::config::error::ConfigError;
use crate::adapters::config::keys::LABELS;
use crate::adapters::config::layer::{Layer, join};
use crate::adapters::config::node::{Entry, Table};
use crate::adapters::config::reading::{self, Mistake};
use crate::adapters::config::suggest::nearest;
use crate::adapters::config::unknown::{self, SECTIONS};
use crate::values::policy::RetryPolicy;
use crate::values::preset::Preset;

/// Each right in itself, in our own order and words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sections {
    pub(super) defaults: Table,
    pub(super) services: BTreeMap<String, Table>,
    pub(super) operations: BTreeMap<String, Table>,
}

/// The section of `name`, to lie over others.
pub(super) fn layer<'a>(word: &str, name: &str, table: &'a Table) -> Layer<'a> {
    Layer { section: join(word, name), table }
}

/// The sections of a tree, and what is wrong with them beside the `mistakes` on the way to it.
pub(super) fn read(
    mut root: Table,
    mut mistakes: Vec<ConfigError>,
) -> (Sections, Vec<ConfigError>) {
    mistakes.extend(root.take_schema());
    let mut finding = Finding { mistakes, ..Finding::default() };
    finding.names(&root);
    let defaults = root.get("defaults").and_then(|entry| finding.table(entry, "defaults"));
    let defaults = defaults.map(|table| Layer { section: "defaults".to_owned(), table });
    let services = finding.named(&root, "service");
    let operations = finding.named(&root, "operation");
    let sections = Sections {
        defaults: defaults.as_ref().map(|layer| finding.alone(layer)).unwrap_or_default(),
        services: finding.all_alone(&services),
        operations: finding.all_alone(&operations),
    };
    if let Some(defaults) = &defaults {
        let services: Vec<_> = services.iter().map(|(_, layer)| layer).collect();
        for layer in &services {
            finding.over(defaults, layer, &[]);
        }
        for (_, layer) in &operations {
            finding.over(defaults, layer, &services);
        }
    }
    (sections, finding.mistakes)
}

/// What was found wrong so far.
#[derive(Default)]
struct Finding {
    mistakes: Vec<ConfigError>,
    /// The keys that are wrong in themselves; what follows from one is not another mistake.
    wrong: HashSet<String>,
}

impl Finding {
    fn note(&mut self, error: ConfigError) {
        self.wrong.insert(error.key().to_owned());
        self.mistakes.push(error);
    }

    /// Notes what is no section, and those that are there twice.
    fn names(&mut self, root: &Table) {
        for (at, entry) in root.0.iter().enumerate() {
            let word = entry.key.as_str();
            let why = if !SECTIONS.contains(&word) {
                why(entry)
            } else if root.0[..at].iter().any(|before| before.key == word) {
                format!("`{word}` is given twice")
            } else {
                continue;
            };
            self.note(ConfigError::of_key(&join("", word), &entry.origin, why));
        }
    }

    /// The table of a section.
    fn table<'a>(&mut self, entry: &'a Entry, path: &str) -> Option<&'a Table> {
        let table = entry.data.table();
        if table.is_none() {
            let origin = (&entry.origin, &entry.data);
            self.note(ConfigError::of_value(path, origin, "takes a table of settings"));
        }
        table
    }

    /// The sections below `word`, by their names.
    fn named<'a>(&mut self, root: &'a Table, word: &str) -> Vec<(&'a str, Layer<'a>)> {
        let Some(entry) = root.get(word) else { return Vec::new() };
        let Some(all) = entry.data.table() else {
            let why = format!("takes a table for each {word}, such as [{word}.NAME]");
            self.note(ConfigError::of_value(word, (&entry.origin, &entry.data), why));
            return Vec::new();
        };
        let mut found: Vec<(&str, Layer<'_>)> = Vec::new();
        for entry in &all.0 {
            let path = join(word, &entry.key);
            let why = if entry.key.is_empty() {
                format!("the name of the {word} is empty")
            } else if found.iter().any(|(name, _)| *name == entry.key) {
                format!("`{}` is given twice", entry.key)
            } else {
                let table = self.table(entry, &path);
                found.extend(table.map(|table| (&*entry.key, layer(word, &entry.key, table))));
                continue;
            };
            self.note(ConfigError::of_key(&path, &entry.origin, why));
        }
        found
    }

    /// Notes what is wrong with a section in itself, and gives it back as we write it.
    fn alone(&mut self, layer: &Layer<'_>) -> Table {
        let (canonical, mistakes) = apply(std::slice::from_ref(layer));
        for error in mistakes {
            self.note(error);
        }
        canonical
    }

    fn all_alone(&mut self, layers: &[(&str, Layer<'_>)]) -> BTreeMap<String, Table> {
        layers.iter().map(|(name, layer)| ((*name).to_owned(), self.alone(layer))).collect()
    }

    /// Notes in what a section contradicts the defaults, whatever both are applied to, and
    /// whichever of `between` lies between them.
    fn over(&mut self, defaults: &Layer<'_>, layer: &Layer<'_>, between: &[&Layer<'_>]) {
        let mut fresh: Vec<_> = apply(&[defaults.clone(), layer.clone()]).1;
        fresh.retain(|error| !self.wrong.contains(error.key()));
        for between in between {
            if fresh.is_empty() {
                return;
            }
            let (_, others) = apply(&[defaults.clone(), (*between).clone(), layer.clone()]);
            fresh.retain(|error| others.iter().any(|other| other.key() == error.key()));
        }
        // Two sections may contradict the same key of the defaults.
        self.mistakes.extend(fresh);
    }
}

/// The canonical table of the last layer, where it is alone, and what is wrong over any base.
fn apply(layers: &[Layer<'_>]) -> (Table, Vec<ConfigError>) {
    let applied = reading::apply(layers, &Preset::new(RetryPolicy::new()), false);
    let own = applied.mistakes.into_iter().filter(|mistake| !mistake.of_base);
    (applied.canonical, own.map(|Mistake { error, .. }| error).collect())
}

/// Why this entry of the root is no section.
fn why(entry: &Entry) -> String {
    let word = &*entry.key.to_ascii_lowercase();
    let keys = unknown::root();
    let labels = unknown::names(LABELS);
    if word == "tags" {
        return "unknown section; a handle has tags: its own settings say them, or code".to_owned();
    }
    if labels.contains(&word) {
        return "unknown section; whom settings are for is said by the name of a section, such as [operation.NAME]".to_owned();
    }
    if keys.contains(&word) {
        return format!("`{word}` belongs into [defaults], or into the section that it is for");
    }
    if let Some(section) = synonym(word).or_else(|| nearest(word, SECTIONS)) {
        return format!("unknown section; did you mean `{section}`?");
    }
    if let Some(key) = nearest(word, keys).filter(|key| !labels.contains(key)) {
        return format!("unknown section; did you mean `{key}`, which belongs into [defaults]?");
    }
    format!("unknown section; the sections are {}", SECTIONS.join(", "))
}

/// What one could think that a section is called.
fn synonym(word: &str) -> Option<&'static str> {
    Some(match word {
        "default" | "global" | "all" => "defaults",
        "services" => "service",
        "operations" | "op" | "ops" | "function" | "functions" | "name" => "operation",
        _ => return None,
    })
}
