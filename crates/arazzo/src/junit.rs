//! JUnit XML: the elements and attributes that CI servers agree on, as the schema of Jenkins has them (`junit-10.xsd`).

use std::fmt::Write;

/// Cases that belong together.
#[derive(Debug, Default)]
pub(crate) struct JunitSuite {
    pub(crate) name: String,
    /// When it began, as RFC 3339 text.
    pub(crate) timestamp: Option<String>,
    pub(crate) cases: Vec<JunitCase>,
}

/// One thing that was looked at.
#[derive(Debug)]
pub(crate) struct JunitCase {
    pub(crate) name: String,
    pub(crate) class: String,
    pub(crate) seconds: Option<f64>,
    pub(crate) verdict: JunitVerdict,
    /// What is shown as its output.
    pub(crate) output: String,
}

/// What came of it.
#[derive(Debug)]
pub(crate) enum JunitVerdict {
    Passed,
    Failed {
        kind: String,
        message: String,
        text: String,
    },
    /// It could not be said.
    Error {
        kind: String,
        message: String,
        text: String,
    },
    Skipped {
        message: String,
    },
}

/// How many cases there are of each kind.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

/// The document.
pub(crate) fn render(title: &str, suites: &[JunitSuite]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut all = Counts::default();
    suites.iter().flat_map(|suite| &suite.cases).for_each(|case| all.add(case));
    let Counts { tests, failures, errors, .. } = all;
    let title = escaped(title);
    let _ = writeln!(
        out,
        "<testsuites name=\"{title}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">"
    );
    suites.iter().for_each(|suite| suite.render(&mut out));
    out.push_str("</testsuites>\n");
    out
}

impl Counts {
    fn add(&mut self, case: &JunitCase) {
        self.tests += 1;
        match case.verdict {
            JunitVerdict::Passed => {}
            JunitVerdict::Failed { .. } => self.failures += 1,
            JunitVerdict::Error { .. } => self.errors += 1,
            JunitVerdict::Skipped { .. } => self.skipped += 1,
        }
    }
}

impl JunitSuite {
    fn render(&self, out: &mut String) {
        let mut counts = Counts::default();
        self.cases.iter().for_each(|case| counts.add(case));
        let Counts { tests, failures, errors, skipped } = counts;
        let name = escaped(&self.name);
        let _ = write!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\""
        );
        if let Some(timestamp) = &self.timestamp {
            let seconds: f64 = self.cases.iter().filter_map(|case| case.seconds).sum();
            let _ = write!(out, " timestamp=\"{}\" time=\"{seconds:.3}\"", escaped(timestamp));
        }
        out.push_str(">\n");
        self.cases.iter().for_each(|case| case.render(out));
        out.push_str("  </testsuite>\n");
    }
}

impl JunitCase {
    fn render(&self, out: &mut String) {
        let (name, class) = (escaped(&self.name), escaped(&self.class));
        let _ = write!(out, "    <testcase name=\"{name}\" classname=\"{class}\"");
        if let Some(seconds) = self.seconds {
            let _ = write!(out, " time=\"{seconds:.3}\"");
        }
        let inside = [self.verdict.render(), self.render_output()];
        if inside.iter().all(String::is_empty) {
            out.push_str("/>\n");
            return;
        }
        out.push_str(">\n");
        inside.iter().for_each(|element| out.push_str(element));
        out.push_str("    </testcase>\n");
    }

    fn render_output(&self) -> String {
        if self.output.is_empty() {
            return String::new();
        }
        format!("      <system-out>{}</system-out>\n", escaped(&self.output))
    }
}

impl JunitVerdict {
    fn render(&self) -> String {
        let element = |name: &str, kind: &str, message: &str, text: &str| {
            let (kind, message, text) = (escaped(kind), escaped(message), escaped(text));
            format!("      <{name} message=\"{message}\" type=\"{kind}\">{text}</{name}>\n")
        };
        match self {
            Self::Passed => String::new(),
            Self::Failed { kind, message, text } => element("failure", kind, message, text),
            Self::Error { kind, message, text } => element("error", kind, message, text),
            Self::Skipped { message } => format!("      <skipped message=\"{}\"/>\n", escaped(message)),
        }
    }
}

/// The text for an element or an attribute. What XML 1.0 cannot hold becomes a replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_safe_in_xml() {
        assert_eq!(
            escaped("<a \"b\"> & \u{1b}[1m\u{ffff}\n"),
            "&lt;a &quot;b&quot;&gt; &amp; \u{fffd}[1m\u{fffd}&#10;"
        );
    }
}
