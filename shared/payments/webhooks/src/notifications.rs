//! Word of payments, to people, through Bheem Notify. It is in the database with the effect that it is about, and sent
//! behind it: whether Notify answers is nothing to the gateway.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_capabilities::{Capabilities, Clock, Http, Random, Timestamp};
use edge_database::Db;
use edge_gateways::GatewayEvent;
use edge_money::Money;
use edge_tenants::{Effect, Tenant};
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::{Value as Json, json};

use crate::backoff::backoff;
use crate::settings::Settings;

/// After this many failures a notification is given up.
const TRIES: i64 = 5;

/// How long after the first failure it is tried again; doubled each time.
const FIRST_WAIT: Duration = Duration::from_secs(30);
const MAX_WAIT: Duration = Duration::from_hours(1);

/// How long somebody may take to send one before somebody else takes it for not sent.
const LEASE: Duration = Duration::from_secs(60);

const EMAIL: &str = "/api/v1/email/send/template";
const SMS: &str = "/api/v1/bheem-tele/sms/send";

/// The queue.
#[derive(Clone)]
pub(crate) struct Notifications {
    db: Db,
    clock: Arc<dyn Clock>,
    http: Arc<dyn Http>,
    random: Arc<dyn Random>,
}

struct Queued {
    id: String,
    path: String,
    body: String,
    attempts: i64,
}

/// What came of sending.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) sent: u32,
    pub(crate) failed: u32,
    pub(crate) dead: u32,
}

impl Notifications {
    pub(crate) fn new(capabilities: &Capabilities, db: Db) -> Self {
        let Capabilities { clock, http, random, .. } = capabilities;
        Self { db, clock: clock.clone(), http: http.clone(), random: random.clone() }
    }

    /// Queues what `effects` of the event `event` have to be told to `tenant`. Doing so again changes nothing.
    pub(crate) async fn queue(
        &self,
        settings: &Settings,
        tenant: &Tenant,
        event: &str,
        reading: &GatewayEvent,
        effects: &[Effect],
    ) -> Result<(), DatabaseError> {
        let now = self.clock.now();
        let texts = effects.iter().flat_map(|effect| texts(tenant, reading, effect, now));
        for (number, (path, body)) in texts.enumerate() {
            // Without an address to send it to it is written down all the same.
            let (status, due) = if settings.notify_url.is_empty() { ("recorded", None) } else { ("queued", Some(now)) };
            let values = [
                Value::from(format!("{event}.{number}")),
                tenant.id.as_str().into(),
                event.into(),
                path.into(),
                body.to_string().into(),
                status.into(),
                due.into(),
                now.into(),
            ];
            let statement =
                "INSERT INTO notifications (id, tenant_id, event_id, path, body, status, due_at, created_at, attempts)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) ON CONFLICT (id) DO NOTHING";
            self.db.query(statement, &values).await?;
        }
        Ok(())
    }

    /// Sends up to `limit` that are due. It may happen that one is sent twice, should whoever sends it die before it is
    /// written down: each carries its id as its Idempotency-Key.
    pub(crate) async fn send_due(&self, settings: &Settings, limit: u32) -> Result<Sent, DatabaseError> {
        let mut all = Sent::default();
        if settings.notify_url.is_empty() {
            return Ok(all);
        }
        let now = self.clock.now();
        let statement = "UPDATE notifications SET due_at = $1, attempts = attempts + 1
            WHERE due_at <= $2 AND id IN (SELECT id FROM notifications WHERE due_at <= $2 ORDER BY due_at LIMIT $3)
            RETURNING id, path, body, attempts";
        let values = [now.plus(LEASE).into(), now.into(), Value::Integer(i64::from(limit))];
        for row in self.db.query(statement, &values).await? {
            let queued = Queued {
                id: row.text(0)?.to_owned(),
                path: row.text(1)?.to_owned(),
                body: row.text(2)?.to_owned(),
                attempts: row.integer(3)?,
            };
            match self.send(settings, &queued).await {
                Ok(()) => {
                    all.sent = all.sent.saturating_add(1);
                    self.settle(&queued.id, "sent", None, None).await?;
                }
                Err(reason) if queued.attempts >= TRIES => {
                    all.dead = all.dead.saturating_add(1);
                    self.settle(&queued.id, "dead", Some(&reason), None).await?;
                }
                Err(reason) => {
                    all.failed = all.failed.saturating_add(1);
                    let wait = backoff(&*self.random, FIRST_WAIT, MAX_WAIT, queued.attempts);
                    let due = self.clock.now().plus(wait);
                    self.settle(&queued.id, "queued", Some(&reason), Some(due)).await?;
                }
            }
        }
        Ok(all)
    }

    async fn send(&self, settings: &Settings, queued: &Queued) -> Result<(), String> {
        let request = Request::post(format!("{}{}", settings.notify_url, queued.path))
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", &queued.id)
            .header("x-api-key", &settings.notify_api_key)
            .body(Bytes::from(queued.body.clone()));
        let request = request.map_err(|_| "notify_url or notify_api_key cannot be sent in a request".to_owned())?;
        let response = self.http.send(request, settings.timeout).await.map_err(|error| error.to_string())?;
        let status = response.status();
        if status.is_success() { Ok(()) } else { Err(format!("its status is {}", status.as_u16())) }
    }

    async fn settle(
        &self,
        id: &str,
        status: &str,
        reason: Option<&str>,
        due: Option<Timestamp>,
    ) -> Result<(), DatabaseError> {
        let settled = due.is_none().then(|| self.clock.now());
        let statement = "UPDATE notifications SET status = $1, reason = $2, due_at = $3, settled_at = $4 WHERE id = $5";
        let values = [status.into(), reason.into(), due.into(), settled.into(), id.into()];
        self.db.query(statement, &values).await.map(drop)
    }

    /// Removes up to `limit` that were made before `before` and are done with; gives how many.
    pub(crate) async fn remove(&self, before: Timestamp, limit: u32) -> Result<usize, DatabaseError> {
        let statement = "DELETE FROM notifications WHERE id IN (
            SELECT id FROM notifications WHERE created_at < $1 AND due_at IS NULL ORDER BY created_at LIMIT $2) RETURNING id";
        Ok(self.db.query(statement, &[before.into(), Value::Integer(i64::from(limit))]).await?.len())
    }

    /// How many there are, by status.
    pub(crate) async fn by_status(&self) -> Result<Vec<(String, i64)>, DatabaseError> {
        let statement = "SELECT status, COUNT(*) FROM notifications GROUP BY status ORDER BY status";
        let read = |row: &Row| Ok((row.text(0)?.to_owned(), row.integer(1)?));
        self.db.query(statement, &[]).await?.iter().map(read).collect()
    }
}

/// Where to and what, for each message that an effect takes. Templates and channels as the workspace seed lists them.
fn texts(tenant: &Tenant, reading: &GatewayEvent, effect: &Effect, now: Timestamp) -> Vec<(&'static str, Json)> {
    let email = |template: &str, vars: Json| {
        (EMAIL, json!({"to": tenant.billing_address(), "template_name": template, "template_vars": vars}))
    };
    let plan = reading.plan_name.clone().or_else(|| tenant.subscription_plan.clone());
    let amount = reading.amount.as_ref().map(written);
    let day = |at: Timestamp| at.to_string().chars().take(10).collect::<String>();
    match effect {
        Effect::RaiseFence => Vec::new(),
        Effect::TellPaid => vec![email(
            "payment_receipt",
            json!({
                "customer_name": tenant.name, "invoice_number": reading.invoice_number, "amount": amount,
                "plan_name": plan, "payment_date": day(reading.occurred_at.unwrap_or(now)),
                "payment_id": reading.payment_id,
            }),
        )],
        Effect::TellFailed => {
            let vars = json!({"customer_name": tenant.name, "plan_name": plan, "amount": amount});
            let mut texts = vec![email("payment_failed", vars)];
            if let Some(phone) = &tenant.billing_phone {
                let of_plan = plan.as_ref().map(|plan| format!(" for {plan}")).unwrap_or_default();
                let message = format!("Payment failed{of_plan}. Please retry in your billing settings.");
                texts.push((SMS, json!({"to": phone, "message": message})));
            }
            texts
        }
        Effect::TellCancelled => vec![email(
            "subscription_cancelled",
            json!({
                "customer_name": tenant.name, "plan_name": plan,
                "end_date": tenant.subscription_period_end.map(day),
            }),
        )],
    }
}

/// An amount as people read it: `₹2,499.00`, `USD 99.00`.
fn written(money: &Money) -> String {
    let decimal = money.to_decimal();
    let (whole, fraction) =
        decimal.split_once('.').map_or((decimal.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        let left = whole.chars().count().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
    match money.currency.as_str() {
        "INR" => format!("₹{grouped}{fraction}"),
        code => format!("{code} {grouped}{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use edge_money::Currency;

    use super::*;

    #[test]
    fn amounts_are_written_as_people_read_them() {
        for (minor, code, text) in [
            (249_900, "INR", "₹2,499.00"),
            (5, "INR", "₹0.05"),
            (123_456_789, "USD", "USD 1,234,567.89"),
            (500, "JPY", "JPY 500"),
            (-100_000, "INR", "₹-1,000.00"),
        ] {
            assert_eq!(written(&Money { minor, currency: Currency::parse(code).unwrap() }), text);
        }
    }
}
