//! The parameters of a step, with what the operation says about each.

use arazzo_document::description::{Entry, Parameter, ParameterIn};
use arazzo_document::openapi::{Operation, Parameter as Declared, ParameterLocation, Style};
use arazzo_document::{Code, Node, Span};

use arazzo_expression::ComponentKind;

use super::compiler::Compiler;
use super::value::ValueTemplate;

/// A parameter of a step.
#[derive(Debug)]
pub(crate) struct ParameterPlan {
    pub(crate) name: String,
    pub(crate) location: Location,
    pub(crate) value: ValueTemplate,
    pub(crate) required: bool,
    pub(crate) style: Style,
    pub(crate) explode: bool,
    pub(crate) allow_reserved: bool,
    /// Whether the operation wants the value as JSON text.
    pub(crate) as_json: bool,
}

/// Where a parameter of an operation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    Header,
    Cookie,
}

impl Location {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }

    fn of(declared: ParameterLocation) -> Option<Self> {
        match declared {
            ParameterLocation::Path => Some(Self::Path),
            ParameterLocation::Query => Some(Self::Query),
            ParameterLocation::Header => Some(Self::Header),
            ParameterLocation::Cookie => Some(Self::Cookie),
            ParameterLocation::QueryString => None,
        }
    }

    fn default_style(self) -> (Style, bool) {
        match self {
            Self::Path | Self::Header => (Style::Simple, false),
            Self::Query | Self::Cookie => (Style::Form, true),
        }
    }
}

/// A parameter as written, after references have been followed.
struct Written {
    name: String,
    name_span: Span,
    location: Option<ParameterIn>,
    value: Node,
}

impl Compiler<'_> {
    /// The parameters of a step: the workflow's, overridden by the step's with the same name and place.
    pub(crate) fn parameters(
        &mut self,
        step: &arazzo_document::description::Step,
        operation: &Operation<'_>,
    ) -> Vec<ParameterPlan> {
        let mut merged = self.written(&self.workflow.parameters);
        for parameter in self.written(&step.parameters) {
            merged.retain(|other| !same(other, &parameter));
            merged.push(parameter);
        }
        let declared = operation.parameters();
        let plans: Vec<ParameterPlan> =
            merged.iter().filter_map(|written| self.parameter(written, &declared)).collect();
        self.report_missing(step.id.span, &step.id.value, &declared, &plans);
        plans
    }

    /// Follows references and reports two parameters of one name and place in a list.
    fn written(&mut self, entries: &[Entry<Parameter>]) -> Vec<Written> {
        let mut list: Vec<Written> = Vec::new();
        for entry in entries {
            let Some(written) = self.follow(entry) else { continue };
            if list.iter().any(|other| same(other, &written)) {
                let place = written.location.map_or("", ParameterIn::as_str);
                let message = format!("parameter `{}` in `{place}` is given twice", written.name);
                self.error(Code::DuplicateParameter, written.name_span, message, "remove one of them");
                continue;
            }
            list.push(written);
        }
        list
    }

    fn follow(&mut self, entry: &Entry<Parameter>) -> Option<Written> {
        match entry {
            Entry::Inline(parameter) => Some(Written {
                name: parameter.name.value.clone(),
                name_span: parameter.name.span,
                location: parameter.location.map(|location| location.value),
                value: parameter.value.clone(),
            }),
            Entry::Reference(reusable) => {
                let parameters = &self.workspace.description.components.parameters;
                let parameter = self.component(reusable, ComponentKind::Parameters, parameters)?;
                Some(Written {
                    name: parameter.name.value.clone(),
                    name_span: reusable.reference.span,
                    location: parameter.location.map(|location| location.value),
                    value: reusable.value.clone().unwrap_or_else(|| parameter.value.clone()),
                })
            }
        }
    }

    fn parameter(&mut self, written: &Written, declared: &[Declared<'_>]) -> Option<ParameterPlan> {
        let location = match written.location {
            Some(ParameterIn::Path) => Location::Path,
            Some(ParameterIn::Query) => Location::Query,
            Some(ParameterIn::Header) => Location::Header,
            Some(ParameterIn::Cookie) => Location::Cookie,
            Some(ParameterIn::QueryString) => {
                let message = format!("parameter `{}` is the whole query string", written.name);
                self.unsupported(written.name_span, &message);
                return None;
            }
            None => {
                let message = format!("parameter `{}` does not say where it goes", written.name);
                let hint = "add `in: path`, `query`, `header` or `cookie`";
                self.error(Code::MissingField, written.name_span, message, hint);
                return None;
            }
        };
        let declared = declared.iter().find(|declared| {
            Location::of(declared.location()) == Some(location)
                && names(location, declared.name(), &written.name)
        });
        let (style, explode) = declared
            .map_or_else(|| location.default_style(), |declared| (declared.style(), declared.explode()));
        let value = self.value(&written.value)?;
        Some(ParameterPlan {
            name: written.name.clone(),
            location,
            value,
            required: location == Location::Path || declared.is_some_and(Declared::required),
            style,
            explode,
            allow_reserved: declared.is_some_and(Declared::allow_reserved),
            as_json: declared.is_some_and(|declared| declared.content_type().is_some()),
        })
    }

    /// A path parameter that is not given makes the request impossible; another required one makes it doubtful.
    fn report_missing(&mut self, span: Span, step: &str, declared: &[Declared<'_>], plans: &[ParameterPlan]) {
        for declared in declared {
            let Some(location) = Location::of(declared.location()) else { continue };
            let given = plans
                .iter()
                .any(|plan| plan.location == location && names(location, declared.name(), &plan.name));
            if given || !(declared.required() || location == Location::Path) {
                continue;
            }
            let place = location.as_str();
            let name = declared.name();
            let message = format!("step `{step}` does not give the required {place} parameter `{name}`");
            let hint = format!("add `- name: {name}`, `in: {place}` and a `value` to its `parameters`");
            if location == Location::Path {
                self.error(Code::MissingParameter, span, message, &hint);
            } else {
                self.warning(Code::MissingParameter, span, message, &hint);
            }
        }
    }
}

fn same(a: &Written, b: &Written) -> bool {
    a.location == b.location
        && match a.location {
            Some(ParameterIn::Header) => a.name.eq_ignore_ascii_case(&b.name),
            Some(ParameterIn::Path | ParameterIn::Query | ParameterIn::QueryString | ParameterIn::Cookie)
            | None => a.name == b.name,
        }
}

/// Header field names ignore case, all others do not.
fn names(location: Location, a: &str, b: &str) -> bool {
    match location {
        Location::Header => a.eq_ignore_ascii_case(b),
        Location::Path | Location::Query | Location::Cookie => a == b,
    }
}
