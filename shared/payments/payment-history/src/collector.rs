//! Takes the reports of payments over from the inbox.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::clock::millis;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::{DatabaseError, Db, Value};
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};
use edge_subscriptions::{SubscriptionError, Subscriptions};
use edge_webhooks::{PaymentReport, Payments, ReceivedReport, ReportKind};

/// The recurring job that takes reports over.
pub const COLLECT: JobKind = JobKind::new("payments.collect_reports");

/// How often it does. A read does so too.
pub const COLLECT_EVERY: Duration = Duration::from_secs(30);

/// How long after it was received an event may still be committed. Requests end long before.
const COMMITTED_WITHIN: Duration = Duration::from_mins(5);

/// Events in one go.
const PAGE: u32 = 500;

/// How long it goes on in one go.
const MAX_DURATION: Duration = Duration::from_secs(8);

/// Takes reports of payments over from the inbox.
#[derive(Clone)]
pub struct Collector {
    capabilities: Capabilities,
    db: Db,
    inbox: Payments,
    subscriptions: Subscriptions,
}

impl Collector {
    /// From the inbox in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            capabilities: capabilities.clone(),
            db: db.clone(),
            inbox: Payments::new(db.clone()),
            subscriptions: Subscriptions::new(capabilities, db),
        }
    }

    /// Takes over what is not taken over, for some seconds at most; gives whether that is all.
    pub async fn catch_up(&self) -> Result<bool, DatabaseError> {
        let until = self.capabilities.clock.now().plus(MAX_DURATION);
        let (at, id) = self.position().await?;
        // Events from before the position may have been committed after it was passed.
        let again = Timestamp::from_millis(at.as_millis().saturating_sub(millis(COMMITTED_WITHIN)));
        let mut cursor = (again, String::new());
        loop {
            let events = self.inbox.received_after((cursor.0, &cursor.1), PAGE).await?;
            for event in &events {
                self.take(event).await?;
            }
            let Some(last) = events.last() else { break };
            cursor = (last.received_at, last.event.clone());
            // A clock that is ahead must not have what others receive be passed over.
            let position = cursor.clone().min((self.capabilities.clock.now(), String::new()));
            if position > (at, id.clone()) {
                self.set_position(&position).await?;
            }
            if u32::try_from(events.len()).is_ok_and(|count| count < PAGE) {
                break;
            }
            if self.capabilities.clock.now() >= until {
                return Ok(false);
            }
        }
        self.take_awaited().await?;
        Ok(true)
    }

    async fn position(&self) -> Result<(Timestamp, String), DatabaseError> {
        let rows = self.db.query("SELECT received_at, event FROM payment_report_position", &[]).await?;
        let read = |row: &edge_capabilities::database::Row| {
            Ok((Timestamp::from_millis(row.integer(0)?), row.text(1)?.to_owned()))
        };
        rows.first().map_or_else(|| Ok((Timestamp::from_millis(0), String::new())), read)
    }

    async fn set_position(&self, (at, event): &(Timestamp, String)) -> Result<(), DatabaseError> {
        // Of two collectors the one that is further counts; what lies between is taken over by both.
        let statement = "INSERT INTO payment_report_position (name, received_at, event) VALUES ('inbox', $1, $2)
            ON CONFLICT (name) DO UPDATE SET received_at = excluded.received_at, event = excluded.event
            WHERE payment_report_position.received_at < excluded.received_at
                OR (payment_report_position.received_at = excluded.received_at
                    AND payment_report_position.event < excluded.event)";
        self.db.query(statement, &[(*at).into(), event.as_str().into()]).await.map(drop)
    }

    /// Looks again at events that had no effect yet, and at refunds of payments that were not known.
    async fn take_awaited(&self) -> Result<(), DatabaseError> {
        let mut after = String::new();
        loop {
            let statement = "SELECT event FROM payment_reports_awaited WHERE event > $1 ORDER BY event LIMIT 200";
            let rows = self.db.query(statement, &[after.as_str().into()]).await?;
            let ids = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
            let Some(last) = ids.last() else { return Ok(()) };
            let found = self.inbox.received(&ids).await?;
            for id in ids.iter().filter(|id| found.iter().all(|event| event.event != **id)) {
                self.forget(id).await?;
            }
            for event in &found {
                if self.take(event).await? {
                    self.forget(&event.event).await?;
                }
            }
            after = (*last).to_owned();
        }
    }

    async fn forget(&self, event: &str) -> Result<(), DatabaseError> {
        self.db.query("DELETE FROM payment_reports_awaited WHERE event = $1", &[event.into()]).await.map(drop)
    }

    /// Takes an event over; false: it is looked at again later.
    async fn take(&self, event: &ReceivedReport) -> Result<bool, DatabaseError> {
        let is_taken = match &event.report {
            Some(report) => self.insert(event, report).await?,
            None => !event.is_open,
        };
        if !is_taken {
            let statement = "INSERT INTO payment_reports_awaited (event) VALUES ($1) ON CONFLICT DO NOTHING";
            self.db.query(statement, &[event.event.as_str().into()]).await?;
        }
        Ok(is_taken)
    }

    async fn insert(&self, event: &ReceivedReport, report: &PaymentReport) -> Result<bool, DatabaseError> {
        let id = format!("{}:{}", report.provider, report.name);
        let known = "SELECT 1 FROM payment_reports WHERE id = $1";
        if !self.db.query(known, &[id.as_str().into()]).await?.is_empty() {
            return Ok(true);
        }
        if let Some(other) = report.other_payment.as_ref().filter(|_| report.kind == ReportKind::Paid) {
            // Before the payment is known: whoever looks for it by that name finds it from then on.
            let name = "INSERT INTO payment_names (name, payment) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            self.db.query(name, &[other.as_str().into(), report.payment.as_str().into()]).await?;
        }
        let (kind, reason, amount, organization, application) = match &report.kind {
            ReportKind::Refunded { is_total } => {
                let Some(paid) = self.paid(report).await? else { return Ok(false) };
                let left = paid.amount.saturating_sub(paid.refunded).max(0);
                let amount = match report.amount {
                    None => left,
                    Some(back) if back.currency.as_str() != paid.currency => return Ok(true),
                    Some(back) if *is_total => back.minor.saturating_sub(paid.refunded).clamp(0, left),
                    Some(back) => back.minor.min(left),
                };
                ("refunded", String::new(), (amount, paid.currency), paid.organization, paid.application)
            }
            kind => {
                // Without an amount it is in no currency, and without an organization nobody's.
                let Some((amount, organization)) = report.amount.zip(report.organization.clone()) else {
                    return Ok(true);
                };
                let (kind, reason) = match kind {
                    ReportKind::Failed { reason } => ("failed", reason.clone().unwrap_or_default()),
                    _ => ("paid", String::new()),
                };
                let application = self.application(report).await?;
                (kind, reason, (amount.minor, amount.currency.as_str().to_owned()), organization, application)
            }
        };
        let values: Vec<Value> = vec![
            id.into(),
            report.provider.as_str().into(),
            kind.into(),
            organization.into(),
            application.into(),
            report.payment.as_str().into(),
            amount.1.into(),
            amount.0.into(),
            reason.into(),
            report.at.into(),
            event.received_at.into(),
        ];
        let statement =
            "INSERT INTO payment_reports (id, provider, kind, organization_id, application, payment, currency,
                amount, reason, at, recorded_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
        self.db.query_owned(statement, values).await?;
        Ok(true)
    }

    /// The application of the subscription of seats that a report is about; empty: of none.
    async fn application(&self, report: &PaymentReport) -> Result<String, DatabaseError> {
        let unavailable = |error: SubscriptionError| DatabaseError::Unavailable(error.to_string());
        let Some(reference) = &report.subscription else { return Ok(String::new()) };
        let Some(id) = self.subscriptions.by_reference(reference).await.map_err(unavailable)? else {
            return Ok(String::new());
        };
        match self.subscriptions.find(&id).await {
            Ok(found) => Ok(found.account.application),
            Err(SubscriptionError::NotFound) => Ok(String::new()),
            Err(error) => Err(unavailable(error)),
        }
    }

    /// The payment that a refund is of.
    async fn paid(&self, report: &PaymentReport) -> Result<Option<Paid>, DatabaseError> {
        let statement = "SELECT p.organization_id, p.application, p.currency, p.amount,
                (SELECT CAST(COALESCE(SUM(r.amount), 0) AS BIGINT) FROM payment_reports r
                 WHERE r.payment = p.payment AND r.provider = p.provider AND r.kind = 'refunded')
            FROM payment_reports p WHERE p.payment = $1 AND p.provider = $2 AND p.kind = 'paid'";
        let rows = self.db.query(statement, &[report.payment.as_str().into(), report.provider.as_str().into()]).await?;
        let read = |row: &edge_capabilities::database::Row| {
            let text = |index| row.text(index).map(ToOwned::to_owned);
            Ok(Paid {
                organization: text(0)?,
                application: text(1)?,
                currency: text(2)?,
                amount: row.integer(3)?,
                refunded: row.integer(4)?,
            })
        };
        rows.first().map(read).transpose()
    }
}

/// A payment that came in.
struct Paid {
    organization: String,
    application: String,
    currency: String,
    amount: i64,
    refunded: i64,
}

#[async_trait]
impl JobHandler for Collector {
    async fn run(&self, _: &Job) -> JobResult {
        let is_done = self.catch_up().await?;
        Ok(if is_done { JobOutcome::Done } else { JobOutcome::Again(self.capabilities.clock.now()) })
    }
}
