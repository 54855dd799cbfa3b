//! What is counted: the rows of the tables.

mod breaker;
mod budget;
mod delay;
#[cfg(feature = "virtual-time")]
mod failing;
mod pending;
mod success;

use retry_core::Statistics;

/// Who listens to the calls of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody.
    Idle,
    /// The statistics count.
    Counted,
    /// The statistics count, and measure how long a call takes.
    Timed,
}

impl Mode {
    /// As it stands in the name of a case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Counted => "counted",
            Self::Timed => "timed",
        }
    }
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The table.
    pub table: &'static str,
    /// The row in it.
    pub row: &'static str,
    /// Whether statistics can make a difference.
    pub is_ours: bool,
    /// How often the shorter of the two runs repeats it.
    pub times: u64,
    /// Repeats it.
    pub run: fn(u64),
}

impl Case {
    const fn ours(table: &'static str, row: &'static str, run: fn(u64)) -> Self {
        Self { table, row, is_ours: true, times: 1_000, run }
    }

    const fn other(table: &'static str, row: &'static str, run: fn(u64)) -> Self {
        Self { is_ours: false, ..Self::ours(table, row, run) }
    }

    /// The modes that it is counted in.
    #[must_use]
    pub const fn modes(&self) -> &'static [Mode] {
        if self.is_ours { &[Mode::Idle, Mode::Counted, Mode::Timed] } else { &[Mode::Idle] }
    }

    /// What it is called by.
    #[must_use]
    pub fn id(&self, mode: Mode) -> String {
        format!("{}/{}/{}", self.table, self.row, mode.name())
    }
}

/// All that this build can count, in the order of the tables.
#[must_use]
pub fn all() -> Vec<Case> {
    let mut all = Vec::new();
    #[cfg(feature = "virtual-time")]
    all.extend(failing::CASES);
    // Without its own clock, tokio reads another one.
    if cfg!(not(feature = "virtual-time")) {
        all.extend(success::CASES);
        all.extend(pending::CASES);
        all.extend(budget::CASES);
        all.extend(breaker::CASES);
        all.extend(delay::CASES);
    }
    all
}

/// Runs the case of this name; `None` when there is none.
#[must_use]
pub fn run(id: &str, times: u64) -> Option<()> {
    let modes = |case: Case| case.modes().iter().map(move |&mode| (case, mode));
    let (case, mode) =
        all().into_iter().flat_map(modes).find(|(case, mode)| case.id(*mode) == id)?;
    match mode {
        Mode::Idle => {}
        Mode::Counted => Statistics::enable(),
        Mode::Timed => Statistics::enable_with_latency(),
    }
    (case.run)(times);
    Some(())
}
