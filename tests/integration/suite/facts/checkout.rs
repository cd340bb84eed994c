//! Buying: an order, a payment, a seat; whatever fails in between, one of each.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering as Atomic};

use futures::future::join_all;
use serde_json::{Value, json};
use upstreams::Ordered;

use crate::client::{Answer, Call};
use crate::edge::{BOOTSTRAP, Edge, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_customer_buys_pays_is_granted_a_seat_and_keeps_it_until_what_was_paid_for_ends,
    whatever_an_upstream_fails_with_there_is_one_contact_and_one_order,
    requests_under_one_key_at_once_make_one_order,
    a_node_that_is_killed_at_a_purchase_leaves_one_that_can_be_gone_on_with,
    an_internal_tenant_is_never_billed,
    a_tenants_orders_are_its_own,
    what_cannot_be_bought_is_refused,
    what_people_have_to_approve_makes_no_order,
    what_bheempay_refuses_is_told_as_that_and_holds_no_room_in_the_budget,
}

const SECRET: &str = "secret-of-the-checkout-facts";

/// Upstreams have little time, so that a fact can wait for what follows when it is up.
fn settings() -> Settings {
    Settings::steady().with("upstream_timeout_ms", 2_000).with("webhook_secrets_bheempay", SECRET)
}

/// A tenant of a fact's own.
struct Buyer<'a> {
    edge: &'a Edge,
    id: String,
}

impl<'a> Buyer<'a> {
    async fn new(edge: &'a Edge, mode: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Atomic::Relaxed);
        let id = format!("8c9e6679-7425-40de-944b-{number:012x}");
        let new = json!({
            "id": id, "name": format!("Clinic {number}"), "slug": format!("buyer-{number}"), "tenant_mode": mode,
            "owner_email": format!("owner@clinic-{number}.example"), "billing_phone": "+911234567890",
            "erp_company_code": (mode == "internal").then_some("BHM002"),
        });
        edge.post("/api/v1/tenants", BOOTSTRAP, &new).await.expect(201);
        Self { edge, id }
    }

    fn call(&self, method: &str, path: &str) -> Call {
        self.edge.call(method, path).key(BOOTSTRAP).header("x-tenant-id", &self.id)
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send().await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path).json(body).send().await
    }

    fn buying(&self, mark: &str, wanted: &Value) -> Call {
        self.call("POST", "/api/v1/billing/checkout").header("idempotency-key", mark).json(wanted)
    }

    async fn buy(&self, mark: &str, wanted: &Value) -> Answer {
        self.buying(mark, wanted).send().await
    }

    /// Tries until there is an order.
    async fn insist(&self, mark: &str, wanted: &Value) -> Value {
        eventually("an order", async || {
            let answer = self.buying(mark, wanted).try_send().await.ok()?;
            match answer.status {
                201 => Some(answer.json()),
                409 => {
                    answer.refused(409, "IDEMPOTENCY_IN_PROGRESS");
                    None
                }
                _ => {
                    answer.refused(503, "UPSTREAM_UNAVAILABLE");
                    None
                }
            }
        })
        .await
    }

    fn contacts(&self) -> usize {
        let number = self.id.rsplit('-').next().and_then(|hex| u64::from_str_radix(hex, 16).ok()).unwrap();
        let email = format!("owner@clinic-{number}.example");
        self.edge.erp.crm.contacts().iter().filter(|contact| contact["email"] == email.as_str()).count()
    }

    fn orders(&self) -> Vec<String> {
        self.edge.erp.bheempay.orders_of(&self.id)
    }
}

fn professional() -> Value {
    json!({"plan_id": "WORKSPACE-PRO", "billing_cycle": "monthly"})
}

/// Orders something of the stand-ins.
async fn control(edge: &Edge, method: &str, path: &str, body: &Value) -> Value {
    let answer = Call::new(method, format!("http://{}/_control/{path}", edge.erp_address)).json(body).send().await;
    if answer.status == 204 { Value::Null } else { answer.expect(200) }
}

async fn a_customer_buys_pays_is_granted_a_seat_and_keeps_it_until_what_was_paid_for_ends(stage: Arc<Stage>) {
    let edge = stage.own(settings()).await;
    let url = format!("http://{}/api/v1/billing/webhook", edge.nodes[0].address());
    control(&edge, "PUT", "bheempay/webhook", &json!({"url": url, "secret": SECRET})).await;
    let buyer = Buyer::new(&edge, "external").await;
    let organization = json!({"organization_id": buyer.id});
    control(&edge, "PUT", "organizations/healos/clinic", &organization).await;
    control(&edge, "PUT", "seats/healos/clinic/ana", &json!({"subscription_status": "EXPIRED"})).await;
    let check = json!({"userId": "ana", "applicationSlug": "healos", "externalOrgId": "clinic"});
    assert_eq!(edge.verify(&check).await.expect(200)["reason"], "SUBSCRIPTION_EXPIRED");
    assert_eq!(buyer.get("/api/v1/billing/subscription").await.expect(200), json!({"status": "not_found"}));

    let order = buyer.buy("first", &professional()).await.expect(201);
    let fields: BTreeSet<&str> = order.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["checkout_id", "order_id", "amount", "currency", "plan_name", "key_id", "gateway_response"];
    assert_eq!(fields, expected.into());
    assert_eq!((&order["amount"], &order["currency"]), (&json!(2499.00), &json!("INR")));
    let order_id = order["order_id"].as_str().unwrap();
    let path = format!("/api/v1/billing/checkout/{order_id}");
    assert_eq!(buyer.get(&path).await.expect(200)["status"], "created");
    let said = edge.erp.calls.last_headers("/api/v1/pay/checkout/subscription").unwrap();
    assert_eq!(said.get("x-api-key").unwrap(), crate::edge::ERP_API_KEY);

    // Many a server takes no body in chunks.
    for path in ["/api/v1/crm/contacts", "/api/v1/pay/checkout/subscription"] {
        let said = edge.erp.calls.last_headers(path).unwrap();
        let length = said.get("content-length").and_then(|length| length.to_str().ok()?.parse::<u32>().ok());
        assert!(length.is_some_and(|length| length > 2) && !said.contains_key("transfer-encoding"), "{path} {said:?}");
    }

    // Paid: BheemPay tells, and every node grants.
    control(&edge, "POST", &format!("bheempay/orders/{order_id}/pay"), &json!({})).await;
    for node in &edge.nodes {
        let call = node.call("POST", "/verify-seat").key(edge.product().await).json(&check);
        assert_eq!(call.send().await.expect(200)["reason"], "SEAT_ACTIVE");
    }
    assert_eq!(buyer.get(&path).await.expect(200)["status"], "paid");
    let proof = |signature: &str| json!({"order_id": order_id, "payment_id": "pay_1", "signature": signature});
    assert_eq!(buyer.post("/api/v1/billing/verify", &proof("genuine")).await.expect(200)["verified"], true);
    buyer.post("/api/v1/billing/verify", &proof("forged")).await.refused(400, "INVALID_SIGNATURE");
    let shown = buyer.get("/api/v1/billing/subscription").await.expect(200);
    let fields: BTreeSet<&str> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = ["subscription_id", "status", "payment_status", "plan", "price", "next_billing_date", "period_end"];
    assert_eq!(fields, expected.into());
    let stands = ["status", "payment_status", "plan"].map(|field| shown[field].clone());
    assert_eq!(stands, ["active", "paid", "Professional"].map(Value::from), "{shown}");
    assert_eq!(shown["price"], 2499.00);
    let invoices = buyer.get("/api/v1/billing/invoices").await.expect(200);
    assert_eq!((&invoices["data"][0]["total_amount"], &invoices["nextCursor"]), (&json!(2499), &Value::Null));

    // The ERP's books hold it; burnt, they are missed.
    let day = |days| (chrono::Utc::now() + chrono::TimeDelta::days(days)).format("%F");
    let books = format!("/api/v1/billing/reconciliation?from={}&to={}", day(-1), day(2));
    let report = buyer.get(&books).await.expect(200);
    let found = ["payments", "matched", "missing", "doubled", "off", "unpaid"].map(|field| report[field].clone());
    assert_eq!(found, [json!(1), json!(1), json!([]), json!([]), json!([]), json!([])], "{report}");
    control(&edge, "DELETE", "invoices", &Value::Null).await;
    let report = buyer.get(&books).await.expect(200);
    let journal = &report["missing"][0]["expected"]["journal_entries"][0]["lines"];
    assert_eq!((&journal[0]["account"], &journal[1]["account"]), (&json!("1200"), &json!("4102")), "{report}");
    assert_eq!((&journal[0]["debit"], &journal[1]["credit"]), (&json!(2499.00), &json!(2499.00)));

    // Cancelled: what was paid for stays.
    let cancelled = buyer.post("/api/v1/billing/subscription/cancel", &json!({"reason": "dear"})).await;
    assert_eq!(cancelled.expect(200), json!({"status": "cancellation_scheduled"}));
    eventually("the cancellation", async || {
        let shown = buyer.get("/api/v1/billing/subscription").await.expect(200);
        (shown["status"] == "cancelled").then(|| assert!(!shown["period_end"].is_null()))
    })
    .await;
    let verdict = edge.verify(&check).await.expect(200);
    let period_end = buyer.get("/api/v1/billing/subscription").await.expect(200)["period_end"].clone();
    assert_eq!((&verdict["hasAccess"], &verdict["expiresAt"]), (&json!(true), &period_end), "{verdict}");
}

async fn whatever_an_upstream_fails_with_there_is_one_contact_and_one_order(stage: Arc<Stage>) {
    let edge = stage.own(settings()).await;
    let ordinary = Ordered::default;
    let faults = [
        ("hangs", Ordered { hang: true, times: Some(1), ..ordinary() }),
        ("answers too late", Ordered { late_ms: 3_000, times: Some(1), ..ordinary() }),
        ("does it and says 500", Ordered { status: Some(500), times: Some(1), ..ordinary() }),
        ("is cut", Ordered { cut: true, times: Some(1), ..ordinary() }),
        ("answers what is no JSON", Ordered { bad_json: true, times: Some(1), ..ordinary() }),
    ];
    let routes = ["POST /api/v1/crm/contacts", "POST /api/v1/pay/checkout/subscription"];
    let mut cases = Vec::new();
    for (name, fault) in &faults {
        for route in routes {
            cases.push((format!("{route} {name}"), vec![(route, fault.clone())]));
        }
        for (other_name, other) in &faults {
            let both = vec![(routes[0], fault.clone()), (routes[1], other.clone())];
            cases.push((format!("the CRM {name}, BheemPay {other_name}"), both));
        }
    }
    for (name, faults) in cases {
        let buyer = Buyer::new(&edge, "external").await;
        for (route, fault) in faults {
            edge.erp.faults.order_for_route(route, fault);
        }
        let order = buyer.insist("mark", &professional()).await;
        assert_eq!(buyer.buy("mark", &professional()).await.expect(201), order, "{name}");
        assert_eq!((buyer.contacts(), buyer.orders().len()), (1, 1), "{name}");
        edge.erp.faults.clear();
    }
}

async fn requests_under_one_key_at_once_make_one_order(stage: Arc<Stage>) {
    let edge = stage.own(settings()).await;
    let buyer = Buyer::new(&edge, "external").await;
    edge.erp.faults.order_for_route("POST /api/v1/", Ordered { delay_ms: 200, ..Ordered::default() });
    let mut answers = BTreeSet::new();
    for answer in join_all((0..12).map(|_| buyer.buying("mark", &professional()).send())).await {
        if answer.status == 201 {
            answers.insert(answer.text());
        } else {
            answer.refused(409, "IDEMPOTENCY_IN_PROGRESS");
        }
    }
    answers.insert(buyer.buy("mark", &professional()).await.text());
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!((buyer.contacts(), buyer.orders().len()), (1, 1));
    let other = json!({"plan_id": "WORKSPACE-PRO", "billing_cycle": "annual"});
    buyer.buy("mark", &other).await.refused(422, "IDEMPOTENCY_KEY_REUSED");
    // Purchases under keys of their own share the contact.
    let all = join_all(["a", "b", "c", "d"].map(|mark| buyer.insist(mark, &other))).await;
    assert!(all.iter().all(|order| order["amount"] == 29_988.00), "{all:?}");
    assert_eq!((buyer.contacts(), buyer.orders().len()), (1, 5));
}

async fn a_node_that_is_killed_at_a_purchase_leaves_one_that_can_be_gone_on_with(stage: Arc<Stage>) {
    let mut edge = stage.own(settings()).await;
    for route in ["POST /api/v1/crm/contacts", "POST /api/v1/pay/checkout/subscription"] {
        let id = {
            let buyer = Buyer::new(&edge, "external").await;
            // It does what it is asked, and the node does not live to hear of it.
            edge.erp.faults.order_for_route(route, Ordered { late_ms: 60_000, times: Some(1), ..Ordered::default() });
            let before = edge.erp.calls.under(route.trim_start_matches("POST "));
            let wanted = professional();
            let buying = buyer.buying("mark", &wanted).try_send();
            let asked = eventually("the question", async || {
                (edge.erp.calls.under(route.trim_start_matches("POST ")) > before).then_some(())
            });
            tokio::select! { _ = buying => {}, () = asked => {} }
            buyer.id
        };
        for node in &mut edge.nodes {
            node.kill();
            node.restart(&[]).await;
        }
        edge.ready().await;
        let buyer = Buyer { edge: &edge, id };
        let order = buyer.insist("mark", &professional()).await;
        assert_eq!(buyer.buy("mark", &professional()).await.expect(201), order);
        assert_eq!((buyer.contacts(), buyer.orders().len()), (1, 1), "{route}");
        edge.erp.faults.clear();
    }
}

async fn an_internal_tenant_is_never_billed(stage: Arc<Stage>) {
    let edge = stage.own(settings()).await;
    let ours = Buyer::new(&edge, "internal").await;
    let proof = json!({"order_id": "o", "payment_id": "p", "signature": "s"});
    for (path, body) in [
        ("/api/v1/billing/checkout", professional()),
        ("/api/v1/billing/verify", proof),
        ("/api/v1/billing/subscription/cancel", json!({})),
    ] {
        ours.post(path, &body).await.refused(400, "INTERNAL_TENANT");
    }
    for path in ["/api/v1/billing/checkout/o", "/api/v1/billing/subscription", "/api/v1/billing/invoices"] {
        ours.get(path).await.refused(400, "INTERNAL_TENANT");
    }
    assert!(ours.orders().is_empty() && ours.contacts() == 0);
}

async fn a_tenants_orders_are_its_own(stage: Arc<Stage>) {
    let edge = stage.own(settings()).await;
    let (buyer, other) = (Buyer::new(&edge, "external").await, Buyer::new(&edge, "external").await);
    let order = buyer.buy("mark", &professional()).await.expect(201)["order_id"].as_str().unwrap().to_owned();
    let scopes = json!(["billing:read", "billing:write"]);
    let key = edge.new_key(json!({"scopes": scopes, "tenant_id": other.id})).await.1;
    for order in [order.as_str(), "order_of_nobody"] {
        let path = format!("/api/v1/billing/checkout/{order}");
        edge.call("GET", &path).key(&key).send().await.refused(404, "ORDER_NOT_FOUND");
        let proof = json!({"order_id": order, "payment_id": "p", "signature": "genuine"});
        edge.post("/api/v1/billing/verify", &key, &proof).await.refused(404, "ORDER_NOT_FOUND");
    }
    // A tenant's key speaks for its own alone.
    let call = edge.call("GET", "/api/v1/billing/invoices").key(&key).header("x-tenant-id", &buyer.id);
    call.send().await.refused(404, "TENANT_NOT_FOUND");
    edge.call("GET", "/api/v1/billing/invoices").key(&key).send().await.expect(200);
    edge.call("GET", "/api/v1/billing/invoices").key(BOOTSTRAP).send().await.refused(400, "VALIDATION_ERROR");
    let reads = edge.new_key(json!({"scopes": ["billing:read"], "tenant_id": buyer.id})).await.1;
    edge.post("/api/v1/billing/checkout", &reads, &professional()).await.refused(403, "PERMISSION_DENIED");
    edge.call("GET", "/api/v1/billing/subscription").send().await.refused(401, "UNAUTHENTICATED");
}

async fn what_cannot_be_bought_is_refused(stage: Arc<Stage>) {
    let edge = stage.own(settings()).await;
    let buyer = Buyer::new(&edge, "external").await;
    for (field, value) in [
        ("plan_id", json!("")),
        ("plan_id", json!(7)),
        ("billing_cycle", json!("weekly")),
        ("tier_code", json!("GOLD")),
        ("seats", json!(0)),
        ("seats", json!(26)),
        ("success_url", json!("javascript:alert(1)")),
        ("success_url", json!("http://clinic.example/paid")),
        ("success_url", json!("https://2130706433/")),
        ("cancel_url", json!("https://[::ffff:169.254.169.254]/")),
    ] {
        let mut wanted = professional();
        wanted[field] = value.clone();
        let answer = buyer.buy("mark", &wanted).await;
        answer.refused(400, "VALIDATION_ERROR");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{value}");
    }
    buyer.buy("mark", &json!({"plan_id": "nothing"})).await.refused(404, "PLAN_NOT_FOUND");
    buyer.post("/api/v1/billing/subscription/cancel", &json!({})).await.refused(409, "NO_SUBSCRIPTION");
    assert!(buyer.orders().is_empty() && buyer.contacts() == 0);
    // What was refused left its key free.
    buyer.buy("mark", &professional()).await.expect(201);
}

async fn what_people_have_to_approve_makes_no_order(stage: Arc<Stage>) {
    let edge = stage.own(settings()).await;
    let buyer = Buyer::new(&edge, "external").await;
    let wanted = json!({"plan_id": "sku_professional", "seats": 25});
    let pending = buyer.buy("mark", &wanted).await.expect(202);
    assert_eq!(pending["status"], "pending_approval");
    assert_eq!(pending["levels"], json!([{"approvers": ["role:finance_manager"], "quorum": 1}]));
    assert!(pending["approval_request_id"].is_string());
    assert_eq!(buyer.buy("mark", &wanted).await.expect(202), pending);
    assert!(buyer.orders().is_empty());
}

async fn what_bheempay_refuses_is_told_as_that_and_holds_no_room_in_the_budget(stage: Arc<Stage>) {
    let edge = stage.own(settings()).await;
    let buyer = Buyer::new(&edge, "external").await;
    let budgets = "/api/v1/enterprise-billing/budgets";
    let budget = json!({"name": "All", "limit": 5000, "currency": "INR", "period": "monthly"});
    let made = buyer.post(budgets, &budget).await.expect(201);
    let path = format!("{budgets}/{}", made["id"].as_str().unwrap());
    let reserved = async || buyer.get(&path).await.expect(200)["current"]["reserved"].clone();
    for refusal in [400, 404, 422] {
        let fault = Ordered { status: Some(refusal), ..Ordered::default() };
        edge.erp.faults.order_for_route("POST /api/v1/pay/checkout/subscription", fault);
        for _ in 0..5 {
            buyer.post("/api/v1/billing/checkout", &professional()).await.refused(422, "UPSTREAM_REFUSED");
            assert_eq!(reserved().await, json!(0.00), "{refusal}");
        }
        edge.erp.faults.clear();
    }
    // Not heard, and nothing is said afterwards either: the next purchase finds out that there is none.
    let route = "POST /api/v1/pay/checkout/subscription";
    edge.erp.faults.order_for_route(route, Ordered { hang: true, times: Some(1), ..Ordered::default() });
    let silent = Ordered { status: Some(503), times: Some(1), ..Ordered::default() };
    edge.erp.faults.order_for_route("GET /api/v1/pay/checkout/", silent);
    buyer.post("/api/v1/billing/checkout", &professional()).await.refused(503, "UPSTREAM_UNAVAILABLE");
    assert_eq!(reserved().await, json!(2499.00));
    edge.erp.faults.clear();
    buyer.post("/api/v1/billing/checkout", &professional()).await.expect(201);
    assert_eq!(reserved().await, json!(2499.00));
}
