//! Service levels and usage.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_service_level_that_was_missed_is_credited_once() {
    let test = test().await;
    let path = test.signed(new()).await;
    test.days(100).await;
    let reports = format!("{path}/sla-reports");
    let report = |month: &str, value: Value| json!({"metric": "uptime", "month": month, "value": value});
    for (month, value, points, credit) in [
        ("2026-01", json!(99.9), 0, 0.0),
        ("2026-02", json!("99.8999"), 1_000, 100.0),
        ("2026-03", json!(94.9), 10_000, 1_000.0),
    ] {
        for _ in 0..2 {
            let made = test.call(201, "POST", &reports, report(month, value.clone())).await;
            let found = (&made["basis_points"], &made["credit"], &made["fee"]);
            assert_eq!(found, (&json!(points), &json!(credit), &json!(1_000.0)), "{month}: {made}");
        }
    }
    test.refused("ALREADY_EXISTS", "POST", &reports, report("2026-02", json!(50))).await;
    for (body, field) in [
        (report("2026-05", json!(1)), "month"),
        (report("2025-12", json!(1)), "month"),
        (report("may", json!(1)), "month"),
        (report("2026-04", json!("low")), "value"),
        (with(report("2026-04", json!(1)), "metric", json!("speed")), "metric"),
    ] {
        assert_eq!(test.refused("VALIDATION_ERROR", "POST", &reports, body).await["errors"][0]["field"], field);
    }
    test.run_jobs().await;
    let credits: Vec<String> =
        test.charges().into_iter().filter(|charge| charge.contains('-') && charge.contains(" -")).collect();
    assert_eq!(credits, ["2026-04-11 -100.00", "2026-04-11 -1000.00"]);
    assert_eq!(test.get(&reports).await["data"].as_array().unwrap().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn all_credits_of_a_month_are_never_more_than_its_fee() {
    let test = test().await;
    let level =
        |metric: &str| json!({"metric": metric, "target": 100, "credit_steps": [{"below": 100, "basis_points": 6000}]});
    // It begins in the middle of January: 16 of 31 days.
    let new = with(with(new(), "sla", json!([level("a"), level("b")])), "start", json!("2026-01-16"));
    let path = test.signed(new).await;
    test.days(40).await;
    let reports = format!("{path}/sla-reports");
    for (metric, credit) in [("a", 309.68), ("b", 206.45)] {
        let made = test.call(201, "POST", &reports, json!({"metric": metric, "month": "2026-01", "value": 0})).await;
        assert_eq!((&made["fee"], &made["credit"]), (&json!(516.13), &json!(credit)), "{made}");
    }
}

#[tokio::test(start_paused = true)]
async fn usage_is_charged_once_a_month_at_the_price_of_its_line() {
    let test = test().await;
    let path = test.signed(new()).await;
    test.days(40).await;
    let reports = format!("{path}/usage-reports");
    let usage = |line: &str, quantity: Value| json!({"line_id": line, "month": "2026-01", "quantity": quantity});
    for _ in 0..2 {
        let made = test.call(201, "POST", &reports, usage("l3", json!("1001.5"))).await;
        assert_eq!((&made["amount"], &made["quantity"]), (&json!(50.08), &json!(1001.5)), "{made}");
    }
    test.refused("ALREADY_EXISTS", "POST", &reports, usage("l3", json!(1))).await;
    for (body, field) in [(usage("l1", json!(1)), "line_id"), (usage("l3", json!(-1)), "quantity")] {
        let body = with(body, "month", json!("2026-02"));
        assert_eq!(test.refused("VALIDATION_ERROR", "POST", &reports, body).await["errors"][0]["field"], field);
    }
    test.run_jobs().await;
    assert!(test.charges().contains(&"2026-02-10 50.08".to_owned()), "{:?}", test.charges());
    assert_eq!(test.get(&reports).await["data"].as_array().unwrap().len(), 1);
}
