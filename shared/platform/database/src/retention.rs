//! When old rows may be deleted. A node's clock may be wrong by weeks for a while: rows that were deleted by its time are
//! lost, and a request whose idempotency mark is lost is processed again.
//!
//! So the database keeps its own time, the retention time. Each drain moves it towards the time of the database server or,
//! on SQLite, of the node; forward by at most [`STEP`]. Many drains are needed to move it far, and the first drain with a
//! correct clock moves it back.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::clock::millis;
use edge_capabilities::database::{DatabaseError, Value};

use crate::Db;

/// The maximum by which one drain moves the retention time forward. Drains that are further apart let it fall behind.
const STEP: Duration = Duration::from_mins(15);

impl Db {
    /// Moves the retention time towards `now`; each drain does this once.
    pub async fn advance_retention_time(&self, now: Timestamp) -> Result<(), DatabaseError> {
        let now = self.time(now).await?;
        let forward = "UPDATE sequences SET value = CASE WHEN value + $2 < $1 THEN value + $2 ELSE $1 END
            WHERE name = 'retention_time' RETURNING value";
        if !self.query(forward, &[now.into(), Value::Integer(millis(STEP))]).await?.is_empty() {
            return Ok(());
        }
        // It starts at the oldest record, so that nothing has expired at first, even if this clock is wrong.
        let oldest = "SELECT (SELECT MIN(received_at) FROM webhook_events),
            (SELECT MIN(created_at) FROM notifications),
            (SELECT MIN(started_at) FROM idempotent_requests),
            (SELECT MIN(created_at) FROM checkouts),
            (SELECT MIN(decided_at) FROM rule_decisions)";
        let rows = self.query(oldest, &[]).await?;
        let mut first = now.as_millis();
        for row in &rows {
            for index in 0..row.0.len() {
                first = first.min(row.optional_integer(index)?.unwrap_or(i64::MAX));
            }
        }
        let begin = "INSERT INTO sequences (name, value) VALUES ('retention_time', $1) ON CONFLICT (name) DO NOTHING";
        self.query(begin, &[first.into()]).await.map(drop)
    }

    /// The time before which rows are older than `span`, by both the retention time and a clock that shows `now`.
    pub async fn expired_before(&self, now: Timestamp, span: Duration) -> Result<Timestamp, DatabaseError> {
        let rows = self.query("SELECT value FROM sequences WHERE name = 'retention_time'", &[]).await?;
        // Before the first drain, nothing has expired.
        let retention_time = rows.first().map_or(Ok(i64::MIN), |row| row.integer(0))?;
        Ok(Timestamp::from_millis(retention_time.min(now.as_millis()).saturating_sub(millis(span))))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::{MemoryDatabase, START};

    use super::*;

    const DAY: Duration = Duration::from_hours(24);

    fn db() -> Db {
        Db::new(Arc::new(MemoryDatabase::new()))
    }

    async fn age_by_retention_time(db: &Db, at: Timestamp) -> i64 {
        let far = Timestamp::from_millis(i64::MAX);
        at.as_millis() - db.expired_before(far, Duration::ZERO).await.unwrap().as_millis()
    }

    #[tokio::test]
    async fn a_clock_that_is_ahead_for_a_while_makes_nothing_old() {
        let db = db();
        db.advance_retention_time(START).await.unwrap();
        let ahead = START.plus(DAY * 40);
        for _ in 0..10 {
            db.advance_retention_time(ahead).await.unwrap();
        }
        assert_eq!(age_by_retention_time(&db, START).await, -10 * millis(STEP));
        assert!(db.expired_before(ahead, DAY).await.unwrap() < START);
        db.advance_retention_time(START).await.unwrap();
        assert_eq!(age_by_retention_time(&db, START).await, 0);
    }

    #[tokio::test]
    async fn a_clock_that_is_ahead_at_the_first_drain_makes_nothing_old() {
        let db = db();
        let ahead = START.plus(DAY * 40);
        assert!(db.expired_before(ahead, Duration::ZERO).await.unwrap() < START);
        let mark = "INSERT INTO idempotent_requests (caller, key, fingerprint, started_at) VALUES ('a', $2, 'c', $1)";
        db.query(mark, &[START.into(), "old".into()]).await.unwrap();
        db.query(mark, &[ahead.into(), "new".into()]).await.unwrap();
        db.advance_retention_time(ahead).await.unwrap();
        assert_eq!(db.expired_before(ahead, Duration::ZERO).await.unwrap(), START);
    }

    #[tokio::test]
    async fn a_clock_that_is_behind_counts_nothing_as_old_that_is_new_to_it() {
        let db = db();
        db.advance_retention_time(START).await.unwrap();
        let behind = Timestamp::from_millis(START.as_millis() - millis(DAY * 2));
        assert_eq!(db.expired_before(behind, Duration::ZERO).await.unwrap(), behind);
    }

    #[tokio::test]
    async fn the_retention_time_comes_up_with_a_clock_that_stays() {
        let db = db();
        db.advance_retention_time(START).await.unwrap();
        let later = START.plus(DAY);
        for _ in 0..96 {
            db.advance_retention_time(later).await.unwrap();
        }
        assert_eq!(age_by_retention_time(&db, later).await, 0);
    }
}
