//! Which alerts the rules have to raise for what happens here, and which not.

use std::collections::BTreeSet;

use crate::samples::Samples;

/// Every alert that fired at any time.
pub(crate) const FIRED: &str = r#"count_over_time(ALERTS{alertstate="firing"}[60s])"#;

/// An alert, and for whom it fires: an operation or a service.
pub(crate) struct Alert {
    pub(crate) name: &'static str,
    must: &'static [&'static str],
    /// Here it depends on chance. For anybody else it has to keep quiet.
    may: &'static [&'static str],
}

const fn alert(
    name: &'static str,
    must: &'static [&'static str],
    may: &'static [&'static str],
) -> Alert {
    Alert { name, must, may }
}

pub(crate) const ALERTS: [Alert; 7] = [
    alert("RetryRateHigh", &["catalogue::read", "mail::send"], &["billing::charge", "quota::ask"]),
    alert("RetryCircuitOpen", &["billing"], &[]),
    alert(
        "RetryFailedAfterRetries",
        &["mail::send", "orders::place", "shards::get"],
        &["billing::charge", "quota::ask"],
    ),
    alert("RetryDeadLettersGrowing", &["mail::send"], &[]),
    alert("RetryDeadLettersLost", &["mail::send"], &[]),
    alert("RetryBudgetExhausted", &["orders"], &[]),
    alert("RetryErrorMixUnusual", &["catalogue::read"], &[]),
];

impl Alert {
    /// For whom it fired, and whether it should have.
    pub(crate) fn judge(&self, fired: &Samples) -> (String, bool) {
        let of = |labels: &std::collections::BTreeMap<String, String>| {
            (labels.get("alertname")? == self.name).then(|| {
                labels.get("operation").or(labels.get("service")).cloned().unwrap_or_default()
            })
        };
        let whom: BTreeSet<_> = fired.keys().filter_map(|(_, labels)| of(labels)).collect();
        let knows = |who: &String| self.must.contains(&&**who) || self.may.contains(&&**who);
        let is_right = self.must.iter().all(|who| whom.contains(*who)) && whom.iter().all(knows);
        let said = if is_right {
            whom.into_iter().collect::<Vec<_>>().join(", ")
        } else {
            format!("{whom:?} instead of {:?}", self.must)
        };
        (said, is_right)
    }
}
