//! Who may do what.

use super::*;

#[tokio::test(start_paused = true)]
async fn reading_and_writing_take_scopes_of_their_own() {
    let test = test().await;
    let id = test.make(new("x")).await;
    let key = async |scope: &str| {
        let body = json!({"name": "k", "scopes": [scope], "tenant_id": ACME});
        let (_, made) = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
        made["key"].as_str().unwrap().to_owned()
    };
    let (reader, writer, stranger) =
        (key("enterprise:read").await, key("enterprise:write").await, key("billing:read").await);
    let one = format!("{ENTITIES}/{id}");
    for (method, path, body, reads) in [
        ("GET", ENTITIES.to_owned(), Value::Null, true),
        ("GET", one.clone(), Value::Null, true),
        ("GET", format!("{one}/charges"), Value::Null, true),
        ("GET", format!("{one}/hierarchy"), Value::Null, true),
        ("GET", format!("{one}/subscriptions"), Value::Null, true),
        ("GET", format!("{one}/invoices"), Value::Null, true),
        ("POST", format!("{one}/invoices"), json!({"period": "2026-01"}), false),
        ("PUT", format!("{one}/subscriptions/sub_1"), json!({}), false),
        ("POST", ENTITIES.to_owned(), new("y"), false),
        ("PUT", one.clone(), json!({"name": "z"}), false),
        (
            "POST",
            format!("{one}/charges"),
            json!({"description": "x", "amount": 1, "currency": "EUR", "date": "2026-01-01"}),
            false,
        ),
    ] {
        for (key, may) in [(&reader, reads), (&writer, !reads), (&stranger, false)] {
            let (status, answer) = test.ask(&test.router, key, None, method, &path, body.clone()).await;
            assert_eq!(status == 403, !may, "{method} {path} {answer}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn anothers_entity_looks_like_one_that_does_not_exist() {
    let test = test().await;
    let id = test.make(new("x")).await;
    for id in [id.as_str(), "ent_000000000000000000000000", "x%00", &"x".repeat(70)] {
        for (method, rest, body) in [
            ("GET", "", Value::Null),
            ("PUT", "", json!({"name": "y"})),
            ("GET", "/charges", Value::Null),
            ("GET", "/hierarchy", Value::Null),
            ("GET", "/subscriptions", Value::Null),
            ("GET", "/invoices", Value::Null),
            ("POST", "/invoices", json!({"period": "2026-01"})),
            ("PUT", "/subscriptions/sub_1", json!({})),
            ("POST", "/charges", json!({"description": "x", "amount": 1, "currency": "EUR"})),
        ] {
            let path = format!("{ENTITIES}/{id}{rest}");
            let (status, problem) = test.ask(&test.router, PLATFORM, Some(OTHER), method, &path, body).await;
            assert_eq!((status, &problem["code"]), (404, &json!("ENTITY_NOT_FOUND")), "{method} {path}");
        }
    }
    let below = with(new("y"), "parent_id", json!(id));
    let (status, problem) = test.ask(&test.router, PLATFORM, Some(OTHER), "POST", ENTITIES, below).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!("parent_id")));
}
