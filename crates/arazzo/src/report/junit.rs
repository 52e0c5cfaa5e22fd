//! The JUnit report: a suite for each workflow, a case for each visit to a step.

use super::suite::{Case, Reason, Suite, Verdict};
use super::time::rfc3339;
use super::{LeftOut, Recording, TITLE};
use crate::junit::{JunitCase, JunitSuite, JunitVerdict, render as render_junit};

pub(super) fn render(recording: &Recording) -> String {
    let mut suites: Vec<JunitSuite> = recording.suites().iter().map(suite).collect();
    let refusals = recording.refusals();
    if !refusals.is_empty() {
        suites.push(refused(&refusals));
    }
    if !recording.left_out.is_empty() {
        suites.push(left_out(&recording.left_out));
    }
    render_junit(TITLE, &suites)
}

fn suite(suite: &Suite<'_>) -> JunitSuite {
    JunitSuite {
        name: suite.name.clone(),
        timestamp: suite.at.map(rfc3339),
        cases: suite.cases.iter().map(|case| junit_case(case, &suite.name)).collect(),
    }
}

fn junit_case(case: &Case<'_>, class: &str) -> JunitCase {
    JunitCase {
        name: case.name.clone(),
        class: class.to_owned(),
        seconds: case.duration.map(|duration| duration.as_secs_f64()),
        verdict: match &case.verdict {
            Verdict::Passed | Verdict::Handled(_) => JunitVerdict::Passed,
            Verdict::Failed(reason) => JunitVerdict::Failed {
                kind: reason.code.clone(),
                message: reason.message.clone(),
                text: text(reason),
            },
            Verdict::Stopped(reason) => JunitVerdict::Error {
                kind: reason.code.clone(),
                message: reason.message.clone(),
                text: text(reason),
            },
            Verdict::Skipped => JunitVerdict::Skipped { message: "not reached".to_owned() },
        },
        output: case.story().join("\n"),
    }
}

fn text(reason: &Reason) -> String {
    if reason.details.is_empty() { reason.message.clone() } else { reason.details.join("\n") }
}

/// A suite with one case, for the runs that there was no room for. It was skipped only if none of them failed.
fn left_out(left_out: &LeftOut) -> JunitSuite {
    let message = left_out.to_string();
    let verdict = if left_out.has_bad() {
        JunitVerdict::Failed { kind: "left-out".to_owned(), text: message.clone(), message }
    } else {
        JunitVerdict::Skipped { message }
    };
    let case = JunitCase {
        name: "further runs".to_owned(),
        class: TITLE.to_owned(),
        seconds: None,
        verdict,
        output: String::new(),
    };
    JunitSuite { name: "further runs".to_owned(), timestamp: None, cases: vec![case] }
}

/// A suite that says why nothing was run, so that no older report is taken for this one.
fn refused(refusals: &[String]) -> JunitSuite {
    let cases = refusals.iter().map(|refusal| JunitCase {
        name: "can be run".to_owned(),
        class: TITLE.to_owned(),
        seconds: None,
        verdict: JunitVerdict::Error {
            kind: "invalid".to_owned(),
            message: refusal.clone(),
            text: refusal.clone(),
        },
        output: String::new(),
    });
    JunitSuite { name: TITLE.to_owned(), timestamp: None, cases: cases.collect() }
}
