use super::*;

impl Test {
    async fn map(&self, body: Value) -> Value {
        self.call("POST", "/gl-mappings", body).await.expect(201)
    }

    /// The accounts of a preview's lines.
    async fn codes(&self, more: &str) -> Vec<Value> {
        let path = format!("/allocations/preview?source={SUBSCRIPTION}&amount=10&currency=INR{more}");
        let shown = self.get(&path).await;
        shown["lines"].as_array().unwrap().iter().map(|line| line["gl_code"].clone()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn the_most_specific_mapping_names_the_account() {
    let test = test().await;
    let [a, b] = test.departments().await;
    let both = shares(&[(&a, 5000), (&b, 5000)]);
    test.set(SUBSCRIPTION, json!({"from": "2026-01-01", "shares": both})).await.expect(200);
    let none = Value::Null;
    assert_eq!(test.codes("").await, [none.clone(), none]);
    test.map(json!({"gl_code": "9999"})).await;
    assert_eq!(test.codes("").await, ["9999", "9999"]);
    test.call("PUT", &format!("/departments/{a}"), json!({"gl_code": "6000"})).await.expect(200);
    assert_eq!(test.codes("").await, ["6000", "9999"]);
    test.map(json!({"kind": "revenue", "gl_code": "4000"})).await;
    assert_eq!(test.codes("").await, ["4000", "4000"]);
    assert_eq!(test.codes("&kind=tax").await, ["6000", "9999"]);
    test.map(json!({"kind": "revenue", "plan_id": "team", "gl_code": "4010"})).await;
    test.map(json!({"kind": "revenue", "department_id": b, "gl_code": "4100"})).await;
    assert_eq!(test.codes("").await, ["4000", "4100"]);
    assert_eq!(test.codes("&plan_id=team").await, ["4010", "4100"]);
    test.map(json!({"kind": "revenue", "department_id": b, "plan_id": "team", "gl_code": "4110"})).await;
    assert_eq!(test.codes("&plan_id=team").await, ["4010", "4110"]);
    assert_eq!(test.codes("&plan_id=solo").await, ["4000", "4100"]);
    // The share's own account goes before all.
    let own = json!([{"department_id": b, "method": "percentage", "basis_points": 10_000, "gl_code": "1"}]);
    test.set(SUBSCRIPTION, json!({"from": "2026-01-01", "shares": own})).await.expect(200);
    assert_eq!(test.codes("&plan_id=team").await, ["1"]);
    let found = GlMappings::new(test.db.clone());
    let kind = crate::GlKind::Revenue;
    for (department, plan, expected) in [
        (None, None, "4000"),
        (None, Some("team"), "4010"),
        (Some(&*b), None, "4100"),
        (Some(&*b), Some("team"), "4110"),
    ] {
        assert_eq!(found.code(ACME, kind, department, plan).await.unwrap().as_deref(), Some(expected));
    }
    let of_a = found.code(ACME, crate::GlKind::Cash, Some(&a), None).await.unwrap();
    assert_eq!(of_a.as_deref(), Some("6000"));
    assert_eq!(found.code(OTHER, kind, None, None).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_mapping_of_the_same_scope_gets_the_new_account() {
    let test = test().await;
    let first = test.map(json!({"kind": "cash", "gl_code": "1000"})).await;
    let second = test.map(json!({"kind": "cash", "gl_code": "1001"})).await;
    assert_eq!(second["id"], first["id"]);
    let listed = test.get("/gl-mappings").await;
    assert_eq!(listed, json!({"data": [second], "nextCursor": null}));
    assert_eq!(test.get("/gl-mappings?kind=tax").await["data"], json!([]));
    for (body, field) in [
        (json!({"kind": "cash", "gl_code": ""}), "gl_code"),
        (json!({"kind": "cash", "gl_code": "1", "department_id": "dep_none"}), "department_id"),
    ] {
        let refused = test.call("POST", "/gl-mappings", body).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (400, &json!(field)));
    }
    let unknown = test.call("POST", "/gl-mappings", json!({"kind": "profit", "gl_code": "1"})).await;
    assert_eq!(unknown.code(), (400, "VALIDATION_ERROR"));
}
