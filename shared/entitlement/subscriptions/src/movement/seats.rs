//! The seats of all organizations, as the movements in the database say: the last movement about a seat is what the seat is.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Column as _, Record as _, places, read_all};

use super::batch::Account;
use super::model::Movement;
use super::store::Movements;
use crate::seat::{Seat, SeatCommand, SeatState};

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
        let rows = self.db().query(&statement, &values).await?;
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
        self.db().query(&statement, &values).await?.first().map_or(Ok(0), |row| row.integer(0))
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
        let rows: Vec<Movement> = read_all(&self.db().query(&statement, values).await?)?;
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
        let rows: Vec<Movement> = read_all(&self.db().query(&statement, &values).await?)?;
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
        self.db().query(&statement, &values).await?.iter().map(read).collect()
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
        self.db().query(&statement, &values).await?.iter().map(read).collect()
    }

    /// The organizations in which `user` has a live seat.
    pub async fn organizations_of(&self, user: &str) -> Result<Vec<String>, DatabaseError> {
        let statement = format!(
            "SELECT DISTINCT m.organization_id FROM subscription_movements m
             WHERE m.user_id = $1 AND m.seat_state <> 'REVOKED' AND {LAST_OF_SEAT} ORDER BY 1"
        );
        let rows = self.db().query(&statement, &[user.into()]).await?;
        rows.iter().map(|row| row.text(0).map(ToOwned::to_owned)).collect()
    }
}
