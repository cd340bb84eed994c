use std::ops::Deref;
use std::time::Duration;

use edge_http::testing::{Answer, request, send};
use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use serde_json::{Value, json};

use super::*;

mod changes;
mod gateway;
mod payments;
mod printouts;
mod reminders;
mod rights;

const INVOICES: &str = "/api/v1/invoices";

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
        self.ask(&self.router, PLATFORM, Some(ACME), method, &format!("{INVOICES}{path}"), body).await
    }

    /// As [`Test::acme`], with headers more.
    async fn with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let headers = headers.iter().copied().chain([("x-tenant-id", ACME)]);
        send(&self.router, request(method, &format!("{INVOICES}{path}"), PLATFORM, headers, &body)).await
    }

    /// The path of a new invoice.
    async fn make(&self, body: Value) -> String {
        let (status, made) = self.acme("POST", "", body).await;
        assert_eq!(status, 201, "{made}");
        format!("/{}", made["id"].as_str().unwrap())
    }

    /// The path of a new invoice that is finalised.
    async fn open(&self, body: Value) -> String {
        let path = self.make(body).await;
        let (status, made) = self.acme("POST", &format!("{path}/finalize"), Value::Null).await;
        assert_eq!(status, 200, "{made}");
        path
    }

    async fn get(&self, path: &str) -> Value {
        let (status, shown) = self.acme("GET", path, Value::Null).await;
        assert_eq!(status, 200, "{shown}");
        shown
    }

    /// Changes Acme.
    async fn change_tenant(&self, body: Value) {
        let path = format!("/api/v1/tenants/{ACME}");
        let (status, changed) = self.ask(&self.tenants, PLATFORM, None, "PUT", &path, body).await;
        assert_eq!(status, 200, "{changed}");
    }
}

fn new() -> Value {
    json!({"customer": {"name": "Zoë & Söhne", "email": "z@soehne.example"}, "currency": "INR",
        "items": [{"description": "Seats", "quantity": 2, "unit_price": 500, "tax_rate": 18.0}]})
}

fn with(mut body: Value, field: &str, value: Value) -> Value {
    body[field] = value;
    body
}

fn numbers(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|one| one["invoice_number"].as_str().unwrap_or("-")).collect()
}

#[tokio::test(start_paused = true)]
async fn an_invoice_is_made_and_shown_with_its_sums_and_gets_its_number_when_finalised() {
    let test = test().await;
    let path = test.make(new()).await;
    let pending = test.get(&path).await;
    assert_eq!((&pending["status"], &pending["invoice_number"]), (&json!("pending"), &Value::Null));
    assert_eq!((&pending["issue_date"], &pending["due_date"]), (&Value::Null, &Value::Null));
    let item = json!({"description": "Seats", "quantity": 2, "unit_price": 500.0, "tax_rate": 18.0, "amount": 1000.0});
    assert_eq!(pending["items"], json!([item]));
    assert_eq!(pending["taxes"], json!([{"rate": 18.0, "taxable": 1000.0, "tax": 180.0}]));
    for (field, amount) in [
        ("amount", 1000.0),
        ("tax", 180.0),
        ("total", 1180.0),
        ("amount_paid", 0.0),
        ("amount_due", 1180.0),
        ("credit", 0.0),
    ] {
        assert_eq!(pending[field], json!(amount), "{field}");
    }
    let finalized = test.with("POST", &format!("{path}/finalize"), &[], Value::Null).await;
    assert_eq!((finalized.status, &finalized.headers["etag"]), (200, &"\"2\"".parse().unwrap()));
    let sent = finalized.body;
    assert_eq!((&sent["status"], &sent["invoice_number"]), (&json!("sent"), &json!("INV-2026-00001")));
    assert_eq!((&sent["issue_date"], &sent["due_date"]), (&json!("2026-01-01"), &json!("2026-01-15")));
    // Finalised again it stays as it is.
    assert_eq!(test.acme("POST", &format!("{path}/finalize"), Value::Null).await, (200, sent.clone()));
    assert_eq!(test.get(&path).await, sent);
    let second = test.open(new()).await;
    assert_eq!(test.get(&second).await["invoice_number"], "INV-2026-00002");
}

#[tokio::test(start_paused = true)]
async fn each_series_and_year_is_numbered_by_itself_in_the_tenants_time_zone() {
    let test = test().await;
    // The clock shows 1 January 2026 in London.
    test.change_tenant(json!({"timezone": "America/Los_Angeles", "settings": {"invoices": {"due_days": 30}}})).await;
    for (body, number) in [
        (new(), "INV-2025-00001"),
        (new(), "INV-2025-00002"),
        (with(new(), "series", json!("RE")), "RE-2025-00001"),
        (with(new(), "issue_date", json!("2026-01-01")), "INV-2026-00001"),
        (with(new(), "issue_date", json!("2024-02-29")), "INV-2024-00001"),
        (new(), "INV-2025-00003"),
    ] {
        let path = test.open(body).await;
        assert_eq!(test.get(&path).await["invoice_number"], number);
    }
    let path = test.open(new()).await;
    assert_eq!(test.get(&path).await["due_date"], "2026-01-30");
    let (_, other) = test.ask(&test.router, PLATFORM, Some(OTHER), "POST", INVOICES, new()).await;
    let other = format!("{INVOICES}/{}/finalize", other["id"].as_str().unwrap());
    let (_, other) = test.ask(&test.router, PLATFORM, Some(OTHER), "POST", &other, Value::Null).await;
    assert_eq!(other["invoice_number"], "INV-2026-00001");
}

#[tokio::test(start_paused = true)]
async fn overdue_begins_on_the_day_after_the_due_date_where_the_tenant_is() {
    let test = test().await;
    let of = |zone: &str| json!({"timezone": zone});
    let path = test.open(with(new(), "due_date", json!("2026-01-01"))).await;
    // It is noon in London on 1 January.
    test.world.clock.advance(Duration::from_hours(12)).await;
    for (zone, status) in [("UTC", "sent"), ("Pacific/Kiritimati", "overdue"), ("America/Los_Angeles", "sent")] {
        test.change_tenant(of(zone)).await;
        assert_eq!(test.get(&path).await["status"], status, "{zone}");
        for listed in ["sent", "overdue"] {
            let (_, list) = test.acme("GET", &format!("?status={listed}"), Value::Null).await;
            assert_eq!(list["data"].as_array().unwrap().len(), usize::from(listed == status), "{zone} {listed}");
        }
    }
    test.change_tenant(of("America/Los_Angeles")).await;
    test.world.clock.advance(Duration::from_hours(20)).await;
    assert_eq!(test.get(&path).await["status"], "overdue");
}

#[tokio::test(start_paused = true)]
async fn amounts_have_the_decimals_of_their_currency_and_are_never_floats() {
    let test = test().await;
    for (currency, price, quantity, rate, total) in [
        ("JPY", json!("333"), json!(1.5), json!(10), "total\":550,"),
        ("KWD", json!("0.125"), json!(3), json!("5"), "total\":0.394,"),
        ("CAD", json!(1140), json!(1), json!("14.975"), "total\":1310.72,"),
        ("CAD", json!(140), json!(1), json!(14.975), "total\":160.97,"),
        ("INR", json!("90071992547409.93"), json!(1), json!(0), "total\":90071992547409.93,"),
    ] {
        let item = json!({"description": "x", "quantity": quantity, "unit_price": price, "tax_rate": rate});
        let body = with(with(new(), "currency", json!(currency)), "items", json!([item]));
        let request = request("POST", INVOICES, PLATFORM, [("x-tenant-id", ACME)], &body);
        let response = tower::ServiceExt::oneshot(test.router.clone(), request).await.unwrap();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(text.contains(total), "{currency}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_not_what_they_must_be_are_named() {
    let test = test().await;
    let item = |field: &str, value: Value| json!([with(new()["items"][0].clone(), field, value)]);
    for (field, value, named) in [
        ("customer", json!({}), "customer.name"),
        ("customer", json!({"name": "x", "email": "x"}), "customer.email"),
        ("customer", json!({"name": "x", "email": "a@b\r\nBcc: c@d"}), "customer.email"),
        ("customer", json!({"name": "a\u{0}"}), "customer.name"),
        ("currency", json!("RUP"), "currency"),
        ("items", json!([]), "items"),
        ("items", json!(vec![new()["items"][0].clone(); 201]), "items"),
        ("items", item("description", json!("")), "items[0].description"),
        ("items", item("quantity", json!(0)), "items[0].quantity"),
        ("items", item("quantity", json!(-1)), "items[0].quantity"),
        ("items", item("quantity", json!("0.0000001")), "items[0].quantity"),
        ("items", item("quantity", json!("many")), "items[0].quantity"),
        ("items", item("unit_price", json!("0.001")), "items[0].unit_price"),
        ("items", item("unit_price", json!(-1)), "items"),
        ("items", item("unit_price", json!("92233720368547758.07")), "items"),
        ("items", item("tax_rate", json!(100.1)), "items[0].tax_rate"),
        ("items", item("tax_rate", json!("0.00001")), "items[0].tax_rate"),
        ("series", json!("A-1"), "series"),
        ("issue_date", json!("01.02.2026"), "issue_date"),
        ("due_date", json!("2026-02-30"), "due_date"),
        ("notes", json!("x".repeat(2_001)), "notes"),
        ("external_id", json!(""), "external_id"),
    ] {
        let (status, problem) = test.acme("POST", "", with(new(), field, value)).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(named)), "{problem}");
    }
    assert_eq!(test.acme("GET", "?status=lost", Value::Null).await.1["errors"][0]["field"], "status");
}
