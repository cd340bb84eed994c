//! The payments that gateways reported, for crates that hold books against them.

use std::collections::BTreeMap;

use edge_budgets::{Refund, Refunds};
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::{Db, places};
use edge_gateways::{EventKind, Provider};
use edge_money::Money;

use crate::event::{COLUMNS, Status, WebhookEvent};

/// A payment that came in, however many events reported it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The tenant that paid.
    pub tenant: String,
    /// The gateway that reported it.
    pub provider: Provider,
    /// The gateway's id.
    pub id: Option<String>,
    /// The number of its invoice.
    pub invoice: Option<String>,
    /// How much.
    pub amount: Option<Money>,
    /// How much of it was refunded since; None: nothing, or the amount of the payment is not known.
    pub refunded: Option<Money>,
    /// When it came in, by the gateway's clock.
    pub at: Timestamp,
    /// What was paid for, for people.
    pub plan: Option<String>,
    /// `monthly`, `annual`, or as the gateway writes it.
    pub cycle: Option<String>,
    /// The subscription, as the gateway knows it.
    pub subscription: Option<String>,
    /// Whether the edge had the gateway note that it is for a subscription of seats.
    pub names_seats: bool,
}

/// The payments that gateways reported. They are known for as long as events are kept.
#[derive(Clone)]
pub struct Payments(Db);

impl Payments {
    /// The payments in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The payments from `from` until before `to`, oldest first, only of `tenant` where one is given. None: more than `max`
    /// events report them, or refunds since.
    pub async fn between(
        &self,
        from: Timestamp,
        to: Timestamp,
        tenant: Option<&str>,
        max: u32,
    ) -> Result<Option<Vec<Payment>>, DatabaseError> {
        let mut values = vec![Value::from(from), to.into(), Value::Integer(i64::from(max).saturating_add(1))];
        let mut of_tenant = "";
        if let Some(tenant) = tenant {
            values.push(tenant.into());
            of_tenant = "AND tenant_id = $4";
        }
        // A payment that a later event superseded was paid all the same.
        let statement = format!(
            "SELECT {COLUMNS} FROM webhook_events
             WHERE (status = 'processed' OR (status = 'ignored' AND reason = 'superseded'))
               AND provider <> 'erp' AND occurred_at >= $1 AND occurred_at < $2 {of_tenant}
             ORDER BY occurred_at, id LIMIT $3"
        );
        let rows = self.0.query(&statement, &values).await?;
        if u32::try_from(rows.len()).unwrap_or(u32::MAX) > max {
            return Ok(None);
        }
        let mut payments = Vec::<Payment>::new();
        let mut known = BTreeMap::<(String, String), usize>::new();
        for row in &rows {
            let event = WebhookEvent::from_row(row)?;
            let Some(payment) = payment(&event) else { continue };
            let name = payment.id.clone().or_else(|| payment.invoice.clone()).unwrap_or_else(|| event.id.clone());
            match known.get(&(payment.tenant.clone(), name.clone())).and_then(|index| payments.get_mut(*index)) {
                Some(first) => first.join(payment),
                None => {
                    known.insert((payment.tenant.clone(), name), payments.len());
                    payments.push(payment);
                }
            }
        }
        let refunds = Refunds::new(self.0.clone()).since(from, tenant, max.saturating_add(1)).await?;
        if u32::try_from(refunds.len()).unwrap_or(u32::MAX) > max {
            return Ok(None);
        }
        for refund in &refunds {
            let of = known.get(&(refund.tenant.clone(), refund.payment.clone()));
            if let Some(payment) = of.and_then(|index| payments.get_mut(*index)) {
                payment.give_back(refund);
            }
        }
        Ok(Some(payments))
    }
}

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
    /// The payment or its invoice, as the gateway knows it: all attempts to collect it have the same.
    pub payment: String,
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
    let event = stored.parse().ok()?;
    let payment = event.payment_id.clone().or_else(|| event.invoice_number.clone());
    let payment = payment.unwrap_or_else(|| stored.id.clone());
    let is_nothing = event.amount.is_some_and(|amount| amount.minor == 0);
    let (name, kind) = match event.kind {
        EventKind::PaymentCaptured | EventKind::SubscriptionCharged if is_in_effect && !is_nothing => {
            (format!("paid:{payment}"), ReportKind::Paid)
        }
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
        organization: stored.tenant_id.as_ref().map(|tenant| tenant.to_ascii_lowercase()),
        subscription: event.subscription_id,
        payment,
        kind,
        amount: event.amount,
        at: stored.occurred_at,
    })
}

impl Payment {
    /// Takes over what another report of the same payment adds.
    fn join(&mut self, other: Self) {
        self.invoice = self.invoice.take().or(other.invoice);
        self.amount = self.amount.take().or(other.amount);
        self.plan = self.plan.take().or(other.plan);
        self.cycle = self.cycle.take().or(other.cycle);
        self.subscription = self.subscription.take().or(other.subscription);
        self.names_seats |= other.names_seats;
    }

    fn give_back(&mut self, refund: &Refund) {
        let Some(paid) = self.amount else { return };
        if refund.amount.is_none_or(|back| back.currency == paid.currency) {
            let before = self.refunded.map_or(0, |back| back.minor);
            self.refunded = Some(Money { minor: refund.add_to(before, paid.minor), ..paid });
        }
    }
}

fn payment(stored: &WebhookEvent) -> Option<Payment> {
    let event = stored.parse().ok()?;
    let paid = matches!(event.kind, EventKind::PaymentCaptured | EventKind::SubscriptionCharged);
    // The tenant that was found, which the body need not name.
    let tenant = stored.tenant_id.as_ref().filter(|_| paid)?.to_ascii_lowercase();
    Some(Payment {
        tenant,
        provider: stored.provider,
        id: event.payment_id,
        invoice: event.invoice_number,
        amount: event.amount,
        refunded: None,
        at: stored.occurred_at,
        plan: event.plan_name.or(event.plan_id),
        cycle: event.billing_cycle,
        subscription: event.subscription_id,
        names_seats: event.edge_subscription_id.is_some(),
    })
}
