//! Checks of the database for readiness.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;
use edge_capabilities::database::{DatabaseError, Dialect};

use crate::{Db, migrations, runner};

/// How far a node's clock may differ from the database's, or be behind the newest record.
pub const CLOCK_TOLERANCE: Duration = Duration::from_mins(5);

/// The state of a node's clock, judged by the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockState {
    /// No deviation was found.
    Good,
    /// There are records with later times.
    Behind,
    /// It deviates from the database server's clock.
    Off,
}

impl Db {
    /// Reads from the database. An error also if, after this instance started, a newer build changed the database, and this
    /// build cannot work with the change or cannot know whether it can.
    pub async fn check_readable(&self) -> Result<(), DatabaseError> {
        self.prepare().await?;
        runner::missing(&*self.database, migrations::ALL).await.map(drop)
    }

    /// Writes to the database, at `now`.
    pub async fn check_writable(&self, now: Timestamp) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO sequences (name, value) VALUES ('written_by_readiness', $1)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.query(statement, &[now.into()]).await.map(drop)
    }

    /// Compares a clock that shows `now` with the database.
    pub async fn check_clock(&self, now: Timestamp) -> Result<ClockState, DatabaseError> {
        let tolerance = millis(CLOCK_TOLERANCE);
        let apart = now.as_millis().saturating_sub(self.time(now).await?.as_millis());
        if apart.saturating_abs() > tolerance {
            return Ok(ClockState::Off);
        }
        let newest = "SELECT (SELECT MAX(received_at) FROM webhook_events),
            (SELECT MAX(started_at) FROM idempotent_requests),
            (SELECT MAX(created_at) FROM api_keys),
            (SELECT MAX(created_at) FROM tenants)";
        let rows = self.query(newest, &[]).await?;
        let Some(row) = rows.first() else { return Ok(ClockState::Good) };
        for index in 0..row.0.len() {
            let ahead = row.optional_integer(index)?.unwrap_or(i64::MIN).saturating_sub(now.as_millis());
            if ahead > tolerance {
                return Ok(ClockState::Behind);
            }
        }
        Ok(ClockState::Good)
    }

    /// The time of the database server's clock, which all nodes share. SQLite has no server: there it is `now`.
    pub(crate) async fn time(&self, now: Timestamp) -> Result<Timestamp, DatabaseError> {
        match self.database.dialect().await? {
            Dialect::Sqlite => Ok(now),
            Dialect::Postgres => {
                let statement = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";
                let rows = self.query(statement, &[]).await?;
                rows.first().map_or(Ok(now), |row| row.integer(0).map(Timestamp::from_millis))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::{MemoryDatabase, START};

    use super::*;

    #[tokio::test]
    async fn a_clock_that_is_behind_the_newest_record_is_told() {
        let database = Arc::new(MemoryDatabase::new());
        let db = Db::new(database.clone());
        assert_eq!(db.check_clock(START).await, Ok(ClockState::Good));
        for (table, time, others, values) in [
            (
                "webhook_events",
                "received_at",
                "id, provider, identity, event, body, status, occurred_at, attempts, leased_until",
                "'a', 'a', 'a', 'a', 'a', 'a', 0, 0, 0",
            ),
            ("idempotent_requests", "started_at", "caller, key, fingerprint", "'a', 'a', 'a'"),
            ("api_keys", "created_at", "id, secret_sha256, name, scopes, created_by", "'a', 'a', 'a', 'a', 'a'"),
        ] {
            let insert = format!("INSERT INTO {table} ({time}, {others}) VALUES ($1, {values})");
            db.query(&insert, &[START.into()]).await.unwrap();
            let before = |span: Duration| Timestamp::from_millis(START.as_millis() - millis(span));
            assert_eq!(db.check_clock(before(CLOCK_TOLERANCE)).await, Ok(ClockState::Good), "{table}");
            let behind = before(CLOCK_TOLERANCE + Duration::from_millis(1));
            assert_eq!(db.check_clock(behind).await, Ok(ClockState::Behind), "{table}");
            db.query(&format!("DELETE FROM {table}"), &[]).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_full_disk_can_be_read_and_not_written() {
        let database = Arc::new(MemoryDatabase::new());
        let db = Db::new(database.clone());
        db.check_writable(START).await.unwrap();
        database.set_full(true);
        db.check_readable().await.unwrap();
        assert!(matches!(db.check_writable(START).await, Err(DatabaseError::Unavailable(_))));
    }

    #[tokio::test]
    async fn a_schema_that_became_newer_under_way_is_told_and_an_instance_that_runs_goes_on() {
        let database = Arc::new(MemoryDatabase::new());
        let db = Db::new(database.clone());
        db.check_readable().await.unwrap();
        db.query("INSERT INTO schema_migrations (version) VALUES (99)", &[]).await.unwrap();
        assert!(matches!(db.check_readable().await, Err(DatabaseError::NewerSchema(_))));
        db.query("SELECT 1", &[]).await.unwrap();
        let another = Db::new(database);
        assert!(matches!(another.query("SELECT 1", &[]).await, Err(DatabaseError::NewerSchema(_))));
    }
}
