//! A shop on loopback that fails on purpose, each address in its own way.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};
use tokio::net::TcpSocket;

/// What the shop says to one request.
#[derive(Clone, Copy)]
enum Reply {
    Answer(&'static str),
    Fail(StatusCode),
    /// Too many requests: the caller is to stay away for so many seconds.
    Busy(u64),
    /// An answer that takes longer than any caller here is willing to wait.
    Slow,
}

use Reply::{Answer, Busy, Fail, Slow};

const DOWN: Reply = Fail(StatusCode::SERVICE_UNAVAILABLE);

/// Opens a shop and gives its URL. Whoever connects earlier than `opens_in` is refused.
pub(crate) fn start(opens_in: Duration) -> io::Result<String> {
    // A socket that is bound but does not listen refuses every connection, and keeps its port from
    // anybody else until it does.
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let url = format!("http://{}", socket.local_addr()?);
    tokio::spawn(async move {
        tokio::time::sleep(opens_in).await;
        if let Err(error) = serve(socket).await {
            eprintln!("the shop is closed: {error}");
        }
    });
    Ok(url)
}

async fn serve(socket: TcpSocket) -> io::Result<()> {
    let shop = Router::new()
        .route("/", scripted(&[], Answer("open")))
        .route("/price/coffee", scripted(&[DOWN, Slow, Busy(1)], Answer(r#"{"cents":350}"#)))
        .route("/price/unicorn", scripted(&[], Fail(StatusCode::NOT_FOUND)))
        .route("/price/saffron", scripted(&[], Busy(3600)))
        .route("/stock/coffee", scripted(&[], DOWN))
        .route("/recipe/coffee", scripted(&[], Slow));
    axum::serve(socket.listen(1024)?, shop).await
}

/// Gives the replies in `first` one after the other, and `then` to every request after that.
fn scripted(first: &'static [Reply], then: Reply) -> MethodRouter {
    let asked = Arc::new(AtomicUsize::new(0));
    get(move || {
        let turn = asked.fetch_add(1, Ordering::Relaxed);
        respond(first.get(turn).copied().unwrap_or(then))
    })
}

async fn respond(reply: Reply) -> Response {
    match reply {
        Answer(text) => text.into_response(),
        Fail(status) => status.into_response(),
        Busy(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds)]).into_response()
        }
        Slow => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
    }
}
