//! Proxies.

use std::fmt;

use url::Url;

/// The proxies through which servers are reached. Each is an `http` or `https` URL, which may hold a user name and a
/// password; `Debug` shows neither.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `http` URLs.
    pub http: Option<String>,
    /// For `https` URLs.
    pub https: Option<String>,
    /// The hosts that are reached without one: names, `.domain` suffixes, addresses and blocks of them, separated by
    /// commas, or `*`; the form of the variable `NO_PROXY`.
    pub except: Option<String>,
}

impl Proxies {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.http.is_none() && self.https.is_none()
    }

    /// What must not be shown: user names and passwords.
    pub fn secrets(&self) -> Vec<String> {
        let urls = self.all().filter_map(|text| read(text).ok());
        urls.filter_map(|url| url.password().map(str::to_owned)).filter(|text| !text.is_empty()).collect()
    }

    /// The names and addresses of the proxies.
    pub(super) fn hosts(&self) -> Vec<String> {
        self.all().filter_map(|text| read(text).ok()?.host_str().map(str::to_owned)).collect()
    }

    /// What a client needs of them, or which one cannot be used and why.
    pub(super) fn for_client(&self) -> Result<Vec<reqwest::Proxy>, String> {
        let except = self.except.as_deref().and_then(reqwest::NoProxy::from_string);
        let mut all = Vec::new();
        for (text, make) in [
            (&self.http, reqwest::Proxy::http as fn(Url) -> reqwest::Result<reqwest::Proxy>),
            (&self.https, reqwest::Proxy::https),
        ] {
            let Some(text) = text else { continue };
            let proxy = make(read(text)?).map_err(|_| "is none that can be used".to_owned())?;
            all.push(proxy.no_proxy(except.clone()));
        }
        Ok(all)
    }

    /// The one for this URL, for messages. It may be that the URL is excepted.
    pub(super) fn shown_for(&self, url: &Url) -> Option<String> {
        let text = if url.scheme() == "https" { &self.https } else { &self.http };
        read(text.as_deref()?).ok().map(|proxy| super::target(&proxy))
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        [&self.http, &self.https].into_iter().flatten().map(String::as_str)
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.hosts()).finish()
    }
}

/// The URL of a proxy, which may lack its scheme, or what is wrong with it.
fn read(text: &str) -> Result<Url, String> {
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("http://{text}")) };
    let url = url.map_err(|error| format!("is no URL: {error}"))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        "http" | "https" => Err("has no host".to_owned()),
        other => Err(format!("is a `{other}` proxy, and only `http` and `https` ones are used")),
    }
}

impl Proxies {
    /// One proxy for everything but the excepted hosts.
    ///
    /// # Errors
    ///
    /// What is wrong with the URL, as a fragment that follows it.
    pub fn everywhere(url: &str, except: Option<String>) -> Result<Self, String> {
        read(url)?;
        Ok(Self { http: Some(url.to_owned()), https: Some(url.to_owned()), except })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_may_lack_its_scheme_and_must_speak_http() {
        assert!(Proxies::everywhere("proxy.test:3128", None).is_ok());
        assert!(Proxies::everywhere("https://proxy.test", None).is_ok());
        let error = Proxies::everywhere("socks5://proxy.test", None).unwrap_err();
        assert_eq!(error, "is a `socks5` proxy, and only `http` and `https` ones are used");
        assert!(Proxies::everywhere("http://", None).is_err());
    }

    #[test]
    fn passwords_are_secrets_and_not_shown() {
        let proxies = Proxies::everywhere("http://me:hunter22@proxy.test:3128", None).unwrap();
        assert_eq!(proxies.secrets(), ["hunter22", "hunter22"]);
        assert!(!format!("{proxies:?}").contains("hunter22"));
    }
}
