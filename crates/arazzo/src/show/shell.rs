//! Words of a [POSIX shell](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02).

/// The word that a shell reads as `text`: as it is if nothing in it means something, else in quotes.
pub(super) fn word(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "_@%+=:,./-".contains(char);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::word;

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
}
