//! Seats.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List the keys of seat tokens: `GET /.well-known/jwks.json`.
    ///
    /// The public keys that verify seat tokens. A token's header names its key by `kid`. No credential is needed.
    pub async fn list_seat_token_keys(&self) -> Result<SeatTokenKeys, EdgeError> {
        let path = Path::new("/.well-known/jwks.json");
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Follow changes of seats: `GET /api/v1/seats/changes`.
    ///
    /// Lists the organisations whose seats may have changed since `since`, in the applications of the key. If there are none,
    /// the request waits up to `wait` seconds. A client that follows the list may answer seat checks from its own memory.
    ///
    /// The key needs `seats:verify`.
    pub async fn follow_seat_changes(&self, query_parameters: &FollowSeatChangesQuery) -> Result<SeatChanges, EdgeError> {
        let path = Path::new("/api/v1/seats/changes").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Invalidate an organisation's seats: `POST /api/v1/seats/invalidate`.
    ///
    /// After the response, the next check of any user of the organisation asks the ERP, on every instance. The subscription
    /// state reported by payment events is kept.
    ///
    /// The key needs `seats:write`.
    pub async fn invalidate_seats(&self, body: &InvalidateSeatsRequest) -> Result<InvalidateSeatsResponse, EdgeError> {
        let path = Path::new("/api/v1/seats/invalidate");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Delete a tenant's seat override: `DELETE /api/v1/seats/overrides/{organizationId}`.
    ///
    /// Requires a platform key. The subscription state from earlier payment events no longer takes precedence over the
    /// state in the ERP; the next payment event takes precedence again. A tenant that is not active still gets no seat.
    ///
    /// The key needs `tenants:admin`.
    pub async fn delete_seat_override(&self, organization_id: &str) -> Result<(), EdgeError> {
        let path = Path::new("/api/v1/seats/overrides/").value(organization_id);
        self.nothing(http::Method::DELETE, path, Body::None).await
    }

    /// Verify a seat: `POST /verify-seat`.
    ///
    /// Checks whether a user has a seat. The result comes from the cache when the cached data is recent enough: see
    /// `source` and `asOf`. A denial is also returned with status 200.
    ///
    /// The key needs `seats:verify`.
    pub async fn verify_seat(&self, body: &SeatCheck) -> Result<SeatVerdict, EdgeError> {
        let path = Path::new("/verify-seat");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Verify several seats: `POST /verify-seats`.
    ///
    /// Takes up to 100 checks and returns the results in the same order. A check that fails does not affect the others.
    /// Identical checks are looked up once.
    ///
    /// The key needs `seats:verify`.
    pub async fn verify_seats(&self, body: &VerifySeatsRequest) -> Result<VerifySeatsResponse, EdgeError> {
        let path = Path::new("/verify-seats");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }
}

/// The query of [`follow_seat_changes`](Api::follow_seat_changes).
#[derive(Clone, Debug, Default, Serialize)]
pub struct FollowSeatChangesQuery {
    /// The `next` of the previous response. By default the response has the present `next` alone.
    pub since: Option<String>,
    /// How long to wait for a change if there is none, seconds: 0 to 25; the default is 0.
    pub wait: Option<f64>,
}

/// The organisation whose cached seats are invalidated: either `organizationId`, or `applicationSlug` and
/// `externalOrgId`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct InvalidateSeatsRequest {
    /// The application's slug; required together with `externalOrgId`.
    #[serde(rename = "applicationSlug", skip_serializing_if = "Option::is_none")]
    pub application_slug: Option<String>,
    /// The organisation's id in the application; required together with `applicationSlug`.
    #[serde(rename = "externalOrgId", skip_serializing_if = "Option::is_none")]
    pub external_org_id: Option<String>,
    /// The organisation's id in the ERP.
    #[serde(rename = "organizationId", skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
}

/// The result of an invalidation: data cached before it is no longer served.
#[derive(Clone, Debug, Deserialize)]
pub struct InvalidateSeatsResponse {
    /// The organisation's fence number, which increases with every invalidation.
    pub fence: i64,
}

/// Why access is granted or denied.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum Reason {
    /// `SEAT_ACTIVE`.
    #[serde(rename = "SEAT_ACTIVE")]
    SeatActive,
    /// `GRACE_PERIOD`.
    #[serde(rename = "GRACE_PERIOD")]
    GracePeriod,
    /// `ORGANIZATION_NOT_FOUND`.
    #[serde(rename = "ORGANIZATION_NOT_FOUND")]
    OrganizationNotFound,
    /// `SEAT_NOT_FOUND`.
    #[serde(rename = "SEAT_NOT_FOUND")]
    SeatNotFound,
    /// `SEAT_REVOKED`.
    #[serde(rename = "SEAT_REVOKED")]
    SeatRevoked,
    /// `SEAT_PENDING`.
    #[serde(rename = "SEAT_PENDING")]
    SeatPending,
    /// `SUBSCRIPTION_PAST_DUE`.
    #[serde(rename = "SUBSCRIPTION_PAST_DUE")]
    SubscriptionPastDue,
    /// `SUBSCRIPTION_CANCELLED`.
    #[serde(rename = "SUBSCRIPTION_CANCELLED")]
    SubscriptionCancelled,
    /// `SUBSCRIPTION_SUSPENDED`.
    #[serde(rename = "SUBSCRIPTION_SUSPENDED")]
    SubscriptionSuspended,
    /// `SUBSCRIPTION_EXPIRED`.
    #[serde(rename = "SUBSCRIPTION_EXPIRED")]
    SubscriptionExpired,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// An organisation of an application whose seats may have changed.
#[derive(Clone, Debug, Deserialize)]
pub struct SeatChange {
    /// The application's slug.
    #[serde(rename = "applicationSlug")]
    pub application_slug: String,
    /// The organisation's id in the application.
    #[serde(rename = "externalOrgId")]
    pub external_org_id: String,
    /// The organisation's fence number, which increases with every change.
    pub fence: i64,
}

/// What has changed since a position.
#[derive(Clone, Debug, Deserialize)]
pub struct SeatChanges {
    /// The organisations whose seats may have changed, each once. What is remembered of their users must be forgotten.
    pub changes: Vec<SeatChange>,
    /// The position to pass as `since` next.
    pub next: String,
    /// Whether changes may have been missed: everything that is remembered must be forgotten.
    pub reset: bool,
}

/// The user, application and organisation to check. Each id is 1 to 256 bytes of UTF-8 without control characters and
/// is compared byte for byte.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SeatCheck {
    /// The application's slug.
    #[serde(rename = "applicationSlug")]
    pub application_slug: String,
    /// The organisation's id in the application.
    #[serde(rename = "externalOrgId")]
    pub external_org_id: String,
    /// Whether the result has its lifetime: `now`, `freshUntil` and `staleUntil`, for a client that remembers it and
    /// follows the changes of seats. By default it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lifetime: Option<bool>,
    /// The lowest acceptable `version` of the seat: older cached data is not used. By default any version is accepted.
    #[serde(rename = "minVersion", skip_serializing_if = "Option::is_none")]
    pub min_version: Option<i64>,
    /// Whether a grant has a token, which is verified without asking. By default it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<bool>,
    /// The user's id in the application.
    #[serde(rename = "userId")]
    pub user_id: String,
}

/// The result of one check of a batch.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum SeatCheckResult {
    /// A grant or a denial.
    SeatVerdict(SeatVerdict),
    /// The check could not be answered.
    SeatCheckResultError(SeatCheckResultError),
}

/// The public keys of seat tokens (RFC 7517).
#[derive(Clone, Debug, Deserialize)]
pub struct SeatTokenKeys {
    /// The keys, newest first.
    pub keys: Vec<PublicKey>,
}

/// The result of a seat check: a grant or a denial.
#[derive(Clone, Debug, Deserialize)]
pub struct SeatVerdict {
    /// When the ERP or the record reported this state, RFC 3339.
    #[serde(rename = "asOf")]
    pub as_of: String,
    /// When the paid period ends, RFC 3339; null if this is unknown or the period has no end.
    #[serde(rename = "expiresAt")]
    pub expires_at: Option<String>,
    /// Until when the result is fresh, if the lifetime was asked for. At most the end of access.
    #[serde(rename = "freshUntil")]
    pub fresh_until: Option<String>,
    /// Whether the user has access.
    #[serde(rename = "hasAccess")]
    pub has_access: bool,
    /// The time at which the edge answered, RFC 3339, if the lifetime was asked for.
    pub now: Option<String>,
    /// Why access is granted or denied.
    pub reason: Reason,
    /// The seat's id; null if the user has no seat.
    #[serde(rename = "seatId")]
    pub seat_id: Option<String>,
    /// Where the result comes from.
    pub source: Source,
    /// Until when the result may be used while the edge cannot be reached, if the lifetime was asked for. At most the end
    /// of access; for a denial, and where the result must not be remembered, not after `freshUntil`.
    #[serde(rename = "staleUntil")]
    pub stale_until: Option<String>,
    /// `subscriptionStatus`.
    #[serde(rename = "subscriptionStatus")]
    pub subscription_status: Option<SubscriptionStatus>,
    /// A JWT that says the same (EdDSA), if it was asked for and access is granted.
    pub token: Option<String>,
    /// The version of the seat, which increases with every change. Pass it as `minVersion` to exclude older data.
    pub version: Option<i64>,
}

/// Where the result of a seat check comes from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum Source {
    /// `erp`.
    #[serde(rename = "erp")]
    Erp,
    /// `record`.
    #[serde(rename = "record")]
    Record,
    /// `cache`.
    #[serde(rename = "cache")]
    Cache,
    /// `stale`.
    #[serde(rename = "stale")]
    Stale,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A batch of seat checks.
#[derive(Clone, Debug, Default, Serialize)]
pub struct VerifySeatsRequest {
    /// The checks, at most 100.
    pub requests: Vec<SeatCheck>,
}

/// The results of a batch, in the order of the checks.
#[derive(Clone, Debug, Deserialize)]
pub struct VerifySeatsResponse {
    /// One result for each check.
    pub results: Vec<SeatCheckResult>,
}
