//! A text of a format, a length and a pattern.

use regex::Regex;

use super::layers::Layers;
use super::pattern;

/// A made-up text has so many characters at most.
const MAX_TEXT: usize = 4_096;

/// A text; as an error one that a pattern refuses, or that may be refused.
pub(super) fn text(layers: &Layers<'_>, variant: usize) -> Result<String, String> {
    let least = layers.least("minLength").unwrap_or(0).min(MAX_TEXT);
    let most = layers.most("maxLength").unwrap_or(MAX_TEXT).min(MAX_TEXT);
    let made = of_format(layers.format().unwrap_or_default(), variant);
    let long = made.chars().count();
    let made: String =
        made.chars().chain(std::iter::repeat_n('x', least.saturating_sub(long))).take(most).collect();
    let patterns = layers.patterns();
    if patterns.is_empty() {
        return Ok(made);
    }
    let compiled: Option<Vec<Regex>> = patterns.iter().map(|pattern| Regex::new(pattern).ok()).collect();
    // A pattern that cannot be read here may be one for others.
    let Some(compiled) = compiled else { return Err(made) };
    let fits = |text: &str| {
        (least..=most).contains(&text.chars().count()) && compiled.iter().all(|regex| regex.is_match(text))
    };
    if fits(&made) {
        return Ok(made);
    }
    patterns.iter().find_map(|pattern| pattern::matching(pattern, variant, &fits)).ok_or(made)
}

/// A text of a format, another one for each variant.
fn of_format(format: &str, variant: usize) -> String {
    let day = variant % 28 + 1;
    let numbered = |before: &str, after: &str| match variant {
        0 => format!("{before}{after}"),
        _ => format!("{before}{variant}{after}"),
    };
    match format {
        "date" => format!("2026-01-{day:02}"),
        "date-time" => format!("2026-01-{day:02}T00:00:00Z"),
        "time" => format!("00:00:{day:02}Z").replace(":01Z", ":00Z"),
        "duration" => format!("PT{}S", variant + 1),
        "uuid" => format!("00000000-0000-4000-8000-{variant:012}"),
        "email" | "idn-email" => numbered("someone", "@example.com"),
        "uri" | "url" | "iri" => numbered("https://example.com/", ""),
        "uri-reference" | "iri-reference" | "uri-template" => numbered("/", ""),
        "json-pointer" => numbered("/a", ""),
        "relative-json-pointer" => variant.to_string(),
        "regex" => numbered("a", ""),
        "hostname" | "idn-hostname" => numbered("example", ".com"),
        "ipv4" => format!("192.0.2.{}", variant % 254 + 1),
        "ipv6" => format!("2001:db8::{:x}", variant % 65_000 + 1),
        "byte" | "base64" | "base64url" if variant == 0 => "dGV4dA==".to_owned(),
        "byte" | "base64" | "base64url" => format!("{variant:08}"),
        "int32" | "int64" | "integer" | "decimal" | "double" | "float" | "number" => {
            (variant + 1).to_string()
        }
        _ => numbered("text", ""),
    }
}
