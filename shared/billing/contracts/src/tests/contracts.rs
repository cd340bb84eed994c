//! Drafts, signing, lists, and who may do what.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_draft_is_shown_with_what_it_is_worth_and_charges_nothing() {
    let test = test().await;
    let path = test.draft(new()).await;
    let draft = test.get(&path).await;
    assert_eq!((&draft["status"], &draft["number"], &draft["version"]), (&json!("draft"), &Value::Null, &json!(1)));
    for (field, value) in [("tcv", 12_500.0), ("acv", 12_000.0), ("mrr", 1_000.0)] {
        assert_eq!(draft[field], json!(value), "{field}");
    }
    for field in ["entity_id", "counterparty", "title", "start", "end", "currency", "renewal", "documents"] {
        assert_eq!(draft[field], new()[field], "{field}");
    }
    assert_eq!(draft["last_notice_day"], "2026-12-02");
    let line = json!({"id": "l1", "kind": "recurring", "plan_id": null, "description": "Seats", "quantity": 10,
        "unit_price": 100.00, "cycle": "monthly", "discount_basis_points": 0, "amount": 1000.00});
    assert_eq!(draft["lines"][0], line);
    assert_eq!(draft["termination"], json!({"fee": {"kind": "percent_remaining", "value": 50}}));
    assert_eq!(draft["sla"][0]["credit_steps"][2], json!({"below": 95, "basis_points": 10000}));
    test.run_jobs().await;
    assert_eq!(test.charges(), Vec::<String>::new());
    // Without an end, the first term is as long as the others.
    let mut open = new();
    open.as_object_mut().unwrap().remove("end");
    let open = test.draft(with(open, "renewal.term_months", json!(36))).await;
    assert_eq!(
        (&test.get(&open).await["end"], &test.get(&open).await["tcv"]),
        (&json!("2029-01-01"), &json!(36_500.0))
    );
}

#[tokio::test(start_paused = true)]
async fn only_drafts_are_edited_and_what_is_edited_is_checked() {
    let test = test().await;
    let path = test.draft(new()).await;
    let edited = test
        .call(
            200,
            "PUT",
            &path,
            json!({"title": "More seats", "lines": [
        {"kind": "recurring", "description": "Seats", "quantity": "2.5", "unit_price": 1200, "cycle": "annual",
            "discount_basis_points": 2500}]}),
        )
        .await;
    assert_eq!(
        (&edited["title"], &edited["tcv"], &edited["mrr"]),
        (&json!("More seats"), &json!(2250.0), &json!(187.5))
    );
    test.refused("VALIDATION_ERROR", "PUT", &path, json!({"currency": "USD"})).await;
    test.refused("VALIDATION_ERROR", "PUT", &path, json!({"end": "2025-01-01"})).await;
    let moved = test.call(200, "PUT", &path, json!({"start": "2026-03-31"})).await;
    assert_eq!((&moved["start"], &moved["end"]), (&json!("2026-03-31"), &json!("2027-03-31")));
    let signed = test.call(200, "POST", &format!("{path}/activate"), Value::Null).await;
    assert_eq!((&signed["status"], &signed["number"]), (&json!("active"), &json!("CTR-00001")));
    test.refused("CONTRACT_NOT_DRAFT", "PUT", &path, json!({"title": "x"})).await;
    test.refused("CONTRACT_NOT_DRAFT", "POST", &format!("{path}/cancel"), Value::Null).await;
    // Activated again it stays as it is.
    assert_eq!(test.call(200, "POST", &format!("{path}/activate"), Value::Null).await["number"], "CTR-00001");
    let second = test.draft(new()).await;
    let third = test.signed(new()).await;
    assert_eq!(test.get(&third).await["number"], "CTR-00002");
    assert_eq!(test.call(200, "POST", &format!("{second}/cancel"), Value::Null).await["status"], "cancelled");
    test.refused("CONTRACT_NOT_DRAFT", "POST", &format!("{second}/activate"), Value::Null).await;
    for (query, count) in [("", 3), ("?status=active", 2), ("?status=cancelled", 1), ("?entity_id=ent_2", 0)] {
        assert_eq!(test.get(query).await["data"].as_array().unwrap().len(), count, "{query}");
    }
    let first = test.get("?limit=2").await;
    let next = format!("?limit=2&cursor={}", first["nextCursor"].as_str().unwrap());
    assert_eq!(test.get(&next).await["data"].as_array().unwrap().len(), 1);
    test.refused("VALIDATION_ERROR", "GET", "?status=lost", Value::Null).await;
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_not_what_they_must_be_are_named() {
    let test = test().await;
    for (field, value, named) in [
        ("entity_id", json!("nobody"), "entity_id"),
        ("entity_id", json!("ent_closed"), "entity_id"),
        ("entity_id", Value::Null, "entity_id"),
        ("counterparty", json!(""), "counterparty"),
        ("title", json!("a\u{0}"), "title"),
        ("start", json!("01.02.2026"), "start"),
        ("start", json!("1969-12-31"), "start"),
        ("end", json!("2026-01-01"), "end"),
        ("end", json!("2099-01-01"), "end"),
        ("currency", json!("RUP"), "currency"),
        ("lines", json!([]), "lines"),
        ("lines", json!(vec![new()["lines"][0].clone(); 51]), "lines"),
        ("lines.0.kind", json!("monthly"), "lines[0].kind"),
        ("lines.0.description", json!(""), "lines[0].description"),
        ("lines.0.quantity", json!(-1), "lines[0].quantity"),
        ("lines.0.quantity", json!("0.0000001"), "lines[0].quantity"),
        ("lines.1.unit_price", json!("0.001"), "lines[1].unit_price"),
        ("lines.1.unit_price", json!(-1), "lines[1].unit_price"),
        ("lines.0.unit_price", json!("92233720368547758.07"), "lines[0].unit_price"),
        ("lines.0.cycle", json!("weekly"), "lines[0].cycle"),
        ("lines.0.discount_basis_points", json!(10_001), "lines[0].discount_basis_points"),
        ("renewal.mode", json!("always"), "renewal.mode"),
        ("renewal.term_months", json!(0), "renewal.term_months"),
        ("renewal.notice_days", json!(-1), "renewal.notice_days"),
        ("renewal.uplift_basis_points", json!(10_001), "renewal.uplift_basis_points"),
        ("termination.fee.kind", json!("all"), "termination.fee.kind"),
        ("termination.fee.value", json!(100.01), "termination.fee.value"),
        ("termination.fee.value", Value::Null, "termination.fee.value"),
        ("sla.0.metric", json!(""), "sla[0].metric"),
        ("sla.0.target", json!("much"), "sla[0].target"),
        ("sla.0.credit_steps.0.basis_points", json!(-1), "sla[0].credit_steps[0].basis_points"),
        ("documents.0.url", json!("javascript:alert(1)"), "documents[0].url"),
        ("documents.0.sha256", json!("abc"), "documents[0].sha256"),
    ] {
        let (status, problem) = test.acme("POST", "", with(new(), field, value.clone())).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(named)), "{field} {value}: {problem}");
    }
    let (_, all) = test.acme("POST", "", json!({})).await;
    let fields: Vec<&str> =
        all["errors"].as_array().unwrap().iter().map(|one| one["field"].as_str().unwrap()).collect();
    assert_eq!(fields[..6], ["entity_id", "counterparty", "title", "start", "currency", "lines"]);
}

#[tokio::test(start_paused = true)]
async fn a_contract_is_its_tenants_and_takes_the_scopes_of_enterprise_billing() {
    let test = test().await;
    let path = test.signed(new()).await;
    let of = |tenant, method: &'static str, path: String| {
        let path = format!("{CONTRACTS}{path}");
        let (test, body) = (
            &test,
            json!({"by": "customer", "date": "2026-01-01", "reason": "x", "effective_date": "2026-02-01",
            "changes": {}, "metric": "uptime", "month": "2026-01", "value": 1, "line_id": "l3", "quantity": 1}),
        );
        async move { test.ask(&test.router, PLATFORM, Some(tenant), method, &path, body).await }
    };
    for (method, action) in [
        ("GET", ""),
        ("PUT", ""),
        ("POST", "/activate"),
        ("POST", "/cancel"),
        ("POST", "/renew"),
        ("POST", "/notice"),
        ("POST", "/amend"),
        ("POST", "/terminate"),
        ("POST", "/sla-reports"),
        ("GET", "/sla-reports"),
        ("POST", "/usage-reports"),
        ("GET", "/usage-reports"),
        ("GET", "/timeline"),
    ] {
        let (status, other) = of(OTHER, method, format!("{path}{action}")).await;
        let (_, none) = of(OTHER, method, format!("/ctr_none{action}")).await;
        assert_eq!((status, &other["code"]), (404, &json!("CONTRACT_NOT_FOUND")), "{method} {action}: {other}");
        assert_eq!(other["detail"], none["detail"], "{method} {action}");
    }
    assert_eq!(of(OTHER, "GET", String::new()).await.1["data"], json!([]));
    for (scope, method, status) in [
        ("enterprise:read", "GET", 200),
        ("enterprise:read", "PUT", 403),
        ("enterprise:write", "PUT", 409),
        ("billing:write", "GET", 403),
    ] {
        let body = json!({"name": "k", "scopes": [scope], "tenant_id": ACME});
        let (_, made) = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
        let key = made["key"].as_str().unwrap();
        let answer = test.ask(&test.router, key, None, method, &format!("{CONTRACTS}{path}"), json!({})).await;
        assert_eq!(answer.0, status, "{scope} {method}: {}", answer.1);
    }
}

#[tokio::test(start_paused = true)]
async fn each_change_is_in_the_audit_log_with_before_and_after() {
    let test = test().await;
    let path = test.draft(new()).await;
    test.call(200, "PUT", &path, json!({"title": "More seats"})).await;
    test.call(200, "POST", &format!("{path}/activate"), Value::Null).await;
    test.call(200, "POST", &format!("{path}/notice"), json!({"by": "customer"})).await;
    let audit = format!("/api/v1/tenants/{ACME}/audit");
    let (_, audit) = test.ask(&test.tenants, PLATFORM, None, "GET", &audit, Value::Null).await;
    let of = |action: &str| {
        let mut entries = audit["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == action);
        let found = entries.next().unwrap_or_else(|| panic!("{action}: {audit}")).clone();
        assert!(entries.next().is_none(), "{action} once");
        found
    };
    let change = |entry: &Value, field: &str| {
        let changes = entry["detail"]["changes"].as_array().unwrap();
        changes.iter().find(|change| change["field"] == field).cloned().unwrap_or_default()
    };
    assert_eq!(of("contract.created")["actor"], "bootstrap");
    let title = change(&of("contract.changed"), "title");
    assert_eq!(title, json!({"field": "title", "before": "Seats", "after": "More seats"}));
    let status = change(&of("contract.signed"), "status");
    assert_eq!(status, json!({"field": "status", "before": "draft", "after": "active"}));
    assert_eq!(change(&of("contract.notice_given"), "notice")["after"], "2027-01-01");
}
