//! `--data`: a file with the inputs of one run in each row.
//!
//! A `.jsonl` file has a JSON object in each line; blank lines are none. A `.csv` file ([RFC
//! 4180](https://www.rfc-editor.org/rfc/rfc4180)) has the names of the inputs in its first row; an empty cell is not
//! given. Only the text is kept: a row is read when it is checked and again when it is run.

use std::collections::HashSet;
use std::path::Path;

use arazzo_document::{Diagnostic, Format as TextFormat, MAX_TEXT, Severity, read};
use arazzo_engine::{InputProblem, Plan, Start, Timestamp};
use arazzo_runner::read_file;
use serde_json::{Map, Value};

use super::inputs;
use super::standard_input::StandardInput;
use crate::exit::Exit;
use crate::refusal::{Problem, Refusal};

/// So many problems with rows are told.
const MAX_PROBLEMS: usize = 20;

/// So many different warnings about rows are told.
const MAX_WARNINGS: usize = 20;

/// The rows, as they are written.
#[derive(Debug)]
pub(super) struct Data {
    /// What the file is called in messages.
    name: String,
    text: String,
    layout: Layout,
    /// `--inputs`, below the row.
    below: Map<String, Value>,
    /// `--input`, above it.
    above: Map<String, Value>,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// A JSON object in each line.
    Lines,
    /// Comma-separated values with a header.
    Csv,
}

/// A row that could be read.
#[derive(Debug)]
pub(super) struct Row {
    /// Its number among the rows, from 1.
    pub(super) number: u64,
    line: u64,
    inputs: Map<String, Value>,
}

/// Something wrong in a line of the file.
#[derive(Debug)]
struct Wrong {
    line: u64,
    column: Option<u32>,
    message: String,
    hint: Option<String>,
}

/// The line and the inputs of a row.
type Reading = Result<(u64, Map<String, Value>), Wrong>;

impl Data {
    /// Reads the file. Its rows get the inputs `below` where they say nothing themselves, and always those `above`.
    pub(super) fn read(
        name: &str,
        standard_input: &mut StandardInput,
        below: Map<String, Value>,
        above: Map<String, Value>,
    ) -> Result<Self, Refusal> {
        if name == "-" {
            let text = standard_input.read().map_err(|fact| Refusal::usage(fact, None))?;
            return Ok(Self { name: "<stdin>".to_owned(), text, layout: Layout::Lines, below, above });
        }
        let Some(layout) = Layout::of(name) else {
            let hint = "`--data` takes a file whose name ends in `.jsonl` or `.csv`, or `-`";
            let message = format!("the name of the data file `{name}` does not say how it is written");
            return Err(Refusal::usage(message, hint.to_owned()));
        };
        let text = read_file(Path::new(name)).map_err(|error| {
            let hint = format!("a data file has up to {MAX_TEXT} bytes of UTF-8 text");
            let hint = Some(hint).filter(|_| !error.is_missing());
            Refusal::usage(format!("the data file `{name}` {error}"), hint)
        })?;
        Ok(Self { name: name.to_owned(), text, layout, below, above })
    }

    /// Checks every row, and says how many there are and what a person should know of them.
    pub(super) fn check(&self, plan: &Plan, now: Timestamp) -> Result<(u64, Vec<Diagnostic>), Refusal> {
        let (mut count, mut problems, mut warnings) = (0, Vec::new(), Vec::new());
        for row in self.rows(plan) {
            match row.map_err(|wrong| vec![wrong]).and_then(|row| self.check_row(plan, row, now)) {
                Ok(found) => {
                    count += 1;
                    for warning in found {
                        if warnings.len() < MAX_WARNINGS && !warnings.contains(&warning) {
                            warnings.push(warning);
                        }
                    }
                }
                Err(wrong) => problems.extend(wrong.into_iter().map(|wrong| self.problem(wrong))),
            }
            if problems.len() >= MAX_PROBLEMS {
                problems.truncate(MAX_PROBLEMS);
                let message = format!("more may be wrong: `{}` was not read further", self.name);
                problems.push(Problem::Unlocated { code: "invalid-input", message, hint: None });
                break;
            }
        }
        if count == 0 && problems.is_empty() {
            return Err(Refusal::usage(format!("the data file `{}` has no rows", self.name), None));
        }
        if problems.is_empty() { Ok((count, warnings)) } else { Err(Refusal { exit: Exit::Usage, problems }) }
    }

    fn check_row(&self, plan: &Plan, row: Row, now: Timestamp) -> Result<Vec<Diagnostic>, Vec<Wrong>> {
        let line = row.line;
        let start = self.start(plan, row, "", now)?;
        match inputs::check_files(&start.files, None) {
            Ok(()) => Ok(start.warnings),
            Err(refusal) => {
                let wrong = |problem| match problem {
                    Problem::Located(Diagnostic { message, hint, .. })
                    | Problem::Unlocated { message, hint, .. }
                    | Problem::InRow { message, hint, .. } => Wrong { line, column: None, message, hint },
                };
                Err(refusal.problems.into_iter().map(wrong).collect())
            }
        }
    }

    /// The run of a row.
    fn start(&self, plan: &Plan, row: Row, run_id: &str, now: Timestamp) -> Result<Start, Vec<Wrong>> {
        let Row { line, inputs: own, .. } = row;
        let mut inputs = self.below.clone();
        inputs.extend(own);
        inputs.extend(self.above.iter().map(|(name, value)| (name.clone(), value.clone())));
        plan.start(run_id, now, inputs)
            .map_err(|error| error.problems.into_iter().map(|problem| Wrong::of(line, problem)).collect())
    }

    /// The runs, one after the other, each made when it is asked for. `run_id` makes an id of the number of a row.
    pub(super) fn starts<'a>(
        &'a self,
        plan: &'a Plan,
        mut moment: impl FnMut(u64) -> (String, Timestamp) + 'a,
    ) -> impl Iterator<Item = Result<(u64, Start), String>> + 'a {
        self.rows(plan).map(move |row| {
            let started = row.map_err(|wrong| vec![wrong]).and_then(|row| {
                let number = row.number;
                let (run_id, now) = moment(number);
                Ok((number, self.start(plan, row, &run_id, now)?))
            });
            // The row was checked, and its text is still the same.
            started.map_err(|wrong| {
                let messages: Vec<String> = wrong.into_iter().map(|wrong| wrong.message).collect();
                messages.join("; ")
            })
        })
    }

    fn rows<'a>(&'a self, plan: &'a Plan) -> Box<dyn Iterator<Item = Result<Row, Wrong>> + 'a> {
        let read: Box<dyn Iterator<Item = Reading> + 'a> = match self.layout {
            Layout::Lines => Box::new(lines(&self.text)),
            Layout::Csv => match table(&self.text, plan) {
                Ok(rows) => Box::new(rows),
                Err(wrong) => Box::new(std::iter::once(Err(wrong))),
            },
        };
        Box::new((1..).zip(read).map(|(number, row)| row.map(|(line, inputs)| Row { number, line, inputs })))
    }

    fn problem(&self, wrong: Wrong) -> Problem {
        let Wrong { line, column, message, hint } = wrong;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        Problem::InRow { file: self.name.clone(), line, column, message, hint }
    }
}

impl Layout {
    /// What the name of a file says.
    fn of(name: &str) -> Option<Self> {
        match Path::new(name).extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(Self::Lines),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

impl Wrong {
    fn of(line: u64, InputProblem { input, message, hint, .. }: InputProblem) -> Self {
        let hint = hint.map(|hint| match input {
            Some(name) => format!("give `{name}` in this row, or in all with `-i {name}=…`"),
            None => hint,
        });
        Self { line, column: None, message, hint }
    }
}

/// The objects of the lines. What is wrong is shown without the line, for there may be secrets in it.
fn lines(text: &str) -> impl Iterator<Item = Reading> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()).map(|(line, text)| {
        let reading = read(text, TextFormat::Json);
        if let Some(problem) = reading.problems.into_iter().find(|found| found.severity == Severity::Error) {
            // To the reader, every row is the first line.
            let message = problem.message.trim_end_matches(", first at line 1").to_owned();
            let column = Some(problem.span.start.column);
            return Err(Wrong { line, column, message, hint: problem.hint });
        }
        match reading.root.map(|root| (root.type_name(), root.to_value())) {
            Some((_, Value::Object(inputs))) => Ok((line, inputs)),
            other => {
                let found = other.map_or("nothing", |(name, _)| name);
                let hint = "write names and values: `{\"name\": \"value\"}`".to_owned();
                let message = format!("the row has to be an object, and this is of type `{found}`");
                Err(Wrong { line, column: None, message, hint: Some(hint) })
            }
        }
    })
}

/// The rows below the header. A cell is typed by the inputs schema, as the text of `--input` is.
fn table<'a>(text: &'a str, plan: &'a Plan) -> Result<impl Iterator<Item = Reading> + 'a, Wrong> {
    let wrong = |line, message, hint| Wrong { line, column: None, message, hint };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().cloned().map_err(|error| wrong(1, fact(&error), None))?;
    let mut seen = HashSet::new();
    for (number, name) in (1..).zip(&header) {
        if name.is_empty() {
            let hint = Some("the first row has the names of the inputs".to_owned());
            return Err(wrong(1, format!("column {number} has no name"), hint));
        }
        if !seen.insert(name) {
            return Err(wrong(1, format!("two columns are called `{name}`"), None));
        }
    }
    Ok(reader.into_records().map(move |record| {
        let record = record
            .map_err(|error| wrong(error.position().map_or(1, csv::Position::line), fact(&error), None))?;
        let line = record.position().map_or(1, csv::Position::line);
        let mut inputs = Map::new();
        for (name, cell) in header.iter().zip(&record).filter(|(_, cell)| !cell.is_empty()) {
            let value = plan.input_from_text(name, cell).map_err(|problem| Wrong::of(line, problem))?;
            inputs.insert(name.to_owned(), value);
        }
        Ok((line, inputs))
    }))
}

/// What is wrong with a row of a table, without its text.
fn fact(error: &csv::Error) -> String {
    if let csv::ErrorKind::UnequalLengths { expected_len, len, .. } = error.kind() {
        let cells = if *len == 1 { "cell" } else { "cells" };
        format!("the row has {len} {cells}, and the header {expected_len}")
    } else {
        "the row cannot be read".to_owned()
    }
}
