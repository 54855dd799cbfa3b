//! A server on loopback that fails on purpose, each address in its own way.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::time::Instant;

/// `/down` is down from here ...
const DOWN_AT: Duration = Duration::from_secs(3);
/// ... to here.
const UP_AT: Duration = Duration::from_secs(10);
/// `/moody` fails in another way from here on.
const OTHER_WAY_AT: Duration = Duration::from_secs(9);

/// Starts it; it ends with the process.
pub(crate) async fn start() -> io::Result<String> {
    let start = Instant::now();
    let down = move || {
        let down = (DOWN_AT..UP_AT).contains(&start.elapsed());
        if down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    };
    let turn = Arc::new(AtomicU32::new(0));
    let moody = move || match turn.fetch_add(1, Ordering::Relaxed) % 3 {
        0 if start.elapsed() < OTHER_WAY_AT => StatusCode::SERVICE_UNAVAILABLE,
        0 => StatusCode::REQUEST_TIMEOUT,
        _ => StatusCode::OK,
    };
    let asked = Arc::new(AtomicU32::new(0));
    let quota = move || match asked.fetch_add(1, Ordering::Relaxed) {
        3..6 => (StatusCode::TOO_MANY_REQUESTS, [("retry-after-ms", "200")]).into_response(),
        _ => StatusCode::OK.into_response(),
    };
    let router = Router::new()
        .route("/well", get(async || StatusCode::OK))
        .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/down", get(async move || down()))
        .route("/moody", get(async move || moody()))
        .route("/quota", get(async move || quota()));
    serve(router).await
}

/// Serves this on a port that is free.
pub(crate) async fn serve(router: Router) -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            eprintln!("a server has stopped: {error}");
        }
    });
    Ok(url)
}
