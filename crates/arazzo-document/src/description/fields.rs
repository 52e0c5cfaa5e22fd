//! Taking an object apart: known fields by name, everything else reported with its place.

use arazzo_expression::Mode;

use super::SpecVersion;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::Document;
use crate::node::{Data, Member, Node};
use crate::position::Span;

/// A string as it was written, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The string.
    pub value: String,
    /// Where its scalar stands.
    pub span: Span,
}

impl Text {
    /// The place of the byte range `range` of the value: exact where the scalar is written plainly on one line.
    pub fn span_within(&self, range: std::ops::Range<usize>) -> Span {
        Node { span: self.span, data: Data::String(self.value.clone()) }.span_within(range)
    }
}

/// A value read from the text, with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// Collects what is wrong with one document while it is read.
pub(crate) struct Reader<'a> {
    document: &'a Document,
    mode: Mode,
    /// The version that the document follows, once it is known.
    pub(crate) version: SpecVersion,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(document: &'a Document, mode: Mode) -> Self {
        Self { document, mode, version: SpecVersion::V1_0, diagnostics: Vec::new() }
    }

    pub(crate) fn error(&mut self, code: Code, span: Span, message: String, hint: Option<String>) {
        let mut diagnostic = Diagnostic::error(code, message, self.document.place(span));
        diagnostic.hint = hint;
        self.diagnostics.push(diagnostic);
    }

    pub(crate) fn warning(&mut self, code: Code, span: Span, message: String, hint: Option<String>) {
        let mut diagnostic = Diagnostic::warning(code, message, self.document.place(span));
        diagnostic.hint = hint;
        self.diagnostics.push(diagnostic);
    }

    /// A tolerance: a warning, and an error to the letter.
    pub(crate) fn tolerated(&mut self, code: Code, span: Span, message: String, hint: String) {
        match self.mode {
            Mode::Tolerant => self.warning(code, span, message, Some(hint)),
            Mode::Strict => self.error(code, span, message, Some(hint)),
        }
    }

    /// Says that a field is one of 1.1 if the document follows 1.0. It is honoured all the same.
    pub(crate) fn since_1_1(&mut self, what: &str, span: Span) {
        if self.version < SpecVersion::V1_1 {
            let message = format!("{what} is of Arazzo 1.1, and the document says 1.0");
            self.tolerated(Code::LaterVersion, span, message, "write `arazzo: 1.1.0`".to_owned());
        }
    }

    fn wrong_type(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("{what} must be {wanted}, not {}", node.type_name());
        let hint = matches!(node.data, Data::Null).then(|| "there is nothing; remove the field".to_owned());
        self.error(Code::WrongType, node.span, message, hint);
    }

    /// The string that `node` is, or a report that it is none.
    pub(crate) fn text(&mut self, node: &Node, what: &str) -> Option<Text> {
        match &node.data {
            Data::String(value) => Some(Text { value: value.clone(), span: node.span }),
            Data::Number(_) | Data::Bool(_) => {
                let message = format!("{what} must be a string, not {}", node.type_name());
                self.error(Code::WrongType, node.span, message, Some("put it in quotes".to_owned()));
                None
            }
            Data::Null | Data::Array(_) | Data::Object(_) => {
                self.wrong_type(node, what, "a string");
                None
            }
        }
    }

    /// The items of the array that `node` is, or a report that it is none.
    pub(crate) fn items(&mut self, node: &'a Node, what: &str) -> &'a [Node] {
        if let Data::Array(items) = &node.data {
            return items;
        }
        self.wrong_type(node, what, "an array");
        &[]
    }

    /// The members of the object that `node` is, or a report that it is none.
    pub(crate) fn members(&mut self, node: &'a Node, what: &str) -> &'a [Member] {
        if let Data::Object(members) = &node.data {
            return members;
        }
        self.wrong_type(node, what, "an object");
        &[]
    }
}

/// What becomes of a field that the object does not define.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownFields {
    /// It is an error: the author meant something that would not happen.
    Refused,
    /// It is ignored with a warning (tolerance T19).
    Ignored,
    /// It is ignored with a warning also to the letter: the prose says that it must be.
    AlwaysIgnored,
}

/// The fields of one object of the description that have not been taken yet.
pub(crate) struct Fields<'a> {
    what: &'static str,
    span: Span,
    members: Vec<&'a Member>,
    known: Vec<&'static str>,
    /// Whether it has a `$ref` in place of its fields; that alone is reported then.
    is_reference: bool,
}

impl<'a> Fields<'a> {
    /// The fields of `node`, which the specification calls `what`; `None` with a report when it is no object.
    pub(crate) fn of(node: &'a Node, what: &'static str, reader: &mut Reader<'a>) -> Option<Self> {
        match &node.data {
            Data::Object(members) => {
                let members = members.iter().collect();
                Some(Self { what, span: node.span, members, known: Vec::new(), is_reference: false })
            }
            Data::Null | Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Array(_) => {
                reader.wrong_type(node, what, "an object");
                None
            }
        }
    }

    /// The same of an object that people replace by a `$ref`, as they may in an OpenAPI description.
    pub(crate) fn of_referable(node: &'a Node, what: &'static str, reader: &mut Reader<'a>) -> Option<Self> {
        let is_reference = node.get("$ref").is_some();
        Self::of(node, what, reader).map(|fields| Self { is_reference, ..fields })
    }

    /// Where the object stands.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// Takes the field `name`.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<&'a Node> {
        self.known.push(name);
        let index = self.members.iter().position(|member| member.key == name)?;
        Some(&self.members.swap_remove(index).value)
    }

    /// Takes the field `name`, which has to be there.
    pub(crate) fn required(&mut self, name: &'static str, reader: &mut Reader<'a>) -> Option<&'a Node> {
        let node = self.take(name);
        if node.is_none() && !self.is_reference {
            let message = format!("{} has no `{name}`", self.what);
            let hint = Some(format!("add `{name}: …`, the specification requires it"));
            reader.error(Code::MissingField, self.span.first_line(), message, hint);
        }
        node
    }

    /// Whether it has a `$ref` in place of its fields.
    pub(crate) fn is_reference(&self) -> bool {
        self.is_reference
    }

    /// Takes the field `name`, which is of 1.1.
    pub(crate) fn take_1_1(&mut self, name: &'static str, reader: &mut Reader<'a>) -> Option<&'a Node> {
        let node = self.take(name)?;
        reader.since_1_1(&format!("`{name}`"), node.span);
        Some(node)
    }

    /// Takes the string field `name`.
    pub(crate) fn text(&mut self, name: &'static str, reader: &mut Reader<'a>) -> Option<Text> {
        let node = self.take(name)?;
        reader.text(node, &format!("`{name}`"))
    }

    /// Takes the string field `name`, which has to be there.
    pub(crate) fn required_text(&mut self, name: &'static str, reader: &mut Reader<'a>) -> Option<Text> {
        let node = self.required(name, reader)?;
        reader.text(node, &format!("`{name}`"))
    }

    /// Takes the array field `name` and reads each of its items.
    pub(crate) fn list<T>(
        &mut self,
        name: &'static str,
        reader: &mut Reader<'a>,
        read: impl Fn(&'a Node, &mut Reader<'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = self.take(name) else { return Vec::new() };
        reader.items(node, &format!("`{name}`")).iter().filter_map(|item| read(item, reader)).collect()
    }

    /// Takes the object field `name` and reads each of its members.
    pub(crate) fn map<T>(
        &mut self,
        name: &'static str,
        reader: &mut Reader<'a>,
        read: impl Fn(&'a Node, &mut Reader<'a>) -> Option<T>,
    ) -> Vec<(Text, T)> {
        let Some(node) = self.take(name) else { return Vec::new() };
        reader
            .members(node, &format!("`{name}`"))
            .iter()
            .filter_map(|member| {
                let key = Text { value: member.key.clone(), span: member.key_span };
                read(&member.value, reader).map(|value| (key, value))
            })
            .collect()
    }

    /// Reports every field that nobody took, save extensions.
    pub(crate) fn finish(self, unknown: UnknownFields, reader: &mut Reader<'a>) {
        for member in &self.members {
            if member.key.starts_with("x-") {
                continue;
            }
            let message = format!("{} has no field `{}`", self.what, member.key);
            let near = crate::nearest::nearest(&member.key, self.known.iter().copied());
            match unknown {
                UnknownFields::Refused => {
                    let hint = match near {
                        _ if member.key == "$ref" => {
                            let component = match self.what {
                                "a parameter" | "an action" => {
                                    ", or refer to one of the components with `reference`"
                                }
                                _ => "",
                            };
                            format!("write here what it stands for{component}")
                        }
                        Some(near) => format!("did you mean `{near}`?"),
                        None => {
                            format!(
                                "remove it, or name it `x-{}` if it is meant for another tool",
                                member.key
                            )
                        }
                    };
                    reader.error(Code::UnknownField, member.key_span, message, Some(hint));
                }
                UnknownFields::Ignored | UnknownFields::AlwaysIgnored => {
                    let hint = near.map_or_else(
                        || "it is ignored; remove it".to_owned(),
                        |near| format!("it is ignored; did you mean `{near}`?"),
                    );
                    if unknown == UnknownFields::Ignored {
                        reader.tolerated(Code::UnknownField, member.key_span, message, hint);
                    } else {
                        reader.warning(Code::UnknownField, member.key_span, message, Some(hint));
                    }
                }
            }
        }
    }
}
