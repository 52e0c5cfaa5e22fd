//! The policy for everything that goes over the network, from the arguments and the environment.

use std::path::Path;

use arazzo_engine::HostPattern;
use arazzo_runner::{CertificateAuthorities, CertificateError, ClientCertificate, NetworkOptions, Proxies};
use url::Url;

use crate::args::{NetworkArgs, RunArgs};
use crate::refusal::Refusal;

/// A file with certificates may be so many bytes long.
const MAX_PEM: u64 = 4 * 1024 * 1024;

/// The policy of a run.
pub(crate) fn collect(args: &RunArgs) -> Result<NetworkOptions, Refusal> {
    policy(&args.network, urls(args))
}

/// The policy that the arguments ask for, where the hosts of `urls` were named by them, too.
pub(crate) fn policy<'a>(
    network: &NetworkArgs,
    urls: impl Iterator<Item = &'a str>,
) -> Result<NetworkOptions, Refusal> {
    Ok(NetworkOptions {
        allow_hosts: network.allow_hosts.clone(),
        named_hosts: named_hosts(urls),
        deny_private: network.deny_private,
        offline: network.offline,
        max_redirects: network.follow_redirects.unwrap_or(0).into(),
        proxies: proxies(network, &|name| std::env::var(name).ok())?,
        authorities: authorities(&network.ca_certs)?,
        client_certificates: network
            .client_certs
            .iter()
            .map(|text| client_certificate(text))
            .collect::<Result<_, _>>()?,
        insecure: network.insecure,
    })
}

/// What a person should know of the policy before anything is sent.
pub(crate) fn warning(args: &RunArgs) -> Option<&'static str> {
    let warning =
        "certificates of servers are not checked (`--insecure`): others can read and change what is sent";
    (args.network.insecure && args.mock.is_none()).then_some(warning)
}

/// The texts on the command line that may have URLs in them.
fn urls(args: &RunArgs) -> impl Iterator<Item = &str> {
    std::iter::once(&args.description).chain(&args.sources.named).chain(&args.servers).map(String::as_str)
}

/// The hosts of the URLs on the command line, which need no `--allow-host`.
fn named_hosts<'a>(values: impl Iterator<Item = &'a str>) -> Vec<HostPattern> {
    let urls = values.flat_map(|text| [Some(text), text.split_once('=').map(|(_, url)| url)]).flatten();
    urls.filter_map(|text| {
        let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        format!("{}:{}", url.host_str()?, url.port_or_known_default()?).parse().ok()
    })
    .collect()
}

/// `--proxy`, else what the environment says as curl reads it. `HTTP_PROXY` is a header that a client has sent when this
/// is a CGI program, so it counts only where there is no `REQUEST_METHOD`.
fn proxies(args: &NetworkArgs, variable: &dyn Fn(&str) -> Option<String>) -> Result<Proxies, Refusal> {
    let first =
        |names: &[&str]| names.iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    let except = first(&["no_proxy", "NO_PROXY"]);
    match args.proxy.as_deref() {
        Some("") => Ok(Proxies::default()),
        Some(url) => Proxies::everywhere(url, except).map_err(|fact| {
            let hint = "write it as `--proxy http://host:port`".to_owned();
            Refusal::usage(format!("the proxy that `--proxy` gives {fact}"), hint)
        }),
        None => {
            let all = first(&["all_proxy", "ALL_PROXY"]);
            let upper = if variable("REQUEST_METHOD").is_none() { first(&["HTTP_PROXY"]) } else { None };
            Ok(Proxies {
                http: first(&["http_proxy"]).or(upper).or_else(|| all.clone()),
                https: first(&["https_proxy", "HTTPS_PROXY"]).or(all),
                except,
            })
        }
    }
}

fn authorities(paths: &[std::path::PathBuf]) -> Result<Vec<CertificateAuthorities>, Refusal> {
    paths
        .iter()
        .map(|path| {
            let pem = read("--ca-cert", path)?;
            CertificateAuthorities::from_pem(&pem).map_err(|error| unusable("--ca-cert", path, &error))
        })
        .collect()
}

/// `HOST=CERT,KEY`.
fn client_certificate(text: &str) -> Result<ClientCertificate, Refusal> {
    let hint = || "write it as `--client-cert HOST=CERT,KEY`".to_owned();
    let parts = text.split_once('=').and_then(|(host, files)| Some((host, files.split_once(',')?)));
    let Some((host, (certificate, key))) = parts else {
        return Err(Refusal::usage("`--client-cert` does not say which files are for which host", hint()));
    };
    let host: HostPattern =
        host.parse().map_err(|error| Refusal::usage(format!("`{host}` {error}"), hint()))?;
    let (certificate, key) = (Path::new(certificate), Path::new(key));
    let (chain, secret) = (read("--client-cert", certificate)?, read("--client-cert", key)?);
    ClientCertificate::from_pem(host, &chain, &secret).map_err(|error| {
        let path = if error == CertificateError::NoKey { key } else { certificate };
        unusable("--client-cert", path, &error)
    })
}

fn read(flag: &str, path: &Path) -> Result<Vec<u8>, Refusal> {
    use std::io::Read as _;

    let mut bytes = Vec::new();
    let file = std::fs::File::open(path);
    let read = file.and_then(|file| file.take(MAX_PEM).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(bytes),
        Err(error) => {
            let fact = error.kind();
            Err(Refusal::usage(
                format!("`{}`, which `{flag}` names, cannot be read: {fact}", path.display()),
                None,
            ))
        }
    }
}

fn unusable(flag: &str, path: &Path, error: &CertificateError) -> Refusal {
    Refusal::usage(format!("`{}`, which `{flag}` names, {error}", path.display()), None)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};

    fn parsed(args: &[&str]) -> Box<RunArgs> {
        let arguments = Arguments::try_parse_from([&["arazzo", "run"], args].concat()).unwrap();
        let Command::Run(run) = arguments.command else { unreachable!() };
        run
    }

    fn proxies_of(args: &[&str], variables: &[(&str, &str)]) -> Proxies {
        let lookup = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        proxies(&parsed(&[args, &["a.yml"]].concat()).network, &lookup).unwrap()
    }

    #[test]
    fn the_environment_names_proxies_as_curl_reads_it() {
        let of = |http: Option<&str>, https: Option<&str>, except: Option<&str>| Proxies {
            http: http.map(str::to_owned),
            https: https.map(str::to_owned),
            except: except.map(str::to_owned),
        };
        assert_eq!(proxies_of(&[], &[("ALL_PROXY", "a:1")]), of(Some("a:1"), Some("a:1"), None));
        let both = [("http_proxy", "low:1"), ("HTTP_PROXY", "up:1"), ("NO_PROXY", "x")];
        assert_eq!(proxies_of(&[], &both), of(Some("low:1"), None, Some("x")));
        assert_eq!(proxies_of(&[], &[("HTTP_PROXY", "up:1")]), of(Some("up:1"), None, None));
        let cgi = [("HTTP_PROXY", "evil:1"), ("REQUEST_METHOD", "GET")];
        assert_eq!(proxies_of(&[], &cgi), of(None, None, None));
        assert_eq!(proxies_of(&["--proxy", "p:1"], &both), of(Some("p:1"), Some("p:1"), Some("x")));
        assert_eq!(proxies_of(&["--proxy", ""], &both), of(None, None, None));
    }

    #[test]
    fn hosts_of_urls_on_the_command_line_are_named() {
        let args = parsed(&[
            "https://flows.test/a.yml",
            "--source",
            "api=http://specs.test:8080/a.yml",
            "--server",
            "api=https://api.test/v1",
            "--server",
            "http://[::1]:9000/",
            "--source",
            "other=local.yml",
        ]);
        let named: Vec<String> = named_hosts(urls(&args)).iter().map(ToString::to_string).collect();
        assert_eq!(named, ["flows.test:443", "specs.test:8080", "api.test:443", "[::1]:9000"]);
    }

    #[test]
    fn redirects_are_followed_as_often_as_asked_for() {
        let of = |args: &[&str]| parsed(&[args, &["a.yml"]].concat()).network.follow_redirects;
        assert_eq!(of(&[]), None);
        assert_eq!(of(&["--follow-redirects"]), Some(10));
        assert_eq!(of(&["--follow-redirects=3"]), Some(3));
    }
}
