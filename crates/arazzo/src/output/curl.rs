//! The `curl` command that sends a request again, for a
//! [POSIX shell](https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02).
//!
//! A credential is a shell variable, any other secret its mask. What a terminal would obey does not stand in the line.

use arazzo_engine::{FailedRequest, MASK, Placement, ShownChunk, Slot, auth_variable};

use crate::shell::{is_obeyed, plain_word, printing, word};

/// A longer body, in bytes, is left out of the line.
const MAX_BODY: usize = 8 * 1024;

/// The file that stands for a body that is not in the line.
const BODY_FILE: &str = "body";

/// A command line, and what a person has to know to use it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Curl {
    pub(super) line: String,
    pub(super) notes: Vec<String>,
}

/// What the command line added to the request.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Given<'a> {
    /// Header fields, secrets masked.
    pub(crate) headers: &'a [(String, String)],
    /// Whether certificates are not looked at.
    pub(crate) insecure: bool,
    /// Whether redirects are followed.
    pub(crate) follows: bool,
}

impl Curl {
    /// The command for this request.
    pub(super) fn new(request: &FailedRequest, given: Given<'_>) -> Self {
        let mut curl = Self::default();
        let mut words = vec!["curl".to_owned(), "-i".to_owned()];
        let body = request.body.as_deref().filter(|chunks| !chunks.is_empty());
        match (request.method.as_str(), body) {
            ("GET", None) => {}
            ("HEAD", None) => words.push("--head".to_owned()),
            (method, _) => words.extend(["-X".to_owned(), plain_word(method)]),
        }
        if given.insecure {
            words.push("--insecure".to_owned());
        }
        if given.follows {
            words.push("--location".to_owned());
        }
        if request.url.contains(['[', ']', '{', '}']) {
            words.push("--globoff".to_owned());
        }
        words.push(curl.url(request));
        let mut cookies = String::new();
        for (name, value) in curl.headers(request, given) {
            if name.eq_ignore_ascii_case("cookie") {
                let separator = if cookies.is_empty() { "Cookie: " } else { "; " };
                cookies.push_str(&plain_word(&format!("{separator}{value}")));
                continue;
            }
            // A field without a value would be taken out instead.
            let field = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
            words.extend(["-H".to_owned(), plain_word(&field)]);
        }
        for slot in &request.slots {
            curl.fill(slot, request, &mut words, &mut cookies);
        }
        if !cookies.is_empty() {
            words.extend(["-H".to_owned(), cookies]);
        }
        let mut before = String::new();
        if let Some(body) = body {
            if !names(request, given).any(|name| name.eq_ignore_ascii_case("content-type")) {
                // Else `curl` says that it is a form.
                words.extend(["-H".to_owned(), "Content-Type:".to_owned()]);
            }
            before = curl.body(body, &mut words);
        }
        curl.line = format!("{before}{}", words.join(" "));
        if curl.line.contains(MASK) {
            curl.notes.push(format!("`{MASK}` stands for a secret"));
        }
        curl
    }

    fn url(&mut self, request: &FailedRequest) -> String {
        let mut url = plain_word(&request.url);
        let mut separator = if request.url.contains('?') { '&' } else { '?' };
        for slot in &request.slots {
            if let Placement::Query(name) = &slot.placement
                && !has_parameter(&request.url, name)
            {
                let name: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
                url.push_str(&plain_word(&format!("{separator}{name}=")));
                url.push_str(&self.variable(slot));
                separator = '&';
            }
        }
        url
    }

    fn headers(&self, request: &FailedRequest, given: Given<'_>) -> Vec<(String, String)> {
        let is_there = |name: &str| {
            let fills = |slot: &Slot| slot.placement.header().is_some_and(|it| it.eq_ignore_ascii_case(name));
            let has = |(known, _): &(String, String)| known.eq_ignore_ascii_case(name);
            request.headers.iter().any(has) || request.slots.iter().any(fills)
        };
        let added = given.headers.iter().filter(|(name, _)| !is_there(name));
        // What begins so would be the name of a file. No request with such a field can be sent.
        let is_file = |name: &str| name.starts_with('@');
        request.headers.iter().chain(added).filter(|(name, _)| !is_file(name)).cloned().collect()
    }

    /// Puts the variable of a credential where the scheme wants it. What the step gave itself stays.
    fn fill(&mut self, slot: &Slot, request: &FailedRequest, words: &mut Vec<String>, cookies: &mut String) {
        let is_there = |name: &str| request.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        if slot.placement.header().is_some_and(is_there) {
            return;
        }
        match &slot.placement {
            Placement::Header(name) => {
                let value = self.variable(slot);
                words.extend(["-H".to_owned(), format!("{}{value}", plain_word(&format!("{name}: ")))]);
            }
            Placement::Basic => {
                let value = self.variable(slot);
                words.extend(["-u".to_owned(), value]);
            }
            Placement::Bearer => {
                let value = self.variable(slot);
                words.extend(["-H".to_owned(), format!("{}{value}", word("Authorization: Bearer "))]);
            }
            Placement::Token(grant) => {
                self.notes.push(format!("`$TOKEN` stands for a token from {}", grant.token_url));
                let value = format!("{}\"$TOKEN\"", word("Authorization: Bearer "));
                words.extend(["-H".to_owned(), value]);
            }
            Placement::Cookie(name) => {
                let separator = if cookies.is_empty() { "Cookie: " } else { "; " };
                cookies.push_str(&plain_word(&format!("{separator}{name}=")));
                cookies.push_str(&self.variable(slot));
            }
            // It is in the URL.
            Placement::Query(_) => {}
        }
    }

    fn variable(&mut self, slot: &Slot) -> String {
        let variable = auth_variable(Some(&slot.source), &slot.scheme);
        let note = format!("`${variable}` stands for the credential of `{}.{}`", slot.source, slot.scheme);
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
        format!("\"${variable}\"")
    }

    /// Adds the body to the words. What is returned stands before the command.
    fn body(&mut self, chunks: &[ShownChunk], words: &mut Vec<String>) -> String {
        let size: usize = chunks.iter().map(in_line).sum();
        let is_unshown = chunks.iter().any(|chunk| matches!(chunk, ShownChunk::Unshown(_)));
        if size > MAX_BODY || is_unshown {
            let what = if is_unshown { "are no text or too many" } else { "are too many for a line" };
            self.notes.push(format!("put the body into the file `{BODY_FILE}`: its bytes {what}"));
            words.extend(["--data-binary".to_owned(), format!("@{BODY_FILE}")]);
            return String::new();
        }
        match chunks {
            [ShownChunk::Text(text)] if !is_obeyed(text) => {
                words.extend(["--data-raw".to_owned(), word(text)]);
                String::new()
            }
            [ShownChunk::File(path)] => {
                words.extend(["--data-binary".to_owned(), plain_word(&format!("@{}", file(path)))]);
                String::new()
            }
            chunks => {
                words.extend(["--data-binary".to_owned(), "@-".to_owned()]);
                let parts: Vec<String> = chunks.iter().filter_map(part).collect();
                match parts.as_slice() {
                    [part] => format!("{part} | "),
                    parts => format!("{{ {}; }} | ", parts.join("; ")),
                }
            }
        }
    }
}

/// The command that prints a part of a body.
fn part(chunk: &ShownChunk) -> Option<String> {
    match chunk {
        ShownChunk::Text(text) => Some(printing(text)),
        ShownChunk::File(path) => Some(format!("cat -- {}", plain_word(file(path)))),
        ShownChunk::Unshown(_) => None,
    }
}

/// A path that is not taken for standard input.
fn file(path: &str) -> &str {
    if path == "-" { "./-" } else { path }
}

fn in_line(chunk: &ShownChunk) -> usize {
    match chunk {
        ShownChunk::Text(text) => text.len(),
        ShownChunk::File(path) => path.len(),
        ShownChunk::Unshown(_) => 0,
    }
}

fn names<'a>(request: &'a FailedRequest, given: Given<'a>) -> impl Iterator<Item = &'a str> {
    request.headers.iter().chain(given.headers).map(|(name, _)| name.as_str())
}

fn has_parameter(url: &str, name: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::process::Command;

    use arazzo_engine::{TokenFlow, TokenGrant};
    use proptest::prelude::*;

    use super::*;

    /// A `curl` that prints how it was called: each argument, then what it gets from a pipe, with a NUL behind each.
    const FAKE: &str = r#"curl() {
        for word in "$@"; do printf '%s\0' "$word"; done
        case "$*" in *'--data-binary @-'*) cat; printf '\0';; esac
    }
    "#;

    /// What `curl` is called with when a shell reads the line.
    fn called(line: &str) -> Vec<String> {
        let output = Command::new("sh")
            .args(["-c", &format!("{FAKE}{line}")])
            .env("ARAZZO_AUTH_API_KEY", "it's $a \"key\"")
            .env("ARAZZO_AUTH_API_OTHER", "o t")
            .env("TOKEN", "t o")
            .output()
            .unwrap();
        assert!(output.status.success(), "{line}\n{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    fn request(method: &str, url: &str) -> FailedRequest {
        let (method, url) = (method.to_owned(), url.to_owned());
        FailedRequest { method, url, headers: Vec::new(), body: None, slots: Vec::new() }
    }

    fn slot(scheme: &str, placement: Placement) -> Slot {
        Slot { source: "api".to_owned(), scheme: scheme.to_owned(), placement }
    }

    fn text(text: &str) -> Option<Vec<ShownChunk>> {
        Some(vec![ShownChunk::Text(text.to_owned())])
    }

    fn line(request: &FailedRequest) -> String {
        Curl::new(request, Given::default()).line
    }

    #[test]
    fn a_plain_request_is_a_short_line() {
        assert_eq!(line(&request("GET", "http://h/a?b=c")), "curl -i 'http://h/a?b=c'");
        assert_eq!(line(&request("HEAD", "http://h/")), "curl -i --head http://h/");
        assert_eq!(line(&request("DELETE", "http://h/[1]")), "curl -i -X DELETE --globoff 'http://h/[1]'");
    }

    #[test]
    fn a_body_is_one_argument() {
        let mut post = request("POST", "http://h/");
        post.headers = vec![("Content-Type".to_owned(), "text/plain".to_owned())];
        post.body = text("@it's $x\n`y`");
        let expected = ["-i", "-X", "POST", "http://h/", "-H", "Content-Type: text/plain", "--data-raw"];
        assert_eq!(called(&line(&post)), [&expected[..], &["@it's $x\n`y`"]].concat());
        post.headers = vec![("X".to_owned(), String::new())];
        assert!(line(&post).contains("-H 'X;' -H Content-Type: --data-raw"), "{}", line(&post));
    }

    #[test]
    fn files_stand_where_they_are_sent() {
        let path = std::env::temp_dir().join(format!("arazzo curl {}", std::process::id()));
        std::fs::write(&path, "of the file\n").unwrap();
        let file = || ShownChunk::File(path.to_str().unwrap().to_owned());
        let part = |text: &str| ShownChunk::Text(text.to_owned());
        let mut post = request("POST", "http://h/");
        post.body = Some(vec![part("--b\r\n%s\\n"), file(), part("\r\n--b--\r\n")]);
        let words = called(&line(&post));
        std::fs::remove_file(&path).unwrap();
        assert!(words.contains(&"@-".to_owned()));
        assert_eq!(words.last().unwrap(), "--b\r\n%s\\nof the file\n\r\n--b--\r\n");
        post.body = Some(vec![ShownChunk::File("-".to_owned())]);
        assert_eq!(called(&line(&post)).last().unwrap(), "@./-");
    }

    #[test]
    fn a_body_that_is_no_text_or_long_is_told_and_not_printed() {
        let mut post = request("POST", "http://h/");
        for body in [ShownChunk::Unshown(5), ShownChunk::Text("x".repeat(MAX_BODY + 1))] {
            post.body = Some(vec![body]);
            let Curl { line, notes } = Curl::new(&post, Given::default());
            assert!(line.ends_with("--data-binary @body"), "{line}");
            assert!(notes.iter().any(|note| note.contains("into the file `body`")), "{notes:?}");
        }
    }

    #[test]
    fn credentials_are_variables() {
        let secret = "it's $a \"key\"";
        let grant = TokenGrant::new(TokenFlow::ClientCredentials, "https://h/token");
        let words = |placement: Placement, url: &str, headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let slots = vec![slot("key", placement)];
            let request = FailedRequest { headers: headers.collect(), slots, ..request("GET", url) };
            let words = called(&line(&request));
            words.into_iter().skip(1).collect::<Vec<_>>()
        };
        let header = Placement::Header("X-Key".to_owned());
        assert_eq!(words(header.clone(), "http://h/", &[]), ["http://h/", "-H", &format!("X-Key: {secret}")]);
        let given = [("x-key", "***")];
        assert_eq!(words(header, "http://h/", &given), ["http://h/", "-H", "x-key: ***"]);
        assert_eq!(words(Placement::Basic, "http://h/", &[]), ["http://h/", "-u", secret]);
        let bearer = format!("Authorization: Bearer {secret}");
        assert_eq!(words(Placement::Bearer, "http://h/", &[]), ["http://h/", "-H", &bearer]);
        let token = Placement::Token(Box::new(grant));
        assert_eq!(words(token, "http://h/", &[]), ["http://h/", "-H", "Authorization: Bearer t o"]);
        let query = Placement::Query("k&y".to_owned());
        assert_eq!(words(query.clone(), "http://h/?a=b", &[]), [format!("http://h/?a=b&k%26y={secret}")]);
        assert_eq!(words(query, "http://h/?k%26y=1", &[]), ["http://h/?k%26y=1"]);
        let cookie = Placement::Cookie("sid".to_owned());
        let cookies = format!("Cookie: a=1; sid={secret}");
        assert_eq!(words(cookie, "http://h/", &[("cookie", "a=1")]), ["http://h/", "-H", &cookies]);
    }

    #[test]
    fn names_that_a_terminal_would_obey_are_escaped() {
        for placement in [Placement::Header, Placement::Query, Placement::Cookie] {
            let slots = vec![slot("a\u{1b}b", placement("a\u{1b}[2Jb".to_owned()))];
            let request = FailedRequest { slots, ..request("G\u{7}T", "http://h/\u{9b}") };
            assert!(!is_obeyed(&line(&request)), "{}", line(&request));
        }
    }

    #[test]
    fn what_a_variable_and_a_mask_stand_for_is_told() {
        let mut get = request("GET", "http://h/?api_key=***");
        get.slots = vec![slot("key", Placement::Bearer)];
        let headers = [("X-Token", "***"), ("X-B", "***"), ("X-C", "c")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let given = Given { headers: &headers, insecure: true, follows: true };
        let Curl { line, notes } = Curl::new(&get, given);
        assert!(line.contains("-H 'X-Token: ***' -H 'X-B: ***' -H 'X-C: c'"), "{line}");
        assert!(line.contains("--insecure --location"), "{line}");
        let expected =
            ["`$ARAZZO_AUTH_API_KEY` stands for the credential of `api.key`", "`***` stands for a secret"];
        assert_eq!(notes, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_shell_gives_every_text_back(body in "[^\u{0}]{0,40}", value in "[^\u{0}\r\n]{1,20}", odd in ".{0,9}") {
            let mut post = request("POST", "http://h/");
            post.headers = vec![("X-A".to_owned(), value.clone())];
            post.body = text(&format!("{body}{odd}{body}").replace('\u{0}', ""));
            let Some([ShownChunk::Text(sent)]) = post.body.as_deref() else { unreachable!() };
            let line = line(&post);
            prop_assert!(!is_obeyed(&line), "{line}");
            let words = called(&line);
            prop_assert_eq!(words.get(5), Some(&format!("X-A: {value}")));
            if sent.is_empty() {
                prop_assert_eq!(words.last().map(String::as_str), Some(""));
            } else {
                prop_assert_eq!(words.last(), Some(sent));
            }
        }
    }
}
