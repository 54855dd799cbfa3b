//! The operations of a process, by name: for those who look, and for settings that are loaded.
//!
//! ```
//! use retry_core::{Retry, RetryRegistry, presets};
//!
//! // Made by the first who asks, and from then on the same for all.
//! let orders = RetryRegistry::process().get_or_insert_with("orders::read", || {
//!     Retry::from_preset(presets::DATABASE).with_service("orders")
//! });
//! assert_eq!(orders.policy().max_attempts(), 3);
//! assert!(RetryRegistry::process().get("orders::read").is_some());
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use crate::drivers::breaker::CircuitBreaker;
use crate::drivers::operations::operation::Operation;
use crate::drivers::operations::overlay::{self, Refused};
use crate::drivers::operations::snapshot::{OperationSnapshot, ServiceSnapshot};
use crate::drivers::retry::Retry;
use crate::drivers::services::Service;
use crate::drivers::trace;
use crate::values::preset::Preset;

/// The handles and annotated functions of a process, by name.
///
/// Every annotated function is in the one of the [process](Self::process) from its first call on,
/// under its `name`; a handle is in it when it was put there. What is in it can be
/// [looked at](Self::operations), and follows the settings that are loaded. It is bounded: see
/// [`get_or_insert_with`](Self::get_or_insert_with).
///
/// A registry of one's own, from [`new`](Self::new), is only a bounded map from names to handles:
/// settings do not reach it. What a handle of it shares with its service is the service's there too.
///
/// Cloning counts a reference up.
///
#[doc = include_str!("../../../docs/operations.md")]
#[doc(alias = "RetryManagerPool")]
#[derive(Clone)]
pub struct RetryRegistry(Arc<Inner>);

struct Inner {
    most: usize,
    of_process: bool,
    members: RwLock<Members>,
    refused: AtomicU64,
}

#[derive(Default)]
struct Members {
    /// Functions may share a name.
    by_name: BTreeMap<Arc<str>, Vec<Member>>,
    count: usize,
}

/// What is in the registry.
#[derive(Clone, Debug)]
pub(crate) enum Member {
    Function(&'static Operation),
    Handle(Box<Retry>, Arc<Operation>),
}

impl Member {
    pub(crate) fn operation(&self) -> &Operation {
        match self {
            Self::Function(operation) => operation,
            Self::Handle(_, operation) => operation,
        }
    }
}

impl RetryRegistry {
    /// How many operations the registry of the process keeps.
    pub const MOST: usize = 1 << 20;

    /// An empty registry of one's own that keeps at most this many handles.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self::with(most, false)
    }

    fn with(most: usize, of_process: bool) -> Self {
        let (members, refused) = (RwLock::default(), AtomicU64::new(0));
        Self(Arc::new(Inner { most, of_process, members, refused }))
    }

    /// The registry of the process.
    #[must_use]
    pub fn process() -> &'static Self {
        static PROCESS: LazyLock<RetryRegistry> =
            LazyLock::new(|| RetryRegistry::with(RetryRegistry::MOST, true));
        &PROCESS
    }

    /// The handle of this name, if there is one. An annotated function is no handle.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Retry> {
        let members = self.0.members.read().unwrap_or_else(PoisonError::into_inner);
        members.by_name.get(name)?.iter().find_map(|member| match member {
            Member::Handle(retry, _) => Some((**retry).clone()),
            Member::Function(_) => None,
        })
    }

    /// The handle of this name, made by `make` where there is none yet. It gets the name, and keeps
    /// a service that it has; clones of it, and copies with a changed limit, follow the settings
    /// that are loaded.
    ///
    /// When there are as many as are kept, `make` makes one that works and is not kept: the next
    /// who asks gets another one, with gates of its own. That is
    /// [counted](Self::refused), and said once as a warning. Names that come from requests belong
    /// into a [key](Retry::for_key) and not here.
    ///
    /// `make` runs under no lock; of two that make the same name at once, the second is dropped.
    pub fn get_or_insert_with(&self, name: &str, make: impl FnOnce() -> Retry) -> Retry {
        if let Some(retry) = self.get(name) {
            return retry;
        }
        let own =
            if self.0.of_process { Service::of_operation(name) } else { Service::apart(name) };
        let (retry, operation) = make().into_operation(name, own);
        let retry = if self.0.of_process { retry } else { retry.apart() };
        self.insert(name, Member::Handle(retry.clone().into(), operation)).unwrap_or(retry)
    }

    /// [`get_or_insert_with`](Self::get_or_insert_with) of a handle that is made from a preset.
    ///
    /// ```
    /// use retry_core::{RetryRegistry, presets};
    ///
    /// let sessions = RetryRegistry::process().get_or_preset("sessions::load", presets::CACHE);
    /// assert_eq!(sessions.policy().max_attempts(), 2);
    /// ```
    #[must_use]
    pub fn get_or_preset(&self, name: &str, preset: Preset) -> Retry {
        self.get_or_insert_with(name, || Retry::from_preset(preset))
    }

    fn insert(&self, name: &str, member: Member) -> Option<Retry> {
        let turn = self.0.of_process.then(overlay::turn);
        let mut is_first_refused = false;
        {
            let mut members = self.0.members.write().unwrap_or_else(PoisonError::into_inner);
            let known = members.by_name.get(name).into_iter().flatten();
            let mut handles = known.filter_map(|known| match known {
                Member::Handle(retry, _) => Some(retry),
                Member::Function(_) => None,
            });
            if let (Member::Handle(..), Some(retry)) = (&member, handles.next()) {
                return Some((**retry).clone());
            }
            if members.count >= self.0.most {
                is_first_refused = self.0.refused.fetch_add(1, Ordering::Relaxed) == 0;
            } else {
                members.count += 1;
                members.by_name.entry(name.into()).or_default().push(member.clone());
            }
        }
        let told = self.0.of_process.then(|| follow(member.operation()));
        drop(turn);
        // Who listens may look here, or make a call for the first time.
        if is_first_refused {
            trace::registry_full(self.0.most);
        }
        match told {
            Some(Err(error)) => trace::settings_refused(member.operation().name(), &error),
            Some(Ok(notes)) => notes.iter().for_each(|note| {
                trace::settings_without_effect(member.operation().name(), note);
            }),
            None => {}
        }
        match member {
            Member::Handle(retry, _) => Some(*retry),
            Member::Function(_) => None,
        }
    }

    pub(crate) fn join(&self, member: Member) {
        let name = member.operation().name().to_owned();
        self.insert(&name, member);
    }

    /// How many operations are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.members.read().unwrap_or_else(PoisonError::into_inner).count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many were not kept, because there were too many.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        let members = self.0.members.read().unwrap_or_else(PoisonError::into_inner);
        members.by_name.values().flatten().cloned().collect()
    }

    /// Every operation as it is now, by name.
    #[must_use]
    pub fn operations(&self) -> Vec<OperationSnapshot> {
        self.members().iter().map(OperationSnapshot::of).collect()
    }

    /// Every service that somebody has named, and its gates as they are now, by name; behind a
    /// service the parts for its keys. Services are the same for all registries.
    #[must_use]
    pub fn services(&self) -> Vec<ServiceSnapshot> {
        let mut services = Service::all();
        services.sort_by(|a, b| a.name().cmp(b.name()));
        services.iter().flat_map(|service| ServiceSnapshot::with_parts(service)).collect()
    }

    /// The breaker of a service, once a call to it has asked for one: to watch it, or to open and
    /// close it by hand.
    #[must_use]
    pub fn circuit_breaker(&self, service: &str) -> Option<CircuitBreaker> {
        Service::find(service)?.breaker().cloned()
    }
}

/// Puts the settings in force in force for one that comes late; what there is to be told of it.
fn follow(operation: &Operation) -> Result<Vec<String>, Refused> {
    let (resolved, error) = match operation.resolve(&*overlay::present()) {
        Ok(resolved) => (resolved, None),
        Err(error) => (operation.as_in_code(), Some(error)),
    };
    let notes = operation.adopt(&resolved);
    error.map_or(Ok(notes), Err)
}

impl fmt::Debug for RetryRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryRegistry")
            .field("len", &self.len())
            .field("most", &self.0.most)
            .finish_non_exhaustive()
    }
}
