//! Questions to the person at the terminal, for inputs that a workflow cannot do without.

use std::collections::BTreeMap;

use arazzo_engine::{InputOverview, InputProblem, Plan};
use serde_json::{Map, Value};

use super::terminal::{self, Answer};
use crate::args::{Format, RunArgs};
use crate::output::{self, DIM, HINT, WARNING, printable};
use crate::refusal::Refusal;
use crate::show::traits;

/// Asks, and remembers the answers for workflows that have an input of the same name.
pub(super) struct Questions {
    /// Whether anybody is asked.
    allowed: bool,
    answers: BTreeMap<String, String>,
}

impl Questions {
    /// Nobody is asked by a script: its output is for a program, or it says so, or there is no terminal.
    pub(super) fn new(args: &RunArgs) -> Self {
        let from_input = args.description == "-" || args.inputs.iter().any(|text| text == "-");
        let wanted = args.format == Format::Human && !args.no_input && !args.dry_run && !from_input;
        Self { allowed: wanted && terminal::is_there(), answers: BTreeMap::new() }
    }

    /// The inputs with those that were missing.
    pub(super) fn complete(
        &mut self,
        mut inputs: Map<String, Value>,
        plan: &Plan,
    ) -> Result<Map<String, Value>, Refusal> {
        if !self.allowed {
            return Ok(inputs);
        }
        let missing = plan.inputs().into_iter().filter(InputOverview::is_needed);
        let missing: Vec<InputOverview> = missing.filter(|input| !inputs.contains_key(&input.name)).collect();
        for input in missing {
            let value = self.value(&input, plan)?;
            inputs.insert(input.name, value);
        }
        Ok(inputs)
    }

    fn value(&mut self, input: &InputOverview, plan: &Plan) -> Result<Value, Refusal> {
        if let Some(Ok(value)) = self.answers.get(&input.name).map(|text| read(input, text, plan)) {
            return Ok(value);
        }
        let about = input.description.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
        let about: Vec<&str> = about.split_whitespace().collect();
        let about = printable(&about.join(" ")).into_owned();
        let prompt =
            format!("{HINT}{}{HINT:#} {DIM}({}){DIM:#}{about}\n> ", printable(&input.name), traits(input));
        loop {
            let text = match terminal::ask(&prompt, input.secret) {
                Answer::Line(text) => text,
                Answer::NoText => {
                    complain("the answer is no UTF-8 text");
                    continue;
                }
                Answer::GivenUp => {
                    let message = format!("required input `{}` is missing", input.name);
                    let hint = format!("add `-i {}=…` or put it into `--inputs`", input.name);
                    return Err(Refusal::usage(message, hint));
                }
            };
            if text.is_empty() {
                complain(&format!("`{}` is required", input.name));
                continue;
            }
            match read(input, &text, plan) {
                Ok(value) => {
                    self.answers.insert(input.name.clone(), text);
                    return Ok(value);
                }
                Err(problem) => complain(&problem.message),
            }
        }
    }
}

/// The value that an answer means, or why it cannot be it.
fn read(input: &InputOverview, text: &str, plan: &Plan) -> Result<Value, InputProblem> {
    let value = plan.input_from_text(&input.name, text)?;
    match plan.input_problem(&input.name, &value) {
        Some(problem) => Err(problem),
        None => Ok(value),
    }
}

fn complain(problem: &str) {
    output::message(&format!("{WARNING}{}{WARNING:#}", printable(problem)));
}
