//! What is known by one name: an annotated function, or a handle in the registry.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::drivers::budget::BudgetCell;
use crate::drivers::budgets::Budgets;
use crate::drivers::gates::{Gates, Place};
use crate::drivers::keyed::Digest;
use crate::drivers::operations::gating::{Gating, Hand};
use crate::drivers::operations::overlay::{Refused, Resolved, Said, Who};
use crate::drivers::operations::plan::{Plan, PlanId};
use crate::drivers::parts::Part;
use crate::drivers::services::{Service, Shared, SharedRef};
use crate::drivers::statistics::cell::TallyCell;
use crate::machines::budget::BudgetSnapshot;
use crate::machines::sync::const_unless_loom;
use crate::values::labels::Labels;
use crate::values::policy::RetryPolicy;
use crate::values::preset::Preset;
use crate::values::tag::Tag;

/// What is known by one name, as its code says, and what settings say over it.
#[derive(Debug)]
pub(crate) struct Operation {
    preset: Preset,
    name: Cow<'static, str>,
    service: Option<Cow<'static, str>>,
    tags: Cow<'static, [Tag]>,
    /// The budget of a function that shares none: in its own constant, so that nothing has to be
    /// made or found.
    cell: Option<BudgetCell>,
    plan: AtomicU32,
    gating: Gating,
    /// What a handle was given by hand, beside what its settings name.
    hand: Option<Hand>,
    shared_with: OnceLock<Arc<Service>>,
    known: Mutex<Known>,
    /// Of a function; a handle has its own.
    tally: TallyCell,
}

/// What a file can do to the calls of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reach {
    /// A running attempt can be cut.
    pub(crate) cuts: bool,
    /// A call can be refused, or held, before an attempt.
    pub(crate) refuses: bool,
}

impl Reach {
    pub(crate) const ALL: Self = Self { cuts: true, refuses: true };
}

#[derive(Debug)]
struct Known {
    reach: Reach,
    /// The plans that it had so far.
    plans: Vec<PlanId>,
    /// What settings say of it, and it cannot do.
    notes: Vec<String>,
}

impl Operation {
    const_unless_loom! {
        /// As the code says, with a budget of its own where it names no service.
        pub(crate) fn new(
            policy: RetryPolicy,
            name: Cow<'static, str>,
            service: Option<Cow<'static, str>>,
        ) -> Self {
            let preset = Preset::new(policy);
            let cell = own_cell(service.is_some(), &preset);
            let known = Known { reach: Reach::ALL, plans: Vec::new(), notes: Vec::new() };
            Self {
                preset,
                name,
                service,
                tags: Cow::Borrowed(&[]),
                cell,
                plan: AtomicU32::new(PlanId::UNSEEN.bits()),
                gating: Gating::new(),
                hand: None,
                shared_with: OnceLock::new(),
                known: Mutex::new(known),
                tally: TallyCell::of_function(),
            }
        }
    }

    const_unless_loom! {
        /// Sets what the code says.
        pub(crate) fn set_preset(&mut self, preset: &Preset) {
            let cell = own_cell(self.service.is_some(), preset);
            // Nothing can be dropped in a constant, and a budget that nobody has used owns nothing.
            std::mem::forget(std::mem::replace(&mut self.cell, cell));
            self.preset = *preset;
        }
    }

    /// With this said by the code.
    pub(crate) fn with_preset(mut self, preset: &Preset) -> Self {
        self.set_preset(preset);
        self
    }

    /// Of a handle: what its own gates and budget are kept in, and what it was given by hand.
    pub(crate) fn of_handle(mut self, service: Arc<Service>, hand: Hand) -> Self {
        self.cell = None;
        self.shared_with = service.into();
        self.hand = Some(hand);
        self
    }

    /// With these tags.
    pub(crate) fn with_tags(self, tags: Vec<Tag>) -> Self {
        Self { tags: Cow::Owned(tags), ..self }
    }

    /// Sets its tags.
    pub(crate) const fn set_tags(&mut self, tags: &'static [Tag]) {
        // Nothing can be dropped in a constant; what goes is borrowed.
        std::mem::forget(std::mem::replace(&mut self.tags, Cow::Borrowed(tags)));
    }

    pub(crate) const fn preset(&self) -> &Preset {
        &self.preset
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn service_name(&self) -> Option<&str> {
        self.service.as_deref()
    }

    #[inline]
    pub(crate) const fn tally(&self) -> &TallyCell {
        &self.tally
    }

    #[inline]
    pub(crate) fn labels(&self) -> Labels<'_> {
        Labels { name: Some(&self.name), service: self.service.as_deref(), tags: &self.tags }
    }

    /// The plan of a call that starts now.
    #[inline]
    pub(crate) fn plan(&self) -> PlanId {
        PlanId::of(self.plan.load(Ordering::Relaxed))
    }

    /// The policy under a plan.
    #[inline]
    pub(crate) fn policy(&self, plan: PlanId) -> &RetryPolicy {
        plan.get().map_or(self.preset.policy_ref(), |plan| plan.preset.policy_ref())
    }

    /// The budgets of a call without gates.
    #[inline]
    pub(crate) fn budgets(&self, plan: PlanId) -> Budgets<'_> {
        if plan == PlanId::CODE {
            match &self.cell {
                Some(cell) => Budgets::new(Some(cell)),
                None if self.preset.budget().is_none() => Budgets::new(None),
                None => self.shared(plan).budgets(),
            }
        } else {
            self.budgets_under(plan)
        }
    }

    #[cold]
    fn budgets_under(&self, plan: PlanId) -> Budgets<'_> {
        let wanted = plan.get().map_or(self.preset, |plan| plan.preset).budget().is_some();
        match &self.cell {
            _ if !wanted => Budgets::new(None),
            Some(cell) => Budgets::new(Some(cell)),
            None => self.shared(plan).budgets(),
        }
    }

    /// The gates under a plan, and the budget of a call that has any.
    pub(crate) fn shared(&self, plan: PlanId) -> &Shared {
        let Some(plan) = plan.get() else {
            return self.gating.shared(self.shared_with(), (self.preset.into(), self.by_hand()));
        };
        self.shared_under(plan)
    }

    /// The gates under a plan that settings made.
    pub(crate) fn shared_under(&self, plan: &'static Plan) -> &'static Shared {
        plan.gating.shared(self.shared_with(), (plan.preset.into(), self.by_hand()))
    }

    fn by_hand(&self) -> Option<&Gates> {
        self.hand.as_ref().map(|hand| &hand.gates).filter(|gates| !gates.is_empty())
    }

    /// The same for a key.
    pub(crate) fn shared_for(
        &self,
        plan: PlanId,
        key: (Digest, impl FnOnce() -> String),
    ) -> SharedRef {
        let preset = plan.get().map_or(self.preset, |plan| plan.preset);
        let (key, text) = key;
        SharedRef::Counted(self.shared_with().part(key, text).share(&preset.into()))
    }

    /// The gates of a handle for a key, under a plan that settings made.
    pub(crate) fn shared_of(&self, part: &Part, plan: &'static Plan) -> SharedRef {
        let wanted = plan.preset.into();
        let Some(hand) = self.by_hand() else {
            return SharedRef::Counted(part.share(&wanted));
        };
        let mut shared = part.service().share(wanted);
        shared.gates.put_all(hand.clone());
        SharedRef::Counted(Arc::new(shared))
    }

    /// What it shares its gates through; one that names no service has its own.
    pub(crate) fn shared_with(&self) -> &Arc<Service> {
        self.shared_with.get_or_init(|| match &self.service {
            Some(service) => Service::of_process(service),
            None => Arc::new(Service::of_operation(self.name.clone())),
        })
    }

    /// Sets what can be done to its calls, which its code knows.
    pub(crate) fn reaches(&self, reach: Reach) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).reach = reach;
    }

    /// What settings make of it.
    pub(crate) fn resolve(&self, said: &Said) -> Result<Resolved, Refused> {
        let who = Who { name: Some(&self.name), service: self.service_name() };
        said.resolve(who, &self.preset)
    }

    /// Puts in force what settings make of it, for the calls that begin from now on.
    ///
    /// What it cannot do of what was said of it is to be told when no lock is held any more: who
    /// listens may look here.
    #[must_use]
    pub(crate) fn adopt(&self, resolved: &Resolved) -> Vec<String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let said_before = std::mem::take(&mut known.notes);
        let preset = self.possible(resolved, &mut known);
        let id = if preset == self.preset { Some(PlanId::CODE) } else { known.find(&preset) };
        let id = id.or_else(|| {
            let id = PlanId::keep(&preset)?;
            known.plans.push(id);
            Some(id)
        });
        match id {
            Some(id) => self.plan.store(id.bits(), Ordering::Release),
            None => known.notes.push(
                "too many different settings since the process began: a restart takes these"
                    .to_owned(),
            ),
        }
        let fresh = known.notes.iter().filter(|note| !said_before.contains(note));
        let told = if resolved.is_meant { fresh.cloned().collect() } else { Vec::new() };
        drop(known);
        if let (Some(cell), Some(policy)) = (&self.cell, resolved.preset.budget()) {
            cell.set_policy(policy);
        }
        told
    }

    /// What of the settings its calls can do; the rest is noted.
    ///
    /// What gates are made from is theirs, so only which there are is kept here.
    fn possible(&self, resolved: &Resolved, known: &mut Known) -> Preset {
        let (wanted, code) = (resolved.preset, self.preset);
        let mut note = |text: &str| known.notes.push(text.to_owned());
        let mut policy = wanted.policy();
        if !known.reach.cuts && policy.attempt_timeout() != code.policy().attempt_timeout() {
            note("`attempt_timeout`: its attempts cannot be cut");
            let mut draft = policy.to_builder();
            draft.attempt_timeout = code.policy().attempt_timeout();
            policy = draft.build().unwrap_or(policy);
        }
        if !known.reach.cuts && policy.timeout() != code.policy().timeout() {
            note("`timeout`: ends its calls between two attempts, since these cannot be cut");
        }
        let gates = (wanted.circuit_breaker().is_some(), wanted.rate_limit().is_some());
        let had = (code.circuit_breaker().is_some(), code.rate_limit().is_some());
        if known.reach.refuses {
            for gate in &resolved.of_service {
                note(&format!("`{gate}`: is shared with its service, and belongs there"));
            }
            for gate in self.given_by_hand(&wanted) {
                note(&format!("`{gate}`: it was given one by hand, which holds"));
            }
            presence(&wanted.with_policy(policy), &code)
        } else {
            if gates != had {
                note("`circuit_breaker` and `rate_limit`: its calls cannot be refused");
            }
            let budget = presence(&wanted, &code).budget();
            let preset = code.with_policy(policy);
            budget.map_or(preset.without_budget(), |budget| preset.with_budget(budget))
        }
    }

    /// The gates that settings want, and that a handle was given by hand.
    fn given_by_hand(&self, wanted: &Preset) -> impl Iterator<Item = &'static str> {
        let has = |place| self.by_hand().is_some_and(|hand| hand.has(place));
        let (breaker, limit) = (has(Place::CircuitBreaker), has(Place::RateLimit));
        let budget = self.hand.as_ref().is_some_and(|hand| hand.budget);
        let both = [
            ("circuit_breaker", breaker && wanted.circuit_breaker().is_some()),
            ("rate_limit", limit && wanted.rate_limit().is_some()),
            ("budget", budget && wanted.budget().is_some()),
        ];
        both.into_iter().filter(|(_, both)| *both).map(|(gate, _)| gate)
    }

    /// What is in force where settings say nothing.
    pub(crate) const fn as_in_code(&self) -> Resolved {
        Resolved { preset: self.preset, is_meant: false, of_service: Vec::new() }
    }

    /// Gives the gates that it has for itself what settings make of them; those of a service are
    /// the service's.
    #[cfg(feature = "serde")]
    pub(crate) fn adopt_own(&self, said: &Said) {
        if let (Some(own), None) = (self.shared_with.get(), &self.service) {
            own.adopt(said);
        }
    }

    /// The policy of the calls that begin now.
    pub(crate) fn policy_now(&self) -> &RetryPolicy {
        self.policy(self.plan())
    }

    pub(crate) fn is_overridden(&self) -> bool {
        self.plan().get().is_some()
    }

    /// The budget of a function that shares none.
    pub(crate) fn own_budget(&self) -> Option<BudgetSnapshot> {
        self.cell.as_ref().map(BudgetCell::snapshot)
    }

    /// What settings say of it and it cannot do.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).notes.clone()
    }
}

impl Known {
    fn find(&self, preset: &Preset) -> Option<PlanId> {
        let is_that = |id: &PlanId| id.get().is_some_and(|plan| plan.preset == *preset);
        self.plans.iter().copied().find(is_that)
    }
}

const_unless_loom! {
    fn own_cell(has_service: bool, preset: &Preset) -> Option<BudgetCell> {
        match preset.budget() {
            Some(policy) if !has_service => Some(BudgetCell::new(policy)),
            _ => None,
        }
    }
}

/// The gates that are wanted, each made from what the code says of it, or else from the default.
fn presence(wanted: &Preset, code: &Preset) -> Preset {
    let preset = Preset::new(wanted.policy()).without_budget();
    let preset = match wanted.budget() {
        Some(_) => preset.with_budget(code.budget().unwrap_or_default()),
        None => preset,
    };
    let preset = match wanted.circuit_breaker() {
        Some(_) => preset.with_circuit_breaker(code.circuit_breaker().unwrap_or_default()),
        None => preset,
    };
    match wanted.rate_limit() {
        Some(_) => preset.with_rate_limit(code.rate_limit().unwrap_or_default()),
        None => preset,
    }
}
