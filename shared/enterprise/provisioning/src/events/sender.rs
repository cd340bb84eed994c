//! Sends the events of one tenant to the ERP, in their order: an event is sent once the one before it is settled. The ERP knows
//! an event by its id; that it has it already is what was wanted.

use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Capabilities;
use edge_capabilities::config::{text, url};
use edge_database::{DatabaseError, Db};
use edge_erp_events::{ErpEvent, ErpEvents, EventStatus};
use edge_gateways::{SigningError, sign_with_each};
use edge_jobs::{Job, JobError, JobHandler, JobOutcome, JobQueue, JobResult, NewJob};
use edge_money::{Currency, DecimalAmount};
use edge_tenants::{Tenant, Tenants};
use edge_upstreams::Upstream;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::SEND;

/// How long one attempt goes on taking up events, well within a worker's lease.
const MAX_DURATION: Duration = Duration::from_secs(15);

/// The variable with the secrets that events are signed with.
const SECRETS: &str = "erp_events_secret";

/// Events read at once.
const BATCH: u32 = 50;

/// How long the ERP is waited for at most.
const MAX_TIMEOUT: Duration = Duration::from_secs(5);

/// An event as the ERP is sent it.
#[derive(Serialize)]
struct Body<'e> {
    event_id: &'e str,
    event_type: &'static str,
    /// The organisation's number.
    organization_id: i64,
    /// The customer's id in the ERP.
    customer_id: Option<&'e str>,
    tenant_id: &'e str,
    occurred_at: String,
    quantity: i64,
    unit_price: Option<DecimalAmount>,
    #[serde(serialize_with = "optional_code")]
    currency: Option<Currency>,
    description: &'static str,
    data: &'e RawValue,
}

fn optional_code<S: Serializer>(currency: &Option<Currency>, serializer: S) -> Result<S::Ok, S::Error> {
    match currency {
        Some(currency) => serializer.collect_str(currency),
        None => serializer.serialize_none(),
    }
}

/// Why the ERP did not take an event.
enum Refusal {
    /// It may take it later.
    Later(String),
    /// It never will.
    Never(String),
}

/// Sends events.
pub(crate) struct Sender {
    capabilities: Capabilities,
    events: ErpEvents,
    queue: JobQueue,
    tenants: Tenants,
}

impl Sender {
    pub(crate) fn new(capabilities: &Capabilities, db: &Db, queue: &JobQueue) -> Self {
        Self {
            capabilities: capabilities.clone(),
            events: ErpEvents::new(db.clone()),
            queue: queue.clone(),
            tenants: Tenants::new(db.clone()),
        }
    }

    async fn send(&self, erp: &Upstream, tenant: &Tenant, event: &ErpEvent) -> Result<(), Refusal> {
        let unwritten = |error: serde_json::Error| Refusal::Never(error.to_string());
        let data = RawValue::from_string(event.data.clone()).map_err(unwritten)?;
        let price = event.unit_price();
        let body = Body {
            event_id: &event.id,
            event_type: event.kind.as_str(),
            organization_id: tenant.number,
            customer_id: tenant.erp_customer_id.as_deref(),
            tenant_id: &tenant.id,
            occurred_at: event.occurred_at.to_rfc3339_millis(),
            quantity: event.quantity,
            unit_price: price.map(DecimalAmount),
            currency: price.map(|price| price.currency),
            description: event.kind.description(),
            data: &data,
        };
        let body = serde_json::to_string(&body).map_err(unwritten)?;
        let signature = self.sign(event, &body).await.map_err(Refusal::Later)?;
        let answer = erp.post_with("/api/v1/billing/events", Some(&event.id), signature, body).await;
        let status = answer.map_err(|error| Refusal::Later(error.to_string()))?.status;
        let reason = format!("the ERP answered {status}");
        match status {
            // It has it already: an answer was lost.
            StatusCode::CONFLICT => Ok(()),
            status if status.is_success() => Ok(()),
            // The event itself is not what the ERP takes. Whatever else is wrong may be put right.
            StatusCode::BAD_REQUEST
            | StatusCode::GONE
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::UNPROCESSABLE_ENTITY => Err(Refusal::Never(reason)),
            _ => Err(Refusal::Later(reason)),
        }
    }
}

impl Sender {
    /// The headers by which the ERP knows that `body` comes from here; none if there is no secret. Nothing is sent unsigned
    /// where a secret is set, but cannot be used.
    async fn sign(&self, event: &ErpEvent, body: &str) -> Result<Vec<(HeaderName, HeaderValue)>, String> {
        let secrets = text(&*self.capabilities.config, SECRETS).await.map_err(|error| error.to_string())?;
        let now = self.capabilities.clock.now();
        let signed = match sign_with_each(&secrets, body.as_bytes(), now, &event.id) {
            // An event may be named by what a gateway called another: a dot would be taken for a part of what is signed.
            Err(SigningError::Id) => {
                let id = hex::encode(Sha256::digest(&event.id));
                sign_with_each(&secrets, body.as_bytes(), now, &id)
            }
            signed => signed,
        };
        Ok(signed.map_err(|error| format!("{SECRETS}: {error}"))?.unwrap_or_default())
    }
}

#[async_trait]
impl JobHandler for Sender {
    async fn run(&self, job: &Job) -> JobResult {
        // Without an ERP, events are recorded and not sent.
        if url(&*self.capabilities.config, "erp_url").await?.is_empty() {
            return Ok(JobOutcome::Done);
        }
        let Some(tenant) = self.tenants.find(&job.key).await? else { return Ok(JobOutcome::Done) };
        let erp = Upstream::erp(&self.capabilities).await.map_err(|error| JobError::Retry(error.to_string()))?;
        let erp = erp.at_most(MAX_TIMEOUT);
        let clock = &*self.capabilities.clock;
        let until = clock.now().plus(MAX_DURATION);
        let mut has_sent = false;
        loop {
            let pending = self.events.pending(&tenant.id, BATCH).await?;
            if pending.is_empty() {
                return Ok(JobOutcome::Done);
            }
            for event in &pending {
                if clock.now() >= until {
                    return Ok(JobOutcome::Again(clock.now()));
                }
                match self.send(&erp, &tenant, event).await {
                    Ok(()) => self.events.set_synced(event, clock.now()).await?,
                    Err(Refusal::Never(reason)) => {
                        self.events.set_failed(event, EventStatus::Dead, &reason).await?;
                    }
                    Err(Refusal::Later(reason)) => {
                        self.events.set_failed(event, EventStatus::Pending, &reason).await?;
                        // The ERP took the one before: this is this event's first failure.
                        return if has_sent {
                            Ok(JobOutcome::Again(clock.now().plus(SEND.first_wait)))
                        } else {
                            Err(JobError::Retry(reason))
                        };
                    }
                }
                has_sent = true;
            }
        }
    }

    /// Gives up the event that was tried so often. Those behind it are sent now.
    async fn died(&self, job: &Job, reason: &str) -> Result<(), DatabaseError> {
        let mut pending = self.events.pending(&job.key, 2).await?;
        // One that was never tried stands behind one that was given up before the worker died.
        if pending.first().is_some_and(|event| event.attempts > 0) {
            self.events.set_failed(&pending.remove(0), EventStatus::Dead, reason).await?;
        }
        if !pending.is_empty() {
            let next = NewJob::new(SEND, &*job.key, self.capabilities.clock.now()).for_tenant(&*job.key);
            self.queue.enqueue(next).await?;
        }
        Ok(())
    }
}
