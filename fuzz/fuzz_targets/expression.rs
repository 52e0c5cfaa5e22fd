//! What is read as an expression is printed as what is read as the same expression.
#![no_main]

use arazzo_expression::{Expression, Mode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for mode in [Mode::Tolerant, Mode::Strict] {
        if let Ok(parsed) = Expression::parse(text, mode) {
            let printed = parsed.value.to_string();
            let again = Expression::parse(&printed, mode).expect("a printed expression can be read");
            assert_eq!(again.value, parsed.value, "{text:?} is printed as {printed:?}");
        }
    }
});
