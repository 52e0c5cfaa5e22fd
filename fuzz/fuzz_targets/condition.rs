//! What is read as a condition is printed as what is read as the same condition, and can be judged.
#![no_main]

use std::borrow::Cow;

use arazzo_expression::{Absence, Condition, Context, Mode, Source};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

struct Nothing;

impl Context for Nothing {
    fn value(&self, _: &Source) -> Result<Cow<'_, Value>, Absence> {
        Err(Absence::NoResponse)
    }
}

fuzz_target!(|text: &str| {
    for mode in [Mode::Tolerant, Mode::Strict] {
        if let Ok(parsed) = Condition::parse(text, mode) {
            let _ = parsed.value.judge(&Nothing);
            let printed = parsed.value.to_string();
            let again = Condition::parse(&printed, mode).expect("a printed condition can be read");
            assert_eq!(again.value.to_string(), printed, "{text:?}");
        }
    }
});
