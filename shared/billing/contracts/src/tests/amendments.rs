//! Amendments.

use super::*;

fn seats(quantity: u32) -> Value {
    json!({"lines": [
        {"kind": "recurring", "description": "Seats", "quantity": quantity, "unit_price": "100.00", "cycle": "monthly"},
        {"id": "l2", "kind": "one_off", "description": "Set-up", "unit_price": 500},
        {"kind": "usage", "description": "Calls", "unit_price": "0.05"},
    ]})
}

fn amendment(date: &str, changes: Value) -> Value {
    json!({"effective_date": date, "changes": changes, "reason": "more people"})
}

#[tokio::test(start_paused = true)]
async fn an_amendment_prorates_the_period_and_is_a_version_of_its_own() {
    let test = test().await;
    let path = test.signed(new()).await;
    let amend = format!("{path}/amend");
    // 16 of the 31 days of January are left.
    let amended = test.call(200, "POST", &amend, amendment("2026-01-16", seats(13))).await;
    assert_eq!(amended["version"], 2);
    let shown = &amended["amendments"][0];
    assert_eq!((&shown["number"], &shown["status"], &shown["version"]), (&json!(1), &json!("approved"), &json!(2)));
    assert_eq!(
        shown["preview"],
        json!({"mrr_before": 1000.0, "mrr_after": 1300.0, "tcv_before": 12500.0,
        "tcv_after": 15954.84, "proration": {"credit": -516.13, "charge": 670.97, "net": 154.84}})
    );
    let diff = &shown["diff"];
    assert_eq!((diff.as_array().unwrap().len(), &diff[0]["field"]), (1, &json!("lines")), "{diff}");
    assert_eq!((&diff[0]["before"][0]["quantity"], &diff[0]["after"][0]["quantity"]), (&json!(10), &json!(13)));
    assert_eq!(diff[0]["after"][0]["id"], "l1");
    // Until it takes effect, the old lines hold.
    assert_eq!((&amended["mrr"], &amended["tcv"]), (&json!(1000.0), &json!(15954.84)));
    assert_eq!(test.charges(), ["2026-01-01 1000.00", "2026-01-01 500.00"]);
    test.days(15).await;
    test.run_jobs().await;
    assert_eq!(test.charges(), ["2026-01-01 1000.00", "2026-01-01 500.00", "2026-01-16 -516.13", "2026-01-16 670.97"]);
    assert_eq!(test.get(&path).await["mrr"], json!(1300.0));
    test.days(17).await;
    test.run_jobs().await;
    assert!(test.charges().contains(&"2026-02-01 1300.00".to_owned()), "{:?}", test.charges());
    // The next is dated before it: refused. Its day itself is not before it.
    let refused = test.refused("AMENDMENT_OUT_OF_ORDER", "POST", &amend, amendment("2026-01-15", seats(9))).await;
    assert_eq!(refused["status"], 409);
    let second = test.call(200, "POST", &amend, amendment("2026-02-01", seats(9))).await;
    assert_eq!(second["amendments"][0], amended["amendments"][0]);
    assert_eq!((&second["version"], &second["mrr"]), (&json!(3), &json!(900.0)));
    // February was charged: all of it is credited, and charged anew.
    let charges = test.charges();
    assert!(charges.contains(&"2026-02-01 -1300.00".to_owned()) && charges.contains(&"2026-02-01 900.00".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_past_amendment_reprices_what_was_charged_since() {
    let test = test().await;
    let path = test.signed(new()).await;
    test.days(31 + 28).await;
    test.run_jobs().await;
    assert_eq!(test.charges().len(), 4);
    let changes = json!({"lines": [
        {"id": "l1", "kind": "recurring", "description": "Seats", "quantity": 10, "unit_price": "80.00", "cycle": "monthly"},
        {"kind": "recurring", "description": "Support", "unit_price": 365, "cycle": "annual"},
        {"kind": "one_off", "description": "Training", "unit_price": 250},
    ]});
    let amended = test.call(200, "POST", &format!("{path}/amend"), amendment("2026-02-15", changes)).await;
    let proration = &amended["amendments"][0]["preview"]["proration"];
    // Half of February and March at 1000.00 against 800.00; support for 320 days; the training.
    assert_eq!(proration, &json!({"credit": -1500.0, "charge": 400.0 + 800.0 + 320.0 + 250.0, "net": 270.0}));
    let mut expected: Vec<String> = [
        "2026-02-15 -1000.00",
        "2026-02-15 -500.00",
        "2026-02-15 250.00",
        "2026-02-15 320.00",
        "2026-02-15 400.00",
        "2026-02-15 800.00",
    ]
    .map(str::to_owned)
    .into();
    expected.sort();
    let new: Vec<String> = test.charges().into_iter().filter(|charge| charge.starts_with("2026-02-15")).collect();
    assert_eq!(new, expected);
    assert_eq!(amended["mrr"], json!(830.42));
    // What is dropped was charged, and stays.
    assert_eq!(amended["tcv"], json!(500.0 + 250.0 + 1000.0 + 500.0 + 400.0 + 800.0 * 10.0 + 320.0));
    let lines: Vec<&str> =
        amended["lines"].as_array().unwrap().iter().map(|line| line["id"].as_str().unwrap()).collect();
    assert_eq!(lines, ["l1", "l4", "l5"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_an_amendment_is_refused() {
    let test = test().await;
    let path = test.draft(new()).await;
    let amend = format!("{path}/amend");
    test.refused("CONTRACT_NOT_ACTIVE", "POST", &amend, amendment("2026-02-01", seats(11))).await;
    test.call(200, "POST", &format!("{path}/activate"), Value::Null).await;
    for (body, field) in [
        (amendment("soon", seats(11)), "effective_date"),
        (amendment("2025-12-31", seats(11)), "effective_date"),
        (amendment("2027-01-01", seats(11)), "effective_date"),
        (amendment("2026-02-01", json!({})), "changes"),
        (amendment("2026-02-01", json!({"title": "Seats"})), "changes"),
        (amendment("2026-02-01", json!({"currency": "USD"})), "changes.currency"),
        (amendment("2026-02-01", json!({"end": "2026-06-01"})), "changes.end"),
        (amendment("2026-02-01", with(seats(11), "lines.0.unit_price", json!(-1))), "changes.lines[0].unit_price"),
        (amendment("2026-02-01", with(seats(11), "lines.1.unit_price", json!(600))), "changes.lines[1]"),
        (amendment("2026-02-01", with(seats(11), "lines.1.id", json!("l9"))), "changes.lines[1].id"),
        (with(amendment("2026-02-01", seats(11)), "reason", json!("")), "reason"),
    ] {
        let refused = test.refused("VALIDATION_ERROR", "POST", &amend, body).await;
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    assert_eq!(test.get(&path).await["amendments"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn an_amendment_changes_what_is_renewed_and_keeps_the_uplift() {
    let test = test().await;
    let past = with(with(new(), "start", json!("2025-01-01")), "end", json!("2026-01-01"));
    let path = test.signed(past).await;
    assert_eq!(test.get(&path).await["lines"][0]["unit_price"], json!(105.0));
    let renewal = json!({"renewal": {"mode": "none"}, "termination": {"fee": {"kind": "none"}}});
    let amended = test.call(200, "POST", &format!("{path}/amend"), amendment("2026-01-01", renewal)).await;
    let fields: Vec<&str> =
        amended["amendments"][0]["diff"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields, ["renewal", "termination"]);
    assert_eq!((&amended["lines"][0]["unit_price"], &amended["mrr"]), (&json!(105.0), &json!(1050.0)));
    test.days(366).await;
    test.run_jobs().await;
    assert_eq!(test.get(&path).await["status"], "expired");
}
