//! What stands in the place of XPath when the feature `xml` is off.

use serde_json::Value;

pub(crate) const SUPPORTED: bool = false;

const OFF: &str = "this build has no XPath";

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {}

impl Outcome {
    pub(crate) fn holds(&self) -> bool {
        match *self {}
    }

    pub(crate) fn into_value(self) -> Option<Value> {
        match self {}
    }
}

pub(crate) fn check(_text: &str) -> Result<(), String> {
    Err(OFF.to_owned())
}

pub(crate) fn evaluate(_xml: &str, _text: &str) -> Result<Outcome, String> {
    Err(OFF.to_owned())
}

pub(crate) fn replace(_xml: &str, _text: &str, _value: &str) -> Result<(String, usize), String> {
    Err(OFF.to_owned())
}
