//! What the counters were at times. A window is the difference of two snapshots, so it holds over restarts and a lost cache.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, Counters, Timestamp};
use edge_database::{DatabaseError, Db, columns, read_all, record};
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult};

use crate::counts::Counts;

/// Takes a snapshot, and removes those that are no longer needed.
pub const TAKE_SNAPSHOT: JobKind = JobKind::new("stats.take_snapshot");

/// How often a snapshot is taken.
pub const SNAPSHOT_EVERY: Duration = Duration::from_mins(1);

/// How long each snapshot is kept; after that, one an hour.
const MINUTES_KEPT: Duration = Duration::from_hours(1);

/// How long one snapshot an hour is kept: longer than the longest window.
const HOURS_KEPT: Duration = Duration::from_hours(31 * 24);

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// Its number: one more than that of the snapshot that it was made from.
    number: i64,
    pub(crate) taken_at: Timestamp,
    /// Whether it is the first of its hour.
    is_hourly: bool,
    /// The counters of the cache.
    counts: Counts,
    /// What the cache had lost of them.
    carried: Counts,
}

record! { Snapshot in "stats_snapshots" { number, taken_at, is_hourly, counts, carried } }

impl Snapshot {
    /// The first of an edge of which nothing is known before.
    pub(crate) fn first(taken_at: Timestamp, counts: Counts) -> Self {
        Self { number: 1, taken_at, is_hourly: true, counts, carried: Counts::default() }
    }

    /// The one after this.
    pub(crate) fn next(&self, taken_at: Timestamp, counts: Counts) -> Self {
        let hour = |at: Timestamp| at.as_millis().div_euclid(3_600_000);
        Self {
            number: self.number.saturating_add(1),
            is_hourly: hour(taken_at) != hour(self.taken_at),
            carried: self.carried.and(&self.counts.lost_in(&counts)),
            taken_at,
            counts,
        }
    }

    /// When a window begins that shall begin at `begin` and for which this is the first snapshot. An edge that is new has
    /// one of the time before it was there, number 0.
    pub(crate) fn begins(&self, begin: Timestamp) -> Timestamp {
        if self.number == 0 { begin } else { self.taken_at }
    }

    /// All that was ever counted.
    pub(crate) fn totals(&self) -> Counts {
        self.counts.and(&self.carried)
    }
}

/// The snapshots in the database.
#[derive(Clone)]
pub(crate) struct Snapshots(Db);

impl Snapshots {
    pub(crate) fn new(db: &Db) -> Self {
        Self(db.clone())
    }

    /// The last snapshot.
    pub(crate) async fn last(&self) -> Result<Option<Snapshot>, DatabaseError> {
        self.one("ORDER BY number DESC LIMIT 1", &[]).await
    }

    /// The last snapshot at or before `at`, or where there is none, the first.
    pub(crate) async fn at(&self, at: Timestamp) -> Result<Option<Snapshot>, DatabaseError> {
        match self.one("WHERE taken_at <= $1 ORDER BY number DESC LIMIT 1", &[at.into()]).await? {
            Some(found) => Ok(Some(found)),
            None => self.one("ORDER BY number LIMIT 1", &[]).await,
        }
    }

    async fn one(&self, which: &str, values: &[edge_database::Value]) -> Result<Option<Snapshot>, DatabaseError> {
        let statement = format!("SELECT {} FROM stats_snapshots {which}", columns::<Snapshot>());
        Ok(read_all(&self.0.query(&statement, values).await?)?.pop())
    }

    /// Adds the snapshot after the last one. Of two that are taken at once, one is kept.
    async fn add(&self, now: Timestamp, counts: Counts) -> Result<(), DatabaseError> {
        let next = match self.last().await? {
            Some(last) => last.next(now, counts),
            None => Snapshot::first(now, counts),
        };
        self.0.insert_new(&next).await.map(drop)
    }

    /// Removes those that no window needs.
    async fn remove(&self, minutes: Timestamp, hours: Timestamp) -> Result<(), DatabaseError> {
        let statement = "DELETE FROM stats_snapshots WHERE (is_hourly = 0 AND taken_at < $1)
            OR number < (SELECT MAX(number) FROM stats_snapshots WHERE taken_at < $2)";
        self.0.query(statement, &[minutes.into(), hours.into()]).await.map(drop)
    }
}

/// Runs [`TAKE_SNAPSHOT`].
pub struct TakeSnapshot {
    capabilities: Capabilities,
    counters: Counters,
    db: Db,
}

impl TakeSnapshot {
    /// The handler in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self { capabilities: capabilities.clone(), counters: Counters::new(capabilities), db: db.clone() }
    }
}

#[async_trait]
impl JobHandler for TakeSnapshot {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.capabilities.clock.now();
        let failed = |error: edge_capabilities::key_value::StoreError| JobError::Retry(error.to_string());
        let counts = Counts::read(&self.counters).await.map_err(failed)?;
        let snapshots = Snapshots::new(&self.db);
        snapshots.add(now, counts).await?;
        let minutes = self.db.expired_before(now, MINUTES_KEPT).await?;
        let hours = self.db.expired_before(now, HOURS_KEPT).await?;
        snapshots.remove(minutes, hours).await?;
        Ok(JobOutcome::Done)
    }
}
