//! One run: a seed, a server, the processes around it, and what is counted.
//!
//! Everything runs as tasks of one runtime whose clock is paused and jumps from timer to timer. All
//! order comes from the timers and the order of spawning, so a seed is one story.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Builder;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::chance::Chance;
use crate::client::arrivals;
use crate::client::call::{Caller, Callers};
use crate::client::link::Link;
use crate::client::oracle::Oracle;
use crate::failure::Failure;
use crate::measure::tally::Tally;
use crate::server::row::Row;
use crate::server::{Ask, Reply, Server};
use crate::storms::scenario::Scenario;

/// Which of the streams of chance is for what.
pub(crate) mod streams {
    pub(crate) const ARRIVALS: u64 = 1;
    pub(crate) const ROUTES: u64 = 2;
    pub(crate) const SERVER: u64 = 3;
    pub(crate) const NETWORK: u64 = 4;
}

/// Where a call is made from, for what, and until when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) layer: u32,
    pub(crate) process: u32,
    pub(crate) key: u32,
    pub(crate) deadline: Option<Instant>,
}

/// A server, as a world has it.
pub(crate) enum Model {
    /// Answers when it is asked.
    Arithmetic(Box<dyn Server>),
    /// Answers when the request arrives.
    Row(Row),
}

/// One run.
pub(crate) struct World {
    epoch: Instant,
    pub(crate) scenario: Scenario,
    pub(crate) seed: u64,
    pub(crate) callers: Callers,
    pub(crate) oracle: Oracle,
    state: Mutex<State>,
    idle: Notify,
}

struct State {
    model: Model,
    tally: Tally,
    routes: Chance,
    network: Chance,
    open: u64,
    closed: bool,
    panicked: bool,
}

/// Plays the scenario once.
pub(crate) fn play(scenario: &Scenario, caller: &Caller, seed: u64) -> Tally {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.expect("a runtime that only has a timer needs nothing of the system");
    let scenario = scenario.clone();
    runtime.block_on(async move {
        let world = Arc::new(World::new(scenario, caller, seed));
        arrivals::run(&world).await;
        world.until_idle().await;
        assert!(!world.state().panicked, "a call of the line-up panicked");
        std::mem::take(&mut world.state().tally)
    })
}

impl World {
    fn new(scenario: Scenario, caller: &Caller, seed: u64) -> Self {
        let state = State {
            model: scenario.server.model(Chance::new(seed, streams::SERVER)),
            tally: Tally::new(&scenario),
            routes: Chance::new(seed, streams::ROUTES),
            network: Chance::new(seed, streams::NETWORK),
            open: 0,
            closed: false,
            panicked: false,
        };
        Self {
            epoch: Instant::now(),
            callers: Callers::new(&scenario, caller, seed),
            oracle: Oracle::new(scenario.server.clone()),
            scenario,
            seed,
            state: Mutex::new(state),
            idle: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since the start of the run.
    pub(crate) fn now(&self) -> Duration {
        self.epoch.elapsed()
    }

    /// Waits until `at`, to the nearest tick of the timer: it would round up, and every wait would
    /// be half a millisecond longer than modelled.
    pub(crate) async fn sleep_until(&self, at: Duration) {
        let whole = (at + Duration::from_micros(500)).as_millis();
        let tick = Duration::from_millis(u64::try_from(whole).unwrap_or(u64::MAX));
        if tick > self.now() {
            tokio::time::sleep_until(self.epoch + tick).await;
        }
    }

    /// A user's call begins.
    pub(crate) fn call_begins(&self, place: Place) -> Duration {
        let now = self.now();
        let mut state = self.state();
        state.open += 1;
        state.tally.call(now, place.process, place.key);
        now
    }

    /// A user's call that began at `began` has ended.
    pub(crate) fn call_ends(&self, place: Place, began: Duration, result: Result<(), Failure>) {
        let now = self.now();
        let mut state = self.state();
        state.open -= 1;
        state.tally.end((began, now), (place.process, place.key), result.is_ok());
        if state.closed && state.open == 0 {
            self.idle.notify_one();
        }
    }

    /// A user's call has panicked, and will not end otherwise.
    pub(crate) fn call_panics(&self) {
        self.state().panicked = true;
        self.idle.notify_one();
    }

    /// Waits until all calls have ended, or can no longer count.
    async fn until_idle(&self) {
        {
            let mut state = self.state();
            state.closed = true;
            if state.open == 0 {
                return;
            }
        }
        let limit = self.epoch + self.scenario.limit();
        let _ = tokio::time::timeout_at(limit, self.idle.notified()).await;
    }

    /// The process of the next layer that an attempt of this one goes to.
    pub(crate) fn route(&self, place: Place) -> Place {
        let process = self.state().routes.index(self.scenario.processes);
        Place { layer: place.layer + 1, process, ..place }
    }

    /// One attempt at the server.
    pub(crate) async fn ask(&self, place: Place, link: &Arc<Link>) -> Result<(), Failure> {
        let sent = self.now();
        let Some(reply) = self.offer(Ask { sent, process: place.process, key: place.key }) else {
            return self.read_and_write().await;
        };
        let mut served = Served { world: self, link, sent, work: reply.work, answered: false };
        self.sleep_until(reply.at).await;
        served.answered = true;
        reply.result
    }

    /// What becomes of a request; `None` where that shows only when it arrives.
    fn offer(&self, ask: Ask) -> Option<Reply> {
        let mut state = self.state();
        state.tally.attempt(ask.sent, ask.process, ask.key);
        let Model::Arithmetic(server) = &mut state.model else { return None };
        let reply = server.offer(ask);
        state.tally.reply(ask.sent, &reply);
        Some(reply)
    }

    /// Reads the row, and writes it if it is still the same: four hops over the network.
    async fn read_and_write(&self) -> Result<(), Failure> {
        self.hop().await;
        let seen = self.row(|row| row.read());
        self.hop().await;
        self.hop().await;
        let written = self.row(|row| row.write(seen));
        self.hop().await;
        if written { Ok(()) } else { Err(Failure::Conflict) }
    }

    async fn hop(&self) {
        let delay = self.state().network.folded_normal(0.010, 0.002);
        self.sleep_until(self.now() + delay).await;
    }

    fn row<T: Default>(&self, change: impl FnOnce(&mut Row) -> T) -> T {
        match &mut self.state().model {
            Model::Row(row) => change(row),
            Model::Arithmetic(_) => T::default(),
        }
    }
}

/// A request that the server is at work on, or has in its queue.
struct Served<'w> {
    world: &'w World,
    link: &'w Link,
    sent: Duration,
    work: Duration,
    answered: bool,
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        let in_time = self.answered && self.link.is_awaited();
        if !in_time && !self.work.is_zero() {
            self.world.state().tally.wasted(self.sent, self.work);
        }
    }
}
