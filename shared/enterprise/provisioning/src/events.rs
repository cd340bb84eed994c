//! Events that the ERP is told of: collected from what the edge's crates noted beside their changes, and sent in order.

pub(crate) mod api;
mod collector;
mod sender;
mod storage;

use std::time::Duration;

use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_jobs::{JobKind, JobQueue, JobRunner};

pub(crate) use collector::Collector;
use sender::Sender;
use storage::StorageReporter;

/// Moves what was noted beside changes into the outbox, and has waiting events sent.
const COLLECT: JobKind = JobKind::new("erp_events.collect");
const COLLECT_EVERY: Duration = Duration::from_secs(5);

/// Sends the events of one tenant.
pub(crate) const SEND: JobKind = JobKind {
    name: "erp_events.send",
    // The waits add up to some two days.
    max_attempts: 20,
    first_wait: Duration::from_secs(10),
    max_wait: Duration::from_hours(4),
};

/// Raises an event for each tenant's storage, once a day.
const REPORT_STORAGE: JobKind = JobKind::new("erp_events.report_storage");
const REPORT_STORAGE_EVERY: Duration = Duration::from_hours(1);

/// `runner` with the handlers of events.
pub(crate) fn handle(runner: JobRunner, capabilities: &Capabilities, db: &Db, queue: &JobQueue) -> JobRunner {
    runner
        .repeat(COLLECT, COLLECT_EVERY, Collector::new(capabilities, db, queue))
        .repeat(REPORT_STORAGE, REPORT_STORAGE_EVERY, StorageReporter::new(capabilities, db))
        .handle(SEND, Sender::new(capabilities, db, queue))
}
