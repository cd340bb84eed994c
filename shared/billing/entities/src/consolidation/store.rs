//! The lines of consolidated invoices in the database.
//!
//! What a month's invoices hold is decided by one statement, which adds all lines of an entity and a month, numbered from 1.
//! A charge has one line, and a number of an entity and a month one charge. So of two statements for one entity and month one
//! fails as a whole, and so does one of two that want the same charge: there is never a part of it, whoever dies or is late.

use std::collections::BTreeMap;

use edge_capabilities::Timestamp;
use edge_capabilities::database::Row;
use edge_database::{DatabaseError, Db, MAX_ROWS, Value, changed_rows, columns, places, read_all};

use super::chain::Days;
use crate::charge::{Charge, digest};
use crate::period::Month;

/// The lines in a database.
#[derive(Clone)]
pub(crate) struct Lines(Db);

/// The charges of an entity's invoice of a month, in a currency and with terms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct InvoicedCharges {
    /// The month.
    pub(crate) period: Month,
    /// The entity whose invoice it is.
    pub(crate) payer: String,
    /// The currency's code.
    pub(crate) currency: String,
    /// How many days after its date it is due.
    pub(crate) terms_days: u32,
}

impl InvoicedCharges {
    /// The invoice's id. It is always the same, so that an invoice is made once, however often that is tried.
    pub(crate) fn invoice_id(&self, tenant: &str) -> String {
        let (period, terms) = (self.period.to_string(), self.terms_days.to_string());
        format!("inv_{}", digest(&[tenant, &self.payer, &period, &self.currency, &terms]))
    }
}

impl Lines {
    /// The lines in `db`.
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Puts the charges of `days` that are on no invoice on those of `payer` for `period`, unless that has lines already.
    /// All such statements take charges in one order, so that none waits for another that waits for it.
    /// Where the charges of a currency and terms are less than nothing altogether, they wait. False: another statement was
    /// faster, and there may be something left to do.
    pub(super) async fn claim(
        &self,
        tenant: &str,
        payer: &str,
        period: Month,
        days: Vec<Days>,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let rows = days.into_iter().map(|Days { entity, from, to }| vec![entity.into(), from.into(), to.into()]);
        let (ranges, mut values) =
            changed_rows(&[("entity_id", "TEXT"), ("from_day", "TEXT"), ("to_day", "TEXT")], rows.collect());
        let first = values.len().saturating_add(1);
        values.extend([tenant.into(), payer.into(), period.to_string().into(), now.into()]);
        let [tenant, payer, period, now] = [0, 1, 2, 3].map(|place: usize| format!("${}", first.saturating_add(place)));
        let statement = format!(
            "{ranges}, unbilled AS (
                SELECT c.id, c.date, c.created_at, SUM(c.amount) OVER (PARTITION BY c.currency, c.terms_days) AS total
                FROM entity_charges c
                JOIN changed r ON r.entity_id = c.entity_id AND c.date >= r.from_day AND c.date < r.to_day
                WHERE c.tenant_id = {tenant}
                    AND NOT EXISTS (SELECT 1 FROM entity_invoice_lines l WHERE l.charge_id = c.id)
            )
            INSERT INTO entity_invoice_lines (charge_id, tenant_id, payer_id, period, number, claimed_at)
            SELECT id, CAST({tenant} AS TEXT), CAST({payer} AS TEXT), CAST({period} AS TEXT),
                ROW_NUMBER() OVER (ORDER BY date, created_at, id), CAST({now} AS BIGINT)
            FROM unbilled WHERE total >= 0 AND NOT EXISTS (SELECT 1 FROM entity_invoice_lines k
                WHERE k.tenant_id = {tenant} AND k.payer_id = {payer} AND k.period = {period})
            ORDER BY date, created_at, id"
        );
        match self.0.query_owned(&statement, values).await {
            Ok(_) => Ok(true),
            Err(DatabaseError::Duplicate(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The charges on the invoices of `payer` for `period`, in their order.
    pub(super) async fn charges(&self, tenant: &str, payer: &str, period: Month) -> Result<Vec<Charge>, DatabaseError> {
        let own = columns::<Charge>().split(", ").map(|column| format!("c.{column}")).collect::<Vec<_>>().join(", ");
        let statement = format!(
            "SELECT {own} FROM entity_invoice_lines l JOIN entity_charges c ON c.id = l.charge_id
             WHERE l.tenant_id = $1 AND l.payer_id = $2 AND l.period = $3 ORDER BY l.number"
        );
        let values = [tenant.into(), payer.into(), period.to_string().into()];
        read_all(&self.0.query(&statement, &values).await?)
    }

    /// What there is on invoices of `tenant`, oldest month first; only of `payer` where one is given.
    pub(crate) async fn invoices(
        &self,
        tenant: &str,
        payer: Option<&str>,
    ) -> Result<Vec<InvoicedCharges>, DatabaseError> {
        let mut values: Vec<Value> = vec![tenant.into()];
        values.extend(payer.map(Value::from));
        let filter = if payer.is_some() { "AND l.payer_id = $2" } else { "" };
        let statement = format!(
            "SELECT DISTINCT l.period, l.payer_id, c.currency, c.terms_days
             FROM entity_invoice_lines l JOIN entity_charges c ON c.id = l.charge_id
             WHERE l.tenant_id = $1 {filter} ORDER BY l.period, l.payer_id, c.currency, c.terms_days"
        );
        self.0.query(&statement, &values).await?.iter().map(|row| read(row, 0)).collect()
    }

    /// On which invoices the charges with these ids are; those that are on none are left out.
    pub(crate) async fn of_charges(&self, ids: &[&str]) -> Result<BTreeMap<String, InvoicedCharges>, DatabaseError> {
        let mut found = BTreeMap::new();
        for ids in ids.chunks(MAX_ROWS) {
            let statement = format!(
                "SELECT l.charge_id, l.period, l.payer_id, c.currency, c.terms_days
                 FROM entity_invoice_lines l JOIN entity_charges c ON c.id = l.charge_id
                 WHERE l.charge_id IN ({})",
                places(1, ids.len())
            );
            let values: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
            for row in self.0.query_owned(&statement, values).await? {
                found.insert(row.text(0)?.to_owned(), read(&row, 1)?);
            }
        }
        Ok(found)
    }

    /// The sums of the charges of `tenant` that are on no invoice: of each entity and currency.
    pub(crate) async fn unbilled(&self, tenant: &str) -> Result<Vec<(String, String, i64)>, DatabaseError> {
        let statement = "SELECT c.entity_id, c.currency, CAST(SUM(c.amount) AS BIGINT) FROM entity_charges c
            WHERE c.tenant_id = $1 AND NOT EXISTS (SELECT 1 FROM entity_invoice_lines l WHERE l.charge_id = c.id)
            GROUP BY c.entity_id, c.currency ORDER BY c.entity_id, c.currency";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.integer(2)?));
        self.0.query(statement, &[tenant.into()]).await?.iter().map(read).collect()
    }
}

/// The columns `period`, `payer_id`, `currency` and `terms_days` from the column `first`.
fn read(row: &Row, first: usize) -> Result<InvoicedCharges, DatabaseError> {
    let at = |place: usize| first.saturating_add(place);
    let unknown = || DatabaseError::Refused("a line's period or terms cannot be read".into());
    Ok(InvoicedCharges {
        period: Month::parse(row.text(at(0))?).ok_or_else(unknown)?,
        payer: row.text(at(1))?.to_owned(),
        currency: row.text(at(2))?.to_owned(),
        terms_days: u32::try_from(row.integer(at(3))?).map_err(|_| unknown())?,
    })
}
