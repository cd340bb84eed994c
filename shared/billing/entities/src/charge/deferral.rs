//! What was charged, and what of it is for days that are still to come.
//!
//! A charge is recognised day by day over the days that it is for, each an equal part: at the end of a day, its amount times
//! the days until then divided by all its days, rounded half away from zero. What is for its own day alone is recognised then.

use std::fmt::Write as _;

use edge_capabilities::database::Row;
use edge_database::{DatabaseError, Value, places};
use edge_invoices::Date;
use edge_money::Currency;

use super::model::day_number;
use super::store::Charges;

/// What was charged until the end of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// The place of the day in the question.
    pub place: usize,
    /// The currency.
    pub currency: Currency,
    /// What of it is recognised after each of the days that were asked for, from the first on: what is left at its end.
    pub left: Vec<i64>,
}

/// What of charges is wanted: those that are dated on a day or before, and what of them is not recognised at the end of it and
/// of later days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeferralQuery {
    /// The last day of charges that count.
    pub charged: Date,
    /// The days, in their order, none before `charged`.
    pub days: Vec<Date>,
}

/// What of `c.amount` is not recognised at the end of the day `number`. The quotient and the rest are multiplied apart, so that
/// nothing overflows.
fn left_on(number: i64) -> String {
    let past = format!("({number} + 1 - c.service_from)");
    let whole = "(c.service_to - c.service_from)";
    format!(
        "CASE WHEN c.service_to <= {number} + 1 THEN 0 WHEN c.service_from > {number} THEN c.amount
            ELSE c.amount - (c.amount / {whole}) * {past}
                - (2 * (c.amount % {whole}) * {past} + CASE WHEN c.amount < 0 THEN - {whole} ELSE {whole} END) / (2 * {whole})
            END"
    )
}

impl Charges {
    /// What of the charges of `tenant` is still to be recognised, by query and currency; only of the entities `entities` where
    /// some are given.
    pub async fn deferred(
        &self,
        tenant: &str,
        entities: Option<&[String]>,
        queries: &[DeferralQuery],
    ) -> Result<Vec<Deferral>, DatabaseError> {
        let mut found = Vec::new();
        for (place, DeferralQuery { charged, days }) in queries.iter().enumerate() {
            let Some(first) = days.first() else { continue };
            let mut sums = String::new();
            for day in days {
                let _ = write!(sums, ", CAST(SUM({}) AS BIGINT)", left_on(day_number(*day)));
            }
            let mut values: Vec<Value> = vec![tenant.into(), charged.to_string().into()];
            let filter = of_entities(entities, &mut values);
            // What has ended by the first of the days is recognised.
            let statement = format!(
                "SELECT c.currency{sums} FROM entity_charges c
                 WHERE c.tenant_id = $1 AND c.service_to IS NOT NULL AND c.service_to > {} AND c.date <= $2{filter}
                 GROUP BY c.currency ORDER BY c.currency",
                day_number(*first).saturating_add(1)
            );
            for row in self.db().query_owned(&statement, values).await? {
                let left = (1..=days.len()).map(|column| row.integer(column)).collect::<Result<Vec<_>, _>>()?;
                found.push(Deferral { place, currency: currency_of(&row)?, left });
            }
        }
        Ok(found)
    }

    /// The sums of the charges of `tenant` that are dated in each of `spans`, `[from, to)`: the place of the span, the currency
    /// and the amount. Only of the entities `entities` where some are given.
    pub async fn charged(
        &self,
        tenant: &str,
        entities: Option<&[String]>,
        spans: &[(Date, Date)],
    ) -> Result<Vec<(usize, Currency, i64)>, DatabaseError> {
        let mut found = Vec::new();
        for (place, (from, to)) in spans.iter().enumerate() {
            let mut values: Vec<Value> = vec![tenant.into(), from.to_string().into(), to.to_string().into()];
            let filter = of_entities(entities, &mut values);
            let statement = format!(
                "SELECT c.currency, CAST(SUM(c.amount) AS BIGINT) FROM entity_charges c
                 WHERE c.tenant_id = $1 AND c.date >= $2 AND c.date < $3{filter} GROUP BY c.currency ORDER BY c.currency"
            );
            for row in self.db().query_owned(&statement, values).await? {
                found.push((place, currency_of(&row)?, row.integer(1)?));
            }
        }
        Ok(found)
    }
}

/// A condition on the entity of a charge `c`, whose values are added to `values`.
fn of_entities(entities: Option<&[String]>, values: &mut Vec<Value>) -> String {
    let Some(ids) = entities else { return String::new() };
    let first = values.len().saturating_add(1);
    values.extend(ids.iter().map(|id| Value::from(id.as_str())));
    format!(" AND c.entity_id IN ({})", places(first, ids.len()))
}

fn currency_of(row: &Row) -> Result<Currency, DatabaseError> {
    Currency::parse(row.text(0)?).map_err(|error| DatabaseError::Refused(error.to_string()))
}
