//! The last raise of each organisation's fence, in the database: what the cache, which may be rolled back, is held
//! against. [`crate::reconciliation`] does that.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::Db;

/// How often a raise is written anew because another took its sequence number. Each time the other got on.
const ROUNDS: u32 = 200;

/// Why a fence is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Facts changed, somewhere.
    Facts,
    /// What payments say of the tenant's subscription changed: from now on it counts.
    Payment,
    /// The platform has the ERP's word go before what payments said so far.
    Dropped,
}

/// A raise that the cache must show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raise {
    pub(crate) organization: String,
    pub(crate) sequence: i64,
}

/// The raises in the database.
#[derive(Clone)]
pub(crate) struct FenceRecord(Db);

impl FenceRecord {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Notes that the fence of `organization` is raised; gives the raise's sequence number.
    pub(crate) async fn note(&self, organization: &str, now: Timestamp, cause: Cause) -> Result<i64, DatabaseError> {
        const NEXT: &str = "(SELECT COALESCE(MAX(sequence), 0) + 1 FROM seat_fences)";
        let (paid, dropped, too) = match cause {
            Cause::Facts => ("NULL", "NULL", ""),
            Cause::Payment => (NEXT, "NULL", ", paid_sequence = excluded.sequence"),
            Cause::Dropped => ("NULL", NEXT, ", dropped_sequence = excluded.sequence"),
        };
        let statement = format!(
            "INSERT INTO seat_fences (organization_id, sequence, raised_at, paid_sequence, dropped_sequence)
             VALUES ($1, {NEXT}, $2, {paid}, {dropped})
             ON CONFLICT (organization_id) DO UPDATE SET sequence = excluded.sequence, raised_at = excluded.raised_at{too}
             RETURNING sequence"
        );
        let values: [Value; 2] = [organization.into(), now.into()];
        for _ in 0..ROUNDS {
            match self.0.query(&statement, &values).await {
                // INVARIANT: a sequence number is visible only after all below it are.
                Err(DatabaseError::Duplicate(_)) => {}
                Err(error) => return Err(error),
                Ok(rows) => {
                    let none = || DatabaseError::Refused("RETURNING gave no row".into());
                    return rows.first().ok_or_else(none)?.integer(0);
                }
            }
        }
        Err(DatabaseError::Unavailable("fences are being raised by too many at once".into()))
    }

    /// The sequence number of the last raise of all; 0: there was none.
    pub(crate) async fn latest(&self) -> Result<i64, DatabaseError> {
        let rows = self.0.query("SELECT COALESCE(MAX(sequence), 0) FROM seat_fences", &[]).await?;
        rows.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// Up to `limit` raises after the sequence number `after` and up to `until`, in their order, that were made at
    /// `since` or later.
    pub(crate) async fn raises(
        &self,
        after: i64,
        until: i64,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<Raise>, DatabaseError> {
        let statement = "SELECT organization_id, sequence FROM seat_fences
            WHERE sequence > $1 AND sequence <= $2 AND raised_at >= $3 ORDER BY sequence LIMIT $4";
        let values = [after.into(), until.into(), since.into(), Value::Integer(i64::from(limit))];
        let rows = self.0.query(statement, &values).await?;
        let read = |row: &edge_capabilities::database::Row| {
            Ok(Raise { organization: row.text(0)?.to_owned(), sequence: row.integer(1)? })
        };
        rows.iter().map(read).collect()
    }

    /// Removes what says nothing any more: raises before `before`, unless they order what payments said.
    pub(crate) async fn purge(&self, before: Timestamp) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM seat_fences WHERE raised_at < $1 AND paid_sequence IS NULL
            AND dropped_sequence IS NULL AND sequence < (SELECT MAX(sequence) FROM seat_fences)";
        self.0.query(statement, &[before.into()]).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::MemoryDatabase;

    use super::*;

    #[tokio::test]
    async fn raises_are_numbered_in_their_order_and_each_organisations_last_is_kept() {
        let fences = FenceRecord::new(Db::new(Arc::new(MemoryDatabase::new())));
        assert_eq!(fences.latest().await, Ok(0));
        let at = Timestamp::from_millis;
        for (number, (organization, now)) in [("a", 1), ("b", 2), ("a", 3)].into_iter().enumerate() {
            let sequence = fences.note(organization, at(now), Cause::Facts).await.unwrap();
            assert_eq!(usize::try_from(sequence).unwrap(), number + 1);
        }
        let raise = |organization: &str, sequence| Raise { organization: organization.into(), sequence };
        assert_eq!(fences.raises(0, 9, at(0), 10).await.unwrap(), [raise("b", 2), raise("a", 3)]);
        assert_eq!(fences.raises(2, 9, at(0), 10).await.unwrap(), [raise("a", 3)]);
        assert_eq!(fences.raises(0, 2, at(0), 10).await.unwrap(), [raise("b", 2)]);
        assert_eq!(fences.raises(0, 9, at(3), 10).await.unwrap(), [raise("a", 3)]);
        assert_eq!(fences.raises(0, 9, at(0), 1).await.unwrap(), [raise("b", 2)]);
        fences.note("paid", at(1), Cause::Payment).await.unwrap();
        fences.note("c", at(1), Cause::Facts).await.unwrap();
        // The last stays, or the numbers would begin anew; so does what orders payments.
        fences.purge(at(9)).await.unwrap();
        assert_eq!(fences.raises(0, 9, at(0), 10).await.unwrap(), [raise("paid", 4), raise("c", 5)]);
        assert_eq!(fences.latest().await, Ok(5));
    }
}
