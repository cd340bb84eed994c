//! Disputes: refunds that are made once, whoever resolves at once and whatever times out, and never beyond what was paid.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge, Settings, WEBHOOK_SECRET, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    of_many_who_resolve_disputes_of_a_payment_at_once_no_more_is_given_back_than_was_paid,
    a_refund_that_timed_out_after_it_was_made_is_found_and_made_once,
}

const DISPUTES: &str = "/api/v1/enterprise-billing/disputes";

/// An edge's tenant, with a payment of 2,499.00 that BheemPay told of.
struct Paid<'a> {
    edge: &'a Edge,
    tenant: String,
    payment: String,
    /// Resolves what the platform opens.
    rita: String,
}

async fn bheempay(edge: &Edge, method: &str, path: &str, body: Value) -> Value {
    let answer = Call::new(method, format!("http://{}/_control/{path}", edge.erp_address)).json(&body).send().await;
    if answer.status == 204 { Value::Null } else { answer.expect(200) }
}

impl<'a> Paid<'a> {
    async fn new(edge: &'a Edge) -> Self {
        let tenant = Customer::new(edge).await.tenant;
        let url = format!("http://{}/api/v1/billing/webhook", edge.nodes[0].address());
        bheempay(edge, "PUT", "bheempay/webhook", json!({"url": url, "secret": WEBHOOK_SECRET})).await;
        let wanted = json!({"plan_id": "WORKSPACE-PRO", "billing_cycle": "monthly"});
        let order = edge.call("POST", "/api/v1/billing/checkout").key(BOOTSTRAP).header("x-tenant-id", &tenant);
        let order = order.json(&wanted).send().await.expect(201);
        let pay = format!("bheempay/orders/{}/pay", order["order_id"].as_str().unwrap());
        let paid = bheempay(edge, "POST", &pay, json!({})).await;
        let payment = paid["event"]["payload"]["payment_id"].as_str().unwrap().to_owned();
        let scopes = json!(["enterprise:read", "enterprise:write"]);
        let rita = edge.new_key(json!({"name": "rita", "scopes": scopes, "tenant_id": tenant})).await.1;
        Self { edge, tenant, payment, rita }
    }

    async fn dispute(&self) -> String {
        let new = json!({"subject": {"kind": "payment", "id": self.payment}, "reason": "duplicate"});
        let made = self.edge.call("POST", DISPUTES).key(BOOTSTRAP).header("x-tenant-id", &self.tenant);
        let made = made.json(&new).send().await.expect(201);
        format!("{DISPUTES}/{}", made["id"].as_str().unwrap())
    }

    async fn shown(&self, path: &str) -> Value {
        self.edge.call("GET", path).key(&self.rita).send().await.expect(200)
    }

    /// What BheemPay was asked to give back, in hundredths.
    async fn refunds(&self) -> Vec<i64> {
        let path = format!("http://{}/api/v1/pay/status/{}", self.edge.erp_address, self.payment);
        let shown = Call::new("GET", path).send().await.expect(200);
        let hundredths = |refund: &Value| (refund["amount"].as_f64().unwrap() * 100.0).round() as i64;
        shown["refunds"].as_array().unwrap().iter().map(hundredths).collect()
    }
}

async fn of_many_who_resolve_disputes_of_a_payment_at_once_no_more_is_given_back_than_was_paid(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let paid = Paid::new(&edge).await;
    let paths = join_all((0..4).map(|_| paid.dispute())).await;
    // Each dispute five times at once, over all nodes.
    let resolve = async |(number, path): (usize, &String)| {
        let body = json!({"kind": "refund", "amount": format!("100{number}.01"), "reason": "paid twice"});
        edge.call("POST", &format!("{path}/resolve")).key(&paid.rita).json(&body).send().await
    };
    let each = paths.iter().enumerate().flat_map(|one| [one; 5]);
    let answers = join_all(each.map(resolve)).await;
    let done = answers.iter().filter(|answer| answer.status == 200).count();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert!(done == 2 && answers.iter().all(|answer| [200, 409].contains(&answer.status)), "{statuses:?}");
    let refunds = paid.refunds().await;
    assert!(refunds.len() == 2 && refunds.iter().sum::<i64>() <= 249_900, "{refunds:?}");
    // All that is left, and then nothing is.
    let path = paid.dispute().await;
    let rest = json!({"kind": "refund", "reason": "the rest"});
    let resolved = edge.call("POST", &format!("{path}/resolve")).key(&paid.rita).json(&rest).send().await.expect(200);
    assert_eq!(resolved["resolution"]["refund"]["status"], "processed", "{resolved}");
    assert_eq!(paid.refunds().await.iter().sum::<i64>(), 249_900);
    let path = paid.dispute().await;
    let more = edge.call("POST", &format!("{path}/resolve")).key(&paid.rita).json(&rest).send().await;
    more.refused(409, "REFUND_EXCEEDS_PAYMENT");
}

async fn a_refund_that_timed_out_after_it_was_made_is_found_and_made_once(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks().with("upstream_timeout_ms", 500)).await;
    let paid = Paid::new(&edge).await;
    let path = paid.dispute().await;
    // Its webhook is lost for now, and so is its answer.
    bheempay(&edge, "PUT", "bheempay/hold", json!({"hold": true})).await;
    let fault = json!({"route": "POST /api/v1/pay/refund", "late_ms": 2_000, "times": 1});
    bheempay(&edge, "PUT", "faults/route", fault).await;
    let body = json!({"kind": "refund", "amount": 999.5, "reason": "paid twice"});
    let resolving = edge.call("POST", &format!("{path}/resolve")).key(&paid.rita).json(&body).send().await.expect(200);
    assert_eq!(
        (&resolving["status"], &resolving["resolution"]["refund"]["status"]),
        (&json!("resolving"), &json!("unknown")),
        "{resolving}"
    );
    let again = edge.call("POST", &format!("{path}/resolve")).key(&paid.rita).json(&body).send().await;
    again.refused(409, "DISPUTE_CLOSED");
    // The webhook tells of it, twice, if the job did not find it first.
    bheempay(&edge, "POST", "bheempay/deliver", json!({"times": 2})).await;
    let shown = eventually("the dispute is resolved", async || {
        let shown = paid.shown(&path).await;
        (shown["status"] == "resolved").then_some(shown)
    })
    .await;
    assert_eq!(shown["resolution"]["refund"]["status"], "processed", "{shown}");
    assert_eq!(paid.refunds().await, [99_950]);
}
