//! TLS towards upstreams and databases: the system's certificates together with Mozilla's.

use std::io::Cursor;
use std::sync::Arc;

use anyhow::Context as _;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// A client configuration that trusts the usual roots, or `ca_root` (PEM) alone where one is given.
pub fn client_config(ca_root: Option<&str>) -> anyhow::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = ca_root {
        for certificate in CertificateDer::pem_reader_iter(Cursor::new(pem)) {
            roots.add(certificate.context("the root certificate is not PEM")?)?;
        }
    } else {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        // Certificates of the system that this library cannot read are of no use to it: the rest still are.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
