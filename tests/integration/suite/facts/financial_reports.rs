//! Financial reports: figures that are expected by hand, as JSON and as CSV that adds up.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_dashboard_shows_what_is_owed_and_deferred_and_its_csv_adds_up,
}

const BILLING: &str = "/api/v1/enterprise-billing";

fn call(edge: &Edge, tenant: &str, method: &str, path: &str) -> Call {
    edge.call(method, path).key(BOOTSTRAP).header("x-tenant-id", tenant)
}

/// An invoice of 2024 in rupees; gives its id.
async fn invoice(edge: &Edge, tenant: &str, total: u32, due: &str) -> String {
    let new = json!({"customer": {"name": "=Zoë"}, "currency": "INR", "issue_date": "2024-03-01", "due_date": due,
        "items": [{"description": "Seats", "unit_price": total}]});
    let made = call(edge, tenant, "POST", "/api/v1/invoices").json(&new).send().await.expect(201);
    let id = made["id"].as_str().unwrap().to_owned();
    call(edge, tenant, "POST", &format!("/api/v1/invoices/{id}/finalize")).json(&Value::Null).send().await.expect(200);
    id
}

/// Two years of a group: an invoice of which half was paid in time and half late, one that is not due, and a contract of a
/// year that was charged in advance.
async fn a_dashboard_shows_what_is_owed_and_deferred_and_its_csv_adds_up(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let post = async |path: &str, body: Value| call(&edge, tenant, "POST", path).json(&body).send().await;
    let late = invoice(&edge, tenant, 1_000, "2024-03-15").await;
    invoice(&edge, tenant, 70, "2024-06-30").await;
    for at in ["2024-03-10T12:00:00Z", "2024-05-10T12:00:00Z"] {
        let payment = json!({"amount": 500, "paid_at": at, "reference": at});
        post(&format!("/api/v1/invoices/{late}/payments"), payment).await.expect(201);
    }
    let entity = json!({"name": "Clinic GmbH", "code": "CL", "currency": "INR"});
    let entity = post(&format!("{BILLING}/entities"), entity).await.expect(201)["id"].clone();
    let contract = json!({"entity_id": entity, "counterparty": "Clinic", "title": "Seats", "start": "2024-01-01",
        "end": "2025-01-01", "currency": "INR", "renewal": {"mode": "none"},
        "lines": [{"kind": "recurring", "description": "Seats", "quantity": 1, "unit_price": 366, "cycle": "annual"}]});
    let contract = post(&format!("{BILLING}/contracts"), contract).await.expect(201);
    let activate = format!("{BILLING}/contracts/{}/activate", contract["id"].as_str().unwrap());
    post(&activate, Value::Null).await.expect(200);

    let report = async |query: &str| {
        let path = format!("{BILLING}/reports/cfo-dashboard?timezone=UTC&{query}");
        call(&edge, tenant, "GET", &path).send().await.expect(200)
    };
    // As of the end of April: 500 are 46 days past due, and of the year's 366 a day each was recognised, for 121 days.
    let april = report("as_of=2024-04-30").await;
    let inr = &april["currencies"][0];
    assert_eq!(inr["currency"], "INR");
    let receivables = json!({"not_due": 70.0, "days_1_30": 0.0, "days_31_60": 500.0, "days_61_90": 0.0, "over_90_days": 0.0,
        "total": 570.0, "credits": 0.0, "invoices": 2});
    assert_eq!(inr["receivables"]["current"], receivables);
    assert_eq!(inr["receivables"]["previous"]["days_1_30"], 500.0);
    assert_eq!(
        (&inr["collected"]["current"]["net"], &inr["collected"]["previous"]["net"]),
        (&json!(0.0), &json!(500.0))
    );
    let deferred = json!({"opening": 275.0, "charged": 0.0, "recognised": 30.0, "closing": 245.0});
    assert_eq!(inr["deferred_revenue"]["current"], deferred);
    let backlog = json!({"contracts": 1, "contracted": 366.0, "recognised": 121.0, "backlog": 245.0});
    assert_eq!(inr["backlog"]["current"], backlog);
    assert_eq!(inr["recurring"]["current"]["total"]["arr"], 366.0);
    let may = report("as_of=2024-05-31").await;
    assert_eq!(may["currencies"][0]["receivables"]["current"]["total"], 70.0);

    let path = format!("{BILLING}/reports/cfo-dashboard?timezone=UTC&as_of=2024-04-30");
    let csv = call(&edge, tenant, "GET", &path).header("accept", "text/csv").send().await;
    assert!(csv.header("content-type").starts_with("text/csv"), "{}", csv.text());
    let text = csv.text();
    let lines: Vec<Vec<&str>> = text.split_terminator("\r\n").map(|line| line.split(',').collect()).collect();
    assert_eq!(lines[0], ["currency", "section", "figure", "part", "name", "value", "previous"]);
    let value = |section: &str, figure: &str| -> i64 {
        let found = lines.iter().filter(|line| line[1] == section && line[2] == figure);
        found.map(|line| line[5].replace('.', "").parse::<i64>().unwrap()).sum()
    };
    let ages = ["not_due", "days_1_30", "days_31_60", "days_61_90", "over_90_days"];
    let sum: i64 = ages.iter().map(|age| value("receivables", age)).sum();
    assert_eq!((sum, value("receivables", "total")), (57_000, 57_000));
    assert_eq!(value("deferred_schedule", "amount"), value("deferred_revenue", "closing"));
    for other in ["cost-analysis", "budget-performance", "contracts"] {
        let path = format!("{BILLING}/reports/{other}?as_of=2024-04-30");
        call(&edge, tenant, "GET", &path).send().await.expect(200);
    }
}
