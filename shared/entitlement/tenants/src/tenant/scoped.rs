//! The tenant that a request acts in: handed to a handler only once the caller is known to have the right for it.

use std::marker::PhantomData;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use edge_access::{Authenticator, Caller, Granted, Right, X_TENANT_ID};
use edge_http::{Address, Code, Problem};
use http::HeaderMap;
use http::request::Parts;
use utoipa::IntoParams;

use super::model::Tenant;
use super::store::Tenants;
use edge_audit::Actor;

/// A tenant, and a caller with the right `R` in it. The tenant is the caller's own, or the one that the header
/// `X-Tenant-Id` names; a tenant that the caller may not act in is answered like one that does not exist.
pub struct Scoped<R: Right> {
    /// The tenant.
    pub tenant: Tenant,
    /// Who calls.
    pub caller: Caller,
    /// Who calls and from where, for the audit log.
    pub actor: Actor,
    right: PhantomData<R>,
}

/// The header that names the tenant, for the OpenAPI description of routes that take [`Scoped`].
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[allow(dead_code, reason = "only the description reads it")]
pub struct TenantHeader {
    /// The tenant to act in. Required with a platform key. A user may name any tenant that they are a member of; by
    /// default it is the tenant of their token. With a tenant's own key it can be omitted.
    #[param(rename = "X-Tenant-Id", required = false)]
    tenant_id: Option<String>,
}

impl<R: Right, S: Send + Sync> FromRequestParts<S> for Scoped<R>
where
    Authenticator: FromRef<S>,
    Tenants: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = Granted::<R>::from_request_parts(parts, state).await?.caller;
        Self::of(caller, parts, state).await
    }
}

/// None: a platform key that names no tenant.
impl<R: Right, S: Send + Sync> OptionalFromRequestParts<S> for Scoped<R>
where
    Authenticator: FromRef<S>,
    Tenants: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Problem> {
        let caller = Granted::<R>::from_request_parts(parts, state).await?.caller;
        if caller.tenant.is_none() && !parts.headers.contains_key(X_TENANT_ID) {
            return Ok(None);
        }
        Self::of(caller, parts, state).await.map(Some)
    }
}

impl<R: Right> Scoped<R> {
    async fn of<S: Send + Sync>(caller: Caller, parts: &mut Parts, state: &S) -> Result<Self, Problem>
    where
        Tenants: FromRef<S>,
    {
        let address = Address::from_request_parts(parts, state).await.unwrap_or(Address(None));
        let actor = caller.actor(address);
        let tenant = Tenants::from_ref(state).named(&caller, &parts.headers).await?;
        Ok(Self { tenant, caller, actor, right: PhantomData })
    }
}

impl Tenants {
    async fn named(&self, caller: &Caller, headers: &HeaderMap) -> Result<Tenant, Problem> {
        let unknown = || Problem::new(Code::TenantNotFound, "There is no such tenant.");
        let named = headers.get(X_TENANT_ID).map(|value| value.to_str().map(str::to_ascii_lowercase));
        let named = named.transpose().map_err(|_| unknown())?;
        let own = caller.tenant.as_ref().map(|own| own.as_str().to_ascii_lowercase());
        let id = match (own, named) {
            (Some(own), None) => own,
            (Some(own), Some(named)) if named == own => named,
            (Some(_), Some(_)) => return Err(unknown()),
            (None, Some(named)) => named,
            (None, None) => return Err(Problem::field("X-Tenant-Id", "is required with a platform key")),
        };
        self.find(&id).await?.ok_or_else(unknown)
    }
}
