//! What gateways report as refunded of payments. A refund is stored before it is compared with what the payment spent,
//! because it may be reported before the payment is.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::{Conditions, Db, record};
use edge_money::{Currency, Money};

/// A refund of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The tenant's id.
    pub tenant: String,
    /// The payment's id at its gateway.
    pub payment: String,
    /// The refund's name: a report with the same name is the same refund.
    pub name: String,
    /// The amount; None: all that was left.
    pub amount: Option<Money>,
    /// Whether `amount` is the total refunded so far, and not the amount of this refund.
    pub is_total: bool,
}

impl Refund {
    /// The total refunded of `spent` once this refund is added to `refunded`, the total before it.
    pub fn add_to(&self, refunded: i64, spent: i64) -> i64 {
        let total = match self.amount {
            None => spent,
            Some(amount) if self.is_total => amount.minor.max(refunded),
            Some(amount) => refunded.saturating_add(amount.minor),
        };
        total.min(spent)
    }
}

struct RefundRow {
    tenant: String,
    payment: String,
    name: String,
    amount: Option<i64>,
    currency: Option<Currency>,
    is_total: bool,
    at: Timestamp,
}

record! {
    RefundRow in "payment_refunds" { tenant: "tenant_id", payment, name: "refund", amount, currency, is_total, at }
}

impl From<RefundRow> for Refund {
    fn from(row: RefundRow) -> Self {
        let RefundRow { tenant, payment, name, amount, currency, is_total, .. } = row;
        let amount = amount.zip(currency).map(|(minor, currency)| Money { minor, currency });
        Self { tenant, payment, name, amount, is_total }
    }
}

/// The refunds in the database.
#[derive(Clone)]
pub struct Refunds(Db);

impl Refunds {
    /// The refunds in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores a refund, unless it is stored already.
    pub(crate) async fn insert(&self, refund: &Refund, at: Timestamp) -> Result<(), DatabaseError> {
        let Refund { tenant, payment, name, amount, is_total } = refund.clone();
        let (amount, currency) = (amount.map(|amount| amount.minor), amount.map(|amount| amount.currency));
        self.0.insert_new(&RefundRow { tenant, payment, name, amount, currency, is_total, at }).await.map(drop)
    }

    /// The refunds of a payment, in the order in which they were reported.
    pub async fn of_payment(&self, tenant: &str, payment: &str) -> Result<Vec<Refund>, DatabaseError> {
        self.select(Conditions::of("tenant_id", tenant).and("payment", payment), "at, refund").await
    }

    /// Up to `limit` refunds that were reported from `from` on, of `tenant` alone where one is given, in the order in which
    /// they were reported, each with when it was.
    pub async fn since(
        &self,
        from: Timestamp,
        tenant: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(Timestamp, Refund)>, DatabaseError> {
        let conditions = Conditions::default().and_where("at >= ?", from).and_if("tenant_id", tenant);
        let rows = self.0.select::<RefundRow>(conditions, &format!("at, refund LIMIT {limit}")).await?;
        Ok(rows.into_iter().map(|row| (row.at, Refund::from(row))).collect())
    }

    async fn select(&self, conditions: Conditions, order: &str) -> Result<Vec<Refund>, DatabaseError> {
        let rows = self.0.select::<RefundRow>(conditions, order).await?;
        Ok(rows.into_iter().map(Refund::from).collect())
    }
}
