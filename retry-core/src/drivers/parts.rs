//! The part of a service that a key stands for, and the ways through it.
//!
//! All who name a key have to meet the same gates, also when the key was gone in between. So there
//! is one bounded map for each service, which everybody asks, and what an operation wants of a part
//! is kept with the part: in a map of its own an operation would go on with gates that nobody else
//! can find any more.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use crate::drivers::services::{Service, Shared, Wanted};

/// The part of a service for one key.
pub(crate) struct Part {
    service: Arc<Service>,
    ways: RwLock<Vec<Arc<Shared>>>,
}

/// Operations of one service nearly always want the same; one that wants something else than so
/// many others has its way made anew for each call.
const WAYS: usize = 8;

impl Part {
    pub(crate) fn new(service: Service) -> Self {
        Self { service: Arc::new(service), ways: RwLock::default() }
    }

    pub(crate) fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// What an operation that asks for this gets.
    pub(crate) fn share(&self, wanted: &Wanted) -> Arc<Shared> {
        let found = |ways: &[Arc<Shared>]| ways.iter().find(|way| way.is_for(wanted)).cloned();
        if let Some(way) = found(&self.ways.read().unwrap_or_else(PoisonError::into_inner)) {
            return way;
        }
        // Made under no lock: it may have to wait for settings that change.
        let way = Arc::new(self.service.share(*wanted));
        let mut ways = self.ways.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(way) = found(&ways) {
            return way;
        }
        if ways.len() < WAYS {
            ways.push(Arc::clone(&way));
        }
        way
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("service", &self.service.name()).finish_non_exhaustive()
    }
}
