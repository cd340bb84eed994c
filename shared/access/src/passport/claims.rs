//! What a genuine token says: who it is about, for whom it is, from when until when; and what that allows here.

use std::sync::Arc;

use edge_capabilities::Instant;
use serde::Deserialize;
use serde_json::Number;

use super::{Refused, Settings};
use crate::caller::{Caller, TenantId};
use crate::role::Role;
use crate::scope::Scopes;

/// How far the issuer's clock may be from ours, milliseconds.
const LEEWAY: i64 = 60_000;

/// The role of those who run the platform.
const PLATFORM_ADMIN: &str = "platform_admin";

const LONGEST_ID: usize = 256;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: OneOrMore,
    exp: Number,
    #[serde(default)]
    nbf: Option<Number>,
    sub: String,
    #[serde(default)]
    tenant_id: Option<String>,
    #[serde(default)]
    roles: Option<OneOrMore>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::More(more) => more.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

/// The caller that `claims`, JSON, are about, if they are for us and for now.
pub(super) fn read(claims: &[u8], settings: &Settings, now: Instant) -> Result<Caller, Refused> {
    let claims: Claims = edge_json::from_slice(claims).map_err(|_| Refused::Unreadable("claims"))?;
    if claims.iss != settings.issuer {
        return Err(Refused::Claim("iss"));
    }
    if !claims.aud.iter().any(|audience| audience == settings.audience) {
        return Err(Refused::Claim("aud"));
    }
    let now = now.as_millis();
    let expires = millis(&claims.exp).ok_or(Refused::Claim("exp"))?;
    if now >= expires.saturating_add(LEEWAY) {
        return Err(Refused::Claim("exp"));
    }
    if let Some(begins) = &claims.nbf {
        let begins = millis(begins).ok_or(Refused::Claim("nbf"))?;
        if now < begins.saturating_sub(LEEWAY) {
            return Err(Refused::Claim("nbf"));
        }
    }
    let sane = |id: &str| (1..=LONGEST_ID).contains(&id.len()) && !id.chars().any(char::is_control);
    if !sane(&claims.sub) {
        return Err(Refused::Claim("sub"));
    }
    let roles: Vec<&str> = claims.roles.iter().flat_map(OneOrMore::iter).collect();
    let tenant = claims.tenant_id.unwrap_or_default();
    let (scopes, tenant) = if roles.iter().any(|role| role.eq_ignore_ascii_case(PLATFORM_ADMIN)) {
        (Scopes::all(), None)
    } else if tenant.is_empty() {
        // INVARIANT: whoever belongs to no tenant is not the platform for that, and sees nothing of anybody's.
        (Scopes::default(), Some(TenantId::new("")))
    } else if sane(&tenant) {
        let of_roles = roles.iter().filter_map(|role| Role::parse(role)).map(Role::scopes);
        // Tenants' ids are UUIDs, which some write in capitals.
        let is_uuid = tenant.len() == 36 && tenant.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        let tenant = if is_uuid { tenant.to_ascii_lowercase() } else { tenant };
        (of_roles.fold(Scopes::default(), Scopes::and), Some(TenantId::new(tenant)))
    } else {
        return Err(Refused::Claim("tenant_id"));
    };
    let roles = roles.into_iter().map(ToOwned::to_owned).collect();
    let id: Arc<str> = Arc::from(format!("user:{}", claims.sub));
    Ok(Caller { root: id.clone(), id, scopes, tenant, roles, applications: None, expires_at: None })
}

/// A NumericDate, which counts seconds, also in parts, as milliseconds.
fn millis(date: &Number) -> Option<i64> {
    if let Some(seconds) = date.as_i64() {
        return Some(seconds.saturating_mul(1000));
    }
    // Digit by digit: the fraction is of no matter but for its first three.
    let written = date.to_string();
    let (whole, fraction) = written.split_once('.')?;
    let seconds: i64 = whole.parse().ok()?;
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let part: i64 = fraction.parse().ok()?;
    let part = if whole.starts_with('-') { -part } else { part };
    seconds.checked_mul(1000)?.checked_add(part)
}
