//! The gates of settings: what their tables say over those of the base.

use crate::adapters::config::check::{self, Cause};
use crate::adapters::config::keys::{BUDGET, BUDGETS, CIRCUIT_BREAKER, RATE_LIMIT, Wrong, sort_of};
use crate::adapters::config::layer::join;
use crate::adapters::config::node::{Data, Table};
use crate::adapters::config::reading::Reading;
use crate::adapters::config::suggest::did_you_mean;
use crate::adapters::config::unknown;
use crate::values::breaker_builder::BreakerPolicyBuilder;
use crate::values::breaker_policy::BreakerPolicy;
use crate::values::budget_policy::BudgetPolicy;
use crate::values::preset::Preset;
use crate::values::rate_limit_policy::RateLimitPolicy;

const BREAKER: &str = "circuit_breaker";

impl<'a> Reading<'a> {
    pub(super) fn gates(&mut self, base: &Preset, canonical: &mut Table) -> Preset {
        let breaker = base.circuit_breaker().map(BreakerPolicy::to_builder);
        let breaker = (breaker, BreakerPolicy::new().to_builder());
        let breaker = self.gate(BREAKER, breaker, canonical, Self::circuit_breaker);
        let breaker = breaker.map(|draft| self.build_breaker(draft));
        let budget = (base.budget(), BudgetPolicy::new());
        let budget = self.gate("budget", budget, canonical, Self::budget);
        let rate_limit = (base.rate_limit(), RateLimitPolicy::new());
        let rate_limit = self.gate("rate_limit", rate_limit, canonical, Self::rate_limit);
        let preset = Preset::new(base.policy());
        let preset = budget.map_or(preset.without_budget(), |budget| preset.with_budget(budget));
        let preset = breaker.map_or(preset, |breaker| preset.with_circuit_breaker(breaker));
        rate_limit.map_or(preset, |rate_limit| preset.with_rate_limit(rate_limit))
    }

    /// A gate: as in the base, none, one with the defaults, or one with keys of its own.
    fn gate<P: Copy>(
        &mut self,
        name: &str,
        (base, default): (Option<P>, P),
        canonical: &mut Table,
        read: fn(&mut Self, &'a Table, P, &mut Table) -> P,
    ) -> Option<P> {
        let mut gate = base;
        for layer in self.layers {
            self.layer = layer;
            let Some(entry) = layer.table.get(name) else { continue };
            let data = match (&entry.data, entry.data.text()) {
                (_, Some(word @ ("none" | "default"))) => {
                    self.forget(name);
                    self.say(name.to_owned(), entry);
                    gate = (word == "default").then_some(default);
                    Data::word(word)
                }
                (Data::Table(table), _) => {
                    let mut written = Table::default();
                    gate = Some(read(self, table, gate.unwrap_or(default), &mut written));
                    Data::Table(written)
                }
                _ => {
                    let why = "takes a table of its keys, \"default\" or \"none\"";
                    self.refuse(name, entry, why);
                    continue;
                }
            };
            canonical.push(name, entry.origin.clone(), data);
        }
        gate
    }

    fn circuit_breaker(
        &mut self,
        table: &'a Table,
        mut draft: BreakerPolicyBuilder,
        canonical: &mut Table,
    ) -> BreakerPolicyBuilder {
        self.names(table, BREAKER, &unknown::names(CIRCUIT_BREAKER));
        if table.get("on_open").is_some() {
            // What was said for those who wait is kept, and means nothing where nobody does.
            draft.parking = None;
        }
        self.values(CIRCUIT_BREAKER, (table, BREAKER), &mut draft, canonical);
        if let (Some(_), Some(waiting)) = (table.get("on_open"), table.get("max_waiting")) {
            let why = "`max_waiting` already says that callers wait at an open circuit: leave it or `on_open` out";
            self.refuse(&join(BREAKER, "max_waiting"), waiting, why);
        }
        draft
    }

    fn build_breaker(&mut self, mut draft: BreakerPolicyBuilder) -> BreakerPolicy {
        loop {
            match draft.build() {
                Ok(policy) => return policy,
                Err(error) => {
                    self.blame(&Cause::of_breaker(BREAKER, &error), |_| false);
                    check::repair_breaker(&mut draft, &error);
                }
            }
        }
    }

    fn budget(
        &mut self,
        table: &'a Table,
        base: BudgetPolicy,
        canonical: &mut Table,
    ) -> BudgetPolicy {
        const PATH: &str = "budget";
        self.names(table, PATH, &unknown::budget());
        let mut budget = base;
        if let Some(entry) = table.get("kind") {
            let words = BUDGETS.map(|(word, _)| word);
            let sort =
                entry.data.text().and_then(|text| words.iter().position(|word| *word == text));
            let Some(sort) = sort else {
                let hint = did_you_mean(entry.data.text().unwrap_or_default(), words);
                let why = format!("unknown budget{hint}; it takes \"{}\"", words.join("\", \""));
                self.refuse(&join(PATH, "kind"), entry, why);
                // What its keys mean is not known without it.
                return base;
            };
            self.say(join(PATH, "kind"), entry);
            canonical.push("kind", entry.origin.clone(), Data::word(words[sort]));
            if sort != sort_of(&base) {
                budget = BUDGETS[sort].1;
            }
        }
        self.no_sort_takes(table, &budget);
        self.values(BUDGET, (table, PATH), &mut budget, canonical);
        budget
    }

    /// Notes what another sort of budget would have, but not with this value. Which sort it is
    /// may be known only with the base, and this is wrong with any.
    fn no_sort_takes(&mut self, table: &Table, budget: &BudgetPolicy) {
        if ["budget", "budget.kind"].iter().any(|key| self.said.contains_key(*key)) {
            return;
        }
        for key in BUDGET {
            let Some(entry) = table.get(key.name) else { continue };
            let set = |of: &BudgetPolicy| (key.set)(&mut { *of }, &entry.data);
            if !matches!(set(budget), Err(Wrong::OtherBudget(..))) {
                continue;
            }
            let mut others = BUDGETS.iter().map(|(_, other)| set(other));
            let refused = others.try_fold(None, |before, other| match other {
                Err(Wrong::Value(why)) => Some(Some(why)),
                Err(_) => Some(before),
                Ok(_) => None,
            });
            if let Some(Some(why)) = refused {
                self.refuse(&join("budget", key.name), entry, why);
            }
        }
    }

    fn rate_limit(
        &mut self,
        table: &'a Table,
        base: RateLimitPolicy,
        canonical: &mut Table,
    ) -> RateLimitPolicy {
        const PATH: &str = "rate_limit";
        self.names(table, PATH, &unknown::names(RATE_LIMIT));
        let mut limit = base;
        self.values(RATE_LIMIT, (table, PATH), &mut limit, canonical);
        limit
    }
}
