//! Keys made, listed and revoked, for whichever route it is asked by.

use axum::extract::{FromRequestParts, Query};
use axum::response::{IntoResponse as _, Response};
use edge_capabilities::database::Value;
use edge_capabilities::{Capabilities, Timestamp, random};
use edge_http::{Code, FieldError, Json, Listing, Page, Problem};
use http::StatusCode;
use http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authentication::{AuthenticationError, Authenticator};
use crate::caller::{Caller, TenantId};
use crate::keys::{ApiKey, Cursor, key_id};
use crate::scope::{Scope, Scopes};
use crate::token::Token;

const MAX_NAME_LEN: usize = 200;
const MAX_ID_LEN: usize = 256;

/// The API key to create.
#[derive(Deserialize, ToSchema)]
pub struct NewApiKey {
    /// A name that tells people who uses the key and for what; 1 to 200 characters.
    name: String,
    /// The scopes of the key: at least one, and only scopes that the caller has.
    #[schema(value_type = Vec<Scope>, min_items = 1)]
    scopes: Vec<String>,
    /// The tenant that the key belongs to. By default the key belongs to the platform.
    #[serde(default)]
    tenant_id: Option<String>,
    /// The applications that the key may be used for. By default all applications are allowed.
    #[serde(default)]
    applications: Option<Vec<String>>,
    /// When the key expires, RFC 3339; not later than the key that creates it. By default both expire at the same time.
    #[serde(default)]
    expires_at: Option<String>,
}

/// A new API key. It is shown only once.
#[derive(Serialize, ToSchema)]
#[schema(as = Created)]
pub struct IssuedKey {
    /// The key's id, used to revoke it.
    id: String,
    /// The complete key, to be sent as `Authorization: Bearer …`.
    key: String,
}

/// An API key, without its secret.
#[derive(Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub struct ShownKey {
    /// The key's id.
    id: String,
    /// The key's name.
    name: String,
    /// The key's scopes.
    scopes: Vec<Scope>,
    /// The tenant that the key belongs to; null if it belongs to the platform.
    tenant_id: Option<TenantId>,
    /// The applications that the key may be used for; null if all are allowed.
    applications: Option<Vec<String>>,
    /// The id of the caller that created the key.
    created_by: String,
    /// When the key was created, RFC 3339.
    created_at: String,
    /// When the key expires, RFC 3339; null if it does not expire.
    expires_at: Option<String>,
    /// The origin of the chain of keys that created this key: a person of the tenant, or the first key bound to it.
    /// Omitted if the chain begins with this key.
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(skip)]
    cursor: String,
}

/// What becomes of the keys that descend from one that is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descendants {
    /// They go on.
    Keep,
    /// They are revoked with it: `?descendants=revoke`.
    Revoke,
}

/// The keys that were revoked together.
#[derive(Serialize, ToSchema)]
#[schema(as = Revoked)]
pub struct RevokedKeys {
    /// The ids of the revoked keys, beginning with the requested key; it is omitted if it had been revoked before.
    revoked: Vec<String>,
}

impl<S: Sync> FromRequestParts<S> for Descendants {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Asked {
            descendants: Option<String>,
        }
        let asked = Query::<Asked>::try_from_uri(&parts.uri).map_err(|_| Problem::field("query", "cannot be read"))?;
        match asked.0.descendants.as_deref() {
            None => Ok(Self::Keep),
            Some("revoke") => Ok(Self::Revoke),
            Some(_) => Err(Problem::field("descendants", "must be `revoke`, or left out")),
        }
    }
}

impl RevokedKeys {
    /// The answer to a request that asked for `descendants`: which keys were revoked, or nothing where only the one
    /// was.
    pub fn answer(self, descendants: Descendants) -> Response {
        match descendants {
            Descendants::Keep => StatusCode::NO_CONTENT.into_response(),
            Descendants::Revoke => Json(self).into_response(),
        }
    }
}

impl From<ApiKey> for ShownKey {
    fn from(key: ApiKey) -> Self {
        let cursor = format!("{}.{}", key.created_at.as_millis(), key.id);
        let own = key_id(&key.id);
        Self {
            id: key.id,
            name: key.name,
            scopes: key.scopes,
            tenant_id: key.tenant,
            applications: key.applications,
            created_by: key.created_by,
            created_at: key.created_at.to_rfc3339_millis(),
            expires_at: key.expires_at.map(|at| at.to_string()),
            root: Some(key.root).filter(|root| *root != own),
            cursor,
        }
    }
}

impl NewApiKey {
    /// The same key, bound to `tenant`; an error where it names another.
    pub fn bound_to(mut self, tenant: &str) -> Result<Self, Problem> {
        if self.tenant_id.as_deref().is_some_and(|named| named != tenant) {
            return Err(Problem::field("tenant_id", "is not the tenant of the path"));
        }
        self.tenant_id = Some(tenant.to_owned());
        Ok(self)
    }
}

impl Authenticator {
    /// Makes a key, if `caller` hands on nothing it does not have.
    pub async fn issue_key(&self, new: NewApiKey, caller: &Caller) -> Result<IssuedKey, Problem> {
        let Capabilities { clock, random, .. } = self.capabilities();
        let token = Token::generate(&**random);
        let key = read(new, caller, &token, clock.now())?;
        if !self.keys().source().insert(&key, &token.hash()).await? {
            return Err(AuthenticationError::Unauthenticated.into());
        }
        Ok(IssuedKey { id: key.id, key: token.reveal() })
    }

    /// A page of the keys that were not revoked, newest first, of `tenant` alone where one is given.
    pub async fn list_keys(&self, tenant: Option<&TenantId>, page: &Page) -> Result<Listing<ShownKey>, Problem> {
        let behind = page.cursor(is_valid)?.map(|cursor| Cursor { created_at: cursor.at, id: cursor.id });
        let keys = self.keys().source().list(tenant, behind, page.limit.saturating_add(1)).await?;
        let shown = keys.into_iter().map(ShownKey::from).collect();
        Ok(Listing::from_one_more(shown, page, |shown| shown.cursor.clone()))
    }

    /// Has `caller` revoke the key `id`, of `tenant` alone where one is given, and the keys that descend from it where
    /// `descendants` says so; gives which were revoked. Another's looks like one that does not exist. The descendants
    /// of a key that was revoked already may still be.
    pub async fn revoke_key(
        &self,
        id: &str,
        tenant: Option<&TenantId>,
        descendants: Descendants,
        caller: &Caller,
    ) -> Result<RevokedKeys, Problem> {
        let no_such_key = || Problem::new(Code::ApiKeyNotFound, "There is no such API key.");
        if !is_valid(id) {
            return Err(no_such_key());
        }
        let keys = self.keys().source();
        let found = keys.find_any(id).await?;
        let (key, was_revoked) = found
            .filter(|(key, _)| tenant.is_none_or(|own| key.tenant.as_ref() == Some(own)))
            .filter(|(_, was_revoked)| !was_revoked || descendants == Descendants::Revoke)
            .ok_or_else(no_such_key)?;
        let mut revoked = Vec::new();
        if !was_revoked {
            if !self.revoke_one(&key.id, key.tenant.as_ref(), caller).await? && descendants == Descendants::Keep {
                return Err(no_such_key());
            }
            revoked.push(key.id.clone());
        }
        let mut left = if descendants == Descendants::Revoke { keys.descendants(&key.id).await? } else { Vec::new() };
        // A key that is revoked makes none, so there is an end: those that were being made are found the next time.
        while !left.is_empty() {
            for (id, tenant) in left {
                if self.revoke_one(&id, tenant.as_ref(), caller).await? {
                    revoked.push(id);
                }
            }
            left = keys.descendants(&key.id).await?;
        }
        Ok(RevokedKeys { revoked })
    }

    /// Has `caller` revoke the keys of `tenant` that `person` made, and all that descend from them; gives whether there
    /// were any.
    pub async fn revoke_keys_of(&self, person: &str, tenant: &TenantId, caller: &Caller) -> Result<bool, Problem> {
        let keys = self.keys().source().of_person(person, tenant).await?;
        for id in &keys {
            self.revoke_key(id, Some(tenant), Descendants::Revoke, caller).await?;
        }
        Ok(!keys.is_empty())
    }

    /// Revokes the key `id` of `tenant`; gives whether it was not before.
    async fn revoke_one(&self, id: &str, tenant: Option<&TenantId>, caller: &Caller) -> Result<bool, Problem> {
        let now = self.capabilities().clock.now();
        if let Some(of) = tenant {
            // In the tenant's audit before it is done: what was done is never missing there.
            self.note_revocation(of, id, caller, now).await?;
        }
        let was_there = self.keys().source().revoke(id, tenant, now).await?;
        self.keys().forget(id).await;
        Ok(was_there)
    }

    async fn note_revocation(
        &self,
        tenant: &TenantId,
        key: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let statement =
            "INSERT INTO tenant_deeds (id, tenant_id, action, detail, actor, at) VALUES ($1, $2, $3, $4, $5, $6)";
        let detail = serde_json::json!({ "key_id": key }).to_string();
        let values: [Value; 6] = [
            random::hex::<16>(&*self.capabilities().random).into(),
            tenant.as_str().into(),
            "api_key.revoked".into(),
            detail.into(),
            (&*caller.id).into(),
            now.into(),
        ];
        self.keys().source().db().query(statement, &values).await?;
        Ok(())
    }
}

/// An id that the database can hold.
pub(crate) fn is_valid(id: &str) -> bool {
    (1..=MAX_ID_LEN).contains(&id.len()) && !id.chars().any(char::is_control)
}

/// Reads what was asked for, and makes sure that the caller hands on nothing it does not have.
fn read(new: NewApiKey, caller: &Caller, token: &Token, now: Timestamp) -> Result<ApiKey, Problem> {
    let mut errors = Vec::new();
    let name_is_sane =
        (1..=MAX_NAME_LEN).contains(&new.name.chars().count()) && !new.name.chars().any(char::is_control);
    if new.name.trim().is_empty() || !name_is_sane {
        let message = format!("must be 1 to {MAX_NAME_LEN} characters, none of them a control character");
        errors.push(FieldError::new("name", message));
    }
    let mut scopes = Vec::new();
    for (index, written) in new.scopes.iter().enumerate() {
        match Scope::parse(written) {
            Some(scope) if scopes.contains(&scope) => {}
            Some(scope) => scopes.push(scope),
            None => errors.push(FieldError::new(format!("scopes[{index}]"), "is not a scope")),
        }
    }
    if new.scopes.is_empty() {
        errors.push(FieldError::new("scopes", "must name at least one scope"));
    }
    if new.applications.as_ref().is_some_and(Vec::is_empty) {
        errors.push(FieldError::new("applications", "must name at least one application, or be left out for all"));
    }
    for (index, application) in new.applications.iter().flatten().enumerate() {
        if !is_valid(application) {
            let message = format!("must be 1 to {MAX_ID_LEN} bytes without control characters");
            errors.push(FieldError::new(format!("applications[{index}]"), message));
        }
    }
    if new.tenant_id.as_deref().is_some_and(|tenant| !is_valid(tenant)) {
        errors
            .push(FieldError::new("tenant_id", format!("must be 1 to {MAX_ID_LEN} bytes without control characters")));
    }
    let expires_at = new.expires_at.as_deref().map(Timestamp::parse);
    match expires_at {
        Some(None) => errors.push(FieldError::new("expires_at", "must be an RFC 3339 instant")),
        Some(Some(at)) if at <= now => errors.push(FieldError::new("expires_at", "must lie in the future")),
        Some(Some(_)) | None => {}
    }
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let expires_at = expires_at.flatten();
    hands_on_only_its_own(&new, &scopes, expires_at, caller)?;
    Ok(ApiKey {
        id: token.id.clone(),
        name: new.name,
        scopes,
        tenant: new.tenant_id.map(TenantId::new).or_else(|| caller.tenant.clone()),
        applications: new.applications.or_else(|| caller.applications.as_deref().map(<[String]>::to_vec)),
        created_by: caller.id.to_string(),
        created_at: now,
        expires_at: expires_at.or(caller.expires_at),
        // What the platform makes begins a chain: two keys of a tenant that it issued are two parties.
        root: if caller.tenant.is_some() { caller.root.to_string() } else { key_id(&token.id) },
    })
}

fn hands_on_only_its_own(
    new: &NewApiKey,
    scopes: &[Scope],
    expires_at: Option<Timestamp>,
    caller: &Caller,
) -> Result<(), Problem> {
    let wanted: Scopes = scopes.iter().copied().collect();
    if let Some(scope) = wanted.missing_from(caller.scopes).next() {
        let detail = format!("A key cannot hand on the scope {scope}, which it does not have.");
        return Err(Problem::new(Code::PermissionDenied, detail));
    }
    if new.applications.iter().flatten().any(|application| !caller.speaks_for(application)) {
        let detail = "A key cannot grant an application that it is not allowed to use.";
        return Err(Problem::new(Code::PermissionDenied, detail));
    }
    if expires_at.zip(caller.expires_at).is_some_and(|(wanted, own)| wanted > own) {
        let detail = "A key cannot create a key that expires later than itself.";
        return Err(Problem::new(Code::PermissionDenied, detail));
    }
    // Another tenant looks like one that does not exist.
    if new.tenant_id.as_deref().is_some_and(|tenant| !caller.sees(tenant)) {
        return Err(Problem::field("tenant_id", "is not a tenant"));
    }
    Ok(())
}
