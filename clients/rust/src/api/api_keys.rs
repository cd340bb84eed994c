//! API keys.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List API keys: `GET /api/v1/api-keys`.
    ///
    /// Returns the newest keys first and omits revoked keys. A tenant's key sees only the keys of its tenant.
    ///
    /// The key needs `tenants:admin`.
    pub async fn list_api_keys(&self, query_parameters: &ListApiKeysQuery) -> Result<ListingApiKey, EdgeError> {
        let path = Path::new("/api/v1/api-keys").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create an API key: `POST /api/v1/api-keys`.
    ///
    /// The key is shown only in this response. Repeating the request with the same `Idempotency-Key` returns the same key.
    ///
    /// The key needs `tenants:admin`.
    pub async fn create_api_key(&self, body: &NewApiKey) -> Result<CreatedApiKey, EdgeError> {
        let path = Path::new("/api/v1/api-keys");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Revoke an API key: `DELETE /api/v1/api-keys/{id}`.
    ///
    /// The key stops working on the whole node within one second. Keys created with it, directly or through other keys,
    /// keep working unless `?descendants=revoke` is sent; the response then lists all revoked keys.
    ///
    /// The key needs `tenants:admin`.
    pub async fn revoke_api_key(&self, id: &str, query_parameters: &RevokeApiKeyQuery) -> Result<Option<RevokedApiKeys>, EdgeError> {
        let path = Path::new("/api/v1/api-keys/").value(id).query(&query(query_parameters)?);
        self.json_or_nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Get the caller: `GET /api/v1/me`.
    ///
    /// Returns who the credential belongs to, its scopes and when it expires. Every valid credential may ask.
    pub async fn get_caller(&self) -> Result<CurrentCaller, EdgeError> {
        let path = Path::new("/api/v1/me");
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// The query of [`list_api_keys`](Api::list_api_keys).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListApiKeysQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`revoke_api_key`](Api::revoke_api_key).
#[derive(Clone, Debug, Default, Serialize)]
pub struct RevokeApiKeyQuery {
    /// `revoke` also revokes all keys that descend from this key. By default they are kept.
    pub descendants: Option<String>,
}

/// The kinds of callers.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum CallerKind {
    /// `key`.
    #[serde(rename = "key")]
    Key,
    /// `person`.
    #[serde(rename = "person")]
    Person,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The caller, and what its credential allows.
#[derive(Clone, Debug, Deserialize)]
pub struct CurrentCaller {
    /// The applications that the credential may be used for; null: all.
    pub applications: Option<Vec<String>>,
    /// When the credential expires, RFC 3339; null: it does not.
    pub expires_at: Option<String>,
    /// The id of the key, or the person's id at the issuer.
    pub id: String,
    /// Whether the credential is an API key or a person's token.
    pub kind: CallerKind,
    /// The name of the key; the person's name, else their e-mail address, else their id.
    pub name: String,
    /// The person's roles in the tenant. Keys have none.
    pub roles: Vec<String>,
    /// The scopes of the credential.
    pub scopes: Vec<Scope>,
    /// `tenant_id`.
    pub tenant_id: Option<TenantId>,
}
