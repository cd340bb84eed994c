//! Checking the claims of a verified token (issuer, audience, times) and mapping them to a caller.

use std::sync::Arc;

use edge_capabilities::config::{self, ConfigError};
use edge_capabilities::{Config, Timestamp};
use serde_json::{Map, Number, Value};

use super::{Identity, Settings, TokenError};
use crate::caller::is_valid_id;
use crate::caller::{Caller, TenantId};
use crate::role::Role;
use crate::scope::Scopes;

/// How far the issuer's clock may differ from ours, milliseconds.
const LEEWAY: i64 = 60_000;

/// The role of the platform's administrators.
const PLATFORM_ADMIN: &str = "platform_admin";

/// Which claims hold the tenant and the roles, and which role here each of the issuer's roles is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// The claim with the tenant's id; empty: `tenant_id`.
    tenant: String,
    /// The claim with the roles; empty: `roles`.
    roles: String,
    /// Pairs of the issuer's name of a role and the name here.
    names: Vec<(String, String)>,
}

impl Mapping {
    /// From the component's variables.
    pub(super) async fn load(config: &dyn Config) -> Result<Self, ConfigError> {
        let tenant = config::text(config, "passport_tenant_claim").await?;
        let roles = config::text(config, "passport_roles_claim").await?;
        let names = config::text(config, "passport_role_map").await?;
        let invalid = |reason| ConfigError { name: "passport_role_map".to_owned(), reason };
        Self::parse(tenant, roles, &names).map_err(invalid)
    }

    /// From the values of the variables; an error: the map is malformed.
    pub(super) fn parse(tenant: String, roles: String, names: &str) -> Result<Self, String> {
        let parse_pair = |pair: &str| {
            let (theirs, ours) = pair.rsplit_once('=').ok_or_else(|| format!("`{pair}` is not NAME=ROLE"))?;
            let (theirs, ours) = (theirs.trim(), ours.trim());
            let is_role = Role::parse(ours).is_some() || ours.eq_ignore_ascii_case(PLATFORM_ADMIN);
            let is_valid = is_role && !theirs.is_empty();
            is_valid.then(|| (theirs.to_owned(), ours.to_owned())).ok_or_else(|| format!("`{ours}` is not a role"))
        };
        let names = names.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(parse_pair);
        Ok(Self { tenant, roles, names: names.collect::<Result<_, _>>()? })
    }

    /// The name here of the issuer's role `theirs`.
    fn name(&self, theirs: &str) -> Option<&str> {
        self.names.iter().find(|(name, _)| name == theirs).map(|(_, ours)| ours.as_str())
    }

    fn tenant(&self, claims: &Map<String, Value>) -> Result<String, TokenError> {
        let claim = if self.tenant.is_empty() { "tenant_id" } else { &self.tenant };
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        match find(claims, claim) {
            None | Some(Value::Null) => Ok(String::new()),
            // Some issuers write every user attribute as a list. Of several tenants none can be chosen.
            Some(Value::Array(list)) => match list.as_slice() {
                [] => Ok(String::new()),
                [one] => text(one).ok_or(TokenError::Claim("tenant")),
                _ => Err(TokenError::Claim("tenant")),
            },
            Some(one) => text(one).ok_or(TokenError::Claim("tenant")),
        }
    }

    /// The roles by their names here. The claim is a list, or a text of roles separated by spaces or commas.
    fn roles(&self, claims: &Map<String, Value>) -> Result<Vec<String>, TokenError> {
        let claim = if self.roles.is_empty() { "roles" } else { &self.roles };
        let theirs: Vec<&str> = match find(claims, claim) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(one)) if self.name(one).is_some() => vec![one],
            Some(Value::String(text)) => text.split([' ', ',']).filter(|role| !role.is_empty()).collect(),
            Some(Value::Array(list)) => {
                let texts = list.iter().map(|role| role.as_str().ok_or(TokenError::Claim("roles")));
                texts.collect::<Result<_, _>>()?
            }
            Some(_) => return Err(TokenError::Claim("roles")),
        };
        Ok(theirs.into_iter().map(|theirs| self.name(theirs).unwrap_or(theirs).to_owned()).collect())
    }
}

/// The claim at `path`: the claim with that name, or a claim within the object whose name ends at one of the dots. Every
/// dot is tried, because names that are URLs contain dots.
fn find<'a>(claims: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    claims.get(path).or_else(|| {
        let splits =
            path.rmatch_indices('.').map(|(at, dot)| (path.get(..at), path.get(at.saturating_add(dot.len())..)));
        splits.filter_map(|(name, rest)| find(claims.get(name?)?.as_object()?, rest?)).next()
    })
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str()
}

/// The person that `claims`, JSON, identify, if they are for this service and valid at `now`.
pub(super) fn identify(claims: &[u8], settings: &Settings, now: Timestamp) -> Result<Identity, TokenError> {
    let claims: Map<String, Value> = serde_json::from_slice(claims).map_err(|_| TokenError::Unreadable("claims"))?;
    if text(&claims, "iss") != Some(&settings.issuer) {
        return Err(TokenError::Claim("iss"));
    }
    let is_ours = |audience: &Value| audience.as_str() == Some(&settings.audience);
    let is_for_us = match claims.get("aud") {
        Some(Value::Array(audiences)) => audiences.iter().all(Value::is_string) && audiences.iter().any(is_ours),
        Some(audience) => is_ours(audience),
        None => false,
    };
    if !is_for_us {
        return Err(TokenError::Claim("aud"));
    }
    let now = now.as_millis();
    let expires = claims.get("exp").and_then(Value::as_number).and_then(millis).ok_or(TokenError::Claim("exp"))?;
    if now >= expires.saturating_add(LEEWAY) {
        return Err(TokenError::Claim("exp"));
    }
    if let Some(begins) = claims.get("nbf").filter(|begins| !begins.is_null()) {
        let begins = begins.as_number().and_then(millis).ok_or(TokenError::Claim("nbf"))?;
        if now < begins.saturating_sub(LEEWAY) {
            return Err(TokenError::Claim("nbf"));
        }
    }
    let sub = text(&claims, "sub").filter(|sub| is_valid_id(sub)).ok_or(TokenError::Claim("sub"))?;
    let (roles, tenant) = (settings.mapping.roles(&claims)?, settings.mapping.tenant(&claims)?);
    let (scopes, tenant) = if roles.iter().any(|role| role.eq_ignore_ascii_case(PLATFORM_ADMIN)) {
        (Scopes::all(), None)
    } else if tenant.is_empty() {
        // INVARIANT: a person without a tenant does not act as the platform, and sees no tenant's data.
        (Scopes::default(), Some(TenantId::new("")))
    } else if is_valid_id(&tenant) {
        let of_roles = roles.iter().filter_map(|role| Role::parse(role)).map(Role::scopes);
        (of_roles.fold(Scopes::default(), Scopes::and), Some(TenantId::from_claim(&tenant)))
    } else {
        return Err(TokenError::Claim("tenant"));
    };
    // An address that the issuer has not verified does not identify a person.
    let is_verified = claims.get("email_verified").is_none_or(|verified| *verified == Value::Bool(true));
    let email = text(&claims, "email").filter(|email| is_verified && is_valid_id(email)).map(Arc::from);
    let (id, sub): (Arc<str>, _) = (Arc::from(format!("user:{sub}")), sub.to_owned());
    let (root, roles) = (id.clone(), roles.into());
    let caller = Caller { id, root, scopes, tenant, roles, email, applications: None, expires_at: None };
    Ok(Identity { caller, sub })
}

/// A NumericDate (seconds, possibly with a fraction) in milliseconds.
fn millis(date: &Number) -> Option<i64> {
    if let Some(seconds) = date.as_i64() {
        return Some(seconds.saturating_mul(1000));
    }
    // Read from the digits, without floating point: only the first three of the fraction count.
    let written = date.to_string();
    let (whole, fraction) = written.split_once('.')?;
    let seconds: i64 = whole.parse().ok()?;
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let part: i64 = fraction.parse().ok()?;
    let part = if whole.starts_with('-') { -part } else { part };
    seconds.checked_mul(1000)?.checked_add(part)
}
