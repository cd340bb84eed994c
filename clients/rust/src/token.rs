//! Seat tokens, verified without asking the edge.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use ed25519_dalek::{Signature, VerifyingKey};
use http::Method;
use http::header::AUTHORIZATION;
use serde::Deserialize;

use crate::clock::Moment;
use crate::shared::{Shared, lock};

/// What a token must be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenCheck<'a> {
    /// The application's slug.
    pub application_slug: &'a str,
    /// The organisation's id in the application; None: any.
    pub external_org_id: Option<&'a str>,
    /// The user's id in the application; None: any.
    pub user_id: Option<&'a str>,
}

impl<'a> TokenCheck<'a> {
    /// A token of any user of any organisation.
    pub fn new(application_slug: &'a str) -> Self {
        Self { application_slug, external_org_id: None, user_id: None }
    }

    /// The same, of one organisation.
    #[must_use]
    pub fn organization(self, external_org_id: &'a str) -> Self {
        Self { external_org_id: Some(external_org_id), ..self }
    }

    /// The same, of one user.
    #[must_use]
    pub fn user(self, user_id: &'a str) -> Self {
        Self { user_id: Some(user_id), ..self }
    }
}

/// A verified token: a grant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SeatToken {
    /// The user's id in the application.
    #[serde(rename = "sub")]
    pub user_id: String,
    /// The application's slug.
    #[serde(rename = "aud")]
    pub application_slug: String,
    /// The organisation's id in the application.
    #[serde(rename = "ext")]
    pub external_org_id: String,
    /// The organisation's id.
    #[serde(rename = "org")]
    pub organization_id: Option<String>,
    /// The seat's id.
    #[serde(rename = "seat")]
    pub seat_id: Option<String>,
    /// Why access is granted.
    pub reason: Option<String>,
    /// The version of the seat.
    #[serde(rename = "ver")]
    pub version: Option<i64>,
    /// When it was signed, seconds since 1970.
    #[serde(rename = "iat")]
    pub issued_at: i64,
    /// Until when it is good, seconds since 1970.
    #[serde(rename = "exp")]
    pub expires_at: i64,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The keys are needed and cannot be read.
    #[error("the edge's keys cannot be read")]
    Unavailable,
    /// It is no token of the edge: its form, algorithm, key or signature, or a claim is missing.
    #[error("no token of the edge")]
    Invalid,
    /// It is for another application, organisation or user.
    #[error("a token for another application, organisation or user")]
    Mismatch,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its organisation may have changed since it was signed.
    #[error("the organisation may have changed since the token was signed")]
    Superseded,
}

impl TokenError {
    /// The error's code, for programs: `TOKEN_EXPIRED`, ….
    pub fn code(self) -> &'static str {
        match self {
            Self::Unavailable => "UNAVAILABLE",
            Self::Invalid => "TOKEN_INVALID",
            Self::Mismatch => "TOKEN_MISMATCH",
            Self::Expired => "TOKEN_EXPIRED",
            Self::Superseded => "TOKEN_SUPERSEDED",
        }
    }
}

/// The edge's public keys, as they were read.
#[derive(Default)]
pub(crate) struct Keys {
    known: HashMap<String, VerifyingKey>,
    read: Option<Moment>,
    tried: Option<Moment>,
}

impl Keys {
    const KEPT: Duration = Duration::from_secs(300);
    const USED_AT_MOST: Duration = Duration::from_secs(3600);
    const READ_AGAIN: Duration = Duration::from_secs(10);

    /// Whether the keys are to be read before a token of `kid` is verified.
    fn must_be_read(&self, kid: &str, now: Moment) -> bool {
        let Some(read) = self.read else { return true };
        let is_wanted = read.passed(now) >= Self::KEPT || !self.known.contains_key(kid);
        is_wanted && self.tried.is_none_or(|tried| tried.passed(now) >= Self::READ_AGAIN)
    }

    fn may_be_used(&self, now: Moment) -> bool {
        self.read.is_some_and(|read| read.passed(now) < Self::USED_AT_MOST)
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    /// Extensions that a verifier must understand: this one knows none.
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct PublicKey {
    kty: String,
    crv: String,
    x: String,
    kid: String,
}

impl PublicKey {
    fn read(value: serde_json::Value) -> Option<(String, VerifyingKey)> {
        let key: Self = serde_json::from_value(value).ok()?;
        let bytes = URL_SAFE_NO_PAD.decode(&key.x).ok()?;
        let bytes: [u8; 32] = bytes.try_into().ok()?;
        let is_ours = key.kty == "OKP" && key.crv == "Ed25519";
        let verifying = VerifyingKey::from_bytes(&bytes).ok().filter(|_| is_ours)?;
        Some((key.kid, verifying))
    }
}

/// A token in its parts, of which nothing is verified yet.
struct Unverified<'a> {
    signed: &'a str,
    kid: String,
    claims: Vec<u8>,
    signature: Signature,
}

impl<'a> Unverified<'a> {
    fn read(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.').filter(|(_, claims)| !claims.contains('.'))?;
        let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header.alg != "EdDSA" || header.crit.is_some() {
            return None;
        }
        let signature: [u8; 64] = URL_SAFE_NO_PAD.decode(signature).ok()?.try_into().ok()?;
        let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
        Some(Self { signed, kid: header.kid, claims, signature: Signature::from_bytes(&signature) })
    }
}

impl Shared {
    /// The claims of `token`, if it is good for `check`.
    pub(crate) async fn verify_token(
        self: &Arc<Self>,
        token: &str,
        check: &TokenCheck<'_>,
    ) -> Result<SeatToken, TokenError> {
        let unverified = Unverified::read(token).ok_or(TokenError::Invalid)?;
        let key = self.key(&unverified.kid).await?.ok_or(TokenError::Invalid)?;
        let verified = key.verify_strict(unverified.signed.as_bytes(), &unverified.signature);
        verified.map_err(|_| TokenError::Invalid)?;
        let token: SeatToken = serde_json::from_slice(&unverified.claims).map_err(|_| TokenError::Invalid)?;

        let is_for = token.application_slug == check.application_slug
            && check.external_org_id.is_none_or(|organization| token.external_org_id == organization)
            && check.user_id.is_none_or(|user| token.user_id == user);
        if !is_for {
            return Err(TokenError::Mismatch);
        }
        let millis = |seconds: i64| seconds.saturating_mul(1000);
        if self.edge_time(self.clock.now()) >= millis(token.expires_at) {
            return Err(TokenError::Expired);
        }
        let changed = lock(&self.memory).changed_at(&token.application_slug, &token.external_org_id);
        if changed.is_some_and(|changed| millis(token.issued_at) <= changed) {
            return Err(TokenError::Superseded);
        }
        Ok(token)
    }

    /// The key of this id; None: the edge has no such key.
    async fn key(&self, kid: &str) -> Result<Option<VerifyingKey>, TokenError> {
        // Those who need keys at the same time wait here for one response.
        let mut keys = self.keys.lock().await;
        let now = self.clock.now();
        if keys.must_be_read(kid, now) {
            keys.tried = Some(now);
            if let Some(known) = self.read_keys().await {
                keys.known = known;
                keys.read = Some(now);
            }
        }
        if !keys.may_be_used(self.clock.now()) {
            return Err(TokenError::Unavailable);
        }
        Ok(keys.known.get(kid).copied())
    }

    async fn read_keys(&self) -> Option<HashMap<String, VerifyingKey>> {
        let mut request = self.request(Method::GET, "/.well-known/jwks.json", Bytes::new()).ok()?;
        request.headers_mut().remove(AUTHORIZATION);
        let response = tokio::time::timeout(self.options.timeout, self.send(request)).await.ok()?.ok()?;
        if !response.status().is_success() {
            return None;
        }
        let set: KeySet = serde_json::from_slice(response.body()).ok()?;
        Some(set.keys.into_iter().filter_map(PublicKey::read).collect())
    }
}
