//! Batches, customers and sums in the database.

use std::collections::BTreeMap;

use edge_capabilities::Timestamp;
use edge_database::{DatabaseError, Db, Value, places};
use edge_money::Currency;
use serde::{Deserialize, Serialize};

use super::Stream;
use crate::calendar::Granularity;
use crate::customer::Cell;
use crate::sums::Sums;

/// Which sums are read.
pub(crate) struct Filter<'f> {
    pub(crate) granularity: Granularity,
    /// None: all together.
    pub(crate) application: Option<&'f str>,
    pub(crate) currency: Option<Currency>,
    /// Only periods that begin before.
    pub(crate) until: Timestamp,
}

/// A cell of the sums: the granularity, the application (empty: all together), currency, period, cohort.
pub(crate) type Key = (Granularity, String, Cell);

/// A change of a cell.
#[derive(Serialize, Deserialize)]
pub(super) struct CellChange(String, String, String, i64, i64, [i64; 9]);

impl CellChange {
    pub(super) fn new(((granularity, application, cell), sums): (Key, Sums)) -> Self {
        let Cell { currency, period, cohort } = cell;
        let (granularity, currency) = (granularity.as_str().to_owned(), currency.as_str().to_owned());
        Self(granularity, application, currency, period.as_millis(), cohort.as_millis(), sums.values())
    }
}

/// Up to where an organization's movements are in the sums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Customer {
    pub(super) organization: String,
    /// The last number of each application.
    pub(super) numbers: BTreeMap<String, i64>,
    /// Until when what is due by itself is in the sums.
    pub(super) known_at: Timestamp,
    /// When something is due next.
    pub(super) due_at: Option<Timestamp>,
}

/// Up to where movements were looked at: the time at which one was recorded, its subscription and number.
pub(super) type Position = (Timestamp, String, i64);

/// What the new movements of some organizations change.
pub(super) struct Batch {
    pub(super) number: i64,
    pub(super) position: Position,
    pub(super) known_at: Timestamp,
    /// None: it is in the sums.
    pub(super) open: Option<(Vec<CellChange>, Vec<Customer>)>,
}

fn to_json<T: Serialize>(value: &T) -> Result<Value, DatabaseError> {
    serde_json::to_string(value).map(Into::into).map_err(|error| DatabaseError::Refused(error.to_string()))
}

fn from_json<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T, DatabaseError> {
    serde_json::from_str(text).map_err(|error| DatabaseError::Refused(error.to_string()))
}

const SUMS: [&str; 9] =
    ["new", "expansion", "contraction", "churn", "reactivation", "started", "returned", "departed", "seats"];

/// The tables of the roll-ups.
#[derive(Clone)]
pub(super) struct Store(pub(super) Db);

impl Store {
    /// The last batch.
    pub(super) async fn last(&self, stream: &Stream) -> Result<Option<Batch>, DatabaseError> {
        let statement =
            "SELECT number, cursor_at, cursor_subscription, cursor_number, known_at, changes, customers FROM mrr_batches
            WHERE stream = $1 ORDER BY number DESC LIMIT 1";
        let rows = self.0.query(statement, &[stream.name.as_str().into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let instant = |index| row.integer(index).map(Timestamp::from_millis);
        let open = match (row.optional_text(5)?, row.optional_text(6)?) {
            (Some(changes), Some(customers)) => Some((from_json(changes)?, from_json(customers)?)),
            _ => None,
        };
        let position = (instant(1)?, row.text(2)?.to_owned(), row.integer(3)?);
        Ok(Some(Batch { number: row.integer(0)?, position, known_at: instant(4)?, open }))
    }

    /// Stores a new batch; false: there is one of its number.
    pub(super) async fn insert(&self, stream: &Stream, batch: &Batch) -> Result<bool, DatabaseError> {
        let statement = "INSERT INTO mrr_batches
                (stream, number, cursor_at, cursor_subscription, cursor_number, known_at, changes, customers)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (stream, number) DO NOTHING RETURNING number";
        let (changes, customers) = match &batch.open {
            Some((changes, customers)) => (to_json(changes)?, to_json(customers)?),
            None => (Value::Null, Value::Null),
        };
        let (at, subscription, number) = &batch.position;
        let values = vec![
            stream.name.as_str().into(),
            batch.number.into(),
            (*at).into(),
            subscription.as_str().into(),
            (*number).into(),
            batch.known_at.into(),
            changes,
            customers,
        ];
        Ok(!self.0.query_owned(statement, values).await?.is_empty())
    }

    /// Adds a batch to the sums. May be repeated: a row takes in no batch twice.
    pub(super) async fn apply(&self, stream: &Stream, batch: &Batch) -> Result<(), DatabaseError> {
        let Some((changes, customers)) = &batch.open else { return Ok(()) };
        let mut rows = Vec::with_capacity(customers.len());
        for customer in customers {
            rows.push(vec![
                stream.name.as_str().into(),
                customer.organization.as_str().into(),
                batch.number.into(),
                to_json(&customer.numbers)?,
                customer.known_at.into(),
                customer.due_at.into(),
            ]);
        }
        let head = "INSERT INTO mrr_customers (stream, organization_id, batch, numbers, known_at, due_at)";
        let tail = "ON CONFLICT (stream, organization_id) DO UPDATE SET batch = excluded.batch,
                numbers = excluded.numbers, known_at = excluded.known_at, due_at = excluded.due_at
            WHERE mrr_customers.batch < excluded.batch";
        self.0.insert_rows(head, rows, tail).await?;
        let rows = changes.iter().map(|CellChange(granularity, application, currency, period, cohort, sums)| {
            let mut row: Vec<Value> = vec![
                stream.name.as_str().into(),
                granularity.as_str().into(),
                application.as_str().into(),
                currency.as_str().into(),
                (*period).into(),
                (*cohort).into(),
            ];
            row.extend(sums.iter().map(|sum| Value::Integer(*sum)));
            row.push(batch.number.into());
            row
        });
        let head = format!(
            "INSERT INTO mrr_rollups (stream, granularity, application, currency, period, cohort, {}, batch)",
            SUMS.join(", ")
        );
        let added: Vec<String> =
            SUMS.iter().map(|column| format!("{column} = mrr_rollups.{column} + excluded.{column}")).collect();
        let tail = format!(
            "ON CONFLICT (stream, granularity, application, currency, period, cohort)
             DO UPDATE SET {}, batch = excluded.batch WHERE mrr_rollups.batch < excluded.batch",
            added.join(", ")
        );
        self.0.insert_rows(&head, rows.collect(), &tail).await?;
        let statement = "UPDATE mrr_batches SET changes = NULL, customers = NULL WHERE stream = $1 AND number = $2";
        self.0.query(statement, &[stream.name.as_str().into(), batch.number.into()]).await.map(drop)
    }

    /// Removes batches that were made before `before`, except the last.
    pub(super) async fn remove(&self, stream: &Stream, before: Timestamp, last: i64) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM mrr_batches WHERE stream = $1 AND number < $2 AND known_at < $3";
        let values = [stream.name.as_str().into(), last.into(), before.into()];
        self.0.query(statement, &values).await.map(drop)
    }

    /// Up to where the movements of `organizations` are in the sums.
    pub(super) async fn customers(
        &self,
        stream: &Stream,
        organizations: &[&str],
    ) -> Result<BTreeMap<String, Customer>, DatabaseError> {
        if organizations.is_empty() {
            return Ok(BTreeMap::new());
        }
        let statement = format!(
            "SELECT organization_id, numbers, known_at, due_at FROM mrr_customers
             WHERE stream = $1 AND organization_id IN ({})",
            places(2, organizations.len())
        );
        let mut values: Vec<Value> = vec![stream.name.as_str().into()];
        values.extend(organizations.iter().map(|id| Value::from(*id)));
        let mut customers = BTreeMap::new();
        for row in self.0.query_owned(&statement, values).await? {
            let customer = Customer {
                organization: row.text(0)?.to_owned(),
                numbers: from_json(row.text(1)?)?,
                known_at: Timestamp::from_millis(row.integer(2)?),
                due_at: row.optional_integer(3)?.map(Timestamp::from_millis),
            };
            customers.insert(customer.organization.clone(), customer);
        }
        Ok(customers)
    }

    /// Up to `limit` organizations of which something is due at `now`.
    pub(super) async fn due(
        &self,
        stream: &Stream,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<String>, DatabaseError> {
        let statement =
            "SELECT organization_id FROM mrr_customers WHERE stream = $1 AND due_at <= $2 ORDER BY due_at LIMIT $3";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.0.query(statement, &[stream.name.as_str().into(), now.into(), limit.into()]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// The sums.
    pub(super) async fn sums(
        &self,
        stream: &Stream,
        filter: &Filter<'_>,
    ) -> Result<BTreeMap<Cell, Sums>, DatabaseError> {
        let mut values: Vec<Value> = vec![
            stream.name.as_str().into(),
            filter.granularity.as_str().into(),
            filter.application.unwrap_or_default().into(),
            filter.until.into(),
        ];
        let mut of_currency = "";
        if let Some(currency) = filter.currency {
            values.push(currency.as_str().into());
            of_currency = "AND currency = $5";
        }
        let statement = format!(
            "SELECT currency, period, cohort, {} FROM mrr_rollups
             WHERE stream = $1 AND granularity = $2 AND application = $3 AND period < $4 {of_currency}",
            SUMS.join(", ")
        );
        let mut cells = BTreeMap::new();
        for row in self.0.query_owned(&statement, values).await? {
            let currency = Currency::parse(row.text(0)?).map_err(|error| DatabaseError::Refused(error.to_string()))?;
            let instant = |index| row.integer(index).map(Timestamp::from_millis);
            let mut sums = [0; 9];
            for (index, sum) in sums.iter_mut().enumerate() {
                *sum = row.integer(index.saturating_add(3))?;
            }
            cells.insert(Cell { currency, period: instant(1)?, cohort: instant(2)? }, Sums::of(sums));
        }
        Ok(cells)
    }
}
