//! The example of docs/contracts.md, charged to a real entity.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_example_of_the_guide_charges_what_it_says() {
    let platform = Platform::new(crate::router).await;
    let (entities, approvals) = {
        let instance = || platform.world.instance().0;
        (edge_entities::router(instance()), edge_approvals::router(instance()))
    };
    let call = async |router: &axum::Router, key: &str, method: &str, path: &str, body: Value| {
        let path = format!("/api/v1/enterprise-billing{path}");
        let (status, answer) = platform.ask(router, key, Some(ACME), method, &path, body).await;
        assert!(status < 300, "{method} {path}: {answer}");
        answer
    };
    let new = json!({"name": "Acme Clinics", "code": "CLINICS", "currency": "INR"});
    let entity = call(&entities, PLATFORM, "POST", "/entities", new).await["id"].clone();
    let key = json!({"name": "finance", "scopes": ["seats:verify"], "tenant_id": ACME});
    let (_, finance) = platform.ask(&platform.access, PLATFORM, None, "POST", "/api/v1/api-keys", key).await;
    let manager = json!({"people": [format!("key:{}", finance["id"].as_str().unwrap())]});
    call(&approvals, PLATFORM, "PUT", "/approvals/roles/finance_manager", manager).await;
    let approve = async |waiting: &Value| {
        assert_eq!(waiting["status"], "pending_approval");
        let request = waiting["approval_request_id"].as_str().unwrap();
        let path = format!("/approvals/requests/{request}/process");
        call(&approvals, finance["key"].as_str().unwrap(), "POST", &path, json!({"action": "approve"})).await
    };
    let charges = async || {
        let path = format!("/entities/{}/charges", entity.as_str().unwrap());
        let listed = call(&entities, PLATFORM, "GET", &path, Value::Null).await;
        let charge = |one: &Value| (one["date"].as_str().unwrap().to_owned(), one["amount"].as_f64().unwrap());
        let mut charges: Vec<_> = listed["data"].as_array().unwrap().iter().map(charge).collect();
        charges.sort_by(|one, other| one.partial_cmp(other).unwrap());
        charges
    };
    let own = |path: &str| format!("/contracts{path}");
    let new = json!({"entity_id": entity, "counterparty": "Acme Clinics", "title": "Seats", "start": "2024-01-01",
        "end": "2025-01-01", "currency": "INR",
        "lines": [{"kind": "recurring", "description": "Seats", "quantity": 100, "unit_price": 730, "cycle": "annual"}],
        "renewal": {"mode": "auto", "term_months": 12, "notice_days": 30, "uplift_basis_points": 1000},
        "termination": {"fee": {"kind": "percent_remaining", "value": 50}},
        "sla": [{"metric": "uptime", "target": 99.9, "credit_steps": [
            {"below": 99.9, "basis_points": 1000}, {"below": 95, "basis_points": 10000}]}]});
    let draft = call(&platform.router, PLATFORM, "POST", &own(""), new).await;
    assert_eq!((&draft["tcv"], &draft["acv"], &draft["mrr"]), (&json!(73000.0), &json!(73000.0), &json!(6083.33)));
    let path = own(&format!("/{}", draft["id"].as_str().unwrap()));
    let post = async |action: &str, body: Value| {
        call(&platform.router, PLATFORM, "POST", &format!("{path}/{action}"), body).await
    };
    approve(&post("activate", Value::Null).await).await;
    let signed = call(&platform.router, PLATFORM, "GET", &path, Value::Null).await;
    assert_eq!(
        (&signed["number"], &signed["status"], &signed["tcv"]),
        (&json!("CTR-00001"), &json!("renewed"), &json!(241_630.0))
    );
    let terms =
        [("2024-01-01".to_owned(), 73_000.0), ("2025-01-01".to_owned(), 80_300.0), ("2026-01-01".to_owned(), 88_330.0)];
    assert_eq!(charges().await, terms);
    let waiting = post(
        "amend",
        json!({"effective_date": "2026-12-17", "reason": "a third clinic", "changes": {"lines": [
        {"id": "l1", "kind": "recurring", "description": "Seats", "quantity": 150, "unit_price": "883.30", "cycle": "annual"}]}}),
    );
    let waiting = waiting.await;
    assert_eq!(
        waiting["contract"]["amendments"][0]["preview"],
        json!({"mrr_before": 7360.83, "mrr_after": 11041.25,
        "tcv_before": 241_630.0, "tcv_after": 243_445.0, "proration": {"credit": -3630.0, "charge": 5445.0, "net": 1815.0}})
    );
    approve(&waiting).await;
    let amended = call(&platform.router, PLATFORM, "GET", &path, Value::Null).await;
    assert_eq!((&amended["version"], &amended["amendments"][0]["version"]), (&json!(2), &json!(2)));
    let credit = post("sla-reports", json!({"metric": "uptime", "month": "2026-01", "value": 94})).await;
    assert_eq!((&credit["fee"], &credit["credit"]), (&json!(7502.0), &json!(7502.0)));
    let ended = post("terminate", json!({"date": "2026-12-22", "reason": "closed"})).await;
    assert_eq!((&ended["terminated"]["remaining"], &ended["fee"]), (&json!(3630.0), &json!(1815.0)));
    assert_eq!(post("terminate", json!({"date": "2026-12-22", "reason": "closed"})).await, ended);
    platform.world.clock.advance(Duration::from_hours(24 * 366)).await;
    let capabilities = platform.world.instance().0;
    let db = Db::new(capabilities.db.clone());
    let runner = JobRunner::new("enterprise", &capabilities, &JobQueue::new(&capabilities, &db));
    let runner = crate::jobs(&capabilities, &db, runner);
    runner.drain_all().await.unwrap();
    let all: f64 = charges().await.iter().map(|(_, amount)| amount).sum();
    // What was agreed on, less the last ten days, half of which is the fee, and the credit.
    assert!((all - (243_445.0 - 3_630.0 + 1_815.0 - 7_502.0)).abs() < 0.001, "{all}");
    let ended = call(&platform.router, PLATFORM, "GET", &path, Value::Null).await;
    assert_eq!((&ended["status"], &ended["tcv"]), (&json!("terminated"), &json!(239_815.0)));
}
