//! What the errors of other crates are, each behind the feature of its name, wherever they are in
//! a chain of sources.
#![cfg(any(
    feature = "anyhow",
    feature = "http",
    feature = "hyper",
    feature = "redis",
    feature = "reqwest",
    feature = "sqlx",
    feature = "tonic"
))]

use std::error::Error;
use std::fmt;
use std::io;

use retry_core::{Classify, ErrorKind, Verdict, verdict_of};

#[allow(unused_imports, reason = "each feature has its kinds")]
use ErrorKind::{Client, Network, Permanent, RateLimit, Server, Timeout, Transient, Unknown};
#[allow(unused_imports, reason = "each feature has its verdicts")]
use Verdict::{Retry as Again, Stop};

/// An error that only wraps another.
#[derive(Debug)]
struct Wrapped<E>(E);

impl<E> fmt::Display for Wrapped<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wrapped")
    }
}

impl<E: Error + 'static> Error for Wrapped<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

/// Whether `error` is `expected`: by itself, in a chain, and inside an I/O error.
#[allow(dead_code, reason = "not every feature has an error type")]
#[track_caller]
fn assert_verdict<E: Classify + Error + Send + Sync + 'static>(error: E, expected: Verdict) {
    let text = format!("{error:?}");
    assert_eq!(error.classify(), expected, "{text}");
    let error = Wrapped(Wrapped(error));
    assert_eq!(verdict_of(&error), expected, "{text}");
    assert_eq!(verdict_of(&io::Error::other(error)), expected, "{text}");
}

/// Servers that answer with bytes of the test's choice.
#[cfg(feature = "hyper")]
mod raw {
    use std::net::SocketAddr;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    /// Answers the head of every request with `answer`, and closes the connection.
    pub(crate) async fn answering(answer: &'static str) -> SocketAddr {
        serving(async move |mut stream| {
            read_head(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.ok();
        })
        .await
    }

    /// Answers each request with the next of `answers`, and all that follow with the last.
    #[cfg(all(feature = "reqwest", feature = "macros"))]
    pub(crate) async fn answering_in_turn<const N: usize>(
        answers: [&'static str; N],
    ) -> SocketAddr {
        let turn = std::cell::Cell::new(0);
        serving(async move |mut stream| {
            read_head(&mut stream).await;
            let answer = answers[turn.get().min(N - 1)];
            turn.set(turn.get() + 1);
            stream.write_all(answer.as_bytes()).await.unwrap();
            stream.shutdown().await.ok();
        })
        .await
    }

    /// Takes connections, and never answers.
    #[cfg(feature = "reqwest")]
    pub(crate) async fn silent() -> SocketAddr {
        serving(async |_stream| std::future::pending().await).await
    }

    async fn serving<F>(serve: F) -> SocketAddr
    where
        F: AsyncFn(TcpStream) + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // One connection after the other: each test makes few, on one thread.
        tokio::task::spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                serve(stream).await;
            }
        });
        address
    }

    async fn read_head(stream: &mut TcpStream) {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
    }

    /// An address that refuses connections.
    pub(crate) async fn refusing() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
    }

    /// Runs a test with its servers on this thread.
    pub(crate) fn run(test: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        tokio::task::LocalSet::new().block_on(&runtime, test);
    }
}

#[cfg(feature = "anyhow")]
mod of_anyhow {
    use super::*;

    #[test]
    fn what_is_inside_decides() {
        let gone = || io::Error::from(io::ErrorKind::NotFound);
        let table = [
            (anyhow::anyhow!("text"), Again(Unknown)),
            (anyhow::Error::new(gone()), Stop(Permanent)),
            (anyhow::Error::new(gone()).context("while reading").context("twice"), Stop(Permanent)),
            (anyhow::anyhow!("text").context(gone()), Again(Unknown)),
            (Wrapped(io::Error::from(io::ErrorKind::TimedOut)).into(), Again(Timeout)),
        ];
        for (error, verdict) in table {
            assert_eq!(error.classify(), verdict, "{error:?}");
        }
    }
}

#[cfg(feature = "http")]
mod of_http {
    use http::header::{HeaderName, HeaderValue};
    use http::{Method, Request, StatusCode, Uri, uri};
    use retry_core::StatusField;

    use super::*;

    #[test]
    fn a_status_is_as_its_number() {
        for number in 100..1_000 {
            let status = StatusCode::from_u16(number).unwrap();
            assert_eq!(status.classify(), Verdict::from_status(number));
            assert_eq!(StatusField::status(&status), number);
            assert_eq!(StatusField::status(&&status), number);
        }
    }

    #[test]
    fn a_request_that_cannot_be_made_is_the_callers_fault() {
        assert_verdict(Request::get("not a uri").body(()).unwrap_err(), Stop(Client));
        assert_verdict(Request::get("/").header("a b", "c").body(()).unwrap_err(), Stop(Client));
        let inner: [&(dyn Error + 'static); 5] = [
            &"not a uri".parse::<Uri>().unwrap_err(),
            &Uri::from_parts({
                let mut parts = uri::Parts::default();
                parts.scheme = Some(uri::Scheme::HTTP);
                parts
            })
            .unwrap_err(),
            &Method::from_bytes(b"a b").unwrap_err(),
            &HeaderName::from_bytes(b"a b").unwrap_err(),
            &HeaderValue::from_bytes(b"\n").unwrap_err(),
        ];
        for error in inner {
            assert_eq!(verdict_of(error), Stop(Client), "{error:?}");
        }
    }
}

#[cfg(feature = "reqwest")]
mod of_reqwest {
    use std::time::Duration;

    use reqwest::{Client as Http, Response};
    use retry_core::HttpOutcome;

    use super::*;

    fn client(timeout: Duration) -> Http {
        Http::builder().timeout(timeout).no_proxy().build().unwrap()
    }

    async fn get(url: impl fmt::Display) -> reqwest::Result<Response> {
        client(Duration::from_secs(10)).get(url.to_string()).send().await
    }

    async fn answer(answer: &'static str) -> reqwest::Result<Response> {
        get(format_args!("http://{}/", raw::answering(answer).await)).await
    }

    #[test]
    fn every_sort_of_failure_has_its_verdict() {
        raw::run(async {
            let refused = get(format_args!("http://{}/", raw::refusing().await)).await;
            assert_verdict(refused.unwrap_err(), Again(Network));
            // A label of a name has 63 characters at most: no resolver asks anybody for this one.
            let nobody = get(format_args!("http://{}.invalid/", "a".repeat(64))).await;
            assert_verdict(nobody.unwrap_err(), Again(Network));

            let hurried = client(Duration::from_millis(30));
            let late = hurried.get(format!("http://{}/", raw::silent().await)).send().await;
            assert_verdict(late.unwrap_err(), Again(Timeout));

            assert_verdict(get("not a url").await.unwrap_err(), Stop(Client));
            let looping = answer("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n");
            assert_verdict(looping.await.unwrap_err(), Stop(Permanent));

            // The connection ends before, or in the middle of, the answer.
            assert_verdict(answer("").await.unwrap_err(), Again(Network));
            assert_verdict(answer("HTTP/1.1 200 O").await.unwrap_err(), Again(Network));
            assert_verdict(answer("what?\r\n\r\n").await.unwrap_err(), Again(Server));
        });
    }

    #[test]
    fn a_body_that_breaks_off_is_retried_and_one_that_reads_wrong_is_not() {
        raw::run(async {
            let cut = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"a\":";
            let text = answer(cut).await.unwrap().text().await;
            assert_verdict(text.unwrap_err(), Again(Network));
            let json = answer(cut).await.unwrap().json::<String>().await;
            assert_verdict(json.unwrap_err(), Again(Network));
            let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel";
            let bytes = answer(chunked).await.unwrap().bytes().await;
            assert_verdict(bytes.unwrap_err(), Again(Network));

            let other = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            let json = answer(other).await.unwrap().json::<String>().await;
            assert_verdict(json.unwrap_err(), Stop(Permanent));
        });
    }

    #[test]
    fn a_status_is_as_its_number_and_a_response_has_its_wait() {
        raw::run(async {
            let table = [
                ("HTTP/1.1 404 \r\n\r\n", Stop(Client)),
                ("HTTP/1.1 408 \r\n\r\n", Again(Timeout)),
                ("HTTP/1.1 429 \r\nretry-after: 7\r\n\r\n", Again(RateLimit)),
                ("HTTP/1.1 501 \r\n\r\n", Stop(Server)),
                ("HTTP/1.1 503 \r\nretry-after: 7\r\n\r\n", Again(Server)),
            ];
            for (text, verdict) in table {
                let response = answer(text).await.unwrap();
                let status = response.status().as_u16();
                assert_eq!(response.http_status(), Some(status));
                let told = text.contains("retry-after").then_some(Duration::from_secs(7));
                assert_eq!(response.retry_after(), told, "{text}");
                let error = response.error_for_status().unwrap_err();
                assert_eq!(error.http_status(), Some(status));
                assert_eq!(error.retry_after(), None);
                assert_verdict(error, verdict);
            }
            assert_eq!(get("not a url").await.unwrap_err().http_status(), None);
        });
    }

    #[cfg(feature = "macros")]
    #[retry_core::with_retry(
        max_attempts = 4,
        initial_delay = "1ms",
        retry_on_status = [429, 500..=504],
        on_retry = |retrying| told.push((retrying.kind(), retrying.delay())),
    )]
    async fn page(url: &str, told: &mut Vec<(ErrorKind, Duration)>) -> reqwest::Result<Response> {
        get(url).await
    }

    #[cfg(feature = "macros")]
    #[test]
    fn an_annotated_call_waits_as_long_as_a_response_asks_and_no_longer_than_it_answers() {
        raw::run(async {
            let busy = "HTTP/1.1 429 \r\nretry-after-ms: 20\r\n\r\n";
            let down = "HTTP/1.1 503 \r\ncontent-length: 0\r\n\r\n";
            let good = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi";
            let server = raw::answering_in_turn([busy, down, good]).await;
            let mut told = Vec::new();
            let response = page(&format!("http://{server}/"), &mut told).await.unwrap();
            assert_eq!(response.text().await.unwrap(), "hi");
            assert_eq!(told.len(), 2);
            assert!(told[0].0 == RateLimit && told[0].1 >= Duration::from_millis(20), "{told:?}");
            assert!(told[1].0 == Server && told[1].1 <= Duration::from_millis(2), "{told:?}");

            let missing = "HTTP/1.1 404 \r\ncontent-length: 0\r\n\r\n";
            let server = raw::answering(missing).await;
            let response = page(&format!("http://{server}/"), &mut told).await.unwrap();
            assert_eq!((response.status().as_u16(), told.len()), (404, 2), "asked for once");
        });
    }
}

#[cfg(feature = "hyper")]
mod of_hyper {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use hyper::Request;
    use hyper::body::{Body, Bytes, Frame};
    use hyper::client::conn::http1;
    use hyper_util::client::legacy;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use tokio::net::TcpStream;

    use super::*;

    /// A body of the caller's that fails.
    struct Broken(fn() -> Box<dyn Error + Send + Sync>);

    impl Body for Broken {
        type Data = Bytes;
        type Error = Box<dyn Error + Send + Sync>;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
            Poll::Ready(Some(Err((self.0)())))
        }
    }

    fn request<B>(body: B) -> Request<B> {
        Request::post("/").header("host", "here").body(body).unwrap()
    }

    /// The failure of one request over a connection of its own.
    async fn failure<B>(answer: &'static str, body: B) -> hyper::Error
    where
        B: Body<Data = Bytes, Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
    {
        let stream = TcpStream::connect(raw::answering(answer).await).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::task::spawn_local(connection);
        sender.send_request(request(body)).await.unwrap_err()
    }

    #[test]
    fn every_sort_of_failure_has_its_verdict() {
        raw::run(async {
            assert_verdict(failure("", String::new()).await, Again(Network));
            assert_verdict(failure("HTTP/1.1 200", String::new()).await, Again(Network));
            assert_verdict(failure("what?\r\n\r\n", String::new()).await, Again(Server));
            assert_verdict(hyper::upgrade::on(request(())).await.unwrap_err(), Stop(Client));

            let stream = TcpStream::connect(raw::answering("").await).await.unwrap();
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            drop(connection);
            let canceled = sender.send_request(request(String::new())).await.unwrap_err();
            assert!(canceled.is_canceled());
            assert_verdict(canceled, Again(Network));
        });
    }

    #[test]
    fn what_the_callers_body_says_decides() {
        raw::run(async {
            let gone = || io::Error::from(io::ErrorKind::NotFound).into();
            assert_verdict(failure("", Broken(gone)).await, Stop(Permanent));
            let late = || io::Error::from(io::ErrorKind::TimedOut).into();
            assert_verdict(failure("", Broken(late)).await, Again(Timeout));
            assert_verdict(failure("", Broken(|| "text".into())).await, Stop(Client));
        });
    }

    #[test]
    fn the_pooled_client_says_whether_it_connected() {
        raw::run(async {
            let client = legacy::Client::builder(TokioExecutor::new()).build_http::<String>();
            let get = async |address| {
                let uri = format!("http://{address}/").parse().unwrap();
                client.get(uri).await.unwrap_err()
            };
            assert_verdict(get(raw::refusing().await).await, Again(Network));
            assert_verdict(get(raw::answering("").await).await, Again(Network));
            assert_verdict(get(raw::answering("what?\r\n\r\n").await).await, Again(Server));
        });
    }
}

#[cfg(feature = "tonic")]
mod of_tonic {
    use std::sync::Arc;

    use tonic::{Code, Status};

    use super::*;

    #[test]
    fn every_code_has_its_verdict() {
        let table = [
            (Code::Ok, Verdict::Success),
            (Code::Cancelled, Stop(Permanent)),
            (Code::Unknown, Again(Unknown)),
            (Code::InvalidArgument, Stop(Client)),
            (Code::DeadlineExceeded, Again(Timeout)),
            (Code::NotFound, Stop(Client)),
            (Code::AlreadyExists, Stop(Client)),
            (Code::PermissionDenied, Stop(Client)),
            (Code::ResourceExhausted, Again(RateLimit)),
            (Code::FailedPrecondition, Stop(Client)),
            (Code::Aborted, Again(Transient)),
            (Code::OutOfRange, Stop(Client)),
            (Code::Unimplemented, Stop(Client)),
            (Code::Internal, Stop(Server)),
            (Code::Unavailable, Again(Server)),
            (Code::DataLoss, Stop(Server)),
            (Code::Unauthenticated, Stop(Client)),
        ];
        for (number, (code, verdict)) in (0..).zip(table) {
            assert_eq!(Code::from(number), code);
            assert_verdict(Status::new(code, "text"), verdict);
        }
    }

    #[test]
    fn an_unknown_status_is_as_its_source() {
        let lost = || io::Error::from(io::ErrorKind::ConnectionReset);
        assert_verdict(Status::from_error(Box::new(lost())), Again(Network));
        let mut refused = Status::permission_denied("text");
        refused.set_source(Arc::new(lost()));
        assert_verdict(refused, Stop(Client));
    }
}

#[cfg(feature = "sqlx")]
mod of_sqlx {
    use std::borrow::Cow;

    use sqlx::error::{DatabaseError, ErrorKind as SqlKind};

    use super::*;

    /// The error of a database, by its code.
    #[derive(Debug)]
    struct Coded(Option<&'static str>);

    impl fmt::Display for Coded {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "code {:?}", self.0)
        }
    }

    impl Error for Coded {}

    impl DatabaseError for Coded {
        fn message(&self) -> &'static str {
            "text"
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            self.0.map(Cow::Borrowed)
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> SqlKind {
            SqlKind::Other
        }
    }

    #[test]
    fn every_code_has_its_verdict() {
        let table = [
            (Again(Transient), &["40001", "40P01", "55P03", "1205", "1213"][..]),
            // SQLite: busy and locked, plain and with their details.
            (Again(Transient), &["5", "6", "261", "517", "773", "262", "518"]),
            (Again(Network), &["08000", "08001", "08006", "08P01", "08S01"]),
            (Again(Server), &["53000", "53100", "53200", "53300", "57P01", "57P02", "57P03"]),
            (Again(Unknown), &["HY000"]),
            (Stop(Client), &["22001", "23000", "23505", "28P01", "28000", "42601", "42P01"]),
            // SQLite: a constraint, plain and with its details.
            (Stop(Client), &["19", "2067", "1555"]),
            (
                Stop(Permanent),
                &["57014", "40002", "0A000", "XX000", "1", "11", "", "x", "ü", "üüü"],
            ),
            (Stop(Permanent), &["99999999999", "aüaaa"]),
        ];
        for (verdict, codes) in table {
            for code in codes {
                let error = sqlx::Error::Database(Box::new(Coded(Some(code))));
                assert_verdict(error, verdict);
            }
        }
        assert_verdict(sqlx::Error::Database(Box::new(Coded(None))), Again(Unknown));
    }

    #[test]
    fn every_other_error_has_its_verdict() {
        use sqlx::Error as Sql;
        let lost = || io::Error::from(io::ErrorKind::ConnectionReset);
        let gone = || io::Error::from(io::ErrorKind::NotFound);
        let text = || Box::<dyn Error + Send + Sync>::from("text");
        let table = [
            (Sql::Io(lost()), Again(Network)),
            (Sql::Io(gone()), Stop(Permanent)),
            (Sql::Io(io::Error::other("text")), Again(Unknown)),
            (Sql::Tls(text()), Again(Network)),
            (Sql::Tls(gone().into()), Stop(Permanent)),
            (Sql::AnyDriverError(Box::new(Sql::PoolTimedOut)), Again(Timeout)),
            (Sql::PoolTimedOut, Again(Timeout)),
            (Sql::WorkerCrashed, Again(Transient)),
            (Sql::Protocol("text".to_owned()), Again(Unknown)),
            (Sql::Configuration(text()), Stop(Client)),
            (Sql::InvalidArgument("text".to_owned()), Stop(Client)),
            (Sql::RowNotFound, Stop(Client)),
            (Sql::TypeNotFound { type_name: "text".to_owned() }, Stop(Client)),
            (Sql::ColumnIndexOutOfBounds { index: 1, len: 1 }, Stop(Client)),
            (Sql::ColumnNotFound("text".to_owned()), Stop(Client)),
            (Sql::Encode(text()), Stop(Client)),
            (Sql::ColumnDecode { index: "0".to_owned(), source: text() }, Stop(Permanent)),
            (Sql::Decode(text()), Stop(Permanent)),
            (Sql::PoolClosed, Stop(Permanent)),
            (Sql::InvalidSavePointStatement, Stop(Permanent)),
            (Sql::BeginFailed, Stop(Permanent)),
        ];
        for (error, verdict) in table {
            assert_verdict(error, verdict);
        }
    }
}

#[cfg(feature = "redis")]
mod of_redis {
    use redis::{ErrorKind as Kind, RedisError};

    use super::*;

    #[test]
    fn every_answer_of_a_server_has_its_verdict() {
        let table = [
            (Again(Server), &["LOADING", "CLUSTERDOWN", "MASTERDOWN"][..]),
            (Again(Server), &["BUSY", "NOREPLICAS", "OOM"]),
            (Again(Transient), &["TRYAGAIN", "READONLY"]),
            (Stop(Client), &["ERR", "EXECABORT", "NOSCRIPT", "MOVED", "ASK", "CROSSSLOT"]),
            (Stop(Client), &["NOTBUSY", "NOSUB", "NOPERM"]),
            (Stop(Client), &["WRONGTYPE", "NOAUTH", "WRONGPASS", "MISCONF", "BUSYGROUP"]),
        ];
        for (verdict, codes) in table {
            for code in codes {
                let answer = format!("-{code} some text\r\n");
                let answer = redis::parse_redis_value(answer.as_bytes()).unwrap();
                assert_verdict(answer.extract_error().unwrap_err(), verdict);
            }
        }
    }

    #[test]
    fn every_kind_has_its_verdict() {
        let table = [
            (Kind::Io, Again(Network)),
            (Kind::ClusterConnectionNotFound, Again(Network)),
            (Kind::MasterNameNotFoundBySentinel, Again(Server)),
            (Kind::NoValidReplicasFoundBySentinel, Again(Server)),
            (Kind::Parse, Stop(Permanent)),
            (Kind::UnexpectedReturnType, Stop(Permanent)),
            (Kind::AuthenticationFailed, Stop(Client)),
            (Kind::InvalidClientConfig, Stop(Client)),
            (Kind::Client, Stop(Client)),
            (Kind::Extension, Stop(Client)),
            (Kind::EmptySentinelList, Stop(Client)),
            (Kind::RESP3NotSupported, Stop(Client)),
        ];
        for (kind, verdict) in table {
            assert_verdict(RedisError::from((kind, "text")), verdict);
        }
    }

    #[test]
    fn an_io_error_is_found_behind_its_pointer() {
        let table = [
            (io::ErrorKind::ConnectionRefused, Again(Network)),
            (io::ErrorKind::BrokenPipe, Again(Network)),
            // The file of a socket, which comes with its server.
            (io::ErrorKind::NotFound, Again(Network)),
            (io::ErrorKind::TimedOut, Again(Timeout)),
            (io::ErrorKind::WouldBlock, Again(Timeout)),
            (io::ErrorKind::PermissionDenied, Stop(Permanent)),
            (io::ErrorKind::Interrupted, Again(Transient)),
            (io::ErrorKind::Other, Again(Network)),
        ];
        for (kind, verdict) in table {
            assert_verdict(RedisError::from(io::Error::from(kind)), verdict);
        }
    }

    #[test]
    fn a_refused_connection_is_retried() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let client = redis::Client::open(format!("redis://{address}/")).unwrap();
        assert_verdict(client.get_connection().err().unwrap(), Again(Network));
    }
}
