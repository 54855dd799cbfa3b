//! One call of one process, through the shipped loop.
//!
//! A process calls the next layer, or the server when it is in the last one. A call to a process
//! starts a handler there, which inherits the deadline and is a task of its own: when the caller
//! leaves, it goes on, as handlers do.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use retry_core::Retry;

use crate::client::link::{Link, Waiting};
use crate::client::wire::Wire;
use crate::client::world::{Place, World};
use crate::failure::Failure;
use crate::lineup::{Handles, Own, Seat};
use crate::storms::scenario::Scenario;

/// A call under way.
pub(crate) type Calling = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// How a line-up makes its calls.
#[derive(Clone)]
pub(crate) enum Caller {
    Handles(Arc<Handles>),
    Own(Arc<Own>),
    Oracle,
}

/// What the processes of one run call with.
pub(crate) struct Callers {
    caller: Caller,
    handles: Vec<Retry>,
    processes: u32,
    keys: u32,
}

impl Callers {
    pub(crate) fn new(scenario: &Scenario, caller: &Caller, run: u64) -> Self {
        let (processes, policy) = (scenario.processes, scenario.policy);
        let keys = if scenario.handle_per_key { scenario.keys } else { 1 };
        let mut handles = Vec::new();
        if let Caller::Handles(handle) = caller {
            for layer in 0..scenario.layers {
                for process in 0..processes {
                    for key in 0..keys {
                        let seat = Seat { run, layer, process, key, policy };
                        handles.push(handle(seat).with_seed(seat.seed()));
                    }
                }
            }
        }
        Self { caller: caller.clone(), handles, processes, keys }
    }

    fn handle(&self, place: Place) -> Option<Retry> {
        let key = if self.keys == 1 { 0 } else { place.key };
        let index = (place.layer * self.processes + place.process) * self.keys + key;
        let handle = self.handles.get(index as usize)?.clone();
        Some(match place.deadline {
            Some(deadline) => handle.with_deadline(deadline.into_std()),
            None => handle,
        })
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callers").field("handles", &self.handles.len()).finish_non_exhaustive()
    }
}

/// The call of `place` on behalf of the attempt `above`.
pub(crate) fn call(world: Arc<World>, place: Place, above: Option<Arc<Link>>) -> Calling {
    let wire = Wire { world, place, above };
    match &wire.world.callers.caller {
        Caller::Own(own) => own.clone()(wire),
        Caller::Oracle => Box::pin(async move { wire.world.oracle.call(&wire).await }),
        Caller::Handles(_) => Box::pin(async move {
            let Some(handle) = wire.world.callers.handle(wire.place) else {
                return Err(Failure::GaveUp);
            };
            Ok(handle.run(|| wire.send()).await?)
        }),
    }
}

/// One attempt of `place`: at the server, or at a process of the next layer.
pub(crate) async fn attempt(
    world: Arc<World>,
    place: Place,
    above: Option<Arc<Link>>,
) -> Result<(), Failure> {
    let link = Link::below(above);
    let _waiting = Waiting(link.clone());
    if place.layer + 1 == world.scenario.layers {
        return world.ask(place, &link).await;
    }
    let next = world.route(place);
    match tokio::spawn(call(world, next, Some(link))).await {
        Ok(result) => result,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Failure::GaveUp),
        },
    }
}
