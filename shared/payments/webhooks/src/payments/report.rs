//! What each event reports of a payment: that it came in, failed or was given back.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::places;
use edge_gateways::{EventKind, Provider};
use edge_money::Money;

use super::{PaymentEvent, Payments};
use crate::event::{COLUMNS, Status, WebhookEvent};

/// What a gateway reported of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentReport {
    /// What all reports of the same thing have in common.
    pub name: String,
    /// The gateway.
    pub provider: Provider,
    /// The organization, where it is known.
    pub organization: Option<String>,
    /// The subscription, as the gateway knows it.
    pub subscription: Option<String>,
    /// The subscription in the edge's own record, where the gateway noted one.
    pub edge_subscription: Option<String>,
    /// What was paid for, as the gateway knows it.
    pub plan: Option<String>,
    /// The payment or its invoice, as the gateway knows it: all attempts to collect it have the same.
    pub payment: String,
    /// Another id by which the gateway knows it.
    pub other_payment: Option<String>,
    /// What happened.
    pub kind: ReportKind,
    /// How much was paid, was to be, or was given back; None of what was given back: all that was left.
    pub amount: Option<Money>,
    /// When, by the gateway's clock.
    pub at: Timestamp,
}

/// What happened to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportKind {
    /// It came in.
    Paid,
    /// An attempt to collect it failed.
    Failed {
        /// Why, in the gateway's words.
        reason: Option<String>,
    },
    /// Something of it was given back.
    Refunded {
        /// Whether the amount is all that was given back so far.
        is_total: bool,
    },
}

/// An event of the inbox, and what it reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedReport {
    /// The event's id.
    pub event: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Whether it may still come into effect.
    pub is_open: bool,
    /// What it reports of a payment; None: nothing that is in effect.
    pub report: Option<PaymentReport>,
}

impl Payments {
    /// What up to `limit` events report that were received after `cursor` (time, id), oldest first.
    pub async fn received_after(
        &self,
        cursor: (Timestamp, &str),
        limit: u32,
    ) -> Result<Vec<ReceivedReport>, DatabaseError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM webhook_events
             WHERE received_at >= $1 AND (received_at > $1 OR id > $2) ORDER BY received_at, id LIMIT $3"
        );
        let (at, id) = cursor;
        let rows = self.0.query(&statement, &[at.into(), id.into(), Value::Integer(i64::from(limit))]).await?;
        rows.iter().map(|row| WebhookEvent::from_row(row).map(|event| received_report(&event))).collect()
    }

    /// As [`Payments::received_after`], of `tenant` alone.
    pub async fn of_tenant_after(
        &self,
        tenant: &str,
        (at, id): (Timestamp, &str),
        limit: u32,
    ) -> Result<Vec<ReceivedReport>, DatabaseError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM webhook_events WHERE tenant_id = $4
             AND received_at >= $1 AND (received_at > $1 OR id > $2) ORDER BY received_at, id LIMIT $3"
        );
        let values = [at.into(), id.into(), Value::Integer(i64::from(limit)), tenant.into()];
        let rows = self.0.query(&statement, &values).await?;
        rows.iter().map(|row| WebhookEvent::from_row(row).map(|event| received_report(&event))).collect()
    }

    /// What the events with these ids report, those that are still kept.
    pub async fn received(&self, ids: &[&str]) -> Result<Vec<ReceivedReport>, DatabaseError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let statement = format!("SELECT {COLUMNS} FROM webhook_events WHERE id IN ({})", places(1, ids.len()));
        let values: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
        let rows = self.0.query_owned(&statement, values).await?;
        rows.iter().map(|row| WebhookEvent::from_row(row).map(|event| received_report(&event))).collect()
    }
}

fn received_report(stored: &WebhookEvent) -> ReceivedReport {
    ReceivedReport {
        event: stored.id.clone(),
        received_at: stored.received_at,
        // A quarantined or dead one may be replayed.
        is_open: !matches!(stored.status, Status::Processed | Status::Ignored),
        report: report(stored),
    }
}

fn report(stored: &WebhookEvent) -> Option<PaymentReport> {
    if stored.provider == Provider::Erp {
        return None;
    }
    let is_superseded = stored.status == Status::Ignored && stored.reason.as_deref() == Some("superseded");
    let is_in_effect = stored.status == Status::Processed || is_superseded;
    let is_settled = is_in_effect || stored.status == Status::Ignored;
    let PaymentEvent { event, payment, tenant } = PaymentEvent::read(stored)?;
    let is_nothing = event.amount.is_some_and(|amount| amount.minor == 0);
    let (name, kind) = match event.kind {
        kind if kind.pays() && is_in_effect && !is_nothing => (format!("paid:{payment}"), ReportKind::Paid),
        EventKind::PaymentFailed if is_in_effect => {
            (format!("failed:{}", stored.identity), ReportKind::Failed { reason: event.failure.clone() })
        }
        // Whose it is, the payment says, even where the report itself names nobody.
        EventKind::PaymentRefunded if is_settled => {
            let name = event.refund_id.as_ref().unwrap_or(&stored.identity);
            (format!("refunded:{payment}:{name}"), ReportKind::Refunded { is_total: event.is_total })
        }
        _ => return None,
    };
    Some(PaymentReport {
        name,
        provider: stored.provider,
        organization: tenant,
        subscription: event.subscription_id,
        edge_subscription: event.edge_subscription_id,
        plan: event.plan_id,
        payment,
        other_payment: event.other_payment_id,
        kind,
        amount: event.amount,
        at: stored.occurred_at,
    })
}
