use super::*;

#[tokio::test(start_paused = true)]
async fn a_subscription_is_made_shown_and_listed() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 5).await;
    let id = &subscribed.made["id"];
    let expected = json!({
        "id": id, "organizationId": subscribed.organization, "applicationSlug": "openmic", "planId": "pro",
        "planVersion": 1, "gateway": "manual", "status": "ACTIVE",
        "seats": {"purchased": 5, "assigned": 0, "pending": 0, "available": 5, "overAssigned": 0},
        "pricePerSeat": 10.0, "currency": "USD", "billingCycle": "monthly",
        "currentPeriodStart": "2026-01-01T00:00:00.000Z", "currentPeriodEnd": "2026-02-01T00:00:00.000Z",
        "trialEnd": null, "cancelAtPeriodEnd": false, "endedAt": null, "scheduled": null,
        "createdAt": "2026-01-01T00:00:00.000Z", "version": 1,
    });
    assert_eq!(subscribed.made, expected);
    let answer = subscribed.ask("GET", "", Value::Null).await;
    assert_eq!((answer.headers["etag"].to_str().unwrap(), &answer.body), ("\"1\"", &expected));
    test.advance(Duration::from_secs(1)).await;
    let other = test.subscribed("other", 1).await;
    let listed = test.platform().to("GET", "/subscriptions?limit=1", Value::Null).await.expect(200);
    assert_eq!(listed["data"], json!([other.made]));
    let next = format!("/subscriptions?limit=1&cursor={}", listed["nextCursor"].as_str().unwrap());
    let listed = test.platform().to("GET", &next, Value::Null).await.expect(200);
    assert_eq!(listed, json!({"data": [expected], "nextCursor": null}));
    let filtered = format!("/subscriptions?organizationId={}&applicationSlug=openmic", subscribed.organization);
    let listed = test.platform().to("GET", &filtered, Value::Null).await.expect(200);
    assert_eq!(listed["data"], json!([expected]));
    let audit = format!("/organizations/{}/audit", subscribed.organization);
    let audit = test.platform().to("GET", &audit, Value::Null).await.expect(200);
    let mut actions = audit["data"].as_array().unwrap().iter().map(|entry| &entry["action"]);
    assert!(actions.any(|action| action == "subscription.created"), "{audit}");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_subscribed_to_is_refused() {
    let test = test().await;
    let organization = test.organization("acme").await;
    let good = json!({"organizationId": organization, "applicationSlug": "openmic", "planId": "pro", "seats": 5,
        "gateway": "manual"});
    for (field, value, expected) in [
        ("organizationId", json!("0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11"), (404, "ORGANIZATION_NOT_FOUND")),
        ("organizationId", json!(null), (400, "VALIDATION_ERROR")),
        ("applicationSlug", json!("unknown"), (404, "APPLICATION_NOT_FOUND")),
        ("planId", json!("unknown"), (404, "PLAN_NOT_FOUND")),
        ("seats", json!(0), (400, "VALIDATION_ERROR")),
        ("seats", json!(51), (400, "VALIDATION_ERROR")),
        ("seats", json!(1.5), (400, "VALIDATION_ERROR")),
        ("gateway", json!("cash"), (400, "VALIDATION_ERROR")),
        ("gateway", json!("stripe"), (503, "NOT_CONFIGURED")),
        ("successUrl", json!("javascript:alert(1)"), (400, "VALIDATION_ERROR")),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let answer = test.platform().to("POST", "/subscriptions", body).await;
        assert_eq!(answer.code(), expected, "{field} {value}: {}", answer.body);
    }
    let mut trial = good.clone();
    (trial["planId"], trial["trial"]) = (json!("max"), json!(true));
    assert_eq!(test.platform().to("POST", "/subscriptions", trial).await.code(), (400, "VALIDATION_ERROR"));
    assert_eq!(test.platform().to("POST", "/subscriptions", good.clone()).await.status, 201);
    assert_eq!(test.platform().to("POST", "/subscriptions", good).await.code(), (409, "SUBSCRIPTION_EXISTS"));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_request_makes_one_subscription() {
    let test = test().await;
    let organization = test.organization("acme").await;
    let body = json!({"organizationId": organization, "applicationSlug": "openmic", "planId": "pro", "seats": 5,
        "gateway": "manual"});
    let ask = || test.platform().with("idempotency-key", "once");
    let first = ask().to("POST", "/subscriptions", body.clone()).await.expect(201);
    assert_eq!(ask().to("POST", "/subscriptions", body).await.expect(201), first);
}

#[tokio::test(start_paused = true)]
async fn each_role_may_do_what_the_matrix_says() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 5).await;
    let users = format!("/api/v1/tenants/{}/users", subscribed.organization);
    for (user, role) in [("ben", "BILLING_ADMIN"), ("cid", "ADMIN"), ("dan", "MEMBER")] {
        test.platform().to("POST", &users, json!({"user_id": user, "role": role})).await.expect(201);
    }
    for (user, billing, assigning) in
        [("ana", true, true), ("ben", true, true), ("cid", false, true), ("dan", false, false)]
    {
        let ask = test.by(token(&test, user, None)).tenant(&subscribed.organization);
        let status = |may: bool, status: u16| if may { status } else { 403 };
        let path = &subscribed.path;
        assert_eq!(ask.to("GET", path, Value::Null).await.status, status(assigning, 200), "{user}");
        let change = json!({"seats": 5});
        assert_eq!(ask.to("PATCH", path, change.clone()).await.status, status(billing, 200), "{user}");
        assert_eq!(ask.to("POST", &format!("{path}/preview"), change).await.status, status(assigning, 200), "{user}");
        assert_eq!(ask.to("POST", &format!("{path}/reactivate"), Value::Null).await.status, status(billing, 200));
        let seat = json!({"userId": format!("of-{user}")});
        assert_eq!(ask.to("POST", &format!("{path}/seats"), seat).await.status, status(assigning, 201), "{user}");
        // Nobody of an organization gives it what nobody pays for.
        let more = ask.to("PATCH", path, json!({"seats": 50})).await;
        assert_eq!(more.code(), (403, "PERMISSION_DENIED"), "{user}");
    }
    let other = test.organization("other").await;
    let key = test.key(&other, &["subscriptions:read", "subscriptions:write", "seats:write"]).await;
    let ask = test.by(key);
    for (method, path) in [("GET", ""), ("PATCH", ""), ("POST", "/cancel"), ("POST", "/seats"), ("GET", "/seats")] {
        let answer = ask.to(method, &format!("{}{path}", subscribed.path), json!({"userId": "eve"})).await;
        assert_eq!(answer.code(), (404, "SUBSCRIPTION_NOT_FOUND"), "{method} {path}");
    }
    assert_eq!(ask.to("GET", "/subscriptions", Value::Null).await.expect(200)["data"], json!([]));
    let new = json!({"applicationSlug": "openmic", "planId": "pro", "seats": 1, "gateway": "manual"});
    assert_eq!(ask.to("POST", "/subscriptions", new.clone()).await.code(), (403, "PERMISSION_DENIED"));
    let mut named = new;
    (named["gateway"], named["externalOrgId"]) = (json!("stripe"), json!("acme"));
    assert_eq!(ask.to("POST", "/subscriptions", named).await.code(), (403, "PERMISSION_DENIED"));
}

#[tokio::test(start_paused = true)]
async fn a_trial_is_had_once_and_becomes_a_subscription_by_itself() {
    let test = test().await;
    let organization = test.organization("acme").await;
    let body = json!({"organizationId": organization, "applicationSlug": "openmic", "planId": "pro", "seats": 5,
        "gateway": "manual", "trial": true});
    let made = test.platform().to("POST", "/subscriptions", body.clone()).await.expect(201);
    assert_eq!((&made["status"], &made["trialEnd"]), (&json!("TRIALING"), &json!("2026-01-15T00:00:00.000Z")));
    let path = format!("/subscriptions/{}", made["id"].as_str().unwrap());
    test.advance(DAY * 20).await;
    let shown = test.platform().to("GET", &path, Value::Null).await.expect(200);
    assert_eq!((&shown["status"], &shown["currentPeriodEnd"]), (&json!("ACTIVE"), &json!("2026-02-15T00:00:00.000Z")));
    test.platform().to("POST", &format!("{path}/cancel"), json!({"immediate": true})).await.expect(200);
    let again = test.platform().to("POST", "/subscriptions", body).await;
    assert_eq!((again.code(), &again.body["errors"][0]["field"]), ((400, "VALIDATION_ERROR"), &json!("trial")));
}
