//! Who buys: a tenant, and the person whose account the ERP and BheemPay put it on.

use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_tenants::Tenant;

/// The seller: every external customer is one of BHM001's.
pub(crate) const COMPANY_CODE: &str = "BHM001";
/// Its id in the ERP.
pub(crate) const COMPANY_ID: &str = "79f70aef-17eb-48a8-b599-2879721e8796";

/// The user whose subscription it is in the ERP: the tenant's first owner. A tenant whose owner is not known goes by its
/// own id.
pub(crate) async fn user_of(db: &Db, tenant: &Tenant) -> Result<String, DatabaseError> {
    let statement = "SELECT m.user_id FROM tenant_memberships m WHERE m.tenant_id = $1 AND m.role = 'OWNER'
        AND m.number = (SELECT MAX(l.number) FROM tenant_memberships l
            WHERE l.tenant_id = m.tenant_id AND l.user_id = m.user_id)
        ORDER BY m.number LIMIT 1";
    let rows = db.query(statement, &[tenant.id.as_str().into()]).await?;
    rows.first().map_or_else(|| Ok(tenant.id.clone()), |row| row.text(0).map(ToOwned::to_owned))
}
