#![doc = include_str!("../../docs/presets.md")]

use std::time::Duration;

use crate::values::breaker_policy::{BreakerPolicy, OnOpen};
use crate::values::jitter::Jitter;
use crate::values::kind::ErrorKind;
use crate::values::kinds::Kinds;
use crate::values::letter_preset::LetterPreset;
use crate::values::policy::RetryPolicy;
use crate::values::preset::Preset;
use crate::values::rate_limit_policy::RateLimitPolicy;
use crate::values::strategy::Strategy;

/// For a call to another service, where nothing else is known.
///
/// Three attempts within five minutes.
///
/// | after attempt | at most |
/// |---|---|
/// | 1 | 100 ms |
/// | 2 | 200 ms |
///
/// *Retries* whatever the classifier would.
///
/// *Gates*: a circuit that opens after five failures in a row, or when half of the last hundred
/// calls failed, and holds its callers until the other side is back; a rate limit from the first
/// throttle on.
///
/// Its error type has to be able to say that no attempt was made.
pub const STANDARD: Preset = Preset::new(RetryPolicy::new().with_timeout(Duration::from_secs(300)))
    .with_circuit_breaker(PARKING)
    .with_rate_limit(RateLimitPolicy::new());

/// For statements and transactions of a database.
///
/// Three attempts within thirty seconds. The operation is a whole transaction, begun anew by each
/// attempt: what is retried after a deadlock or a lost connection has been rolled back, all of it.
///
/// | after attempt | at most |
/// |---|---|
/// | 1 | 100 ms |
/// | 2 | 200 ms |
///
/// *Retries* what is transient (a deadlock, a conflict, a lock that is held), timeouts and network
/// failures. A connection that broke while a transaction was committed leaves open whether it was:
/// such a one has to be safe to repeat. What the database itself answers with a failure, as while it
/// starts or has no resources left, is [`Server`](ErrorKind::Server), and not retried.
///
/// *Gates*: a circuit that opens when half of the last hundred calls failed, and refuses, for a
/// second at first and ten at most. It does not hold callers back, since each would keep what it
/// came with: its request, and perhaps a connection that it took from the pool. It counts no
/// failures in a row, since a pool whose connections all broke at once fails many times, and is
/// whole again at the next call. Nor does it count a conflict: that is an answer.
///
/// Its error type has to be able to say that no attempt was made.
pub const DATABASE: Preset = Preset::new(
    RetryPolicy::new().with_timeout(Duration::from_secs(30)).with_retried(Kinds::of(&[
        ErrorKind::Transient,
        ErrorKind::Timeout,
        ErrorKind::Network,
    ])),
)
.with_circuit_breaker(REFUSING.with_failures(REFUSING.failures().without(ErrorKind::Transient)));

/// For requests over HTTP to a service that may be slow, busy or far away.
///
/// Five attempts within a minute.
///
/// | after attempt | at most |
/// |---|---|
/// | 1 | 200 ms |
/// | 2 | 400 ms |
/// | 3 | 800 ms |
/// | 4 | 1.6 s |
///
/// *Retries* failures of the server (500, 502, 503), throttles (429), timeouts (408, 504) and network
/// failures. It knows nothing of methods: what must not happen twice needs an
/// [idempotency key](crate::Attempt::idempotency_key), or fewer kinds.
///
/// *Gates*: the circuit breaker and the rate limit of [`STANDARD`]. A caller waits for up to thirty
/// seconds for the service to be back.
///
/// Its error type has to be able to say that no attempt was made.
pub const HTTP: Preset = Preset::new(
    RetryPolicy::new()
        .with_max_attempts(5)
        .with_initial_delay(Duration::from_millis(200))
        .with_timeout(Duration::from_secs(60))
        .with_retried(Kinds::of(&[
            ErrorKind::Server,
            ErrorKind::RateLimit,
            ErrorKind::Timeout,
            ErrorKind::Network,
        ])),
)
.with_circuit_breaker(PARKING)
.with_rate_limit(RateLimitPolicy::new());

/// For objects in a store such as Amazon S3, and for other work that must not be lost.
///
/// Four attempts within ten minutes: an object is large, a store may be busy for long, and nobody
/// waits for the answer.
///
/// | after attempt | at most |
/// |---|---|
/// | 1 | 500 ms |
/// | 2 | 1 s |
/// | 3 | 2 s |
///
/// *Retries* what is transient, timeouts, network failures, failures of the server (503, "slow
/// down") and throttles. A whole object may be written or deleted again, and so may a numbered part
/// of an upload; to begin an upload in parts twice leaves one behind.
///
/// *Gates*: the circuit breaker of [`STANDARD`]. Callers wait for up to thirty seconds for the store
/// to be back, since a call that can wait is better than a letter.
///
/// *Dead letters*: what is given up is kept. A handle from it is made with a sink, by
/// [`with_sink`](LetterPreset::with_sink), and called by
/// [`run_with_payload`](crate::Retry::run_with_payload).
///
/// Its error type has to be able to say that no attempt was made.
pub const S3: LetterPreset = Preset::new(
    RetryPolicy::new()
        .with_max_attempts(4)
        .with_initial_delay(Duration::from_millis(500))
        .with_timeout(Duration::from_secs(600))
        .with_retried(Kinds::of(&[
            ErrorKind::Transient,
            ErrorKind::Timeout,
            ErrorKind::Network,
            ErrorKind::Server,
            ErrorKind::RateLimit,
        ])),
)
.with_circuit_breaker(PARKING)
.with_dead_letters();

/// For a cache, which can be done without.
///
/// Two attempts within a second: whoever asks a cache is in a hurry, and has somewhere else to ask.
/// An answer from there is given by [`run_or`](crate::Retry::run_or).
///
/// | after attempt | at most |
/// |---|---|
/// | 1 | 50 ms |
///
/// *Retries* what is transient, timeouts and network failures.
///
/// *Gates*: none.
///
/// A call can run out of time before any error, which its error type has to be able to say.
pub const CACHE: Preset = Preset::new(
    RetryPolicy::new()
        .with_max_attempts(2)
        .with_strategy(Strategy::Fixed)
        .with_initial_delay(Duration::from_millis(50))
        .with_max_delay(Duration::from_millis(50))
        .with_timeout(Duration::from_secs(1))
        .with_retried(Kinds::of(&[ErrorKind::Transient, ErrorKind::Timeout, ErrorKind::Network])),
);

/// For publishing to a queue or a stream, and for handling a message.
///
/// Four attempts within a minute, a good second apart at first: nobody waits for the answer, and a
/// broker that elects a new leader needs some seconds.
///
/// | after attempt | at most |
/// |---|---|
/// | 1 | 1.1 s |
/// | 2 | 2.2 s |
/// | 3 | 4.4 s |
///
/// A delay is spread by a tenth to either side, so it is never much shorter than meant.
///
/// *Retries* whatever the classifier would.
///
/// *Gates*: none.
///
/// A call can run out of time before any error, which its error type has to be able to say.
pub const MESSAGING: Preset = Preset::new(
    RetryPolicy::new()
        .with_max_attempts(4)
        .with_initial_delay(Duration::from_secs(1))
        .with_jitter(Jitter::Ratio(0.1))
        .with_timeout(Duration::from_secs(60)),
);

/// For a call from one service to the next, inside a request that passes through several.
///
/// Three attempts within thirty seconds. Where each of them retries, attempts multiply: three
/// layers of three are 27. One layer has this preset, and the others one attempt.
///
/// | after attempt | at most |
/// |---|---|
/// | 1 | 110 ms |
/// | 2 | 220 ms |
///
/// A delay is spread by a tenth to either side, and never above ten seconds.
///
/// *Retries* whatever the classifier would.
///
/// *Gates*: a circuit that opens when half of the last hundred calls failed, and refuses, for a
/// second at first and ten at most. It does not hold callers back: whoever waits here keeps all
/// those waiting that the request has passed through, and their deadlines are short.
///
/// Its error type has to be able to say that no attempt was made.
pub const MESH: Preset = Preset::new(
    RetryPolicy::new()
        .with_max_delay(Duration::from_secs(10))
        .with_jitter(Jitter::Ratio(0.1))
        .with_timeout(Duration::from_secs(30)),
)
.with_circuit_breaker(REFUSING);

/// Callers wait, and lose nothing by a circuit that opens early.
const PARKING: BreakerPolicy = BreakerPolicy::new().with_consecutive_failures(5);

/// Callers are lost, so it takes more to open, and less to be tried again.
const REFUSING: BreakerPolicy = BreakerPolicy::new()
    .with_on_open(OnOpen::Refuse)
    .with_open_for(Duration::from_secs(1))
    .with_max_open_for(Duration::from_secs(10));
