//! The base URL of an API, when the caller gives one.

use url::Url;

/// The URL in its normal form.
///
/// # Errors
///
/// What is wrong with it, as a fragment that follows a name for it. The URL itself is not shown, for there may be a
/// password in it.
pub fn server_url(text: &str) -> Result<String, &'static str> {
    let url = Url::parse(text).map_err(|_| "is no `http` or `https` URL")?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("is no `http` or `https` URL");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user name or a password in it: give that as a credential");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or a fragment, behind which no path can stand");
    }
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_absolute_and_ends_with_its_path() {
        assert_eq!(server_url("https://h:8443/v1").as_deref(), Ok("https://h:8443/v1"));
        for wrong in ["h", "h:80", "/v1", "ftp://h/", "http://", "http://h:99999/", "mailto:a@h"] {
            assert_eq!(server_url(wrong), Err("is no `http` or `https` URL"), "{wrong}");
        }
        for wrong in ["http://h/?", "http://h/?x=1", "http://h/#a"] {
            assert!(server_url(wrong).unwrap_err().contains("query"), "{wrong}");
        }
        for wrong in ["http://me@h/", "http://me:pw@h/", "http://:pw@h/"] {
            assert!(server_url(wrong).unwrap_err().contains("credential"), "{wrong}");
        }
    }
}
