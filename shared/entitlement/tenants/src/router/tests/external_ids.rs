use super::*;

#[tokio::test(start_paused = true)]
async fn an_external_id_is_set_replaced_and_taken_away() {
    let test = test();
    let path = test.acme().await;
    let set = async |id: &str| test.platform("PUT", &path("/external-ids/healos"), json!({"externalOrgId": id})).await;
    let (status, shown) = set("hospital_456").await;
    let expected = json!({
        "applicationSlug": "healos", "externalOrgId": "hospital_456", "setBy": "bootstrap",
        "setAt": "2026-01-01T00:00:00.000Z",
    });
    assert_eq!((status, &shown), (200, &expected));
    assert_eq!(set("hospital_456").await, (200, expected));
    assert_eq!(set("hospital_457").await.1["externalOrgId"], "hospital_457");
    let (_, all) = test.platform("GET", &path("/external-ids"), Value::Null).await;
    assert_eq!(all["data"].as_array().unwrap().len(), 1);
    assert_eq!(test.platform("DELETE", &path("/external-ids/healos"), Value::Null).await.0, 204);
    let (status, problem) = test.platform("DELETE", &path("/external-ids/healos"), Value::Null).await;
    assert_eq!((status, &problem["code"]), (404, &json!("EXTERNAL_ID_NOT_FOUND")));
    for bad in ["", "a\u{0}"] {
        assert_eq!(set(bad).await.0, 400);
    }
}

#[tokio::test(start_paused = true)]
async fn an_external_id_of_another_tenants_is_taken() {
    let test = test();
    let path = test.acme().await;
    let (_, other) = test.platform("POST", "/api/v1/tenants", new("other")).await;
    let others = format!("/api/v1/tenants/{}/external-ids/healos", other["id"].as_str().unwrap());
    test.platform("PUT", &path("/external-ids/healos"), json!({"externalOrgId": "h1"})).await;
    let (status, problem) = test.platform("PUT", &others, json!({"externalOrgId": "h1"})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("ALREADY_EXISTS")));
}

#[tokio::test(start_paused = true)]
async fn a_tenant_does_not_name_itself() {
    let test = test();
    let path = test.acme().await;
    let key = test.key_of(ID).await;
    for (method, body) in [("PUT", json!({"externalOrgId": "h1"})), ("DELETE", Value::Null)] {
        let (status, _) = test.ask(&test.router, &key, method, &path("/external-ids/healos"), body).await;
        assert_eq!(status, 403);
    }
    assert_eq!(test.ask(&test.router, &key, "GET", &path("/external-ids"), Value::Null).await.0, 200);
}
