//! What happened in each call, attempt by attempt, as a table; and whether it was what was to be
//! expected.

use std::cell::RefCell;
use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::time::Duration;

use retry_core::{Attempt, Classify, ErrorKind, RetryError, Retrying, StopReason, Verdict};

use crate::BankError;

/// The attempts of one call so far.
pub(crate) struct Call {
    title: &'static str,
    rows: RefCell<Vec<Row>>,
}

/// One attempt.
struct Row {
    number: u32,
    came_back: String,
    verdict: Verdict,
    decided: Decided,
}

/// What followed from an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Decided {
    Answers,
    Waits(Duration),
    Stops(StopReason),
    /// Nobody has said yet.
    Open,
}

/// What the annotated functions use.
impl Call {
    /// Makes the request of one attempt, and notes what came back and what it says of itself.
    pub(crate) async fn attempt(
        &self,
        attempt: &Attempt,
        request: impl Future<Output = Result<u32, BankError>>,
    ) -> Result<u32, BankError> {
        let result = request.await;
        let (came_back, verdict, decided) = match &result {
            Ok(cents) => (cents.to_string(), Verdict::Success, Decided::Answers),
            Err(error) => (cause(error), error.classify(), Decided::Open),
        };
        let row = Row { number: attempt.number(), came_back, verdict, decided };
        self.rows.borrow_mut().push(row);
        result
    }

    /// Notes how long the call waits before its next attempt: the hook for `on_retry`.
    pub(crate) fn retrying(&self, retrying: &Retrying<'_, BankError>) {
        self.decided(Decided::Waits(retrying.delay()));
    }

    fn decided(&self, decided: Decided) {
        if let Some(row) = self.rows.borrow_mut().last_mut() {
            row.decided = decided;
        }
    }
}

/// What `main` uses.
impl Call {
    /// A call that is about to be made.
    pub(crate) fn of(title: &'static str) -> Self {
        Self { title, rows: RefCell::default() }
    }
}

/// What one attempt is expected to come to.
pub(crate) enum Expected {
    Answer(u32),
    Retry(ErrorKind),
    /// The other side asks for a wait, in milliseconds.
    After(ErrorKind, RangeInclusive<u128>),
    Stop(ErrorKind),
    /// And for this reason it was the last attempt.
    Last(Box<Self>, StopReason),
}

impl Expected {
    pub(crate) fn and_stops(self, reason: StopReason) -> Self {
        Self::Last(Box::new(self), reason)
    }

    fn is(&self, row: &Row) -> bool {
        match (self, row.decided) {
            (Self::Last(said, reason), Decided::Stops(stopped)) => {
                *reason == stopped && said.is_said(row)
            }
            (Self::Answer(cents), Decided::Answers) => row.came_back == cents.to_string(),
            // Never earlier than asked for.
            (Self::After(..), Decided::Waits(delay)) => {
                self.is_said(row) && delay >= wait(row.verdict)
            }
            (Self::Retry(_), Decided::Waits(_)) => self.is_said(row),
            _ => false,
        }
    }

    fn is_said(&self, row: &Row) -> bool {
        match (self, row.verdict) {
            (Self::Retry(kind), Verdict::Retry(said)) | (Self::Stop(kind), Verdict::Stop(said)) => {
                *kind == said
            }
            (Self::After(kind, waits), Verdict::RetryAfter(said, wait)) => {
                *kind == said && waits.contains(&wait.as_millis())
            }
            _ => false,
        }
    }
}

fn wait(verdict: Verdict) -> Duration {
    match verdict {
        Verdict::RetryAfter(_, wait) => wait,
        _ => Duration::ZERO,
    }
}

/// All calls.
pub(crate) struct Table {
    surprises: u32,
}

impl Table {
    pub(crate) fn new() -> io::Result<Self> {
        let mut out = io::stdout();
        writeln!(
            out,
            "{:>4}  {:<23}  {:<10}  {:<19}  decided",
            "try", "came back", "kind", "verdict"
        )?;
        Ok(Self { surprises: 0 })
    }

    /// Prints the attempts of the call, and notes whether they are as expected.
    pub(crate) fn show(
        &mut self,
        call: &Call,
        result: Result<u32, RetryError<BankError>>,
        expected: &[Expected],
    ) -> io::Result<()> {
        if let Err(error) = result {
            call.decided(Decided::Stops(error.reason()));
        }
        let rows = call.rows.borrow();
        let mut out = io::stdout().lock();
        writeln!(out, "\n{}", paint(BOLD, call.title))?;
        for row in rows.iter() {
            row.print(&mut out)?;
        }
        let same = rows.len() == expected.len();
        let as_expected = same && rows.iter().zip(expected).all(|(row, expected)| expected.is(row));
        self.check(as_expected, call.title);
        Ok(())
    }

    /// Notes a surprise, unless something is as it should be; gives back whether it is.
    pub(crate) fn check(&mut self, as_expected: bool, what: &str) -> bool {
        if !as_expected {
            self.surprises += 1;
            eprintln!(" NOT AS EXPECTED: {what}");
        }
        as_expected
    }

    /// A failure of the process, where anything was a surprise.
    pub(crate) fn finish(self) -> io::Result<ExitCode> {
        if self.surprises > 0 {
            return Ok(ExitCode::FAILURE);
        }
        writeln!(io::stdout(), "\n{TRY_NEXT}")?;
        Ok(ExitCode::SUCCESS)
    }
}

const TRY_NEXT: &str = "\
Try next: change `#[retry(rate_limit, after = wait)]` to `#[retry(client)]` in
examples/classification/main.rs, and run again: what changes is no longer as expected.";

impl Row {
    fn print(&self, out: &mut impl Write) -> io::Result<()> {
        let (color, verdict) = match self.verdict {
            Verdict::Retry(_) => (YELLOW, "retry".to_owned()),
            Verdict::RetryAfter(_, wait) => (YELLOW, format!("retry after {}", shown(wait))),
            Verdict::Stop(_) => (RED, "stop".to_owned()),
            _ => (GREEN, "success".to_owned()),
        };
        let verdict = paint(color, &format!("{verdict:<19}"));
        let kind = self.verdict.kind().map_or("", ErrorKind::as_str);
        let decided = match self.decided {
            Decided::Answers => "answers".to_owned(),
            Decided::Waits(delay) => format!("waits {}", shown(delay)),
            Decided::Stops(reason) => format!("stops: {}", reason.as_str()),
            Decided::Open => "?".to_owned(),
        };
        let (number, came_back) = (self.number, &self.came_back);
        writeln!(out, "{number:>4}  {came_back:<23}  {kind:<10}  {verdict}  {decided}")
    }
}

/// Milliseconds, as far as they are of interest.
fn shown(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{} ms", time.as_millis()),
        seconds => format!("{seconds} s"),
    }
}

/// The innermost cause of an error, in few words.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    // The text of an I/O error ends in a number that differs from system to system.
    match cause.downcast_ref::<io::Error>() {
        Some(error) => error.kind().to_string(),
        None => cause.to_string(),
    }
}

const BOLD: u8 = 1;
const RED: u8 = 31;
const GREEN: u8 = 32;
const YELLOW: u8 = 33;

/// `text` in color, where somebody looks at a terminal.
fn paint(color: u8, text: &str) -> String {
    if io::stdout().is_terminal() { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
}
