//! The HTML report: one page that needs nothing else.

use super::Recording;

/// The page.
pub(super) fn render(recording: &Recording) -> String {
    let mut page = String::from("<!doctype html>\n<meta charset=\"utf-8\">\n<title>arazzo run</title>\n");
    for run in &recording.runs {
        let (id, status, steps) = (&run.workflow_id, run.status(), run.plan.steps().len());
        let text = format!("{id}: {status:?}, {} events of {steps} steps", run.events.len());
        page.push_str(&format!("<p>{}</p>\n", text.replace('&', "&amp;").replace('<', "&lt;")));
    }
    page
}
