//! The counts as tables, and the document around them.

use std::fmt::Write;

const COLUMNS: [&str; 4] = ["off", "idle", "counted", "timed"];
const HEADER: [&str; 4] = ["off", "idle", "counting", "with latency"];
const BASE: &str = "loop by hand";

/// What was counted, in the order that it came.
#[derive(Default)]
pub(crate) struct Tables(Vec<Table>);

struct Table {
    name: String,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    counts: [Option<u64>; COLUMNS.len()],
}

impl Tables {
    /// Takes lines of table, row, mode and number. What nobody listened to stands in `column`.
    pub(crate) fn read(&mut self, text: &str, column: &str) -> Result<(), String> {
        for line in text.lines() {
            let [table, row, mode, count] = *line.split('\t').collect::<Vec<_>>() else {
                return Err(format!("`{line}` is no count"));
            };
            let count = count.parse().map_err(|_| format!("`{count}` is no number"))?;
            let column = match mode {
                "idle" => column,
                other => other,
            };
            let index = COLUMNS.iter().position(|name| *name == column);
            let index = index.ok_or_else(|| format!("there is no column `{column}`"))?;
            self.row(table, row).counts[index] = Some(count);
        }
        Ok(())
    }

    fn row(&mut self, table: &str, row: &str) -> &mut Row {
        let tables = &mut self.0;
        let place = tables.iter().position(|known| known.name == table).unwrap_or_else(|| {
            tables.push(Table { name: table.to_owned(), rows: Vec::new() });
            tables.len() - 1
        });
        let rows = &mut tables[place].rows;
        let place = rows.iter().position(|known| known.name == row).unwrap_or_else(|| {
            rows.push(Row { name: row.to_owned(), counts: [None; COLUMNS.len()] });
            rows.len() - 1
        });
        &mut rows[place]
    }

    /// One table as text, without the columns that it has nothing for.
    fn text(&self, name: &str) -> String {
        let Some(table) = self.0.iter().find(|table| table.name == name) else {
            return "Not counted.\n".to_owned();
        };
        let used = |column: usize| table.rows.iter().any(|row| row.counts[column].is_some());
        let columns: Vec<usize> = (0..COLUMNS.len()).filter(|column| used(*column)).collect();
        let by_hand = table.rows.iter().find(|row| row.name == BASE).and_then(|row| row.counts[1]);
        let mut text = "|  |".to_owned();
        for &column in &columns {
            push(&mut text, HEADER[column]);
        }
        if by_hand.is_some() {
            push(&mut text, "idle, beyond the loop by hand");
        }
        text += "\n|---|";
        text += &"---:|".repeat(columns.len() + usize::from(by_hand.is_some()));
        for row in &table.rows {
            write!(text, "\n| {} |", row.name).expect("a string takes everything");
            for &column in &columns {
                push(&mut text, &number(row.counts[column]));
            }
            if let (Some(base), Some(count)) = (by_hand, row.counts[1]) {
                push(&mut text, &format!("{:+}", count.cast_signed() - base.cast_signed()));
            }
        }
        text + "\n"
    }
}

fn push(text: &mut String, cell: &str) {
    write!(text, " {cell} |").expect("a string takes everything");
}

fn number(count: Option<u64>) -> String {
    count.map_or_else(|| "·".to_owned(), |count| count.to_string())
}

/// The document, with each `{{table}}` of the template in its place.
pub(crate) fn document(tables: &Tables, compiler: &str) -> String {
    let template = include_str!("performance.template.md");
    let mut text = template.replace("{{compiler}}", compiler);
    for table in &tables.0 {
        text = text.replace(&format!("{{{{{}}}}}\n", table.name), &tables.text(&table.name));
    }
    text
}
