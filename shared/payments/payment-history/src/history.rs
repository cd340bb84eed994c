//! What was collected and given back in a period, and how attempts to collect went.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use edge_capabilities::Timestamp;
use edge_capabilities::database::Row;
use edge_database::{DatabaseError, Db, Value};
use edge_money::Currency;

/// Which payments.
#[derive(Clone, Debug)]
pub struct HistoryQuery {
    /// The beginnings of the periods, and the end of the last.
    pub boundaries: Vec<Timestamp>,
    /// Only of this organization.
    pub organization: Option<String>,
    /// Only of subscriptions to this application.
    pub application: Option<String>,
    /// Only in this currency.
    pub currency: Option<Currency>,
    /// Only what was recorded until then.
    pub until: Timestamp,
}

/// What was collected and refunded in a period, in the currency's smallest unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaymentTotals {
    /// What came in.
    pub collected: i64,
    /// What was given back.
    pub refunded: i64,
}

/// The attempts to collect in a period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptCounts {
    /// Those that succeeded.
    pub succeeded: i64,
    /// Those that failed.
    pub failed: i64,
    /// How many failed for each reason.
    pub reasons: BTreeMap<String, i64>,
}

/// The invoices whose first attempt was in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InvoiceCounts {
    /// All of them.
    pub total: i64,
    /// Those that were paid, at whichever attempt.
    pub paid: i64,
    /// Those that were paid at the first attempt.
    pub first_try: i64,
}

/// What happened in the periods, by currency and place of the period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentPeriods {
    /// The money that moved.
    pub takings: BTreeMap<(Currency, usize), PaymentTotals>,
    /// The attempts.
    pub attempts: BTreeMap<(Currency, usize), AttemptCounts>,
    /// The invoices.
    pub invoices: BTreeMap<(Currency, usize), InvoiceCounts>,
}

/// What gateways reported of payments.
#[derive(Clone)]
pub struct PaymentHistory(pub(crate) Db);

/// How long before a period the first attempt may have been of an invoice that is tried again in it: gateways give up in
/// weeks.
const LONGEST_COLLECTION: i64 = 90 * 86_400_000;

impl PaymentHistory {
    /// That in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// What happened in the periods of `query`.
    pub async fn periods(&self, query: &HistoryQuery) -> Result<PaymentPeriods, DatabaseError> {
        let mut periods = PaymentPeriods::default();
        let [from, .., to] = query.boundaries.as_slice() else { return Ok(periods) };
        let (filter, mut values) = filter(query);
        let places = cut(&query.boundaries);
        let statement = format!(
            "WITH cut (place, starts, ends) AS (VALUES {places})
             SELECT CAST(cut.place AS BIGINT), p.currency, p.kind, p.reason, COUNT(*), CAST(SUM(p.amount) AS BIGINT)
             FROM cut JOIN payment_reports p ON p.at >= cut.starts AND p.at < cut.ends
             WHERE {filter} GROUP BY 1, 2, 3, 4"
        );
        for row in self.0.query(&statement, &values).await? {
            periods.add(&row)?;
        }
        values.extend([
            Value::Integer(from.as_millis().saturating_sub(LONGEST_COLLECTION)),
            (*from).into(),
            (*to).into(),
        ]);
        let last = values.len();
        let statement = format!(
            "WITH cut (place, starts, ends) AS (VALUES {places}),
             billed AS (
                SELECT p.provider, p.payment, MIN(p.currency) AS currency, MIN(p.at) AS tried_at,
                    MIN(CASE WHEN p.kind = 'paid' THEN p.at END) AS paid_at,
                    MIN(CASE WHEN p.kind = 'failed' THEN p.at END) AS failed_at
                FROM payment_reports p
                WHERE p.kind <> 'refunded' AND {filter} AND p.at >= ${}
                GROUP BY p.provider, p.payment HAVING MIN(p.at) >= ${} AND MIN(p.at) < ${last})
             SELECT CAST(cut.place AS BIGINT), i.currency, COUNT(*), COUNT(i.paid_at),
                COUNT(CASE WHEN i.paid_at IS NOT NULL AND (i.failed_at IS NULL OR i.failed_at > i.paid_at) THEN 1 END)
             FROM cut JOIN billed i ON i.tried_at >= cut.starts AND i.tried_at < cut.ends GROUP BY 1, 2",
            last.saturating_sub(2),
            last.saturating_sub(1),
        );
        for row in self.0.query(&statement, &values).await? {
            let counts = InvoiceCounts { total: row.integer(2)?, paid: row.integer(3)?, first_try: row.integer(4)? };
            periods.invoices.insert(key(&row)?, counts);
        }
        Ok(periods)
    }

    /// How many attempts succeeded and failed in each period of `query`, of each of `organizations`.
    pub async fn attempts_of(
        &self,
        organizations: &[&str],
        query: &HistoryQuery,
    ) -> Result<BTreeMap<(String, usize), (i64, i64)>, DatabaseError> {
        if organizations.is_empty() || query.boundaries.len() < 2 {
            return Ok(BTreeMap::new());
        }
        let (filter, mut values) = filter(query);
        let ids = edge_database::places(values.len().saturating_add(1), organizations.len());
        values.extend(organizations.iter().map(|id| Value::from(*id)));
        let statement = format!(
            "WITH cut (place, starts, ends) AS (VALUES {})
             SELECT CAST(cut.place AS BIGINT), p.organization_id, COUNT(CASE WHEN p.kind = 'paid' THEN 1 END),
                COUNT(CASE WHEN p.kind = 'failed' THEN 1 END)
             FROM cut JOIN payment_reports p ON p.at >= cut.starts AND p.at < cut.ends
             WHERE p.organization_id IN ({ids}) AND {filter} GROUP BY 1, 2",
            cut(&query.boundaries)
        );
        let rows = self.0.query_owned(&statement, values).await?;
        let read = |row: &Row| {
            let place = usize::try_from(row.integer(0)?).unwrap_or_default();
            Ok(((row.text(1)?.to_owned(), place), (row.integer(2)?, row.integer(3)?)))
        };
        rows.iter().map(read).collect()
    }
}

/// The periods as rows: place, beginning, end. They are numbers of ours, so they stand in the statement.
pub(crate) fn cut(boundaries: &[Timestamp]) -> String {
    let mut rows = String::new();
    for (place, ends) in boundaries.windows(2).enumerate() {
        if let [start, end] = ends {
            let comma = if place > 0 { ", " } else { "" };
            let _ = write!(rows, "{comma}({place}, {}, {})", start.as_millis(), end.as_millis());
        }
    }
    rows
}

/// The condition on a report `p`, and its values.
pub(crate) fn filter(query: &HistoryQuery) -> (String, Vec<Value>) {
    let (mut text, mut values) = ("p.recorded_at <= $1".to_owned(), vec![Value::from(query.until)]);
    let currency = query.currency.as_ref().map(Currency::as_str);
    for (column, wanted) in [
        ("organization_id", query.organization.as_deref()),
        ("application", query.application.as_deref()),
        ("currency", currency),
    ] {
        if let Some(wanted) = wanted {
            values.push(wanted.into());
            let _ = write!(text, " AND p.{column} = ${}", values.len());
        }
    }
    (text, values)
}

pub(crate) fn key(row: &Row) -> Result<(Currency, usize), DatabaseError> {
    let currency = Currency::parse(row.text(1)?).map_err(|error| DatabaseError::Refused(error.to_string()))?;
    Ok((currency, usize::try_from(row.integer(0)?).unwrap_or_default()))
}

impl PaymentPeriods {
    fn add(&mut self, row: &Row) -> Result<(), DatabaseError> {
        let key = key(row)?;
        let (count, amount) = (row.integer(4)?, row.integer(5)?);
        let takings = self.takings.entry(key).or_default();
        let attempts = self.attempts.entry(key).or_default();
        match row.text(2)? {
            "paid" => {
                takings.collected = takings.collected.saturating_add(amount);
                attempts.succeeded = attempts.succeeded.saturating_add(count);
            }
            "failed" => {
                let reason = Some(row.text(3)?).filter(|reason| !reason.is_empty()).unwrap_or("unknown");
                attempts.failed = attempts.failed.saturating_add(count);
                let of_reason = attempts.reasons.entry(reason.to_owned()).or_default();
                *of_reason = of_reason.saturating_add(count);
            }
            _ => takings.refunded = takings.refunded.saturating_add(amount),
        }
        Ok(())
    }
}
