//! Reports as a picture: the load on the server over time, and what users get.
//!
//! A table says that a policy does not recover; a picture shows why. Above, attempts at the server,
//! with the normal load and the capacity as lines; below, the part of the calls that end well. The
//! fault is shaded. A load that is a hundred times another is drawn on a scale that grows with the
//! logarithm, and still has a zero.

mod scale;

use std::time::Duration;

use plotters::chart::ChartContext;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use crate::measure::report::Report;
use crate::measure::series::{Curves, Series};
use crate::picture::scale::Scale;
use crate::storms::spec::Load;

const SIZE: (u32, u32) = (960, 620);
const LABELS: u32 = 64;
const FONT: &str = "sans-serif";
const FAINT: RGBColor = RGBColor(120, 120, 120);
/// Told apart by those who do not see all colours, too.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(0, 0, 0),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, Scale>>;

/// The reports of one scenario as an SVG document; empty for no reports.
///
/// # Panics
///
/// Never: a picture in memory has nothing to fail on.
#[must_use]
pub fn picture(reports: &[Report]) -> String {
    let mut text = String::new();
    if let Some(first) = reports.first() {
        let area = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        draw(&area, first, reports).expect("a picture in memory has nothing to fail on");
    }
    text
}

fn draw(area: &Area<'_>, first: &Report, reports: &[Report]) -> Drawn {
    area.fill(&WHITE)?;
    let (head, body) = area.split_vertically(72);
    heading(&head, first, reports)?;
    let (above, below) = body.split_vertically(330);
    let curves = Curves::new(reports);
    load(&above, first, &curves)?;
    success(&below, first, &curves)?;
    area.present()?;
    Ok(())
}

/// The scenario, and which colour is whose.
fn heading(area: &Area<'_>, first: &Report, reports: &[Report]) -> Drawn {
    let title = (FONT, 20).into_font().color(&BLACK);
    let small = (FONT, 13).into_font().color(&FAINT);
    area.draw(&Text::new(first.scenario.name().to_owned(), (16, 8), title))?;
    area.draw(&Text::new(first.scenario.about(), (16, 32), small))?;
    let mut x = 16;
    for (report, colour) in reports.iter().zip(COLOURS.iter().cycle()) {
        let name = (FONT, 14).into_font().color(colour);
        area.draw(&PathElement::new(vec![(x, 61), (x + 22, 61)], colour.stroke_width(3)))?;
        area.draw(&Text::new(report.lineup().to_owned(), (x + 28, 53), name))?;
        x += 60 + 8 * i32::try_from(report.lineup().len())?;
    }
    Ok(())
}

/// Attempts at the server over time.
fn load(area: &Area<'_>, first: &Report, curves: &Curves<'_>) -> Drawn {
    let (unit, label) = unit(first);
    let series = curves.attempts(unit);
    let capacity = first.scenario.server.capacity().map(|capacity| capacity / unit);
    let loads = series.iter().flatten().map(|(_, load)| *load);
    let top = loads.fold(capacity.unwrap_or(1.0), f64::max);
    let scale = Scale::up_to(top);
    let mut chart = chart(area, label, (curves.end, scale))?;
    shade(&mut chart, first, scale.top())?;
    let known = first.scenario.rate().map(|_| (1.0, "normal"));
    for level in known.into_iter().chain(capacity.map(|top| (top, "capacity"))) {
        level_line(&mut chart, level, curves.end.as_secs_f64())?;
    }
    lines(&mut chart, &series)
}

/// What one is on the axis of loads, and its label.
fn unit(report: &Report) -> (f64, &'static str) {
    let normal = report.scenario.rate().map(|rate| rate.at(Duration::ZERO));
    match (normal, report.scenario.server.capacity()) {
        (Some(normal), _) => (normal, "attempts, x normal"),
        (None, Some(capacity)) => (capacity, "attempts, x capacity"),
        (None, None) => (1.0, "attempts per second"),
    }
}

/// What users get, over time.
fn success(area: &Area<'_>, first: &Report, curves: &Curves<'_>) -> Drawn {
    let (label, series) = match first.scenario.load {
        Load::Herd(_) => ("calls that are done", curves.done()),
        _ => ("calls that end well", curves.success()),
    };
    let scale = Scale::part();
    let mut chart = chart(area, label, (curves.end, scale))?;
    shade(&mut chart, first, scale.top())?;
    lines(&mut chart, &series)
}

fn chart<'a, 'b>(
    area: &'a Area<'b>,
    label: &str,
    (end, scale): (Duration, Scale),
) -> Result<Chart<'a, 'b>, Box<dyn std::error::Error>> {
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .margin_right(72)
        .x_label_area_size(34)
        .y_label_area_size(LABELS)
        .build_cartesian_2d(0.0..end.as_secs_f64(), scale)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.1))
        .label_style((FONT, 13))
        .axis_desc_style((FONT, 13))
        .x_desc("seconds")
        .x_label_formatter(&|second| format!("{}", (second * 10.0).round() / 10.0))
        .y_desc(label)
        .y_label_formatter(&|value| scale.label(*value))
        .draw()?;
    Ok(chart)
}

fn shade(chart: &mut Chart<'_, '_>, report: &Report, top: f64) -> Drawn {
    if !report.scenario.has_healthy_time() {
        return Ok(());
    }
    let fault = report.scenario.fault;
    let corners = [(fault.from.as_secs_f64(), 0.0), (fault.to.as_secs_f64(), top)];
    chart.draw_series([Rectangle::new(corners, BLACK.mix(0.08).filled())])?;
    Ok(())
}

/// A line across the chart, with its name at the end.
fn level_line(chart: &mut Chart<'_, '_>, (level, name): (f64, &str), end: f64) -> Drawn {
    let style = FAINT.stroke_width(1);
    chart.draw_series(DashedLineSeries::new([(0.0, level), (end, level)], 5, 4, style))?;
    let small = (FONT, 12).into_font().color(&FAINT);
    let label = EmptyElement::at((end, level)) + Text::new(name.to_owned(), (6, -7), small);
    chart.draw_series([label])?;
    Ok(())
}

fn lines(chart: &mut Chart<'_, '_>, series: &[Series]) -> Drawn {
    for (series, colour) in series.iter().zip(COLOURS.iter().cycle()) {
        chart.draw_series(LineSeries::new(series.iter().copied(), colour.stroke_width(2)))?;
    }
    Ok(())
}
