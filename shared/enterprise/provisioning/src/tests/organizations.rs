use super::*;

#[tokio::test(start_paused = true)]
async fn the_seeds_request_is_answered_as_the_seed_writes_it() {
    let test = Test::new();
    test.register_plans().await;
    let answer = test.post(ORGANIZATION, &acme()).await;
    assert!(!answer.is_replay());
    let mut body = answer.expect(201);
    let organization = body["organization"].as_object_mut().unwrap();
    let id = organization.remove("organization_id").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 36);
    let records = json!([{"type": "MX", "name": "acme.com", "value": "mx.mail.example"}]);
    let expected = json!({
        "provisioned": true,
        "organization": {
            "id": 1, "name": "Acme Corporation", "domain_name": "acme.com", "domain_id": 1, "odoo_customer_id": 67890,
            "max_users": 100, "max_storage_gb": 100, "is_active": true, "created_at": "2026-01-01T00:00:00Z",
        },
        "subscription": {"id": 1, "plan_name": "Business Pro", "status": "active", "amount": 99.99, "currency": "USD"},
        "provisioning_details": {
            "domain_created": true, "dns_records_generated": true, "initial_admin_created": true, "dns_records": records,
        },
    });
    assert_eq!(body, expected);
}

#[tokio::test(start_paused = true)]
async fn the_same_customer_again_gets_the_first_answer() {
    let test = Test::new();
    test.register_plans().await;
    let first = test.post(ORGANIZATION, &acme()).await.expect(201);
    let again = with(acme(), "/organization_data/domain", json!("ACME.com"));
    for (path, body) in [(ORGANIZATION, acme()), ("/erp/provision/organization", again)] {
        let answer = test.post(path, &body).await;
        assert!(answer.is_replay());
        assert_eq!(answer.expect(201), first);
    }
    let other = with(acme(), "/organization_data/max_users", json!(101));
    assert_eq!(test.post(ORGANIZATION, &other).await.code(), (400, "ODOO_CUSTOMER_ID_EXISTS"));
    let other = with(acme(), "/organization_data/odoo_customer_id", json!(67_891));
    assert_eq!(test.post(ORGANIZATION, &other).await.code(), (400, "ORGANIZATION_ALREADY_EXISTS"));
    assert_eq!((test.count("tenants").await, test.count("provisioned_organizations").await), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_repeated_idempotency_key_says_that_it_is_a_replay() {
    let test = Test::new();
    let body = with(acme(), "/organization_data/plan_id", Value::Null);
    let token = format!("Bearer {PLATFORM}");
    let headers = [("authorization", token.as_str()), ("idempotency-key", "k")];
    let ask = async || {
        let router = crate::router(test.world.instance().0);
        test.ask_as(router, &headers, "POST", ORGANIZATION, &body).await
    };
    let (first, second) = (ask().await, ask().await);
    assert_eq!((first.is_replay(), second.is_replay()), (false, true));
    assert_eq!(first.expect(201), second.expect(201));
}

#[tokio::test(start_paused = true)]
async fn of_many_at_once_there_is_one_organization_and_one_answer() {
    let test = Test::new();
    test.register_plans().await;
    let (body, path) = (acme(), ORGANIZATION);
    let answers = futures::future::join_all((0..10).map(|_| test.post(path, &body))).await;
    let first = answers[0].body.clone();
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, &first));
    }
    assert_eq!(answers.iter().filter(|answer| !answer.is_replay()).count(), 1);
    assert_eq!((test.count("tenants").await, test.count("tenant_people").await), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_provisioned_leaves_nothing() {
    let test = Test::new();
    test.register_plans().await;
    for (field, value) in [
        ("plan_id", json!(3)),
        ("plan_id", json!("gold")),
        ("domain", json!("127.0.0.1")),
        ("domain", json!("co.uk")),
        ("max_users", json!(0)),
        ("odoo_customer_id", json!("67890")),
        ("name", Value::Null),
    ] {
        let body = with(acme(), &format!("/organization_data/{field}"), value);
        let answer = test.post(ORGANIZATION, &body).await;
        assert_eq!(answer.code(), (400, "VALIDATION_ERROR"), "{body}");
        assert_eq!(answer.body["errors"][0]["field"], format!("organization_data.{field}"));
    }
    assert_eq!(test.post(ORGANIZATION, &json!({})).await.code(), (400, "VALIDATION_ERROR"));
    assert_eq!(test.ask("nobody", "POST", ORGANIZATION, &acme()).await.code(), (401, "UNAUTHENTICATED"));
    assert_eq!(test.count("provisioned_organizations").await, 0);
    assert!(test.outside.lock().unwrap().domains.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_mail_service_that_is_down_stops_it_and_the_same_request_goes_on() {
    let test = Test::new();
    test.register_plans().await;
    for fault in [Fault::Status(503), Fault::Status(401), Fault::AnswerLost] {
        test.fault("/api/v1/domains", Some(fault));
        assert_eq!(test.post(ORGANIZATION, &acme()).await.code(), (500, "PROVISIONING_FAILED"));
    }
    // The customer is spoken for meanwhile.
    let other = with(acme(), "/organization_data/domain", json!("acme.org"));
    assert_eq!(test.post(ORGANIZATION, &other).await.code(), (400, "ODOO_CUSTOMER_ID_EXISTS"));
    test.fault("/api/v1/domains", None);
    let answer = test.post(ORGANIZATION, &acme()).await;
    assert!(!answer.is_replay());
    answer.expect(201);
}

#[tokio::test(start_paused = true)]
async fn a_domain_that_the_mail_service_refuses_binds_nobody() {
    let test = Test::new();
    test.register_plans().await;
    test.fault("/api/v1/domains", Some(Fault::Status(422)));
    let refused = test.post(ORGANIZATION, &acme()).await;
    assert_eq!((refused.code(), &refused.body["upstreamStatus"]), ((500, "PROVISIONING_FAILED"), &json!(422)));
    test.fault("/api/v1/domains", Some(Fault::Status(409)));
    assert_eq!(test.post(ORGANIZATION, &acme()).await.code(), (400, "ORGANIZATION_ALREADY_EXISTS"));
    test.fault("/api/v1/domains", None);
    let other = with(acme(), "/organization_data/domain", json!("acme.org"));
    assert_eq!(test.post(ORGANIZATION, &other).await.expect(201)["organization"]["id"], 1);
    test.world.config.set("mail_url", "");
    let new = with(acme(), "/organization_data/odoo_customer_id", json!(1));
    assert_eq!(test.post(ORGANIZATION, &new).await.code(), (500, "PROVISIONING_FAILED"));
}

#[tokio::test(start_paused = true)]
async fn two_domains_that_make_one_slug_are_two_organizations() {
    let test = Test::new();
    test.register_plans().await;
    for (domain, customer, id) in [("a-b.com", 1, 1), ("a.b.com", 2, 2)] {
        let body = with(acme(), "/organization_data/domain", json!(domain));
        let body = with(body, "/organization_data/odoo_customer_id", json!(customer));
        assert_eq!(test.post(ORGANIZATION, &body).await.expect(201)["organization"]["id"], id);
    }
}

#[tokio::test(start_paused = true)]
async fn a_tenants_key_provisions_no_organization_and_sees_its_own_alone() {
    let test = Test::new();
    test.register_plans().await;
    let body = with(acme(), "/organization_data/odoo_customer_id", json!(1));
    let body = with(body, "/organization_data/domain", json!("other.com"));
    let (own, other) =
        (test.post(ORGANIZATION, &acme()).await.expect(201), test.post(ORGANIZATION, &body).await.expect(201));
    let key = test.key_of(own["organization"]["organization_id"].as_str().unwrap()).await;
    assert_eq!(test.ask(&key, "POST", ORGANIZATION, &acme()).await.code(), (403, "PERMISSION_DENIED"));
    let (id, domain) =
        (other["organization"]["id"].as_i64().unwrap(), other["organization"]["domain_id"].as_i64().unwrap());
    assert_eq!(test.ask(&key, "POST", ACCOUNT, &john(id, domain)).await.code(), (404, "ORGANIZATION_NOT_FOUND"));
    let path = format!("/erp/usage-summary/?organization_id={id}");
    assert_eq!(test.ask(&key, "GET", &path, &Value::Null).await.code(), (404, "ORGANIZATION_NOT_FOUND"));
    let seen = test.ask(&key, "GET", "/erp/usage-summary/", &Value::Null).await.expect(200);
    assert_eq!((&seen["summary"]["total_organizations"], &seen["organizations"][0]["id"]), (&json!(1), &json!(1)));
    let events = seen["billing_events"].as_array().unwrap();
    assert!(!events.is_empty() && events.iter().all(|event| event["organization_id"] == 1), "{events:?}");
    test.ask(&key, "POST", ACCOUNT, &john(1, 1)).await.expect(201);
}
