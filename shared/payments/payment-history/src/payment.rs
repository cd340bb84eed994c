//! Single payments, and what was given back of each.

use edge_capabilities::Timestamp;
use edge_capabilities::database::Row;
use edge_database::DatabaseError;
use edge_money::{Currency, Money};

use crate::history::PaymentHistory;

/// A payment that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedPayment {
    /// The organization that paid.
    pub organization: String,
    /// The gateway that reported it: `bheempay`.
    pub provider: String,
    /// The payment, as the gateway knows it.
    pub payment: String,
    /// How much.
    pub amount: Money,
    /// When, by the gateway's clock.
    pub at: Timestamp,
}

/// What was given back of a payment at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedRefund {
    /// Its name: its id at the gateway, else what all reports of it have in common.
    pub name: String,
    /// How much.
    pub amount: Money,
    /// When, by the gateway's clock.
    pub at: Timestamp,
}

impl PaymentHistory {
    /// The payments that a gateway knows by `payment`, by whichever of their ids, of `organization` alone where one is given. BheemPay stands on
    /// Razorpay, and both may report one: BheemPay's report is the first.
    pub async fn payments(
        &self,
        payment: &str,
        organization: Option<&str>,
    ) -> Result<Vec<RecordedPayment>, DatabaseError> {
        let statement = "SELECT organization_id, provider, payment, amount, currency, at FROM payment_reports
            WHERE (payment = $1 OR payment IN (SELECT n.payment FROM payment_names n WHERE n.name = $1))
                AND kind = 'paid' AND ($2 = '' OR organization_id = $2) ORDER BY provider, at LIMIT 20";
        let rows = self.0.query(statement, &[payment.into(), organization.unwrap_or_default().into()]).await?;
        let read = |row: &Row| {
            Ok(RecordedPayment {
                organization: row.text(0)?.to_owned(),
                provider: row.text(1)?.to_owned(),
                payment: row.text(2)?.to_owned(),
                amount: money(row, 3, 4)?,
                at: Timestamp::from_millis(row.integer(5)?),
            })
        };
        rows.iter().map(read).collect()
    }

    /// What was given back of `payment`, in the order in which it was.
    pub async fn refunds(&self, payment: &RecordedPayment) -> Result<Vec<RecordedRefund>, DatabaseError> {
        let statement = "SELECT id, amount, currency, at FROM payment_reports
            WHERE payment = $1 AND kind = 'refunded' AND organization_id = $2 ORDER BY at, id";
        let values = [payment.payment.as_str().into(), payment.organization.as_str().into()];
        let rows = self.0.query(statement, &values).await?;
        let part = format!(":refunded:{}:", payment.payment);
        let read = |row: &Row| {
            let id = row.text(0)?;
            let name = id.split_once(&part).map_or(id, |(_, name)| name);
            Ok(RecordedRefund {
                name: name.to_owned(),
                amount: money(row, 1, 2)?,
                at: Timestamp::from_millis(row.integer(3)?),
            })
        };
        rows.iter().map(read).collect()
    }
}

fn money(row: &Row, amount: usize, currency: usize) -> Result<Money, DatabaseError> {
    let currency = Currency::parse(row.text(currency)?).map_err(|error| DatabaseError::Refused(error.to_string()))?;
    Ok(Money { minor: row.integer(amount)?, currency })
}
