use super::*;

#[tokio::test(start_paused = true)]
async fn a_summary_has_the_seeds_fields() {
    let test = Test::new();
    test.register_plans().await;
    test.post(ORGANIZATION, &acme()).await.expect(201);
    test.post(ACCOUNT, &john(1, 1)).await.expect(201);
    let summary = test.summary("start_date=2026-01-01&end_date=2026-01-01").await;
    assert_eq!(summary["period"], json!({"start_date": "2026-01-01", "end_date": "2026-01-01"}));
    let totals = json!({
        "total_organizations": 1, "active_organizations": 1, "suspended_organizations": 0, "total_users": 2,
        "active_users": 2, "total_storage_gb": 1.0, "total_revenue": 0.0, "currency": "USD", "revenue_by_currency": [],
    });
    assert_eq!(summary["summary"], totals);
    let organization = json!({
        "id": 1, "name": "Acme Corporation", "odoo_customer_id": 67890,
        "users": {"total": 2, "active": 2, "inactive": 0},
        "storage": {"used_gb": 1.0, "limit_gb": 100.0, "percentage": 1.0},
        "subscription": {"plan_name": "Business Pro", "amount": 99.99, "currency": "USD", "status": "active"},
    });
    assert_eq!(summary["organizations"], json!([organization]));
    let events = summary["billing_events"].as_array().unwrap();
    assert_eq!(events.len(), 3);
    for (index, event) in events.iter().enumerate() {
        assert_eq!((&event["id"], &event["organization_id"]), (&json!(index + 1), &json!(1)));
        assert_eq!((&event["event_date"], &event["odoo_synced"]), (&json!("2026-01-01"), &json!(false)));
    }
    let added = events.iter().find(|event| event["event_type"] == "user_added").unwrap();
    assert_eq!((&added["quantity"], &added["description"]), (&json!(1), &json!("User added")));
    // Nothing of it happened the day after.
    let later = test.summary("start_date=2026-01-02&end_date=2026-01-03&organization_id=1").await;
    assert_eq!((&later["billing_events"], &later["summary"]["total_users"]), (&json!([]), &json!(2)));
}

#[tokio::test(start_paused = true)]
async fn details_are_there_where_they_are_asked_for() {
    let test = Test::new();
    test.register_plans().await;
    test.post(ORGANIZATION, &acme()).await.expect(201);
    let plain = test.summary("include_details=false").await;
    assert!(plain["organizations"][0].get("details").is_none());
    let detailed = test.summary("include_details=True").await;
    let details = &detailed["organizations"][0]["details"];
    assert_eq!((&details["domain_name"], &details["email_accounts"]), (&json!("acme.com"), &json!(0)));
    assert_eq!(detailed["billing_events"][0]["details"]["attempts"], 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_must_make_sense() {
    let test = Test::new();
    for query in [
        "start_date=2026-02-30",
        "start_date=2026-01-02&end_date=2026-01-01",
        "organization_id=acme",
        "include_details=perhaps",
        "start_date=2020-01-01",
    ] {
        let path = format!("/erp/usage-summary/?{query}");
        assert_eq!(test.ask(PLATFORM, "GET", &path, &Value::Null).await.code(), (400, "VALIDATION_ERROR"), "{query}");
    }
    let path = "/erp/usage-summary?organization_id=7";
    assert_eq!(test.ask(PLATFORM, "GET", path, &Value::Null).await.code(), (404, "ORGANIZATION_NOT_FOUND"));
    assert_eq!(test.ask("nobody", "GET", path, &Value::Null).await.code(), (401, "UNAUTHENTICATED"));
}
