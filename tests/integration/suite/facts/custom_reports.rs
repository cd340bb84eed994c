//! Custom reports: a tenant's own records, as JSON and as CSV, in pieces that arrive whole on every shape.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::edge::{BOOTSTRAP, Customer};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_report_adds_up_the_tenants_own_records_and_its_csv_is_safe_in_a_spreadsheet,
}

const REPORTS: &str = "/api/v1/enterprise-billing/reports/custom";
const ENTITIES: &str = "/api/v1/enterprise-billing/entities";

async fn a_report_adds_up_the_tenants_own_records_and_its_csv_is_safe_in_a_spreadsheet(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let tenant = Customer::new(&edge).await.tenant;
    let scopes = json!(["enterprise:read", "enterprise:write", "reports:read"]);
    let key = edge.new_key(json!({"name": "cfo", "scopes": scopes, "tenant_id": tenant})).await.1;
    let entity = edge.post(ENTITIES, &key, &json!({"name": "=North", "currency": "EUR"})).await.expect(201);
    let charges = format!("{ENTITIES}/{}/charges", entity["id"].as_str().unwrap());
    for (amount, currency, date) in [
        ("10.50", "EUR", "2026-03-28"),
        ("0.50", "EUR", "2026-03-29"),
        ("-1.00", "EUR", "2026-04-01"),
        ("7", "JPY", "2026-04-01"),
    ] {
        let amount: Value = serde_json::from_str(amount).unwrap();
        let charge = json!({"description": "x", "amount": amount, "currency": currency, "date": date});
        edge.post(&charges, &key, &charge).await.expect(201);
    }
    let query = json!({
        "measures": ["charges.amount", "charges.count"], "dimensions": ["entities.name"],
        "time": {"dimension": "charges.date", "granularity": "month", "from": "2026-03-01", "to": "2026-05-01"},
    });
    let answer = edge.post(REPORTS, &key, &query).await.expect(200);
    let row = |month: &str, currency: &str, amount: Value, count: i64| {
        json!({"charges.date.month": month, "entities.name": "=North", "charges.currency": currency,
            "charges.amount": amount, "charges.count": count})
    };
    let rows = [
        row("2026-03-01", "EUR", json!(11.0), 2),
        row("2026-04-01", "EUR", json!(-1.0), 1),
        row("2026-04-01", "JPY", json!(7), 1),
    ];
    assert_eq!((&answer["rows"], &answer["row_count"]), (&json!(rows), &json!(3)), "{answer}");
    let csv = edge.call("POST", REPORTS).key(&key).header("accept", "text/csv").json(&query).send().await;
    let expected = "charges.date.month,entities.name,charges.currency,charges.amount,charges.count\r\n\
        2026-03-01,'=North,EUR,11.00,2\r\n2026-04-01,'=North,EUR,-1.00,1\r\n2026-04-01,'=North,JPY,7,1\r\n";
    assert_eq!((csv.status, csv.text().as_str()), (200, expected));

    // Saved, it runs again on whichever node; to another tenant there is neither the report nor a record.
    let mut named = query.clone();
    named["name"] = json!("Charges by month");
    let saved = edge.post(REPORTS, &key, &named).await.expect(201);
    let run = format!("{REPORTS}/{}/run", saved["id"].as_str().unwrap());
    assert_eq!(edge.post(&run, &key, &json!({})).await.expect(200)["rows"], answer["rows"]);
    let other = Customer::new(&edge).await.tenant;
    let stranger =
        |method: &'static str, path: String| edge.call(method, &path).key(BOOTSTRAP).header("x-tenant-id", &other);
    assert_eq!(stranger("POST", run).json(&json!({})).send().await.problem(), (404, "REPORT_NOT_FOUND".to_owned()));
    let none = stranger("POST", REPORTS.to_owned()).json(&query).send().await.expect(200);
    assert_eq!(none["rows"], json!([]), "{none}");
    let wrong = edge.post(REPORTS, &key, &json!({"measures": ["charges.amount", "tenants.count"]})).await;
    assert_eq!((wrong.status, &wrong.json()["errors"][0]["field"]), (400, &json!("measures[1]")));
}
