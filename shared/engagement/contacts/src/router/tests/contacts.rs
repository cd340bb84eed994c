use edge_capabilities::Clock as _;
use edge_notifications::Channel;

use super::*;
use crate::suppression::SuppressionReason;

fn ana() -> Value {
    json!({
        "name": "Ana", "email": "Ana@X.example", "phone": "+91 98765-43210", "attributes": {"plan": "pro", "seats": 5},
        "tags": ["vip", "100%"], "timezone": "Asia/Kolkata", "locale": "en-IN", "source": "web form",
    })
}

#[tokio::test(start_paused = true)]
async fn a_contact_is_created_shown_changed_and_listed() {
    let test = test().await;
    let made = test.make(ana()).await;
    let expected = json!({
        "id": made["id"], "name": "Ana", "email": "Ana@X.example", "phone": "+919876543210",
        "attributes": {"plan": "pro", "seats": 5}, "tags": ["vip", "100%"], "timezone": "Asia/Kolkata",
        "locale": "en-IN", "source": "web form", "status": "active", "suppressed_channels": [], "unsubscribe_urls": {},
        "created_at": "2026-01-01T00:00:00.000Z", "updated_at": "2026-01-01T00:00:00.000Z", "revision": 1,
    });
    assert_eq!(made, expected);
    let shown = test.acme("GET", &path(&made), Value::Null).await;
    assert_eq!((shown.headers["etag"].to_str().unwrap(), &shown.body), ("\"1\"", &expected));
    let changes = json!({"name": null, "attributes": {"plan": null, "city": "Pune"}, "tags": ["vip"]});
    let changed = test.acme("PUT", &path(&made), changes).await.expect(200);
    assert_eq!((&changed["name"], &changed["email"], &changed["revision"]), (&Value::Null, &made["email"], &json!(2)));
    assert_eq!((&changed["attributes"], &changed["tags"]), (&json!({"seats": 5, "city": "Pune"}), &json!(["vip"])));
    // The same again changes nothing.
    assert_eq!(test.acme("PUT", &path(&made), json!({"tags": ["vip"]})).await.expect(200), changed);
    for (query, count) in [
        ("", 1),
        ("?email=ANA@x.example", 1),
        ("?phone=%2B919876543210", 1),
        ("?phone=+919876543210", 1),
        ("?tag=vip", 1),
        ("?tag=vi_", 0),
        ("?tag=%25", 0),
        ("?tag=vi", 0),
        ("?source=web%20form", 1),
        ("?source=other", 0),
        ("?email=b@x.example", 0),
    ] {
        let list = test.acme("GET", query, Value::Null).await.expect(200);
        assert_eq!(list["data"].as_array().unwrap().len(), count, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn lists_are_paged_by_their_cursor() {
    let test = test().await;
    for number in 0..5 {
        test.make(json!({"email": format!("{number}@x.example")})).await;
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let page = test.acme("GET", &query, Value::Null).await.expect(200);
        seen.extend(page["data"].as_array().unwrap().iter().map(|one| one["email"].as_str().unwrap().to_owned()));
        let Some(next) = page["nextCursor"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    seen.sort();
    assert_eq!(seen, (0..5).map(|number| format!("{number}@x.example")).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_tenant_has_one_contact_of_each_address_and_tenants_do_not_meet() {
    let test = test().await;
    let first = test.make(ana()).await;
    for (body, field) in [
        (json!({"email": "ana@x.EXAMPLE"}), "email"),
        (json!({"email": "b@x.example", "phone": "+91 98765 43210"}), "phone"),
    ] {
        let answer = test.acme("POST", "", body).await;
        assert_eq!(answer.code(), (409, "ALREADY_EXISTS"));
        assert_eq!((&answer.body["field"], &answer.body["contact_id"]), (&json!(field), &first["id"]));
    }
    let second = test.make(json!({"email": "b@x.example"})).await;
    let answer = test.acme("PUT", &path(&second), json!({"phone": "+919876543210"})).await;
    assert_eq!((answer.code(), &answer.body["contact_id"]), ((409, "ALREADY_EXISTS"), &first["id"]));
    let theirs = test.of(OTHER, "POST", "", ana()).await.expect(201);
    for method in ["GET", "PUT", "DELETE"] {
        let body = if method == "PUT" { json!({}) } else { Value::Null };
        assert_eq!(test.acme(method, &path(&theirs), body).await.code(), (404, "CONTACT_NOT_FOUND"));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_contact_is_named() {
    let test = test().await;
    for (body, field) in [
        (json!({}), "email"),
        (json!({"name": "Ana"}), "email"),
        (json!({"email": "a@x\r\nBcc: b@x.example"}), "email"),
        (json!({"email": "a@x.example", "name": "Ana\r\nBcc: b@x.example"}), "name"),
        (json!({"phone": "+91 ९८७६५४३२१०"}), "phone"),
        (json!({"email": "a@x.example", "attributes": {"a.b": 1}}), "attributes"),
        (json!({"email": "a@x.example", "attributes": {"a": {}}}), "attributes.a"),
        (json!({"email": "a@x.example", "attributes": []}), "attributes"),
        (json!({"email": 7}), "email"),
        (json!({"email": "a@x.example", "tags": "vip"}), "tags"),
    ] {
        let answer = test.acme("POST", "", body.clone()).await;
        assert_eq!(
            (answer.code(), &answer.body["errors"][0]["field"]),
            ((400, "VALIDATION_ERROR"), &json!(field)),
            "{body}"
        );
    }
    assert_eq!(test.acme("GET", "?phone=abc", Value::Null).await.body["errors"][0]["field"], "phone");
}

#[tokio::test(start_paused = true)]
async fn a_change_is_made_to_the_version_that_was_read() {
    let test = test().await;
    let made = test.make(ana()).await;
    let change = async |etag: &str, name: &str| {
        let headers = [("x-tenant-id", ACME), ("if-match", etag)];
        let path = format!("{CONTACTS}{}", path(&made));
        send(&test.router, request("PUT", &path, PLATFORM, headers, &json!({"name": name}))).await
    };
    change("\"1\"", "B").await.expect(200);
    assert_eq!(change("\"1\"", "C").await.code(), (412, "PRECONDITION_FAILED"));
    assert_eq!(change("\"2\"", "C").await.expect(200)["name"], "C");
}

#[tokio::test(start_paused = true)]
async fn an_erased_contact_leaves_nothing_but_that_its_address_is_suppressed() {
    let test = test().await;
    for keys in ["", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="] {
        test.world.config.set("unsubscribe_key", keys);
        let made = test.make(ana()).await;
        let (suppressions, now) = (test.suppressions(), test.world.clock.now());
        suppressions.add(ACME, Channel::Sms, "+919876543210", SuppressionReason::Manual, now).await.unwrap();
        test.acme("DELETE", &path(&made), Value::Null).await.expect(204);
        assert_eq!(test.acme("DELETE", &path(&made), Value::Null).await.code(), (404, "CONTACT_NOT_FOUND"));
        for table in ["contacts", "contact_suppressions", "contact_events", "tenant_deeds", "notifications"] {
            let rows = test.db().query(&format!("SELECT * FROM {table}"), &[]).await.unwrap();
            let text = format!("{rows:?}").to_lowercase();
            assert!(!text.contains("98765") && !text.contains("ana@x"), "{table}: {text}");
        }
        let again = test.make(ana()).await;
        assert_eq!((&again["status"], &again["suppressed_channels"]), (&json!("active"), &json!(["SMS"])));
        assert!(suppressions.is_suppressed(ACME, Channel::Sms, "+91 98765 43210").await.unwrap());
        assert!(!suppressions.is_suppressed(OTHER, Channel::Sms, "+919876543210").await.unwrap());
        assert!(!suppressions.add(ACME, Channel::Sms, "+919876543210", SuppressionReason::Bounced, now).await.unwrap());
        suppressions.add(ACME, Channel::Email, "ANA@x.example", SuppressionReason::Bounced, now).await.unwrap();
        suppressions.add(ACME, Channel::WhatsApp, "+919876543210", SuppressionReason::Bounced, now).await.unwrap();
        assert_eq!(test.acme("GET", &path(&again), Value::Null).await.body["status"], "suppressed");
        test.acme("DELETE", &path(&again), Value::Null).await.expect(204);
        test.db().query("DELETE FROM contact_suppressions", &[]).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn who_lacks_the_scope_sees_and_changes_nothing() {
    let test = test().await;
    let made = test.make(ana()).await;
    let key = async |scope: &str| {
        let body = json!({"name": "k", "scopes": [scope], "tenant_id": ACME});
        let made = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
        made.1["key"].as_str().unwrap().to_owned()
    };
    let (reader, nobody) = (key("messages:read").await, key("seats:verify").await);
    for (method, path, body, reads) in [
        ("GET", String::new(), Value::Null, true),
        ("GET", path(&made), Value::Null, true),
        ("POST", String::new(), json!({"email": "b@x.example"}), false),
        ("PUT", path(&made), json!({}), false),
        ("DELETE", path(&made), Value::Null, false),
    ] {
        let ask =
            async |key: &str| send(&test.router, request(method, &format!("{CONTACTS}{path}"), key, [], &body)).await;
        assert_eq!(ask(&nobody).await.code(), (403, "PERMISSION_DENIED"), "{method}");
        assert_eq!(ask(&reader).await.status == 200, reads, "{method}");
        assert_eq!(ask("bhk_x_y").await.status, 401, "{method}");
    }
}
