//! The buyer and the seller: in whose name the ERP and BheemPay keep a tenant's subscription.

use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_tenants::{Members, Tenant};

/// The seller of everything that external tenants buy: BHM001.
pub(crate) const COMPANY_CODE: &str = "BHM001";
/// Its id in the ERP.
pub(crate) const COMPANY_ID: &str = "79f70aef-17eb-48a8-b599-2879721e8796";

/// The user who has the tenant's subscription in the ERP: the tenant's first owner, or the tenant's own id while no owner
/// is known.
pub(crate) async fn billing_user(db: &Db, tenant: &Tenant) -> Result<String, DatabaseError> {
    let owner = Members::new(db.clone()).first_owner(&tenant.id).await?;
    Ok(owner.unwrap_or_else(|| tenant.id.clone()))
}
