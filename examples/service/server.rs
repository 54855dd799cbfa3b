//! A server on loopback that fails some calls on purpose, and can be taken away.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A server; it ends with this, and then its port refuses connections.
pub(crate) struct Server {
    pub(crate) url: String,
    fault: Arc<Fault>,
    task: JoinHandle<()>,
}

/// What goes wrong with calls, by their number.
#[derive(Default)]
struct Fault {
    /// Every call fails, for good.
    broken: AtomicBool,
    /// How often each call was seen.
    seen: Mutex<HashMap<u32, u32>>,
}

/// One call in so many is answered at its third attempt only.
const STUBBORN: u32 = 20;

impl Server {
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let fault = Arc::new(Fault::default());
        let here = Arc::clone(&fault);
        let answer = get(async move |Path(call): Path<u32>| here.answer(call));
        let shard = get(async move |Path((shard, _)): Path<(u32, u32)>| match shard {
            3 => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        });
        let routes = Router::new().route("/{call}", answer).route("/shard/{shard}/{call}", shard);
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                eprintln!("the server has stopped: {error}");
            }
        });
        Ok(Self { url, fault, task })
    }

    /// Whether every call fails.
    pub(crate) fn set_broken(&self, broken: bool) {
        self.fault.broken.store(broken, Ordering::Relaxed);
    }
}

impl Fault {
    fn answer(&self, call: u32) -> StatusCode {
        if self.broken.load(Ordering::Relaxed) {
            return StatusCode::INTERNAL_SERVER_ERROR;
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let attempts = seen.entry(call).or_default();
        *attempts += 1;
        if call.is_multiple_of(STUBBORN) && *attempts < 3 {
            StatusCode::SERVICE_UNAVAILABLE
        } else {
            StatusCode::OK
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
