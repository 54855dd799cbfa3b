//! Holds every key, in every section, to a change of what is resolved; by the tables, so that a new
//! key is held to it as well.

use crate::adapters::config::RetrySettings;
use crate::adapters::config::keys::{BUDGET, BUDGETS, CIRCUIT_BREAKER, KIND, POLICY, RATE_LIMIT};
use crate::adapters::config::unknown;
use crate::values::policy::RetryPolicy;
use crate::values::preset::Preset;

/// Of each form two values that are no default, or all there are.
const VALUES: [&str; 21] = [
    "7",
    "9",
    "0.25",
    "0.75",
    "\"7s\"",
    "\"9s\"",
    "\"750ms\"",
    "\"fixed\"",
    "\"linear\"",
    "\"equal\"",
    "\"park\"",
    "\"refuse\"",
    "\"attempts\"",
    "\"calls\"",
    "\"grpc\"",
    "\"aws\"",
    "\"none\"",
    "\"default\"",
    "[\"network\"]",
    "[\"timeout\"]",
    "{ server = { cost = 7.0 } }",
];

const SECTIONS: [&str; 3] = ["[defaults]", "[service.s]", "[operation.o]"];

fn bases() -> impl Iterator<Item = Preset> {
    BUDGETS.iter().map(|(_, budget)| Preset::new(RetryPolicy::new()).with_budget(*budget))
}

/// What one line in one section makes of a base.
fn resolved(section: &str, line: &str, base: &Preset) -> Option<Preset> {
    let settings = RetrySettings::from_toml(&format!("{section}\n{line}")).ok()?;
    settings.resolve(Some("o"), Some("s"), *base).ok()
}

fn changes(section: &str, key: &str) -> bool {
    bases().any(|base| {
        let changed = |value: &str| {
            resolved(section, &format!("{key} = {value}"), &base).is_some_and(|made| made != base)
        };
        VALUES.iter().any(|value| changed(value))
    })
}

/// Every key that a section takes, with the tables that it is in.
fn keys() -> Vec<String> {
    let of = |table: &str, keys: Vec<&str>| -> Vec<String> {
        keys.iter().map(|key| format!("{table}{key}")).collect()
    };
    let mut all = of("", unknown::names(POLICY));
    all.extend(of("", unknown::TABLES.to_vec()));
    all.extend(of("circuit_breaker.", unknown::names(CIRCUIT_BREAKER)));
    all.extend(of("budget.", unknown::budget()));
    all.extend(of("rate_limit.", unknown::names(RATE_LIMIT)));
    for kind in unknown::kinds() {
        all.extend(of(&format!("on.{kind}."), unknown::names(KIND)));
    }
    assert!(all.len() > unknown::root().len() + BUDGET.len());
    all
}

#[test]
fn every_key_of_every_section_changes_what_is_resolved() {
    let keys = keys();
    let idle: Vec<_> = SECTIONS
        .iter()
        .flat_map(|section| keys.iter().map(move |key| (section, key)))
        .filter(|(section, key)| !changes(section, key))
        .collect();
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn every_key_of_a_later_section_wins() {
    for key in keys() {
        let wins = bases().any(|base| {
            let made: Vec<_> = VALUES
                .iter()
                .map(|value| format!("{key} = {value}"))
                .filter_map(|line| Some((resolved("[defaults]", &line, &base)?, line)))
                .collect();
            made.iter().any(|(preset, line)| {
                made.iter().filter(|(other, _)| other != preset).any(|(_, other)| {
                    let over = format!("{other}\n[operation.o]\n{line}");
                    resolved("[defaults]", &over, &base) == Some(*preset)
                })
            })
        });
        assert!(wins || key == "on", "{key}, and only a table of kinds has nothing but its keys");
    }
}
