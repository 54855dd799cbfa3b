//! Requests per second at the server over time, as a picture: a panel for each run.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::{DOWN_AT, DOWN_FOR, LENGTH, Run};

const INK: RGBColor = RGBColor(38, 50, 56);
const DOWN: RGBColor = RGBColor(255, 224, 224);
const LOAD: [RGBColor; 3] =
    [RGBColor(120, 130, 140), RGBColor(198, 40, 40), RGBColor(21, 101, 192)];

/// Draws the runs one below the other, all in the same scale.
pub(crate) fn draw(path: &Path, runs: &[Run]) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let highest = runs.iter().flat_map(|run| run.arrivals.series()).map(|(_, load)| load);
    let highest = highest.fold(0.0, f64::max) * 1.05;
    let root = SVGBackend::new(path, (900, 720)).into_drawing_area();
    root.fill(&WHITE)?;
    let title = "Requests per second at a server that is down for two seconds";
    let root = root.titled(title, ("sans-serif", 22).into_font().color(&INK))?;
    for ((panel, run), color) in root.split_evenly((runs.len(), 1)).iter().zip(runs).zip(LOAD) {
        draw_panel(panel, (run, color), highest)?;
    }
    root.present()?;
    Ok(())
}

type Panel<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn draw_panel(
    panel: &Panel<'_>,
    (run, color): (&Run, RGBColor),
    highest: f64,
) -> Result<(), Box<dyn Error>> {
    let mut chart = ChartBuilder::on(panel)
        .caption(run.name, ("sans-serif", 17).into_font().color(&color))
        .margin(8)
        .x_label_area_size(26)
        .y_label_area_size(52)
        .build_cartesian_2d(0.0..LENGTH.as_secs_f64(), 0.0..highest)?;
    let down = (DOWN_AT.as_secs_f64(), (DOWN_AT + DOWN_FOR).as_secs_f64());
    chart.draw_series([Rectangle::new([(down.0, 0.0), (down.1, highest)], DOWN.filled())])?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(WHITE.mix(0.0))
        .bold_line_style(INK.mix(0.12))
        .axis_style(INK.mix(0.5))
        .label_style(("sans-serif", 12).into_font().color(&INK))
        .x_label_formatter(&|second| format!("{second:.0} s"))
        .y_label_formatter(&|load| format!("{load:.0}"))
        .draw()?;
    let normal = run.arrivals.normal();
    let line = [(0.0, normal), (LENGTH.as_secs_f64(), normal)];
    chart.draw_series(DashedLineSeries::new(line, 5, 4, INK.mix(0.6).stroke_width(1)))?;
    let series: Vec<_> =
        run.arrivals.series().filter(|(at, _)| *at <= LENGTH.as_secs_f64()).collect();
    chart.draw_series(
        AreaSeries::new(series, 0.0, color.mix(0.25)).border_style(color.stroke_width(2)),
    )?;
    Ok(())
}
