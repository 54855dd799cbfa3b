//! A server with workers and a queue.
//!
//! Some workers, a bounded first-in-first-out queue, and the two habits that make storms: it goes
//! on serving a request whose caller has left, and it answers a full queue with an instant error.
//! A request's fate is settled when it arrives, since nothing that comes later goes before it.

use std::collections::VecDeque;
use std::time::Duration;

use crate::chance::Chance;
use crate::failure::Failure;
use crate::server::timeline::{Span, Timeline};
use crate::server::{Ask, Reply, Server};

/// The network, each way.
pub(crate) const HOP: Duration = Duration::from_millis(1);

/// What a queueing server is like.
#[derive(Clone, Debug)]
pub(crate) struct QueueSpec {
    pub(crate) workers: usize,
    /// The mean service time; each is this × U(0.5, 1.5).
    pub(crate) service: Duration,
    /// How many may wait.
    pub(crate) queue: usize,
    /// What a rejection costs, as a part of a service.
    pub(crate) rejection: f64,
    /// How fast the workers are: 1 as a rule, 0 in a stall.
    pub(crate) speed: Timeline<f64>,
    /// When connections are refused.
    pub(crate) refuses: Option<Span>,
}

impl QueueSpec {
    /// Requests per second that it can serve at full speed.
    pub(crate) fn capacity(&self) -> f64 {
        count(self.workers) / self.service.as_secs_f64()
    }
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}

/// A server that queues.
#[derive(Debug)]
pub(crate) struct Queue {
    spec: QueueSpec,
    chance: Chance,
    /// When each worker is through with what it was given.
    free: Vec<Duration>,
    /// When each request that waits will start.
    starts: VecDeque<Duration>,
}

impl Queue {
    pub(crate) fn new(spec: QueueSpec, chance: Chance) -> Self {
        let free = vec![Duration::ZERO; spec.workers];
        Self { spec, chance, free, starts: VecDeque::new() }
    }

    /// Gives `work` to the worker that is free first, not before `at`: when it starts and ends.
    fn assign(&mut self, at: Duration, work: Duration) -> (Duration, Duration) {
        let Some(free) = self.free.iter_mut().min() else { return (at, at + work) };
        let start = at.max(*free);
        *free = self.spec.speed.finish(start, work);
        (start, *free)
    }
}

impl Server for Queue {
    fn offer(&mut self, ask: Ask) -> Reply {
        let at = ask.sent + HOP;
        // Drawn in any case, so that requests have the same service times whatever came before.
        let work = self.spec.service.mul_f64(self.chance.between(0.5, 1.5));
        let error = |failure| Reply { at: at + HOP, result: Err(failure), work: Duration::ZERO };
        if self.spec.refuses.is_some_and(|refuses| refuses.contains(at)) {
            return error(Failure::Refused);
        }
        while self.starts.front().is_some_and(|start| *start <= at) {
            self.starts.pop_front();
        }
        if self.starts.len() >= self.spec.queue {
            if self.spec.rejection > 0.0 {
                // Done after those who wait already; what it takes from the capacity is the same.
                self.assign(at, self.spec.service.mul_f64(self.spec.rejection));
            }
            return error(Failure::Full);
        }
        let (start, end) = self.assign(at, work);
        if start > at {
            self.starts.push_back(start);
        }
        Reply { at: end + HOP, result: Ok(()), work }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> QueueSpec {
        QueueSpec {
            workers: 1,
            service: Duration::from_millis(100),
            queue: usize::MAX,
            rejection: 0.0,
            speed: Timeline::constant(1.0),
            refuses: None,
        }
    }

    /// The mean wait before service under Poisson arrivals, in seconds.
    fn mean_wait(spec: &QueueSpec, rate: f64) -> f64 {
        const REQUESTS: u32 = 400_000;
        let mut server = Queue::new(spec.clone(), Chance::new(3, 0));
        let mut arrivals = Chance::new(3, 1);
        let mut sent = Duration::ZERO;
        let mut waited = Duration::ZERO;
        for _ in 0..REQUESTS {
            sent += arrivals.exponential(1.0 / rate);
            let reply = server.offer(Ask { sent, ..Ask::default() });
            waited += reply.at.saturating_sub(sent + HOP * 2 + reply.work);
        }
        waited.as_secs_f64() / f64::from(REQUESTS)
    }

    #[test]
    fn one_worker_waits_as_pollaczek_and_khinchine_say() {
        // The second moment of U(0.5, 1.5) is 13/12.
        let (rate, service) = (7.0, 0.1);
        let expected = rate * service * service * 13.0 / 12.0 / (2.0 * (1.0 - rate * service));
        let wait = mean_wait(&spec(), rate);
        assert!((wait / expected - 1.0).abs() < 0.03, "{wait} and not {expected}");
    }

    #[test]
    fn six_workers_wait_about_as_erlang_says() {
        // Erlang C at 0.7 × 6 workers, scaled by (1 + variation²) / 2 of the service time.
        let offered: f64 = 4.2;
        let mut blocked = 1.0;
        for worker in 1..=6 {
            blocked = offered * blocked / (f64::from(worker) + offered * blocked);
        }
        let waits = blocked / (1.0 - 0.7 * (1.0 - blocked));
        let expected = waits * 0.1 / (6.0 - offered) * 13.0 / 24.0;
        let wait = mean_wait(&QueueSpec { workers: 6, ..spec() }, 42.0);
        assert!((wait / expected - 1.0).abs() < 0.1, "{wait} and not {expected}");
    }

    #[test]
    fn a_full_queue_answers_at_once() {
        let mut server = Queue::new(QueueSpec { queue: 2, ..spec() }, Chance::new(1, 0));
        let mut offer = || server.offer(Ask::default());
        assert!((0..3).all(|_| offer().result.is_ok()));
        let rejected = offer();
        assert_eq!((rejected.result, rejected.at), (Err(Failure::Full), HOP * 2));
    }

    #[test]
    fn rejections_take_from_the_capacity() {
        let mut server =
            Queue::new(QueueSpec { queue: 1, rejection: 0.2, ..spec() }, Chance::new(1, 0));
        let mut passed = 0;
        // 100 requests per second at a server that does ten: of each second, the rejections take
        // two hundredths each.
        for n in 0..10_000 {
            let sent = Duration::from_millis(10 * n);
            passed += u32::from(server.offer(Ask { sent, ..Ask::default() }).result.is_ok());
        }
        // s + 0.2 (100 - s) = 10 has no positive s: almost all of it goes into rejections.
        assert!(passed < 20, "{passed}");
    }
}
