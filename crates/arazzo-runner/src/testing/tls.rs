//! The certificates of a test server.

use std::fmt;
use std::io;
use std::net::TcpStream;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// What a server shows, and whom it lets in. Everything is text in PEM form.
#[derive(Clone)]
pub struct Identity {
    /// The certificate, with those that it depends on.
    pub certificate: String,
    /// Its key.
    pub key: String,
    /// The authority whose certificates clients have to show; without it, they show none.
    pub client_authority: Option<String>,
}

impl Identity {
    pub(super) fn config(&self) -> io::Result<Config> {
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let builder = match &self.client_authority {
            None => builder.with_no_client_auth(),
            Some(authority) => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(certificates(authority)?);
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
                builder.with_client_cert_verifier(verifier.map_err(io::Error::other)?)
            }
        };
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).map_err(io::Error::other)?;
        let config =
            builder.with_single_cert(certificates(&self.certificate)?, key).map_err(io::Error::other)?;
        Ok(Config(Arc::new(config)))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("client_authority", &self.client_authority.is_some()).finish()
    }
}

/// How connections are made safe.
#[derive(Debug)]
pub(super) struct Config(Arc<ServerConfig>);

impl Config {
    /// A safe connection over `stream`; the handshake is done with the first byte that is read.
    pub(super) fn accept(&self, stream: TcpStream) -> io::Result<StreamOwned<ServerConnection, TcpStream>> {
        let connection = ServerConnection::new(Arc::clone(&self.0)).map_err(io::Error::other)?;
        Ok(StreamOwned::new(connection, stream))
    }
}

fn certificates(pem: &str) -> io::Result<Vec<CertificateDer<'static>>> {
    CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().map_err(io::Error::other)
}
