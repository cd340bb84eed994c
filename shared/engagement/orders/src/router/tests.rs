use std::ops::Deref;
use std::time::Duration;

use edge_capabilities::testing::World;
use edge_http::testing::{Answer, request, send};
use edge_jobs::JobQueue;
use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use serde_json::{Value, json};

use super::*;

mod crashes;
mod messages;
mod packing;
mod rights;
mod shops;

const ORDERS: &str = "/api/v1/orders";

pub(super) struct Test(Platform);

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.0
    }
}

async fn test() -> Test {
    Test(Platform::new(router).await)
}

impl Test {
    /// The platform's call for Acme.
    async fn acme(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, PLATFORM, Some(ACME), method, &format!("{ORDERS}{path}"), body).await
    }

    /// As [`Test::acme`], with headers more.
    async fn with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let headers = headers.iter().copied().chain([("x-tenant-id", ACME)]);
        send(&self.router, request(method, &format!("{ORDERS}{path}"), PLATFORM, headers, &body)).await
    }

    /// The path of a new order.
    async fn make(&self, body: Value) -> String {
        let (status, made) = self.acme("POST", "", body).await;
        assert_eq!(status, 201, "{made}");
        format!("/{}", made["id"].as_str().unwrap())
    }

    async fn get(&self, path: &str) -> Value {
        let (status, shown) = self.acme("GET", path, Value::Null).await;
        assert_eq!(status, 200, "{shown}");
        shown
    }

    /// Has the order be `status`; gives it as it is then.
    async fn step(&self, path: &str, status: &str) -> Value {
        let (code, shown) = self.acme("PUT", path, json!({"status": status})).await;
        assert_eq!(code, 200, "{shown}");
        shown
    }

    /// What is in the outbox: type, channel, user, order by order.
    async fn outbox(&self) -> Vec<String> {
        let statement = "SELECT event_type, channel, COALESCE(user_id, ''), body, status FROM notifications
            ORDER BY created_at, event_id, channel, user_id";
        let rows = self.world.instance().0.db.query(statement, &[]).await.unwrap();
        let line = |row: &edge_capabilities::database::Row| {
            let body: Value = serde_json::from_str(row.text(3).unwrap()).unwrap();
            let to = body["recipient"]["email"].as_str().or(body["recipient"]["phone"].as_str()).unwrap_or("-");
            let kind = row.text(0).unwrap().trim_start_matches("WORKSPACE_").to_lowercase();
            let (channel, user, status) = (row.text(1).unwrap(), row.text(2).unwrap(), row.text(4).unwrap());
            format!("{kind} {channel} {to}{user} {status}")
        };
        rows.iter().map(line).collect()
    }

    /// Changes Acme.
    async fn change_tenant(&self, body: Value) {
        let path = format!("/api/v1/tenants/{ACME}");
        let (status, changed) = self.ask(&self.tenants, PLATFORM, None, "PUT", &path, body).await;
        assert_eq!(status, 200, "{changed}");
    }
}

fn new() -> Value {
    json!({"order_number": "A-1", "customer": {"name": "Zoë", "email": "z@soehne.example", "address": "Main 1\nBerlin"},
        "currency": "INR", "items": [
            {"sku": "SHIRT-M", "product_name": "Shirt", "quantity": 2, "unit_price": 499.5},
            {"sku": "CAP", "product_name": "Cap", "quantity": 1, "unit_price": "100"}]})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn item(order: &Value, index: usize) -> String {
    format!("/{}/items/{}", order["id"].as_str().unwrap(), order["items"][index]["id"].as_str().unwrap())
}

/// Runs the jobs of orders on another instance.
async fn run_jobs(world: &World) {
    let (capabilities, _) = world.instance();
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("messaging", &capabilities, &JobQueue::new(&capabilities, &db));
    jobs(&capabilities, &db, runner).drain_all().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_order_is_made_shown_found_and_changed() {
    let test = test().await;
    let body = with(with(new(), "external_id", json!("820982911946154508")), "external_platform", json!("shopify"));
    let path = test.make(body.clone()).await;
    let shown = test.get(&path).await;
    let expected = json!({"order_number": "A-1", "status": "pending", "currency": "INR", "total_amount": 1099.0,
        "external_platform": "shopify", "external_id": "820982911946154508", "shop_id": null,
        "order_date": "2026-01-01T00:00:00.000Z", "shipped_date": null, "delivered_date": null, "shipments": [],
        "messages": []});
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&shown[field], value, "{field}");
    }
    let first = &shown["items"][0];
    for (field, value) in [
        ("sku", json!("SHIRT-M")),
        ("product_name", json!("Shirt")),
        ("quantity", json!(2)),
        ("packed_quantity", json!(0)),
        ("is_packed", json!(false)),
        ("unit_price", json!(499.5)),
    ] {
        assert_eq!(first[field], value, "{field}");
    }
    assert_eq!(test.acme("POST", "", body).await.1["code"], "ALREADY_EXISTS");
    for (query, count) in [
        ("?status=pending", 1),
        ("?status=shipped", 0),
        ("?external_platform=shopify&external_id=820982911946154508", 1),
        ("?order_number=A-1", 1),
        ("?order_number=A-2", 0),
    ] {
        let (_, listed) = test.acme("GET", query, Value::Null).await;
        assert_eq!(listed["data"].as_array().unwrap().len(), count, "{query}");
    }
    let change = json!({"notes": "Gift", "customer": {"name": "Zoé"}, "total_amount": 1000});
    let changed = test.with("PUT", &path, &[("if-match", "\"1\"")], change).await;
    assert_eq!((changed.status, &changed.headers["etag"]), (200, &"\"2\"".parse().unwrap()));
    assert_eq!((&changed.body["notes"], &changed.body["total_amount"]), (&json!("Gift"), &json!(1000.0)));
    let late = test.with("PUT", &path, &[("if-match", "\"1\"")], json!({"notes": "Late"})).await;
    assert_eq!(late.code(), (412, "PRECONDITION_FAILED"));
    // Without a number of its own an order gets one.
    let mut unnamed = new();
    unnamed.as_object_mut().unwrap().remove("order_number");
    let path = test.make(unnamed).await;
    assert!(test.get(&path).await["order_number"].as_str().unwrap().starts_with("ORD-"));
}

#[tokio::test(start_paused = true)]
async fn a_status_goes_forward_with_dates_and_what_is_done_stays_done() {
    let test = test().await;
    let path = test.make(new()).await;
    assert_eq!(test.step(&path, "confirmed").await["status"], "confirmed");
    let (status, early) = test.acme("PUT", &path, json!({"status": "delivered"})).await;
    assert_eq!((status, &early["code"]), (409, &json!("ORDER_NOT_SHIPPED")));
    test.world.clock.advance(Duration::from_hours(1)).await;
    let change = json!({"status": "shipped", "tracking_number": "1Z2345", "carrier": "UPS",
        "tracking_url": "https://ups.example/1Z2345"});
    let (_, shipped) = test.acme("PUT", &path, change.clone()).await;
    assert_eq!((&shipped["status"], &shipped["shipped_date"]), (&json!("shipped"), &json!("2026-01-01T01:00:00.000Z")));
    let shipment = &shipped["shipments"][0];
    assert_eq!((&shipment["tracking_number"], &shipment["carrier"]), (&json!("1Z2345"), &json!("UPS")));
    assert_eq!(shipment["items"][0]["quantity"], 2);
    assert_eq!(
        (&shipped["items"][0]["shipped_quantity"], &shipped["items"][0]["is_packed"]),
        (&json!(2), &json!(true))
    );
    // The same again changes nothing.
    assert_eq!(test.acme("PUT", &path, change).await.1, shipped);
    test.world.clock.advance(Duration::from_hours(1)).await;
    let delivered = test.step(&path, "delivered").await;
    assert_eq!(
        (&delivered["status"], &delivered["delivered_date"]),
        (&json!("delivered"), &json!("2026-01-01T02:00:00.000Z"))
    );
    for back in ["pending", "confirmed", "cancelled"] {
        let (status, refused) = test.acme("PUT", &path, json!({"status": back})).await;
        assert_eq!((status, &refused["code"]), (409, &json!("ORDER_SHIPPED")), "{back}");
    }
    assert_eq!(test.step(&path, "shipped").await["status"], "delivered");
    let returned = test.step(&path, "returned").await;
    assert_eq!((&returned["status"], &returned["items"][0]["returned_quantity"]), (&json!("returned"), &json!(2)));
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_not_what_they_must_be_are_named() {
    let test = test().await;
    let item = |field: &str, value: Value| json!([with(new()["items"][0].clone(), field, value)]);
    for (field, value, named) in [
        ("customer", json!({"email": "x"}), "customer.email"),
        ("customer", json!({"email": "a@b\r\nBcc: c@d"}), "customer.email"),
        ("customer", json!({"name": "a\u{0}"}), "customer.name"),
        ("currency", json!("RUP"), "currency"),
        ("items", json!([]), "items"),
        ("items", json!(vec![new()["items"][0].clone(); 501]), "items"),
        ("items", item("product_name", json!("")), "items[0].product_name"),
        ("items", item("quantity", json!(0)), "items[0].quantity"),
        ("items", item("quantity", json!(1_000_001)), "items[0].quantity"),
        ("items", item("unit_price", json!("0.001")), "items[0].unit_price"),
        ("items", item("unit_price", json!(-1)), "items[0].unit_price"),
        ("total_amount", json!(-1), "total_amount"),
        ("status", json!("shipped"), "status"),
        ("order_date", json!("yesterday"), "order_date"),
        ("external_id", json!(""), "external_id"),
        ("notes", json!("x".repeat(2_001)), "notes"),
    ] {
        let (status, problem) = test.acme("POST", "", with(new(), field, value)).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(named)), "{problem}");
    }
    assert_eq!(test.acme("GET", "?status=lost", Value::Null).await.1["errors"][0]["field"], "status");
    let path = test.make(new()).await;
    for (change, named) in [
        (json!({"tracking_number": "1"}), "status"),
        (json!({"status": "shipped", "tracking_url": "javascript:alert(1)"}), "tracking_url"),
    ] {
        let (status, problem) = test.acme("PUT", &path, change).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(named)), "{problem}");
    }
}
