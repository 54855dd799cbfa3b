//! What happened during one call, attempt by attempt, and the picture of it.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use retry_core::{Attempt, RetryError, Retrying};

/// The width of the time axis: a line of the picture is 80 characters long.
const COLUMNS: usize = 29;

/// The attempts of one call so far.
pub(crate) struct Timeline {
    rows: RefCell<Vec<Row>>,
}

/// One attempt. Its times count from the start of the call.
struct Row {
    number: String,
    start: Duration,
    end: Duration,
    came_back: Result<String, String>,
    delay: Option<Duration>,
}

/// What the annotated functions use.
impl Timeline {
    /// Makes the request of one attempt, and notes when it started, when it ended and with what.
    pub(crate) async fn attempt<T: Display, E: Error + 'static>(
        &self,
        attempt: &Attempt,
        request: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.rows.borrow_mut().push(Row::starting(attempt));
        let _running = Running { timeline: self, since: Instant::now() };
        let result = request.await;
        self.last_row(|row| {
            row.came_back = result.as_ref().map(T::to_string).map_err(|error| cause(error));
        });
        result
    }

    /// Notes how long the call waits before its next attempt: the hook for `on_retry`.
    pub(crate) fn retrying<E>(&self, retrying: &Retrying<'_, E>) {
        self.last_row(|row| row.delay = Some(retrying.delay()));
    }

    fn last_row(&self, change: impl FnOnce(&mut Row)) {
        if let Some(row) = self.rows.borrow_mut().last_mut() {
            change(row);
        }
    }
}

/// An attempt under way. A timeout cuts an attempt by dropping it, so it is a drop that stamps
/// the end of each.
struct Running<'a> {
    timeline: &'a Timeline,
    since: Instant,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.timeline.last_row(|row| row.end = row.start + self.since.elapsed());
    }
}

/// What `main` uses.
impl Timeline {
    /// The empty timeline of a call that is about to be made; prints its title.
    pub(crate) fn of(title: &str) -> io::Result<Self> {
        writeln!(io::stdout(), "\n{}", paint(BOLD, title))?;
        Ok(Self { rows: RefCell::default() })
    }

    /// Prints the attempts of the call, and its `result`.
    pub(crate) fn show<T: Display, E>(&self, result: Result<T, RetryError<E>>) -> io::Result<()> {
        let rows = self.rows.borrow();
        let took = rows.last().map_or(Duration::ZERO, |row| row.end);
        let axis = Axis::of(took);
        let mut out = io::stdout().lock();
        writeln!(out, " at ms    try  what came back           wait ms  {}", axis.scale())?;
        for row in rows.iter() {
            row.print(&mut out, &axis)?;
        }
        match result {
            Ok(value) => {
                let value = paint(GREEN, &value.to_string());
                writeln!(out, " answered after {}: {value}", effort(rows.len(), took))
            }
            Err(error) => {
                let effort = effort(error.attempts() as usize, error.elapsed());
                let reason = paint(RED, &error.reason().to_string());
                writeln!(out, " gave up after {effort}: {reason} ({})", error.reason().as_str())
            }
        }
    }
}

fn effort(attempts: usize, took: Duration) -> String {
    let plural = if attempts == 1 { "" } else { "s" };
    format!("{attempts} attempt{plural} in {} ms", took.as_millis())
}

impl Row {
    fn starting(attempt: &Attempt) -> Self {
        let start = attempt.elapsed();
        let number = match attempt.max_attempts() {
            u32::MAX => attempt.number().to_string(),
            of => format!("{}/{of}", attempt.number()),
        };
        Self {
            number,
            start,
            end: start,
            came_back: Err("no answer in time".to_owned()),
            delay: None,
        }
    }

    fn print(&self, out: &mut impl Write, axis: &Axis) -> io::Result<()> {
        let (color, text) = match &self.came_back {
            Ok(value) => (GREEN, value),
            Err(error) => (RED, error),
        };
        let came_back = paint(color, &format!("{text:<23}"));
        let delay = self.delay.map_or_else(String::new, |delay| delay.as_millis().to_string());
        let (start, number) = (self.start.as_millis(), &self.number);
        let bar = self.bar(axis);
        writeln!(out, "{start:>6}  {number:>5}  {came_back}  {delay:>7}  {bar}")
    }

    /// The attempt and the wait after it, where they lie on the axis.
    fn bar(&self, axis: &Axis) -> String {
        let start = axis.column(self.start).min(COLUMNS - 1);
        // However short, an attempt is there to be seen.
        let end = axis.column(self.end).max(start + 1);
        let next = axis.column(self.end + self.delay.unwrap_or_default()).max(end);
        format!("{:start$}{}{}", "", "■".repeat(end - start), paint(DIM, &"·".repeat(next - end)))
    }
}

/// The time axis of one call: from zero to a whole number of half seconds.
struct Axis {
    half_seconds: u128,
}

impl Axis {
    fn of(longest: Duration) -> Self {
        // A timer that is late by a few milliseconds is not worth half a second more.
        Self { half_seconds: longest.as_millis().saturating_sub(10).div_ceil(500).max(1) }
    }

    fn column(&self, time: Duration) -> usize {
        let columns = time.as_millis() * COLUMNS as u128 / (self.half_seconds * 500);
        usize::try_from(columns).unwrap_or(COLUMNS).min(COLUMNS)
    }

    fn scale(&self) -> String {
        let end = format!(" {}.{} s", self.half_seconds / 2, self.half_seconds % 2 * 5);
        let line = COLUMNS - "0 ".len() - end.len();
        format!("0 {}{end}", "─".repeat(line))
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
const DIM: u8 = 2;
const RED: u8 = 31;
const GREEN: u8 = 32;

/// `text` in color, where somebody looks at a terminal.
fn paint(color: u8, text: &str) -> String {
    if io::stdout().is_terminal() { format!("\x1b[{color}m{text}\x1b[0m") } else { text.to_owned() }
}
