//! No text makes the YAML reader panic, hang, or give a place outside the text.
#![no_main]

use arazzo_document::{Format, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let reading = read(text, Format::Yaml);
    // YAML ends a line at a carriage return, too.
    let breaks = text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
    let lines = u32::try_from(breaks).unwrap_or(u32::MAX).saturating_add(1);
    for problem in &reading.problems {
        assert!(problem.span.start.line <= lines, "{problem:?}");
    }
    if let Some(root) = reading.root {
        let _ = root.to_value();
    }
});
