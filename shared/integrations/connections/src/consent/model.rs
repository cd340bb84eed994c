//! A consent that somebody was sent for.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use edge_capabilities::{Random, Timestamp};
use edge_database::record;
use sha2::{Digest as _, Sha256};

/// A consent that somebody was sent for.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Consent {
    /// The SHA-256 of the state, in hex: who reads the database cannot come back with it.
    pub(crate) state: String,
    pub(crate) tenant: String,
    pub(crate) integration: String,
    /// The caller who asked.
    pub(crate) person: String,
    /// The code verifier, sealed, where the provider takes a challenge.
    pub(crate) verifier: Option<String>,
    pub(crate) redirect_uri: String,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

record! {
    Consent in "integration_consents" {
        state, tenant: "tenant_id", integration: "integration_id", person, verifier, redirect_uri, created_at, expires_at,
    }
}

/// 32 random bytes as base64url, 43 characters: a state, or a code verifier.
pub(super) fn random_text(random: &dyn Random) -> String {
    let mut bytes = [0; 32];
    random.fill(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// The code challenge of `verifier`, by S256 (RFC 7636).
pub(super) fn challenge(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// What is kept of a state.
pub(super) fn digest(state: &str) -> String {
    hex::encode(Sha256::digest(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_example_in_rfc_7636() {
        assert_eq!(
            challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
