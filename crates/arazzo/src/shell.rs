//! Words of a [POSIX shell](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02).

/// The word that a shell reads as `text`: as it is if nothing in it means something, else in quotes.
pub(crate) fn word(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "_@%+=:,./-".contains(char);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Whether a terminal would obey something in the text other than a line break or a tab.
pub(crate) fn is_obeyed(text: &str) -> bool {
    text.contains(obeys)
}

/// Whether a terminal would obey this character.
pub(crate) fn obeys(char: char) -> bool {
    char.is_control() && !matches!(char, '\t' | '\n')
}

/// The command that prints `text` to the byte, with nothing in it that a terminal would obey.
pub(crate) fn printing(text: &str) -> String {
    if is_obeyed(text) {
        return format!("printf {}", word(&octal(text)));
    }
    format!("printf %s {}", word(text))
}

/// A word as [`word`] makes it, with nothing in it that a terminal would obey. Line breaks at the end are lost if there
/// is something of that kind.
pub(crate) fn plain_word(text: &str) -> String {
    if is_obeyed(text) { format!("\"$({})\"", printing(text)) } else { word(text) }
}

/// The format with which `printf` prints the text: control characters as their octal numbers.
fn octal(text: &str) -> String {
    let mut format = String::with_capacity(text.len());
    for (at, char) in text.char_indices() {
        match char {
            // At the start it would begin an option.
            '-' if at == 0 => format.push_str(r"\055"),
            '%' => format.push_str("%%"),
            '\\' => format.push_str(r"\\"),
            '\n' => format.push_str(r"\n"),
            char if char.is_control() => {
                let mut bytes = [0; 4];
                let bytes = char.encode_utf8(&mut bytes).bytes();
                format.extend(bytes.map(|byte| format!(r"\{byte:03o}")));
            }
            char => format.push(char),
        }
    }
    format
}

#[cfg(test)]
mod tests {
    use super::{plain_word, printing, word};

    #[test]
    fn only_what_a_shell_would_change_is_quoted() {
        assert_eq!(word("--server=https://h.test:80/a-b"), "--server=https://h.test:80/a-b");
        assert_eq!(word(""), "''");
        assert_eq!(word("it's $HOME `x` \"y\" \\ *"), r#"'it'\''s $HOME `x` "y" \ *'"#);
        assert_eq!(word("name=<name>"), "'name=<name>'");
        assert_eq!(word("é"), "'é'");
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_a_word_as_the_text() {
        for text in ["a b", "it's", "$x `y` \\ \"z\" *?[a] ~ # ! & | ; < > ( )", "line\nbreak", "''", "ü"] {
            let command = format!("printf %s {}", word(text));
            let output = std::process::Command::new("sh").args(["-c", &command]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn control_characters_are_printed_without_standing_there() {
        let text = "a%s\\n\u{1b}[31m\r\n\u{0}it's \u{9b}ü\n";
        assert!(!printing(text).contains(char::is_control), "{}", printing(text));
        for text in [text, "-n", "--\r", "%d", "", "line\nbreak"] {
            let output = std::process::Command::new("sh").args(["-c", &printing(text)]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
        }
        assert_eq!(plain_word("a\u{1b}b"), r#""$(printf 'a\033b')""#);
        assert_eq!(plain_word("a b"), "'a b'");
    }
}
