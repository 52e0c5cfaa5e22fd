//! The figures of a survey: how many, and for each reason how often and where for example.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::outcome::{Ending, Outcome, Reason, Surveyed};
use crate::output::printable;

/// A message is cut after so many characters.
const MAX_MESSAGE: usize = 110;

/// How many of what.
#[derive(Debug, Default, Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(super) struct Figures {
    descriptions: usize,
    /// Descriptions whose sources were read and whose operations were found.
    resolved: usize,
    workflows: Count,
    /// The workflows of those descriptions.
    of_resolved: Count,
}

/// How many workflows, how many of them ran to an end, and how many succeeded.
#[derive(Debug, Default, Serialize, PartialEq)]
struct Count {
    all: usize,
    ended: usize,
    succeeded: usize,
}

impl Count {
    fn add(&mut self, outcome: &Outcome) {
        self.all += 1;
        self.ended += usize::from(outcome.ending.is_end());
        self.succeeded += usize::from(outcome.ending == Ending::Succeeded);
    }
}

impl Figures {
    pub(super) fn of(surveyed: &[Surveyed]) -> Self {
        let mut figures = Self { descriptions: surveyed.len(), ..Self::default() };
        for description in surveyed {
            figures.resolved += usize::from(description.resolved);
            for outcome in &description.workflows {
                figures.workflows.add(outcome);
                if description.resolved {
                    figures.of_resolved.add(outcome);
                }
            }
        }
        figures
    }
}

/// The figures for people.
pub(super) fn show(surveyed: &[Surveyed]) -> String {
    let Figures { descriptions, resolved, workflows, of_resolved } = Figures::of(surveyed);
    let mut text = String::new();
    let _ = writeln!(text, "{descriptions} descriptions, of {resolved} all operations were found");
    for (what, Count { all, ended, succeeded }) in
        [("workflows", workflows), ("workflows of descriptions whose operations were found", of_resolved)]
    {
        let _ = writeln!(
            text,
            "{all} {what}: {ended} ran to an end ({}), {succeeded} succeeded ({})",
            percent(ended, all),
            percent(succeeded, all)
        );
    }
    let all: Vec<&Surveyed> = surveyed.iter().collect();
    let (found, not): (Vec<&Surveyed>, Vec<&Surveyed>) = all.into_iter().partition(|one| one.resolved);
    for (title, some) in [("operations found", found), ("operations not found", not)] {
        let reasons = Reasons::of(&some);
        if !reasons.0.is_empty() {
            let _ = write!(
                text,
                "\n{title}\n{:>6}  {:<10} {:<26} example\n{reasons}",
                "count", "ending", "reason"
            );
        }
    }
    text
}

/// How often each reason, with an example.
struct Reasons<'a>(Vec<(Ending, &'a str, usize, Option<&'a Reason>)>);

impl<'a> Reasons<'a> {
    fn of(surveyed: &[&'a Surveyed]) -> Self {
        let unreadable = surveyed.iter().filter_map(|one| Some((Ending::Refused, one.unreadable.as_ref()?)));
        let workflows = surveyed.iter().flat_map(|one| &one.workflows);
        let ended = workflows.map(|outcome| (outcome.ending, outcome.reason.as_ref()));
        let mut counts: BTreeMap<(Ending, &str), (usize, Option<&Reason>)> = BTreeMap::new();
        for (ending, reason) in unreadable.map(|(ending, reason)| (ending, Some(reason))).chain(ended) {
            let code = reason.map_or("", |reason| reason.code.as_str());
            counts.entry((ending, code)).or_insert((0, reason)).0 += 1;
        }
        let mut rows: Vec<_> = counts
            .into_iter()
            .map(|((ending, code), (count, example))| (ending, code, count, example))
            .collect();
        rows.sort_by_key(|(ending, code, count, _)| (std::cmp::Reverse(*count), *ending, *code));
        Self(rows)
    }
}

impl std::fmt::Display for Reasons<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (ending, code, count, example) in &self.0 {
            let ending = ending.as_str();
            match example {
                Some(Reason { message, file, line, .. }) => {
                    let short: String = printable(message).chars().take(MAX_MESSAGE).collect();
                    writeln!(f, "{count:>6}  {ending:<10} {code:<26} {file}:{line}: {short}")?;
                }
                None => writeln!(f, "{count:>6}  {ending}")?,
            }
        }
        Ok(())
    }
}

fn percent(part: usize, whole: usize) -> String {
    // Rounded down, so that 100 % is all of them.
    let thousandths = (part * 1000).checked_div(whole).unwrap_or(1000);
    format!("{}.{} %", thousandths / 10, thousandths % 10)
}
