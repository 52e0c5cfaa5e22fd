//! The command against servers that speak TLS and through a proxy that tunnels, with certificates made for the test.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/command.rs"]
mod command;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use arazzo_runner::testing::{Answer, Identity, Proxy, Server};
use command::{Outcome, arazzo};
use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};

/// An authority, and a folder with what it has made.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
    folder: PathBuf,
}

impl Authority {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("arazzo-network-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap().pem();
        fs::write(folder.join("authority.pem"), &certificate).unwrap();
        Self { issuer: Issuer::new(params, key), certificate, folder }
    }

    /// A certificate and its key for these names.
    fn issue(&self, names: &[&str], purpose: ExtendedKeyUsagePurpose) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let names = names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mut params = CertificateParams::new(names).unwrap();
        params.extended_key_usages = vec![purpose];
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn server(&self, names: &[&str], script: impl IntoIterator<Item = Answer>, strict: bool) -> Server {
        let (certificate, key) = self.issue(names, ExtendedKeyUsagePurpose::ServerAuth);
        let client_authority = strict.then(|| self.certificate.clone());
        Server::start_tls(script, &Identity { certificate, key, client_authority }).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The command on a workflow that gets the item `lamp`.
fn get_item(server: &str, args: &[&str], env: &[(&str, &str)]) -> Outcome {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/_shared");
    let server = format!("items={server}");
    let own = ["run", "items.arazzo.yml", "-w", "getOne", "-i", "itemId=lamp", "--server", &server];
    let args: Vec<String> = [&own, args].concat().iter().map(|arg| (*arg).to_owned()).collect();
    let env: BTreeMap<String, String> =
        env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    arazzo(&folder, &args, &env, None).unwrap()
}

fn lamp() -> [Answer; 1] {
    [Answer::json(200, "{\"name\":\"lamp\"}")]
}

/// Exit code and standard error.
fn told(outcome: &Outcome) -> (i32, &str) {
    (outcome.exit.unwrap(), &outcome.stderr)
}

#[test]
fn a_server_with_a_certificate_of_a_trusted_authority_is_called() {
    let authority = Authority::new("trusted");
    let server = authority.server(&["localhost"], lamp(), false);
    let outcome = get_item(
        &server.named_url(),
        &["--ca-cert", &authority.path("authority.pem"), "--format", "outputs"],
        &[],
    );
    assert_eq!(told(&outcome), (0, ""));
    assert_eq!(outcome.stdout.split_whitespace().collect::<String>(), "{\"name\":\"lamp\"}");
    assert_eq!(server.received().len(), 1);
}

#[test]
fn a_server_that_nobody_vouches_for_is_sent_nothing() {
    let authority = Authority::new("unknown");
    let server = authority.server(&["localhost"], lamp(), false);
    let outcome = get_item(&server.named_url(), &[], &[]);
    let (exit, stderr) = told(&outcome);
    assert_eq!(exit, 1);
    assert!(
        (stderr.to_owned() + &outcome.stdout).contains("no safe connection to `localhost:"),
        "{outcome:?}"
    );
    assert!(server.received().is_empty());
}

#[test]
fn a_server_that_does_not_speak_tls_is_told() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    });
    let outcome = get_item(&url, &[], &[]);
    assert_eq!(outcome.exit, Some(1));
    assert!(outcome.stdout.contains("does not speak TLS: is it `http:`?"), "{outcome:?}");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new("other-name");
    let server = authority.server(&["elsewhere.test"], lamp(), false);
    let outcome = get_item(&server.named_url(), &["--ca-cert", &authority.path("authority.pem")], &[]);
    assert_eq!(outcome.exit, Some(1));
    assert!(server.received().is_empty());
}

#[test]
fn insecure_takes_any_certificate_and_says_so() {
    let authority = Authority::new("insecure");
    let server = authority.server(&["elsewhere.test"], lamp(), false);
    let outcome = get_item(&server.named_url(), &["--insecure"], &[]);
    let (exit, stderr) = told(&outcome);
    assert_eq!(exit, 0, "{outcome:?}");
    assert!(stderr.contains("warning: certificates of servers are not checked (`--insecure`)"), "{stderr}");
    assert_eq!(server.received().len(), 1);
}

#[test]
fn a_server_that_wants_a_certificate_gets_the_one_for_its_host() {
    let authority = Authority::new("mutual");
    let (certificate, key) = authority.issue(&["robin"], ExtendedKeyUsagePurpose::ClientAuth);
    fs::write(authority.folder.join("client.pem"), certificate).unwrap();
    fs::write(authority.folder.join("client.key"), &key).unwrap();
    let files = format!("{},{}", authority.path("client.pem"), authority.path("client.key"));
    let trusted = ["--ca-cert", &authority.path("authority.pem")];
    let call = |host: &str| {
        let server = authority.server(&["localhost"], lamp(), true);
        let given = format!("{host}={files}");
        let outcome =
            get_item(&server.named_url(), &[&trusted[..], &["--client-cert", &given]].concat(), &[]);
        (outcome, server.received().len())
    };
    let (outcome, received) = call("localhost");
    assert_eq!((outcome.exit, received), (Some(0), 1), "{outcome:?}");
    let (outcome, received) = call("api.example.test");
    assert_eq!((outcome.exit, received), (Some(1), 0), "{outcome:?}");
    for shown in [&outcome.stdout, &outcome.stderr] {
        assert!(!shown.contains("PRIVATE KEY"));
    }
}

#[test]
fn a_certificate_and_a_key_that_do_not_belong_together_are_refused() {
    let authority = Authority::new("mismatch");
    let (certificate, _) = authority.issue(&["robin"], ExtendedKeyUsagePurpose::ClientAuth);
    let (_, key) = authority.issue(&["other"], ExtendedKeyUsagePurpose::ClientAuth);
    fs::write(authority.folder.join("client.pem"), certificate).unwrap();
    fs::write(authority.folder.join("client.key"), key).unwrap();
    let given = format!("localhost={},{}", authority.path("client.pem"), authority.path("client.key"));
    let outcome = get_item("https://localhost:1", &["--client-cert", &given], &[]);
    let (exit, stderr) = told(&outcome);
    assert_eq!(exit, 2);
    assert!(stderr.contains("has a key that does not belong to the certificate"), "{stderr}");
}

#[test]
fn a_proxy_tunnels_to_a_safe_server_and_sees_no_credential_of_it() {
    let authority = Authority::new("tunnel");
    let server = authority.server(&["items.example.test"], lamp(), false);
    let proxy = Proxy::start(server.address(), None).unwrap();
    let url = format!("http://robin:s3cret-pass@{}", proxy.address());
    let outcome = get_item(
        "https://items.example.test",
        &[
            "--ca-cert",
            &authority.path("authority.pem"),
            "-H",
            "Authorization: Bearer token-0123456789",
            "-v",
        ],
        &[("HTTPS_PROXY", &url)],
    );
    assert_eq!(outcome.exit, Some(0), "{outcome:?}");
    let heads = proxy.heads();
    let [head] = heads.as_slice() else { panic!("{heads:?}") };
    assert!(head.starts_with("CONNECT items.example.test:443 HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("Basic cm9iaW46czNjcmV0LXBhc3M="), "{head}");
    assert!(!head.contains("token-0123456789"));
    let received = server.received();
    assert_eq!(received[0].headers("proxy-authorization"), Vec::<&str>::new());
    assert_eq!(received[0].headers("authorization"), ["Bearer token-0123456789"]);
    for shown in [&outcome.stdout, &outcome.stderr] {
        assert!(!shown.contains("s3cret") && !shown.contains("token-0123456789"), "{shown}");
    }
}

#[test]
fn a_proxy_that_refuses_is_named() {
    let proxy = Proxy::start(([127, 0, 0, 1], 1).into(), Some("407 Proxy Authentication Required")).unwrap();
    let url = format!("http://robin:s3cret-pass@{}", proxy.address());
    let outcome = get_item("https://items.example.test", &["--proxy", &url, "--format", "json"], &[]);
    assert_eq!(outcome.exit, Some(1), "{outcome:?}");
    let named = format!("no connection to `items.example.test` through the proxy `{}`", proxy.address());
    assert!(outcome.stdout.contains(&named), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains("s3cret"));
}

#[test]
fn a_name_that_only_the_proxy_knows_is_not_called_where_private_addresses_are_refused() {
    let proxy = Proxy::start(([127, 0, 0, 1], 1).into(), None).unwrap();
    let url = format!("http://{}", proxy.address());
    let args = ["--proxy", &url, "--deny-private", "--format", "json"];
    let outcome = get_item("https://items.example.test", &args, &[]);
    assert_eq!(outcome.exit, Some(4), "{outcome:?}");
    assert!(outcome.stdout.contains("--allow-host items.example.test"), "{}", outcome.stdout);
    assert!(proxy.heads().is_empty());
}

#[test]
fn a_description_is_read_over_a_safe_connection() {
    let authority = Authority::new("description");
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/cases/_shared");
    let file = |name: &str| Answer::json(200, &fs::read_to_string(shared.join(name)).unwrap());
    let files = [file("items.arazzo.yml"), file("items.openapi.yml")];
    let server = authority.server(&["localhost"], files, false);
    let items = Server::start(lamp()).unwrap();
    let args: Vec<String> = [
        "run",
        &format!("{}/items.arazzo.yml", server.named_url()),
        "-w",
        "getOne",
        "-i",
        "itemId=lamp",
        "--ca-cert",
        &authority.path("authority.pem"),
        "--server",
        &format!("items={}", items.url()),
    ]
    .map(str::to_owned)
    .to_vec();
    let outcome = arazzo(&shared, &args, &BTreeMap::new(), None).unwrap();
    assert_eq!(outcome.exit, Some(0), "{outcome:?}");
    assert_eq!((server.received().len(), items.received().len()), (2, 1));
}
