//! A customer that one fact has for itself: a tenant whose organisation in the ERP gives `ana` a seat that is not paid for.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use edge_capabilities::Timestamp;
use edge_gateways::{Provider, sign};
use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::edge::{BOOTSTRAP, Edge, Organization, WEBHOOK_SECRET};

/// A customer.
pub struct Customer<'a> {
    /// The organisation as a product knows it.
    pub organization: Organization<'a>,
    /// The tenant's id, and the organisation's in the ERP.
    pub tenant: String,
    /// The subscription, as BheemPay knows it.
    pub subscription: String,
    /// Seconds since 1970: no two events happen in the same second.
    clock: AtomicI64,
}

/// What the stand-in ERP's plan `sku_professional` costs, rupees.
const PRICE: i64 = 2_499;

/// The credits it gives for each paid period.
pub const CREDITS: i64 = 100;

impl<'a> Customer<'a> {
    /// One that has paid nothing.
    pub async fn new(edge: &'a Edge) -> Self {
        let customer = Self::of(edge);
        customer.make_known().await;
        customer
    }

    /// One that the edge does not know yet.
    pub fn of(edge: &'a Edge) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let tenant = format!("7c9e6679-7425-40de-944b-{number:012x}");
        let organization = Organization { id: tenant.clone(), ..Organization::unknown(edge) };
        organization.make_known();
        organization.seat("ana", &json!({"subscription_status": "EXPIRED"}));
        let now = chrono::Utc::now().timestamp() - 3_600;
        Self { organization, tenant, subscription: format!("sub_{number:06}"), clock: AtomicI64::new(now) }
    }

    /// Makes the tenant.
    pub async fn make_known(&self) {
        let slug = format!("clinic-{}", &self.tenant[24..]);
        let new =
            json!({"id": self.tenant, "name": "City Clinic", "slug": slug, "owner_email": "owner@clinic.example"});
        self.organization.edge.post("/api/v1/tenants", BOOTSTRAP, &new).await.expect(201);
    }

    /// An event of BheemPay's, later than those before it.
    pub fn event(&self, event: &str) -> Value {
        json!({
            "event": event, "created_at": self.clock.fetch_add(1, Ordering::Relaxed) + 1,
            "payload": {
                "metadata": {"tenant_id": self.tenant, "billing_cycle": "monthly"}, "subscription_id": self.subscription,
                "plan_id": "sku_professional", "plan_name": "Professional",
            },
        })
    }

    /// A payment for one more month.
    pub fn paid(&self, event: &str, payment: &str) -> Value {
        let mut body = self.event(event);
        let payment = format!("{payment}_of_{}", self.subscription);
        for (field, value) in [("payment_id", json!(payment)), ("amount", json!(PRICE)), ("currency", json!("INR"))] {
            body["payload"][field] = value;
        }
        body
    }

    /// Posts one of BheemPay's events, to the next node in turn.
    pub async fn tell(&self, body: &Value) -> Answer {
        self.telling(body).send().await
    }

    /// One of BheemPay's events on its way.
    pub fn telling(&self, body: &Value) -> Call {
        let call = self.organization.edge.call("POST", "/api/v1/billing/webhook");
        signed(call, Provider::BheemPay, body.to_string())
    }

    /// The tenant as it stands.
    pub async fn tenant(&self) -> Value {
        let path = format!("/api/v1/tenants/{}", self.tenant);
        self.organization.edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200)
    }

    /// Checks that each node gives this reason for its verdict on `ana`, right now.
    pub async fn stands(&self, reason: &str) {
        let edge = self.organization.edge;
        let (product, check) = (edge.product().await, self.organization.check("ana"));
        for node in &edge.nodes {
            let verdict = node.call("POST", "/verify-seat").key(product).json(&check).send().await.expect(200);
            assert_eq!(verdict["reason"], reason, "{}: {verdict}", node.address());
        }
    }

    /// What Notify was sent about it.
    pub fn notifications(&self) -> Vec<Value> {
        let all = self.organization.edge.erp.sent.all();
        let own = |sent: &Value| sent["body"]["template_vars"].to_string().contains(&self.subscription);
        all.into_iter().filter(own).collect()
    }
}

/// The request with a body as `provider` would sign it now.
pub fn signed(call: Call, provider: Provider, body: String) -> Call {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let id = format!("delivery_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    signed_as(call, provider, WEBHOOK_SECRET, body, &id)
}

/// As [`signed`], with this secret and under this id.
pub fn signed_as(call: Call, provider: Provider, secret: &str, body: String, id: &str) -> Call {
    let now = Timestamp::from_millis(chrono::Utc::now().timestamp_millis());
    let headers = sign(provider, secret, body.as_bytes(), now, id).unwrap();
    let call = call.header("content-type", "application/json").body(body);
    headers.into_iter().fold(call, |call, (name, value)| call.header_value(name, value))
}
