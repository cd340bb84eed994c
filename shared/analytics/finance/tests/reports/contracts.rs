//! Recurring revenue, deferred revenue, backlog and renewals of contracts.

use serde_json::{Value, json};

use super::fixture::{BILLING, in_currency, test};

/// 100.00 a month for a year from 2026 on, and 500.00 once.
fn new(entity: &str) -> Value {
    json!({"entity_id": entity, "counterparty": "=Clinics", "title": "Seats, and setup", "start": "2026-01-01",
        "end": "2027-01-01", "currency": "INR",
        "lines": [
            {"kind": "recurring", "description": "Seats", "quantity": 10, "unit_price": 10, "cycle": "monthly"},
            {"kind": "one_off", "description": "Setup", "quantity": 1, "unit_price": 500},
        ],
        "renewal": {"mode": "auto", "term_months": 12, "notice_days": 30}})
}

#[tokio::test(start_paused = true)]
async fn what_is_charged_for_days_to_come_is_deferred_and_recognised_day_by_day() {
    let test = test().await;
    let entity = test.entity(json!({"name": "Group", "currency": "INR"})).await;
    test.contract(new(&entity)).await;
    test.turn_to("2026-01-10T12:00:00Z");
    let january = test.report("cfo-dashboard").await;
    let eur = in_currency(&january, "INR");
    // Ten of 31 days of 100.00, and 500.00.
    let expected = json!({"opening": 0.0, "charged": 600.0, "recognised": 532.26, "closing": 67.74});
    assert_eq!(eur["deferred_revenue"]["current"], expected);
    assert_eq!(eur["deferred_schedule"][0], json!({"month": "2026-01", "amount": 67.74}));
    assert_eq!(eur["deferred_schedule"].as_array().unwrap().len(), 14);
    assert_eq!(eur["deferred_schedule"][13], json!({"month": "later", "amount": 0.0}));
    let backlog = json!({"contracts": 1, "contracted": 1700.0, "recognised": 532.26, "backlog": 1167.74});
    assert_eq!(eur["backlog"]["current"], backlog);
    assert_eq!(eur["backlog"]["previous"]["contracts"], 0);
    let total = &eur["recurring"]["current"]["total"];
    assert_eq!((&total["new"], &total["mrr"], &total["arr"]), (&json!(100.0), &json!(100.0), &json!(1200.0)));
    // Notice is in time until 2 December, and the term ends on 1 January.
    test.turn_to("2026-10-15T12:00:00Z");
    test.run_jobs().await;
    let october = test.report("cfo-dashboard").await;
    let eur = in_currency(&october, "INR");
    let due = |by: &str| -> Vec<i64> {
        eur["renewals"][by].as_array().unwrap().iter().map(|one| one["contracts"].as_i64().unwrap()).collect()
    };
    assert_eq!((due("by_end"), due("by_notice")), (vec![0, 0, 1], vec![0, 1, 0]));
    assert_eq!(eur["renewals"]["by_end"][2]["arr"], 1200.0);
    // As of a day in spring it is as it was then.
    let spring = test.report("cfo-dashboard?as_of=2026-04-15").await;
    let eur = in_currency(&spring, "INR");
    let expected = json!({"opening": 0.0, "charged": 100.0, "recognised": 50.0, "closing": 50.0});
    assert_eq!(eur["deferred_revenue"]["current"], expected);
    assert_eq!(eur["backlog"]["current"]["recognised"], 850.0);
    let before = &eur["recurring"]["previous"]["contracts"];
    assert_eq!((&before["opening"], &before["new"], &before["mrr"]), (&json!(100.0), &json!(0.0), &json!(100.0)));
}

#[tokio::test(start_paused = true)]
async fn contracts_are_shown_as_they_were_on_the_day_and_add_up() {
    let test = test().await;
    let entity = test.entity(json!({"name": "Group", "currency": "INR"})).await;
    let first = test.contract(new(&entity)).await;
    let mut dearer = new(&entity);
    dearer["renewal"]["uplift_basis_points"] = json!(1000);
    dearer["end"] = json!("2026-03-01");
    dearer["renewal"]["term_months"] = json!(2);
    test.contract(dearer).await;
    test.turn_to("2026-03-20T12:00:00Z");
    let path = format!("{BILLING}/contracts/{first}/terminate");
    test.call(&test.contracts, "POST", &path, json!({"date": "2026-03-20", "reason": "closed"})).await;
    test.run_jobs().await;
    let report = test.report("contracts?from=2026-03-01&to=2026-04-01").await;
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(
        (&rows[0]["status"], &rows[0]["end"], &rows[0]["renewal_mode"]),
        (&json!("terminated"), &json!("2026-03-20"), &Value::Null)
    );
    // Two months and 19 of 31 days, and the setup; nothing is left.
    assert_eq!((&rows[0]["tcv"], &rows[0]["backlog"]), (&json!(761.29), &json!(0.0)));
    // 100.00 twice, 110.00 twice, and the setup; of March 20 of 31 days are over.
    let renewed = &rows[1];
    assert_eq!(
        (&renewed["status"], &renewed["tcv"], &renewed["recognised"]),
        (&json!("renewed"), &json!(920.0), &json!(770.97))
    );
    assert_eq!((&renewed["arr"], &renewed["backlog"]), (&json!(1320.0), &json!(149.03)));
    assert_eq!(report["totals"][0]["backlog"], 149.03);
    assert_eq!((&report["totals"][0]["contracts"], &report["totals"][0]["tcv"]), (&json!(2), &json!(1681.29)));
    // In February neither was over or dearer yet.
    let report = test.report("contracts?from=2026-02-01&to=2026-03-01").await;
    let rows = report["rows"].as_array().unwrap();
    assert_eq!((&rows[0]["status"], &rows[0]["tcv"]), (&json!("active"), &json!(1700.0)));
    assert_eq!(
        (&rows[1]["status"], &rows[1]["tcv"], &rows[1]["arr"]),
        (&json!("active"), &json!(700.0), &json!(1200.0))
    );
    let lines = test.csv("contracts?from=2026-03-01&to=2026-04-01").await;
    let column = |name: &str| lines[0].iter().position(|column| column == name).unwrap();
    assert_eq!(lines[1][column("counterparty")], "'=Clinics");
    assert_eq!(lines[1][column("title")], "Seats, and setup");
    assert_eq!(lines[2][column("backlog")], "149.03");
}
