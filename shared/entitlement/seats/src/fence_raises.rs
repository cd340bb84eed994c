//! The last raise of each organisation's fence, in the database. [`crate::reconciliation`] compares the cache, which may
//! be rolled back, with it.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::Db;

/// How often a raise is written again bereason another raise took its sequence number. Each time the other progressed.
const MAX_ATTEMPTS: u32 = 200;

/// Why a fence is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RaiseReason {
    /// Something changed that seats depend on.
    FactsChanged,
    /// A payment event changed the tenant's subscription: from now on that takes precedence over the ERP.
    PaymentChanged,
    /// The platform made the ERP take precedence over the payment events so far.
    PaymentsDropped,
}

/// A raise that the cache must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raise {
    pub(crate) organization: String,
    pub(crate) sequence: i64,
}

/// The raises in the database.
#[derive(Clone)]
pub(crate) struct FenceRaises(Db);

impl FenceRaises {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores a raise of the fence of `organization`; gives its sequence number.
    pub(crate) async fn insert(
        &self,
        organization: &str,
        now: Timestamp,
        reason: RaiseReason,
    ) -> Result<i64, DatabaseError> {
        const NEXT: &str = "(SELECT COALESCE(MAX(sequence), 0) + 1 FROM seat_fences)";
        let (paid, dropped, too) = match reason {
            RaiseReason::FactsChanged => ("NULL", "NULL", ""),
            RaiseReason::PaymentChanged => (NEXT, "NULL", ", paid_sequence = excluded.sequence"),
            RaiseReason::PaymentsDropped => ("NULL", NEXT, ", dropped_sequence = excluded.sequence"),
        };
        let statement = format!(
            "INSERT INTO seat_fences (organization_id, sequence, raised_at, paid_sequence, dropped_sequence)
             VALUES ($1, {NEXT}, $2, {paid}, {dropped})
             ON CONFLICT (organization_id) DO UPDATE SET sequence = excluded.sequence, raised_at = excluded.raised_at{too}
             RETURNING sequence"
        );
        let values: [Value; 2] = [organization.into(), now.into()];
        for _ in 0..MAX_ATTEMPTS {
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
        Err(DatabaseError::Unavailable("too many raises of fences at once".into()))
    }

    /// The highest sequence number; 0: there was no raise.
    pub(crate) async fn latest(&self) -> Result<i64, DatabaseError> {
        let rows = self.0.query("SELECT COALESCE(MAX(sequence), 0) FROM seat_fences", &[]).await?;
        rows.first().map_or(Ok(0), |row| row.integer(0))
    }

    /// Up to `limit` raises with sequence numbers above `after` and up to `until`, in their order, that were made at
    /// `since` or later.
    pub(crate) async fn list(
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
        rows.iter().map(|row| Ok(Raise { organization: row.text(0)?.to_owned(), sequence: row.integer(1)? })).collect()
    }

    /// Deletes the raises before `before`, except those that order payment events.
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
        let fences = FenceRaises::new(Db::new(Arc::new(MemoryDatabase::new())));
        assert_eq!(fences.latest().await, Ok(0));
        let at = Timestamp::from_millis;
        for (number, (organization, now)) in [("a", 1), ("b", 2), ("a", 3)].into_iter().enumerate() {
            let sequence = fences.insert(organization, at(now), RaiseReason::FactsChanged).await.unwrap();
            assert_eq!(usize::try_from(sequence).unwrap(), number + 1);
        }
        let raise = |organization: &str, sequence| Raise { organization: organization.into(), sequence };
        assert_eq!(fences.list(0, 9, at(0), 10).await.unwrap(), [raise("b", 2), raise("a", 3)]);
        assert_eq!(fences.list(2, 9, at(0), 10).await.unwrap(), [raise("a", 3)]);
        assert_eq!(fences.list(0, 2, at(0), 10).await.unwrap(), [raise("b", 2)]);
        assert_eq!(fences.list(0, 9, at(3), 10).await.unwrap(), [raise("a", 3)]);
        assert_eq!(fences.list(0, 9, at(0), 1).await.unwrap(), [raise("b", 2)]);
        fences.insert("paid", at(1), RaiseReason::PaymentChanged).await.unwrap();
        fences.insert("c", at(1), RaiseReason::FactsChanged).await.unwrap();
        // The last stays, or the numbers would begin again; so does what orders payment events.
        fences.purge(at(9)).await.unwrap();
        assert_eq!(fences.list(0, 9, at(0), 10).await.unwrap(), [raise("paid", 4), raise("c", 5)]);
        assert_eq!(fences.latest().await, Ok(5));
    }
}
