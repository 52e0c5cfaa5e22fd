//! No text makes the template reader panic.
#![no_main]

use arazzo_expression::{Mode, Template};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for mode in [Mode::Tolerant, Mode::Strict] {
        if let Ok(parsed) = Template::parse(text, mode) {
            assert!(parsed.value.expressions().count() <= text.len());
        }
    }
});
