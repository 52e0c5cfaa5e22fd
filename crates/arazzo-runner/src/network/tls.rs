//! Certificates: whom the caller trusts, and by what servers know the caller.

use std::fmt;
use std::sync::Arc;

use arazzo_engine::HostPattern;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use url::Url;

use super::NetworkOptions;

/// Certificates of authorities that are trusted.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateAuthorities(Vec<CertificateDer<'static>>);

/// A certificate by which servers know the caller, with its key.
#[derive(Clone)]
pub struct ClientCertificate {
    host: HostPattern,
    key: Arc<CertifiedKey>,
}

/// Why a file cannot be used as a certificate or a key, as a fragment that follows its name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// It has no certificate.
    #[error("has no certificate in PEM form")]
    NoCertificate,
    /// It has no private key.
    #[error("has no private key in PEM form, or one that is encrypted")]
    NoKey,
    /// A certificate is none.
    #[error("has a certificate that cannot be used")]
    Unusable,
    /// The key is not that of the certificate.
    #[error("has a key that does not belong to the certificate")]
    KeyMismatch,
}

/// Two are the same that were read at once.
impl PartialEq for ClientCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.host == other.host && Arc::ptr_eq(&self.key, &other.key)
    }
}

impl Eq for ClientCertificate {}

impl CertificateAuthorities {
    /// Reads the certificates in a file of PEM form.
    ///
    /// # Errors
    ///
    /// A [`CertificateError`] when it has none, or one that is none.
    pub fn from_pem(pem: &[u8]) -> Result<Self, CertificateError> {
        let certificates = certificates(pem)?;
        let mut roots = RootCertStore::empty();
        let (_, refused) = roots.add_parsable_certificates(certificates.iter().cloned());
        if refused > 0 { Err(CertificateError::Unusable) } else { Ok(Self(certificates)) }
    }
}

impl fmt::Debug for CertificateAuthorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAuthorities").field("certificates", &self.0.len()).finish()
    }
}

impl ClientCertificate {
    /// Reads a certificate, with those that it depends on, and its key from files of PEM form. Only `host` is shown it.
    ///
    /// # Errors
    ///
    /// A [`CertificateError`] when either is not there or they do not belong together.
    pub fn from_pem(host: HostPattern, certificate: &[u8], key: &[u8]) -> Result<Self, CertificateError> {
        let chain = certificates(certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| CertificateError::NoKey)?;
        let key = CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|error| {
            let mismatch = matches!(error, rustls::Error::InconsistentKeys(_));
            if mismatch { CertificateError::KeyMismatch } else { CertificateError::Unusable }
        })?;
        Ok(Self { host, key: Arc::new(key) })
    }

    /// Whether it is for the host of this URL.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        self.host.matches(url.host_str().unwrap_or_default(), url.port_or_known_default())
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate").field("host", &self.host.to_string()).finish()
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| CertificateError::Unusable)?;
    if certificates.is_empty() { Err(CertificateError::NoCertificate) } else { Ok(certificates) }
}

/// How connections are made safe, for a client that shows `certificate`. Without `secure` none are, and no root
/// certificates are read.
///
/// The provider is named here and not installed for the process, which belongs to whoever embeds the library.
pub(super) fn config(
    options: &NetworkOptions,
    certificate: Option<&ClientCertificate>,
    secure: bool,
) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = if !secure {
        builder.with_root_certificates(RootCertStore::empty())
    } else if options.insecure {
        builder.dangerous().with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
    } else {
        let authorities = options.authorities.iter().flat_map(|authorities| authorities.0.iter().cloned());
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(authorities, provider)?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    };
    let mut config = match certificate {
        Some(certificate) => {
            let key = SingleCertAndKey::from(Arc::clone(&certificate.key));
            builder.with_client_cert_resolver(Arc::new(key))
        }
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Takes any certificate for that of the server, as the caller asked for.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
