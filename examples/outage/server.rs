//! A server on loopback that goes down for a while, and counts who comes.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// What arrivals are counted in.
pub(crate) const SLICE: Duration = Duration::from_millis(100);

/// A server; it ends with this.
pub(crate) struct Server {
    pub(crate) url: String,
    counts: Arc<Mutex<Vec<u32>>>,
    outage: (Duration, Duration),
    task: JoinHandle<()>,
}

/// How many connections came in each slice of time.
pub(crate) struct Arrivals {
    counts: Vec<u32>,
    down: std::ops::Range<usize>,
}

/// Requests per second over the outage.
pub(crate) struct Load {
    pub(crate) mean: f64,
    /// In the worst half second.
    pub(crate) worst: f64,
}

impl Server {
    /// A server that is up but for `down_for` from `down_at` on.
    pub(crate) async fn start(down_at: Duration, down_for: Duration) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let counts = Arc::new(Mutex::new(Vec::new()));
        let door = Door {
            listener,
            start: Instant::now(),
            outage: (down_at, down_for),
            counts: Arc::clone(&counts),
        };
        let work = || async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            "done"
        };
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(door, Router::new().route("/", get(work))).await {
                eprintln!("the server has stopped: {error}");
            }
        });
        Ok(Self { url, counts, outage: (down_at, down_for), task })
    }

    pub(crate) fn arrivals(&self) -> Arrivals {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (at, length) = self.outage;
        Arrivals { counts, down: slice(at)..slice(at + length) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn slice(time: Duration) -> usize {
    usize::try_from(time.as_millis() / SLICE.as_millis()).unwrap_or(usize::MAX)
}

/// Lets connections in while the server is up, and drops them while it is down.
struct Door {
    listener: TcpListener,
    start: Instant,
    outage: (Duration, Duration),
    counts: Arc<Mutex<Vec<u32>>>,
}

impl axum::serve::Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            let Ok(accepted) = self.listener.accept().await else { continue };
            let time = self.start.elapsed();
            self.count(time);
            let (at, length) = self.outage;
            if time < at || time >= at + length {
                return accepted;
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Door {
    fn count(&self, time: Duration) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let slice = slice(time);
        if counts.len() <= slice {
            counts.resize(slice + 1, 0);
        }
        counts[slice] += 1;
    }
}

impl Arrivals {
    /// Requests per second before the outage, without the first half second.
    pub(crate) fn normal(&self) -> f64 {
        rate(&self.counts[5.min(self.down.start)..self.down.start])
    }

    pub(crate) fn while_down(&self) -> Load {
        let down = &self.counts[self.down.start..self.down.end.min(self.counts.len())];
        let worst = down.windows(5).map(rate).fold(0.0, f64::max);
        Load { mean: rate(down), worst }
    }

    /// The seconds since the start and the requests per second, for each slice.
    pub(crate) fn series(&self) -> impl Iterator<Item = (f64, f64)> {
        let at = |slice: usize| {
            f64::from(u32::try_from(slice).unwrap_or(u32::MAX)) * SLICE.as_secs_f64()
        };
        self.counts.iter().enumerate().map(move |(slice, count)| (at(slice), rate(&[*count])))
    }
}

fn rate(counts: &[u32]) -> f64 {
    let slices = f64::from(u32::try_from(counts.len().max(1)).unwrap_or(u32::MAX));
    f64::from(counts.iter().sum::<u32>()) / (slices * SLICE.as_secs_f64())
}
