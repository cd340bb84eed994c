//! From a request to a verdict.

use chrono::{DateTime, SecondsFormat, Utc};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::store::{Store, Stored};

const GRACE_MILLIS: i64 = 3 * 24 * 3_600_000;

type Refusal = (StatusCode, &'static str);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    user_id: String,
    application_slug: String,
    external_org_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    has_access: bool,
    seat_id: &'a str,
    subscription_status: &'a str,
    expires_at: String,
    reason: &'static str,
    source: &'static str,
    as_of: String,
    version: i64,
}

/// The reason and the body of the answer.
pub(crate) fn answer(store: &Store, headers: &HeaderMap, body: &[u8]) -> Result<(&'static str, Vec<u8>), Refusal> {
    let broken = |_| (StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE");
    let invalid = (StatusCode::BAD_REQUEST, "VALIDATION_ERROR");
    let now = Utc::now();
    let application = authenticate(store, headers, now.timestamp_millis())?;
    let check: Check = serde_json::from_slice(body).map_err(|_| invalid)?;
    let is_valid = |id: &str| (1..=256).contains(&id.len()) && !id.chars().any(char::is_control);
    if ![&check.user_id, &check.application_slug, &check.external_org_id].into_iter().all(|id| is_valid(id)) {
        return Err(invalid);
    }
    if !application.is_empty() && application != check.application_slug {
        return Err((StatusCode::FORBIDDEN, "PERMISSION_DENIED"));
    }
    let stored = store.verdict(&check.application_slug, &check.external_org_id, &check.user_id).map_err(broken)?;
    let fresh = stored.filter(|stored| stored.stands && now.timestamp_millis() < stored.fresh_until);
    let stored = fresh.ok_or((StatusCode::SERVICE_UNAVAILABLE, "UPSTREAM_UNAVAILABLE"))?;
    let (has_access, reason) = decide(&stored, now.timestamp_millis());
    let written =
        |millis, fraction| DateTime::from_timestamp_millis(millis).unwrap_or_default().to_rfc3339_opts(fraction, true);
    let answer = Answer {
        has_access,
        seat_id: &stored.seat_id,
        subscription_status: &stored.subscription_status,
        expires_at: written(stored.period_end, SecondsFormat::AutoSi),
        reason,
        source: "cache",
        as_of: written(stored.as_of, SecondsFormat::Millis),
        version: stored.version,
    };
    Ok((reason, serde_json::to_vec(&answer).map_err(|_| (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"))?))
}

/// The application the key may speak for.
fn authenticate(store: &Store, headers: &HeaderMap, now: i64) -> Result<String, Refusal> {
    let nobody = (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED");
    let header = headers.get(http::header::AUTHORIZATION).and_then(|header| header.to_str().ok()).ok_or(nobody)?;
    let token = header.strip_prefix("Bearer bhk_").ok_or(nobody)?;
    let (id, secret) = token.split_once('_').ok_or(nobody)?;
    let key = store.key(id).map_err(|_| (StatusCode::SERVICE_UNAVAILABLE, "STORE_UNAVAILABLE"))?.ok_or(nobody)?;
    if hex::encode(Sha256::digest(secret)) != key.secret_sha256 || key.expires_at.is_some_and(|at| now >= at) {
        return Err(nobody);
    }
    if !key.scopes.split(' ').any(|scope| scope == "seats:verify") {
        return Err((StatusCode::FORBIDDEN, "PERMISSION_DENIED"));
    }
    Ok(key.applications)
}

fn decide(stored: &Stored, now: i64) -> (bool, &'static str) {
    match stored.seat_status.as_str() {
        "ACTIVE" => {}
        "PENDING" => return (false, "SEAT_PENDING"),
        _ => return (false, "SEAT_REVOKED"),
    }
    let ends = stored.period_end;
    match stored.subscription_status.as_str() {
        "ACTIVE" | "TRIALING" if now < ends => (true, "SEAT_ACTIVE"),
        "PAST_DUE" if now < ends.saturating_add(GRACE_MILLIS) => (true, "GRACE_PERIOD"),
        "PAST_DUE" => (false, "SUBSCRIPTION_PAST_DUE"),
        "CANCELLED" if now < ends => (true, "SEAT_ACTIVE"),
        "CANCELLED" => (false, "SUBSCRIPTION_CANCELLED"),
        "SUSPENDED" => (false, "SUBSCRIPTION_SUSPENDED"),
        _ => (false, "SUBSCRIPTION_EXPIRED"),
    }
}
