//! From a table of values to a preset: every key is read, every mistake is noted, and the policies
//! are built by their own builders.

use std::collections::HashSet;

use crate::adapters::config::check::{self, Cause};
use crate::adapters::config::error::ConfigError;
use crate::adapters::config::keys::{KIND, Key, LABELS, Labels, POLICY};
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

/// A reader of one table.
pub(super) struct Reading<'a> {
    pub(super) root: &'a Table,
    mistakes: Vec<Mistake>,
    /// The keys with a mistake; what follows from one is not another.
    wrong: HashSet<String>,
    /// Whether the preset is to be used.
    for_use: bool,
}

/// Applies the settings in `root` to `base`, for a preset to be used or only to see what is wrong.
pub(super) fn apply(root: &Table, base: &Preset, for_use: bool) -> Applied {
    let mut reading = Reading { root, mistakes: Vec::new(), wrong: HashSet::new(), for_use };
    let mut canonical = Table::default();
    reading.names(root, "", &unknown::root());
    reading.values(LABELS, (root, ""), &mut Labels::default(), &mut canonical);
    let mut preset = reading.policy(base, &mut canonical);
    preset = reading.gates(&preset, &mut canonical);
    // Behind a table, TOML would read a key of the root as one of that table.
    canonical.0.sort_by_key(|entry| entry.data.table().is_some());
    Applied { preset, canonical, mistakes: reading.mistakes }
}

/// The path of a key in a table.
pub(super) fn join(path: &str, key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let is_plain = key.chars().all(plain) && !key.is_empty();
    let key = if is_plain { key.to_owned() } else { format!("{key:?}") };
    if path.is_empty() { key } else { format!("{path}.{key}") }
}

impl Reading<'_> {
    pub(super) fn note(&mut self, path: String, error: ConfigError, of_base: bool) {
        self.wrong.insert(path);
        self.mistakes.push(Mistake { error, of_base });
    }

    /// Notes the value of a key, which cannot be.
    pub(super) fn refuse(&mut self, path: String, entry: &Entry, why: impl Into<String>) {
        let error = ConfigError::of_value(&path, (&entry.origin, &entry.data), why);
        self.note(path, error, false);
    }

    /// Notes the keys that do not exist, and those that are there twice.
    pub(super) fn names(&mut self, table: &Table, path: &str, keys: &[&str]) {
        for (at, entry) in table.0.iter().enumerate() {
            let before = table.0[..at].iter().find(|before| before.key == entry.key);
            let why = match before {
                _ if !keys.contains(&entry.key.as_str()) => unknown::why(entry, path, keys),
                Some(Entry { origin: Origin::Variable(name), .. }) => {
                    format!("`{}` is given twice, first as `{name}`", entry.key)
                }
                Some(_) => format!("`{}` is given twice", entry.key),
                None => continue,
            };
            let path = join(path, &entry.key);
            let error = ConfigError::of_key(&path, &entry.origin, why);
            self.note(path, error, false);
        }
    }

    /// Reads what is there of `keys`.
    pub(super) fn values<T>(
        &mut self,
        keys: &[Key<T>],
        (table, path): (&Table, &str),
        target: &mut T,
        canonical: &mut Table,
    ) {
        for key in keys {
            let Some(entry) = table.get(key.name) else { continue };
            match (key.set)(target, &entry.data) {
                Ok(data) => canonical.push(key.name, entry.origin.clone(), data),
                Err(wrong) => {
                    let mut of_base = false;
                    if let (Some(data), None) = (wrong.for_other_budget, table.get("kind")) {
                        canonical.push(key.name, entry.origin.clone(), data);
                        of_base = true;
                    }
                    let path = join(path, key.name);
                    let error =
                        ConfigError::of_value(&path, (&entry.origin, &entry.data), wrong.why);
                    self.note(path, error, of_base);
                }
            }
        }
    }

    /// The policy of the loop, with those of its kinds.
    fn policy(&mut self, base: &Preset, canonical: &mut Table) -> Preset {
        let mut draft = base.policy().to_builder();
        let kinds = draft.kinds;
        draft.kinds = &[];
        self.values(POLICY, (self.root, ""), &mut draft, canonical);
        while let Err(error) = draft.build() {
            self.blame(&Cause::of_policy("", &error), |_| false);
            check::repair(&mut draft, &error);
        }
        let mut kinds = kinds.to_vec();
        if let Some(entry) = self.root.get("on") {
            self.on(entry, &mut kinds, canonical);
        }
        for own in &mut kinds {
            self.check_kind(&draft, own);
        }
        if self.for_use && self.mistakes.is_empty() {
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

    fn on(&mut self, entry: &Entry, kinds: &mut Vec<KindPolicy>, canonical: &mut Table) {
        let Some(table) = entry.data.table() else {
            let why = "takes a table of kinds, such as { rate_limit = { max_attempts = 8 } }";
            return self.refuse("on".to_owned(), entry, why);
        };
        let mut written = Table::default();
        self.kinds(table, kinds, &mut written);
        canonical.push("on", entry.origin.clone(), Data::Table(written));
        // A table has no order, and a list has: the same settings are the same policy.
        kinds.sort_by_key(|own| own.kind as u8);
    }

    /// The schedules of kinds in `table`, over those before.
    fn kinds(&mut self, table: &Table, kinds: &mut Vec<KindPolicy>, canonical: &mut Table) {
        self.names(table, "on", &unknown::kinds());
        for kind in ErrorKind::ALL {
            let Some(entry) = table.get(kind.as_str()) else { continue };
            let path = join("on", kind.as_str());
            let before = kinds.iter().position(|own| own.kind == kind);
            if entry.data.text() == Some("none") {
                kinds.retain(|own| own.kind != kind);
                canonical.push(kind.as_str(), entry.origin.clone(), Data::word("none"));
                continue;
            }
            let Some(own) = entry.data.table() else {
                let why = "takes what is different for this kind, such as { max_attempts = 8 }, or \"none\"";
                self.refuse(path, entry, why);
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

    /// Whether one of these keys has a mistake already.
    pub(super) fn is_wrong<'k>(&self, mut keys: impl Iterator<Item = &'k String>) -> bool {
        keys.any(|key| self.wrong.contains(key))
    }
}
