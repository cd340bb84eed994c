//! The ERP's books against what gateways told, from the webhook to the report.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::Clock as _;
use edge_capabilities::testing::World;
use edge_gateways::{Provider, sign};
use edge_http::testing::{ask, send};
use http::{Request, Response};
use serde_json::{Value, json};

const ACME: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
const OTHER: &str = "1b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d22";
const KEY: &str = "bootstrap-key-of-the-tests";
const SECRET: &str = "secret-of-the-tests";
const PATH: &str = "/api/v1/billing/reconciliation?from=2025-01-01&to=2025-02-01";

struct Test {
    world: World,
    billing: Router,
    webhooks: Router,
    invoices: Arc<Mutex<Vec<Value>>>,
}

impl Test {
    async fn new() -> Self {
        let world = World::new(3);
        for (name, value) in
            [("bootstrap_admin_key", KEY), ("erp_url", "http://erp"), ("webhook_secrets_bheempay", SECRET)]
        {
            world.config.set(name, value);
        }
        let invoices = Arc::<Mutex<Vec<Value>>>::default();
        let shared = invoices.clone();
        world.http.on_request(move |request| {
            let of_customer =
                request.uri().query().and_then(|query| query.strip_prefix("customer_id=")).map(str::to_owned);
            let body = match request.uri().path() {
                "/api/v1/shared/sku-subscription/sku/pro" => json!({
                    "sku_id": "pro", "name": "Professional", "base_price": 2499, "billing_cycle": "monthly",
                    "tiers": [{"tier_code": "PRO", "price": 2499, "features_included": {"credits": 100}}],
                }),
                "/api/v1/sales/invoices" => {
                    let mut all = shared.lock().unwrap().clone();
                    all.retain(|invoice| invoice["customer_id"].as_str() == of_customer.as_deref());
                    json!({ "data": all })
                }
                _ => json!({}),
            };
            async move { Ok(Response::new(Bytes::from(body.to_string()))) }
        });
        let capabilities = || world.instance().0;
        let (billing, webhooks) = (edge_checkout::router(capabilities()), edge_webhooks::router(capabilities()));
        let tenants = edge_tenants::router(capabilities());
        for (id, slug) in [(ACME, "acme"), (OTHER, "other")] {
            let new = json!({"id": id, "name": slug, "slug": slug, "owner_email": "o@x.example",
                "erp_customer_id": format!("contact-of-{slug}")});
            assert_eq!(ask(&tenants, KEY, None, "POST", "/api/v1/tenants", &new).await.0, 201);
        }
        Self { world, billing, webhooks, invoices }
    }

    /// BheemPay tells of a payment.
    async fn paid(&self, tenant: &str, number: u32, at: &str, cycle: &str, amount: Value) {
        let body = json!({
            "event": "payment.captured", "created_at": at,
            "payload": {
                "metadata": {"tenant_id": tenant, "billing_cycle": cycle}, "subscription_id": "sub", "plan_id": "pro",
                "plan_name": "Professional", "payment_id": format!("pay_{number}"), "amount": amount, "currency": "INR",
                "invoice_number": format!("INV-{number}"),
            },
        });
        self.tell(&body).await;
    }

    /// BheemPay tells that something of a payment was given back.
    async fn refunded(&self, tenant: &str, number: u32, name: &str, amount: Value) {
        let body = json!({
            "event": "refund.processed", "created_at": "2025-03-01T00:00:00Z",
            "payload": {
                "metadata": {"tenant_id": tenant}, "payment_id": format!("pay_{number}"), "refund_id": name,
                "amount": amount, "currency": "INR",
            },
        });
        self.tell(&body).await;
    }

    async fn tell(&self, body: &Value) {
        let (id, body) = (body["payload"]["payment_id"].to_string(), body.to_string());
        let headers = sign(Provider::BheemPay, SECRET, body.as_bytes(), self.world.clock.now(), &id).unwrap();
        let mut request = Request::post("/api/v1/billing/webhook").body(Body::from(body)).unwrap();
        *request.headers_mut() = headers.into_iter().collect();
        let answer = send(&self.webhooks, request).await.expect(200);
        assert_eq!(answer["status"], "success", "{answer}");
    }

    fn invoice(&self, customer: &str, number: u32, changes: &Value) {
        let mut invoice = json!({
            "invoice_number": format!("INV-{number}"), "customer_id": format!("contact-of-{customer}"),
            "total_amount": "2499.00", "currency": "INR", "status": "PAID", "gateway_payment_id": format!("pay_{number}"),
            "invoice_date": "2025-01-10",
        });
        invoice.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.invoices.lock().unwrap().push(invoice);
    }

    async fn get(&self, path: &str, tenant: Option<&str>) -> (u16, Value) {
        ask(&self.billing, KEY, tenant, "GET", path, &Value::Null).await
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_doubled_or_off_is_listed_with_what_must_be() {
    let test = Test::new().await;
    let good = json!(2499);
    for number in 1..=5 {
        test.paid(ACME, number, &format!("2025-01-0{number}T20:00:00Z"), "monthly", good.clone()).await;
    }
    test.paid(OTHER, 6, "2025-01-01T00:00:00Z", "annual", json!(24_990)).await;
    // Not of this time.
    test.paid(ACME, 7, "2025-02-01T00:00:00Z", "monthly", good.clone()).await;
    test.paid(ACME, 8, "2024-12-31T23:59:59Z", "monthly", good).await;
    test.invoice("acme", 1, &json!({}));
    test.invoice("acme", 2, &json!({"total_amount": 2499.01, "status": "SENT"}));
    test.invoice("acme", 3, &json!({}));
    test.invoice("acme", 3, &json!({"invoice_number": "INV-3b"}));
    test.invoice("acme", 5, &json!({"gateway_payment_id": null}));
    test.invoice("acme", 9, &json!({}));
    test.invoice("acme", 10, &json!({"invoice_date": "2025-03-01"}));
    test.invoice("acme", 11, &json!({"status": "DRAFT"}));

    let (status, report) = test.get(PATH, None).await;
    assert_eq!((status, &report["payments"], &report["matched"]), (200, &json!(6), &json!(2)), "{report:#}");
    let of = |list: &str| -> Vec<String> {
        let all = report[list].as_array().unwrap().iter();
        all.map(|finding| finding["invoice_number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("missing"), ["INV-4", "INV-6"]);
    assert_eq!(of("off"), ["INV-2"]);
    assert_eq!(of("doubled"), ["INV-3"]);
    assert_eq!(report["doubled"][0]["invoices"], json!(["INV-3", "INV-3b"]));
    assert_eq!(report["unpaid"], json!([{"tenant_id": ACME, "invoice_number": "INV-9"}]));
    let differences = json!([
        {"field": "total_amount", "expected": "2499.00 INR", "found": "2499.01 INR"},
        {"field": "status", "expected": "PAID", "found": "SENT"},
    ]);
    assert_eq!(report["off"][0]["differences"], differences);

    let month = &report["missing"][0]["expected"];
    let line = |account: &str, name: &str, debit: Value, credit: Value, description: &str| json!({"account": account, "account_name": name, "debit": debit, "credit": credit, "description": description});
    // In India the 4th is over by 20:00 UTC.
    let entries = json!([{"entry_date": "2025-01-05", "reference": "INV-4", "lines": [
        line("1200", "Bank - Razorpay", json!(2499.00), Value::Null, "Payment received"),
        line("4102", "Subscription Revenue - Professional", Value::Null, json!(2499.00), "Workspace subscription"),
    ]}]);
    assert_eq!(month["journal_entries"], entries);
    assert_eq!((&month["credits"], &month["invoice"]["status"]), (&json!(100), &json!("PAID")));
    assert_eq!(month["customer_payment"]["customer_id"], "contact-of-acme");
    let year = report["missing"][1]["expected"]["journal_entries"].as_array().unwrap().clone();
    assert_eq!((year.len(), &year[0]["lines"][1]["account"]), (13, &json!("2100")));
    assert!(year[1..].iter().all(|entry| entry["lines"][0]["debit"] == 2082.50));
}

#[tokio::test(start_paused = true)]
async fn what_was_given_back_of_payments_is_listed() {
    let test = Test::new().await;
    for number in 1..=4 {
        test.paid(ACME, number, &format!("2025-01-0{number}T20:00:00Z"), "monthly", json!(2499)).await;
    }
    test.paid(OTHER, 5, "2025-01-05T00:00:00Z", "monthly", json!(2499)).await;
    for (number, status) in [(1, "REFUNDED"), (2, "PAID"), (4, "REFUNDED")] {
        test.invoice("acme", number, &json!({ "status": status }));
    }
    for (tenant, number, name, amount) in [
        (ACME, 1, "rfnd_1", json!(2499)),
        (ACME, 2, "rfnd_2", json!(99.50)),
        (ACME, 2, "rfnd_3", json!(0.50)),
        (ACME, 3, "rfnd_4", json!(5000)),
        (OTHER, 5, "rfnd_5", json!(1)),
        // Nobody heard of its payment.
        (ACME, 6, "rfnd_6", json!(1)),
    ] {
        test.refunded(tenant, number, name, amount).await;
    }
    let (_, report) = test.get(PATH, Some(ACME)).await;
    let refunded = |number: u32, back: Value| json!({"tenant_id": ACME, "payment_id": format!("pay_{number}"), "invoice_number": format!("INV-{number}"), "amount": 2499.00, "refunded": back, "currency": "INR"});
    let expected = json!([refunded(1, json!(2499.00)), refunded(2, json!(100.00)), refunded(3, json!(2499.00))]);
    let mut listed = report["refunded"].clone();
    let entries: Vec<Value> = listed.as_array_mut().unwrap().iter_mut().map(|one| one["expected"].take()).collect();
    let names = |one: &mut Value| one.as_object_mut().unwrap().remove("expected").unwrap();
    listed.as_array_mut().unwrap().iter_mut().for_each(|one| assert!(names(one).is_null()));
    assert_eq!(listed, expected, "{report:#}");
    // Each refund has an entry of its own, which takes the revenue back and leaves the bank.
    let lines = |entry: &Value| {
        let line = |line: &Value| (line["account"].clone(), line["debit"].clone(), line["credit"].clone());
        [line(&entry["lines"][0]), line(&entry["lines"][1])]
    };
    let back = |amount: f64| [(json!("4102"), json!(amount), Value::Null), (json!("1200"), Value::Null, json!(amount))];
    let written: Vec<_> = entries.iter().flat_map(|all| all.as_array().unwrap()).map(lines).collect();
    assert_eq!(written, [back(2_499.0), back(99.5), back(0.5), back(2_499.0)], "{entries:?}");
    assert_eq!((&report["payments"], &report["matched"]), (&json!(4), &json!(2)));
    // Its invoice must be there all the same; and one that says so must have been given back.
    assert_eq!(report["missing"][0]["payment_id"], "pay_3");
    let differences = json!([{"field": "status", "expected": "PAID", "found": "REFUNDED"}]);
    assert_eq!((report["off"].as_array().unwrap().len(), &report["off"][0]["differences"]), (1, &differences));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_is_held_to_its_own_books_and_times_are_bounded() {
    let test = Test::new().await;
    test.paid(ACME, 1, "2025-01-01T00:00:00Z", "monthly", json!(2499)).await;
    test.paid(OTHER, 2, "2025-01-01T00:00:00Z", "monthly", json!(2499)).await;
    let (_, report) = test.get(PATH, Some(OTHER)).await;
    assert_eq!((&report["payments"], &report["missing"][0]["payment_id"]), (&json!(1), &json!("pay_2")), "{report}");
    for (query, field) in [
        ("", "from"),
        ("?from=2025-01-01", "to"),
        ("?from=soon&to=2025-01-01", "from"),
        ("?from=2025-01-01&to=2025-01-01", "to"),
        ("?from=2025-01-01&to=2026-01-01", "to"),
    ] {
        let (status, answer) = test.get(&format!("/api/v1/billing/reconciliation{query}"), None).await;
        assert_eq!((status, &answer["errors"][0]["field"]), (400, &json!(field)), "{query}");
    }
}
