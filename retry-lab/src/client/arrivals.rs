//! When users call.
//!
//! Open loop: users do not wait for each other, so a server that is slow has as many as one that
//! is fast. The two other loads are workers that take one job after the other, and a herd that
//! comes at once.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::chance::Chance;
use crate::client::call::call;
use crate::client::world::{Place, World, streams};
use crate::server::timeline::Timeline;
use crate::storms::spec::Load;

/// Has the users call, until the end of the run.
pub(crate) async fn run(world: &Arc<World>) {
    match &world.scenario.load {
        Load::Open(rate) => open_loop(world, rate).await,
        Load::Workers(each) => workers(world, *each).await,
        Load::Herd(within) => herd(world, *within).await,
    }
}

/// Poisson arrivals, each at a process and for a shard of its own chance.
async fn open_loop(world: &Arc<World>, rate: &Timeline<f64>) {
    let mut chance = Chance::new(world.seed, streams::ARRIVALS);
    let mut at = Duration::ZERO;
    loop {
        at = next_arrival(at, rate, &mut chance);
        if at >= world.scenario.length {
            return;
        }
        let process = chance.index(world.scenario.processes);
        let key = pick_key(world, &mut chance);
        world.sleep_until(at).await;
        tokio::spawn(user_call(world, process, key));
    }
}

/// When the next user calls: the rate may change before that, and then the wait begins anew.
fn next_arrival(mut at: Duration, rate: &Timeline<f64>, chance: &mut Chance) -> Duration {
    loop {
        let next = at + chance.exponential(1.0 / rate.at(at));
        match rate.next_change(at) {
            Some(then) if next >= then => at = then,
            _ => return next,
        }
    }
}

/// Shard 0 gets its share, the others what is left, evenly.
fn pick_key(world: &World, chance: &mut Chance) -> u32 {
    let scenario = &world.scenario;
    if scenario.keys == 1 || chance.happens(scenario.hot_share) {
        return 0;
    }
    1 + chance.index(scenario.keys - 1)
}

/// Workers that take one job after the other.
async fn workers(world: &Arc<World>, each: u32) {
    let mut workers = JoinSet::new();
    for process in (0..world.scenario.processes).flat_map(|process| (0..each).map(move |_| process))
    {
        let world = world.clone();
        workers.spawn(async move {
            while world.now() < world.scenario.length {
                user_call(&world, process, 0).await;
            }
        });
    }
    let limit = Instant::now() + world.scenario.limit();
    let _ = tokio::time::timeout_at(limit, async { while workers.join_next().await.is_some() {} })
        .await;
}

/// One call of each process, all within a short time.
async fn herd(world: &Arc<World>, within: Duration) {
    let mut chance = Chance::new(world.seed, streams::ARRIVALS);
    let mut arrivals: Vec<_> = (0..world.scenario.processes)
        .map(|process| (within.mul_f64(chance.uniform()), process))
        .collect();
    arrivals.sort_unstable();
    for (at, process) in arrivals {
        world.sleep_until(at).await;
        tokio::spawn(user_call(world, process, 0));
    }
}

/// A task that panics says so to nobody; the run has to.
struct TellsOfPanic<'w>(&'w World);

impl Drop for TellsOfPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.call_panics();
        }
    }
}

/// A call of a user. It counts from here, and not from when its task is first run.
fn user_call(
    world: &Arc<World>,
    process: u32,
    key: u32,
) -> impl Future<Output = ()> + Send + 'static {
    let deadline = world.scenario.deadline.map(|limit| Instant::now() + limit);
    let place = Place { layer: 0, process, key, deadline };
    let began = world.call_begins(place);
    let world = world.clone();
    async move {
        let tells = TellsOfPanic(&world);
        let result = call(world.clone(), place, None).await;
        drop(tells);
        world.call_ends(place, began, result);
    }
}
