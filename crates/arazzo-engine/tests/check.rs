//! What a check says, and above all what it does not say. The smallest example of each diagnostic is in
//! `tests/diagnostics`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use arazzo_document::{Diagnostic, Document, Workspace};
use arazzo_engine::{CheckOptions, Mode, check};

/// An API with one operation that has this in its `200` response, and another that takes this as its body.
fn api(response: &str, body: &str) -> String {
    format!(
        "
openapi: 3.1.0
info: {{ title: T, version: '1' }}
servers: [{{ url: 'https://api.test' }}]
paths:
  /thing:
    get:
      operationId: get
      responses: {{ '200': {{ description: ok, content: {{ application/json: {{ schema: {response} }} }} }} }}
    put:
      operationId: put
      requestBody: {{ content: {{ application/json: {{ schema: {body} }} }} }}
      responses: {{ '204': {{ description: done }} }}
components:
  schemas:
    a: {{ properties: {{ x: {{ type: string }}, next: {{ $ref: '#/components/schemas/a' }} }} }}
    b: {{ properties: {{ y: {{ type: array, items: {{ $ref: '#/components/schemas/a' }} }} }} }}
"
    )
}

fn checked(api: &str, workflows: &str) -> Vec<Diagnostic> {
    let read = |name: &str, text: String| {
        let (document, diagnostics) = Document::read(name, &format!("file:///{name}"), text);
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        Arc::new(document.unwrap())
    };
    let text = format!(
        "arazzo: 1.1.0\ninfo: {{ title: T, version: '1' }}\nsourceDescriptions:\n- {{ name: api, url: api.yml }}\nworkflows:\n{workflows}"
    );
    let (workspace, mut diagnostics) = Workspace::new(read("w.yml", text), Mode::Tolerant);
    let mut workspace = workspace.unwrap_or_else(|| panic!("{diagnostics:#?}"));
    while let Some(wanted) = workspace.wanted() {
        diagnostics.extend(workspace.supply(wanted, read("api.yml", api.to_owned())));
    }
    diagnostics.extend(check(&workspace, &CheckOptions::default()));
    diagnostics
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

#[test]
fn what_is_sent_to_an_unknown_target_is_looked_at_all_the_same() {
    let workflow = "
- workflowId: w
  inputs: { type: object, additionalProperties: false, properties: { a: { type: string } } }
  steps:
  - stepId: s
    operationId: nowhere
    parameters: [{ name: p, in: query, value: $inputs.b }, { name: p, in: query, value: 1 }]
    requestBody: { payload: { x: [$inputs.c, $steps.t.outputs.o], y: $inputs.a } }
  - stepId: u
    workflowId: nobody
    parameters: [{ name: p, value: $inputs.d }]
  - stepId: v
    parameters: [{ name: p, in: query, value: $inputs.e }]
";
    let mut codes = codes(&checked(&api("{}", "{}"), workflow));
    codes.sort_unstable();
    let undeclared = ["undeclared-input"; 4];
    let others = ["duplicate-parameter", "step-target"];
    let unknown = ["unknown-operation-id", "unknown-step", "unknown-workflow"];
    assert_eq!(codes, [&others[..], &undeclared[..], &unknown[..]].concat());
}

#[test]
fn what_an_unknown_operation_id_was_meant_to_be_is_said() {
    let said = |id: &str| {
        let workflow = format!("- {{ workflowId: w, steps: [{{ stepId: s, operationId: '{id}' }}] }}");
        let found = checked(&api("{}", "{}"), &workflow);
        assert_eq!(codes(&found), ["unknown-operation-id"], "{found:#?}");
        (found[0].message.clone(), found[0].hint.clone().unwrap_or_default())
    };
    for id in ["PUT", "$sourceDescriptions.api.Put", "api.puT"] {
        assert_eq!(said(id).1, "did you mean `put`?", "{id}");
    }
    let path = "write `operationPath: '{$sourceDescriptions.api.url}#/paths/~1thing/put'`";
    for id in [
        "$sourceDescriptions.api#/paths/~1thing/put",
        "{$sourceDescriptions.api.url}#/paths/~1thing/put",
        "PUT /thing",
    ] {
        assert_eq!(said(id), (format!("`{id}` is the path of an operation, not its id"), path.to_owned()));
    }
    let unknown = "is written like the path of an operation, not like an id";
    for (id, hint) in [
        ("api#/paths/~1other/put", "write it as `operationPath`; did you mean `/paths/~1thing/put`?"),
        (
            "api#/p",
            "write it as `operationPath`; the pointer is `/paths/<path with ~1 for />/<method in lower case>`",
        ),
        ("{$sourceDescriptions.apj.url}#/paths/~1thing/put", "write it as `operationPath`"),
    ] {
        assert_eq!(said(id), (format!("`{id}` {unknown}"), hint.to_owned()));
    }
    assert_eq!(said("PUT /other").1, "there are `get`, `put`");
}

#[test]
fn an_expression_as_the_name_of_a_member_is_refused() {
    let workflow = |name: &str| {
        format!(
            "- workflowId: w
  inputs: {{ type: object, required: [a], properties: {{ a: {{ type: string }} }} }}
  steps: [{{ stepId: s, operationId: put, requestBody: {{ payload: [{{ '{name}': $inputs.a }}] }} }}]"
        )
    };
    let hint = |name: &str| {
        let found = checked(&api("{}", "{}"), &workflow(name));
        assert_eq!(codes(&found), ["literal-name"], "{name}");
        found[0].hint.clone().unwrap_or_default()
    };
    assert_eq!(
        hint("$inputs.a"),
        "write the value as text with `\"{$inputs.a}\": …` in it; `--strict` sends the name as it is"
    );
    assert_eq!(
        hint("x-{$inputs.a}"),
        "write the value as text with `\"x-{$inputs.a}\": …` in it; `--strict` sends the name as it is"
    );
    for text in ["a", "$type", "$", "$ref", "{a}", "$inputs", "inputs.a"] {
        assert!(checked(&api("{}", "{}"), &workflow(text)).is_empty(), "{text}");
    }
}

#[test]
fn nothing_is_said_of_a_value_twice_when_its_target_is_unknown() {
    let workflow = "
- workflowId: w
  parameters: [{ name: q, in: query, value: $inputs.a }]
  inputs: { type: object, properties: { a: { type: string }, b: { type: string } } }
  steps:
  - { stepId: s, operationId: nowhere, parameters: [{ name: p, in: query, value: $inputs.b }], outputs: { o: $response.body#/x } }
  - { stepId: t, operationId: put, requestBody: { payload: $steps.s.outputs.o } }
";
    assert_eq!(codes(&checked(&api("{}", "{}"), workflow)), ["unknown-operation-id"]);
}

/// Whether `$response.body#<pointer>` is said to be unknown for a response with this schema.
fn refuses(schema: &str, pointer: &str) -> bool {
    let workflow = format!(
        "- {{ workflowId: w, steps: [{{ stepId: s, operationId: get, outputs: {{ o: '$response.body#{pointer}' }} }}] }}"
    );
    match codes(&checked(&api(schema, "{}"), &workflow)).as_slice() {
        [] => false,
        ["unknown-response-member"] => true,
        other => panic!("{other:?}"),
    }
}

/// What is said of a payload for a body with this schema.
fn payload(schema: &str, payload: &str) -> Vec<&'static str> {
    let workflow = format!(
        "- workflowId: w\n  inputs: {{ properties: {{ i: {{}} }} }}\n  steps:\n  - stepId: s\n    operationId: put\n    parameters: [{{ name: X-I, in: header, value: $inputs.i }}]\n    requestBody: {{ payload: {payload} }}\n"
    );
    codes(&checked(&api("{}", schema), &workflow))
}

/// A step that asks for nothing, with the rest of its fields.
fn step(id: &str, rest: &str) -> String {
    format!("  - {{ stepId: {id}, operationId: get, outputs: {{ o: $statusCode }}, {rest} }}\n")
}

/// What is said of these steps.
fn flow(steps: &[String]) -> Vec<&'static str> {
    codes(&checked(&api("{}", "{}"), &format!("- workflowId: w\n  steps:\n{}", steps.concat())))
}

#[test]
fn a_pointer_is_refused_where_every_schema_rules_it_out() {
    let a = "{ $ref: '#/components/schemas/a' }";
    for (schema, pointer) in [
        (a, "/y"),
        (a, "/next/next/y"),
        (a, "/x/y"),
        ("{ type: array, items: { $ref: '#/components/schemas/a' } }", "/x"),
        ("{ allOf: [{ $ref: '#/components/schemas/a' }, { $ref: '#/components/schemas/b' }] }", "/y/0/z"),
        ("{ oneOf: [{ $ref: '#/components/schemas/a' }, { $ref: '#/components/schemas/b' }] }", "/z"),
        ("{ additionalProperties: { $ref: '#/components/schemas/a' } }", "/any/y"),
        ("{ type: string }", "/x"),
    ] {
        assert!(refuses(schema, pointer), "{schema} {pointer}");
    }
}

#[test]
fn a_pointer_is_not_refused_where_a_schema_allows_it_or_leaves_it_open() {
    let one_of = "{ oneOf: [{ $ref: '#/components/schemas/a' }, { $ref: '#/components/schemas/b' }] }";
    for (schema, pointer) in [
        ("{ $ref: '#/components/schemas/a' }", "/next/next/x"),
        ("{ $ref: '#/components/schemas/none' }", "/y"),
        ("{}", "/y"),
        ("{ type: object }", "/y/0"),
        ("{ type: array }", "/0/y"),
        ("{ type: [array, 'null'], items: { $ref: '#/components/schemas/b' } }", "/7/y/0/x"),
        (one_of, "/x"),
        (one_of, "/y/0/x"),
        ("{ allOf: [{ $ref: '#/components/schemas/a' }, { $ref: '#/components/schemas/b' }] }", "/y/0/x"),
        ("{ properties: { x: {} }, additionalProperties: true }", "/y"),
        ("{ properties: { x: {} }, patternProperties: { '^y': {} } }", "/y"),
        ("{ properties: { kind: {} }, discriminator: { propertyName: kind } }", "/y"),
        ("{ anyOf: [{ $ref: 'elsewhere.yml' }, { $ref: '#/components/schemas/a' }] }", "/y"),
        ("{ properties: { x: {} }, then: { properties: { y: {} } } }", "/y"),
    ] {
        if schema.contains("none") || schema.contains("elsewhere") {
            // That the reference leads nowhere is said besides.
            let workflow = format!(
                "- {{ workflowId: w, steps: [{{ stepId: s, operationId: get, outputs: {{ o: '$response.body#{pointer}' }} }}] }}"
            );
            let found = checked(&api(schema, "{}"), &workflow);
            assert!(!codes(&found).contains(&"unknown-response-member"), "{schema} {pointer}");
            continue;
        }
        assert!(!refuses(schema, pointer), "{schema} {pointer}");
    }
}

#[test]
fn a_pointer_into_an_output_goes_on_from_where_it_was_taken() {
    let said = |pointer: &str| {
        let workflow = format!(
            "- workflowId: w\n  steps:\n  - {{ stepId: s, operationId: get, outputs: {{ o: '$response.body#/next' }} }}\n  - {{ stepId: t, operationId: put, requestBody: {{ payload: '$steps.s.outputs.o#{pointer}' }} }}\n"
        );
        codes(&checked(&api("{ $ref: '#/components/schemas/a' }", "{}"), &workflow))
    };
    assert_eq!(said("/next/x"), [""; 0]);
    assert_eq!(said("/next/y"), ["unknown-response-member"]);
}

#[test]
fn a_schema_with_endless_alternatives_is_not_followed_without_end() {
    let many = "{ anyOf: [{ $ref: '#/paths/~1thing/get/responses/200/content/application~1json/schema/properties/m' }], properties: { m: { anyOf: [{ properties: { m: { $ref: '#/paths/~1thing/get/responses/200/content/application~1json/schema' } } }, { properties: { m: { $ref: '#/paths/~1thing/get/responses/200/content/application~1json/schema' } } }] } } }";
    let pointer = "/m".repeat(200) + "/n";
    // That it comes to an end is what counts.
    let _ = refuses(many, &pointer);
}

#[test]
fn a_payload_is_compared_as_far_as_it_is_written_out() {
    let schema = "{ type: object, required: [n], properties: { n: { type: integer }, r: { type: boolean, readOnly: true }, l: { items: { enum: [p, q] } } } }";
    assert_eq!(payload(schema, "{ n: 1, l: [p, q] }"), [""; 0]);
    assert_eq!(payload(schema, "{ n: $inputs.i, l: $inputs.i }"), [""; 0]);
    assert_eq!(payload(schema, "$inputs.i"), [""; 0]);
    assert_eq!(payload(schema, "{ n: 1.0 }"), [""; 0]);
    assert_eq!(payload(schema, "{ n: 1.5 }"), ["refused-value"]);
    assert_eq!(payload(schema, "{ n: one, l: [p, s] }"), ["refused-value", "refused-value"]);
    assert_eq!(payload(schema, "{ n: 'no {$inputs.i}' }"), ["refused-value"]);
    assert_eq!(payload(schema, "{ l: [] }"), ["missing-member"]);
    assert_eq!(payload(schema, "[1]"), ["refused-value"]);
    assert_eq!(payload(&schema.replace("[n]", "[n, r]"), "{ n: 1 }"), [""; 0]);
    assert_eq!(payload("{ oneOf: [{ type: integer }, { required: [a] }] }", "{ b: 1 }"), [""; 0]);
    assert_eq!(
        payload("{ additionalProperties: false, properties: { ab: {} } }", "{ ac: 1 }"),
        ["unknown-member"]
    );
}

#[test]
fn what_is_replaced_in_a_payload_is_not_missing() {
    let schema = "{ required: [n] }";
    let workflow = "- workflowId: w\n  steps:\n  - stepId: s\n    operationId: put\n    requestBody: { payload: {}, replacements: [{ target: /n, value: 1 }] }\n";
    assert_eq!(codes(&checked(&api("{}", schema), workflow)), [""; 0]);
}

#[test]
fn steps_behind_an_unreachable_one_are_not_named_again() {
    let end = "onSuccess: [{ name: e, type: end }]";
    assert_eq!(flow(&[step("a", end), step("b", ""), step("c", "")]), ["unreachable-step"]);
    let goto = "onFailure: [{ name: g, type: goto, stepId: b }]";
    assert_eq!(flow(&[step("a", &format!("{end}, {goto}")), step("b", ""), step("c", "")]), [""; 0]);
    let helper = "onFailure: [{ name: r, type: retry, stepId: b }]";
    assert_eq!(flow(&[step("a", &format!("{end}, {helper}")), step("b", "")]), [""; 0]);
}

#[test]
fn a_loop_has_a_way_out_where_a_condition_or_a_failure_leads_to_an_end() {
    let back = |rest: &str| format!("onSuccess: [{{ name: b, type: goto, stepId: a {rest} }}]");
    assert_eq!(flow(&[step("a", ""), step("b", &back(""))]), ["endless-loop"]);
    assert_eq!(
        flow(&[step("a", ""), step("b", &back(", criteria: [{ condition: $statusCode == 202 }]"))]),
        ["undescribed-status"]
    );
    let failing = format!("{}, onFailure: [{{ name: e, type: end }}]", back(""));
    assert_eq!(flow(&[step("a", ""), step("b", &failing)]), [""; 0]);
}

#[test]
fn a_branch_that_the_next_one_goes_on_from_is_none() {
    let choice = |first: &str, second: &str| {
        let goto = |id: &str, status: u16| {
            format!(
                "{{ name: {id}, type: goto, stepId: {id}, criteria: [{{ condition: $statusCode != {status} }}] }}"
            )
        };
        step("a", &format!("onSuccess: [{}, {}]", goto(first, 1), goto(second, 2)))
    };
    assert_eq!(flow(&[choice("b", "c"), step("b", ""), step("c", "")]), ["branch-runs-on"]);
    let uses = "parameters: [{ name: X-O, in: header, value: $steps.b.outputs.o }]";
    assert_eq!(flow(&[choice("b", "c"), step("b", ""), step("c", uses)]), [""; 0]);
}

#[test]
fn a_secret_that_is_found_is_not_shown() {
    let workflow = "- workflowId: w\n  steps:\n  - stepId: s\n    operationId: put\n    parameters: [{ name: X-Api-Key, in: header, value: k3y-0f-th3-h0use }]\n    requestBody: { payload: { password: p4ssw0rd-0f-m1ne, token: 'YOUR_TOKEN', other: 1 } }\n";
    let body = "{ properties: { password: { enum: [a] } } }";
    let found = checked(&api("{}", body), workflow);
    assert_eq!(codes(&found), ["refused-value", "secret-in-description", "secret-in-description"]);
    let shown = format!("{found:?}");
    assert!(!shown.contains("k3y") && !shown.contains("p4ss"), "{shown}");
}

#[test]
fn what_stands_in_a_component_is_said_once() {
    let workflow = format!(
        "- workflowId: w\n  successActions: [{{ reference: $components.successActions.e }}]\n  steps:\n{}{}components:\n  successActions: {{ e: {{ name: e, type: end, retryAfter: 1, criteria: [{{ condition: '1 == 2' }}] }} }}\n",
        step("a", ""),
        step("b", "")
    );
    assert_eq!(codes(&checked(&api("{}", "{}"), &workflow)), ["field-without-effect", "constant-condition"]);
}

#[test]
fn an_input_that_a_dependency_or_another_workflow_takes_is_used() {
    let workflow = |rest: &str| {
        let get = |id: &str, used: &str| {
            format!(
                "  steps: [{{ stepId: {id}, operationId: get, parameters: [{{ name: X-I, in: header, value: {used} }}] }}]\n"
            )
        };
        format!(
            "- workflowId: first\n  inputs: {{ properties: {{ i: {{}} }} }}\n{}- workflowId: second\n  inputs: {{ properties: {{ i: {{}} }} }}\n{rest}{}",
            get("a", "$inputs.i"),
            get("b", "'1'")
        )
    };
    assert_eq!(codes(&checked(&api("{}", "{}"), &workflow(""))), ["unused-input"]);
    assert_eq!(codes(&checked(&api("{}", "{}"), &workflow("  dependsOn: [first]\n"))), [""; 0]);
}

#[test]
fn a_workflow_that_goes_on_in_another_one_has_the_outputs_of_that() {
    let said = |kind: &str| {
        let workflow = format!(
            "- workflowId: w\n  steps:\n  - {{ stepId: s, workflowId: child, outputs: {{ o: $outputs.o, p: $workflows.child.outputs.o }} }}\n- workflowId: child\n  steps:\n  - {{ stepId: t, operationId: get, onSuccess: [{{ name: g, type: {kind}, workflowId: other }}] }}\n- workflowId: other\n  outputs: {{ o: $steps.u.outputs.o }}\n  steps:\n{}",
            step("u", "")
        );
        codes(&checked(&api("{}", "{}"), &workflow))
    };
    assert_eq!(said("goto"), [""; 0]);
    assert_eq!(said("end"), ["unknown-output", "unknown-output", "field-without-effect"]);
}

#[test]
fn where_an_error_may_have_left_something_out_nothing_is_missed() {
    let end = "onSuccess: [{ name: e, type: end }]";
    let go = |to: &str| format!("{end}, onFailure: [{{ name: g, type: goto, stepId: {to} }}]");
    assert_eq!(flow(&[step("a", &go("c")), step("b", "")]), ["unknown-step"]);
    assert_eq!(
        flow(&[step("a", &format!("{end}, onFailure: [{{ name: g, type: go, stepId: b }}]")), step("b", "")]),
        ["unknown-value"]
    );
    let wrong = "parameters: [{ name: X-O, in: header, value: $steps.a.outputs.none }]";
    assert_eq!(flow(&[step("a", end), step("b", wrong)]), ["unknown-output", "unreachable-step"]);
}

#[test]
fn many_steps_that_lead_everywhere_are_checked_in_time() {
    const MANY: usize = 1_500;
    let goto = |id: usize| {
        format!(
            "{{ name: g{id}, type: goto, stepId: s{id}, criteria: [{{ condition: $statusCode != {id} }}] }}"
        )
    };
    let steps = (0..MANY).map(|n| {
        step(
            &format!("s{n}"),
            &format!("onSuccess: [{}, {}]", goto((n * 7) % MANY), goto((n * 13 + 5) % MANY)),
        )
    });
    let steps: Vec<String> = steps.collect();
    assert!(flow(&steps).iter().all(|code| *code == "branch-runs-on"));
}

#[test]
fn actions_that_every_step_would_copy_are_bounded() {
    let actions: String = (0..500).map(|n| format!("  - {{ name: a{n}, type: end }}\n")).collect();
    let steps: String = (0..500).map(|n| format!("  - {{ stepId: s{n}, operationId: get }}\n")).collect();
    let workflows = format!("- workflowId: w\n  successActions:\n{actions}  steps:\n{steps}");
    let found = checked(&api("{}", "{}"), &workflows);
    let told: Vec<_> = codes(&found).into_iter().filter(|code| *code == "too-large").collect();
    assert_eq!(told, ["too-large"]);
}
