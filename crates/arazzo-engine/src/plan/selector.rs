//! The [Selector Object](https://spec.openapis.org/arazzo/v1.1.0.html#selector-object) and the targets of payload
//! replacements.

use arazzo_document::description::{Replacement, Text};
use arazzo_document::{Code, Data, Node};
use arazzo_expression::{
    Expression, Mode, Parsed, Selector, SelectorError, SelectorKind, Target, XPathVersion,
};

use super::compiler::{Compiler, Seen};
use super::value::ValueTemplate;

/// A selector object as it was written.
pub(crate) struct SelectorText {
    context: Text,
    selector: Text,
    kind: Text,
    version: Option<Text>,
}

/// A value that is set in a payload before it is sent.
#[derive(Debug)]
pub(crate) struct ReplacementPlan {
    pub(crate) text: String,
    pub(crate) target: Target,
    pub(crate) value: ValueTemplate,
}

impl SelectorText {
    /// The selector object that `node` is: one with these three members and no others, for a payload may hold anything.
    pub(crate) fn of(node: &Node) -> Option<Self> {
        let members = node.as_object()?;
        let (kind, version) = kind_of(node.get("type")?)?;
        let context = text_of(node.get("context")?)?;
        let is_selector = members.len() == 3 && context.value.starts_with('$');
        is_selector.then_some(Self { context, selector: text_of(node.get("selector")?)?, kind, version })
    }
}

impl Compiler<'_> {
    /// Compiles a selector object.
    pub(crate) fn selector(&mut self, written: &SelectorText) -> Option<Selector> {
        let version = written.version.as_ref().map(|version| version.value.as_str());
        let parsed = SelectorKind::from_names(&written.kind.value, version).and_then(|kind| {
            let declared = |source: &_| self.declares_source(source);
            Selector::parse_with(
                &written.context.value,
                &written.selector.value,
                kind,
                self.options.mode,
                &declared,
            )
        });
        let selector = self.selected(parsed, &written.selector, &written.context, &written.kind)?;
        for expression in selector.expressions() {
            self.check_scope(expression, written.context.span);
            self.saw(written.context.span, || Seen::Expression(expression.clone()));
        }
        Some(selector)
    }

    /// A JSONPath query behind an expression, as in `$steps.list.outputs.items[*].id`, which means what a selector object
    /// says (T23). `None` when there is none; `Some(None)` when it was refused.
    pub(crate) fn query_behind(&mut self, text: &Text) -> Option<Option<Selector>> {
        let at = ["[*]", "[?"].iter().filter_map(|open| text.value.find(open)).min()?;
        let (context, query) = text.value.split_at_checked(at)?;
        let declared = |source: &_| self.declares_source(source);
        let is_one = |text: &str| Expression::parse_with(text, self.options.mode, &declared).is_ok();
        if self.options.mode == Mode::Strict || !is_one(context) || is_one(&text.value) {
            return None;
        }
        let selector = format!("${query}");
        let message = format!("`{query}` is a JSONPath query behind an expression");
        let hint =
            format!("write `{{ context: {context}, selector: '{selector}', type: jsonpath }}` (Arazzo 1.1)");
        self.warning(Code::QueryBehindExpression, text.span_within(at..text.value.len()), message, &hint);
        let part = |value: &str| Text { value: value.to_owned(), span: text.span };
        let written = SelectorText {
            context: part(context),
            selector: part(&selector),
            kind: part("jsonpath"),
            version: None,
        };
        Some(self.selector(&written))
    }

    /// Compiles a replacement. Without a type its target is a JSON Pointer, or an XPath when the body is XML.
    pub(crate) fn replacement(&mut self, written: &Replacement, xml: bool) -> Option<ReplacementPlan> {
        let target = &written.target;
        let default = if xml { SelectorKind::XPath(XPathVersion::V10) } else { SelectorKind::JsonPointer };
        let said = written.target_selector.as_ref().and_then(kind_of);
        let kind = match &said {
            Some((kind, version)) => {
                SelectorKind::from_names(&kind.value, version.as_ref().map(|version| version.value.as_str()))
            }
            None => Ok(default),
        };
        let kind_text = said.as_ref().map_or(target, |(kind, _)| kind);
        let parsed = kind.and_then(|kind| Target::parse(&target.value, kind, self.options.mode));
        let parsed = self.selected(parsed, target, target, kind_text)?;
        let value = self.value(&written.value)?;
        Some(ReplacementPlan { text: target.value.clone(), target: parsed, value })
    }

    fn selected<T>(
        &mut self,
        parsed: Result<Parsed<T>, SelectorError>,
        selector: &Text,
        context: &Text,
        kind: &Text,
    ) -> Option<T> {
        match parsed {
            Ok(parsed) => {
                self.notes(selector, parsed.notes);
                Some(parsed.value)
            }
            Err(error) => {
                let text = match &error {
                    SelectorError::Selector(_) => selector,
                    SelectorError::Context(_) => context,
                    SelectorError::UnknownType { .. }
                    | SelectorError::UnknownVersion { .. }
                    | SelectorError::Unsupported { .. } => kind,
                };
                let code = if error.is_unsupported() { Code::Unsupported } else { Code::InvalidExpression };
                let span = error.syntax().map_or(text.span, |syntax| text.span_within(syntax.range.clone()));
                let hint = error.syntax().and_then(|syntax| syntax.hint.clone()).unwrap_or_default();
                let message =
                    error.syntax().map_or_else(|| error.to_string(), |syntax| syntax.message.clone());
                self.error(code, span, message, &hint);
                None
            }
        }
    }
}

/// The name of a selector type with its version: a string, or an
/// [Expression Type Object](https://spec.openapis.org/arazzo/v1.1.0.html#expression-type-object).
fn kind_of(node: &Node) -> Option<(Text, Option<Text>)> {
    match &node.data {
        Data::String(_) => Some((text_of(node)?, None)),
        Data::Object(_) => Some((text_of(node.get("type")?)?, node.get("version").and_then(text_of))),
        Data::Null | Data::Bool(_) | Data::Number(_) | Data::Array(_) => None,
    }
}

fn text_of(node: &Node) -> Option<Text> {
    node.as_str().map(|value| Text { value: value.to_owned(), span: node.span })
}
