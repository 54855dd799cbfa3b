//! A bank on loopback that fails on purpose, each address in its own way.
//!
//! It checks its callers, too: who comes back earlier than told is a bad client and gets a 400.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use tokio::net::{TcpListener, TcpSocket};

/// A bank that is open, and the port next to it, where nobody listens.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) next_door: String,
    ledger: Arc<Mutex<Ledger>>,
    /// A socket that is bound but does not listen refuses every connection, and keeps its port
    /// from anybody else.
    _closed: TcpSocket,
}

/// Opens the bank.
pub(crate) async fn start() -> io::Result<Server> {
    let closed = TcpSocket::new_v4()?;
    closed.bind(([127, 0, 0, 1], 0).into())?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let (url, next_door) = (url(listener.local_addr()?), url(closed.local_addr()?));
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let bank = Router::new()
        .route("/restarting", fails_first(|| Refusal::of(StatusCode::SERVICE_UNAVAILABLE)))
        .route("/busy", fails_first(|| Refusal::busy("retry-after", "1", Duration::from_secs(1))))
        .route("/closed", fails_first(closed_until_a_date))
        .route("/hurried", {
            fails_first(|| Refusal::busy("retry-after-ms", "250", Duration::from_millis(250)))
        })
        .route("/overrun", {
            fails_first(|| Refusal::busy("retry-after", "3600", Duration::from_secs(3600)))
        })
        .route("/garbled", get(async || "<html>"))
        .route("/payment", {
            let ledger = Arc::clone(&ledger);
            post(async move |headers: HeaderMap, cents: String| {
                lock(&ledger).payment(&headers, &cents)
            })
        });
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, bank).await {
            eprintln!("the bank is closed: {error}");
        }
    });
    Ok(Server { url, next_door, ledger, _closed: closed })
}

fn url(address: std::net::SocketAddr) -> String {
    format!("http://{address}")
}

impl Server {
    /// The key of each request for a payment, in the order in which they came.
    pub(crate) fn keys(&self) -> Vec<String> {
        lock(&self.ledger).keys.clone()
    }
}

/// What the bank says to a request that it does not serve.
struct Refusal {
    status: StatusCode,
    header: Option<(&'static str, String)>,
    /// When the caller may come back.
    until: SystemTime,
}

impl Refusal {
    fn of(status: StatusCode) -> Self {
        Self { status, header: None, until: SystemTime::now() }
    }

    fn busy(name: &'static str, value: &str, wait: Duration) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            header: Some((name, value.to_owned())),
            until: SystemTime::now() + wait,
        }
    }
}

/// A date has no fractions of a second: this one is 0.2 to 1.2 seconds from now.
fn closed_until_a_date() -> Refusal {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_millis(1200));
    Refusal {
        status: StatusCode::SERVICE_UNAVAILABLE,
        until: httpdate::parse_http_date(&date).unwrap_or(SystemTime::UNIX_EPOCH),
        header: Some(("retry-after", date)),
    }
}

/// Refuses the first request, and answers from when on it said it would.
fn fails_first(refuse: fn() -> Refusal) -> MethodRouter {
    let open_from: Mutex<Option<SystemTime>> = Mutex::new(None);
    let open_from = Arc::new(open_from);
    get(async move || {
        let mut open_from = lock(&open_from);
        match *open_from {
            Some(time) if SystemTime::now() < time => StatusCode::BAD_REQUEST.into_response(),
            Some(_) => "1000".into_response(),
            None => {
                let refusal = refuse();
                *open_from = Some(refusal.until);
                let mut response = refusal.status.into_response();
                if let Some((name, value)) = refusal.header
                    && let Ok(value) = value.parse()
                {
                    response.headers_mut().insert(name, value);
                }
                response
            }
        }
    })
}

/// The account, and what was paid from it, by the key of the payment.
#[derive(Default)]
struct Ledger {
    keys: Vec<String>,
    paid: BTreeMap<String, u32>,
}

impl Ledger {
    /// Books a payment, unless there is one with this key: then only the answer was lost.
    fn payment(&mut self, headers: &HeaderMap, cents: &str) -> Response {
        let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
        let (Some(key), Ok(cents)) = (key, cents.parse()) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        self.keys.push(key.to_owned());
        match self.keys.len() {
            1 | 2 | 4 => StatusCode::TOO_MANY_REQUESTS.into_response(),
            turn => {
                self.paid.insert(key.to_owned(), cents);
                if turn == 3 {
                    return StatusCode::SERVICE_UNAVAILABLE.into_response();
                }
                (1000 - self.paid.values().sum::<u32>()).to_string().into_response()
            }
        }
    }
}

/// Nothing here is left half done by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
