//! No jsonpath or regex condition makes reading or judging panic or hang.
#![no_main]

use std::borrow::Cow;

use arazzo_expression::{Absence, Context, Criterion, CriterionText, CriterionType, JsonPathVersion, Mode, Source};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

struct Body(Value);

impl Context for Body {
    fn value(&self, _: &Source) -> Result<Cow<'_, Value>, Absence> {
        Ok(Cow::Borrowed(&self.0))
    }
}

fuzz_target!(|condition: &str| {
    let body = Body(json!({"a": [{"b": 1, "c": "x"}, {"b": 2}], "d": {"e": null, "f": [true, [1, 2.5]]}, "g": "text"}));
    for kind in [CriterionType::JsonPath(JsonPathVersion::Rfc9535), CriterionType::Regex] {
        for mode in [Mode::Tolerant, Mode::Strict] {
            let text = CriterionText { condition, context: Some("$response.body"), kind };
            if let Ok(parsed) = Criterion::parse(text, mode) {
                let _ = parsed.value.judge(&body);
            }
        }
    }
});
