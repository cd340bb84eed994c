//! Entities by themselves.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_entity_is_made_shown_changed_and_audited_with_before_and_after() {
    let test = test().await;
    let body = json!({"name": "Acme Europe", "code": "EU", "legal_name": "Acme Europe B.V.", "tax_id": "NL1",
        "country": "NL", "currency": "EUR", "billing_email": "bills@acme.example", "address": "Dam 1\nAmsterdam",
        "payment_terms_days": 45, "consolidate_to_parent": false});
    let made = test.done("POST", "", body.clone()).await;
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&made[field], value, "{field}");
    }
    assert_eq!((&made["status"], &made["version"], &made["parent_id"]), (&json!("active"), &json!(1), &Value::Null));
    assert_eq!(made["tenant_id"], ACME);
    let path = format!("/{}", made["id"].as_str().unwrap());
    let shown = test.with("GET", &path, &[], Value::Null).await;
    assert_eq!(shown.headers["etag"], "\"1\"");
    assert_eq!(shown.body, with(made.clone(), "budgets", json!([])));
    let changes = json!({"name": "Acme NL", "tax_id": null, "billing_email": "b@acme.example", "country": "BE"});
    let changed = test.with("PUT", &path, &[("if-match", "\"1\"")], changes).await;
    assert_eq!((changed.status, &changed.headers["etag"]), (200, &"\"2\"".parse().unwrap()));
    let changed = changed.body;
    assert_eq!((&changed["name"], &changed["tax_id"]), (&json!("Acme NL"), &Value::Null));
    assert_eq!((&changed["code"], &changed["version"]), (&json!("EU"), &json!(2)));
    // The same again changes nothing, and of two who read one version the second changes nothing.
    assert_eq!(test.done("PUT", &path, changed.clone()).await, changed);
    let late = test.with("PUT", &path, &[("if-match", "\"1\"")], json!({"name": "Late"})).await;
    assert_eq!(late.code(), (412, "PRECONDITION_FAILED"));
    let audit = test.audit("entity.").await;
    assert_eq!(audit.len(), 2, "{audit:?}");
    assert_eq!(audit[0]["detail"]["after"]["name"], "Acme Europe");
    let detail = json!({"entity_id": made["id"],
        "before": {"name": "Acme Europe", "tax_id": "…", "billing_email": "…", "country": "NL"},
        "after": {"name": "Acme NL", "tax_id": null, "billing_email": "…", "country": "BE"}});
    assert_eq!((&audit[1]["action"], &audit[1]["detail"]), (&json!("entity.changed"), &detail));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_said_of_a_new_entity_has_its_default() {
    let test = test().await;
    let root = test.make(json!({"name": "Root", "currency": "JPY"})).await;
    let child = test.done("POST", "", json!({"name": "Child", "parent_id": root})).await;
    assert_eq!((&child["currency"], &child["payment_terms_days"]), (&json!("JPY"), &json!(30)));
    assert_eq!((&child["consolidate_to_parent"], &child["code"]), (&json!(true), &Value::Null));
    let (status, problem) = test.acme("POST", "", json!({"name": "Rootless"})).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("currency")));
}

#[tokio::test(start_paused = true)]
async fn a_code_is_unique_within_the_tenant() {
    let test = test().await;
    let coded = |code: &str| with(new("x"), "code", json!(code));
    test.make(coded("A")).await;
    let second = test.make(coded("B")).await;
    assert_eq!(test.acme("POST", "", coded("A")).await.1["code"], "ALREADY_EXISTS");
    assert_eq!(test.acme("PUT", &format!("/{second}"), json!({"code": "A"})).await.1["code"], "ALREADY_EXISTS");
    let (status, _) = test.ask(&test.router, PLATFORM, Some(OTHER), "POST", ENTITIES, coded("A")).await;
    assert_eq!(status, 201);
    // Without a code there may be many.
    test.make(new("x")).await;
    test.make(new("x")).await;
    let found = test.done("GET", "?code=A", Value::Null).await;
    assert_eq!(found["data"].as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn fields_that_are_not_what_they_must_be_are_named() {
    let test = test().await;
    let path = format!("/{}", test.make(new("x")).await);
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("a\u{0}")),
        ("code", json!("")),
        ("legal_name", json!("x".repeat(257))),
        ("tax_id", json!("a\nb")),
        ("country", json!("Germany")),
        ("country", json!("de")),
        ("currency", json!("EUX")),
        ("billing_email", json!("a@b\r\nBcc: c@d")),
        ("address", json!("x".repeat(2_001))),
        ("payment_terms_days", json!(-1)),
        ("payment_terms_days", json!(3_651)),
        ("parent_id", json!("ent_1")),
    ] {
        for (method, path, body) in [("POST", "", new("x")), ("PUT", &*path, json!({}))] {
            let (status, problem) = test.acme(method, path, with(body, field, value.clone())).await;
            assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{method} {problem}");
        }
    }
    for (query, field) in [("?status=lost", "status"), ("?limit=0", "limit"), ("?cursor=x", "cursor")] {
        assert_eq!(test.acme("GET", query, Value::Null).await.1["errors"][0]["field"], field);
    }
}

#[tokio::test(start_paused = true)]
async fn entities_are_listed_page_by_page_and_by_parent_and_status() {
    let test = test().await;
    let root = test.make(new("root")).await;
    for name in ["a", "b", "c"] {
        test.below(&root, name).await;
        test.world.clock.advance(std::time::Duration::from_secs(1)).await;
    }
    let names = |list: &Value| -> Vec<String> {
        list["data"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = test.done("GET", &format!("?parent_id={root}&limit=2"), Value::Null).await;
    assert_eq!(names(&first), ["c", "b"]);
    let next = first["nextCursor"].as_str().unwrap();
    let second = test.done("GET", &format!("?parent_id={root}&limit=2&cursor={next}"), Value::Null).await;
    assert_eq!((names(&second), &second["nextCursor"]), (vec!["a".to_owned()], &Value::Null));
    assert_eq!(names(&test.done("GET", "?status=closed", Value::Null).await), [""; 0]);
    assert_eq!(names(&test.done("GET", "?status=active", Value::Null).await).len(), 4);
}
