//! Keeps disputes and refund accounts in step with each other, with the audit log, and with what people are told. It asks no
//! upstream, so that webhooks can use it.

use std::sync::Arc;

use edge_audit::{Actor, AuditEntry, AuditLog};
use edge_capabilities::{Capabilities, Clock, Timestamp};
use edge_database::Db;
use edge_jobs::JobQueue;
use edge_notifications::event_types::{WORKSPACE_DISPUTE_OPENED, WORKSPACE_DISPUTE_RESOLVED};
use edge_notifications::{NewEvent, Notifications, Recipient};
use edge_payment_history::{Collector, PaymentHistory, RecordedPayment};
use edge_tenants::Tenants;
use serde_json::{Value, json};

use crate::dispute::{Dispute, DisputeStatus, Disputes, Notice, Task};
use crate::error::DisputesError;
use crate::refund::{Refund, RefundAccounts, RefundState};
use crate::resolution::{Resolution, ResolutionRefund};

/// The edge itself, as an actor.
const EDGE: &str = "bheem-edge";

/// Keeps disputes.
#[derive(Clone)]
pub struct DisputeKeeper {
    pub(crate) accounts: RefundAccounts,
    pub(crate) disputes: Disputes,
    pub(crate) history: PaymentHistory,
    pub(crate) queue: JobQueue,
    audit: AuditLog,
    clock: Arc<dyn Clock>,
    collector: Collector,
    notifications: Notifications,
    pub(crate) tenants: Tenants,
}

/// The edge as the one who changes something.
pub(crate) fn edge() -> Actor {
    Actor { id: EDGE.to_owned(), address: None }
}

impl DisputeKeeper {
    /// Keeps disputes in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        Self {
            accounts: RefundAccounts::new(db.clone()),
            disputes: Disputes::new(db.clone()),
            history: PaymentHistory::new(db.clone()),
            queue: JobQueue::new(capabilities, db),
            audit: AuditLog::new(db.clone()),
            clock: capabilities.clock.clone(),
            collector: Collector::new(capabilities, db),
            notifications: Notifications::new(db.clone()),
            tenants: Tenants::new(db.clone()),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The payment that a gateway knows by `payment`, of `tenant` alone where one is given. What the inbox has of it counts at
    /// once.
    pub(crate) async fn payment(
        &self,
        payment: &str,
        tenant: Option<&str>,
    ) -> Result<Option<RecordedPayment>, DisputesError> {
        let mut found = self.history.payments(payment, tenant).await?;
        if found.is_empty() {
            self.collector.catch_up().await?;
            found = self.history.payments(payment, tenant).await?;
        }
        Ok(found.into_iter().next())
    }

    /// Opens the refund account of a payment, with all refunds of it that were reported before.
    pub(crate) async fn open_account(
        &self,
        payment: &RecordedPayment,
    ) -> Result<crate::refund::RefundAccount, DisputesError> {
        self.collector.catch_up().await?;
        let refunds = self.history.refunds(payment).await?;
        self.accounts.open(payment, &refunds, self.now()).await
    }

    /// Appends an entry to the audit log of `tenant`.
    pub(crate) async fn audit(&self, tenant: &str, entry: &AuditEntry) -> Result<(), DisputesError> {
        Ok(self.audit.append(tenant, entry).await?)
    }

    /// Does the tasks of `dispute`: each may be repeated.
    pub(crate) async fn flush(&self, dispute: Dispute) -> Result<Dispute, DisputesError> {
        if dispute.tasks.is_empty() {
            return Ok(dispute);
        }
        let entries: Vec<AuditEntry> = dispute.tasks.iter().map(|task| task.entry.clone()).collect();
        self.audit.append_all(&dispute.tenant, &entries).await?;
        for notice in dispute.tasks.iter().filter_map(|task| task.notice) {
            self.tell(&dispute, notice).await?;
        }
        self.disputes.done(&dispute).await?;
        Ok(Dispute { tasks: Vec::new(), ..dispute })
    }

    async fn tell(&self, dispute: &Dispute, notice: Notice) -> Result<(), DisputesError> {
        let Some(tenant) = self.tenants.find(&dispute.tenant).await? else { return Ok(()) };
        let resolution = dispute.resolution.as_ref();
        let (event_type, id, data) = match notice {
            Notice::Opened => (&WORKSPACE_DISPUTE_OPENED, format!("dispute.{}.opened", dispute.id), json!({})),
            Notice::Decided => (
                &WORKSPACE_DISPUTE_RESOLVED,
                format!("dispute.{}.decided.{}", dispute.id, resolution.map_or(0, |resolution| resolution.attempt)),
                json!({
                    "decision": dispute.status.as_str(),
                    "resolution": resolution.map(|resolution| resolution.kind.as_str()),
                    "refunded": resolution.and_then(|it| it.amount).map(|minor| dispute.money(minor).to_decimal()),
                }),
            ),
        };
        let amount = format!("{} {}", dispute.currency, dispute.money(dispute.amount).to_decimal());
        let mut event = NewEvent::new(event_type, &dispute.tenant, id)
            .to(Recipient::by_email(tenant.billing_address()).named(&tenant.name))
            .with(json!({
                "dispute_id": dispute.id, "dispute_number": dispute.written_number(), "amount": amount,
                "reason": dispute.reason.as_str(), "subject": dispute.subject_id,
            }))
            .with(data);
        if let Some(user) = dispute.opened_by.strip_prefix("user:") {
            event = event.to(Recipient::by_user(user));
        }
        self.notifications.raise(&event, self.now()).await?;
        Ok(())
    }

    /// Has the dispute say what its refund account says of its refund: the dispute ends once the payer has the money, and is
    /// open again once the refund failed.
    pub(crate) async fn follow_refund(&self, dispute: &Dispute, refund: &Refund) -> Result<Dispute, DisputesError> {
        let now = self.now();
        let change = |dispute: &mut Dispute| {
            let before = dispute.clone();
            let is_current = |it: &Resolution| it.reference(&before.id) == refund.id;
            let Some(resolution) = dispute.resolution.as_mut().filter(|it| is_current(it)) else { return Ok(None) };
            resolution.refund = Some(ResolutionRefund::from(refund));
            resolution.amount = Some(refund.amount);
            resolution.is_all = false;
            let from = resolution.from;
            let mut notice = None;
            let action = match refund.state {
                // It may also be that it was thought to have failed.
                RefundState::Processed if dispute.status != DisputeStatus::Resolved => {
                    dispute.become_status(DisputeStatus::Resolved, now);
                    notice = Some(Notice::Decided);
                    "dispute.resolved"
                }
                RefundState::Failed if dispute.status == DisputeStatus::Resolving => {
                    dispute.become_status(from, now);
                    "dispute.refund_failed"
                }
                RefundState::Asked => "dispute.refund_unknown",
                _ => "dispute.refund_changed",
            };
            Ok((*dispute != before).then(|| task(&before, dispute, action, &edge(), notice, now)))
        };
        let dispute = self.disputes.change(&dispute.tenant, &dispute.id, now, change).await?;
        self.flush(dispute).await
    }
}

/// What is left to do about the change from `before` to `after`, which `actor` makes.
pub(crate) fn task(
    before: &Dispute,
    after: &Dispute,
    action: &str,
    actor: &Actor,
    notice: Option<Notice>,
    now: Timestamp,
) -> Task {
    let (old, new) = (snapshot(before), snapshot(after));
    let pick = |of: &Value| -> Value {
        let fields = of.as_object().into_iter().flatten();
        fields.filter(|(name, _)| old.get(name) != new.get(name)).map(|(name, it)| (name.clone(), it.clone())).collect()
    };
    let detail = json!({
        "dispute_id": after.id, "dispute_number": after.written_number(), "before": pick(&old), "after": pick(&new),
    });
    // Of all changes of one revision one is stored.
    let id = format!("{}.{}", after.id, after.revision);
    Task { entry: AuditEntry::with_id(id, action, &detail, actor, now), notice }
}

/// What is left to do about a new dispute.
pub(crate) fn opened(dispute: &Dispute, actor: &Actor, now: Timestamp) -> Task {
    let detail = json!({
        "dispute_id": dispute.id, "dispute_number": dispute.written_number(), "before": {}, "after": snapshot(dispute),
    });
    let entry = AuditEntry::with_id(format!("{}.opened", dispute.id), "dispute.opened", &detail, actor, now);
    Task { entry, notice: Some(Notice::Opened) }
}

/// A dispute as the audit log shows it, without what people wrote.
fn snapshot(dispute: &Dispute) -> Value {
    let resolution = dispute.resolution.as_ref();
    let words = |text: Option<&str>| text.map(|text| format!("{} bytes", text.len()));
    json!({
        "status": dispute.status.as_str(),
        "subject": {"kind": dispute.subject_kind.as_str(), "id": dispute.subject_id},
        "entity_id": dispute.entity_id,
        "amount": dispute.money(dispute.amount).to_decimal(),
        "currency": dispute.currency.as_str(),
        "reason": dispute.reason.as_str(),
        "description": words(dispute.description.as_deref()),
        "due_at": dispute.due_at.map(Timestamp::to_rfc3339_millis),
        "evidence": dispute.evidence.len(),
        "card": dispute.card.as_ref().map(|card| card.status),
        "resolution": resolution.map(|it| json!({
            "kind": it.kind.as_str(),
            "amount": it.amount.map(|minor| dispute.money(minor).to_decimal()),
            "resolved_by": it.resolved_by,
            "approval_request_id": it.approval,
            "refund": it.refund.as_ref().map(|refund| json!({"id": refund.id, "status": refund.status})),
            "charge_id": it.charge,
        })),
    })
}
