//! What a credential is: who it belongs to, what it may do and until when.

use axum::extract::State;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use edge_capabilities::Timestamp;
use edge_http::{Json, Problem, bearer};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::authenticator::Authenticator;
use crate::caller::TenantId;
use crate::granted::{AnyScope, Granted};
use crate::scope::Scope;

/// The kinds of callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum CallerKind {
    /// An API key.
    Key,
    /// A person with a token.
    Person,
}

/// The caller, and what its credential allows.
#[derive(Serialize, ToSchema)]
#[schema(as = CurrentCaller)]
pub(crate) struct MeResponse {
    /// Whether the credential is an API key or a person's token.
    kind: CallerKind,
    /// The id of the key, or the person's id at the issuer.
    id: String,
    /// The name of the key; the person's name, else their e-mail address, else their id.
    name: String,
    /// The tenant that the caller acts in; null: the platform.
    tenant_id: Option<TenantId>,
    /// The person's roles in the tenant. Keys have none.
    roles: Vec<String>,
    /// The scopes of the credential.
    scopes: Vec<Scope>,
    /// The applications that the credential may be used for; null: all.
    applications: Option<Vec<String>>,
    /// When the credential expires, RFC 3339; null: it does not.
    expires_at: Option<String>,
}

/// What a token says that only people read. The authenticator has verified the token.
#[derive(Default, Deserialize)]
struct Claims {
    name: Option<String>,
    exp: Option<i64>,
}

impl Claims {
    fn read(headers: &HeaderMap) -> Self {
        let written = bearer(headers).and_then(|token| token.split('.').nth(1));
        let bytes = written.and_then(|written| URL_SAFE_NO_PAD.decode(written.trim_end_matches('=')).ok());
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }
}

/// Get the caller
///
/// Returns who the credential belongs to, its scopes and when it expires. Every valid credential may ask.
#[utoipa::path(
    get, path = "/api/v1/me", operation_id = "get_caller", tag = "API keys", security(("key" = [])),
    responses((status = 200, description = "The caller.", body = MeResponse)),
)]
pub(crate) async fn me(
    State(authenticator): State<Authenticator>,
    granted: Granted<AnyScope>,
    headers: HeaderMap,
) -> Result<Json<MeResponse>, Problem> {
    let caller = granted.caller;
    let (kind, id, name, expires_at) = if let Some(person) = caller.person() {
        let claims = Claims::read(&headers);
        let name = claims.name.filter(|name| !name.trim().is_empty());
        let name = name.or_else(|| caller.email.as_deref().map(str::to_owned)).unwrap_or_else(|| person.to_owned());
        let expires_at = claims.exp.and_then(|seconds| seconds.checked_mul(1000)).map(Timestamp::from_millis);
        (CallerKind::Person, person.to_owned(), name, expires_at)
    } else {
        let id = caller.id.strip_prefix("key:").unwrap_or(&caller.id).to_owned();
        let found = authenticator.keys().source().table.find_any(&id).await?;
        let name = found.map_or_else(|| id.clone(), |(key, _)| key.name);
        (CallerKind::Key, id, name, caller.expires_at)
    };
    Ok(Json(MeResponse {
        kind,
        id,
        name,
        tenant_id: caller.tenant.filter(|tenant| !tenant.as_str().is_empty()),
        roles: caller.roles.to_vec(),
        scopes: Scope::ALL.into_iter().filter(|scope| caller.scopes.contains(*scope)).collect(),
        applications: caller.applications.map(|all| all.to_vec()),
        expires_at: expires_at.map(Timestamp::to_rfc3339_millis),
    }))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use http::header::AUTHORIZATION;

    use super::*;

    #[test]
    fn what_a_token_says_for_people_is_read_and_anything_else_is_nothing() {
        let claims = |written: &str| format!("Bearer e30.{}.sig", URL_SAFE_NO_PAD.encode(written));
        for (header, name, exp) in [
            (claims(r#"{"name":"Asha","exp":1700000000,"sub":"a"}"#), Some("Asha"), Some(1_700_000_000)),
            (claims(r#"{"sub":"a"}"#), None, None),
            (claims("[]"), None, None),
            ("Bearer e30.%%.sig".to_owned(), None, None),
            ("Bearer bhk_a_b".to_owned(), None, None),
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_str(&header).unwrap())]);
            let claims = Claims::read(&headers);
            assert_eq!((claims.name.as_deref(), claims.exp), (name, exp), "{header}");
        }
    }
}
