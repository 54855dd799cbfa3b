//! Axes on which both a load of one and a load of a hundred can be seen.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// Above this much, loads are drawn by their logarithm.
const PLAIN: f64 = 5.0;

/// A vertical axis from zero.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    top: f64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Plain,
    /// Through zero: the logarithm of one more.
    Logarithm,
    Percent,
}

impl Scale {
    /// For loads up to `top`.
    pub(super) fn up_to(top: f64) -> Self {
        let kind = if top > PLAIN { Kind::Logarithm } else { Kind::Plain };
        Self { top: top * 1.1, kind }
    }

    /// For parts of a whole.
    pub(super) const fn part() -> Self {
        Self { top: 1.04, kind: Kind::Percent }
    }

    /// The end of the axis.
    pub(super) const fn top(&self) -> f64 {
        self.top
    }

    /// What stands at a mark.
    pub(super) fn label(&self, value: f64) -> String {
        if self.kind == Kind::Percent {
            format!("{:.0}%", value * 100.0)
        } else {
            Self::format(&value)
        }
    }

    fn place(&self, value: f64) -> f64 {
        if self.kind == Kind::Logarithm { (1.0 + value).log2() } else { value }
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    #[expect(clippy::cast_possible_truncation, reason = "pixels")]
    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let part = self.place(*value) / self.place(self.top);
        (f64::from(from) + part * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        let marks: Vec<f64> = match self.kind {
            Kind::Plain => (0..=10).map(|half| f64::from(half) / 2.0).collect(),
            Kind::Logarithm => {
                [0.0].into_iter().chain((0..20).map(|n| f64::from(1 << n))).collect()
            }
            Kind::Percent => (0..=4).map(|quarter| f64::from(quarter) / 4.0).collect(),
        };
        marks.into_iter().filter(|mark| *mark <= self.top).collect()
    }

    fn range(&self) -> Range<f64> {
        0.0..self.top
    }
}

impl ValueFormatter<f64> for Scale {
    fn format(value: &f64) -> String {
        format!("{value}")
    }
}
