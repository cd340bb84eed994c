//! The tenant that a request is about.

use edge_access::Caller;
use edge_http::{Code, Problem};
use http::HeaderMap;

use crate::store::Tenants;
use crate::tenant::Tenant;

pub use edge_access::X_TENANT_ID;

impl Tenants {
    /// The tenant that a request is about: the caller's own, or the one that a key of the platform's names in
    /// `X-Tenant-Id`. Another's cannot be told from none.
    pub async fn addressed(&self, caller: &Caller, headers: &HeaderMap) -> Result<Tenant, Problem> {
        let unknown = || Problem::new(Code::TenantNotFound, "There is no such tenant.");
        let named = headers.get(X_TENANT_ID).map(|value| value.to_str().map(str::to_ascii_lowercase));
        let named = named.transpose().map_err(|_| unknown())?;
        let own = caller.tenant.as_ref().map(|own| own.as_str().to_ascii_lowercase());
        let id = match (own, named) {
            (Some(own), None) => own,
            (Some(own), Some(named)) if named == own => named,
            (Some(_), Some(_)) => return Err(unknown()),
            (None, Some(named)) => named,
            (None, None) => return Err(Problem::field("X-Tenant-Id", "is required of a key of the platform's")),
        };
        self.find(&id).await?.ok_or_else(unknown)
    }
}
