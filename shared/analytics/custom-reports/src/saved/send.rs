//! The job that sends reports when they are due.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::config::ConfigError;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db};
use edge_entities::zone_of;
use edge_jobs::{Job, JobError, JobHandler, JobKind, JobOutcome, JobResult};
use edge_notifications::event_types::WORKSPACE_REPORT_READY;
use edge_notifications::{NewEvent, Notifications, Recipient};
use edge_tenants::Tenants;
use serde_json::json;

use super::link::{Links, VALID_FOR};
use super::model::SavedReport;
use super::store::SavedReports;

/// The recurring job that sends reports.
pub(crate) const SEND: JobKind = JobKind::new("reports.send");

/// How often it looks for reports that are due.
pub(crate) const SEND_EVERY: Duration = Duration::from_secs(30);

/// Reports in one go.
const BATCH: u32 = 50;

/// Sends reports when they are due: each once for each time, however often it is interrupted. What is told of a time has a
/// name made of the report and the time, and is told once; only then is the next time set.
pub(crate) struct SendDue {
    capabilities: Capabilities,
    notifications: Notifications,
    reports: SavedReports,
    tenants: Tenants,
}

impl SendDue {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            notifications: Notifications::new(db.clone()),
            reports: SavedReports::new(db),
            tenants: Tenants::new(db.clone()),
        }
    }

    /// Sends `report`, which was due at `due`.
    async fn send(&self, report: &SavedReport, due: Timestamp, links: &Links) -> Result<(), DatabaseError> {
        let tenant = self.tenants.find(&report.tenant_id).await?;
        let (Some(tenant), Some(schedule)) = (tenant, &report.schedule) else {
            return self.reports.sent(report, None).await;
        };
        let zone = zone_of(&tenant);
        let id = format!("report.{}.{}", report.id, due.as_millis());
        let mut event = NewEvent::new(&WORKSPACE_REPORT_READY, &tenant.id, id)
            .with(json!({
                "report_name": report.name,
                "report_date": zone.date_of(due),
                "report_url": links.url(report, due),
                "expires_at": due.plus(VALID_FOR).to_string(),
            }))
            .until(due.plus(VALID_FOR));
        for address in &schedule.recipients {
            event = event.to(Recipient::by_email(address));
        }
        self.notifications.raise(&event, self.capabilities.clock.now()).await?;
        self.reports.sent(report, schedule.next(due, &zone)).await
    }
}

#[async_trait]
impl JobHandler for SendDue {
    async fn run(&self, _: &Job) -> JobResult {
        let now = self.capabilities.clock.now();
        let failed = |error: ConfigError| JobError::Retry(error.to_string());
        let due = self.reports.due(now, BATCH).await?;
        if due.is_empty() {
            return Ok(JobOutcome::Done);
        }
        let links = Links::load(&*self.capabilities.config).await.map_err(failed)?;
        if !links.is_configured() {
            return Err(JobError::Retry("encryption_key or public_url is empty".to_owned()));
        }
        for report in &due {
            if let Some(at) = report.due_at {
                self.send(report, at, &links).await?;
            }
        }
        // There may be more, and reports that were due several times.
        Ok(JobOutcome::Again(now))
    }
}
