//! The client-side rate limit, through the gate that it is.

use std::task::Waker;
use std::time::Duration;

use retry_core::{
    Admission, Clock, ErrorKind, Gate, Held, ManualClock, Outcome, Pass, RateLimit,
    RateLimitPolicy, Refusal, Request, Settlement, StopReason, Ticket,
};

const SECOND: Duration = Duration::from_secs(1);

struct Service {
    clock: ManualClock,
    limit: RateLimit,
}

impl Service {
    fn new() -> Self {
        let limit = RateLimit::new(RateLimitPolicy::new()).with_name("search");
        Self { clock: ManualClock::new(), limit }
    }

    fn request(&self, left: Option<Duration>) -> Request<'_> {
        Request::new(&self.clock, left.map(|left| self.clock.now() + left), 1)
    }

    fn admit(&self, left: Option<Duration>) -> Admission {
        self.limit.admit(&self.request(left))
    }

    fn go(&self) -> Pass {
        match self.admit(None) {
            Admission::Go(pass) => pass,
            other => panic!("{other:?}"),
        }
    }

    fn hold(&self) -> Ticket {
        match self.admit(None) {
            Admission::Hold(ticket) => ticket,
            other => panic!("{other:?}"),
        }
    }

    fn refused(&self, left: Duration) -> Refusal {
        match self.admit(Some(left)) {
            Admission::Refuse(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    fn ask(&self, ticket: Ticket) -> Held {
        self.limit.ask_again(ticket, &self.request(None), Waker::noop())
    }

    fn settle(&self, pass: Pass, outcome: Outcome) {
        self.limit.settle(pass, &Settlement::new(outcome, &self.clock));
    }

    fn throttle(&self, pass: Pass, hint: Option<Duration>) {
        let end = Settlement::new(Outcome::Failure(ErrorKind::RateLimit), &self.clock);
        self.limit.settle(pass, &hint.map_or(end, |hint| end.with_hint(hint)));
    }

    /// Ten calls per second for ten seconds.
    fn warm_up(&self) {
        for _ in 0..100 {
            let pass = self.go();
            self.settle(pass, Outcome::Success);
            self.clock.advance(SECOND / 10);
        }
    }

    fn rate(&self) -> f64 {
        self.limit.snapshot().rate.expect("on")
    }
}

#[test]
fn nothing_is_limited_before_the_first_throttle() {
    let service = Service::new();
    for kind in [ErrorKind::Server, ErrorKind::Timeout, ErrorKind::Network] {
        for _ in 0..1000 {
            let pass = service.go();
            service.settle(pass, Outcome::Failure(kind));
        }
    }
    assert_eq!(service.limit.snapshot().rate, None);
}

#[test]
fn a_throttle_limits_to_seven_tenths_of_the_measured_rate() {
    let service = Service::new();
    service.warm_up();
    let pass = service.go();
    service.throttle(pass, None);
    assert!((6.8..7.3).contains(&service.rate()), "{}", service.rate());
}

#[test]
fn the_throttles_of_one_burst_cut_once() {
    let service = Service::new();
    service.warm_up();
    let passes: Vec<_> = (0..100).map(|_| service.go()).collect();
    service.throttle(passes[0], None);
    let rate = service.rate();
    for pass in &passes[1..] {
        service.clock.advance(SECOND / 10);
        service.throttle(*pass, None);
    }
    assert!((service.rate() - rate).abs() < 1e-9);
}

#[test]
fn attempts_wait_for_their_turn_and_one_that_would_be_late_takes_none() {
    let service = Service::new();
    service.warm_up();
    let pass = service.go();
    service.throttle(pass, None);
    let (first, second) = (service.hold(), service.hold());
    let refusal = service.refused(SECOND / 100);
    assert_eq!(refusal.reason(), StopReason::Throttled);
    assert_eq!(refusal.gate(), Some("search"));
    assert!(refusal.retry_in().is_some_and(|wait| wait < SECOND));
    let Held::Wait(Some(wait)) = service.ask(first) else { panic!("too early") };
    service.clock.advance(wait);
    assert!(matches!(service.ask(first), Held::Go(_)));
    let Held::Wait(Some(next)) = service.ask(second) else { panic!("too early") };
    assert!(next.abs_diff(wait) < SECOND / 100, "the refused one took no turn: {next:?}");
}

#[test]
fn who_leaves_gives_the_turn_to_the_next() {
    let service = Service::new();
    service.warm_up();
    let pass = service.go();
    service.throttle(pass, None);
    let first = service.hold();
    let Held::Wait(Some(wait)) = service.ask(first) else { panic!("too early") };
    service.limit.leave(first, &service.clock);
    let next = service.hold();
    service.clock.advance(wait);
    assert!(matches!(service.ask(next), Held::Go(_)));
}

#[test]
fn one_hint_holds_every_call_and_then_they_go_one_by_one() {
    let service = Service::new();
    service.warm_up();
    let pass = service.go();
    service.throttle(pass, Some(30 * SECOND));
    let start = service.clock.now();
    assert_eq!(service.limit.snapshot().held_until, Some(start + 30 * SECOND));
    assert!(service.refused(29 * SECOND).retry_in() >= Some(30 * SECOND));
    let mut waiting: Vec<_> = (0..7).map(|_| service.hold()).collect();
    let mut went = Vec::new();
    while !waiting.is_empty() {
        waiting.retain(|ticket| {
            let goes = matches!(service.ask(*ticket), Held::Go(_));
            if goes {
                went.push(service.clock.now() - start);
            }
            !goes
        });
        service.clock.advance(SECOND / 100);
    }
    assert!(went[0] >= 30 * SECOND, "not before its time: {went:?}");
    assert!(went.windows(2).all(|pair| pair[1].abs_diff(pair[0]) >= SECOND / 10), "{went:?}");
    assert!(went[6] <= 32 * SECOND, "{went:?}");
}

#[test]
fn an_attempt_that_would_wait_for_ever_is_refused() {
    let service = Service::new();
    let pass = service.go();
    service.throttle(pass, Some(301 * SECOND));
    assert!(matches!(service.admit(None), Admission::Refuse(_)));
}

#[test]
fn abandoned_attempts_change_nothing() {
    let service = Service::new();
    service.warm_up();
    let (one, other) = (service.go(), service.go());
    service.settle(one, Outcome::Abandoned);
    assert_eq!(service.limit.snapshot().rate, None);
    service.throttle(other, None);
    let rate = service.rate();
    service.clock.advance(10 * SECOND);
    let pass = service.go();
    service.settle(pass, Outcome::Abandoned);
    assert!((service.rate() - rate).abs() < 1e-9);
}

#[test]
fn it_is_off_again_when_nobody_needs_it() {
    let service = Service::new();
    service.warm_up();
    let pass = service.go();
    service.throttle(pass, None);
    for _ in 0..60 {
        service.clock.advance(SECOND);
        if let Admission::Go(pass) = service.admit(None) {
            service.settle(pass, Outcome::Success);
        }
    }
    assert_eq!(service.limit.snapshot().rate, None);
}

#[test]
fn another_policy_keeps_a_limit_on_and_those_who_wait_for_their_turn() {
    let service = Service::new();
    let pass = service.go();
    service.settle(pass, Outcome::Failure(ErrorKind::RateLimit));
    let before = service.limit.snapshot().rate;
    assert!(before.is_some());
    let waits = (0..10).find_map(|_| match service.admit(None) {
        Admission::Hold(ticket) => Some(ticket),
        _ => None,
    });
    let ticket = waits.expect("the limit is on");
    let policy = RateLimitPolicy::new().with_scale(2.0);
    service.limit.clone().set_policy(policy);
    assert_eq!((service.limit.policy(), service.limit.snapshot().rate), (policy, before));
    service.clock.advance(60 * SECOND);
    assert!(matches!(service.ask(ticket), Held::Go(_)));
}

#[test]
fn a_shorter_longest_wait_refuses_who_waits_for_longer_when_it_next_looks() {
    let service = Service::new();
    let pass = service.go();
    service.settle(pass, Outcome::Failure(ErrorKind::RateLimit));
    let tickets: Vec<_> = (0..5).map(|_| service.admit(None)).collect();
    let Some(Admission::Hold(last)) = tickets.last() else { panic!("{tickets:?}") };
    assert!(matches!(service.ask(*last), Held::Wait(_)));
    service.limit.set_policy(RateLimitPolicy::new().with_max_wait(Duration::from_secs(1)));
    assert!(matches!(service.ask(*last), Held::Refuse(_)));
}

#[test]
fn a_higher_least_rate_is_that_of_the_limit_at_once() {
    let service = Service::new();
    let pass = service.go();
    service.settle(pass, Outcome::Failure(ErrorKind::RateLimit));
    service.limit.set_policy(RateLimitPolicy::new().with_min_rate(500.0));
    assert_eq!(service.limit.snapshot().rate, Some(500.0));
}
