//! Purchases for which something may be held: room in a budget, a used approval. Each is in the database from before
//! anything is held until it is certain what became of it, so that whoever comes after an instance that died, or after an
//! answer of BheemPay's that was not heard, finds what there is to give back.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;

/// Something may be held for a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hold {
    /// The purchase.
    pub(crate) checkout: String,
    /// Whose it is.
    pub(crate) tenant: String,
    /// Who asked for it.
    pub(crate) requester: String,
    /// The approval that it may have used.
    pub(crate) approval: Option<String>,
    /// Whether BheemPay may have made an order for it.
    pub(crate) is_ordering: bool,
}

/// All of them.
#[derive(Clone)]
pub(crate) struct Holds(Db);

const COLUMNS: &str = "h.checkout_id, h.tenant_id, h.requester, h.approval_id, h.is_ordering";

impl Holds {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Notes that something is going to be held. Again, it changes nothing.
    pub(crate) async fn begin(&self, hold: &Hold, now: Timestamp) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO checkout_holds
                (checkout_id, tenant_id, requester, approval_id, is_ordering, created_at)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let values: [Value; 6] = [
            hold.checkout.as_str().into(),
            hold.tenant.as_str().into(),
            hold.requester.as_str().into(),
            hold.approval.clone().into(),
            i64::from(hold.is_ordering).into(),
            now.into(),
        ];
        self.0.query(statement, &values).await.map(drop)
    }

    /// Notes that BheemPay is going to be asked for the order.
    pub(crate) async fn ordering(&self, checkout: &str) -> Result<(), DatabaseError> {
        let statement = "UPDATE checkout_holds SET is_ordering = 1 WHERE checkout_id = $1";
        self.0.query(statement, &[checkout.into()]).await.map(drop)
    }

    /// The hold of `checkout`.
    pub(crate) async fn find(&self, checkout: &str) -> Result<Option<Hold>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM checkout_holds h WHERE h.checkout_id = $1");
        self.0.query(&statement, &[checkout.into()]).await?.first().map(from_row).transpose()
    }

    /// It is certain what became of `checkout`.
    pub(crate) async fn end(&self, checkout: &str) -> Result<(), DatabaseError> {
        self.0.query("DELETE FROM checkout_holds WHERE checkout_id = $1", &[checkout.into()]).await.map(drop)
    }

    /// Up to `limit` holds of `tenant`, oldest first, whose purchases nobody is at.
    pub(crate) async fn left(&self, tenant: &str, now: Timestamp, limit: u32) -> Result<Vec<Hold>, DatabaseError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM checkout_holds h LEFT JOIN checkouts c ON c.id = h.checkout_id
             WHERE h.tenant_id = $1 AND (c.id IS NULL OR c.leased_until <= $2)
             ORDER BY h.created_at, h.checkout_id LIMIT $3"
        );
        let values: [Value; 3] = [tenant.into(), now.into(), i64::from(limit).into()];
        self.0.query(&statement, &values).await?.iter().map(from_row).collect()
    }
}

fn from_row(row: &Row) -> Result<Hold, DatabaseError> {
    Ok(Hold {
        checkout: row.text(0)?.to_owned(),
        tenant: row.text(1)?.to_owned(),
        requester: row.text(2)?.to_owned(),
        approval: row.optional_text(3)?.map(ToOwned::to_owned),
        is_ordering: row.integer(4)? != 0,
    })
}
