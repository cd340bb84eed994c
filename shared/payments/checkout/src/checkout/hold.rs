//! Checkouts for which something may be held: an amount reserved in a budget, a used approval. A hold is in the database
//! from before anything is held until the outcome of the checkout is certain. So after an instance that died, or after an
//! answer of BheemPay that did not arrive, the next request finds what has to be given back.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::{Conditions, Db, columns, read_all, record};

/// Something may be held for a checkout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    pub(crate) checkout: String,
    pub(crate) tenant: String,
    /// Who requested the purchase.
    pub(crate) requester: String,
    /// The approval request that the checkout may have used.
    pub(crate) approval: Option<String>,
    /// Whether BheemPay may have created an order for it.
    pub(crate) is_ordering: bool,
    pub(crate) created_at: Timestamp,
}

record! {
    Hold in "checkout_holds" {
        checkout: "checkout_id", tenant: "tenant_id", requester, approval: "approval_id", is_ordering, created_at
    }
}

/// Holds in the database.
#[derive(Clone)]
pub(crate) struct Holds(Db);

impl Holds {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores that something is going to be held; nothing changes where the checkout has a hold already.
    pub(crate) async fn create(&self, hold: &Hold) -> Result<(), DatabaseError> {
        self.0.insert_new(hold).await.map(drop)
    }

    /// Stores that BheemPay is going to be asked for the order.
    pub(crate) async fn set_ordering(&self, checkout: &str) -> Result<(), DatabaseError> {
        let statement = "UPDATE checkout_holds SET is_ordering = 1 WHERE checkout_id = $1";
        self.0.query(statement, &[checkout.into()]).await.map(drop)
    }

    /// The hold of `checkout`.
    pub(crate) async fn find(&self, checkout: &str) -> Result<Option<Hold>, DatabaseError> {
        self.0.find(Conditions::of("checkout_id", checkout)).await
    }

    /// Deletes the hold of `checkout`, whose outcome is certain.
    pub(crate) async fn delete(&self, checkout: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM checkout_holds WHERE checkout_id = $1", &[checkout.into()]).await.map(drop)
    }

    /// Up to `limit` holds of `tenant`, oldest first, of checkouts that no request works on.
    pub(crate) async fn abandoned(&self, tenant: &str, now: Timestamp, limit: u32) -> Result<Vec<Hold>, DatabaseError> {
        let statement = format!(
            "SELECT {} FROM checkout_holds WHERE tenant_id = $1 AND NOT EXISTS (
                SELECT 1 FROM checkouts c WHERE c.id = checkout_holds.checkout_id AND c.leased_until > $2)
             ORDER BY created_at, checkout_id LIMIT $3",
            columns::<Hold>()
        );
        let values: [Value; 3] = [tenant.into(), now.into(), i64::from(limit).into()];
        read_all(&self.0.query(&statement, &values).await?)
    }
}
