//! What gateways said they gave back of payments: written down before it is held against what the payment spent, for it
//! may be told of before the payment is.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;
use edge_money::{Currency, Money};

/// Something of a payment that was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Whose payment.
    pub tenant: String,
    /// What its gateway calls the payment.
    pub payment: String,
    /// What makes it the same refund however often it is told of.
    pub name: String,
    /// How much; None: all that was left.
    pub amount: Option<Money>,
    /// Whether `amount` is all that was given back so far, and not what was given back this time.
    pub is_total: bool,
}

/// What gateways said they gave back.
#[derive(Clone)]
pub struct Refunds(Db);

const COLUMNS: &str = "tenant_id, payment, refund, amount, currency, is_total";

impl Refunds {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Writes it down, once.
    pub(crate) async fn note(&self, refund: &Refund, at: Timestamp) -> Result<(), DatabaseError> {
        let statement = format!(
            "INSERT INTO payment_refunds ({COLUMNS}, at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
        );
        let values: [Value; 7] = [
            refund.tenant.as_str().into(),
            refund.payment.as_str().into(),
            refund.name.as_str().into(),
            refund.amount.map(|amount| amount.minor).into(),
            refund.amount.map(|amount| amount.currency.to_string()).into(),
            i64::from(refund.is_total).into(),
            at.into(),
        ];
        self.0.query(&statement, &values).await.map(drop)
    }

    /// What was given back of a payment, in the order in which it was told.
    pub(crate) async fn of(&self, tenant: &str, payment: &str) -> Result<Vec<Refund>, DatabaseError> {
        let condition = "tenant_id = $1 AND payment = $2 ORDER BY at, refund";
        self.select(condition, &[tenant.into(), payment.into()]).await
    }

    /// Up to `most` that were told of from `from` on, of `tenant` alone where one is given, in the order in which they
    /// were told.
    pub async fn since(&self, from: Timestamp, tenant: Option<&str>, most: u32) -> Result<Vec<Refund>, DatabaseError> {
        let mut values = vec![Value::from(from), Value::Integer(i64::from(most))];
        let mut of_tenant = "";
        if let Some(tenant) = tenant {
            values.push(tenant.into());
            of_tenant = "AND tenant_id = $3";
        }
        self.select(&format!("at >= $1 {of_tenant} ORDER BY at, refund LIMIT $2"), &values).await
    }

    async fn select(&self, condition: &str, values: &[Value]) -> Result<Vec<Refund>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM payment_refunds WHERE {condition}");
        self.0.query(&statement, values).await?.iter().map(from_row).collect()
    }
}

fn from_row(row: &Row) -> Result<Refund, DatabaseError> {
    let unknown = || DatabaseError::Refused("payment_refunds.currency is not known".into());
    let currency = row.optional_text(4)?.map(|code| Currency::parse(code).map_err(|_| unknown())).transpose()?;
    Ok(Refund {
        tenant: row.text(0)?.to_owned(),
        payment: row.text(1)?.to_owned(),
        name: row.text(2)?.to_owned(),
        amount: row.optional_integer(3)?.zip(currency).map(|(minor, currency)| Money { minor, currency }),
        is_total: row.integer(5)? != 0,
    })
}

impl Refund {
    /// How much of `spent` is given back once this is added to `back`, which was given back before.
    pub fn add_to(&self, back: i64, spent: i64) -> i64 {
        let sum = match self.amount {
            None => spent,
            Some(amount) if self.is_total => amount.minor.max(back),
            Some(amount) => back.saturating_add(amount.minor),
        };
        sum.min(spent)
    }
}
