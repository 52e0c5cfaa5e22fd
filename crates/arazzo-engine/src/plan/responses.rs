//! What an operation declares of its responses, for the check of what really comes.
//!
//! See the [Response Object](https://spec.openapis.org/oas/v3.1.1.html#response-object). A schema is compiled when a
//! response first needs it, and serves every step that calls the operation.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use arazzo_document::openapi::{Header, OpenApi, OperationRef, Response, Schema, StatusPattern};
use serde_json::Value;

use super::{Plan, StepTarget, essence};
use crate::finding::CheckResponses;
use crate::json_schema::JsonSchema;

/// The responses of an operation.
#[derive(Debug)]
pub(crate) struct ResponsesPlan {
    document: Arc<OpenApi>,
    reference: OperationRef,
    responses: Vec<ResponsePlan>,
}

/// A response that is described.
#[derive(Debug)]
pub(crate) struct ResponsePlan {
    pub(crate) status: StatusPattern,
    pub(crate) media_types: Vec<MediaTypePlan>,
    pub(crate) headers: Vec<HeaderPlan>,
}

/// A media type that a response may have.
#[derive(Debug)]
pub(crate) struct MediaTypePlan {
    /// As it is written.
    pub(crate) name: String,
    /// Without parameters, in lower case; it may be a range such as `text/*`.
    pub(crate) essence: String,
    pub(crate) schema: SchemaPlan,
}

/// A header field that a response may have.
#[derive(Debug)]
pub(crate) struct HeaderPlan {
    pub(crate) name: String,
    pub(crate) required: bool,
    /// What its text may stand for.
    pub(crate) types: Vec<String>,
    /// What the items stand for, if the text stands for several.
    pub(crate) item_types: Vec<String>,
    pub(crate) schema: SchemaPlan,
}

/// A schema that is compiled once, when it is needed.
#[derive(Debug)]
pub(crate) struct SchemaPlan {
    place: SchemaPlace,
    compiled: OnceLock<Option<Result<CompiledSchema, String>>>,
}

/// Where the schema stands in the responses of the operation.
#[derive(Debug, Clone, Copy)]
enum SchemaPlace {
    Body { response: usize, media_type: usize },
    Header { response: usize, header: usize },
}

/// A schema that can check values.
#[derive(Debug)]
pub(crate) struct CompiledSchema {
    /// With everything that it refers to.
    pub(crate) text: Value,
    pub(crate) schema: JsonSchema,
}

impl CompiledSchema {
    /// Compiles a schema that refers to nothing but its own definitions.
    pub(crate) fn new(text: Value) -> Result<Self, String> {
        let schema = JsonSchema::without_formats(&text)?;
        Ok(Self { text, schema })
    }
}

/// Gives each step that calls an operation what the check needs.
pub(super) fn attach(plan: &mut Plan) {
    if plan.check_responses == CheckResponses::Off {
        return;
    }
    let mut known: HashMap<(*const OpenApi, OperationRef), Arc<ResponsesPlan>> = HashMap::new();
    let Plan { entry, others, .. } = plan;
    for step in std::iter::once(entry).chain(others).flat_map(|workflow| &mut workflow.steps) {
        if let StepTarget::Operation(call) = &mut step.target {
            let operation = &call.operation;
            let key = (Arc::as_ptr(&operation.document), operation.reference);
            let made = || Arc::new(ResponsesPlan::new(Arc::clone(&operation.document), operation.reference));
            call.responses = Some(Arc::clone(known.entry(key).or_insert_with(made)));
        }
    }
}

impl ResponsesPlan {
    fn new(document: Arc<OpenApi>, reference: OperationRef) -> Self {
        let responses = document.operation(reference).responses();
        let responses =
            responses.iter().enumerate().map(|(index, it)| ResponsePlan::new(index, it)).collect();
        Self { document, reference, responses }
    }

    /// The response that describes a status: the one with this code, else that of its range, else the default.
    pub(crate) fn response(&self, status: u16) -> Option<&ResponsePlan> {
        let matching = self.responses.iter().filter(|response| response.status.matches(status));
        matching.min_by_key(|response| response.status)
    }

    /// The statuses that are described, as a description writes them.
    pub(crate) fn statuses(&self) -> Vec<String> {
        let written = |response: &ResponsePlan| match response.status {
            StatusPattern::Exact(code) => code.to_string(),
            StatusPattern::Range(digit) => format!("{digit}XX"),
            StatusPattern::Default => "default".to_owned(),
        };
        self.responses.iter().map(written).collect()
    }

    /// A schema of these responses; `None` where none is written, `Err` where it cannot be used.
    pub(crate) fn schema<'p>(&'p self, plan: &'p SchemaPlan) -> Option<Result<&'p CompiledSchema, &'p str>> {
        let compiled = plan.compiled.get_or_init(|| {
            let text = self.find(plan.place)?;
            Some(CompiledSchema::new(text))
        });
        compiled.as_ref().map(|compiled| compiled.as_ref().map_err(String::as_str))
    }

    fn find(&self, place: SchemaPlace) -> Option<Value> {
        let responses = self.document.operation(self.reference).responses();
        let schema = match place {
            SchemaPlace::Body { response, media_type } => {
                responses.get(response)?.media_types().get(media_type)?.schema()
            }
            SchemaPlace::Header { response, header } => {
                responses.get(response)?.headers().get(header)?.schema()
            }
        };
        schema.map(|schema| schema.bundled_for_responses())
    }
}

impl ResponsePlan {
    fn new(response: usize, described: &Response<'_>) -> Self {
        let media_types = described.media_types().into_iter().enumerate().map(|(media_type, it)| {
            let schema = SchemaPlan::at(SchemaPlace::Body { response, media_type });
            MediaTypePlan { name: it.name().to_owned(), essence: essence(it.name()), schema }
        });
        let headers = described.headers().into_iter().enumerate().map(|(header, it)| {
            HeaderPlan::new(&it, SchemaPlan::at(SchemaPlace::Header { response, header }))
        });
        Self { status: described.status(), media_types: media_types.collect(), headers: headers.collect() }
    }

    /// The media type that describes a body with this content type: the one with this name, else the one that is the
    /// same without parameters, else the range that it falls into.
    pub(crate) fn media_type(&self, content_type: &str) -> Option<&MediaTypePlan> {
        let wanted = essence(content_type);
        let range = wanted.split_once('/').map(|(kind, _)| format!("{kind}/*"));
        let named = |name: &str| self.media_types.iter().find(|media_type| media_type.essence == name);
        let exact = self.media_types.iter().find(|it| it.name.eq_ignore_ascii_case(content_type.trim()));
        exact
            .or_else(|| named(&wanted))
            .or_else(|| range.and_then(|range| named(&range)))
            .or_else(|| named("*/*"))
    }
}

impl HeaderPlan {
    fn new(header: &Header<'_>, plan: SchemaPlan) -> Self {
        let types = |schema: Option<Schema<'_>>| -> Vec<String> {
            schema.map(|schema| schema.types()).unwrap_or_default().into_iter().map(str::to_owned).collect()
        };
        let schema = header.schema();
        Self {
            name: header.name().to_owned(),
            required: header.required(),
            types: types(schema),
            item_types: types(schema.and_then(|schema| schema.items())),
            schema: plan,
        }
    }
}

impl SchemaPlan {
    fn at(place: SchemaPlace) -> Self {
        Self { place, compiled: OnceLock::new() }
    }
}
