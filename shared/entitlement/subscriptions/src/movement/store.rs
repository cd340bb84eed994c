//! Movements in the database. What they say of subscriptions is read in [`super::subscriptions`], what they say of seats in
//! [`super::seats`].

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use edge_database::{Conditions, Db, MAX_ROWS, Record as _, columns, places, read_all};

use super::batch::{Account, Head};
use super::model::{Balance, Movement};
use crate::subscription::Terms;

/// The movements of all organizations.
#[derive(Clone)]
pub struct Movements(Db);

impl Movements {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    pub(super) const fn db(&self) -> &Db {
        &self.0
    }

    /// Appends the movements of one change, in one statement. False: another change was faster, and the state that this one
    /// was decided on is no more.
    pub(crate) async fn append(&self, movements: &[Movement]) -> Result<bool, DatabaseError> {
        debug_assert!(movements.len() <= MAX_ROWS);
        let (mut rows, mut values) = (Vec::with_capacity(movements.len()), Vec::new());
        for movement in movements {
            let row = movement.values()?;
            rows.push(format!("({})", places(values.len().saturating_add(1), row.len())));
            values.extend(row);
        }
        let statement =
            format!("INSERT INTO {} ({}) VALUES {}", Movement::TABLE, columns::<Movement>(), rows.join(", "));
        match self.0.query_owned(&statement, values).await {
            Ok(_) => Ok(true),
            Err(DatabaseError::Duplicate(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What there is after the last movement of `account`; None: there was none.
    pub(crate) async fn head(&self, account: &Account) -> Result<Option<Head>, DatabaseError> {
        let statement = "SELECT h.number, h.terms_number, h.subscription_id, t.terms, h.seats_after, h.assigned_after,
                h.annual_after, h.pending
            FROM subscription_movements h
            JOIN subscription_movements t ON t.organization_id = h.organization_id AND t.application = h.application
                AND t.number = h.terms_number
            WHERE h.organization_id = $1 AND h.application = $2 ORDER BY h.number DESC LIMIT 1";
        let values = [account.organization.as_str().into(), account.application.as_str().into()];
        self.0.query(statement, &values).await?.first().map(read_head).transpose()
    }

    /// Takes the address out of the movements of `organization`, and the codes that were sent to it. What happened stays,
    /// and to which user.
    pub async fn redact(&self, organization: &str, email: &str) -> Result<(), DatabaseError> {
        let statement = "UPDATE subscription_movements SET email = NULL, code_sha256 = NULL,
                invitation_code = NULL
            WHERE organization_id = $1 AND email = $2";
        self.0.query(statement, &[organization.into(), email.into()]).await.map(drop)
    }

    /// The movements of `account` of which what follows from them is not noted as done.
    pub(crate) async fn undone(&self, account: &Account) -> Result<Vec<Movement>, DatabaseError> {
        let conditions = Conditions::of("organization_id", account.organization.as_str())
            .and("application", account.application.as_str())
            .and_where("effects_due > ?", 0);
        self.0.select(conditions, "number").await
    }

    /// Up to `limit` accounts in which what follows from a movement is due at `now`: the instance that made it has died.
    pub(crate) async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Account>, DatabaseError> {
        let statement = "SELECT DISTINCT organization_id, application FROM subscription_movements
            WHERE effects_due <= $1 LIMIT $2";
        let rows = self.0.query(statement, &[now.into(), i64::from(limit).into()]).await?;
        let read =
            |row: &Row| Ok(Account { organization: row.text(0)?.to_owned(), application: row.text(1)?.to_owned() });
        rows.iter().map(read).collect()
    }

    /// Notes that what follows from the movements of `account` from `first` to `last` is done.
    pub(crate) async fn done(&self, account: &Account, first: i64, last: i64) -> Result<(), DatabaseError> {
        let statement = "UPDATE subscription_movements SET effects_due = NULL, invitation_code = NULL
            WHERE organization_id = $1 AND application = $2 AND number >= $3 AND number <= $4
                AND effects_due IS NOT NULL";
        let values =
            [account.organization.as_str().into(), account.application.as_str().into(), first.into(), last.into()];
        self.0.query(statement, &values).await.map(drop)
    }

    /// Up to `limit` movements that were recorded after `cursor` (time, then id), oldest first. What was recorded in the last
    /// moments may still be joined by others of the same time.
    pub async fn recorded_after(
        &self,
        cursor: (Timestamp, &str, i64),
        limit: u32,
    ) -> Result<Vec<Movement>, DatabaseError> {
        let (at, subscription, number) = cursor;
        let statement = format!(
            "SELECT {} FROM subscription_movements
             WHERE recorded_at > $1 OR (recorded_at = $1 AND (subscription_id > $2 OR (subscription_id = $2 AND number > $3)))
             ORDER BY recorded_at, subscription_id, number LIMIT $4",
            columns::<Movement>()
        );
        let values = [at.into(), subscription.into(), number.into(), i64::from(limit).into()];
        read_all(&self.0.query(&statement, &values).await?)
    }

    /// All movements of an organization and an application, in their order.
    pub async fn of(&self, organization: &str, application: &str) -> Result<Vec<Movement>, DatabaseError> {
        self.0.select(Conditions::of("organization_id", organization).and("application", application), "number").await
    }
}

fn read_head(row: &Row) -> Result<Head, DatabaseError> {
    Ok(Head {
        number: row.integer(0)?,
        terms_number: row.integer(1)?,
        subscription: row.text(2)?.to_owned(),
        terms: read_terms(row, 3)?,
        balance: Balance { seats: row.integer(4)?, assigned: row.integer(5)?, annual: row.integer(6)? },
        pending: row.integer(7)?,
    })
}

pub(super) fn read_terms(row: &Row, index: usize) -> Result<Terms, DatabaseError> {
    serde_json::from_str(row.text(index)?).map_err(|error| DatabaseError::Refused(error.to_string()))
}
