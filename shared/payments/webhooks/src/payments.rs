//! The payments that gateways reported, for crates that hold books against them.

mod report;

use std::collections::BTreeMap;

use edge_budgets::{Refund, Refunds};
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::Db;
use edge_gateways::{GatewayEvent, Provider};
use edge_money::Money;

use crate::event::{COLUMNS, WebhookEvent};
pub use report::{PaymentReport, ReceivedReport, ReportKind};

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
    /// The parts of that, each with when it was reported.
    pub refunds: Vec<PaymentRefund>,
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

/// What was refunded of a payment at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentRefund {
    /// What all reports of it have in common.
    pub name: String,
    /// When it was reported.
    pub at: Timestamp,
    /// How much.
    pub amount: Money,
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
            let Some((name, payment)) = payment(&event) else { continue };
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
        for (at, refund) in &refunds {
            let of = known.get(&(refund.tenant.clone(), refund.payment.clone()));
            if let Some(payment) = of.and_then(|index| payments.get_mut(*index)) {
                payment.give_back(refund, *at);
            }
        }
        Ok(Some(payments))
    }
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

    fn give_back(&mut self, refund: &Refund, at: Timestamp) {
        let Some(paid) = self.amount else { return };
        if refund.amount.is_none_or(|back| back.currency == paid.currency) {
            let before = self.refunded.map_or(0, |back| back.minor);
            let after = refund.add_to(before, paid.minor);
            self.refunded = Some(Money { minor: after, ..paid });
            if after > before {
                let amount = Money { minor: after.saturating_sub(before), ..paid };
                self.refunds.push(PaymentRefund { name: refund.name.clone(), at, amount });
            }
        }
    }
}

/// What an event says of a payment.
struct PaymentEvent {
    event: GatewayEvent,
    /// The payment or its invoice, as the gateway knows it, or else the event's id.
    payment: String,
    /// The tenant that was found, which the body need not name.
    tenant: Option<String>,
}

impl PaymentEvent {
    fn read(stored: &WebhookEvent) -> Option<Self> {
        let event = stored.parse().ok()?;
        let payment = event.payment_id.clone().or_else(|| event.invoice_number.clone());
        let payment = payment.unwrap_or_else(|| stored.id.clone());
        Some(Self { event, payment, tenant: stored.tenant_id.as_ref().map(|tenant| tenant.to_ascii_lowercase()) })
    }
}

/// The payment that an event reports, and what all reports of it have in common.
fn payment(stored: &WebhookEvent) -> Option<(String, Payment)> {
    let PaymentEvent { event, payment, tenant } = PaymentEvent::read(stored)?;
    let tenant = tenant.filter(|_| event.kind.pays())?;
    let paid = Payment {
        tenant,
        provider: stored.provider,
        id: event.payment_id,
        invoice: event.invoice_number,
        amount: event.amount,
        refunded: None,
        refunds: Vec::new(),
        at: stored.occurred_at,
        plan: event.plan_name.or(event.plan_id),
        cycle: event.billing_cycle,
        subscription: event.subscription_id,
        names_seats: event.edge_subscription_id.is_some(),
    };
    Some((payment, paid))
}
