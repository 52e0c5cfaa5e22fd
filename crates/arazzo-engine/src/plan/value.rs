//! A value of a description with the expressions in it: what a parameter or a payload is made from.
//!
//! See [Parameter Object](https://spec.openapis.org/arazzo/v1.0.1.html#parameter-object) and
//! [Request Body Object](https://spec.openapis.org/arazzo/v1.0.1.html#request-body-object). Map keys are never
//! expressions, and a value that was put in is never scanned again.

use arazzo_document::description::{SpecVersion, Text};
use arazzo_document::{Code, Data, Member, Node};
use arazzo_expression::{Absence, Context, Expression, Pointer, Selector, Source, Surrounding, Template};
use serde_json::{Map, Value};

use super::Mode;
use super::compiler::Compiler;
use super::selector::SelectorText;

/// A value with the expressions in it parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ValueTemplate {
    /// No expression is in it.
    Constant(Value),
    /// An expression, or text with expressions embedded in it.
    Text(Template),
    /// What a [Selector Object](https://spec.openapis.org/arazzo/v1.1.0.html#selector-object) selects.
    Selector(Box<Selector>),
    /// An array with an expression somewhere in it.
    Array(Vec<ValueTemplate>),
    /// An object with an expression somewhere in it.
    Object(Vec<(String, ValueTemplate)>),
}

/// An expression in a value that has nothing to put there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hole {
    /// Where in the value.
    pub(crate) at: Pointer,
    /// Why there is nothing.
    pub(crate) absence: Absence,
    /// Whether it stands in an array, where leaving it out moves its neighbours.
    pub(crate) in_array: bool,
}

impl ValueTemplate {
    /// The value, without the members and items that have nothing to put there; those are in `holes`.
    ///
    /// `None` means that nothing at all is left: the whole value is a hole.
    pub(crate) fn evaluate(&self, context: &dyn Context, holes: &mut Vec<Hole>) -> Option<Value> {
        self.evaluate_in(context, Surrounding::Plain, holes)
    }

    /// The same for text of a kind in which values have to be escaped.
    pub(crate) fn evaluate_in(
        &self,
        context: &dyn Context,
        surrounding: Surrounding,
        holes: &mut Vec<Hole>,
    ) -> Option<Value> {
        match self {
            Self::Text(template) => Place::Root.fill(template.evaluate_in(context, surrounding), holes),
            Self::Constant(_) | Self::Selector(_) | Self::Array(_) | Self::Object(_) => {
                self.evaluate_at(context, &Place::Root, holes)
            }
        }
    }

    fn evaluate_at(&self, context: &dyn Context, place: &Place<'_>, holes: &mut Vec<Hole>) -> Option<Value> {
        match self {
            Self::Constant(value) => Some(value.clone()),
            Self::Text(template) => place.fill(template.evaluate(context), holes),
            Self::Selector(selector) => place.fill(selector.evaluate(context), holes),
            Self::Array(items) => {
                let evaluated = items
                    .iter()
                    .enumerate()
                    .filter_map(|(index, item)| item.evaluate_at(context, &Place::Item(place, index), holes))
                    .collect();
                Some(Value::Array(evaluated))
            }
            Self::Object(members) => {
                let evaluated: Map<String, Value> = members
                    .iter()
                    .filter_map(|(key, member)| {
                        let value = member.evaluate_at(context, &Place::Member(place, key), holes);
                        value.map(|value| (key.clone(), value))
                    })
                    .collect();
                Some(Value::Object(evaluated))
            }
        }
    }

    /// Every expression in the value.
    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Constant(_) => Vec::new(),
            Self::Text(template) => template.expressions().collect(),
            Self::Selector(selector) => selector.expressions().collect(),
            Self::Array(items) => items.iter().flat_map(Self::expressions).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, member)| member.expressions()).collect(),
        }
    }
}

impl Compiler<'_> {
    /// Compiles a value with the expressions in it.
    pub(crate) fn value(&mut self, node: &Node) -> Option<ValueTemplate> {
        match &node.data {
            Data::String(text) => {
                let text = Text { value: text.clone(), span: node.span };
                if let Some(selector) = self.query_behind(&text) {
                    return selector.map(|selector| ValueTemplate::Selector(Box::new(selector)));
                }
                self.template(&text).map(|template| match template {
                    Template::Literal(text) => ValueTemplate::Constant(text.into()),
                    Template::Expression(_) | Template::Text(_) => ValueTemplate::Text(template),
                })
            }
            Data::Array(items) => {
                let items: Vec<Option<ValueTemplate>> = items.iter().map(|item| self.value(item)).collect();
                let items: Vec<ValueTemplate> = items.into_iter().collect::<Option<_>>()?;
                if items.iter().all(is_constant) {
                    return Some(ValueTemplate::Constant(node.to_value()));
                }
                Some(ValueTemplate::Array(items))
            }
            Data::Object(members) => {
                if let Some(written) = self.selector_text(node) {
                    return self
                        .selector(&written)
                        .map(|selector| ValueTemplate::Selector(Box::new(selector)));
                }
                members.iter().for_each(|member| self.literal_name(member));
                let members: Vec<Option<(String, ValueTemplate)>> = members
                    .iter()
                    .map(|member| Some((member.key.clone(), self.value(&member.value)?)))
                    .collect();
                let members: Vec<(String, ValueTemplate)> = members.into_iter().collect::<Option<_>>()?;
                if members.iter().all(|(_, value)| is_constant(value)) {
                    return Some(ValueTemplate::Constant(node.to_value()));
                }
                Some(ValueTemplate::Object(members))
            }
            Data::Null | Data::Bool(_) | Data::Number(_) => Some(ValueTemplate::Constant(node.to_value())),
        }
    }

    /// Refuses a name of a member that looks like an expression: it would be sent as it is written, which nobody means. To
    /// the letter it is text, and what one word may be as well is taken as text, too.
    fn literal_name(&mut self, member: &Member) {
        let key = &member.key;
        if !key.contains('$') {
            return;
        }
        let declared = |source: &Source| self.declares_source(source);
        let Ok(read) = Template::parse_with(key, self.options.mode, &declared) else { return };
        let is_refused = self.options.mode == Mode::Tolerant && !read.value.expressions().all(is_one_word);
        let name = match read.value {
            Template::Literal(_) => return,
            Template::Expression(_) => format!("{{{key}}}"),
            Template::Text(_) => key.clone(),
        };
        let hint = format!("write the value as text with `\"{name}\": …` in it");
        if is_refused {
            let message = format!("`{key}` is the name of a member, and names are text, never expressions");
            let hint = format!("{hint}; `--strict` sends the name as it is");
            self.error(Code::LiteralName, member.key_span, message, &hint);
        } else {
            let message =
                format!("`{key}` stays as it is written: the name of a member is text, never an expression");
            self.warning(Code::LiteralName, member.key_span, message, &hint);
        }
    }

    /// The selector object that `node` is. To the letter there are none in a document of 1.0.
    fn selector_text(&self, node: &Node) -> Option<SelectorText> {
        let older = self.here.description.version < SpecVersion::V1_1 && self.options.mode == Mode::Strict;
        SelectorText::of(node).filter(|_| !older)
    }
}

/// Where a part of the value stands. Its pointer is made when it is needed.
#[derive(Clone, Copy)]
enum Place<'p> {
    Root,
    Member(&'p Place<'p>, &'p str),
    Item(&'p Place<'p>, usize),
}

impl Place<'_> {
    /// The value, or a hole at this place.
    fn fill(&self, value: Result<Value, Absence>, holes: &mut Vec<Hole>) -> Option<Value> {
        match value {
            Ok(value) => Some(value),
            Err(absence) => {
                let in_array = matches!(self, Self::Item(..));
                holes.push(Hole { at: self.pointer(), absence, in_array });
                None
            }
        }
    }

    fn pointer(&self) -> Pointer {
        match self {
            Self::Root => Pointer::root(),
            Self::Member(outer, name) => outer.pointer().child(*name),
            Self::Item(outer, index) => outer.pointer().child(index.to_string()),
        }
    }
}

/// Whether it is a single word behind the dollar sign, as names in data may be, too: `$url`.
fn is_one_word(expression: &Expression) -> bool {
    match &expression.source {
        Source::Url | Source::Method | Source::StatusCode | Source::SelfUri => true,
        Source::Request(_)
        | Source::Response(_)
        | Source::Message(_)
        | Source::Input(_)
        | Source::Output(_)
        | Source::StepOutput { .. }
        | Source::WorkflowInput { .. }
        | Source::WorkflowOutput { .. }
        | Source::SourceDescription { .. }
        | Source::Component { .. } => false,
    }
}

fn is_constant(value: &ValueTemplate) -> bool {
    matches!(value, ValueTemplate::Constant(_))
}
