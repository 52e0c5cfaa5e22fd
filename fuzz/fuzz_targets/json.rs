//! The JSON reader takes what serde_json takes, and gives the same value.
#![no_main]

use arazzo_document::{Format, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let reading = read(text, Format::Json);
    let clean = reading.problems.is_empty();
    if let (Ok(value), Some(root), true) = (serde_json::from_str::<serde_json::Value>(text), reading.root, clean) {
        assert_eq!(root.to_value(), value);
    }
});
