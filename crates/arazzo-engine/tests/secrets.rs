//! What of the secrets in inputs, parameters and arguments is kept and shown.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(dead_code, reason = "the support module serves several tests")]

mod support;

use std::sync::Arc;

use arazzo_document::{Document, Workspace};
use arazzo_engine::{
    Command, EventKind, Mode, Plan, PlanOptions, Preview, Record, Response, Run, RunOptions, ShownChunk,
    Timestamp, ToldValues,
};
use serde_json::{Value, json};
use support::{Answer, description, plan, play_plan};

fn preview(plan: &Plan, inputs: Value, show_secrets: bool) -> Preview {
    plan.preview(inputs.as_object().cloned().unwrap(), show_secrets)
}

#[test]
fn an_input_with_a_secret_inside_is_in_no_record() {
    let plan = plan(
        "
- workflowId: w
  inputs:
    type: object
    properties:
      user: { type: object, properties: { name: { type: string }, pin: { type: string, format: password } } }
      other: { type: object, properties: { name: { type: string } } }
  steps: [{ stepId: a, operationId: ping }]
",
    );
    let inputs =
        json!({ "user": { "name": "public-name", "pin": "topsecret" }, "other": { "name": "other-name" } });
    let start = plan.start("run-1", Timestamp(0), inputs.as_object().cloned().unwrap()).unwrap();
    let record = serde_json::to_string(&start.record).unwrap();
    assert!(record.contains("other-name") && !record.contains("topsecret"), "{record}");
    assert!(!format!("{:?}", start.secrets).contains("topsecret"));
    let problem = plan.input_from_text("user", r#"{"pin":"topsecret""#).unwrap_err();
    assert!(!problem.message.contains("topsecret"), "{problem}");
}

#[test]
fn a_run_tells_no_secret_in_its_debug() {
    let plan = plan(
        "
- workflowId: w
  inputs: { type: object, properties: { pin: { type: string, format: password } } }
  steps:
  - stepId: a
    operationId: addItem
    requestBody: { payload: { name: $inputs.pin } }
",
    );
    let inputs = json!({ "pin": "topsecret" });
    let start = plan.start("run-1", Timestamp(0), inputs.as_object().cloned().unwrap()).unwrap();
    let mut run = Run::new(plan, start.secrets, RunOptions::default());
    run.apply(start.record).unwrap();
    let Some(Command::Call(call)) = run.commands().first() else { unreachable!() };
    assert!(call.request.body.is_some());
    let told = format!("{run:?}");
    assert!(told.contains("running") && !told.contains("topsecret"), "{told}");
}

#[test]
fn a_token_is_masked_in_whatever_charset_it_comes() {
    let plan = plan(
        "
- workflowId: w
  steps:
  - stepId: a
    operationId: ping
    outputs: { all: $response.body }
    successCriteria: [{ condition: $response.body#/id == 2 }]
",
    );
    let body = r#"{"access_token":"é-token-1","pin_token":"ab7","id":"public"}"#;
    let utf_16: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let latin_1: Vec<u8> = body.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (charset, body) in [("utf-16le", utf_16), ("iso-8859-1", latin_1)] {
        let start = plan.start("run-1", Timestamp(0), serde_json::Map::new()).unwrap();
        let mut run = Run::new(Arc::clone(&plan), start.secrets, RunOptions::default());
        run.tell_values(ToldValues::All);
        run.apply(start.record).unwrap();
        let Some(Command::Call(call)) = run.commands().first() else { unreachable!() };
        let headers = vec![("Content-Type".to_owned(), format!("application/json; charset={charset}"))];
        let response = Response { status: 200, headers, body };
        let events = run.apply(Record::Responded { at: Timestamp(1), id: call.id, response }).unwrap();
        let finished = events.iter().find_map(|event| {
            let EventKind::CallFinished { body, bytes, .. } = &event.kind else { return None };
            Some((body.clone(), bytes.clone()))
        });
        let shown = r#"{"access_token":"***","pin_token":"***","id":"public"}"#;
        assert_eq!(finished.unwrap(), (Some(shown.to_owned()), None), "{charset}");
        let failed = run.failed_attempt().unwrap().response.unwrap();
        assert_eq!(failed.body, ShownChunk::Text(shown.to_owned()), "{charset}");
        let told = format!("{events:?}");
        assert!(told.contains("public") && !told.contains("token-1") && !told.contains("ab7"), "{told}");
    }
}

#[test]
fn short_values_of_forms_are_masked_by_their_names() {
    let form = "application/x-www-form-urlencoded";
    let plan = plan(&format!(
        "
- workflowId: w
  steps:
  - stepId: a
    operationId: addItem
    requestBody: {{ contentType: {form}, payload: {{ name: n, pin_token: 'ab7' }} }}
  - stepId: b
    operationId: addItem
    requestBody: {{ contentType: {form}, payload: 'name=n&pin_token=ab7' }}
"
    ));
    let sent = "name=n&pin_token=***".to_owned();
    let body = preview(&plan, json!({}), false).steps[1].request.clone().unwrap().body;
    assert_eq!(body, Some(Value::String(sent.clone())));
    let answers = [
        Answer::With(201, vec![("Content-Type", form)], "otp_token=c8&id=1"),
        Answer::With(500, vec![("Content-Type", form)], "otp_token=c8&id=1"),
    ];
    let played = play_plan(&plan, json!({}), &answers, RunOptions::default());
    let bodies: Vec<String> = played.events.iter().filter_map(|event| shown_body(&event.kind)).collect();
    let came = "otp_token=***&id=1".to_owned();
    assert_eq!(bodies.iter().collect::<Vec<_>>(), [&sent, &came, &sent, &came]);

    let secrets = plan.start("run-1", Timestamp(0), serde_json::Map::new()).unwrap().secrets;
    let mut run = Run::new(Arc::clone(&plan), secrets, RunOptions::default());
    played.records.iter().for_each(|record| drop(run.apply(record.clone()).unwrap()));
    let failed = run.failed_attempt().unwrap();
    assert_eq!(failed.request.unwrap().body.unwrap(), [ShownChunk::Text(sent)]);
    assert_eq!(failed.response.unwrap().body, ShownChunk::Text(came));
}

fn shown_body(event: &EventKind) -> Option<String> {
    if let EventKind::CallStarted { body, .. } | EventKind::CallFinished { body, .. } = event {
        body.clone()
    } else {
        None
    }
}

#[test]
fn a_credential_is_masked_from_the_start_wherever_it_is_taken_from() {
    let api = "
openapi: 3.1.0
info: { title: Test, version: '1' }
servers: [{ url: 'http://api.test' }]
security: [{ Head: [], Query: [], Crumb: [] }]
paths: { /: { get: { operationId: get, responses: { '200': { description: ok } } } } }
components:
  securitySchemes:
    Head: { type: apiKey, in: header, name: X-Foo }
    Query: { type: apiKey, in: query, name: foo }
    Crumb: { type: apiKey, in: cookie, name: bar }
";
    let workflow = description(
        "
- workflowId: w
  inputs: { type: object, properties: { user: { properties: { pin: { writeOnly: true } } } } }
  steps:
  - stepId: a
    operationId: get
    parameters:
    - { name: X-FOO, in: header, value: ab }
    - { name: foo, in: query, value: 'k{$inputs.it}' }
    - { name: bar, in: cookie, value: 12 }
    - { name: FOO, in: query, value: open }
    - { name: X-Pin, in: header, value: $inputs.user.pin }
    - { name: X-User, in: header, value: $inputs.user.name }
",
    );
    let read = |name: &str, text: &str| {
        Arc::new(Document::read(name, &format!("file:///{name}"), text.to_owned()).0.unwrap())
    };
    let mut workspace = Workspace::new(read("w.yml", &workflow), Mode::Tolerant).0.unwrap();
    let wanted = workspace.wanted().unwrap();
    workspace.supply(wanted, read("api.yml", api));
    let plan = Plan::compile(&workspace, "w", &PlanOptions::default()).plan.unwrap();
    let inputs = json!({ "it": "1234567", "user": { "name": "n", "pin": "1" } });
    let request =
        |show_secrets| preview(&plan, inputs.clone(), show_secrets).steps[0].request.clone().unwrap();
    let values = |show_secrets| -> Vec<Value> {
        request(show_secrets).parameters.into_iter().map(|parameter| parameter.value).collect()
    };
    assert_eq!(request(false).url, "http://api.test/?foo=***&FOO=open");
    assert_eq!(json!(values(false)), json!(["***", "***", "***", "open", "***", "n"]));
    assert_eq!(json!(values(true)), json!(["ab", "k1234567", 12, "open", "1", "n"]));

    // However long they are, and wherever else they stand.
    let long = "long-key-".repeat(1_000);
    let constant = workflow.replace("value: ab }", &format!("value: {long} }}")).replace("open", &long);
    for workflow in [constant, workflow.replace("open", "$inputs.it")] {
        let mut workspace = Workspace::new(read("w.yml", &workflow), Mode::Tolerant).0.unwrap();
        let wanted = workspace.wanted().unwrap();
        workspace.supply(wanted, read("api.yml", api));
        let plan = Plan::compile(&workspace, "w", &PlanOptions::default()).plan.unwrap();
        let shown = preview(&plan, json!({ "it": long }), false).steps[0].request.clone().unwrap();
        assert_eq!(shown.url, "http://api.test/?foo=***&FOO=***");
    }
}

#[test]
fn a_preview_masks_only_what_is_secret_inside_an_input() {
    let plan = plan(
        "
- workflowId: w
  inputs: { type: object, properties: { user: { properties: { pin: { writeOnly: true } } } } }
  steps:
  - stepId: a
    operationId: addItem
    requestBody: { payload: { name: $inputs.user.name, note: $inputs.user.pin } }
  - stepId: b
    operationId: addItem
    requestBody: { payload: { name: x, inner: $inputs.user } }
",
    );
    let inputs = json!({ "user": { "name": "public-name", "pin": "topsecret" } });
    let text = serde_json::to_string(&preview(&plan, inputs.clone(), false)).unwrap();
    assert!(text.contains("public-name") && !text.contains("topsecret"), "{text}");
    let text = serde_json::to_string(&preview(&plan, inputs, true)).unwrap();
    assert!(text.contains("topsecret"), "{text}");
}

#[test]
fn arguments_are_masked_where_the_called_workflow_says_that_they_are_secret() {
    let plan = plan(
        "
- workflowId: w
  steps:
  - stepId: a
    workflowId: called
    parameters: [{ name: pin, value: '1234' }, { name: place, value: here }]
- workflowId: called
  inputs: { type: object, properties: { pin: { type: string, format: password }, place: { type: string } } }
  steps: [{ stepId: b, operationId: ping }]
",
    );
    let arguments =
        |show_secrets| Value::Object(preview(&plan, json!({}), show_secrets).steps[0].inputs.clone());
    assert_eq!(arguments(false), json!({ "pin": "***", "place": "here" }));
    assert_eq!(arguments(true), json!({ "pin": "1234", "place": "here" }));
}

#[test]
fn a_previewed_url_does_not_show_parameters_with_secret_names() {
    let api = "
openapi: 3.1.0
info: { title: Test, version: '1' }
servers: [{ url: 'http://api.test' }]
paths:
  /bots/{botToken}/{id}:
    get:
      operationId: get
      parameters:
      - { name: botToken, in: path, required: true, schema: { type: string } }
      - { name: id, in: path, required: true, schema: { type: string } }
      - { name: api_key, in: query, explode: true, schema: { type: object } }
      responses: { '200': { description: ok } }
";
    let workflow = description(
        "
- workflowId: w
  steps:
  - stepId: a
    operationId: get
    parameters:
    - { name: botToken, in: path, value: abc }
    - { name: id, in: path, value: def }
    - { name: api_key, in: query, value: { part: ghi } }
",
    );
    let read = |name: &str, text: &str| {
        Arc::new(Document::read(name, &format!("file:///{name}"), text.to_owned()).0.unwrap())
    };
    let mut workspace = Workspace::new(read("w.yml", &workflow), Mode::Tolerant).0.unwrap();
    let wanted = workspace.wanted().unwrap();
    workspace.supply(wanted, read("api.yml", api));
    let plan = Plan::compile(&workspace, "w", &PlanOptions::default()).plan.unwrap();
    let request = |show_secrets| preview(&plan, json!({}), show_secrets).steps[0].request.clone().unwrap();
    assert_eq!(request(false).url, "http://api.test/bots/***/def?api_key=***");
    assert_eq!(request(false).parameters[2].value, json!({ "part": "***" }));
    assert_eq!(request(true).url, "http://api.test/bots/abc/def?part=ghi");
}

#[test]
fn a_server_cannot_have_a_long_secret_looked_for_by_way_of_a_called_workflow() {
    let plan = plan(
        "
- workflowId: w
  steps:
  - stepId: a
    operationId: ping
    outputs: { it: $response.body }
  - stepId: b
    workflowId: called
    parameters: [{ name: api_token, value: $steps.a.outputs.it }]
    outputs: { echo: $steps.a.outputs.it }
- workflowId: called
  inputs: { type: object, properties: { api_token: { type: string } } }
  steps: [{ stepId: c, operationId: ping }]
",
    );
    let outputs = |it: &'static str| {
        let answers = [Answer::With(200, vec![("Content-Type", "text/plain")], it), Answer::Status(200)];
        let played = play_plan(&plan, json!({}), &answers, RunOptions::default());
        let mut outputs = played.events.into_iter().filter_map(|event| {
            let EventKind::StepFinished { step_id, outputs, .. } = event.kind else { return None };
            (step_id == "b").then_some(outputs)
        });
        outputs.next().unwrap()
    };
    assert_eq!(outputs("s3cr3t-token")["echo"], "***");
    let long: &'static str = "long-token-".repeat(10_000).leak();
    assert_eq!(outputs(long)["echo"], long);
}
