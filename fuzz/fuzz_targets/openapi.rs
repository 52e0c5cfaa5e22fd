//! No OpenAPI document makes the view panic.
#![no_main]

use std::sync::Arc;

use arazzo_document::Document;
use arazzo_document::openapi::OpenApi;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (Some(document), _) = Document::read("fuzz.yml", "file:///fuzz.yml", text.to_owned()) else { return };
    let Ok(openapi) = OpenApi::new(Arc::new(document)) else { return };
    for reference in openapi.operations().take(20).collect::<Vec<_>>() {
        let operation = openapi.operation(reference);
        let _ = (operation.parameters(), operation.servers(), operation.security(), operation.problems());
        if let Some(body) = operation.request_body() {
            for media_type in body.media_types() {
                let _ = body.schema(media_type).map(|schema| (schema.bundled(), schema.required()));
            }
        }
        for response in operation.responses() {
            for media_type in response.media_types() {
                let _ = (media_type.examples(), media_type.schema().map(|schema| schema.bundled()));
            }
        }
    }
});
