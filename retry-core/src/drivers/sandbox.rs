//! Gates and budgets that are one test's alone.

use std::collections::HashMap;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::drivers::operations::operation::Operation;
use crate::drivers::operations::plan::PlanId;
use crate::drivers::services::{Service, Shared};
use crate::seams::test_mode::{self, Entered};

/// What the calls of a test share.
#[derive(Default)]
struct Sandbox {
    services: Mutex<HashMap<Box<str>, Arc<Service>>>,
    /// By the address of an operation and its plan.
    operations: Mutex<HashMap<(usize, u32), &'static Shared>>,
}

fn of(mode: &Entered) -> &Sandbox {
    let state = mode.state.get_or_init(|| Box::<Sandbox>::default());
    state.downcast_ref().unwrap_or_else(|| unreachable!("nobody else keeps anything there"))
}

/// The service of this name for the test that runs here, if one has a mode of its own.
pub(crate) fn service(name: &str) -> Option<Arc<Service>> {
    let sandbox = of(test_mode::present()?);
    let mut services = sandbox.services.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(service) = services.get(name) {
        return Some(Arc::clone(service));
    }
    let service = Arc::new(Service::with_name(name));
    services.insert(name.into(), Arc::clone(&service));
    Some(service)
}

/// The gates and the budget of an operation for the test that runs here, likewise.
#[inline]
pub(crate) fn shared(operation: &Operation, plan: PlanId) -> Option<&'static Shared> {
    Some(shared_under(test_mode::present()?, operation, plan))
}

#[cold]
fn shared_under(mode: &Entered, operation: &Operation, plan: PlanId) -> &'static Shared {
    if mode.instant {
        static BARE: Shared = Shared::NONE;
        return &BARE;
    }
    let key = (ptr::from_ref(operation).addr(), plan.bits());
    let sandbox = of(mode);
    let known =
        sandbox.operations.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
    known.unwrap_or_else(|| {
        let preset = plan.get().map_or(*operation.preset(), |plan| plan.preset);
        let service = operation.service_name().and_then(service);
        let service = service.unwrap_or_else(|| Arc::new(Service::of_operation(operation.name())));
        // As its mode, it may be looked at for longer than the test runs.
        let shared: &'static Shared = Box::leak(Box::new(service.share(preset.into())));
        let mut operations = sandbox.operations.lock().unwrap_or_else(PoisonError::into_inner);
        operations.entry(key).or_insert(shared)
    })
}
