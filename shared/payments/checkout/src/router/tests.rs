use std::sync::Mutex;

use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use edge_rulebook::contract::{ApprovalLevel, ApprovalOutcome, BudgetBalance};
use http::{Method, Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

mod permission;
mod refused;

const PLATFORM: &str = "bootstrap-key-of-the-tests";
const ACME: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
const OTHER: &str = "1b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d22";
const OURS: &str = "2b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d33";

/// In place of a status: the upstream is not asked, for it has too much to do.
const BUSY: u16 = 1;

/// What the upstreams know.
#[derive(Default)]
struct Upstreams {
    down: bool,
    subscription: Option<Value>,
    orders: usize,
    /// The key that each order was asked for under.
    keys: Vec<String>,
    /// What BheemPay answers to who wants an order, in place of the order; 0: it breaks off.
    order_status: Option<u16>,
    /// Whether it makes the order all the same.
    makes_it: bool,
    /// Whether BheemPay says what it knows of an order.
    hides_orders: bool,
    /// What the ERP answers to who makes a contact, in place of the contact; 0: it breaks off.
    contact_status: Option<u16>,
    /// What the last order is said to cost; null: as asked.
    amount: Value,
    cancelled: Vec<(String, Value)>,
    verified: Vec<Value>,
}

struct Test {
    world: World,
    billing: Router,
    tenants: Router,
    access: Router,
    upstreams: Arc<Mutex<Upstreams>>,
}

fn answer(upstreams: &mut Upstreams, request: &Request<Bytes>) -> (u16, Value) {
    let path = request.uri().path();
    let body = || serde_json::from_slice::<Value>(request.body()).unwrap();
    match (request.method(), path) {
        (&Method::GET, "/api/v1/shared/sku-subscription/sku/pro") => {
            let tier = json!({"tier_code": "PRO", "price": 2499, "max_users": 25});
            let max = json!({"tier_code": "MAX", "price": 60_000});
            let plan = json!({"sku_id": "pro", "sku_code": "WORKSPACE-PRO", "name": "Professional", "currency": "INR",
                "base_price": 2499, "setup_fee": 500, "billing_cycle": "monthly", "tiers": [tier, max]});
            (200, plan)
        }
        (&Method::GET, "/api/v1/shared/sku-subscription") => (200, json!({"data": []})),
        (&Method::POST, "/api/v1/crm/contacts") => match upstreams.contact_status {
            Some(status) => (status, json!({"detail": "a secret of the ERP's"})),
            None => (201, json!({"id": "contact-1"})),
        },
        (&Method::GET, "/api/v1/sales/invoices") => {
            assert_eq!(request.uri().query(), Some("customer_id=contact-1"));
            let invoice = |number: u32, customer: &str| json!({"invoice_number": format!("INV-{number}"), "customer_id": customer, "total_amount": 2499.5});
            let all = json!([
                invoice(1, "contact-1"),
                invoice(2, "contact-1"),
                invoice(3, "contact-9"),
                invoice(4, "contact-1")
            ]);
            (200, json!({ "data": all }))
        }
        (&Method::POST, "/api/v1/pay/checkout/subscription") => {
            let key = request.headers()["idempotency-key"].to_str().unwrap().to_owned();
            if let Some(status) = upstreams.order_status
                && !upstreams.makes_it
            {
                return (status, json!({"detail": "a secret of BheemPay's"}));
            }
            let number = upstreams.keys.iter().position(|known| *known == key).unwrap_or_else(|| {
                upstreams.orders += 1;
                upstreams.keys.push(key);
                upstreams.orders - 1
            });
            if let Some(status) = upstreams.order_status {
                return (status, json!({}));
            }
            let mut order = json!({"checkout_id": "co", "order_id": format!("order_{}", number + 1), "key_id": "rzp"});
            if !upstreams.amount.is_null() {
                order["amount"] = upstreams.amount.clone();
            }
            (200, order)
        }
        (&Method::GET, order) if order.starts_with("/api/v1/pay/checkout/") => {
            let name = order.rsplit('/').next().unwrap();
            let by_key =
                upstreams.keys.iter().position(|key| key == name).map(|number| format!("order_{}", number + 1));
            match by_key.or_else(|| name.starts_with("order_").then(|| name.to_owned())) {
                _ if upstreams.hides_orders => (503, json!({})),
                Some(id) => (200, json!({"order_id": id, "status": "created"})),
                None => (404, json!({})),
            }
        }
        (&Method::POST, "/api/v1/pay/verify") => {
            upstreams.verified.push(body());
            if body()["signature"] == "good" { (200, json!({"verified": true})) } else { (400, json!({})) }
        }
        (&Method::GET, path) if path.starts_with("/api/v1/subscriptions/user/") => {
            upstreams.subscription.clone().map_or((404, json!({})), |known| (200, known))
        }
        (&Method::POST, path) if path.ends_with("/cancel") => {
            upstreams.cancelled.push((path.to_owned(), body()));
            (200, json!({}))
        }
        _ => (404, json!({})),
    }
}

async fn test() -> Test {
    let world = World::new(1);
    for (name, value) in [("bootstrap_admin_key", PLATFORM), ("erp_url", "http://erp"), ("bheempay_url", "http://pay")]
    {
        world.config.set(name, value);
    }
    let upstreams = Arc::<Mutex<Upstreams>>::default();
    let shared = upstreams.clone();
    world.http.on_request(move |request| {
        let mut upstreams = shared.lock().unwrap();
        let said = if upstreams.down {
            Err(HttpError::Failed("cut".into()))
        } else {
            let (status, body) = answer(&mut upstreams, &request);
            if status == 0 {
                return futures::future::ready(Err(HttpError::Failed("cut".into())));
            }
            if status == BUSY {
                return futures::future::ready(Err(HttpError::Busy(8)));
            }
            Ok(Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
        };
        futures::future::ready(said)
    });
    let capabilities = || world.instance().0;
    let (billing, tenants) = (router(capabilities()), edge_tenants::router(capabilities()));
    let access = edge_access::router(capabilities());
    let test = Test { world, billing, tenants, access, upstreams };
    for (id, slug, mode, code) in [
        (ACME, "acme", "external", None),
        (OTHER, "other", "external", None),
        (OURS, "ours", "internal", Some("BHM002")),
    ] {
        let new = json!({"id": id, "name": slug, "slug": slug, "owner_email": "o@x.example", "tenant_mode": mode,
            "erp_company_code": code});
        let made = test.ask(&test.tenants, PLATFORM, None, "POST", "/api/v1/tenants", &new).await;
        assert_eq!(made.0, 201, "{made:?}");
    }
    test
}

impl Test {
    async fn ask(
        &self,
        router: &Router,
        key: &str,
        tenant: Option<&str>,
        method: &str,
        path: &str,
        body: &Value,
    ) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {key}"));
        if let Some(tenant) = tenant {
            request = request.header("x-tenant-id", tenant);
        }
        if let Some(mark) = body.get("mark").and_then(Value::as_str) {
            request = request.header("idempotency-key", mark);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let response = router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    /// The platform's call for Acme.
    async fn acme(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.billing, PLATFORM, Some(ACME), method, path, &body).await
    }

    async fn check_out(&self, body: Value) -> (u16, Value) {
        self.acme("POST", "/api/v1/billing/checkout", body).await
    }

    async fn key(&self, scopes: &[&str], tenant: Option<&str>) -> String {
        let new = json!({"name": "k", "scopes": scopes, "tenant_id": tenant});
        let (_, made) = self.ask(&self.access, PLATFORM, None, "POST", "/api/v1/api-keys", &new).await;
        made["key"].as_str().unwrap().to_owned()
    }

    fn upstreams(&self) -> std::sync::MutexGuard<'_, Upstreams> {
        self.upstreams.lock().unwrap()
    }
}

/// Every call there is: method, path, body.
fn calls() -> [(&'static str, &'static str, Value); 6] {
    [
        ("POST", "/api/v1/billing/checkout", json!({"plan_id": "pro"})),
        ("GET", "/api/v1/billing/checkout/order_1", Value::Null),
        ("POST", "/api/v1/billing/verify", json!({"order_id": "order_1", "payment_id": "p", "signature": "good"})),
        ("GET", "/api/v1/billing/subscription", Value::Null),
        ("POST", "/api/v1/billing/subscription/cancel", json!({})),
        ("GET", "/api/v1/billing/invoices", Value::Null),
    ]
}

#[tokio::test(start_paused = true)]
async fn an_internal_tenant_is_never_billed() {
    let test = test().await;
    let own = test.key(&["billing:read", "billing:write"], Some(OURS)).await;
    for (method, path, body) in calls() {
        for (key, tenant) in [(PLATFORM, Some(OURS)), (own.as_str(), None)] {
            let (status, answer) = test.ask(&test.billing, key, tenant, method, path, &body).await;
            assert_eq!((status, &answer["code"]), (400, &json!("INTERNAL_TENANT")), "{method} {path}");
        }
    }
    assert_eq!(test.upstreams().orders, 0);
}

#[tokio::test(start_paused = true)]
async fn who_may_is_told_by_scopes_and_the_tenant_by_the_key_or_the_platform() {
    let test = test().await;
    let reads = test.key(&["billing:read"], Some(ACME)).await;
    let other = test.key(&["seats:verify", "tenants:admin"], Some(ACME)).await;
    for (method, path, body) in calls() {
        let code = async |key: &str, tenant| {
            let (status, answer) = test.ask(&test.billing, key, tenant, method, path, &body).await;
            (status, answer["code"].as_str().unwrap_or_default().to_owned())
        };
        let refused = |status: u16, code: &str| (status, code.to_owned());
        assert_eq!(code("nobody", None).await, refused(401, "UNAUTHENTICATED"), "{path}");
        assert_eq!(code(&other, None).await, refused(403, "PERMISSION_DENIED"), "{path}");
        if method == "POST" {
            assert_eq!(code(&reads, None).await, refused(403, "PERMISSION_DENIED"), "{path}");
        } else {
            assert_eq!(code(&reads, Some(OTHER)).await, refused(404, "TENANT_NOT_FOUND"), "{path}");
        }
        assert_eq!(code(PLATFORM, None).await, refused(400, "VALIDATION_ERROR"), "{path}");
        assert_eq!(code(PLATFORM, Some("nobody")).await, refused(404, "TENANT_NOT_FOUND"), "{path}");
    }
    let writes = test.key(&["billing:write"], Some(ACME)).await;
    let wanted = json!({"plan_id": "pro"});
    let bought = test.ask(&test.billing, &writes, None, "POST", "/api/v1/billing/checkout", &wanted).await;
    assert_eq!(bought.0, 201, "{bought:?}");
}

#[tokio::test(start_paused = true)]
async fn anothers_order_is_as_one_that_does_not_exist() {
    let test = test().await;
    assert_eq!(test.check_out(json!({"plan_id": "pro"})).await.1["order_id"], "order_1");
    let (status, order) = test.acme("GET", "/api/v1/billing/checkout/order_1", Value::Null).await;
    assert_eq!((status, order), (200, json!({"order_id": "order_1", "status": "created"})));
    let proof = |order: &str, signature: &str| json!({"order_id": order, "payment_id": "p", "signature": signature});
    let (status, said) = test.acme("POST", "/api/v1/billing/verify", proof("order_1", "good")).await;
    assert_eq!((status, said), (200, json!({"verified": true})));
    let (status, said) = test.acme("POST", "/api/v1/billing/verify", proof("order_1", "bad")).await;
    assert_eq!((status, &said["code"]), (400, &json!("INVALID_SIGNATURE")));
    for order in ["order_1", "order_7"] {
        let path = format!("/api/v1/billing/checkout/{order}");
        let (status, seen) = test.ask(&test.billing, PLATFORM, Some(OTHER), "GET", &path, &Value::Null).await;
        assert_eq!((status, &seen["code"]), (404, &json!("ORDER_NOT_FOUND")), "{order}");
        let body = proof(order, "good");
        let verified = test.ask(&test.billing, PLATFORM, Some(OTHER), "POST", "/api/v1/billing/verify", &body).await;
        assert_eq!((verified.0, &verified.1["code"]), (404, &json!("ORDER_NOT_FOUND")), "{order}");
    }
    assert_eq!(test.upstreams().verified.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_bought_is_refused_by_its_field() {
    let test = test().await;
    for (wanted, field) in [
        (json!({}), "plan_id"),
        (json!({"plan_id": ""}), "plan_id"),
        (json!({"plan_id": 7}), "plan_id"),
        (json!({"plan_id": "pro", "billing_cycle": "weekly"}), "billing_cycle"),
        (json!({"plan_id": "pro", "tier_code": "GOLD"}), "tier_code"),
        (json!({"plan_id": "pro", "seats": 0}), "seats"),
        (json!({"plan_id": "pro", "seats": 26}), "seats"),
        (json!({"plan_id": "pro", "seats": 1.5}), "seats"),
        (json!({"plan_id": "pro", "success_url": "javascript:alert(1)"}), "success_url"),
        (json!({"plan_id": "pro", "cancel_url": "/billing"}), "cancel_url"),
        (json!({"plan_id": "pro", "success_url": "http://clinic.example/paid"}), "success_url"),
        (json!({"plan_id": "pro", "success_url": "https://user@clinic.example/"}), "success_url"),
        (json!({"plan_id": "pro", "cancel_url": "https://169.254.169.254/"}), "cancel_url"),
        (json!({"plan_id": "pro", "cancel_url": "https://[::ffff:10.0.0.1]/"}), "cancel_url"),
        (json!({"plan_id": "pro", "success_url": "https://localhost:3000/"}), "success_url"),
    ] {
        let (status, answer) = test.check_out(wanted.clone()).await;
        assert_eq!((status, &answer["errors"][0]["field"]), (400, &json!(field)), "{wanted}: {answer}");
    }
    let (status, answer) = test.check_out(json!({"plan_id": "nothing"})).await;
    assert_eq!((status, &answer["code"]), (404, &json!("PLAN_NOT_FOUND")));
    assert_eq!(test.upstreams().orders, 0);
}

#[tokio::test(start_paused = true)]
async fn customers_are_sent_to_the_tenants_own_hosts_where_it_names_them() {
    let test = test().await;
    let check_out = async |url: &str| test.check_out(json!({"plan_id": "pro", "success_url": url})).await;
    assert_eq!(check_out("https://anybody.example/paid").await.0, 201);
    let settings = json!({"settings": {"checkout_return_hosts": ["clinic.example"]}});
    let path = format!("/api/v1/tenants/{ACME}");
    assert_eq!(test.ask(&test.tenants, PLATFORM, None, "PUT", &path, &settings).await.0, 200);
    let (status, refused) = check_out("https://anybody.example/paid").await;
    assert_eq!((status, &refused["errors"][0]["field"]), (400, &json!("success_url")), "{refused}");
    assert_eq!(check_out("https://clinic.example/paid").await.0, 201);
    // What cannot be read as a list of hosts names none.
    let settings = json!({"settings": {"checkout_return_hosts": "clinic.example"}});
    assert_eq!(test.ask(&test.tenants, PLATFORM, None, "PUT", &path, &settings).await.0, 200);
    assert_eq!(check_out("https://clinic.example/paid").await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn a_refused_purchase_leaves_its_key_free_and_a_made_one_does_not() {
    let test = test().await;
    let wanted = |plan: &str| json!({"plan_id": plan, "mark": "k"});
    assert_eq!(test.check_out(wanted("nothing")).await.0, 404);
    let (status, first) = test.check_out(wanted("pro")).await;
    assert_eq!(status, 201, "{first}");
    assert_eq!(test.check_out(wanted("pro")).await, (201, first.clone()));
    let (status, answer) = test.check_out(wanted("WORKSPACE-PRO")).await;
    assert_eq!((status, &answer["code"]), (422, &json!("IDEMPOTENCY_KEY_REUSED")));
    // Another tenant's key is its own, and after a day it may stand for something else.
    let path = "/api/v1/billing/checkout";
    let other = test.ask(&test.billing, PLATFORM, Some(OTHER), "POST", path, &wanted("pro")).await;
    assert_eq!(other.1["order_id"], "order_2");
    test.world.clock.advance(std::time::Duration::from_hours(25)).await;
    let db = edge_database::Db::new(test.world.db.clone());
    // A clock that was set forward makes no key free by itself: drains have to go on under it.
    for drains in [1, 100] {
        assert_eq!(test.check_out(wanted("pro")).await.1["order_id"], "order_1");
        for _ in 0..drains {
            db.advance_retention_time(edge_capabilities::Clock::now(&*test.world.clock)).await.unwrap();
        }
    }
    assert_eq!(test.check_out(wanted("pro")).await.1["order_id"], "order_3");
    // Without a key each request is a purchase.
    assert_eq!(test.check_out(json!({"plan_id": "pro"})).await.1["order_id"], "order_4");
    assert_eq!(test.check_out(json!({"plan_id": "pro"})).await.1["order_id"], "order_5");
}

#[tokio::test(start_paused = true)]
async fn what_people_have_to_approve_waits_for_them_and_makes_no_order() {
    let test = test().await;
    let dear = json!({"plan_id": "pro", "tier_code": "MAX", "mark": "k"});
    let (status, pending) = test.check_out(dear.clone()).await;
    assert_eq!((status, &pending["status"]), (202, &json!("pending_approval")), "{pending}");
    assert_eq!(pending["levels"], json!([{"approvers": ["role:finance_manager"], "quorum": 1}]));
    assert!(
        pending["warnings"][0]
            .as_str()
            .unwrap()
            .starts_with("Level 1 needs a quorum of 1 from role:finance_manager; 0")
    );
    assert!(pending["approval_request_id"].as_str().unwrap().starts_with("apr_"));
    assert_eq!(test.check_out(dear).await, (202, pending));
    assert_eq!(test.upstreams().orders, 0);
    // An order that costs more than was asked about is not handed out either.
    test.upstreams().amount = json!(60_000);
    let (status, pending) = test.check_out(json!({"plan_id": "pro", "mark": "l"})).await;
    assert_eq!((status, &pending["status"]), (202, &json!("pending_approval")), "{pending}");
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_shown_as_gateways_told_of_it_and_the_erp_fills_in() {
    let test = test().await;
    let path = "/api/v1/billing/subscription";
    assert_eq!(test.acme("GET", path, Value::Null).await, (200, json!({"status": "not_found"})));
    test.upstreams().subscription = Some(json!({
        "id": 17, "status": "active", "payment_status": "paid", "plan": {"name": "Professional"}, "base_price": "2499.10",
        "next_billing_date": "2026-02-01", "end_date": "2026-02-01", "user_id": ACME,
    }));
    let (status, shown) = test.acme("GET", path, Value::Null).await;
    let expected = json!({
        "subscription_id": "17", "status": "active", "payment_status": "paid", "plan": "Professional", "price": 2499.10,
        "next_billing_date": "2026-02-01", "period_end": "2026-02-01",
    });
    assert_eq!((status, shown), (200, expected));
    test.upstreams().down = true;
    let (status, answer) = test.acme("GET", path, Value::Null).await;
    assert_eq!((status, &answer["code"]), (503, &json!("UPSTREAM_UNAVAILABLE")));
}

#[tokio::test(start_paused = true)]
async fn a_subscription_is_cancelled_in_the_erp() {
    let test = test().await;
    let path = "/api/v1/billing/subscription/cancel";
    let (status, answer) = test.acme("POST", path, json!({})).await;
    assert_eq!((status, &answer["code"]), (409, &json!("NO_SUBSCRIPTION")));
    test.upstreams().subscription = Some(json!({"id": "sub/1", "status": "active"}));
    let scheduled = (200, json!({"status": "cancellation_scheduled"}));
    assert_eq!(test.acme("POST", path, json!({"reason": "dear", "mark": "c"})).await, scheduled);
    assert_eq!(test.acme("POST", path, json!({"reason": "dear", "mark": "c"})).await, scheduled);
    assert_eq!(test.acme("POST", path, json!({"immediate": true})).await, scheduled);
    let expected = [
        ("/api/v1/subscriptions/sub%2F1/cancel".to_owned(), json!({"reason": "dear", "immediate": false})),
        ("/api/v1/subscriptions/sub%2F1/cancel".to_owned(), json!({"reason": null, "immediate": true})),
    ];
    assert_eq!(test.upstreams().cancelled, expected);
}

#[tokio::test(start_paused = true)]
async fn invoices_are_the_tenants_own_a_page_at_a_time() {
    let test = test().await;
    let path = "/api/v1/billing/invoices";
    assert_eq!(test.acme("GET", path, Value::Null).await, (200, json!({"data": [], "nextCursor": null})));
    test.check_out(json!({"plan_id": "pro"})).await;
    let numbers = |page: &Value| -> Vec<String> {
        let all = page["data"].as_array().unwrap().iter();
        all.map(|invoice| invoice["invoice_number"].as_str().unwrap().to_owned()).collect()
    };
    let (_, all) = test.acme("GET", path, Value::Null).await;
    assert_eq!(numbers(&all), ["INV-1", "INV-2", "INV-4"]);
    let (_, first) = test.acme("GET", &format!("{path}?limit=2"), Value::Null).await;
    assert_eq!((numbers(&first).len(), &first["nextCursor"]), (2, &json!("2")));
    let (_, rest) = test.acme("GET", &format!("{path}?limit=2&cursor=2"), Value::Null).await;
    assert_eq!((numbers(&rest), &rest["nextCursor"]), (vec!["INV-4".to_owned()], &Value::Null));
    assert_eq!(test.acme("GET", &format!("{path}?cursor=x"), Value::Null).await.0, 400);
}

/// A budget of a thousand rupees, and people who grant everything once.
struct Strict(Mutex<Vec<String>>);

#[async_trait::async_trait]
impl Budgets for Strict {
    async fn of(&self, spending: &crate::Spending) -> Result<Option<BudgetBalance>, Problem> {
        let money = |minor| edge_money::Money { minor, ..spending.amount }.into();
        let budget = BudgetBalance {
            limit: money(if spending.tenant == OTHER { 100_000 } else { 100_000_000 }),
            spent: money(0),
            reserved: money(0),
            currency: spending.amount.currency.as_str().to_owned(),
            period: "2026-01".to_owned(),
        };
        Ok(Some(budget))
    }
}

#[async_trait::async_trait]
impl Approvals for Strict {
    async fn ask(
        &self,
        spending: &crate::Spending,
        levels: &[ApprovalLevel],
        _: &edge_rulebook::Decision<ApprovalOutcome>,
    ) -> Result<crate::Requested, Problem> {
        assert_eq!(levels.len(), 1);
        let id = format!("apr_{}", spending.plan);
        self.0.lock().unwrap().push(id.clone());
        Ok(crate::Requested { id, warnings: Vec::new() })
    }

    async fn granted(&self, id: &str, _: &crate::Spending) -> Result<bool, Problem> {
        let mut open = self.0.lock().unwrap();
        let before = open.len();
        open.retain(|one| one != id);
        Ok(open.len() < before)
    }
}

#[tokio::test(start_paused = true)]
async fn a_budget_is_held_and_what_was_approved_goes_through_once() {
    let mut test = test().await;
    let strict = Arc::new(Strict(Mutex::default()));
    test.billing = router_with(test.world.instance().0, strict.clone(), strict);
    let path = "/api/v1/billing/checkout";
    let wanted = json!({"plan_id": "pro"});
    let (status, denied) = test.ask(&test.billing, PLATFORM, Some(OTHER), "POST", path, &wanted).await;
    assert_eq!((status, &denied["code"]), (409, &json!("BUDGET_EXCEEDED")), "{denied}");
    assert_eq!(test.upstreams().orders, 0);

    let mut dear = json!({"plan_id": "pro", "tier_code": "MAX"});
    let (_, pending) = test.check_out(dear.clone()).await;
    assert_eq!(pending["approval_request_id"], "apr_pro", "{pending}");
    dear["approval_request_id"] = pending["approval_request_id"].clone();
    assert_eq!(test.check_out(dear.clone()).await.0, 201);
    assert_eq!(test.check_out(dear).await.0, 202, "it is used up");
    assert_eq!(test.upstreams().orders, 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_bought_and_given_up_is_in_the_tenants_audit_once() {
    let test = test().await;
    for _ in 0..2 {
        assert_eq!(test.check_out(json!({"plan_id": "pro", "mark": "k"})).await.0, 201);
    }
    test.upstreams().subscription = Some(json!({"id": "sub", "status": "active"}));
    assert_eq!(test.acme("POST", "/api/v1/billing/subscription/cancel", json!({})).await.0, 200);
    let statement =
        "SELECT action, actor FROM tenant_deeds WHERE action LIKE '%.%' AND tenant_id = $1 ORDER BY at, action";
    let rows = edge_capabilities::Database::query(&*test.world.db, statement, &[ACME.into()]).await.unwrap();
    let deeds: Vec<_> = rows.iter().map(|row| (row.text(0).unwrap(), row.text(1).unwrap())).collect();
    let ours: Vec<_> = deeds.into_iter().filter(|(action, _)| !action.starts_with("tenant.created")).collect();
    for action in ["tenant.contact_made", "checkout.ordered", "subscription.cancel"] {
        assert_eq!(ours.iter().filter(|deed| **deed == (action, "bootstrap")).count(), 1, "{action}: {ours:?}");
    }
}
