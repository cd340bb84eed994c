//! What people are told of requests: approvers of one that waits for them, the requester of the decision.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::Db;
use edge_jobs::{Job, JobHandler, JobKind, JobOutcome, JobResult};
use edge_notifications::event_types::{WORKSPACE_APPROVAL_DECIDED, WORKSPACE_APPROVAL_WAITING};
use edge_notifications::{NewEvent, Notifications, Recipient};
use serde_json::json;

use crate::people::People;
use crate::request::{Request, Status, shortage};
use crate::service::ApprovalService;

/// Tells people of requests. Telling again changes nothing: each level and each decision is told once.
#[derive(Clone)]
pub(crate) struct Notices(Notifications);

/// The user behind a person; None: the person is a key.
fn user(person: &str) -> Option<&str> {
    person.strip_prefix("user:")
}

impl Notices {
    pub(crate) fn new(db: &Db) -> Self {
        Self(Notifications::new(db.clone()))
    }

    /// Tells the approvers of the level that `request` waits at, or else the requester what was decided. Who was told that it
    /// waits, and to whom that was not sent yet, is not told any more once it does not.
    pub(crate) async fn tell(&self, request: &Request, people: &People, now: Timestamp) -> Result<(), DatabaseError> {
        if request.levels.is_empty() {
            return Ok(());
        }
        let done = request.levels_done();
        let waiting = |level: usize| format!("approval.{}.level.{level}", request.id);
        let status = request.status(now);
        let asked = request.levels.get(done).filter(|_| status == Status::Pending);
        for past in (0..done).chain(asked.is_none().then_some(done)) {
            self.0.cancel(&request.tenant, &waiting(past), now).await?;
        }
        let amount = request.purchase.amount().map(|amount| amount.to_decimal());
        let data = json!({
            "request_id": request.id, "kind": request.purchase.kind, "amount": amount,
            "currency": request.purchase.currency, "description": request.description,
        });
        if let Some(level) = asked {
            let level = std::slice::from_ref(level);
            let holders = people.holders(&request.tenant, &shortage::roles(level)).await?;
            let named = shortage::named(level);
            let approvers = holders.iter().map(|holder| holder.person.as_str()).chain(named.iter().map(String::as_str));
            let approvers: BTreeSet<&str> =
                approvers.filter(|person| **person != request.requester).filter_map(user).collect();
            let event = NewEvent::new(&WORKSPACE_APPROVAL_WAITING, &request.tenant, waiting(done));
            let recipients = approvers.into_iter().map(Recipient::by_user).collect();
            let event = NewEvent { recipients, ..event.with(data).until(request.expires_at) };
            return self.0.raise(&event, now).await;
        }
        let decided = matches!(status, Status::Approved | Status::Rejected).then(|| user(&request.requester)).flatten();
        match decided.filter(|_| !request.actions.is_empty()) {
            Some(requester) => {
                let id = format!("approval.{}.{}", request.id, status.as_str());
                let event = NewEvent::new(&WORKSPACE_APPROVAL_DECIDED, &request.tenant, id);
                let event = event.to(Recipient::by_user(requester)).with(data);
                self.0.raise(&event.with(json!({"decision": status.as_str()})), now).await
            }
            None => Ok(()),
        }
    }
}

/// The recurring job that tells people of requests whose makers died before they could.
pub(crate) const TELL: JobKind = JobKind::new("approvals.tell");
pub(crate) const TELL_EVERY: Duration = Duration::from_secs(10);

/// Requests in one go.
const BATCH: u32 = 50;

/// Runs [`TELL`].
pub(crate) struct TellOfRequests(pub(crate) ApprovalService);

#[async_trait]
impl JobHandler for TellOfRequests {
    async fn run(&self, _: &Job) -> JobResult {
        let Self(service) = self;
        let requests = service.requests().untold(service.now(), BATCH).await?;
        for request in &requests {
            service.tell(request).await?;
        }
        let is_full = u32::try_from(requests.len()).is_ok_and(|count| count >= BATCH);
        Ok(if is_full { JobOutcome::Again(service.now()) } else { JobOutcome::Done })
    }
}
