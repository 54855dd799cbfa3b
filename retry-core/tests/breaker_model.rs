//! A breaker beside a model that is slow and obviously right, and a room full of callers of whom
//! none may be forgotten.

mod circuit;

use std::collections::VecDeque;
use std::time::Duration;

use circuit::{Circuit, DOWN, Waiter, ms, secs};
use proptest::prelude::*;
use retry_core::{
    Admission, BreakerPolicy, CircuitState, ErrorKind, Held, OnOpen, Outcome, Pass, Window,
};

/// The windows and minimums that it is given in turn; the first is the one that it begins with.
const WINDOWS: [(u32, u32); 6] = [(5, 3), (5, 1), (3, 2), (8, 6), (70, 4), (200, 9)];
const PROBES: usize = 2;
const LEASE: Duration = Duration::from_secs(3);

const POLICY: BreakerPolicy = BreakerPolicy::new()
    .with_on_open(OnOpen::Refuse)
    .with_min_calls(3)
    .with_window(Window::Count(5))
    .with_failure_ratio(0.6)
    .with_probes(2)
    .with_lease(LEASE);

#[derive(Clone, Debug)]
enum Step {
    Begin,
    /// Ends the call at this place of those that run.
    End(usize, Outcome),
    Advance(u64),
    WaitOut,
    Reset,
    ForceOpen,
    Disable,
    Observe,
    /// Takes the window at this place of [`WINDOWS`].
    Retune(usize),
}

fn retuned(place: usize) -> BreakerPolicy {
    let (size, minimum) = WINDOWS[place];
    POLICY.with_min_calls(1).with_window(Window::Count(size)).with_min_calls(minimum)
}

fn step() -> impl Strategy<Value = Step> {
    let outcome = prop_oneof![
        4 => Just(DOWN),
        4 => Just(Outcome::Success),
        1 => Just(Outcome::Failure(ErrorKind::Client)),
        1 => Just(Outcome::Failure(ErrorKind::CircuitBreaker)),
        1 => Just(Outcome::Abandoned),
    ];
    prop_oneof![
        30 => Just(Step::Begin),
        30 => (0..9_usize, outcome).prop_map(|(at, outcome)| Step::End(at, outcome)),
        5 => (0..4_000_u64).prop_map(Step::Advance),
        5 => Just(Step::WaitOut),
        1 => Just(Step::Reset),
        1 => Just(Step::ForceOpen),
        1 => Just(Step::Disable),
        1 => Just(Step::Observe),
        3 => (0..WINDOWS.len()).prop_map(Step::Retune),
    ]
}

/// What an outcome means: failed, or not; `None` for nothing.
fn failed(outcome: Outcome) -> Option<bool> {
    match outcome {
        Outcome::Abandoned | Outcome::Failure(ErrorKind::CircuitBreaker) => None,
        outcome => Some(outcome == DOWN),
    }
}

struct Model {
    state: CircuitState,
    /// How often the state was set.
    era: u32,
    window: VecDeque<bool>,
    size: usize,
    minimum: usize,
    now: Duration,
    open_until: Duration,
    /// The probes that are out, by the end of their lease, and the answers of the others.
    probes: Vec<(usize, Duration)>,
    answers: Vec<bool>,
    begun: usize,
}

impl Model {
    fn new() -> Self {
        Self {
            state: CircuitState::Closed,
            era: 0,
            window: VecDeque::new(),
            size: WINDOWS[0].0 as usize,
            minimum: WINDOWS[0].1 as usize,
            now: Duration::ZERO,
            open_until: Duration::ZERO,
            probes: Vec::new(),
            answers: Vec::new(),
            begun: 0,
        }
    }

    fn set(&mut self, state: CircuitState) {
        self.state = state;
        self.era += 1;
        self.window.clear();
        self.probes.clear();
        self.answers.clear();
    }

    /// The same part of failures in another window, to the nearest, spread from its beginning on.
    fn retune(&mut self, (size, minimum): (u32, u32)) {
        (self.minimum, self.size) = (minimum as usize, size as usize);
        let (all, failed) = (self.window.len(), self.window.iter().filter(|it| **it).count());
        let held = all.min(self.size);
        let kept = if all == 0 { 0 } else { (2 * failed * held + all) / (2 * all) };
        self.window = VecDeque::from(vec![false; held]);
        for nth in 0..kept {
            self.window[nth * held / kept] = true;
        }
    }

    /// Whether a call may begin.
    fn begin(&mut self) -> bool {
        if self.state == CircuitState::Open && self.now >= self.open_until {
            self.set(CircuitState::HalfOpen);
        }
        let now = self.now;
        self.probes.retain(|(_, end)| *end > now);
        let goes = match self.state {
            CircuitState::Open | CircuitState::ForcedOpen => false,
            CircuitState::HalfOpen => self.probes.len() + self.answers.len() < PROBES,
            _ => true,
        };
        if goes && self.state == CircuitState::HalfOpen {
            self.probes.push((self.begun, self.now + LEASE));
        }
        self.begun += usize::from(goes);
        goes
    }

    fn end(&mut self, call: usize, era: u32, outcome: Outcome) {
        let now = self.now;
        self.probes.retain(|(_, end)| *end > now);
        let probed = self.probes.iter().position(|(probe, _)| *probe == call);
        match (self.state, failed(outcome)) {
            (CircuitState::HalfOpen, failed) => {
                let Some(probe) = probed else { return };
                self.probes.remove(probe);
                self.answers.extend(failed);
                self.judge();
            }
            (CircuitState::Closed | CircuitState::ObserveOnly, Some(failed)) if era == self.era => {
                self.window.push_back(failed);
                if self.window.len() > self.size {
                    self.window.pop_front();
                }
                self.look();
            }
            _ => {}
        }
    }

    /// Two probes and a ratio of 0.6: one failure leaves it open, two decide, one success decides.
    fn judge(&mut self) {
        let failed = self.answers.iter().filter(|failed| **failed).count();
        if failed == 2 {
            self.set(CircuitState::Open);
        } else if failed < self.answers.len() {
            self.set(CircuitState::Closed);
        }
    }

    fn look(&mut self) {
        let failed = self.window.iter().filter(|failed| **failed).count();
        // At least three fifths.
        if self.window.len() >= self.minimum && failed * 5 >= self.window.len() * 3 {
            match self.state {
                CircuitState::ObserveOnly => self.window.clear(),
                _ => self.set(CircuitState::Open),
            }
        }
    }
}

/// A breaker, its model, and the calls of both.
struct Pair {
    circuit: Circuit,
    model: Model,
    calls: Vec<(usize, u32, Pass)>,
}

impl Pair {
    fn take(&mut self, step: &Step) {
        let opened = self.circuit.breaker.snapshot().opened();
        match *step {
            Step::Begin => {
                let goes = self.model.begin();
                match self.circuit.admit() {
                    Admission::Go(pass) => {
                        assert!(goes, "the model refuses");
                        self.calls.push((self.model.begun - 1, self.model.era, pass));
                    }
                    _ => assert!(!goes, "the model lets go"),
                }
            }
            Step::End(at, outcome) => {
                if at < self.calls.len() {
                    let (number, era, pass) = self.calls.remove(at);
                    self.model.end(number, era, outcome);
                    self.circuit.settle(pass, outcome);
                }
            }
            Step::Advance(time) => self.advance(ms(time)),
            Step::WaitOut => {
                self.advance(self.circuit.breaker.snapshot().tried_in().unwrap_or_default());
            }
            Step::Reset => self.by_hand(CircuitState::Closed),
            Step::ForceOpen => self.by_hand(CircuitState::ForcedOpen),
            Step::Disable => self.by_hand(CircuitState::Disabled),
            Step::Observe => self.by_hand(CircuitState::ObserveOnly),
            Step::Retune(place) => {
                let size = WINDOWS[place].0 as usize;
                if size == self.model.size {
                    // Another minimum alone leaves every call where it is.
                    self.model.minimum = WINDOWS[place].1 as usize;
                } else {
                    self.model.retune(WINDOWS[place]);
                }
                self.circuit.breaker.set_policy(retuned(place));
            }
        }
        let snapshot = self.circuit.breaker.snapshot();
        if snapshot.opened() > opened {
            // How long is for other tests to say.
            self.model.open_until = self.model.now + snapshot.tried_in().unwrap();
        }
        assert_eq!(snapshot.state(), self.model.state);
        if matches!(self.model.state, CircuitState::Closed | CircuitState::ObserveOnly) {
            let failures = self.model.window.iter().filter(|failed| **failed).count();
            let counts = (snapshot.calls() as usize, snapshot.failures() as usize);
            assert_eq!(counts, (self.model.window.len(), failures));
        }
    }

    fn advance(&mut self, time: Duration) {
        self.circuit.clock.advance(time);
        self.model.now += time;
    }

    fn by_hand(&mut self, state: CircuitState) {
        self.model.set(state);
        match state {
            CircuitState::ForcedOpen => self.circuit.breaker.force_open(),
            CircuitState::Disabled => self.circuit.breaker.disable(),
            CircuitState::ObserveOnly => self.circuit.breaker.observe_only(),
            _ => self.circuit.breaker.reset(),
        }
    }
}

/// What happens in a room full of callers.
#[derive(Clone, Debug)]
enum Move {
    Arrive(Option<u64>),
    Leave(usize),
    /// The other side answers the call at this place.
    Answer(usize, Outcome),
    Advance(u64),
    /// Takes the policy of this number.
    Retune(usize),
}

const PARKING: BreakerPolicy = BreakerPolicy::new()
    .with_consecutive_failures(2)
    .with_lease(Duration::from_secs(1))
    .with_on_open(OnOpen::Park { max_waiting: 8 });

/// Policies that a room may change between; no lease is above a second, no more than three probes.
const PARKINGS: [BreakerPolicy; 6] = [
    PARKING,
    PARKING.with_on_open(OnOpen::Refuse),
    PARKING.with_lease(Duration::from_millis(300)).with_slow_call(Duration::from_millis(400)),
    PARKING.with_probes(3).with_window(Window::Time(Duration::from_secs(1))),
    PARKING.with_open_for(Duration::from_millis(300)).with_on_open(OnOpen::Park { max_waiting: 2 }),
    PARKING.with_park_for(Duration::from_secs(2)).with_probe_gap(Duration::from_secs(3)),
];

fn movement() -> impl Strategy<Value = Move> {
    let outcome = prop_oneof![Just(DOWN), Just(Outcome::Success), Just(Outcome::Abandoned)];
    prop_oneof![
        4 => prop_oneof![Just(None), (1..9_000_u64).prop_map(Some)].prop_map(Move::Arrive),
        1 => (0..9_usize).prop_map(Move::Leave),
        3 => (0..9_usize, outcome).prop_map(|(at, outcome)| Move::Answer(at, outcome)),
        3 => (0..500_u64).prop_map(Move::Advance),
        1 => (0..PARKINGS.len()).prop_map(Move::Retune),
    ]
}

/// Callers who ask when they are woken, and when they were told to, and never else.
struct Room<'a> {
    circuit: &'a Circuit,
    now: Duration,
    waiting: Vec<(Waiter<'a>, Duration)>,
    running: Vec<Pass>,
}

impl Room<'_> {
    /// Lets everyone ask whose time it is, until all are quiet.
    fn settle_down(&mut self) {
        while let Some(at) = self
            .waiting
            .iter()
            .position(|(waiter, asks_at)| waiter.woken() > 0 || *asks_at <= self.now)
        {
            match self.waiting[at].0.ask() {
                Held::Wait(time) => {
                    let time = time.expect("nobody waits for ever");
                    assert!(time > Duration::ZERO, "nobody asks again at once");
                    self.waiting[at].1 = self.now + time;
                }
                Held::Go(pass) => {
                    self.waiting.remove(at);
                    self.running.push(pass);
                }
                Held::Refuse(_) => drop(self.waiting.remove(at)),
            }
        }
        let snapshot = self.circuit.breaker.snapshot();
        assert_eq!(snapshot.waiting() as usize, self.waiting.len());
        if snapshot.state() == CircuitState::HalfOpen {
            assert!(snapshot.in_flight() <= 3);
        }
        // Somebody asks when the next thing is due: the probe, or the end of a lease of a second.
        if let Some(next) = self.waiting.iter().map(|(_, asks_at)| *asks_at).min() {
            assert!(next <= self.now + snapshot.tried_in().unwrap_or(secs(1)), "nobody keeps time");
        }
    }

    fn advance(&mut self, time: Duration) {
        self.circuit.clock.advance(time);
        self.now += time;
    }
}

fn play<'a>(room: &mut Room<'a>, circuit: &'a Circuit, movement: &Move) {
    match *movement {
        Move::Arrive(left) => {
            let left = left.map(ms);
            let admission = left.map_or_else(|| circuit.admit(), |left| circuit.admit_for(left));
            match admission {
                Admission::Go(pass) => room.running.push(pass),
                Admission::Hold(ticket) => {
                    let waiter = circuit.waiter_with(ticket, left);
                    room.waiting.push((waiter, room.now));
                }
                Admission::Refuse(_) => {}
            }
        }
        Move::Leave(at) if at < room.waiting.len() => room.waiting.remove(at).0.leave(),
        Move::Answer(at, outcome) if at < room.running.len() => {
            circuit.settle(room.running.remove(at), outcome);
        }
        Move::Leave(_) | Move::Answer(..) => {}
        Move::Advance(time) => room.advance(ms(time)),
        Move::Retune(place) => circuit.breaker.set_policy(PARKINGS[place]),
    }
}

proptest! {
    #[test]
    fn a_breaker_does_what_its_model_does(steps in prop::collection::vec(step(), 1..200)) {
        let circuit = Circuit::new(POLICY);
        let mut pair = Pair { circuit, model: Model::new(), calls: Vec::new() };
        for step in &steps {
            pair.take(step);
        }
    }

    #[test]
    fn nobody_who_waits_is_forgotten(moves in prop::collection::vec(movement(), 1..150)) {
        let circuit = Circuit::new(PARKING);
        let mut room =
            Room { circuit: &circuit, now: Duration::ZERO, waiting: Vec::new(), running: Vec::new() };
        for movement in &moves {
            play(&mut room, &circuit, movement);
            room.settle_down();
        }
        // From here on the other side is up, and those who wait find out by themselves.
        for _ in 0..1_000 {
            for pass in std::mem::take(&mut room.running) {
                circuit.settle(pass, Outcome::Success);
            }
            room.settle_down();
            let Some(next) = room.waiting.iter().map(|(_, asks_at)| *asks_at).min() else { break };
            if room.running.is_empty() {
                room.advance(next.saturating_sub(room.now));
                room.settle_down();
            }
        }
        prop_assert_eq!(room.waiting.len(), 0);
        prop_assert!(room.now < secs(150), "{:?}", room.now);
        prop_assert_eq!(circuit.breaker.snapshot().waiting(), 0);
    }
}
