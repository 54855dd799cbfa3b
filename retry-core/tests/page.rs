//! The page of statistics, as a browser shows it; without chromium, as a reader of its text sees it.

use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use retry_core::{
    ErrorKind, Jitter, ManualClock, Retry, RetryPolicy, RetryRegistry, Statistics, Verdict, presets,
};

fn call(name: &str, service: &str, fails: u32, takes: u64) {
    let clock = ManualClock::new();
    let preset = presets::STANDARD.with_policy(RetryPolicy::new().with_jitter(Jitter::None));
    let retry = Retry::from_preset(preset).with_clock(clock.clone());
    let retry = retry.with_service(service.to_owned()).with_name(name.to_owned());
    let retry = retry.classify_with(|_: &io::Error, _| Verdict::Retry(ErrorKind::Network));
    let mut left = fails;
    let _outcome = retry.run_blocking(|| {
        clock.advance(Duration::from_micros(takes));
        if left == 0 {
            return Ok(());
        }
        left -= 1;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    });
}

/// The page of a process that has made calls.
fn page() -> String {
    Statistics::enable_with_latency();
    for i in 0..400_u64 {
        call("stock::read", "inventory", 0, 800 + i * 7);
        call("orders::place", "orders", u32::from(i % 9 == 0), 4_000 + i * 31);
        if i % 4 == 0 {
            call("mail::send", "mail <relay>", if i % 16 == 0 { 9 } else { 0 }, 90_000);
        }
    }
    let breaker = RetryRegistry::process().circuit_breaker("mail <relay>").unwrap();
    breaker.force_open();
    Statistics::snapshot().to_html()
}

/// The statistics as JSON, 400 calls later.
fn later() -> String {
    (0..400).for_each(|_| call("stock::read", "inventory", 0, 900));
    serde_json::to_string(&Statistics::snapshot()).unwrap()
}

/// Serves the page and its numbers until the process ends; the address.
fn serve(page: String, json: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut request = String::new();
            let _line = BufReader::new(&stream).read_line(&mut request);
            let json_wanted = request.contains("stats.json");
            let (sort, body) =
                if json_wanted { ("application/json", &json) } else { ("text/html", &page) };
            let length = body.len();
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type";
            let _sent = write!(&stream, "{head}: {sort}\r\ncontent-length: {length}\r\n\r\n{body}");
        }
    });
    format!("http://{address}/")
}

fn chromium() -> Option<&'static str> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| {
        Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
    })
}

fn run(chromium: &str, arguments: &[String]) -> Vec<u8> {
    let quiet = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--window-size=1280,1180",
    ];
    let output = Command::new(chromium).args(quiet).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A picture of one colour takes next to no room.
fn is_blank(picture: &Path) -> bool {
    std::fs::read(picture).unwrap().len() < 20_000
}

fn assert_rows(page: &str) {
    for name in ["stock::read", "orders::place", "mail::send", "mail &lt;relay&gt;", "total"] {
        assert!(page.contains(name), "{name}");
    }
    assert!(page.contains("closed") && page.contains("forced_open") && page.contains("network"));
}

#[test]
fn a_browser_shows_a_row_for_each_operation() {
    let page = page();
    assert_rows(&page);
    let Some(chromium) = chromium() else {
        println!("skipped: there is no chromium to show the page");
        return;
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let (html, picture) = (folder.join("page.html"), folder.join("page.png"));
    std::fs::write(&html, page).unwrap();
    let url = format!("file://{}", html.display());
    assert_rows(
        &String::from_utf8(run(chromium, &["--dump-dom".to_owned(), url.clone()])).unwrap(),
    );
    let at = serve(std::fs::read_to_string(&html).unwrap(), later());
    // Virtual time: the script asks after three seconds of it.
    let live =
        run(chromium, &["--dump-dom".to_owned(), "--virtual-time-budget=5000".to_owned(), at]);
    let live = String::from_utf8(live).unwrap();
    assert!(live.contains(">1,300<"), "the page does not keep up: {live}");
    run(chromium, &[format!("--screenshot={}", picture.display()), url]);
    assert!(!is_blank(&picture), "{}", picture.display());
}
