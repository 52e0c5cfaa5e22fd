//! What of the style guide for messages, in CONTRIBUTING.md, a program can check.

/// Names that begin with a capital wherever they stand.
const NAMES: [&str; 5] = ["Arazzo", "OpenAPI", "Swagger", "XPath", "Unicode"];

/// Words that blame, beg or lament.
const UNWANTED: [&str; 8] =
    ["you", "your", "please", "sorry", "oops", "forgot", "forgotten", "unfortunately"];

/// What is wrong with a message or a hint, if anything.
pub(crate) fn problem(text: &str) -> Option<String> {
    let says = |what: &str| Some(format!("the message {what}: {text:?}"));
    if text.is_empty() || text != text.trim() {
        return says("is empty, or begins or ends with a space");
    }
    if text.contains(char::is_control) {
        return says("has more than one line, or a control character");
    }
    let Some(prose) = without_values(text) else { return says("has a ` without its other one") };
    if prose.contains("  ") {
        return says("has two spaces in a row");
    }
    if prose.ends_with(['.', '!', ':', ',', ';']) {
        return says("ends with a punctuation mark");
    }
    let mut words = prose.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    let is_sentence = |word: &str| {
        let mut chars = word.chars();
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase)
    };
    let first = prose.split_whitespace().next().unwrap_or_default();
    if is_sentence(first) && !NAMES.iter().any(|name| first.starts_with(name)) {
        return says("begins with a capital");
    }
    let prose = prose.to_lowercase();
    if ["error", "warning", "failed to"].iter().any(|start| prose.starts_with(start)) {
        return says("says again what it is");
    }
    let is_guess = prose.starts_with("did you mean");
    words.find(|word| !is_guess && UNWANTED.contains(&word.to_lowercase().as_str())).and_then(|word| {
        let word = word.to_owned();
        says(&format!("has the word “{word}”"))
    })
}

/// The text with nothing in place of what stands in backticks or in double quotes. `None` if a backtick stands alone.
fn without_values(text: &str) -> Option<String> {
    let mut prose = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '"']) {
        let (before, value) = rest.split_at(at);
        prose.push_str(before);
        prose.push('_');
        let quote = value.chars().next()?;
        let inner = value.get(1..)?;
        match inner.find(quote) {
            Some(end) => rest = inner.get(end + 1..)?,
            None if quote == '`' => return None,
            None => rest = inner,
        }
    }
    prose.push_str(rest);
    Some(prose)
}
