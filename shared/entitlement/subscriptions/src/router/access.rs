//! Which organization a caller acts in, and which subscriptions it may see.

use edge_access::{Caller, Scope, X_TENANT_ID};
use edge_http::{Code, Problem};
use edge_tenants::{Mode, Tenant};
use http::HeaderMap;
use http::header::IF_MATCH;

use super::AppState;
use crate::error::SubscriptionError;
use crate::movement::StoredSubscription;

/// The organization that a caller is limited to: its own, or the one that a platform key names in `X-Tenant-Id`.
fn limit(caller: &Caller, headers: &HeaderMap) -> Option<String> {
    let named = || headers.get(X_TENANT_ID).and_then(|named| named.to_str().ok()).map(ToOwned::to_owned);
    let limit = caller.tenant.as_ref().map(|own| own.as_str().to_owned()).or_else(named)?;
    Some(limit.to_ascii_lowercase())
}

/// Whether a caller has one of `scopes`.
pub(crate) fn require_any(caller: &Caller, scopes: &[Scope]) -> Result<(), Problem> {
    if scopes.iter().any(|scope| caller.may(*scope)) {
        return Ok(());
    }
    let names: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
    Err(Problem::new(Code::PermissionDenied, format!("This requires {}.", names.join(" or "))))
}

/// Without a gateway nobody pays, so what gives more is for the platform to say, or for a company of the group's own.
pub(crate) fn require_word_of_platform(caller: &Caller, organization: &Tenant) -> Result<(), Problem> {
    if caller.tenant.is_none() || organization.mode == Mode::Internal {
        return Ok(());
    }
    let detail = "A subscription without a gateway is the platform's to give: this requires a platform key.";
    Err(Problem::new(Code::PermissionDenied, detail))
}

/// The version that `If-Match` names; the outer None: the header is absent or matches everything. The inner None: it names
/// none that there could be.
pub(crate) fn precondition(headers: &HeaderMap) -> Option<Option<i64>> {
    let sent: Vec<&str> = headers
        .get_all(IF_MATCH)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .collect();
    if sent.is_empty() || sent.contains(&"*") {
        return None;
    }
    let parse = |etag: &&str| etag.trim_start_matches("W/").trim_matches('"').parse::<i64>().ok();
    // A subscription has one version, so of several at most one can be it: the newest.
    Some(sent.iter().filter_map(parse).max())
}

impl AppState {
    /// The organization `named`, or the caller's own.
    pub(crate) async fn organization(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        named: Option<&str>,
    ) -> Result<Tenant, Problem> {
        let unknown = || Problem::new(Code::OrganizationNotFound, "There is no such organization.");
        let (limit, named) = (limit(caller, headers), named.map(str::to_ascii_lowercase));
        let id = match (limit, named) {
            (Some(limit), Some(named)) if limit != named => return Err(unknown()),
            (Some(id), _) | (None, Some(id)) => id,
            (None, None) => return Err(Problem::field("organizationId", "is required with a platform key")),
        };
        self.tenants.find(&id).await?.ok_or_else(unknown)
    }

    /// The organization whose subscriptions a list shows; None: all.
    pub(crate) fn listed(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        named: Option<String>,
    ) -> Result<Option<String>, Problem> {
        let unknown = || Problem::new(Code::OrganizationNotFound, "There is no such organization.");
        let named = named.map(|named| named.to_ascii_lowercase());
        match (limit(caller, headers), named) {
            (Some(limit), Some(named)) if limit != named => Err(unknown()),
            (Some(id), _) | (None, Some(id)) => Ok(Some(id)),
            (None, None) => Ok(None),
        }
    }

    /// The subscription `id`, if it is the caller's to see. Another's looks like one that does not exist.
    pub(crate) async fn subscription(
        &self,
        caller: &Caller,
        headers: &HeaderMap,
        id: &str,
    ) -> Result<StoredSubscription, Problem> {
        let stored = self.service.find(id).await?;
        let is_within = limit(caller, headers).is_none_or(|limit| limit == stored.account.organization);
        if is_within && caller.speaks_for(&stored.account.application) {
            return Ok(stored);
        }
        Err(SubscriptionError::NotFound.into())
    }

    /// The organization of `stored`.
    pub(crate) async fn organization_of(&self, stored: &StoredSubscription) -> Result<Tenant, Problem> {
        let found = self.tenants.find(&stored.account.organization).await?;
        found.ok_or_else(|| Problem::new(Code::OrganizationNotFound, "There is no such organization."))
    }
}
