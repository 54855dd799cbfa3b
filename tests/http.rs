//! The attribute around a real client, against a real server.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use retry_core::{RetryError, StopReason, with_retry};
use serde::Deserialize;
use tokio::net::TcpListener;

#[derive(Debug, Deserialize, PartialEq)]
struct Quote {
    symbol: String,
    cents: u32,
}

#[with_retry(max_attempts = 4, strategy = "exponential", initial_delay = "50ms", retry_on = reqwest::Error)]
async fn quote(client: &reqwest::Client, url: &str) -> Result<Quote, reqwest::Error> {
    client.get(url).send().await?.error_for_status()?.json().await
}

#[with_retry(
    max_attempts = 4,
    initial_delay = "10ms",
    retry_if = |error| error.is_connect() || error.status().is_some_and(|s| s.is_server_error())
)]
async fn selective(
    client: &reqwest::Client,
    url: String,
) -> Result<Quote, RetryError<reqwest::Error>> {
    client.get(url).send().await?.error_for_status()?.json().await
}

#[with_retry(max_attempts = 2, initial_delay = "10ms", attempt_timeout = "200ms")]
async fn patient(client: &reqwest::Client, url: &str) -> Result<String, anyhow::Error> {
    Ok(client.get(url).send().await?.error_for_status()?.text().await?)
}

/// A server whose first answers are failures; it counts what arrives.
struct Server {
    address: SocketAddr,
    requests: Arc<AtomicU32>,
}

impl Server {
    async fn start(failures: u32, status: StatusCode) -> io::Result<Self> {
        Self::start_on(TcpListener::bind("127.0.0.1:0").await?, failures, status)
    }

    fn start_on(listener: TcpListener, failures: u32, status: StatusCode) -> io::Result<Self> {
        let requests = Arc::new(AtomicU32::new(0));
        let address = listener.local_addr()?;
        let answer = move |State(requests): State<Arc<AtomicU32>>| async move {
            if requests.fetch_add(1, Ordering::SeqCst) < failures {
                return status.into_response();
            }
            let json = [("content-type", "application/json")];
            (json, r#"{"symbol":"FERRIS","cents":4200}"#).into_response()
        };
        let hang = || async { std::future::pending::<Response>().await };
        let routes = Router::new()
            .route("/quote", get(answer))
            .route("/hang", get(hang))
            .with_state(requests.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, requests })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    fn requests(&self) -> u32 {
        self.requests.load(Ordering::SeqCst)
    }
}

fn ferris() -> Quote {
    Quote { symbol: "FERRIS".to_owned(), cents: 4200 }
}

#[tokio::test]
async fn a_server_that_recovers_is_called_until_it_has() -> anyhow::Result<()> {
    let server = Server::start(3, StatusCode::SERVICE_UNAVAILABLE).await?;
    let answer = quote(&reqwest::Client::new(), &server.url("quote")).await?;
    assert_eq!(answer, ferris());
    assert_eq!(server.requests(), 4);
    Ok(())
}

#[tokio::test]
async fn the_last_error_is_the_clients_own() -> anyhow::Result<()> {
    let server = Server::start(9, StatusCode::SERVICE_UNAVAILABLE).await?;
    let error = quote(&reqwest::Client::new(), &server.url("quote")).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(503));
    assert_eq!(server.requests(), 4);
    Ok(())
}

#[tokio::test]
async fn a_permanent_error_is_asked_for_once() -> anyhow::Result<()> {
    let server = Server::start(9, StatusCode::NOT_FOUND).await?;
    let error = selective(&reqwest::Client::new(), server.url("quote")).await.unwrap_err();
    assert_eq!(error.reason(), StopReason::NotRetryable);
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.requests(), 1);
    Ok(())
}

#[tokio::test]
async fn a_refused_connection_is_an_error_like_others() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    drop(listener);
    let url = format!("http://{address}/quote");
    let error = selective(&reqwest::Client::new(), url).await.unwrap_err();
    assert_eq!(error.reason(), StopReason::AttemptsExhausted);
    assert_eq!(error.attempts(), 4);
    assert!(error.last_error().is_some_and(reqwest::Error::is_connect));
    Ok(())
}

#[tokio::test]
async fn an_answer_that_never_comes_is_cut_and_asked_for_again() -> anyhow::Result<()> {
    let server = Server::start(0, StatusCode::OK).await?;
    let error = patient(&reqwest::Client::new(), &server.url("hang")).await.unwrap_err();
    let stopped: &retry_core::Stopped = error.downcast_ref().expect("no attempt had an error");
    assert_eq!(stopped.attempts(), 2);
    assert!(stopped.elapsed() >= Duration::from_millis(400));
    Ok(())
}
