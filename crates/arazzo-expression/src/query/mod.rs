//! [JSONPath](https://www.rfc-editor.org/rfc/rfc9535) queries; the only folder that knows the JSONPath library.
//!
//! A path of names and indices is walked directly. Every other query is parsed once by the library. Its cost on a
//! document is estimated before it runs, because descendants, nested filters and repeated selectors multiply.
//!
//! Where the library differs from RFC 9535: two fractions that differ by less than 2⁻⁵² are equal in a filter, and
//! integers beyond 64 bits compare as floating point.

use std::borrow::Cow;

use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use serde_json::Value;

use self::check::check_segments;
use self::fill::Fill;
pub(crate) use self::object::RootFilter;
use self::work::check_work;
use crate::context::Context;
use crate::expression::Expression;
use crate::limits::MAX_QUERY;
use crate::query_text::{QueryText, Selects};
use crate::syntax_error::SyntaxError;

mod check;
#[cfg(test)]
mod compliance;
mod count;
mod fill;
mod object;
mod work;

/// A query that was parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    path: Path,
    embedded: Vec<Expression>,
    /// Whether a filter at the root may mean an object as a whole.
    filters_objects: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Path {
    Singular(Vec<Selects>),
    Other(Box<JpQuery>),
}

/// The query with integers that the library refuses as literals, those beyond 2⁵³, written with an exponent. As an index
/// such a number is wrong and stays as it is.
fn widened(query: &str) -> Cow<'_, str> {
    if query.bytes().filter(u8::is_ascii_digit).count() <= SAFE_DIGITS {
        return Cow::Borrowed(query);
    }
    let mut text = String::with_capacity(query.len());
    let mut digits = String::new();
    let (mut quote, mut operand, mut escaped) = (None, false, false);
    for c in query.chars().map(Some).chain([None]) {
        if let Some(digit) = c.filter(|c| quote.is_none() && c.is_ascii_digit()) {
            digits.push(digit);
            continue;
        }
        let is_integer = operand && !matches!(c, Some('.' | 'e' | 'E'));
        match digits.split_at_checked(1).filter(|_| is_integer && digits.len() > SAFE_DIGITS) {
            Some((first, rest)) => text.push_str(&format!("{first}.{rest}e{}", rest.len())),
            None => text.push_str(&digits),
        }
        digits.clear();
        let Some(c) = c else { break };
        text.push(c);
        match quote {
            Some(open) if open == c && !escaped => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None => {}
        }
        escaped = c == '\\' && !escaped;
        if !matches!(c, ' ' | '-') {
            operand = quote.is_none() && matches!(c, '=' | '<' | '>' | '(' | ',');
        }
    }
    Cow::Owned(text)
}

/// So many digits are safe in every number format.
const SAFE_DIGITS: usize = 15;

impl Query {
    /// Parses what was read; `range` is where it stands, for errors.
    pub(crate) fn parse(text: QueryText, range: std::ops::Range<usize>) -> Result<Self, SyntaxError> {
        let singular: Option<Vec<Selects>> = text
            .segments
            .iter()
            .map(|segment| match &segment.selects {
                step @ (Selects::Name(_) | Selects::Index(_)) => Some(step.clone()),
                Selects::Several | Selects::Other => None,
            })
            .collect();
        if let Some(steps) = singular {
            return Ok(Self { path: Path::Singular(steps), embedded: text.embedded, filters_objects: false });
        }
        let mut normal = "$".to_owned();
        text.segments.iter().for_each(|segment| normal.push_str(&segment.text));
        SyntaxError::check_length(&normal, "query", MAX_QUERY)
            .map_err(|error| SyntaxError { range: range.clone(), ..error })?;
        let refused = |message: String| SyntaxError::new(message, range.clone());
        let query = parse_json_path(&widened(&normal)).map_err(|_| {
            refused("this is no JSONPath query".to_owned())
                .with_hint("RFC 9535 has `.name`, `['name']`, `[0]`, `[*]`, `[1:3]`, `..` and filters such as `[?@.price < 10]`")
        })?;
        check_segments(&query.segments).map_err(refused)?;
        Ok(Self { path: Path::Other(Box::new(query)), embedded: text.embedded, filters_objects: false })
    }

    /// The nodes of `root` that it selects.
    ///
    /// # Errors
    /// When an expression in it has no value that can stand there, or it would take too long; says why.
    pub(crate) fn nodes<'a>(&self, root: &'a Value, context: &dyn Context) -> Result<Vec<&'a Value>, String> {
        match &self.path {
            Path::Singular(steps) => Ok(walk(steps, root).into_iter().collect()),
            Path::Other(query) => {
                check_work(query, root)?;
                let filled = if self.embedded.is_empty() {
                    Cow::Borrowed(&**query)
                } else {
                    Cow::Owned(Fill::new(&self.embedded, context)?.query(query)?)
                };
                if self.filters_objects
                    && let Some(nodes) = object::nodes(&filled, root)
                {
                    return Ok(nodes);
                }
                Ok(run(&count::query(&filled).segments, root))
            }
        }
    }

    /// The same, except that a filter at the root is applied to an object as a whole when no member has what it asks
    /// for.
    pub(crate) fn filtering_objects(self) -> Self {
        Self { filters_objects: true, ..self }
    }

    /// The filter at the root, if there is one.
    pub(crate) fn root_filter(&self) -> Option<RootFilter> {
        match &self.path {
            Path::Singular(_) => None,
            Path::Other(query) => object::root_filter(query),
        }
    }

    /// The steps of a plain path.
    pub(crate) fn singular(&self) -> Option<&[Selects]> {
        match &self.path {
            Path::Singular(steps) => Some(steps),
            Path::Other(_) => None,
        }
    }

    /// The runtime expressions in it.
    pub(crate) fn embedded(&self) -> &[Expression] {
        &self.embedded
    }
}

fn walk<'a>(steps: &[Selects], root: &'a Value) -> Option<&'a Value> {
    steps.iter().try_fold(root, |node, step| match (step, node) {
        (Selects::Name(name), Value::Object(members)) => members.get(name),
        (Selects::Index(index), Value::Array(items)) => {
            let distance = usize::try_from(index.unsigned_abs()).ok()?;
            if *index < 0 {
                items.len().checked_sub(distance).and_then(|at| items.get(at))
            } else {
                items.get(distance)
            }
        }
        (
            Selects::Name(_) | Selects::Index(_) | Selects::Several | Selects::Other,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
        ) => None,
    })
}

/// What `segments` select from `root`.
fn run<'a>(segments: &[Segment], root: &'a Value) -> Vec<&'a Value> {
    let process = |segments: &[Segment], root: &'a Value| -> Vec<&'a Value> {
        let nodes = js_path_process(&JpQuery::new(segments.to_vec()), root);
        nodes.unwrap_or_default().into_iter().map(|node| node.val).collect()
    };
    // The library applies one of several selectors to all nodes, then the next, which is another order. One segment at
    // a time is right, as long as no filter has a `$`, which would stand for something else.
    let several = segments.iter().any(|segment| selectors(segment).0.len() > 1);
    if !several || segments.iter().any(|segment| segment.to_string().contains('$')) {
        return process(segments, root);
    }
    segments.iter().fold(vec![root], |nodes, segment| {
        let (selectors, descends) = selectors(segment);
        let visited =
            nodes.into_iter().flat_map(|node| if descends { descendants(node) } else { vec![node] });
        let select = |node| {
            let each = selectors.iter().map(|selector| Segment::Selector((*selector).clone()));
            each.flat_map(|segment| process(&[segment], node)).collect::<Vec<_>>()
        };
        visited.flat_map(select).collect()
    })
}

/// A node and everything in it, in the order of the text.
fn descendants(node: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    let mut open = vec![node];
    while let Some(next) = open.pop() {
        found.push(next);
        match next {
            Value::Array(items) => open.extend(items.iter().rev()),
            Value::Object(members) => open.extend(members.values().rev()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    found
}

/// The selectors of a segment, and whether they apply to all descendants.
fn selectors(segment: &Segment) -> (Vec<&Selector>, bool) {
    match segment {
        Segment::Descendant(inner) => (selectors(inner).0, true),
        Segment::Selector(selector) => (vec![selector], false),
        Segment::Selectors(selectors) => (selectors.iter().collect(), false),
    }
}
