//! What a [runtime expression](https://spec.openapis.org/arazzo/v1.1.0.html#runtime-expressions) names, before
//! the pointer behind `#`.

use std::fmt;

/// The value that an expression names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// `$url`: the address that the request was sent to.
    Url,
    /// `$method`: the HTTP method of the request.
    Method,
    /// `$statusCode`: the status of the response, a number.
    StatusCode,
    /// `$self`: the URI of the description.
    SelfUri,
    /// `$request.…`
    Request(Part),
    /// `$response.…`
    Response(Part),
    /// `$message.…`
    Message(Part),
    /// `$inputs.<name>`
    Input(String),
    /// `$outputs.<name>`: an output of the current workflow, or of the one that the step called.
    Output(String),
    /// `$steps.<step>.outputs.<output>`
    StepOutput {
        /// The step.
        step: String,
        /// Its output.
        output: String,
    },
    /// `$workflows.<workflow>.inputs.<name>`
    WorkflowInput {
        /// The workflow.
        workflow: String,
        /// Its input.
        name: String,
    },
    /// `$workflows.<workflow>.outputs.<name>`
    WorkflowOutput {
        /// The workflow.
        workflow: String,
        /// Its output.
        name: String,
    },
    /// `$sourceDescriptions.<source>.<reference>`
    SourceDescription {
        /// The name of the source description.
        source: String,
        /// An operation id, a workflow id or a field, in any characters.
        reference: String,
    },
    /// `$components.<kind>.<name>`
    Component {
        /// The kind of component.
        kind: ComponentKind,
        /// Its key.
        name: String,
    },
}

/// A part of a request, a response or a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Part {
    /// `header.<name>`; the name is matched without regard to case.
    Header(String),
    /// `query.<name>`
    Query(String),
    /// `path.<name>`
    Path(String),
    /// `body`, of a request or a response.
    Body,
    /// `payload`, of a message.
    Payload,
}

/// A list of the Components Object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComponentKind {
    /// `parameters`
    Parameters,
    /// `successActions`
    SuccessActions,
    /// `failureActions`
    FailureActions,
    /// `inputs`, which only the grammar of 1.0 allows.
    Inputs,
}

impl ComponentKind {
    pub(crate) const ALL: [Self; 4] =
        [Self::Parameters, Self::SuccessActions, Self::FailureActions, Self::Inputs];

    /// The field of the Components Object.
    pub fn field(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::SuccessActions => "successActions",
            Self::FailureActions => "failureActions",
            Self::Inputs => "inputs",
        }
    }
}

impl Source {
    /// The name in which dots may also be navigation, and the source with another name in its place.
    pub(crate) fn dotted_name(&self) -> Option<&str> {
        match self {
            Self::Input(name) | Self::Output(name) => Some(name),
            Self::StepOutput { output, .. } => Some(output),
            Self::WorkflowInput { name, .. } | Self::WorkflowOutput { name, .. } => Some(name),
            Self::Url
            | Self::Method
            | Self::StatusCode
            | Self::SelfUri
            | Self::Request(_)
            | Self::Response(_)
            | Self::Message(_)
            | Self::SourceDescription { .. }
            | Self::Component { .. } => None,
        }
    }

    /// The same source with `name` as its last name.
    pub(crate) fn renamed(&self, new: &str) -> Self {
        let mut renamed = self.clone();
        match &mut renamed {
            Self::Input(name)
            | Self::Output(name)
            | Self::StepOutput { output: name, .. }
            | Self::WorkflowInput { name, .. }
            | Self::WorkflowOutput { name, .. } => new.clone_into(name),
            Self::Url
            | Self::Method
            | Self::StatusCode
            | Self::SelfUri
            | Self::Request(_)
            | Self::Response(_)
            | Self::Message(_)
            | Self::SourceDescription { .. }
            | Self::Component { .. } => {}
        }
        renamed
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => formatter.write_str("$url"),
            Self::Method => formatter.write_str("$method"),
            Self::StatusCode => formatter.write_str("$statusCode"),
            Self::SelfUri => formatter.write_str("$self"),
            Self::Request(part) => write!(formatter, "$request.{part}"),
            Self::Response(part) => write!(formatter, "$response.{part}"),
            Self::Message(part) => write!(formatter, "$message.{part}"),
            Self::Input(name) => write!(formatter, "$inputs.{name}"),
            Self::Output(name) => write!(formatter, "$outputs.{name}"),
            Self::StepOutput { step, output } => write!(formatter, "$steps.{step}.outputs.{output}"),
            Self::WorkflowInput { workflow, name } => {
                write!(formatter, "$workflows.{workflow}.inputs.{name}")
            }
            Self::WorkflowOutput { workflow, name } => {
                write!(formatter, "$workflows.{workflow}.outputs.{name}")
            }
            Self::SourceDescription { source, reference } => {
                write!(formatter, "$sourceDescriptions.{source}.{reference}")
            }
            Self::Component { kind, name } => write!(formatter, "$components.{}.{name}", kind.field()),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(formatter, "header.{name}"),
            Self::Query(name) => write!(formatter, "query.{name}"),
            Self::Path(name) => write!(formatter, "path.{name}"),
            Self::Body => formatter.write_str("body"),
            Self::Payload => formatter.write_str("payload"),
        }
    }
}
