//! From tables of values to a preset: every key is read, every mistake is noted, and the policies
//! are built by their own builders.
//!
//! Tables lie over each other, as the sections of a file do. What they say is collected first, and
//! built once: a section may put right what the one below it says against the base.

use std::collections::{HashMap, HashSet};

use crate::adapters::config::check::{self, Cause};
use crate::adapters::config::error::ConfigError;
use crate::adapters::config::keys::{KIND, Key, LABELS, Labels, POLICY, Wrong};
use crate::adapters::config::layer::{Layer, Said, join};
use crate::adapters::config::node::{Data, Entry, Origin, Table};
use crate::adapters::config::unknown;
use crate::values::kind::ErrorKind;
use crate::values::kind_policy::KindPolicy;
use crate::values::policy_builder::RetryPolicyBuilder;
use crate::values::preset::Preset;

/// What became of settings that were applied to a base.
pub(super) struct Applied {
    /// With a mistake, anything that is legal.
    pub(super) preset: Preset,
    /// The settings without mistakes, each as it is written by us.
    pub(super) canonical: Table,
    pub(super) mistakes: Vec<Mistake>,
}

/// A mistake, and whether another base could make it none.
pub(super) struct Mistake {
    pub(super) error: ConfigError,
    pub(super) of_base: bool,
}

/// A reader of tables, the later ones over those before.
pub(super) struct Reading<'a> {
    pub(super) layers: &'a [Layer<'a>],
    /// The one that is being read.
    pub(super) layer: &'a Layer<'a>,
    /// By the paths inside a layer: what the layers say, without what a later one has replaced.
    pub(super) said: HashMap<String, Said<'a>>,
    mistakes: Vec<Mistake>,
    /// The whole paths of the keys with a mistake; what follows from one is not another.
    wrong: HashSet<String>,
    /// Whether the preset is to be used.
    for_use: bool,
}

/// Applies settings to `base`, for a preset to be used or only to see what is wrong. The canonical
/// table is that of a single layer.
pub(super) fn apply(layers: &[Layer<'_>], base: &Preset, for_use: bool) -> Applied {
    let mut canonical = Table::default();
    let Some(layer) = layers.first() else {
        return Applied { preset: *base, canonical, mistakes: Vec::new() };
    };
    let (said, mistakes, wrong) = (HashMap::new(), Vec::new(), HashSet::new());
    let mut reading = Reading { layers, layer, said, mistakes, wrong, for_use };
    for layer in layers {
        reading.layer = layer;
        reading.names(layer.table, "", &layer.keys());
        if layer.section.is_empty() {
            reading.values(LABELS, (layer.table, ""), &mut Labels::default(), &mut canonical);
        }
    }
    let mut preset = reading.policy(base, &mut canonical);
    preset = reading.gates(&preset, &mut canonical);
    // Behind a table, TOML would read a key of the root as one of that table.
    canonical.0.sort_by_key(|entry| entry.data.table().is_some());
    Applied { preset, canonical, mistakes: reading.mistakes }
}

impl<'a> Reading<'a> {
    pub(super) fn note(&mut self, path: String, error: ConfigError, of_base: bool) {
        self.wrong.insert(path);
        self.mistakes.push(Mistake { error, of_base });
    }

    /// Takes back that a key was said, and what is in its table.
    pub(super) fn forget(&mut self, path: &str) {
        let inside = format!("{path}.");
        self.said.retain(|key, _| key != path && !key.starts_with(&inside));
    }

    /// Notes that a key is said by the present layer.
    pub(super) fn say(&mut self, path: String, entry: &'a Entry) {
        self.said.insert(path, Said { layer: self.layer, entry });
    }

    /// Notes the value of a key, which cannot be.
    pub(super) fn refuse(&mut self, path: &str, entry: &Entry, why: impl Into<String>) {
        let path = self.layer.path(path);
        let error = ConfigError::of_value(&path, (&entry.origin, &entry.data), why);
        self.note(path, error, false);
    }

    /// Notes the keys that do not exist, and those that are there twice.
    pub(super) fn names(&mut self, table: &Table, path: &str, keys: &[&str]) {
        for (at, entry) in table.0.iter().enumerate() {
            let before = table.0[..at].iter().find(|before| before.key == entry.key);
            let why = match before {
                _ if !keys.contains(&entry.key.as_str()) => self.unknown(entry, path, keys),
                Some(Entry { origin: Origin::Variable(name), .. }) => {
                    format!("`{}` is given twice, first as `{name}`", entry.key)
                }
                Some(_) => format!("`{}` is given twice", entry.key),
                None => continue,
            };
            let path = self.layer.path(&join(path, &entry.key));
            let error = ConfigError::of_key(&path, &entry.origin, why);
            self.note(path, error, false);
        }
    }

    fn unknown(&self, entry: &Entry, path: &str, keys: &[&str]) -> String {
        let is_named = self.layer.section.contains('.') && path.is_empty();
        let is_known = || unknown::hint(entry, path, keys).is_some();
        if is_named && entry.data.table().is_some() && !is_known() {
            return "unknown key; a name with dots stands in quotes, such as \"billing.charge\""
                .to_owned();
        }
        unknown::why(entry, path, keys)
    }

    /// Reads what is there of `keys`.
    pub(super) fn values<T>(
        &mut self,
        keys: &[Key<T>],
        (table, path): (&'a Table, &str),
        target: &mut T,
        canonical: &mut Table,
    ) {
        for key in keys {
            let Some(entry) = table.get(key.name) else { continue };
            self.say(join(path, key.name), entry);
            match (key.set)(target, &entry.data) {
                Ok(data) => canonical.push(key.name, entry.origin.clone(), data),
                Err(Wrong::Value(why)) => self.refuse(&join(path, key.name), entry, why),
                Err(Wrong::Inside(mistakes)) => {
                    self.refuse_inside(&join(path, key.name), entry, mistakes);
                }
                Err(Wrong::OtherBudget(why, data)) => {
                    canonical.push(key.name, entry.origin.clone(), data);
                    self.refuse_for_budget(&join(path, key.name), entry, &why);
                }
            }
        }
    }

    /// Notes what is wrong inside the table of a key.
    fn refuse_inside(&mut self, path: &str, entry: &Entry, mistakes: Vec<(usize, String)>) {
        let entries = entry.data.table().into_iter().flat_map(|table| &table.0);
        let entries: Vec<_> = entries.collect();
        for (at, why) in mistakes {
            self.refuse(&join(path, &entries[at].key), entries[at], why);
        }
    }

    /// Notes a key that the budget, of a sort that the base or a layer says, does not have.
    fn refuse_for_budget(&mut self, path: &str, entry: &Entry, why: &str) {
        let sort = ["budget.kind", "budget"].into_iter().find(|key| self.said.contains_key(*key));
        let place = sort.map(|key| self.elsewhere(key, self.layer)).unwrap_or_default();
        let path = self.layer.path(path);
        let origin = (&entry.origin, &entry.data);
        let error = ConfigError::of_value(&path, origin, format!("{why}{place}"));
        self.note(path, error, sort.is_none());
    }

    /// Where a key is said, if that is another section than `own`.
    pub(super) fn elsewhere(&self, path: &str, own: &Layer<'_>) -> String {
        let other = self.said.get(path).filter(|said| said.layer.section != own.section);
        other.map(|said| said.place(path)).unwrap_or_default()
    }

    /// The policy of the loop, with those of its kinds.
    fn policy(&mut self, base: &Preset, canonical: &mut Table) -> Preset {
        let mut draft = base.policy().to_builder();
        draft.kinds = &[];
        for layer in self.layers {
            self.layer = layer;
            if layer.table.get("strategy").is_some() {
                // What was said for another growth is kept, and means nothing to this one.
                (draft.multiplier_was_set, draft.jitter_was_set) = (false, false);
            }
            self.values(POLICY, (layer.table, ""), &mut draft, canonical);
        }
        while let Err(error) = draft.build() {
            self.blame(&Cause::of_policy("", &error), |_| false);
            check::repair(&mut draft, &error);
        }
        let mut kinds = base.policy().kinds().to_vec();
        for layer in self.layers {
            self.layer = layer;
            if let Some(entry) = layer.table.get("on") {
                self.on(entry, &mut kinds, canonical);
            }
        }
        for own in &mut kinds {
            self.check_kind(&draft, own);
        }
        if kinds == base.policy().kinds() {
            draft.kinds = base.policy().kinds();
        } else if self.for_use && self.mistakes.is_empty() {
            // Only what is right and used is kept for the rest of the process.
            draft.kinds = KindPolicy::keep(kinds);
        }
        draft.build().map_or(*base, |policy| base.with_policy(policy))
    }

    fn check_kind(&mut self, draft: &RetryPolicyBuilder, own: &mut KindPolicy) {
        let section = join("on", own.kind.as_str());
        while let Some(error) = draft.kind_error(own) {
            let says =
                |field: &str| KIND.iter().any(|key| key.name == field && (key.get)(own).is_some());
            self.blame(&Cause::of_policy(&section, &error), says);
            check::repair_kind(own, &error);
        }
    }

    fn on(&mut self, entry: &'a Entry, kinds: &mut Vec<KindPolicy>, canonical: &mut Table) {
        let Some(table) = entry.data.table() else {
            let why = "takes a table of kinds, such as { rate_limit = { max_attempts = 8 } }";
            return self.refuse("on", entry, why);
        };
        let mut written = Table::default();
        self.kinds(table, kinds, &mut written);
        canonical.push("on", entry.origin.clone(), Data::Table(written));
        // A table has no order, and a list has: the same settings are the same policy.
        kinds.sort_by_key(|own| own.kind as u8);
    }

    /// The schedules of kinds in `table`, over those before.
    fn kinds(&mut self, table: &'a Table, kinds: &mut Vec<KindPolicy>, canonical: &mut Table) {
        self.names(table, "on", &unknown::kinds());
        for kind in ErrorKind::ALL {
            let Some(entry) = table.get(kind.as_str()) else { continue };
            let path = join("on", kind.as_str());
            let before = kinds.iter().position(|own| own.kind == kind);
            if entry.data.text() == Some("none") {
                kinds.retain(|own| own.kind != kind);
                self.forget(&path);
                canonical.push(kind.as_str(), entry.origin.clone(), Data::word("none"));
                continue;
            }
            let Some(own) = entry.data.table() else {
                let why = "takes what is different for this kind, such as { max_attempts = 8 }, or \"none\"";
                self.refuse(&path, entry, why);
                continue;
            };
            self.names(own, &path, &unknown::names(KIND));
            let mut policy = before.map_or(KindPolicy::new(kind), |at| kinds.remove(at));
            let mut written = Table::default();
            self.values(KIND, (own, &path), &mut policy, &mut written);
            kinds.push(policy);
            canonical.push(kind.as_str(), entry.origin.clone(), Data::Table(written));
        }
    }

    /// Whether one of these keys, by their whole paths, has a mistake already.
    pub(super) fn is_wrong(&self, keys: &[String]) -> bool {
        keys.iter().any(|key| self.wrong.contains(key))
    }
}
