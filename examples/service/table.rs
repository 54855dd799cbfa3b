//! What the registry says of the process at one moment, as plain text.

use std::time::Duration;

use retry_core::{CircuitState, OperationSnapshot, RetryRegistry};

use crate::calls::{End, Made, Traffic};

/// What the process does at one moment.
pub(crate) struct Moment {
    rows: Vec<(OperationSnapshot, Made)>,
    shares: Vec<Shares>,
}

/// What the calls to a service, or to a key of it, share.
pub(crate) struct Shares {
    name: String,
    circuit: Option<Circuit>,
    /// The part of the budget that is there, and its most tokens.
    budget: Option<(f64, f64)>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Circuit {
    pub(crate) state: CircuitState,
    pub(crate) opened: u64,
    pub(crate) after: Option<u32>,
    pub(crate) open_for: Duration,
}

impl Moment {
    /// As it is now, and what calls have made of it since the last.
    pub(crate) fn now(traffic: &Traffic) -> Self {
        let registry = RetryRegistry::process();
        let rows = registry.operations().into_iter().filter_map(|operation| {
            let of = |(name, _): &&(&str, _)| *name == operation.name;
            let made = traffic.tallies.iter().find(of)?.1.take();
            Some((operation, made))
        });
        let shares = registry.services().into_iter().map(|service| Shares {
            circuit: service.gates.circuit_breaker.map(|breaker| Circuit {
                state: breaker.state(),
                opened: breaker.opened(),
                after: breaker.policy().consecutive_failures(),
                open_for: breaker.policy().open_for(),
            }),
            budget: service
                .gates
                .budget
                .map(|budget| (budget.tokens / budget.capacity.max(1.0), budget.capacity)),
            name: service.name,
        });
        Self { rows: rows.collect(), shares: shares.collect() }
    }

    pub(crate) fn made(&self, operation: &str) -> Option<&Made> {
        self.rows.iter().find(|(seen, _)| seen.name == operation).map(|(_, made)| made)
    }

    pub(crate) fn circuit(&self, service: &str) -> Option<Circuit> {
        self.shares.iter().find(|shares| shares.name == service)?.circuit
    }

    /// The part of its budget that is there, and the most it can hold.
    pub(crate) fn budget(&self, service: &str) -> Option<(f64, f64)> {
        self.shares.iter().find(|shares| shares.name == service)?.budget
    }

    pub(crate) fn print(&self) {
        println!(
            "\n  {:<14} {:>6} {:>7} {:>14} {:>13} {:>12}  policy from",
            "operation", "calls", "failed", "most attempts", "max_attempts", "first delay"
        );
        for (operation, made) in &self.rows {
            let policy = &operation.policy;
            println!(
                "  {:<14} {:>6} {:>7} {:>14} {:>13} {:>12}  {}",
                operation.name,
                made.calls,
                made.failed,
                made.most,
                policy.max_attempts(),
                format!("{:?}", policy.initial_delay()),
                if operation.is_overridden { "settings" } else { "code" }
            );
        }
        println!(
            "\n  {:<14} {:<9} {:>6} {:>14} {:>9} {:>14}",
            "service", "circuit", "opened", "after failures", "open for", "budget"
        );
        for Shares { name, circuit, budget } in &self.shares {
            let [state, opened, after, open_for] = circuit.map_or_else(Default::default, words);
            let budget = budget.map_or_else(String::new, |(part, most)| {
                format!("{:.0} % of {most:.0}", part.max(0.0) * 100.0)
            });
            println!("  {name:<14} {state:<9} {opened:>6} {after:>14} {open_for:>9} {budget:>14}");
        }
    }
}

fn words(circuit: Circuit) -> [String; 4] {
    let after =
        circuit.after.map_or_else(|| "ratio".to_owned(), |after| format!("{after} in a row"));
    let open_for = format!("{:?}", circuit.open_for);
    [circuit.state.to_string(), circuit.opened.to_string(), after, open_for]
}

/// How the last calls ended, those that ended in the same way in one line.
pub(crate) fn print_ends(ends: &[End]) {
    println!("\n  {:<14} {:>6}  {:<12} {:>9}  last error", "operation", "calls", "end", "attempts");
    let mut ends: Vec<_> = ends.iter().map(words_of).collect();
    ends.sort_unstable();
    for alike in ends.chunk_by(PartialEq::eq) {
        let (operation, end, attempts, error) = alike[0];
        println!("  {operation:<14} {:>6}  {end:<12} {attempts:>9}  {error}", alike.len());
    }
}

fn words_of(end: &End) -> (&str, &str, u32, &str) {
    let reason = end.reason.map_or("answered", |reason| reason.as_str());
    (end.operation, reason, end.attempts, end.last_error.as_deref().unwrap_or("none"))
}
