//! What callers see of campaigns, steps and enrolments.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_campaign_is_a_draft_until_it_is_activated_and_then_active_or_paused() {
    let test = test().await;
    let campaign = test.campaign(json!({"name": "Welcome", "variables": {"code": "X"}}), &[]).await;
    let path = format!("/campaigns/{campaign}");
    let call = async |action: &str| test.acme("POST", &format!("{path}/{action}"), Value::Null).await;
    assert_eq!(call("activate").await.code(), (409, "CAMPAIGN_EMPTY"));
    assert_eq!(call("pause").await.code(), (409, "CAMPAIGN_NOT_ACTIVE"));
    test.acme("POST", &format!("{path}/steps"), sms(0, "hours", "Hi")).await.expect(201);
    for (action, status) in [("activate", "active"), ("activate", "active"), ("pause", "paused"), ("pause", "paused")] {
        assert_eq!(call(action).await.expect(200)["status"], status);
    }
    let listed = test.acme("GET", "/campaigns?status=paused", Value::Null).await.expect(200);
    assert_eq!(listed["data"][0]["id"], campaign);
    let none = test.acme("GET", "/campaigns?status=active", Value::Null).await.expect(200);
    assert_eq!(none["data"], json!([]));
    assert_eq!(test.acme("GET", "/campaigns?status=x", Value::Null).await.status, 400);
    let stale = [("if-match", "\"1\""), ("x-tenant-id", ACME)];
    let put = request("PUT", &format!("/api/v1{path}"), PLATFORM, stale, &json!({"name": "B"}));
    assert_eq!(send(&test.router, put).await.code(), (412, "PRECONDITION_FAILED"));
    let changed = test.acme("PUT", &path, json!({"name": "B", "quiet_hours": {"from": "21:00", "to": "09:00"}})).await;
    let changed = changed.expect(200);
    assert_eq!((&changed["name"], &changed["version"]), (&json!("B"), &json!(3)));
    assert_eq!(changed["variables"], json!({"code": "X"}));
    // What is said stays the same: no new version.
    let changed = test.acme("PUT", &path, json!({"quiet_hours": null, "stop_on_reply": true})).await.expect(200);
    assert_eq!((&changed["quiet_hours"], &changed["version"]), (&Value::Null, &json!(3)));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_campaign_or_a_step_is_named() {
    let test = test().await;
    let campaign = test.campaign(json!({"name": "C"}), &[sms(0, "hours", "Hi")]).await;
    let steps = format!("/campaigns/{campaign}/steps");
    let one = test.acme("GET", &steps, Value::Null).await.expect(200)["data"][0]["id"].as_str().unwrap().to_owned();
    let of = |change: Value| {
        let mut step = sms(1, "days", "Hi");
        step.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        step
    };
    for (path, body, field) in [
        ("/campaigns", json!({}), "name"),
        ("/campaigns", json!({"name": " "}), "name"),
        ("/campaigns", json!({"name": "x", "quiet_hours": {"from": "25:00", "to": "09:00"}}), "quiet_hours"),
        ("/campaigns", json!({"name": "x", "variables": {"name": "y"}}), "variables"),
        ("/campaigns", json!({"name": "x", "variables": {"a": {}}}), "variables.a"),
        (&steps, of(json!({"channel": "PUSH"})), "channel"),
        (&steps, of(json!({"channel": null})), "channel"),
        (&steps, of(json!({"delay": -1})), "delay"),
        (&steps, of(json!({"delay_type": "months"})), "delay_type"),
        (&steps, of(json!({"step_number": 0})), "step_number"),
        (&steps, of(json!({"message_template": null})), "message_template"),
        (&steps, of(json!({"message_template": "a\n{{ contact.name"})), "message_template"),
        (&steps, of(json!({"subject": "{{ nobody }}"})), "subject"),
        (&steps, of(json!({"expires_after_hours": 0})), "expires_after_hours"),
        (&steps, of(json!({"conditions": {"attributes": {"a": {}}}})), "conditions.attributes.a"),
    ] {
        let refused = test.acme("POST", path, body.clone()).await;
        assert_eq!(refused.code(), (400, "VALIDATION_ERROR"), "{body}");
        assert!(refused.body["errors"][0]["field"] == field, "{body}: {}", refused.body);
    }
    let refused = test.acme("POST", &steps, of(json!({"message_template": "a\n{{ contact.name|safe }}"}))).await;
    let message = refused.body["errors"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("line 2: there is no filter `safe`"), "{message}");
    assert_eq!(test.acme("POST", &steps, of(json!({"step_number": 1}))).await.code(), (409, "ALREADY_EXISTS"));
    test.acme("POST", &steps, of(json!({"step_number": 5}))).await.expect(201);
    let next = test.acme("POST", &steps, of(json!({}))).await.expect(201);
    assert_eq!((&next["step_number"], &next["delay_type"]), (&json!(6), &json!("days")));
    let put = async |step: &str, body: Value| test.acme("PUT", &format!("{steps}/{step}"), body).await;
    assert_eq!(put(&one, json!({"step_number": 5})).await.code(), (409, "ALREADY_EXISTS"));
    assert_eq!(put("stp_none", json!({})).await.code(), (404, "STEP_NOT_FOUND"));
    let moved = put(&one, json!({"step_number": 9, "is_active": false, "channel": "email"})).await.expect(200);
    assert_eq!((&moved["channel"], &moved["message_template"]), (&json!("EMAIL"), &json!("Hi")));
    let all = test.acme("GET", &steps, Value::Null).await.expect(200);
    let numbers: Vec<_> = all["data"].as_array().unwrap().iter().map(|step| step["step_number"].clone()).collect();
    assert_eq!(numbers, [5, 6, 9]);
}

#[tokio::test(start_paused = true)]
async fn another_tenant_cannot_tell_a_campaign_from_one_that_does_not_exist() {
    let test = test().await;
    let contact = test.contact(json!({"name": "Ana", "email": "ana@example.com"})).await;
    let campaign = test.campaign(json!({"name": "C"}), &[email(0, "hours", "Hi")]).await;
    let step = test.acme("GET", &format!("/campaigns/{campaign}/steps"), Value::Null).await.expect(200);
    let step = id(&step["data"][0]);
    test.enroll(&contact, &campaign).await;
    let theirs = id(&test.of(OTHER, "POST", "/contacts", json!({"email": "o@example.com"})).await.expect(201));
    for (method, path) in [
        ("GET", format!("/campaigns/{campaign}")),
        ("PUT", format!("/campaigns/{campaign}")),
        ("POST", format!("/campaigns/{campaign}/activate")),
        ("POST", format!("/campaigns/{campaign}/pause")),
        ("GET", format!("/campaigns/{campaign}/steps")),
        ("POST", format!("/campaigns/{campaign}/steps")),
        ("PUT", format!("/campaigns/{campaign}/steps/{step}")),
        ("GET", format!("/campaigns/{campaign}/stats")),
        ("POST", format!("/contacts/{theirs}/campaign/{campaign}/enroll")),
        ("GET", format!("/contacts/{contact}/campaigns/{campaign}/progress")),
    ] {
        let body = if path.contains("/steps") { sms(0, "hours", "x") } else { json!({}) };
        let mut answers = Vec::new();
        for path in [path.clone(), path.replace(&campaign, "cmp_000000000000000000000000")] {
            let answer = test.of(OTHER, method, &path, if method == "GET" { Value::Null } else { body.clone() }).await;
            assert_eq!(answer.code(), (404, "CAMPAIGN_NOT_FOUND"), "{method} {path}");
            answers.push(answer.body["detail"].clone());
        }
        assert_eq!(answers[0], answers[1]);
    }
    let enroll = test.of(OTHER, "POST", &format!("/contacts/{contact}/campaign/{campaign}/enroll"), json!({})).await;
    assert_eq!(enroll.code(), (404, "CONTACT_NOT_FOUND"));
    assert_eq!(test.of(OTHER, "GET", "/campaigns", Value::Null).await.expect(200)["data"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_contact_is_enrolled_once_unless_it_begins_anew_and_not_after_unsubscribing() {
    let test = test().await;
    let contact = test.contact(json!({"name": "Ana", "email": "ana@example.com"})).await;
    let campaign = test.campaign(json!({"name": "C"}), &[email(0, "hours", "Hi")]).await;
    let path = format!("/contacts/{contact}/campaign/{campaign}/enroll");
    let progress = format!("/contacts/{contact}/campaigns/{campaign}/progress");
    assert_eq!(test.acme("GET", &progress, Value::Null).await.code(), (404, "NOT_ENROLLED"));
    assert_eq!(test.acme("POST", &path, json!({"restart": 7})).await.status, 400);
    let first = test.enroll(&contact, &campaign).await;
    assert_eq!((&first["status"], &first["version"]), (&json!("active"), &Value::Null));
    for body in [Value::Null, json!({}), json!({"restart": true})] {
        let again = test.acme("POST", &path, body).await.expect(200);
        assert_eq!(again["enrollment_id"], first["enrollment_id"]);
    }
    test.activate(&campaign).await;
    test.pass(2).await;
    assert_eq!(test.progress(&contact, &campaign).await["status"], "completed");
    assert_eq!(test.acme("POST", &path, json!({})).await.expect(200)["enrollment_id"], first["enrollment_id"]);
    let second = test.acme("POST", &path, json!({"restart": true})).await.expect(201);
    assert_ne!(second["enrollment_id"], first["enrollment_id"]);
    test.pass(2).await;
    assert_eq!(test.texts().len(), 2, "the second run is run too");
    test.suppress(Channel::Email, "ana@example.com", SuppressionReason::Unsubscribed).await;
    let refused = test.acme("POST", &path, json!({"restart": true})).await;
    assert_eq!(refused.code(), (409, "CONTACT_UNSUBSCRIBED"));
}

#[tokio::test(start_paused = true)]
async fn enrolments_that_ended_are_removed_after_400_days_with_what_became_of_their_steps() {
    let test = test().await;
    let ends = test.campaign(json!({"name": "C"}), &[sms(0, "hours", "A")]).await;
    let lasts = test.campaign(json!({"name": "D"}), &[sms(0, "hours", "A"), sms(60, "weeks", "B")]).await;
    let contact = test.contact(json!({"phone": "+911111111111"})).await;
    for campaign in [&ends, &lasts] {
        test.activate(campaign).await;
        test.enroll(&contact, campaign).await;
    }
    test.pass(2).await;
    let count = async |table: &str| {
        let rows = test.db().query(&format!("SELECT COUNT(*) FROM {table}"), &[]).await.unwrap();
        rows[0].integer(0).unwrap()
    };
    for (days, expected) in [(399, (2, 2)), (2, (1, 1))] {
        test.world.clock.advance(DAY * days).await;
        for _ in 0..days * 96 {
            test.db().advance_retention_time(test.now()).await.unwrap();
        }
        test.drain().await;
        assert_eq!((count("campaign_enrolments").await, count("campaign_sends").await), expected, "{days}");
    }
    assert_eq!(test.progress(&contact, &lasts).await["status"], "active");
}
