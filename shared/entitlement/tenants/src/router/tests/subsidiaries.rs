use super::*;

#[tokio::test(start_paused = true)]
async fn the_groups_companies_become_tenants_once() {
    let test = test();
    let provision = async || test.platform("POST", "/api/v1/tenants/provision-internal", Value::Null).await;
    let (status, first) = provision().await;
    assert_eq!((status, first["created"].as_array().unwrap().len()), (200, 8), "{first}");
    let cloud = &first["data"][1];
    for (field, value) in [
        ("id", json!("4bb6da85-66ab-4707-8d65-3ffee7927e5b")),
        ("erp_company_id", json!("4bb6da85-66ab-4707-8d65-3ffee7927e5b")),
        ("erp_company_code", json!("BHM002")),
        ("name", json!("BHEEM CLOUD")),
        ("slug", json!("bheem-cloud")),
        ("tenant_mode", json!("internal")),
        ("plan", json!("enterprise")),
        ("max_users", Value::Null),
    ] {
        assert_eq!(cloud[field], value, "{field}");
    }
    // What somebody changed since stays.
    let path = format!("/api/v1/tenants/{}", cloud["id"].as_str().unwrap());
    let (_, changed) = test.platform("PUT", &path, json!({"name": "Bheem Cloud Ltd", "slug": "cloud"})).await;
    test.world.clock.advance(std::time::Duration::from_secs(5)).await;
    let (status, again) = provision().await;
    assert_eq!((status, &again["created"], &again["data"][1]), (200, &json!([]), &changed));
    for index in [0, 2, 3, 4, 5, 6, 7] {
        assert_eq!(again["data"][index], first["data"][index]);
    }
}

#[tokio::test(start_paused = true)]
async fn companies_that_are_made_by_several_at_once_are_made_once() {
    let test = test();
    let all = (0..5).map(|_| test.platform("POST", "/api/v1/tenants/provision-internal", Value::Null));
    let answers = futures::future::join_all(all).await;
    let created: usize = answers.iter().map(|(_, body)| body["created"].as_array().unwrap().len()).sum();
    assert!(answers.iter().all(|(status, _)| *status == 200), "{answers:?}");
    assert_eq!(created, 8);
}

#[tokio::test(start_paused = true)]
async fn a_company_that_is_a_tenant_under_another_id_stays_as_it_is() {
    let test = test();
    let by_hand = with(with(new("by-hand"), "tenant_mode", json!("internal")), "erp_company_code", json!("BHM003"));
    let (_, by_hand) = test.platform("POST", "/api/v1/tenants", by_hand).await;
    let (_, all) = test.platform("POST", "/api/v1/tenants/provision-internal", Value::Null).await;
    assert_eq!((all["created"].as_array().unwrap().len(), &all["data"][2]), (7, &by_hand));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_does_not_make_companies() {
    let test = test();
    let _ = test.acme().await;
    let key = test.key_of(ID).await;
    let (status, _) = test.ask(&test.router, &key, "POST", "/api/v1/tenants/provision-internal", Value::Null).await;
    assert_eq!(status, 403);
}
