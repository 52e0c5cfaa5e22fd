//! Which credentials a plan wants, where tokens come from, and where what is given goes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use arazzo_document::{Diagnostic, Document, Workspace};
use arazzo_engine::{
    Command, CredentialName, Mode, Placement, Plan, PlanOptions, Planning, Run, RunOptions, Slot, Timestamp,
    TokenFlow, TokenGrant,
};
use serde_json::Map;

/// A description with the scheme `oauth` of these flows and one operation, at these servers.
fn api(root: &str, operation: &str, flows: &str) -> String {
    format!(
        "openapi: 3.1.0\n{root}\npaths: {{/a: {{get: {{operationId: get, security: [{{oauth: [read, write]}}]{operation}}}}}}}\n\
         components: {{securitySchemes: {{oauth: {{type: oauth2, flows: {flows}}}}}}}"
    )
}

fn client(token_url: &str) -> String {
    format!("{{clientCredentials: {{tokenUrl: '{token_url}', scopes: {{}}}}}}")
}

/// A plan that calls the operation `get` of each of these descriptions, which are the sources `s0`, `s1` and so on.
fn compile(apis: &[String], options: &PlanOptions) -> Planning {
    let sources: String = (0..apis.len()).map(|i| format!("- {{name: s{i}, url: s{i}.yml}}\n")).collect();
    let steps: String = (0..apis.len())
        .map(|i| format!("  - {{stepId: c{i}, operationId: $sourceDescriptions.s{i}.get}}\n"))
        .collect();
    let flow = format!(
        "arazzo: 1.0.1\ninfo: {{title: T, version: '1'}}\nsourceDescriptions:\n{sources}workflows:\n- workflowId: w\n  steps:\n{steps}"
    );
    let read = |name: &str, text: &str| {
        let (document, diagnostics) = Document::read(name, &format!("file:///{name}"), text.to_owned());
        assert!(diagnostics.is_empty(), "{diagnostics:#?}");
        Arc::new(document.unwrap())
    };
    let (workspace, _) = Workspace::new(read("w.yml", &flow), Mode::Tolerant);
    let mut workspace = workspace.unwrap();
    for (index, api) in apis.iter().enumerate() {
        let wanted = workspace.wanted().unwrap();
        let found = workspace.supply(wanted, read(&format!("s{index}.yml"), api));
        assert!(found.is_empty(), "{found:#?}");
    }
    Plan::compile(&workspace, "w", options)
}

fn given(names: &[&str]) -> PlanOptions {
    let name = |name: &&str| match name.split_once('.') {
        Some((source, scheme)) => {
            CredentialName { source: Some(source.to_owned()), scheme: scheme.to_owned(), variable: None }
        }
        None => CredentialName { source: None, scheme: (*name).to_owned(), variable: None },
    };
    PlanOptions { credentials: names.iter().map(name).collect(), ..PlanOptions::default() }
}

/// The slots of the first request.
fn slots(planning: &Planning) -> Vec<Slot> {
    let plan = planning.plan.clone().unwrap_or_else(|| panic!("{:#?}", planning.diagnostics));
    let start = plan.start("run", Timestamp(0), Map::new()).unwrap();
    let mut run = Run::new(plan, start.secrets, RunOptions::default());
    run.apply(start.record).unwrap();
    match run.commands() {
        [Command::Call(call)] => call.request.slots.clone(),
        other => panic!("{other:?}"),
    }
}

fn grant(api: String, options: &PlanOptions) -> TokenGrant {
    match slots(&compile(&[api], options)).as_slice() {
        [Slot { placement: Placement::Token(grant), .. }] => (**grant).clone(),
        other => panic!("{other:?}"),
    }
}

fn told(planning: &Planning) -> Vec<String> {
    planning.diagnostics.iter().map(Diagnostic::to_string).collect()
}

const ROOT: &str = "servers: [{url: 'https://api.test/v1/'}]";

#[test]
fn a_token_url_starts_from_the_server_of_the_description() {
    let elsewhere = ", servers: [{url: 'https://files.test/v2/'}]";
    let given = given(&["s0.oauth"]);
    let moved = PlanOptions {
        servers: [("s0".to_owned(), "http://127.0.0.1:8080/x".to_owned())].into(),
        ..given.clone()
    };
    let named = PlanOptions { allow_hosts: vec!["files.test".parse().unwrap()], ..given.clone() };
    for (root, operation, url, options, expected) in [
        (ROOT, "", "token", &given, "https://api.test/v1/token"),
        (ROOT, "", "/token", &given, "https://api.test/token"),
        (ROOT, "", "https://login.test/token", &given, "https://login.test/token"),
        (ROOT, elsewhere, "token", &named, "https://api.test/v1/token"),
        ("info: {}", elsewhere, "token", &given, "https://files.test/v2/token"),
        (ROOT, "", "/token", &moved, "http://127.0.0.1:8080/token"),
    ] {
        assert_eq!(grant(api(root, operation, &client(url)), options).token_url, expected);
    }
}

#[test]
fn a_grant_has_the_scopes_of_the_operation_and_the_flow_for_clients_first() {
    let password = "password: {tokenUrl: /user, refreshUrl: /more, scopes: {}}";
    let both = format!("{{{password}, clientCredentials: {{tokenUrl: /client, scopes: {{}}}}}}");
    let found = grant(api(ROOT, "", &both), &given(&["oauth"]));
    assert_eq!(
        (found.flow, found.token_url.as_str()),
        (TokenFlow::ClientCredentials, "https://api.test/client")
    );
    assert_eq!(found.scopes, ["read", "write"]);
    let found = grant(api(ROOT, "", &format!("{{{password}}}")), &given(&["oauth"]));
    assert_eq!(
        (found.flow, found.refresh_url.as_deref()),
        (TokenFlow::Password, Some("https://api.test/more"))
    );
}

#[test]
fn a_flow_that_needs_a_browser_wants_a_token() {
    let flows = "{authorizationCode: {authorizationUrl: /page, tokenUrl: /token, scopes: {}}}";
    let slots = slots(&compile(&[api(ROOT, "", flows)], &given(&["oauth"])));
    assert_eq!(slots.first().map(|slot| slot.placement.clone()), Some(Placement::Bearer));
}

#[test]
fn a_client_certificate_beside_a_token_leaves_the_token_to_be_given() {
    let api = api(ROOT, "", &client("/token"))
        .replace("[{oauth:", "[{tls: [], oauth:")
        .replace("securitySchemes: {", "securitySchemes: {tls: {type: mutualTLS}, ");
    let schemes: Vec<String> =
        slots(&compile(&[api], &given(&["oauth"]))).into_iter().map(|slot| slot.scheme).collect();
    assert_eq!(schemes, ["oauth"]);
}

#[test]
fn a_credential_without_a_source_must_not_go_to_several_token_endpoints() {
    let two =
        |second: &str| [api(ROOT, "", &client("https://login.test/token")), api(ROOT, "", &client(second))];
    let planning = compile(&two("https://other.test/token"), &given(&["oauth"]));
    assert!(planning.plan.is_none());
    let told = told(&planning);
    assert!(
        told.first().unwrap().contains("would go to several hosts: `login.test` and `other.test`"),
        "{told:?}"
    );
    // An endpoint that is not where the API is, is no second host.
    assert!(compile(&two("https://login.test/another"), &given(&["oauth"])).plan.is_some());
    assert!(compile(&two("https://other.test/token"), &given(&["s0.oauth", "s1.oauth"])).plan.is_some());
}

#[test]
fn a_credential_stays_with_the_origin_of_its_source() {
    let at = |server: &str| api(ROOT, &format!(", servers: [{{url: '{server}'}}]"), &client("/token"));
    let warnings = |api: String, options: &PlanOptions| told(&compile(&[api], options));
    let named = given(&["s0.oauth"]);
    for (server, origin) in [
        ("https://files.test/v1", "https://files.test"),
        ("http://api.test/v1", "http://api.test"),
        ("https://api.test:8443/v1", "https://api.test:8443"),
    ] {
        let told = warnings(at(server), &named);
        let expected = format!("error: the credentials for `s0` would go to `{origin}` too");
        assert!(told.len() == 1 && told.iter().all(|told| told.contains(&expected)), "{told:?}");
    }
    assert_eq!(warnings(at("https://api.test:443/v2"), &named), Vec::<String>::new());
    let moved = PlanOptions { servers: [("s0".to_owned(), "http://127.0.0.1".to_owned())].into(), ..named };
    assert_eq!(warnings(at("https://files.test"), &moved), Vec::<String>::new());
    let allow_hosts = vec!["*.test".parse().unwrap()];
    let allowed = PlanOptions { allow_hosts, ..given(&["s0.oauth"]) };
    assert_eq!(warnings(at("https://files.test"), &allowed), Vec::<String>::new());
    // Without a credential there is nothing that could leave.
    let told = warnings(at("https://files.test"), &PlanOptions::default());
    assert!(told.len() == 1 && told.iter().all(|told| told.contains("not given")), "{told:?}");
}
