//! The line to a database server, encrypted as libpq's `sslmode` says
//! (<https://www.postgresql.org/docs/current/libpq-ssl.html>).

use std::str::FromStr;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::failure::{Failure, Result};

/// How a line is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    Off,
    /// Where the server offers it, whoever that is.
    Offered,
    /// Always, whoever the server is.
    Required,
    /// Always, and only with a server whose certificate this machine trusts.
    Verified,
}

impl FromStr for Encryption {
    type Err = Failure;

    fn from_str(word: &str) -> Result<Self> {
        match word {
            "disable" => Ok(Self::Off),
            "allow" | "prefer" => Ok(Self::Offered),
            "require" => Ok(Self::Required),
            "verify-ca" | "verify-full" => Ok(Self::Verified),
            _ => Err(Failure::input(format!("{word:?} is no sslmode"))
                .hint("it is one of: disable, allow, prefer, require, verify-ca, verify-full")),
        }
    }
}

impl Encryption {
    pub(super) const fn mode(self) -> SslMode {
        match self {
            Self::Off => SslMode::Disable,
            Self::Offered => SslMode::Prefer,
            Self::Required | Self::Verified => SslMode::Require,
        }
    }

    /// What encrypts it; none where this machine trusts nobody.
    pub(super) fn connector(self) -> Option<MakeRustlsConnect> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_safe_default_protocol_versions().ok()?;
        let config = match self {
            Self::Verified => {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                builder.with_root_certificates(roots)
            }
            // As libpq does it, and so whatever signs in there with the same sslmode. A server of somebody else could ask
            // for the password in the clear: verify-full is there against that.
            Self::Off | Self::Offered | Self::Required => {
                builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider)))
            }
        };
        Some(MakeRustlsConnect::new(config.with_no_client_auth()))
    }
}

/// Takes any certificate, if only the server has its key.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
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
