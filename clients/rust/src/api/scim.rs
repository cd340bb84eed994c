//! SCIM.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List SCIM resource types: `GET /scim/v2/ResourceTypes`.
    pub async fn scim_list_resource_types(&self) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/ResourceTypes");
        self.nothing(http::Method::GET, path, Body::None).await
    }

    /// Get the SCIM resource type of users: `GET /scim/v2/ResourceTypes/User`.
    pub async fn scim_get_resource_type(&self) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/ResourceTypes/User");
        self.nothing(http::Method::GET, path, Body::None).await
    }

    /// List SCIM schemas: `GET /scim/v2/Schemas`.
    pub async fn scim_list_schemas(&self) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/Schemas");
        self.nothing(http::Method::GET, path, Body::None).await
    }

    /// Get a SCIM schema: `GET /scim/v2/Schemas/{id}`.
    pub async fn scim_get_schema(&self, id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/Schemas/").value(id);
        self.nothing(http::Method::GET, path, Body::None).await
    }

    /// Get the SCIM service's features: `GET /scim/v2/ServiceProviderConfig`.
    pub async fn scim_get_service_provider_config(&self) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/ServiceProviderConfig");
        self.nothing(http::Method::GET, path, Body::None).await
    }

    /// List users (SCIM): `GET /scim/v2/Users`.
    ///
    /// The key needs `organizations:write`.
    pub async fn scim_list_users(&self, query_parameters: &ScimListUsersQuery) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/Users").query(&query(query_parameters)?);
        self.nothing(http::Method::GET, path, Body::None).await
    }

    /// Create a user (SCIM): `POST /scim/v2/Users`.
    ///
    /// The user becomes a member of the tenant with the role MEMBER. An existing member with the same e-mail address, or
    /// whose id is the `externalId`, is linked and keeps its role.
    ///
    /// The key needs `organizations:write`.
    pub async fn scim_create_user(&self, body: &serde_json::Value) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/Users");
        self.nothing(http::Method::POST, path, Body::json(body)?).await
    }

    /// Delete a user (SCIM): `DELETE /scim/v2/Users/{id}`.
    ///
    /// The user is no member of the tenant any more, loses all seats, and the person's data is deleted.
    ///
    /// The key needs `organizations:write`.
    pub async fn scim_delete_user(&self, id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/Users/").value(id);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Get a user (SCIM): `GET /scim/v2/Users/{id}`.
    ///
    /// The key needs `organizations:write`.
    pub async fn scim_get_user(&self, id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/Users/").value(id);
        self.nothing(http::Method::GET, path, Body::None).await
    }

    /// Update a user (SCIM): `PATCH /scim/v2/Users/{id}`.
    ///
    /// A user who is not `active` is no member of the tenant any more and loses all seats. `op` is read in any case, with and
    /// without `path`; `active` may be a text.
    ///
    /// The key needs `organizations:write`.
    pub async fn scim_patch_user(&self, id: &str, body: &serde_json::Value) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/Users/").value(id);
        self.nothing(http::Method::PATCH, path, Body::json(body)?).await
    }

    /// Replace a user (SCIM): `PUT /scim/v2/Users/{id}`.
    ///
    /// A user who is not `active` is no member of the tenant any more and loses all seats.
    ///
    /// The key needs `organizations:write`.
    pub async fn scim_replace_user(&self, id: &str, body: &serde_json::Value) -> Result<(), EdgeError> {
        let path = Path::new("/scim/v2/Users/").value(id);
        self.nothing(http::Method::PUT, path, Body::json(body)?).await
    }
}

/// The query of [`scim_list_users`](Api::scim_list_users).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ScimListUsersQuery {
    /// One comparison: `userName eq "…"`, `externalId eq "…"`.
    pub filter: Option<String>,
    /// The position of the first user, from 1.
    #[serde(rename = "startIndex")]
    pub start_index: Option<i64>,
    /// The maximum number of users: at most 200; the default is 100.
    pub count: Option<i64>,
}
