//! The parameters of a step, with what the operation says about each.

use arazzo_document::description::{Entry, Parameter, ParameterIn, Step};
use arazzo_document::openapi::{
    Operation, Parameter as Declared, ParameterLocation, SecurityLocation, Style,
};
use arazzo_document::{Code, Node, Span, nearest};

use arazzo_expression::{ComponentKind, Mode};

use super::body::{essence, is_json};
use super::compiler::Compiler;
use super::secrecy::Secrecy;
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
    pub(crate) serialization: Serialization,
    pub(crate) secrecy: Secrecy,
}

/// How a value becomes text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Serialization {
    /// By its style.
    Styled,
    /// As JSON, since the operation has it so by `content`.
    Json,
    /// As a form, if it is an object.
    Form,
    /// As text of another media type.
    Text,
}

impl Serialization {
    fn of(content_type: Option<&str>) -> Self {
        let Some(content_type) = content_type else { return Self::Styled };
        match essence(content_type).as_str() {
            // JSON is what ranges are most likely to mean.
            "*/*" | "application/*" => Self::Json,
            json if is_json(json) => Self::Json,
            "application/x-www-form-urlencoded" => Self::Form,
            _ => Self::Text,
        }
    }
}

/// Where a parameter of an operation goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Path,
    Query,
    /// The whole query (1.1).
    QueryString,
    Header,
    Cookie,
}

impl Location {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::QueryString => "querystring",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }

    pub(crate) fn of(declared: ParameterLocation) -> Self {
        match declared {
            ParameterLocation::Path => Self::Path,
            ParameterLocation::Query => Self::Query,
            ParameterLocation::QueryString => Self::QueryString,
            ParameterLocation::Header => Self::Header,
            ParameterLocation::Cookie => Self::Cookie,
        }
    }

    pub(crate) fn given(written: ParameterIn) -> Self {
        match written {
            ParameterIn::Path => Self::Path,
            ParameterIn::Query => Self::Query,
            ParameterIn::QueryString => Self::QueryString,
            ParameterIn::Header => Self::Header,
            ParameterIn::Cookie => Self::Cookie,
        }
    }

    pub(super) fn of_credential(location: SecurityLocation) -> Self {
        match location {
            SecurityLocation::Query => Self::Query,
            SecurityLocation::Header => Self::Header,
            SecurityLocation::Cookie => Self::Cookie,
        }
    }

    fn default_style(self) -> (Style, bool) {
        match self {
            Self::Path | Self::Header => (Style::Simple, false),
            Self::Query | Self::QueryString | Self::Cookie => (Style::Form, true),
        }
    }
}

/// A parameter as written, after references have been followed.
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) name_span: Span,
    pub(crate) location: Option<ParameterIn>,
    pub(crate) value: Node,
}

impl Compiler<'_> {
    /// The parameters of a step: the workflow's, overridden by the step's with the same name and place.
    pub(crate) fn parameters(
        &mut self,
        step: &Step,
        operation: &Operation<'_>,
        one_host: bool,
    ) -> Vec<ParameterPlan> {
        let declared = operation.parameters();
        let mut merged = self.written(&self.workflow.parameters);
        let own = self.written(&step.parameters);
        let written = self.workflow.parameters.len() + step.parameters.len();
        // Where one of them could not be read or found, it may be the one that seems to be missing.
        let is_complete = merged.len() + own.len() == written && !self.here.is_misread(step.span);
        merged.retain(|parameter| one_host || self.goes_to(parameter, &declared, &step.id.value));
        for parameter in own {
            merged.retain(|other| !same(other, &parameter));
            merged.push(parameter);
        }
        self.mixed_query(&merged);
        let mut plans: Vec<ParameterPlan> =
            merged.iter().filter_map(|written| self.parameter(written, &declared)).collect();
        let credentials = operation.credential_places();
        self.mark_secrets(&mut plans, &credentials);
        if is_complete {
            self.report_missing(step, &declared, &credentials, &plans);
        }
        plans
    }

    /// Follows references and reports two parameters of one name and place in a list.
    pub(crate) fn written(&mut self, entries: &[Entry<Parameter>]) -> Vec<Written> {
        let mut list: Vec<Written> = Vec::new();
        for entry in entries {
            let Some(written) = self.follow(entry) else { continue };
            if list.iter().any(|other| same(other, &written)) {
                let place =
                    written.location.map_or(String::new(), |location| format!(" in `{}`", location.as_str()));
                let message = format!("parameter `{}`{place} is given twice", written.name);
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
                let parameters = &self.here.description.components.parameters;
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

    /// Whether a parameter of the workflow goes to an operation although the steps have several hosts: only where the
    /// operation declares it, or everybody's credentials would reach every host.
    fn goes_to(&mut self, parameter: &Written, declared: &[Declared<'_>], step: &str) -> bool {
        let Some(location) = parameter.location.map(Location::given) else { return true };
        let known = declared.iter().any(|declared| {
            Location::of(declared.location()) == location && names(location, declared.name(), &parameter.name)
        });
        if known || self.options.mode == Mode::Strict {
            return true;
        }
        let message = format!(
            "parameter `{}` of the workflow is not passed to step `{step}`: its operation does not declare it, and the steps have several hosts",
            parameter.name
        );
        let hint = "give it to the steps that need it";
        self.warning(Code::DroppedParameter, parameter.name_span, message, hint);
        false
    }

    /// The whole query cannot be given together with parts of it.
    fn mixed_query(&mut self, parameters: &[Written]) {
        let part = parameters.iter().any(|parameter| parameter.location == Some(ParameterIn::Query));
        let whole = parameters.iter().find(|parameter| parameter.location == Some(ParameterIn::QueryString));
        if let (true, Some(whole)) = (part, whole) {
            let message =
                format!("parameter `{}` is the whole query string, and others are parts of it", whole.name);
            self.error(Code::DuplicateParameter, whole.name_span, message, "give one or the other");
        }
    }

    fn parameter(&mut self, written: &Written, declared: &[Declared<'_>]) -> Option<ParameterPlan> {
        let Some(location) = written.location.map(Location::given) else {
            let message = format!("parameter `{}` does not say where it goes", written.name);
            let hint = "add `in: path`, `query`, `header` or `cookie`";
            self.error(Code::MissingField, written.name_span, message, hint);
            return None;
        };
        let declared = declared.iter().find(|declared| {
            Location::of(declared.location()) == location && names(location, declared.name(), &written.name)
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
            serialization: Serialization::of(declared.and_then(Declared::content_type)),
            secrecy: Secrecy::Public,
        })
    }

    /// A path parameter that is not given makes the request impossible; another required one makes it doubtful, unless
    /// a credential fills it in. `Accept` and `Content-Type` follow from the bodies and are [no parameters].
    ///
    /// [no parameters]: https://spec.openapis.org/oas/v3.1.1.html#parameter-object
    fn report_missing(
        &mut self,
        step: &Step,
        all: &[Declared<'_>],
        credentials: &[(SecurityLocation, &str)],
        plans: &[ParameterPlan],
    ) {
        let (step, span) = (&step.id.value, step.id.span);
        for declared in all {
            let location = Location::of(declared.location());
            let given = plans
                .iter()
                .any(|plan| plan.location == location && names(location, declared.name(), &plan.name));
            let is_automatic = location == Location::Header
                && ["accept", "content-type"].iter().any(|name| name.eq_ignore_ascii_case(declared.name()));
            let is_credential = credentials.iter().any(|(of, name)| {
                Location::of_credential(*of) == location && names(location, declared.name(), name)
            });
            if given || is_automatic || is_credential || !(declared.required() || location == Location::Path)
            {
                continue;
            }
            let place = location.as_str();
            let name = declared.name();
            let message = format!("step `{step}` does not give the required {place} parameter `{name}`");
            let unknown = plans.iter().filter(|plan| {
                plan.location == location
                    && !all.iter().any(|known| {
                        Location::of(known.location()) == location
                            && names(location, known.name(), &plan.name)
                    })
            });
            let hint = match nearest(name, unknown.map(|plan| plan.name.as_str())) {
                Some(near) => format!("is `{near}` meant to be `{name}`?"),
                None => format!("add `- name: {name}`, `in: {place}` and a `value` to its `parameters`"),
            };
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
pub(crate) fn names(location: Location, a: &str, b: &str) -> bool {
    match location {
        Location::Header => a.eq_ignore_ascii_case(b),
        Location::Path | Location::Query | Location::QueryString | Location::Cookie => a == b,
    }
}
