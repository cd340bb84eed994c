//! Codes and counts in the database. Each decision that must hold whoever else decides at the same time is one statement.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;
use edge_database::{DatabaseError, Db, Value};

/// A code to store.
pub(crate) struct NewCode<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) phone: &'a str,
    pub(crate) purpose: &'a str,
    pub(crate) id: &'a str,
    pub(crate) mac: &'a str,
    pub(crate) max_attempts: i64,
    pub(crate) expires_at: Timestamp,
}

/// What a guess is compared with.
pub(crate) struct Guessed {
    pub(crate) id: String,
    pub(crate) mac: String,
}

/// The codes and counts in a database.
#[derive(Clone)]
pub(crate) struct Codes(Db);

impl Codes {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// When the last code was sent to a phone for a purpose.
    pub(crate) async fn last_sent(
        &self,
        tenant: &str,
        phone: &str,
        purpose: &str,
    ) -> Result<Option<Timestamp>, DatabaseError> {
        let statement = "SELECT created_at FROM otp_codes WHERE tenant_id = $1 AND phone = $2 AND purpose = $3";
        let rows = self.0.query(statement, &[tenant.into(), phone.into(), purpose.into()]).await?;
        rows.first().map(|row| row.integer(0).map(Timestamp::from_millis)).transpose()
    }

    /// Stores a code in place of the last one, unless that was sent within `cooldown`; gives whether it did. The guesses at a
    /// code that is still valid count for the next one too: sending again gives nobody more of them.
    pub(crate) async fn replace(
        &self,
        new: &NewCode<'_>,
        cooldown: Duration,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let statement = "INSERT INTO otp_codes
                (tenant_id, phone, purpose, id, code_mac, attempts, max_attempts, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)
            ON CONFLICT (tenant_id, phone, purpose) DO UPDATE SET id = excluded.id, code_mac = excluded.code_mac,
                attempts = CASE WHEN otp_codes.consumed_at IS NULL AND otp_codes.expires_at > $7 THEN otp_codes.attempts
                    ELSE 0 END,
                max_attempts = excluded.max_attempts, created_at = excluded.created_at,
                expires_at = excluded.expires_at, consumed_at = NULL
            WHERE otp_codes.created_at <= $9 RETURNING id";
        let values = [
            new.tenant.into(),
            new.phone.into(),
            new.purpose.into(),
            new.id.into(),
            new.mac.into(),
            Value::Integer(new.max_attempts),
            now.into(),
            new.expires_at.into(),
            before(now, cooldown),
        ];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// Counts a guess, if the code may still be guessed. None: it may not, or there is none.
    pub(crate) async fn count_guess(
        &self,
        tenant: &str,
        phone: &str,
        purpose: &str,
        now: Timestamp,
    ) -> Result<Option<Guessed>, DatabaseError> {
        let statement = "UPDATE otp_codes SET attempts = attempts + 1
            WHERE tenant_id = $1 AND phone = $2 AND purpose = $3 AND attempts < max_attempts AND expires_at > $4
                AND consumed_at IS NULL RETURNING id, code_mac";
        let rows = self.0.query(statement, &[tenant.into(), phone.into(), purpose.into(), now.into()]).await?;
        let guessed = rows.first().map(|row| Ok(Guessed { id: row.text(0)?.to_owned(), mac: row.text(1)?.to_owned() }));
        guessed.transpose()
    }

    /// Uses the code `id`, once; gives whether this was it.
    pub(crate) async fn consume(
        &self,
        tenant: &str,
        phone: &str,
        purpose: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let statement = "UPDATE otp_codes SET consumed_at = $5
            WHERE tenant_id = $1 AND phone = $2 AND purpose = $3 AND id = $4 AND consumed_at IS NULL RETURNING id";
        let values = [tenant.into(), phone.into(), purpose.into(), id.into(), now.into()];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// Counts one more of `name`, of which there may be `limit` within `span` from the first of them. Err: how many seconds
    /// it takes until there may be another.
    pub(crate) async fn count_send(
        &self,
        name: &str,
        limit: i64,
        span: Duration,
        now: Timestamp,
    ) -> Result<Result<(), u32>, DatabaseError> {
        let statement = "INSERT INTO otp_sends (name, began_at, sends) SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), 1
            WHERE CAST($4 AS BIGINT) > 0
            ON CONFLICT (name) DO UPDATE SET
                sends = CASE WHEN otp_sends.began_at <= $3 THEN 1 ELSE otp_sends.sends + 1 END,
                began_at = CASE WHEN otp_sends.began_at <= $3 THEN excluded.began_at ELSE otp_sends.began_at END
            WHERE otp_sends.began_at <= $3 OR otp_sends.sends < $4 RETURNING sends";
        let values = [name.into(), now.into(), before(now, span), Value::Integer(limit)];
        if !self.0.query(statement, &values).await?.is_empty() {
            return Ok(Ok(()));
        }
        let rows = self.0.query("SELECT began_at FROM otp_sends WHERE name = $1", &[name.into()]).await?;
        let began = rows.first().map_or(Ok(now.as_millis()), |row| row.integer(0))?;
        Ok(Err(seconds_until(Timestamp::from_millis(began).plus(span), now)))
    }

    /// Removes up to `limit` codes that expired, and as many counts that began, before `before`; gives how many.
    pub(crate) async fn remove(&self, before: Timestamp, limit: u32) -> Result<usize, DatabaseError> {
        let codes = "DELETE FROM otp_codes WHERE (tenant_id, phone, purpose) IN (
            SELECT tenant_id, phone, purpose FROM otp_codes WHERE expires_at < $1 ORDER BY expires_at LIMIT $2) RETURNING id";
        let sends = "DELETE FROM otp_sends WHERE name IN (
            SELECT name FROM otp_sends WHERE began_at < $1 ORDER BY began_at LIMIT $2) RETURNING name";
        let values = [before.into(), i64::from(limit).into()];
        let codes = self.0.query(codes, &values).await?.len();
        Ok(self.0.query(sends, &values).await?.len().saturating_add(codes))
    }
}

/// `span` before `now`.
fn before(now: Timestamp, span: Duration) -> Value {
    Value::Integer(now.as_millis().saturating_sub(millis(span)))
}

/// The seconds from `now` to `then`, rounded up, at least one.
pub(crate) fn seconds_until(then: Timestamp, now: Timestamp) -> u32 {
    let seconds = then.millis_since(now).max(0).saturating_add(999) / 1000;
    u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
}
