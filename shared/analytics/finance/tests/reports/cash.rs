//! What was billed and paid, and what is still to be paid.

use edge_tenants::testing::{OTHER, PLATFORM};
use serde_json::{Value, json};

use super::fixture::{BILLING, in_currency, test};

#[tokio::test(start_paused = true)]
async fn receivables_are_as_of_a_day_and_later_payments_are_ignored() {
    let test = test().await;
    test.turn_to("2026-03-01T12:00:00Z");
    // Of each age one, and one in another currency.
    let old = test.invoice(100.0, "USD", "2025-10-01", "2025-11-30").await;
    test.invoice(20.0, "USD", "2025-12-01", "2025-12-15").await;
    test.invoice(30.0, "USD", "2025-12-10", "2026-01-15").await;
    test.invoice(40.0, "USD", "2026-01-10", "2026-02-14").await;
    let new = test.invoice(50.0, "USD", "2026-02-10", "2026-02-28").await;
    test.invoice(7.0, "JPY", "2026-02-10", "2026-02-20").await;
    let voided = test.invoice(1_000.0, "USD", "2026-02-10", "2026-02-28").await;
    // Paid in February, but for 60.00; the rest in March.
    test.pay(&old, 40.0, "2026-02-28T23:59:59Z").await;
    test.pay(&old, 60.0, "2026-03-01T00:00:00Z").await;
    // Paid twice.
    test.pay(&new, 50.0, "2026-02-20T00:00:00Z").await;
    test.pay(&new, 50.0, "2026-02-21T00:00:00Z").await;
    test.void(&voided).await;
    let february = test.report("cfo-dashboard?from=2026-02-01&to=2026-03-01").await;
    assert_eq!(
        (&february["as_of"], &february["previous_period"]["from"]),
        (&json!("2026-03-01"), &json!("2026-01-01"))
    );
    let usd = in_currency(&february, "USD");
    // 2025-11-30 is 90 days before the end of February.
    let expected = json!({"not_due": 1000.0, "days_1_30": 40.0, "days_31_60": 30.0, "days_61_90": 80.0,
        "over_90_days": 0.0, "total": 1150.0, "credits": 50.0, "invoices": 5});
    assert_eq!(usd["receivables"]["current"], expected);
    // A month before: nothing was paid, and what is dated later is not there.
    let before = json!({"not_due": 40.0, "days_1_30": 30.0, "days_31_60": 20.0, "days_61_90": 100.0, "over_90_days": 0.0,
        "total": 190.0, "credits": 0.0, "invoices": 4});
    assert_eq!(usd["receivables"]["previous"], before);
    let collected = json!({"gateways": 0.0, "invoices": 140.0, "collected": 140.0, "refunded": 0.0, "net": 140.0});
    assert_eq!(usd["collected"]["current"], collected);
    // The voided one counts as sold until it was voided: 50 + 1000, and 1150 ÷ 1050 × 28 = 30.67.
    assert_eq!(
        usd["invoiced"],
        json!({"current": {"amount": 1050.0, "invoices": 2}, "previous": {"amount": 40.0, "invoices": 1}})
    );
    assert_eq!(usd["dso"], json!({"current": 30.7, "previous": 147.3}));
    let jpy = in_currency(&february, "JPY");
    assert_eq!((&jpy["receivables"]["current"]["days_1_30"], &jpy["dso"]["previous"]), (&json!(7), &Value::Null));
    // In March the voided one is gone, the rest is paid, and nothing was sold.
    let march = test.report("cfo-dashboard").await;
    let usd = in_currency(&march, "USD");
    assert_eq!(usd["receivables"]["current"]["total"], 90.0);
    assert_eq!(usd["collected"]["current"]["collected"], 60.0);
    assert_eq!(usd["dso"]["current"], Value::Null);
    // The days are those of the time zone: in Kolkata it was March already when 40.00 were paid.
    let february = test.report("cfo-dashboard?from=2026-02-01&to=2026-03-01&timezone=Asia/Kolkata").await;
    assert_eq!(in_currency(&february, "USD")["collected"]["current"]["collected"], 100.0);
}

#[tokio::test(start_paused = true)]
async fn with_an_entity_only_its_invoices_and_those_below_count() {
    let test = test().await;
    test.turn_to("2026-02-10T00:00:00Z");
    let group = test.entity(json!({"name": "Group", "currency": "EUR"})).await;
    let child = test
        .entity(json!({"name": "Child", "currency": "EUR", "parent_id": group, "consolidate_to_parent": false}))
        .await;
    test.charge(&group, 10.0, "EUR", "2026-02-01").await;
    test.charge(&child, 5.0, "EUR", "2026-02-01").await;
    for entity in [&group, &child] {
        let invoice = test.consolidate(entity, "2026-02").await;
        test.finalize(&invoice).await;
        test.pay(&invoice, 1.0, "2026-02-10T00:00:00Z").await;
    }
    test.invoice(100.0, "EUR", "2026-02-01", "2026-03-01").await;
    for (of, receivables, collected) in [
        (String::new(), 113.0, 2.0),
        (format!("?entity_id={group}"), 13.0, 2.0),
        (format!("?entity_id={child}"), 4.0, 1.0),
    ] {
        let dashboard = test.report(&format!("cfo-dashboard{of}")).await;
        let eur = in_currency(&dashboard, "EUR");
        assert_eq!(eur["receivables"]["current"]["total"], receivables, "{of}");
        assert_eq!(eur["collected"]["current"]["collected"], collected, "{of}");
    }
    let unknown = test.answer("cfo-dashboard?entity_id=ent_1").await;
    assert_eq!(unknown.code(), (404, "ENTITY_NOT_FOUND"));
    // Another tenant's entity is not there either.
    let path = format!("{BILLING}/reports/cfo-dashboard?entity_id={group}");
    let (status, _) = test.platform.ask(&test.platform.router, PLATFORM, Some(OTHER), "GET", &path, Value::Null).await;
    assert_eq!(status, 404);
}

#[tokio::test(start_paused = true)]
async fn the_csv_has_the_same_figures() {
    let test = test().await;
    test.turn_to("2026-02-10T00:00:00Z");
    test.invoice(100.0, "EUR", "2026-02-01", "2026-02-05").await;
    let lines = test.csv("cfo-dashboard").await;
    assert_eq!(lines[0].join(","), "currency,section,figure,part,name,value,previous");
    let value = |section: &str, figure: &str| {
        let line = lines.iter().find(|line| line[1] == section && line[2] == figure).unwrap();
        (line[0].as_str(), line[5].as_str(), line[6].as_str())
    };
    assert_eq!(value("receivables", "days_1_30"), ("EUR", "100.00", "0.00"));
    assert_eq!(value("receivables", "total"), ("EUR", "100.00", "0.00"));
    assert_eq!(value("dso", ""), ("EUR", "10.0", ""));
}
