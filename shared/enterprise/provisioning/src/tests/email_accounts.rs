use super::*;

const MIB: i64 = 1 << 20;

/// A provisioned organisation with these limits.
async fn organization(test: &Test, max_users: i64, max_storage_gb: i64) {
    test.register_plans().await;
    let body = with(acme(), "/organization_data/max_users", json!(max_users));
    test.post(ORGANIZATION, &with(body, "/organization_data/max_storage_gb", json!(max_storage_gb))).await.expect(201);
}

fn account(address: &str, quota: Value) -> Value {
    let body = with(john(1, 1), "/email_account_data/address", json!(address));
    with(body, "/email_account_data/quota", quota)
}

#[tokio::test(start_paused = true)]
async fn the_seeds_request_is_answered_as_the_seed_writes_it() {
    let test = Test::new();
    organization(&test, 100, 100).await;
    let mut body = test.post(ACCOUNT, &john(1, 1)).await.expect(201);
    let user = body["email_account"].as_object_mut().unwrap().remove("user_id").unwrap();
    let expected = json!({
        "provisioned": true,
        "email_account": {
            "id": 1, "email": "john.doe@acme.com", "first_name": "John", "last_name": "Doe", "quota": 1_073_741_824,
            "organization_id": 1,
        },
        "provisioning_details": {"mailbox_created": true, "user_profile_created": true, "quota_set": true},
    });
    assert_eq!(body, expected);
    let sent = test.outside.lock().unwrap().mailboxes["john.doe@acme.com"].1.clone();
    assert_eq!((&sent["password"], &sent["quota"]), (&json!("securepassword123"), &json!(1_073_741_824)));
    let (statement, user) = ("SELECT name, email FROM tenant_people WHERE user_id = $1", user.as_str().unwrap());
    let people = test.world.db.query(statement, &[user.into()]).await.unwrap();
    assert_eq!((people[0].text(0), people[0].text(1)), (Ok("John Doe"), Ok("john.doe@acme.com")));
    for address in ["john.doe", "JOHN.doe"] {
        let again = account(address, json!(1_073_741_824));
        assert_eq!(test.post(ACCOUNT, &again).await.code(), (400, "EMAIL_ACCOUNT_ALREADY_EXISTS"), "{address}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_organization_or_a_domain_that_is_not_there_is_not_found() {
    let test = Test::new();
    organization(&test, 10, 10).await;
    for (organization, domain, code) in [
        (2, 1, "ORGANIZATION_NOT_FOUND"),
        (0, 1, "ORGANIZATION_NOT_FOUND"),
        (-1, 1, "ORGANIZATION_NOT_FOUND"),
        (1, 2, "DOMAIN_NOT_FOUND"),
    ] {
        assert_eq!(test.post(ACCOUNT, &john(organization, domain)).await.code(), (404, code));
    }
    let wrong = with(john(1, 1), "/email_account_data/user_info/password", json!("short"));
    let refused = test.post(ACCOUNT, &wrong).await;
    assert_eq!(refused.code(), (400, "VALIDATION_ERROR"));
    assert!(!refused.body.to_string().contains("short\""), "{}", refused.body);
}

#[tokio::test(start_paused = true)]
async fn the_password_is_passed_on_and_kept_nowhere() {
    let test = Test::new();
    organization(&test, 10, 10).await;
    let token = format!("Token {PLATFORM}");
    let headers = [("authorization", token.as_str()), ("idempotency-key", "k")];
    let ask = async |password: &str| {
        let router = crate::router(test.world.instance().0);
        let body = with(john(1, 1), "/email_account_data/user_info/password", json!(password));
        test.ask_as(router, &headers, "POST", ACCOUNT, &body).await
    };
    test.fault("/api/v1/mailboxes", Some(Fault::Status(503)));
    assert_eq!(ask("securepassword123").await.code(), (500, "PROVISIONING_FAILED"));
    test.fault("/api/v1/mailboxes", None);
    let made = ask("securepassword123").await.expect(201);
    // Another password alone makes no other request of it: nothing of it is in the fingerprint.
    assert_eq!(ask("anotherpassword456").await.expect(201), made);
    test.summary("include_details=true").await;
    test.drain().await;
    let log = test.world.log.lines().join("\n");
    for text in [test.database().await, log] {
        assert!(!text.contains("password123") && !text.contains("password456"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn quotas_of_accounts_made_at_once_stay_within_the_storage() {
    let test = Test::new();
    organization(&test, 100, 1).await;
    let bodies: Vec<Value> = (0..12).map(|number| account(&format!("user{number}"), json!(300 * MIB))).collect();
    let answers = futures::future::join_all(bodies.iter().map(|body| test.post(ACCOUNT, body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.code(), (400, "VALIDATION_ERROR"));
        assert_eq!(answer.body["errors"][0]["field"], "email_account_data.quota");
    }
    // 124 MiB are left.
    let refused = test.post(ACCOUNT, &account("large", json!(125 * MIB))).await;
    assert!(refused.body["error"].as_str().unwrap().contains(&(124 * MIB).to_string()), "{}", refused.body);
    test.post(ACCOUNT, &account("last", json!(124 * MIB))).await.expect(201);
    assert_eq!(test.post(ACCOUNT, &account("none", json!(MIB))).await.code(), (400, "VALIDATION_ERROR"));
}

#[tokio::test(start_paused = true)]
async fn without_a_quota_each_user_has_an_equal_share() {
    let test = Test::new();
    organization(&test, 5, 10).await;
    let made = test.post(ACCOUNT, &account("ana", Value::Null)).await.expect(201);
    assert_eq!(made["email_account"]["quota"], 2 * 1024 * MIB);
}

#[tokio::test(start_paused = true)]
async fn a_full_organization_takes_nobody_and_keeps_its_storage() {
    let test = Test::new();
    // The administrator is a user.
    organization(&test, 2, 1).await;
    test.post(ACCOUNT, &account("ana", json!(512 * MIB))).await.expect(201);
    assert_eq!(test.post(ACCOUNT, &account("ben", json!(512 * MIB))).await.code(), (409, "USER_LIMIT_REACHED"));
    assert_eq!(test.summary("").await["organizations"][0]["storage"]["used_gb"], 0.5);
    assert_eq!(test.outside.lock().unwrap().mailboxes.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_mailbox_leaves_no_user_and_a_lost_answer_one_mailbox() {
    let test = Test::new();
    organization(&test, 10, 1).await;
    let path = "/api/v1/mailboxes";
    for (fault, code) in [
        (Fault::Status(422), (500, "PROVISIONING_FAILED")),
        (Fault::Status(409), (400, "EMAIL_ACCOUNT_ALREADY_EXISTS")),
    ] {
        test.fault(path, Some(fault));
        assert_eq!(test.post(ACCOUNT, &account("ana", json!(900 * MIB))).await.code(), code);
        let users = test.summary("").await["organizations"][0]["users"]["total"].clone();
        assert_eq!((users, test.count("tenant_people").await), (json!(1), 1));
    }
    test.fault(path, Some(Fault::AnswerLost));
    assert_eq!(test.post(ACCOUNT, &account("ana", json!(900 * MIB))).await.code(), (500, "PROVISIONING_FAILED"));
    test.fault(path, None);
    // What was begun may be begun otherwise: the quota is not counted twice.
    let made = test.post(ACCOUNT, &account("ana", json!(800 * MIB))).await.expect(201);
    assert_eq!(made["email_account"]["quota"], 800 * MIB);
    let outside = test.outside.lock().unwrap();
    assert_eq!(outside.mailboxes.len(), 1);
    assert_eq!(outside.mailboxes["ana@acme.com"].1["quota"], 800 * MIB);
}

#[tokio::test(start_paused = true)]
async fn an_address_has_no_name_once_the_persons_data_is_deleted() {
    let test = Test::new();
    organization(&test, 100, 100).await;
    let made = test.post(ACCOUNT, &john(1, 1)).await.expect(201);
    test.post(ACCOUNT, &account("ana", json!(MIB))).await.expect(201);
    let used = test.summary("").await["organizations"][0]["storage"].clone();
    let (capabilities, _) = test.world.instance();
    let db = edge_database::Db::new(capabilities.db.clone());
    let records: Vec<std::sync::Arc<dyn edge_tenants::MemberRecords>> =
        vec![std::sync::Arc::new(crate::EmailAccountRecords::new(&db))];
    let departures = edge_tenants::Departures::new(&capabilities, &db, records);
    let actor = edge_audit::Actor { id: "key:k".into(), address: None };
    let now = capabilities.clock.now();
    let tenant = db.query("SELECT id FROM tenants", &[]).await.unwrap()[0].text(0).unwrap().to_owned();
    let user = made["email_account"]["user_id"].as_str().unwrap();
    departures.leave(&tenant, user, &actor, now).await.unwrap();
    for _ in 0..2 {
        departures.erase(&tenant, user, &actor, now).await.unwrap();
        let rows = db.query("SELECT local_part FROM email_accounts ORDER BY number", &[]).await.unwrap();
        let names: Vec<&str> = rows.iter().map(|row| row.text(0).unwrap()).collect();
        assert_eq!(names, ["(deleted) 1", "ana"]);
    }
    assert_eq!(test.summary("").await["organizations"][0]["storage"], used);
}
