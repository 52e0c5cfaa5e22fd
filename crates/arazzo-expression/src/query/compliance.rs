//! The [compliance test suite](https://github.com/jsonpath-standard/jsonpath-compliance-test-suite) of RFC 9535
//! against the whole path of a query: its text, the direct walk and the library.

use std::borrow::Cow;
use std::path::PathBuf;

use serde_json::Value;

use super::Query;
use crate::context::{Absence, Context};
use crate::cursor::Cursor;
use crate::mode::Mode;
use crate::query_text;
use crate::reading::Reading;
use crate::source::Source;

/// The tests that do not pass, and why.
const MISSES: [(&str, &str); 1] = [(
    "filter, nested",
    "the library takes a filter directly behind `@` for the filter of the item, so it is refused",
)];

struct Nothing;

impl Context for Nothing {
    fn value(&self, source: &Source) -> Result<Cow<'_, Value>, Absence> {
        Err(Absence::Unsupported { what: source.to_string() })
    }
}

#[expect(clippy::disallowed_methods, reason = "the suite is not a part of the repository")]
fn suite() -> Option<Value> {
    let shared = std::env::var_os("ARAZZO_SHARED")
        .map(PathBuf::from)
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"));
    let text = std::fs::read_to_string(shared.join("spec/jsonpath/cts.json")).ok()?;
    serde_json::from_str(&text).ok()
}

fn select<'a>(query: &str, document: &'a Value) -> Result<Vec<&'a Value>, String> {
    let mut cursor = Cursor::new(query);
    if !query.starts_with('$') {
        return Err("no query".to_owned());
    }
    let mut reading = Reading::new(Mode::Strict);
    let text = query_text::read(query, &mut cursor, &mut reading).map_err(|error| error.to_string())?;
    if !cursor.is_at_end() || !reading.notes.is_empty() {
        return Err("more than a query".to_owned());
    }
    let query = Query::parse(text, 0..query.len()).map_err(|error| error.to_string())?;
    query.nodes(document, &Nothing)
}

fn passes(test: &Value) -> bool {
    let selector = test["selector"].as_str().unwrap();
    if test["invalid_selector"] == Value::Bool(true) {
        return select(selector, &Value::Null).is_err();
    }
    let Ok(nodes) = select(selector, &test["document"]) else { return false };
    let single = test.get("result").map(std::slice::from_ref);
    let results = single.or(test["results"].as_array().map(Vec::as_slice)).unwrap();
    results.iter().any(|expected| {
        let expected = expected.as_array().unwrap();
        expected.len() == nodes.len() && expected.iter().zip(&nodes).all(|(expected, node)| expected == *node)
    })
}

#[test]
fn the_compliance_suite_passes_but_for_the_named_misses() {
    let Some(suite) = suite() else {
        eprintln!("skipped: there is no `spec/jsonpath/cts.json` in `../shared` or `$ARAZZO_SHARED`");
        return;
    };
    let tests = suite["tests"].as_array().unwrap();
    let missed: Vec<&str> =
        tests.iter().filter(|test| !passes(test)).map(|test| test["name"].as_str().unwrap()).collect();
    let named: Vec<&str> = MISSES.iter().map(|(name, _)| *name).collect();
    assert_eq!(missed, named, "{} of {} pass", tests.len() - missed.len(), tests.len());
}
