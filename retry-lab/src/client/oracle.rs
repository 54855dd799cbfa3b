//! One who knows.
//!
//! The oracle sees the server's capacity now and in the future. It holds each call until there is
//! capacity for it, in the order of arrival, and lets go at once of one whose time will be up
//! before. It is the other end of the scale from no retry: what no policy can do better.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::client::wire::Wire;
use crate::client::world::Place;
use crate::failure::Failure;
use crate::server::timeline::Timeline;
use crate::storms::spec::ServerSpec;

/// Paces all calls of a world.
#[derive(Debug)]
pub(crate) struct Oracle {
    server: ServerSpec,
    /// When there is capacity for one more.
    next: Mutex<Duration>,
    /// One at a time, at a server where only one can win.
    turn: tokio::sync::Mutex<()>,
}

/// What the server can do for a caller, over time.
#[derive(Clone, Debug)]
pub(crate) struct Forecast {
    /// Calls per second.
    pub(crate) rate: Timeline<f64>,
    /// The longest that one takes.
    pub(crate) longest: Timeline<Duration>,
}

impl Oracle {
    pub(crate) fn new(server: ServerSpec) -> Self {
        Self { server, next: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    pub(crate) async fn call(&self, wire: &Wire) -> Result<(), Failure> {
        if wire.place.layer > 0 {
            return wire.send().await;
        }
        match wire.place.deadline {
            None => self.until_served(wire).await,
            Some(deadline) => tokio::time::timeout_at(deadline, self.until_served(wire))
                .await
                .unwrap_or(Err(Failure::Late)),
        }
    }

    async fn until_served(&self, wire: &Wire) -> Result<(), Failure> {
        let _turn = match self.server {
            ServerSpec::Row => Some(self.turn.lock().await),
            _ => None,
        };
        let world = &wire.world;
        loop {
            let left =
                |now| wire.place.deadline.map(|end| now + (end - tokio::time::Instant::now()));
            let now = world.now();
            let Some(slot) = self.reserve(now, left(now), wire.place) else {
                return Err(Failure::GaveUp);
            };
            world.sleep_until(slot).await;
            if wire.send().await.is_ok() {
                return Ok(());
            }
        }
    }

    /// When the call may be made; `None` when it cannot be done by `deadline`.
    fn reserve(&self, now: Duration, deadline: Option<Duration>, place: Place) -> Option<Duration> {
        let forecast = self.server.forecast(place.process, place.key);
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let mut slot = now.max(*next);
        while forecast.rate.at(slot) <= 0.0 {
            slot = forecast.rate.next_change(slot)?;
        }
        if deadline.is_some_and(|deadline| slot + forecast.longest.at(slot) > deadline) {
            return None;
        }
        let rate = forecast.rate.at(slot);
        if rate.is_finite() {
            *next = slot + Duration::from_secs_f64(1.0 / rate);
        }
        Some(slot)
    }
}
