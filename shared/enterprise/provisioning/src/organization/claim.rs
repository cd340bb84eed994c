//! Claims: each organisation that the ERP has asked for, and how far its provisioning has come. A claim makes a customer and a
//! domain belong together before anything else is made.

use edge_capabilities::Timestamp;
use edge_database::{Conditions, DatabaseError, Db};

use crate::domain_name::DomainName;
use crate::mail_service::DnsRecord;

/// A claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The customer's id in Odoo.
    pub(crate) odoo_customer_id: i64,
    pub(crate) domain: String,
    /// The domain's id in the ERP's requests.
    pub(crate) domain_number: i64,
    /// The id that the tenant has, or will have.
    pub(crate) tenant_id: String,
    /// The id that the first administrator has, or will have.
    pub(crate) admin_user_id: String,
    /// Tells whether a request is the one that made the claim.
    pub(crate) fingerprint: String,
    /// What the owner of the domain has to publish; None: the mail service has not made the domain yet.
    pub(crate) dns_records: Option<Vec<DnsRecord>>,
    /// Whether the tenant exists.
    pub(crate) tenant_created: bool,
    /// Whether the first administrator exists.
    pub(crate) admin_created: bool,
    /// The answer to the first request that got one, JSON.
    pub(crate) answer: Option<String>,
    pub(crate) created_at: Timestamp,
}

edge_database::record! {
    Claim in "provisioned_organizations" {
        odoo_customer_id, domain, domain_number, tenant_id, admin_user_id, fingerprint, dns_records, tenant_created,
        admin_created, answer, created_at,
    }
}

/// The claims in a database.
#[derive(Clone)]
pub(crate) struct Claims(Db);

impl Claims {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// The claim of a customer.
    pub(crate) async fn of_customer(&self, odoo_customer_id: i64) -> Result<Option<Claim>, DatabaseError> {
        self.0.find(Conditions::of("odoo_customer_id", odoo_customer_id)).await
    }

    /// Whether anybody has claimed `domain`.
    pub(crate) async fn has_domain(&self, domain: &DomainName) -> Result<bool, DatabaseError> {
        Ok(self.0.find::<Claim>(Conditions::of("domain", domain.as_str())).await?.is_some())
    }

    /// The claim with this number of its domain, if it is the claim of `tenant`.
    pub(crate) async fn domain_of(&self, tenant: &str, number: i64) -> Result<Option<Claim>, DatabaseError> {
        self.0.find(Conditions::of("domain_number", number).and("tenant_id", tenant)).await
    }

    /// The claims of these tenants, or of all.
    pub(crate) async fn all(&self, tenant: Option<&str>) -> Result<Vec<Claim>, DatabaseError> {
        let conditions = Conditions::default().and_where("odoo_customer_id > ?", 0_i64).and_if("tenant_id", tenant);
        self.0.select(conditions, "odoo_customer_id").await
    }

    /// The number of the next domain.
    pub(crate) async fn next_domain_number(&self) -> Result<i64, DatabaseError> {
        self.0.next_number("provisioned_domains").await
    }

    /// Stores a new claim, unless the customer or the domain has one; gives whether it did.
    pub(crate) async fn insert(&self, claim: &Claim) -> Result<bool, DatabaseError> {
        self.0.insert_new(claim).await
    }

    /// Notes that the mail service has made the domain; gives whether the claim still exists.
    pub(crate) async fn set_domain_created(&self, claim: &Claim, records: &[DnsRecord]) -> Result<bool, DatabaseError> {
        use edge_database::Column as _;
        let statement =
            "UPDATE provisioned_organizations SET dns_records = $1 WHERE tenant_id = $2 RETURNING tenant_id";
        let values = [records.to_vec().to_value()?, claim.tenant_id.as_str().into()];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// Notes that the tenant exists; gives whether the claim still exists.
    pub(crate) async fn set_tenant_created(&self, claim: &Claim) -> Result<bool, DatabaseError> {
        let statement =
            "UPDATE provisioned_organizations SET tenant_created = 1 WHERE tenant_id = $1 RETURNING tenant_id";
        Ok(!self.0.query(statement, &[claim.tenant_id.as_str().into()]).await?.is_empty())
    }

    /// Notes that the first administrator exists.
    pub(crate) async fn set_admin_created(&self, claim: &Claim) -> Result<(), DatabaseError> {
        let statement = "UPDATE provisioned_organizations SET admin_created = 1 WHERE tenant_id = $1";
        self.0.query(statement, &[claim.tenant_id.as_str().into()]).await.map(drop)
    }

    /// Stores the answer, unless there is one; gives whether it did.
    pub(crate) async fn set_answer(&self, claim: &Claim, answer: &str) -> Result<bool, DatabaseError> {
        let statement = "UPDATE provisioned_organizations SET answer = $1 WHERE tenant_id = $2 AND answer IS NULL
            RETURNING tenant_id";
        Ok(!self.0.query(statement, &[answer.into(), claim.tenant_id.as_str().into()]).await?.is_empty())
    }

    /// Gives the customer and the domain free, where neither domain nor tenant exists yet.
    pub(crate) async fn release_without_domain(&self, claim: &Claim) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM provisioned_organizations
            WHERE tenant_id = $1 AND dns_records IS NULL AND tenant_created = 0";
        self.0.query(statement, &[claim.tenant_id.as_str().into()]).await.map(drop)
    }

    /// Gives the customer and the domain free, where the tenant does not exist.
    pub(crate) async fn release_without_tenant(&self, claim: &Claim) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM provisioned_organizations WHERE tenant_id = $1 AND tenant_created = 0";
        self.0.query(statement, &[claim.tenant_id.as_str().into()]).await.map(drop)
    }
}
