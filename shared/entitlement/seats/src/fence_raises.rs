//! The last raise of each organisation's fence, in the database. [`crate::reconciliation`] compares the cache, which may
//! be rolled back, with it, and [`crate::changes`] lists the raises for callers that remember verdicts.
//!
//! A raise may also be about an external id alone: of an organisation that is not known, or of one that the external id no
//! longer stands for.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Db, Dialect};

use crate::subject::ExternalOrg;

/// How often a raise is written again because another raise took its sequence number. Each time the other progressed.
const MAX_ATTEMPTS: u32 = 200;

/// How the key of a raise about an external id begins: no id of an organisation has control characters.
const ALIAS: char = '\t';

/// How a raise gets its numbers, in SQL. `$3` is the fence that is wanted.
///
/// INVARIANT: a sequence number is visible only after all below it are, and fences grow with sequence numbers, whatever the
/// clocks of the nodes show.
struct Numbers {
    /// What comes before the statement.
    counted: &'static str,
    /// The next sequence number.
    next: &'static str,
    /// The fence.
    fence: &'static str,
}

/// On SQLite one statement at a time writes, and reads what all before it wrote.
const IN_ONE_FILE: Numbers = Numbers {
    counted: "",
    next: "(SELECT COALESCE(MAX(sequence), 0) + 1 FROM seat_fences)",
    fence: "(SELECT COALESCE(MAX(CASE WHEN fence >= $3 THEN fence + 1 ELSE $3 END), $3)
        FROM (SELECT fence FROM seat_fences ORDER BY sequence DESC LIMIT 1) AS last)",
};

/// On PostgreSQL a statement reads what was there when it began. One that has waited for a row would take a number that is
/// below those which became visible meanwhile, if a later raise of the same organisation has vacated it. So the numbers are
/// counted in rows of their own, which stay locked until the raise is visible. Builds without the counter take the highest
/// number and one; the counter is never below what is visible, and the unique index refuses what both take.
const BY_COUNTER: Numbers = Numbers {
    counted: "WITH next AS (
            INSERT INTO seat_feed (name, value)
            VALUES ('sequence', (SELECT COALESCE(MAX(sequence), 0) + 1 FROM seat_fences))
            ON CONFLICT (name) DO UPDATE SET value = GREATEST(seat_feed.value + 1, excluded.value)
            RETURNING value),
        shown AS (
            INSERT INTO seat_feed (name, value)
            SELECT 'fence', GREATEST($3, (SELECT fence + 1 FROM seat_fences ORDER BY sequence DESC LIMIT 1)) FROM next
            ON CONFLICT (name) DO UPDATE SET value = GREATEST(seat_feed.value + 1, excluded.value)
            RETURNING value)
        ",
    next: "(SELECT value FROM next)",
    fence: "(SELECT value FROM shown)",
};

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

/// A raise as it was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoredRaise {
    /// Orders all raises.
    pub(crate) sequence: i64,
    /// The number that callers are shown. It grows with the sequence number.
    pub(crate) fence: i64,
}

/// A raise that the cache must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Raise {
    pub(crate) organization: String,
    pub(crate) sequence: i64,
}

impl Raise {
    /// Whether it is about an external id alone.
    pub(crate) fn is_of_alias(&self) -> bool {
        self.organization.starts_with(ALIAS)
    }
}

/// How far the raises in the database go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The highest sequence number; 0: there was no raise.
    pub(crate) latest: i64,
    /// The fence of that raise.
    pub(crate) fence: i64,
    /// The highest sequence number that was deleted.
    pub(crate) purged: i64,
    /// How often followers of the feed had to forget everything.
    pub(crate) resets: i64,
    /// Up to which sequence number the asking cache was reconciled.
    pub(crate) reconciled: Option<i64>,
}

/// What a raise concerns: an external id of its organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AffectedOrg {
    pub(crate) application: String,
    pub(crate) external_org: String,
    pub(crate) fence: i64,
    /// The organisation whose fence was raised, or whose the external id was.
    pub(crate) organization: Option<String>,
    /// The tenant that the external id is bound to.
    pub(crate) bound_to: Option<String>,
}

/// The right to apply raises to a cache, for a while.
///
/// INVARIANT: its end tells it from the lease that it was taken over from, which had ended by then or ended later than any
/// could, and, but for one in a thousand, from all others, even where clocks go back.
#[derive(Debug)]
#[must_use]
pub(crate) struct Lease {
    /// The name of its row.
    name: String,
    /// The name of the cache's row.
    cache: String,
    /// When it ends, which is what its row holds.
    until: i64,
}

/// The raises in the database.
#[derive(Clone)]
pub(crate) struct FenceRaises(Db);

impl FenceRaises {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores a raise of the fence of `organization`, with `number` as the fence that callers are shown, or a higher one.
    pub(crate) async fn insert(
        &self,
        organization: &str,
        now: Timestamp,
        number: i64,
        reason: RaiseReason,
    ) -> Result<StoredRaise, DatabaseError> {
        let values = [organization.into(), now.into(), number.into(), Value::Null, Value::Null, Value::Null];
        self.insert_row(values, reason).await
    }

    /// The same of `org` alone, which is or was an external id of `tenant`.
    pub(crate) async fn insert_alias(
        &self,
        org: &ExternalOrg,
        tenant: Option<&str>,
        now: Timestamp,
        number: i64,
    ) -> Result<StoredRaise, DatabaseError> {
        // Each tenant has a row of its own: it must hear that the external id is no longer its own.
        let key = format!("{ALIAS}{}{}", org.key(), tenant.unwrap_or_default());
        let (application, external_org) = (org.application.as_str(), org.id.as_str());
        let tenant = tenant.map(ToOwned::to_owned).into();
        let values = [key.into(), now.into(), number.into(), application.into(), external_org.into(), tenant];
        self.insert_row(values, RaiseReason::FactsChanged).await
    }

    async fn insert_row(&self, values: [Value; 6], reason: RaiseReason) -> Result<StoredRaise, DatabaseError> {
        let Numbers { counted, next, fence } = match self.0.dialect().await? {
            Dialect::Sqlite => IN_ONE_FILE,
            Dialect::Postgres => BY_COUNTER,
        };
        let (paid, dropped, too) = match reason {
            RaiseReason::FactsChanged => ("NULL", "NULL", ""),
            RaiseReason::PaymentChanged => (next, "NULL", ", paid_sequence = excluded.sequence"),
            RaiseReason::PaymentsDropped => ("NULL", next, ", dropped_sequence = excluded.sequence"),
        };
        let statement = format!(
            "{counted}INSERT INTO seat_fences (organization_id, sequence, raised_at, fence, application, external_org,
                tenant_id, paid_sequence, dropped_sequence)
             VALUES ($1, {next}, $2, {fence}, $4, $5, $6, {paid}, {dropped})
             ON CONFLICT (organization_id) DO UPDATE SET sequence = excluded.sequence, raised_at = excluded.raised_at,
                fence = excluded.fence{too}
             WHERE excluded.sequence > seat_fences.sequence
             RETURNING sequence, fence"
        );
        for _ in 0..MAX_ATTEMPTS {
            match self.0.query(&statement, &values).await {
                Err(DatabaseError::Duplicate(_)) => {}
                Err(error) => return Err(error),
                // No row: another raise of the same organisation took the number first. Each has one of its own.
                Ok(rows) => {
                    if let Some(row) = rows.first() {
                        return Ok(StoredRaise { sequence: row.integer(0)?, fence: row.integer(1)? });
                    }
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

    /// How far the raises go, and up to where the cache with the id `cache` was reconciled.
    pub(crate) async fn progress(&self, cache: &str) -> Result<Progress, DatabaseError> {
        let statement = "SELECT COALESCE(MAX(sequence), 0),
                (SELECT fence FROM seat_fences ORDER BY sequence DESC LIMIT 1),
                (SELECT value FROM seat_feed WHERE name = 'purged'),
                (SELECT value FROM seat_feed WHERE name = 'resets'),
                (SELECT value FROM seat_feed WHERE name = $1)
            FROM seat_fences";
        let rows = self.0.query(statement, &[cache_name(cache).into()]).await?;
        let Some(row) = rows.first() else { return Ok(Progress::default()) };
        let number = |place| Ok::<_, DatabaseError>(row.optional_integer(place)?.unwrap_or(0));
        Ok(Progress {
            latest: number(0)?,
            fence: number(1)?,
            purged: number(2)?,
            resets: number(3)?,
            reconciled: row.optional_integer(4)?,
        })
    }

    /// Records that the cache with the id `cache` has every raise up to `sequence`.
    pub(crate) async fn set_reconciled(&self, cache: &str, sequence: i64) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO seat_feed (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value";
        self.0.query(statement, &[cache_name(cache).into(), sequence.into()]).await.map(drop)
    }

    /// Takes the lease of the cache with the id `cache` at `now`, for at most `time` and up to a second less: who has it
    /// applies raises to the cache. None: another instance has it. `random` tells it from other leases.
    pub(crate) async fn lease(
        &self,
        cache: &str,
        now: Timestamp,
        time: Duration,
        random: u16,
    ) -> Result<Option<Lease>, DatabaseError> {
        let less = Duration::from_millis(u64::from(random % 1024));
        let until = now.plus(time.saturating_sub(less)).as_millis();
        // One that ends later than any taken now was taken by a clock that is ahead: it would be waited for too long.
        let statement = "INSERT INTO seat_feed (name, value) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
            WHERE seat_feed.value <= $3 OR seat_feed.value > $4
            RETURNING value";
        let values = [lease_name(cache).into(), until.into(), now.into(), now.plus(time).into()];
        let is_taken = !self.0.query(statement, &values).await?.is_empty();
        Ok(is_taken.then(|| Lease { name: lease_name(cache), cache: cache_name(cache), until }))
    }

    /// Gives `lease` back, if no other instance has taken it over.
    pub(crate) async fn release(&self, lease: Lease) -> Result<(), DatabaseError> {
        let statement = "UPDATE seat_feed SET value = 0 WHERE name = $1 AND value = $2";
        self.0.query(statement, &[lease.name.into(), lease.until.into()]).await.map(drop)
    }

    /// Records that the cache has every raise up to `sequence`, and gives `lease` back. False: another instance has taken
    /// the lease over, and nothing is changed.
    pub(crate) async fn finish(&self, lease: Lease, sequence: i64) -> Result<bool, DatabaseError> {
        let statement = match self.0.dialect().await? {
            Dialect::Sqlite => {
                "INSERT INTO seat_feed (name, value)
                    SELECT name, value FROM (SELECT $1 AS name, 0 AS value UNION ALL SELECT $3, $4) AS new
                    WHERE EXISTS (SELECT 1 FROM seat_feed WHERE name = $1 AND value = $2)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                RETURNING value"
            }
            // What is written depends on the row as the update found it, not as it was when the statement began.
            Dialect::Postgres => {
                "WITH given_back AS (UPDATE seat_feed SET value = 0 WHERE name = $1 AND value = $2 RETURNING name)
                INSERT INTO seat_feed (name, value) SELECT $3, $4 FROM given_back
                ON CONFLICT (name) DO UPDATE SET value = excluded.value
                RETURNING value"
            }
        };
        let values = [lease.name.into(), lease.until.into(), lease.cache.into(), sequence.into()];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// Makes all followers of the feed forget everything.
    pub(crate) async fn reset_followers(&self) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO seat_feed (name, value) VALUES ('resets', 1)
            ON CONFLICT (name) DO UPDATE SET value = seat_feed.value + 1";
        self.0.query(statement, &[]).await.map(drop)
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

    /// The raise with the highest sequence number up to `sequence`.
    pub(crate) async fn last_until(&self, sequence: i64) -> Result<Option<StoredRaise>, DatabaseError> {
        let statement = "SELECT sequence, fence FROM seat_fences WHERE sequence <= $1 ORDER BY sequence DESC LIMIT 1";
        let rows = self.0.query(statement, &[sequence.into()]).await?;
        rows.first().map(stored).transpose()
    }

    /// The last of the first `limit` raises with sequence numbers above `after`.
    pub(crate) async fn end_of_page(&self, after: i64, limit: u32) -> Result<Option<StoredRaise>, DatabaseError> {
        let statement = "SELECT sequence, fence FROM
                (SELECT sequence, fence FROM seat_fences WHERE sequence > $1 ORDER BY sequence LIMIT $2) AS page
            ORDER BY sequence DESC LIMIT 1";
        let rows = self.0.query(statement, &[after.into(), Value::Integer(i64::from(limit))]).await?;
        rows.first().map(stored).transpose()
    }

    /// What the raises with sequence numbers above `after` and up to `until` concern, an external id perhaps several times.
    pub(crate) async fn concerned(&self, after: i64, until: i64) -> Result<Vec<AffectedOrg>, DatabaseError> {
        // An external id of an organisation: as the ERP calls it now, or did; or as it is bound at the edge.
        let statement = "WITH raised AS (
                SELECT organization_id, fence, application, external_org, tenant_id FROM seat_fences
                WHERE sequence > $1 AND sequence <= $2)
            SELECT c.application, c.external_org, c.fence, c.organization, b.tenant_id FROM (
                SELECT application, external_org, fence, tenant_id AS organization FROM raised
                    WHERE application IS NOT NULL
                UNION ALL
                SELECT n.application, n.external_org, r.fence, r.organization_id FROM raised r
                    JOIN organization_names n ON n.organization_id = r.organization_id
                UNION ALL
                SELECT a.application, a.external_org, r.fence, r.organization_id FROM raised r
                    JOIN organization_aliases a ON a.organization_id = r.organization_id
                UNION ALL
                SELECT e.application, e.external_org, r.fence, r.organization_id FROM raised r
                    JOIN tenant_external_ids e ON e.tenant_id = r.organization_id
            ) AS c
            LEFT JOIN tenant_external_ids b ON b.application = c.application AND b.external_org = c.external_org";
        let rows = self.0.query(statement, &[after.into(), until.into()]).await?;
        let text = |row: &Row, place| Ok::<_, DatabaseError>(row.optional_text(place)?.map(ToOwned::to_owned));
        let read = |row: &Row| {
            Ok(AffectedOrg {
                application: row.text(0)?.to_owned(),
                external_org: row.text(1)?.to_owned(),
                fence: row.optional_integer(2)?.unwrap_or(0),
                organization: text(row, 3)?,
                bound_to: text(row, 4)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Deletes the raises before `before`, except those that order payment events. Followers that may have missed one are
    /// told to forget everything.
    pub(crate) async fn purge(&self, before: Timestamp) -> Result<(), DatabaseError> {
        const OLD: &str = "raised_at < $1 AND paid_sequence IS NULL AND dropped_sequence IS NULL
            AND sequence < (SELECT MAX(sequence) FROM seat_fences)";
        let mark = format!(
            "INSERT INTO seat_feed (name, value)
             SELECT 'purged', sequence FROM seat_fences WHERE {OLD} ORDER BY sequence DESC LIMIT 1
             ON CONFLICT (name) DO UPDATE SET value = CASE WHEN seat_feed.value > excluded.value
                THEN seat_feed.value ELSE excluded.value END"
        );
        // INVARIANT: what is deleted was marked before. A raise that becomes old in between is not deleted.
        self.0.query(&mark, &[before.into()]).await?;
        let delete = format!(
            "DELETE FROM seat_fences WHERE {OLD}
             AND sequence <= (SELECT value FROM seat_feed WHERE name = 'purged')"
        );
        self.0.query(&delete, &[before.into()]).await.map(drop)
    }
}

fn cache_name(id: &str) -> String {
    format!("cache:{id}")
}

fn lease_name(id: &str) -> String {
    format!("lease:{id}")
}

fn stored(row: &Row) -> Result<StoredRaise, DatabaseError> {
    Ok(StoredRaise { sequence: row.integer(0)?, fence: row.optional_integer(1)?.unwrap_or(0) })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::MemoryDatabase;

    use super::*;

    #[tokio::test]
    async fn raises_are_numbered_in_their_order_and_each_organisations_last_is_kept() {
        let fences = FenceRaises::new(Db::new(Arc::new(MemoryDatabase::new())));
        let progress = async || fences.progress("c").await.unwrap();
        assert_eq!(progress().await, Progress::default());
        let at = Timestamp::from_millis;
        for (number, (organization, now)) in [("a", 1), ("b", 2), ("a", 3)].into_iter().enumerate() {
            // The second node's clock is behind.
            let stored =
                fences.insert(organization, at(now), [7, 2, 8][number], RaiseReason::FactsChanged).await.unwrap();
            assert_eq!((usize::try_from(stored.sequence).unwrap(), stored.fence), (number + 1, [7, 8, 9][number]));
        }
        let raise = |organization: &str, sequence| Raise { organization: organization.into(), sequence };
        assert_eq!(fences.list(0, 9, at(0), 10).await.unwrap(), [raise("b", 2), raise("a", 3)]);
        assert_eq!(fences.list(2, 9, at(0), 10).await.unwrap(), [raise("a", 3)]);
        assert_eq!(fences.list(0, 2, at(0), 10).await.unwrap(), [raise("b", 2)]);
        assert_eq!(fences.list(0, 9, at(3), 10).await.unwrap(), [raise("a", 3)]);
        assert_eq!(fences.list(0, 9, at(0), 1).await.unwrap(), [raise("b", 2)]);
        fences.insert("paid", at(1), 10, RaiseReason::PaymentChanged).await.unwrap();
        fences.insert("c", at(1), 11, RaiseReason::FactsChanged).await.unwrap();
        // The last stays, or the numbers would begin again; so does what orders payment events.
        fences.purge(at(9)).await.unwrap();
        assert_eq!(fences.list(0, 9, at(0), 10).await.unwrap(), [raise("paid", 4), raise("c", 5)]);
        let progress = progress().await;
        assert_eq!((progress.latest, progress.fence, progress.purged), (5, 11, 3));
    }
}
