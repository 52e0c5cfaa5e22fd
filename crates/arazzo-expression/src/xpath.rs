//! [XPath 1.0](https://www.w3.org/TR/1999/REC-xpath-19991116/) on XML text; the only file that knows the XML library.
//!
//! A document type declaration is refused, so that no entity is ever expanded. The prefixes of the text mean what the
//! document declares for them, the outermost declaration first; one that it does not declare is an error.

use std::borrow::Cow;

use serde_json::Value;
use uppsala::{Document, NodeId, NodeKind, Parser, XPathEvaluator, XPathValue};

use crate::xpath_compare;

/// The longest XPath expression, in bytes. Its operators nest as the text goes on, so that this bounds the stack too.
const MAX_XPATH: usize = 1024;

/// How deep an XPath expression may nest.
const MAX_XPATH_DEPTH: u32 = 24;

/// The longest XML text, in bytes.
const MAX_XML: usize = 4 * 1024 * 1024;

/// How deep elements may nest.
const MAX_XML_DEPTH: u32 = 128;

/// The most node visits that one XPath expression may need.
const MAX_XPATH_VISITS: usize = 200_000;

/// The most bytes of XML that the visits of an expression with predicates may look at.
const MAX_XPATH_BYTES: usize = 2_000_000_000;

/// Whether this build has XPath.
pub(crate) const SUPPORTED: bool = true;

/// What an expression gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// The string values of the nodes, in the order of the document.
    Nodes(Vec<String>),
    Boolean(bool),
    Number(f64),
    Text(String),
}

impl Outcome {
    /// The function `boolean()`.
    pub(crate) fn holds(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Boolean(value) => *value,
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Text(text) => !text.is_empty(),
        }
    }

    /// As JSON: nothing for no node, a string for one and an array for several. A number that JSON does not have is
    /// the string of XPath.
    pub(crate) fn into_value(self) -> Option<Value> {
        match self {
            Self::Nodes(mut nodes) => match (nodes.len(), nodes.pop()) {
                (_, None) => None,
                (1, Some(node)) => Some(Value::String(node)),
                (_, Some(last)) => Some(nodes.into_iter().chain([last]).map(Value::String).collect()),
            },
            Self::Boolean(value) => Some(Value::Bool(value)),
            Self::Number(number) => Some(number_value(number)),
            Self::Text(text) => Some(Value::String(text)),
        }
    }
}

fn number_value(number: f64) -> Value {
    if number.is_nan() {
        return Value::String("NaN".to_owned());
    }
    let text = number.to_string();
    match serde_json::from_str(&text) {
        Ok(Value::Number(number)) => Value::Number(number),
        Ok(_) | Err(_) => Value::String(if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()),
    }
}

/// Whether `text` is XPath 1.0.
///
/// # Errors
/// When it is not; says why.
pub(crate) fn check(text: &str) -> Result<(), String> {
    if text.len() > MAX_XPATH {
        return Err(format!("it is {} bytes long, and {MAX_XPATH} are allowed", text.len()));
    }
    if text.trim().is_empty() {
        return Err("it is empty".to_owned());
    }
    let document = parse("<r/>")?;
    let text = &xpath_compare::rewrite(text)?;
    evaluator(&document, text, 0).evaluate(&document, document.root(), text).map(|_| ()).map_err(reason)
}

/// Evaluates `text` at the root of `xml`.
///
/// # Errors
/// When `xml` is no XML, or `text` cannot be evaluated on it; says why.
pub(crate) fn evaluate(xml: &str, text: &str) -> Result<Outcome, String> {
    let document = parse(xml)?;
    let outcome = run(&document, xml, text)?;
    Ok(match outcome {
        XPathValue::NodeSet(nodes) => Outcome::Nodes(
            nodes
                .into_iter()
                .map(|node| XPathValue::NodeSet(vec![node]).to_string_value(&document))
                .collect(),
        ),
        XPathValue::Boolean(value) => Outcome::Boolean(value),
        XPathValue::Number(number) => Outcome::Number(number),
        XPathValue::String(text) => Outcome::Text(text),
    })
}

/// Puts `value` in the place of the content of each selected element, and of the value of each selected attribute or
/// text. Gives the new text and how many nodes were selected.
///
/// # Errors
/// When `xml` is no XML, or `text` does not select nodes that have a content; says why.
pub(crate) fn replace(xml: &str, text: &str, value: &str) -> Result<(String, usize), String> {
    if value.contains(|next: char| next.is_ascii_control() && !matches!(next, '\n' | '\t' | '\r')) {
        return Err("the value has a control character, which XML cannot hold".to_owned());
    }
    let mut document = parse(xml)?;
    let nodes = match run(&document, xml, text)? {
        XPathValue::NodeSet(nodes) => nodes,
        XPathValue::Boolean(_) | XPathValue::Number(_) | XPathValue::String(_) => {
            return Err("it selects no nodes but computes a value".to_owned());
        }
    };
    let count = nodes.len();
    for node in nodes {
        set(&mut document, node, value)?;
    }
    Ok((document.to_xml(), count))
}

fn set<'a>(document: &mut Document<'a>, node: NodeId, value: &str) -> Result<(), String> {
    let text = || Cow::<'a, str>::Owned(value.to_owned());
    let attribute = match document.node_kind_mut(node) {
        Some(NodeKind::Text(content) | NodeKind::CData(content)) => {
            *content = text();
            return Ok(());
        }
        Some(NodeKind::Attribute(name, _)) => Some(name.clone()),
        Some(NodeKind::Element(_)) => None,
        Some(NodeKind::Document | NodeKind::Comment(_) | NodeKind::ProcessingInstruction(_)) | None => {
            return Err("it selects something other than elements, attributes and text".to_owned());
        }
    };
    match attribute {
        Some(name) => {
            let owner = document.parent(node).and_then(|owner| document.element_mut(owner));
            let owner = owner.ok_or("an attribute has no element")?;
            owner.set_attribute(name, text());
        }
        None => {
            for child in document.children(node) {
                document.remove_child(node, child);
            }
            let content = document.create_text(text());
            document.append_child(node, content);
        }
    }
    Ok(())
}

fn parse(xml: &str) -> Result<Document<'_>, String> {
    if xml.len() > MAX_XML {
        return Err(format!("the XML is {} bytes long, and {MAX_XML} are allowed", xml.len()));
    }
    let parser = Parser::new().with_max_depth(MAX_XML_DEPTH).with_forbid_dtd(true);
    let mut document = parser.parse(xml).map_err(|error| format!("it does not parse as XML: {error}"))?;
    document.prepare_xpath();
    Ok(document)
}

fn run(document: &Document<'_>, xml: &str, text: &str) -> Result<XPathValue, String> {
    if text.len() > MAX_XPATH {
        return Err(format!("the expression is {} bytes long, and {MAX_XPATH} are allowed", text.len()));
    }
    for prefix in prefixes(text) {
        if prefix != "xml" && !declarations(document).any(|(declared, _)| declared == prefix) {
            return Err(format!("the document does not declare the prefix `{prefix}`"));
        }
    }
    let text = &xpath_compare::rewrite(text)?;
    evaluator(document, text, xml.len()).evaluate(document, document.root(), text).map_err(reason)
}

/// A predicate may look at the whole document at each visit, so that a large one gets fewer visits.
fn evaluator(document: &Document<'_>, text: &str, length: usize) -> XPathEvaluator {
    let visits = if text.contains('[') {
        MAX_XPATH_VISITS.min(MAX_XPATH_BYTES / (length + 1))
    } else {
        MAX_XPATH_VISITS
    };
    let mut evaluator = XPathEvaluator::new().with_max_depth(MAX_XPATH_DEPTH).with_max_node_visits(visits);
    let mut known = std::collections::HashSet::new();
    for (prefix, uri) in declarations(document) {
        if !prefix.is_empty() && known.insert(prefix) {
            evaluator.add_namespace(prefix, uri);
        }
    }
    evaluator
}

/// The namespaces that the document declares, outer ones first.
fn declarations<'d>(document: &'d Document<'_>) -> impl Iterator<Item = (&'d str, &'d str)> {
    let elements = document.descendants(document.root());
    elements
        .into_iter()
        .filter_map(|node| document.element(node))
        .flat_map(|element| element.namespace_declarations.iter().map(|(prefix, uri)| (&**prefix, &**uri)))
}

/// The namespace prefixes in an expression, outside of its strings.
fn prefixes(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut quote = None;
    let mut name: Option<usize> = None;
    for (at, next) in text.char_indices() {
        match (quote, next) {
            (Some(open), next) => {
                if open == next {
                    quote = None;
                }
                name = None;
            }
            (None, '"' | '\'') => {
                quote = Some(next);
                name = None;
            }
            (None, ':') => {
                let single = !text.get(at + 1..).is_some_and(|rest| rest.starts_with(':'));
                if let (Some(start), true) = (name.take(), single) {
                    found.extend(text.get(start..at));
                }
            }
            (None, next) if next.is_alphanumeric() || matches!(next, '_' | '-' | '.') => {
                name.get_or_insert(at);
            }
            (None, _) => name = None,
        }
    }
    found
}

fn reason(error: uppsala::XmlError) -> String {
    error.to_string()
}
