//! Storms in virtual time: what a retry policy does to a server that fails, measured.
//!
//! A retry policy is judged in the minute when the server is gone, and in the minutes after it: does
//! it add to the load, do users lose calls, does the server come back at all? This crate plays that
//! minute in about a second. Servers are modelled; time is tokio's paused clock; the retries are
//! the shipped loop of `retry-core`, so what is measured is what runs in production.
//!
//! ```
//! use std::time::Duration;
//! use retry_core::{Retry, RetryPolicy};
//!
//! const MINE: RetryPolicy = RetryPolicy::new().with_max_attempts(2);
//!
//! // A server that refuses for two seconds; 42 calls a second of 60 that it can do.
//! let outage = retry_lab::refused(Duration::from_secs(2)).with_layers(1);
//! let report = outage.run(|_seat| Retry::new(MINE));
//! assert!(report.mean_load() <= 2.1, "{report}");
//! assert!(report.recovery() <= Some(Duration::from_secs(1)), "{report}");
//! ```
//!
//! [`storms()`] lists every scenario, [`Lineup`] is what can be put into one, [`table()`] and
//! [`picture()`] show what came out. `cargo run --release -p retry-lab --example storms` does all
//! of it.
//!
//! # What is measured
//!
//! | figure | is |
//! |---|---|
//! | A | attempts at the server over the calls of users: on average during the fault, and in the worst second after its start |
//! | ok during, after | the part of the calls begun then that ended well |
//! | recovery | from the fault's end to the first second from which each has 99 % of its calls end well |
//! | wasted | the part of the server's work done for somebody who had left |
//! | goodput | calls that ended well per second |
//! | J | the part of the calls lost, plus 0.1 for each attempt per call beyond the first |
//!
//! All are methods of [`Report`], means over the seeds; a run is measured from the fault's start to
//! its end.
//!
//! # Where the line-ups stand
//!
//! [`Lineup::no_retry`] and [`Lineup::oracle`] are the two ends of the scale, and stand in every
//! table. [`everyone`] lists the line-ups of the tables.
//!
//! Left out: the fleet with a shared store, which needs a store.

mod chance;
mod client;
mod failure;
mod lineup;
mod measure;
mod picture;
mod server;
mod storms;
mod table;

pub use crate::client::wire::Wire;
pub use crate::failure::Failure;
pub use crate::lineup::gated::everyone;
pub use crate::lineup::{Lineup, Seat};
pub use crate::measure::report::Report;
pub use crate::picture::picture;
pub use crate::storms::scenario::Scenario;
pub use crate::storms::{
    all as storms, contention, cut_off, fleet, independent, limited, reconnect, refused,
    refused_one_layer, scattered, shard, slow, spike, stalled,
};
pub use crate::table::table;
