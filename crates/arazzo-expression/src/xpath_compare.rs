//! Comparisons of node sets in [XPath 1.0](https://www.w3.org/TR/1999/REC-xpath-19991116/#booleans): `!=` and the
//! orderings hold if they hold for any node.
//!
//! The library looks at the first node only, and negates `=` for `!=`. So `//price > 10` is given to it as
//! `boolean(//price/self::node()[. > 10])`, which has one node on the left. What cannot be written in this way is refused.

use std::ops::Range;

const AXES_AND_TESTS: [&str; 4] = ["text", "node", "comment", "processing-instruction"];

/// The expression, with such comparisons as the library gets them right.
///
/// # Errors
/// When two node sets are compared, or something of which it is not known what it is.
pub(crate) fn rewrite(text: &str) -> Result<String, String> {
    let tokens = tokens(text);
    let mut at = 0;
    let mut written = String::new();
    while at < tokens.len() {
        let (level, end) = level(text, &tokens, at, 0)?;
        written.push_str(&level);
        at = end;
        // A closing bracket that nothing opened is left to the library to refuse.
        if let Some(token) = tokens.get(at) {
            written.push_str(part(text, token));
            at += 1;
        }
    }
    Ok(written)
}

type Token = Range<usize>;

fn part<'t>(text: &'t str, token: &Token) -> &'t str {
    text.get(token.clone()).unwrap_or("")
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let name = |next: char| next.is_alphanumeric() || matches!(next, '_' | '-' | '.');
        let length = match rest.chars().next() {
            Some(space) if space.is_whitespace() => {
                at += space.len_utf8();
                continue;
            }
            Some(quote @ ('"' | '\'')) => {
                rest.get(1..).and_then(|inner| inner.find(quote)).map_or(rest.len(), |end| end + 2)
            }
            Some(first) if first.is_alphanumeric() || first == '_' => {
                rest.find(|next| !name(next)).unwrap_or(rest.len())
            }
            Some(first) => ["!=", "<=", ">=", "//", "::", ".."]
                .iter()
                .find(|two| rest.starts_with(**two))
                .map_or(first.len_utf8(), |two| two.len()),
            None => break,
        };
        tokens.push(at..at + length);
        at += length;
    }
    tokens
}

/// An operand of a comparison.
struct Operand {
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nodes.
    Path,
    /// A literal, which is the same in every context.
    Constant,
    /// A string, number or boolean that may depend on the context.
    Computed,
    /// In parentheses, or united.
    Unknown,
}

/// Everything from `at` to the bracket or comma that ends it.
fn level(text: &str, tokens: &[Token], mut at: usize, depth: usize) -> Result<(String, usize), String> {
    if depth > crate::limits::MAX_DEPTH {
        return Err("it nests too deep".to_owned());
    }
    let mut written = String::new();
    let mut left: Option<(Operand, &str)> = None;
    loop {
        let (operand, end) = operand(text, tokens, at, depth)?;
        at = end;
        let next = tokens.get(at).map_or("", |token| part(text, token));
        let compares = matches!(next, "=" | "!=" | "<" | "<=" | ">" | ">=");
        let operand = match left.take() {
            Some((left, operator)) => compare(left, operator, operand)?,
            None => operand,
        };
        if compares {
            left = Some((operand, next));
            at += 1;
            continue;
        }
        written.push_str(&operand.text);
        if !matches!(next, "or" | "and") {
            return Ok((written, at));
        }
        written.push_str(&format!(" {next} "));
        at += 1;
    }
}

/// Everything from `at` to a comparison, `and`, `or` or the end of the level.
fn operand(text: &str, tokens: &[Token], mut at: usize, depth: usize) -> Result<(Operand, usize), String> {
    let start = at;
    let mut written = String::new();
    let (mut computes, mut simple, mut unites) = (false, true, false);
    // Whether an operand stands before the token, so that a name or `*` is an operator.
    let mut after = false;
    while let Some(token) = tokens.get(at) {
        let word = part(text, token);
        if matches!(word, ")" | "]" | "," | "=" | "!=" | "<" | "<=" | ">" | ">=")
            || (after && matches!(word, "or" | "and"))
        {
            break;
        }
        if !written.is_empty()
            && tokens.get(at.wrapping_sub(1)).is_some_and(|before| before.end < token.start)
        {
            written.push(' ');
        }
        match word {
            "div" | "mod" | "*" | "+" if after => {
                (computes, after) = (true, false);
            }
            "-" => (computes, after) = (true, false),
            "|" => (unites, after) = (true, false),
            "(" | "[" => {
                at += 1;
                simple = false;
                written.push_str(word);
                loop {
                    let (inner, end) = level(text, tokens, at, depth + 1)?;
                    written.push_str(&inner);
                    at = end;
                    if tokens.get(at).map(|token| part(text, token)) != Some(",") {
                        break;
                    }
                    written.push(',');
                    at += 1;
                }
                if let Some(close) = tokens.get(at) {
                    written.push_str(part(text, close));
                    at += 1;
                }
                after = true;
                continue;
            }
            _ => after = !matches!(word, "/" | "//" | "::" | "@" | ":" | "$"),
        }
        written.push_str(word);
        at += 1;
    }
    let first = tokens.get(start).map_or("", |token| part(text, token));
    let second = tokens.get(start + 1).map_or("", |token| part(text, token));
    let calls = second == "(" && !AXES_AND_TESTS.contains(&first) && first != "id";
    let literal =
        |word: &str| word.starts_with(['"', '\'']) || word.starts_with(|next: char| next.is_ascii_digit());
    let number = first == "." && second.starts_with(|next: char| next.is_ascii_digit());
    let negative = first == "-" && literal(second) && at == start + 2;
    let kind = if negative || (!computes && simple && (literal(first) || number)) {
        Kind::Constant
    } else if computes || calls {
        Kind::Computed
    } else if first == "(" || written == "/" || unites {
        Kind::Unknown
    } else {
        Kind::Path
    };
    Ok((Operand { text: written, kind }, at))
}

fn compare(left: Operand, operator: &str, right: Operand) -> Result<Operand, String> {
    let (before, after) = (&left.text, &right.text);
    let plain = || format!("{before} {operator} {after}");
    let text = match (left.kind, right.kind) {
        _ if operator == "=" => plain(),
        (Kind::Constant | Kind::Computed, Kind::Constant | Kind::Computed) => plain(),
        (Kind::Path, Kind::Constant) if operator == "!=" => {
            format!("boolean({before}/self::node()[not(. = {after})])")
        }
        (Kind::Constant, Kind::Path) if operator == "!=" => {
            format!("boolean({after}/self::node()[not(. = {before})])")
        }
        (Kind::Path, Kind::Constant) => format!("boolean({before}/self::node()[. {operator} {after}])"),
        (Kind::Constant, Kind::Path) => format!("boolean({after}/self::node()[{before} {operator} .])"),
        (
            Kind::Path | Kind::Unknown | Kind::Computed | Kind::Constant,
            Kind::Path | Kind::Unknown | Kind::Computed | Kind::Constant,
        ) => {
            return Err(format!(
                "`{operator}` between `{before}` and `{after}` is not supported; `number(…)` or `string(…)` takes the first node"
            ));
        }
    };
    Ok(Operand { text, kind: Kind::Computed })
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn a_comparison_of_nodes_with_a_literal_looks_at_each_node() {
        let table = [
            ("//price > 10", "boolean(//price/self::node()[. > 10])"),
            ("//a[@b != 'x y']/c", "//a[boolean(@b/self::node()[not(. = 'x y')])]/c"),
            ("-1 < a and 'or' = b", "boolean(a/self::node()[-1 < .]) and 'or' = b"),
            ("count(//a[b > 1.5], 2) >= 2", "count(//a[boolean(b/self::node()[. > 1.5])],2) >= 2"),
            ("position() != last() - 1", "position() != last() - 1"),
            ("a/text() != .5", "boolean(a/text()/self::node()[not(. = .5)])"),
            ("* * 2 > 3", "* * 2 > 3"),
            ("child::div mod 2 = 1 or or", "child::div mod 2 = 1 or or"),
            ("1 div (2) = (3)", "1 div (2) = (3)"),
        ];
        for (text, expected) in table {
            assert_eq!(rewrite(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn two_sets_are_refused() {
        for text in
            ["a != b", "//a < //b", "//a > count(//b)", "(//a) > 1", "a | b > 1", "/ > 1", "x[a <= b]"]
        {
            assert!(rewrite(text).is_err(), "{text}");
        }
    }
}
