//! A path template such as `/pets/{id}`, and the paths that it stands for.
//!
//! See [Path Templating](https://spec.openapis.org/oas/v3.1.1.html#path-templating). Descriptions that were made from
//! Google's discovery documents also have `{+name}`, which is the parameter `name` with slashes in its value that are
//! those of the path ([RFC 6570](https://www.rfc-editor.org/rfc/rfc6570#section-3.2.3)).

use percent_encoding::percent_decode_str;

/// A path template, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate {
    segments: Vec<Vec<Piece>>,
}

/// A part of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Variable(String),
    /// One that stands for several segments.
    Segments(String),
}

impl PathTemplate {
    /// Reads a template. What begins a query in it is left out.
    pub fn new(template: &str) -> Self {
        let path = template.split(['?', '#']).next().unwrap_or_default();
        Self { segments: path.trim_start_matches('/').split('/').map(pieces).collect() }
    }

    /// The values of the variables in `path`, as they are written there; `None` when it is another path.
    pub fn captures(&self, path: &str) -> Option<Vec<(&str, String)>> {
        let mut segments = path.trim_start_matches('/').split('/');
        let more = path.trim_start_matches('/').split('/').count().checked_sub(self.segments.len())?;
        let wide = self
            .segments
            .iter()
            .position(|pieces| pieces.iter().any(|piece| matches!(piece, Piece::Segments(_))));
        if more > 0 && wide.is_none() {
            return None;
        }
        let mut captured = Vec::new();
        for (index, pieces) in self.segments.iter().enumerate() {
            // The first that may stand for several stands for all that are left over.
            let wanted = if wide == Some(index) { more + 1 } else { 1 };
            let segment: Vec<&str> = segments.by_ref().take(wanted).collect();
            capture(pieces, &segment.join("/"), &mut captured)?;
        }
        Some(captured)
    }

    /// How exact the template is, segment by segment: whether each has no variable. Of two that fit, the greater one is
    /// meant.
    pub fn exactness(&self) -> Vec<bool> {
        let is_literal = |pieces: &Vec<Piece>| pieces.iter().all(|piece| matches!(piece, Piece::Literal(_)));
        self.segments.iter().map(is_literal).collect()
    }

    /// The template without the names of its variables: two that are the same here fit the same paths.
    pub fn shape(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Variable(_) => "{}".to_owned(),
            Piece::Segments(_) => "{+}".to_owned(),
        };
        let segments = self.segments.iter().map(|pieces| pieces.iter().map(piece).collect::<String>());
        segments.map(|segment| format!("/{segment}")).collect()
    }
}

/// The name of the parameter that a variable stands for, and whether slashes in its value are those of the path.
pub(crate) fn variable(text: &str) -> (&str, bool) {
    text.strip_prefix('+').map_or((text, false), |name| (name, true))
}

fn pieces(segment: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = segment;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        if !before.is_empty() {
            pieces.push(Piece::Literal(before.to_owned()));
        }
        pieces.push(match variable(name) {
            (name, true) => Piece::Segments(name.to_owned()),
            (name, false) => Piece::Variable(name.to_owned()),
        });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    pieces
}

/// Takes one segment apart. A variable ends where the literal after it first comes up.
fn capture<'t>(pieces: &'t [Piece], segment: &str, captured: &mut Vec<(&'t str, String)>) -> Option<()> {
    if let [] | [Piece::Literal(_)] = pieces {
        let literal = if let [Piece::Literal(text)] = pieces { text.as_str() } else { "" };
        return (decoded(literal) == decoded(segment)).then_some(());
    }
    let mut rest = segment;
    let mut pieces = pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        let name = match piece {
            Piece::Literal(text) => {
                rest = rest.strip_prefix(text.as_str())?;
                continue;
            }
            Piece::Variable(name) | Piece::Segments(name) => name,
        };
        let end = match pieces.peek() {
            Some(Piece::Literal(text)) => {
                let after_one = rest.chars().next()?.len_utf8();
                after_one + rest.get(after_one..)?.find(text.as_str())?
            }
            Some(Piece::Variable(_) | Piece::Segments(_)) => rest.chars().next()?.len_utf8(),
            None => rest.len(),
        };
        let (value, after) = rest.split_at_checked(end).filter(|(value, _)| !value.is_empty())?;
        captured.push((name, value.to_owned()));
        rest = after;
    }
    rest.is_empty().then_some(())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captures(template: &str, path: &str) -> Option<String> {
        let template = PathTemplate::new(template);
        let captured = template.captures(path)?;
        Some(captured.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn variables_stand_for_segments_and_parts_of_them() {
        assert_eq!(captures("/pets/{id}", "/pets/7").as_deref(), Some("id=7"));
        assert_eq!(captures("/a/{x}.{y}/b", "/a/1.2.3/b").as_deref(), Some("x=1 y=2.3"));
        assert_eq!(captures("/jobs/{id}:cancel", "/jobs/a:cancel").as_deref(), Some("id=a"));
        assert_eq!(captures("/a b", "/a%20b").as_deref(), Some(""));
        assert_eq!(captures("/", "/").as_deref(), Some(""));
        for (template, path) in
            [("/pets/{id}", "/pets"), ("/pets/{id}", "/pets/"), ("/pets", "/pets/"), ("/a/{x}b", "/a/xc")]
        {
            assert_eq!(captures(template, path), None, "{template} {path}");
        }
    }

    #[test]
    fn a_variable_with_a_plus_stands_for_one_segment_or_several() {
        let template = "/v2/{+account}/reports:list";
        assert_eq!(captures(template, "/v2/me/reports:list").as_deref(), Some("account=me"));
        assert_eq!(captures(template, "/v2/users/7/reports:list").as_deref(), Some("account=users/7"));
        assert_eq!(captures("/v1/{+name}:run", "/v1/a/b/c:run").as_deref(), Some("name=a/b/c"));
        assert_eq!(captures(template, "/v2/reports:list"), None);
        assert_eq!(captures(template, "/v2/users/7/other"), None);
    }

    #[test]
    fn a_literal_is_more_exact_than_a_variable() {
        let exactness = |template| PathTemplate::new(template).exactness();
        assert!(exactness("/pets/mine") > exactness("/pets/{id}"));
        assert!(exactness("/pets/{id}/x") > exactness("/{any}/mine/x"));
        assert_eq!(PathTemplate::new("/a/{x}").shape(), PathTemplate::new("/a/{y}").shape());
    }
}
