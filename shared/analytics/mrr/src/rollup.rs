//! The roll-ups: sums of days and months, kept up with the movements.
//!
//! There are no transactions of several statements, so a roll-up goes in steps that may be repeated. What the new movements
//! of some organizations change in the sums is one row, a batch; its number is the next one, so that of two workers that
//! looked at the same state one adds nothing. It names the organizations and up to which number of each their movements
//! are in it: movements of an account are numbered without a gap, so none is left out and none counted twice, whatever the
//! order in which they were committed. Then the batch is added to the sums, each of which names the last batch that it
//! holds. The next batch is made only after that.

mod fold;
mod store;

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::{Capabilities, config};
use edge_database::{DatabaseError, Db};
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};

use crate::Zone;

pub(crate) use fold::RollUps;
pub(crate) use store::Filter;

/// The recurring job that keeps the roll-ups.
pub const ROLL_UP: JobKind = JobKind::new("mrr.roll_up");

/// How often they are brought up to date. A read does so too.
pub const ROLL_UP_EVERY: Duration = Duration::from_secs(30);

/// The version of the reckoning: with another one the roll-ups are made anew.
const VERSION: u32 = 1;

/// Roll-ups by the calendar of one time zone.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) zone: Zone,
    pub(crate) name: String,
}

impl Stream {
    /// The roll-ups that are kept: those of UTC, and of the time zone that the variable `analytics_timezone` names.
    async fn kept(capabilities: &Capabilities) -> Vec<Self> {
        let named = config::text(&*capabilities.config, "analytics_timezone").await.unwrap_or_default();
        let mut zones = vec![Zone::UTC];
        zones.extend(Zone::parse(&named).filter(|zone| zone.as_str() != Zone::UTC.as_str()));
        let stream = |zone: Zone| Self { name: format!("{VERSION}:{}", zone.as_str()), zone };
        zones.into_iter().map(stream).collect()
    }

    /// Those by the calendar of `zone`; None: none are kept.
    pub(crate) async fn of(zone: &Zone, capabilities: &Capabilities) -> Option<Self> {
        Self::kept(capabilities).await.into_iter().find(|kept| kept.zone.as_str() == zone.as_str())
    }
}

/// Keeps the roll-ups.
pub struct RollUp(RollUps, Capabilities);

impl RollUp {
    /// Those in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self(RollUps::new(capabilities, db), capabilities.clone())
    }

    /// Brings them up to date; gives whether they are.
    pub async fn run(&self) -> Result<bool, DatabaseError> {
        let mut is_done = true;
        for stream in Stream::kept(&self.1).await {
            is_done &= self.0.catch_up(&stream).await?;
        }
        Ok(is_done)
    }
}

#[async_trait]
impl JobHandler for RollUp {
    async fn run(&self, _: &Job) -> JobResult {
        let is_done = Self::run(self).await?;
        Ok(if is_done { JobOutcome::Done } else { JobOutcome::Again(self.1.clock.now()) })
    }
}
