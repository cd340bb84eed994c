//! Movements in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Column as _, Conditions, Cursor, Db, MAX_ROWS, Record as _, columns, places, read_all};

use super::batch::{Account, Head};
use super::model::{Balance, Movement};
use crate::seat::{Seat, SeatCommand, SeatState};
use crate::subscription::{Status, Terms};

/// The movements of all organizations.
#[derive(Clone)]
pub struct Movements(Db);

/// A subscription as its last terms say, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The organization and the application.
    pub account: Account,
    /// Its id.
    pub id: String,
    /// Its terms.
    pub terms: Terms,
    /// The number of the movement with the terms.
    pub version: i64,
    /// The seats that are assigned.
    pub assigned: i64,
    /// The invitations that nobody accepted, those included that expired and are not noted as such.
    pub pending: i64,
    /// Whether it is the last subscription of its account.
    pub is_last: bool,
}

/// A live seat of somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeldSeat {
    pub(crate) application: String,
    pub(crate) subscription: String,
    pub(crate) seat: String,
}

/// Which seats of an account a decision is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeatQuery {
    pub(crate) ids: Vec<String>,
    pub(crate) users: Vec<String>,
    pub(crate) emails: Vec<String>,
}

impl SeatQuery {
    /// The seats that `commands` depend on.
    pub(crate) fn of(commands: &[SeatCommand]) -> Self {
        let mut query = Self::default();
        for command in commands {
            match command {
                SeatCommand::Assign { user, address, .. } => {
                    query.users.push(user.clone());
                    query.emails.extend(address.clone());
                }
                SeatCommand::Invite { email, holder, .. } => {
                    query.emails.push(email.clone());
                    query.users.extend(holder.clone());
                }
                SeatCommand::Claim { id, user, .. } | SeatCommand::Transfer { id, user, .. } => {
                    query.ids.push(id.clone());
                    query.users.push(user.clone());
                }
                SeatCommand::Revoke { id } => query.ids.push(id.clone()),
            }
        }
        query
    }
}

/// The last movement about a seat is what the seat is.
const LAST_OF_SEAT: &str =
    "m.number = (SELECT MAX(l.number) FROM subscription_movements l WHERE l.seat_id = m.seat_id)";

/// The state of a seat at `$1`.
const STATE_NOW: &str =
    "CASE WHEN m.seat_state = 'PENDING' AND m.expires_at <= $1 THEN 'REVOKED' ELSE m.seat_state END";

/// How many expired invitations are noted with one change.
const MAX_EXPIRED: i64 = 200;

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

    /// The subscription `id`.
    pub(crate) async fn subscription(&self, id: &str) -> Result<Option<Stored>, DatabaseError> {
        let found = self.stored("c.subscription_id = $1", "LIMIT 1", &[id.into()]).await?;
        Ok(found.into_iter().next())
    }

    /// Up to `limit` subscriptions, newest first, from after `cursor`.
    pub(crate) async fn subscriptions(
        &self,
        organization: Option<&str>,
        application: Option<&str>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Stored>, DatabaseError> {
        let (mut values, mut conditions): (Vec<Value>, _) = (Vec::new(), vec!["c.recorded_at IS NOT NULL".to_owned()]);
        for (column, wanted) in [("organization_id", organization), ("application", application)] {
            if let Some(wanted) = wanted {
                values.push(wanted.into());
                conditions.push(format!("c.{column} = ${}", values.len()));
            }
        }
        if let Some(cursor) = cursor {
            values.extend([cursor.at.into(), cursor.id.into()]);
            let (at, id) = (values.len().saturating_sub(1), values.len());
            conditions
                .push(format!("(c.recorded_at < ${at} OR (c.recorded_at = ${at} AND c.subscription_id < ${id}))"));
        }
        values.push(i64::from(limit).into());
        let order = format!("ORDER BY c.recorded_at DESC, c.subscription_id DESC LIMIT ${}", values.len());
        self.stored(&conditions.join(" AND "), &order, &values).await
    }

    /// The subscriptions whose first movements meet `condition`, each as its last terms say.
    async fn stored(&self, condition: &str, order: &str, values: &[Value]) -> Result<Vec<Stored>, DatabaseError> {
        let statement = format!(
            "SELECT m.organization_id, m.application, m.subscription_id, m.number, m.terms,
                (SELECT h.subscription_id FROM subscription_movements h WHERE h.organization_id = m.organization_id
                    AND h.application = m.application ORDER BY h.number DESC LIMIT 1),
                l.assigned_after, l.pending
             FROM subscription_movements c
             JOIN subscription_movements l ON l.subscription_id = c.subscription_id AND l.number =
                (SELECT MAX(n.number) FROM subscription_movements n WHERE n.subscription_id = c.subscription_id)
             JOIN subscription_movements m ON m.subscription_id = c.subscription_id AND m.number = l.terms_number
             WHERE c.kind = 'created' AND {condition} {order}"
        );
        let read = |row: &Row| {
            let id = row.text(2)?.to_owned();
            Ok(Stored {
                account: Account { organization: row.text(0)?.to_owned(), application: row.text(1)?.to_owned() },
                version: row.integer(3)?,
                terms: read_terms(row, 4)?,
                is_last: row.text(5)? == id,
                assigned: row.integer(6)?,
                pending: row.integer(7)?,
                id,
            })
        };
        self.0.query(&statement, values).await?.iter().map(read).collect()
    }

    /// The gateway's customer of the last subscription of `organization` that has one.
    pub(crate) async fn customer(&self, organization: &str, gateway: &str) -> Result<Option<String>, DatabaseError> {
        let statement = "SELECT m.terms FROM subscription_movements m
            WHERE m.organization_id = $1 AND m.terms IS NOT NULL ORDER BY m.recorded_at DESC LIMIT 50";
        for row in self.0.query(statement, &[organization.into()]).await? {
            let terms = read_terms(&row, 0)?;
            if terms.gateway.as_str() == gateway && terms.customer.is_some() {
                return Ok(terms.customer);
            }
        }
        Ok(None)
    }

    /// The subscription that a gateway knows by `reference`.
    pub async fn by_reference(&self, reference: &str) -> Result<Option<String>, DatabaseError> {
        let statement = "SELECT subscription_id FROM subscription_movements WHERE reference = $1
            ORDER BY recorded_at DESC LIMIT 1";
        let rows = self.0.query(statement, &[reference.into()]).await?;
        rows.first().map(|row| row.text(0).map(ToOwned::to_owned)).transpose()
    }

    /// The seats that `query` names, of the subscription `subscription`, as they are.
    pub(crate) async fn seats(
        &self,
        account: &Account,
        subscription: &str,
        query: &SeatQuery,
    ) -> Result<Vec<Seat>, DatabaseError> {
        let mut values: Vec<Value> =
            vec![account.organization.as_str().into(), account.application.as_str().into(), subscription.into()];
        let mut any = Vec::new();
        for (column, wanted) in [("seat_id", &query.ids), ("user_id", &query.users), ("email", &query.emails)] {
            if !wanted.is_empty() {
                any.push(format!("m.{column} IN ({})", places(values.len().saturating_add(1), wanted.len())));
                values.extend(wanted.iter().map(|wanted| Value::from(wanted.as_str())));
            }
        }
        if any.is_empty() {
            return Ok(Vec::new());
        }
        let condition = format!("m.subscription_id = $3 AND ({}) AND {LAST_OF_SEAT}", any.join(" OR "));
        self.select_seats(&condition, "m.number", &values).await
    }

    /// The invitations of `subscription` that expired by `now` and are not noted as such, oldest first.
    pub(crate) async fn expired(
        &self,
        account: &Account,
        subscription: &str,
        now: Timestamp,
    ) -> Result<Vec<Seat>, DatabaseError> {
        let condition =
            format!("m.subscription_id = $3 AND m.seat_state = 'PENDING' AND m.expires_at <= $4 AND {LAST_OF_SEAT}");
        let values = [
            account.organization.as_str().into(),
            account.application.as_str().into(),
            subscription.into(),
            now.into(),
            MAX_EXPIRED.into(),
        ];
        self.select_seats(&condition, "m.expires_at LIMIT $5", &values).await
    }

    /// When the first of the invitations of `subscription` that are not noted as expired does expire.
    pub(crate) async fn next_expiry(
        &self,
        account: &Account,
        subscription: &str,
    ) -> Result<Option<Timestamp>, DatabaseError> {
        let statement = format!(
            "SELECT MIN(m.expires_at) FROM subscription_movements m
             WHERE m.organization_id = $1 AND m.application = $2 AND m.subscription_id = $3
                AND m.seat_state = 'PENDING' AND {LAST_OF_SEAT}"
        );
        let values = [account.organization.as_str().into(), account.application.as_str().into(), subscription.into()];
        let rows = self.0.query(&statement, &values).await?;
        Ok(rows.first().map_or(Ok(None), |row| row.optional_integer(0))?.map(Timestamp::from_millis))
    }

    /// How many invitations of `subscription` expired by `now` and are not noted as such.
    pub(crate) async fn count_expired(
        &self,
        account: &Account,
        subscription: &str,
        now: Timestamp,
    ) -> Result<i64, DatabaseError> {
        let statement = format!(
            "SELECT COUNT(*) FROM subscription_movements m
             WHERE m.organization_id = $1 AND m.application = $2 AND m.subscription_id = $3
                AND m.seat_state = 'PENDING' AND m.expires_at <= $4 AND {LAST_OF_SEAT}"
        );
        let values = [
            account.organization.as_str().into(),
            account.application.as_str().into(),
            subscription.into(),
            now.into(),
        ];
        self.0.query(&statement, &values).await?.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// Up to `limit` live seats of `subscription` at `now`, those that were assigned last first.
    pub(crate) async fn live(
        &self,
        account: &Account,
        subscription: &str,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<Seat>, DatabaseError> {
        let condition = format!(
            "m.subscription_id = $3 AND (m.seat_state = 'ACTIVE' OR (m.seat_state = 'PENDING' AND m.expires_at > $4))
             AND {LAST_OF_SEAT}"
        );
        let values = [
            account.organization.as_str().into(),
            account.application.as_str().into(),
            subscription.into(),
            now.into(),
            limit.into(),
        ];
        self.select_seats(&condition, "m.number DESC LIMIT $5", &values).await
    }

    /// Of the account `$1`, `$2`.
    async fn select_seats(&self, condition: &str, order: &str, values: &[Value]) -> Result<Vec<Seat>, DatabaseError> {
        let selected = Movement::COLUMNS.iter().map(|column| format!("m.{column}")).collect::<Vec<_>>().join(", ");
        let statement = format!(
            "SELECT {selected} FROM subscription_movements m
             WHERE m.organization_id = $1 AND m.application = $2 AND m.seat_id IS NOT NULL AND {condition} ORDER BY {order}"
        );
        let rows: Vec<Movement> = read_all(&self.0.query(&statement, values).await?)?;
        Ok(rows.iter().filter_map(Movement::seat).collect())
    }

    /// Up to `limit` seats of `subscription`, those that changed last first, whose version is below `before`.
    pub(crate) async fn list_seats(
        &self,
        account: &Account,
        subscription: &str,
        state: Option<SeatState>,
        before: Option<i64>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Seat>, DatabaseError> {
        let mut values: Vec<Value> = vec![
            now.into(),
            account.organization.as_str().into(),
            account.application.as_str().into(),
            subscription.into(),
            before.unwrap_or(i64::MAX).into(),
            i64::from(limit).into(),
        ];
        let mut filter = String::new();
        if let Some(state) = state {
            values.push(state.to_value()?);
            filter = format!("AND ({STATE_NOW}) = ${}", values.len());
        } else {
            // Each parameter must occur: PostgreSQL cannot tell the type of one that does not.
            filter.push_str("AND CAST($1 AS BIGINT) IS NOT NULL");
        }
        let selected = Movement::COLUMNS.iter().map(|column| format!("m.{column}")).collect::<Vec<_>>().join(", ");
        let statement = format!(
            "SELECT {selected} FROM subscription_movements m
             WHERE m.organization_id = $2 AND m.application = $3 AND m.subscription_id = $4 AND m.seat_id IS NOT NULL
                AND m.number < $5 {filter} AND {LAST_OF_SEAT} ORDER BY m.number DESC LIMIT $6"
        );
        let rows: Vec<Movement> = read_all(&self.0.query(&statement, &values).await?)?;
        Ok(rows.iter().filter_map(Movement::seat).collect())
    }

    /// The accounts of `organization` in which `user` has, or `email` was offered, a live seat.
    pub async fn accounts_of(
        &self,
        organization: &str,
        user: &str,
        email: Option<&str>,
    ) -> Result<Vec<(Account, String)>, DatabaseError> {
        let statement = format!(
            "SELECT DISTINCT m.application, m.subscription_id FROM subscription_movements m
             WHERE m.organization_id = $1 AND (m.user_id = $2 OR m.email = $3) AND m.seat_state <> 'REVOKED'
                AND {LAST_OF_SEAT} ORDER BY 1, 2"
        );
        let values = [organization.into(), user.into(), email.map_or(Value::Null, Into::into)];
        let read = |row: &Row| {
            let account = Account { organization: organization.to_owned(), application: row.text(0)?.to_owned() };
            Ok((account, row.text(1)?.to_owned()))
        };
        self.0.query(&statement, &values).await?.iter().map(read).collect()
    }

    /// The live seats of `organization` that `users` have, and those that were offered to `addresses` and that nobody has
    /// accepted.
    pub(crate) async fn held_by(
        &self,
        organization: &str,
        users: &[&str],
        addresses: &[String],
    ) -> Result<Vec<HeldSeat>, DatabaseError> {
        let mut values: Vec<Value> = vec![organization.into()];
        let mut any = Vec::new();
        let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
        for (condition, wanted) in [("m.user_id", users), ("m.user_id IS NULL AND m.email", addresses.as_slice())] {
            if !wanted.is_empty() {
                any.push(format!("({condition} IN ({}))", places(values.len().saturating_add(1), wanted.len())));
                values.extend(wanted.iter().map(|wanted| Value::from(*wanted)));
            }
        }
        if any.is_empty() {
            return Ok(Vec::new());
        }
        let statement = format!(
            "SELECT m.application, m.subscription_id, m.seat_id FROM subscription_movements m
             WHERE m.organization_id = $1 AND ({}) AND m.seat_state <> 'REVOKED' AND {LAST_OF_SEAT} ORDER BY 1, 2, 3",
            any.join(" OR ")
        );
        let read = |row: &Row| {
            let text = |index| row.text(index).map(ToOwned::to_owned);
            Ok(HeldSeat { application: text(0)?, subscription: text(1)?, seat: text(2)? })
        };
        self.0.query(&statement, &values).await?.iter().map(read).collect()
    }

    /// The organizations in which `user` has a live seat.
    pub async fn organizations_of(&self, user: &str) -> Result<Vec<String>, DatabaseError> {
        let statement = format!(
            "SELECT DISTINCT m.organization_id FROM subscription_movements m
             WHERE m.user_id = $1 AND m.seat_state <> 'REVOKED' AND {LAST_OF_SEAT} ORDER BY 1"
        );
        let rows = self.0.query(&statement, &[user.into()]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }

    /// Takes the address out of the movements of `organization`, and the codes that were sent to it. What happened stays,
    /// and to which user.
    pub async fn redact(&self, organization: &str, email: &str) -> Result<(), DatabaseError> {
        let statement = "UPDATE subscription_movements SET email = NULL, code_sha256 = NULL
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

    /// Up to `limit` accounts in which what follows from a movement is due at `now`: whoever made it has died.
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
        let statement = "UPDATE subscription_movements SET effects_due = NULL
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

fn read_terms(row: &Row, index: usize) -> Result<Terms, DatabaseError> {
    serde_json::from_str(row.text(index)?).map_err(|error| DatabaseError::Refused(error.to_string()))
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

impl Stored {
    /// The subscription at `now`: what is due by itself has happened, and what another checkout replaced is expired.
    #[must_use]
    pub fn at(mut self, now: Timestamp) -> Self {
        self.terms.advance(now);
        if self.terms.ended_at.is_some() {
            (self.assigned, self.pending) = (0, 0);
        }
        if !self.is_last && self.terms.status == Status::Incomplete {
            self.terms.status = Status::Expired;
        }
        self
    }
}
