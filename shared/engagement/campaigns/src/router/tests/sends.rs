//! What contacts are sent, and when.

use super::*;

/// When Notify took each text, to the minute.
fn times(test: &Test) -> BTreeMap<String, String> {
    let all = test.taken().into_iter().zip(test.texts());
    all.map(|(taken, text)| (text, taken.at.to_rfc3339_millis().chars().take(16).collect())).collect()
}

#[tokio::test(start_paused = true)]
async fn steps_go_out_one_after_the_other_and_delays_count_from_the_message_before() {
    let test = test().await;
    let contact = test.contact(json!({
        "name": "Ana <b>", "email": "ana@example.com", "phone": "+919876543210", "timezone": "Asia/Kolkata",
        "attributes": {"plan": "pro"},
    }));
    let contact = contact.await;
    let first = json!({"channel": "EMAIL", "delay": 2, "delay_type": "hours", "subject": "Hi {{ contact.name }}",
        "message_template": "<p>{{ contact.name }}, {{ campaign.code }}, {{ contact.attributes.plan }}{{ contact.plan }}</p>"});
    let steps = [first, sms(1, "days", "Day {{ contact.name }}"), sms(1, "weeks", "Week")];
    let campaign = test.campaign(json!({"name": "Welcome", "variables": {"code": "A&B"}}), &steps).await;
    test.activate(&campaign).await;
    let enrolled = test.enroll(&contact, &campaign).await;
    assert_eq!(enrolled["next_step_scheduled_at"], "2026-01-01T02:00:00.000Z");
    assert_eq!((&enrolled["current_step"], &enrolled["messages_sent"]), (&json!(1), &json!(0)));
    test.until("2026-01-01T02:30:00Z").await;
    test.drain().await;
    let taken = test.taken();
    assert_eq!(taken[0].path, "/api/v1/email/send");
    assert_eq!(taken[0].body["subject"], "Hi Ana <b>");
    assert_eq!(taken[0].body["body"], "<p>Ana &lt;b&gt;, A&amp;B, propro</p>");
    let waiting = test.progress(&contact, &campaign).await;
    assert_eq!((&waiting["steps"][0]["state"], &waiting["next_step_scheduled_at"]), (&json!("queued"), &Value::Null));
    assert_eq!(waiting["steps"][0]["message_id"], taken[0].key);
    test.pass(1).await;
    let progress = test.progress(&contact, &campaign).await;
    assert_eq!((&progress["messages_sent"], &progress["current_step"]), (&json!(1), &json!(2)));
    // From when it was sent, not from when it was due.
    assert_eq!(progress["next_step_scheduled_at"], "2026-01-02T02:30:00.000Z");
    test.pass(24 * 9).await;
    let progress = test.progress(&contact, &campaign).await;
    assert_eq!((&progress["status"], &progress["messages_sent"]), (&json!("completed"), &json!(3)));
    let times = times(&test);
    assert_eq!((times["Day Ana <b>"].as_str(), times["Week"].as_str()), ("2026-01-02T02:30", "2026-01-09T02:30"));
    let stats = test.acme("GET", &format!("/campaigns/{campaign}/stats"), Value::Null).await.expect(200);
    assert_eq!((&stats["enrolled"], &stats["completed"], &stats["messages_sent"]), (&json!(1), &json!(1), &json!(3)));
    assert_eq!((&stats["steps"][1]["reached"], &stats["steps"][1]["sent"]), (&json!(1), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn an_enrolment_keeps_the_version_that_it_began_with() {
    let test = test().await;
    let [old, new] = ["+911111111111", "+912222222222"].map(|phone| json!({"phone": phone}));
    let (old, new) = (test.contact(old).await, test.contact(new).await);
    let steps = [sms(0, "hours", "A {{ campaign.name }}"), sms(2, "hours", "B {{ campaign.name }}")];
    let campaign = test.campaign(json!({"name": "one"}), &steps).await;
    test.activate(&campaign).await;
    test.enroll(&old, &campaign).await;
    test.pass(1).await;
    let all = test.acme("GET", &format!("/campaigns/{campaign}/steps"), Value::Null).await.expect(200);
    let second = id(&all["data"][1]);
    let path = format!("/campaigns/{campaign}");
    test.acme("PUT", &format!("{path}/steps/{second}"), json!({"is_active": false})).await.expect(200);
    test.acme("POST", &format!("{path}/steps"), json!({"channel": "SMS", "step_number": 3, "message_template": "C"}))
        .await
        .expect(201);
    test.acme("PUT", &path, json!({"name": "two"})).await.expect(200);
    test.enroll(&new, &campaign).await;
    test.pass(6).await;
    // The last two fall due in the same hour.
    let mut texts = test.texts();
    texts.sort_unstable();
    assert_eq!(texts, ["A one", "A two", "B one", "C"]);
    for contact in [&old, &new] {
        assert_eq!(test.progress(contact, &campaign).await["status"], "completed");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_enrolled_in_a_draft_begins_when_it_is_activated() {
    let test = test().await;
    let contact = test.contact(json!({"phone": "+911111111111"})).await;
    let campaign = test.campaign(json!({"name": "C"}), &[sms(1, "hours", "A")]).await;
    test.enroll(&contact, &campaign).await;
    test.pass(30).await;
    assert!(test.taken().is_empty());
    test.acme("POST", &format!("/campaigns/{campaign}/steps"), sms(1, "hours", "B")).await.expect(201);
    test.activate(&campaign).await;
    test.drain().await;
    assert!(test.taken().is_empty());
    test.pass(4).await;
    assert_eq!(test.texts(), ["A", "B"]);
}

#[tokio::test(start_paused = true)]
async fn conditions_and_missing_addresses_skip_a_step_which_never_comes_back() {
    let test = test().await;
    let contact = test.contact(json!({"email": "ana@example.com", "attributes": {"plan": "free"}})).await;
    let only = |text: &str, conditions: Value| json!({"channel": "EMAIL", "delay": 1, "delay_type": "hours", "message_template": text, "conditions": conditions});
    let steps = [
        only("pro", json!({"attributes": {"plan": "pro"}})),
        only("free", json!({"attributes": {"plan": ["free"]}})),
        sms(1, "hours", "sms"),
        only("clicked", json!({"clicked": true})),
        only("not replied", json!({"replied": false})),
    ];
    let campaign = test.campaign(json!({"name": "C"}), &steps).await;
    test.activate(&campaign).await;
    test.act(&contact, ActivityKind::Reply).await;
    test.world.clock.advance(HOUR).await;
    test.enroll(&contact, &campaign).await;
    test.pass(3).await;
    test.act(&contact, ActivityKind::Click).await;
    test.acme("PUT", &format!("/contacts/{contact}"), json!({"attributes": {"plan": "pro"}})).await.expect(200);
    test.pass(8).await;
    // What happened before it was enrolled is another matter.
    assert_eq!(test.texts(), ["free", "clicked", "not replied"]);
    let progress = test.progress(&contact, &campaign).await;
    let reasons: Vec<_> = progress["steps"].as_array().unwrap().iter().map(|step| step["reason"].clone()).collect();
    assert_eq!(reasons, [json!("CONDITIONS"), Value::Null, json!("NO_ADDRESS"), Value::Null, Value::Null]);
    assert_eq!((&progress["steps_completed"], &progress["messages_sent"]), (&json!(5), &json!(3)));
}

#[tokio::test(start_paused = true)]
async fn a_template_that_fails_for_a_contact_fails_the_step_and_says_why() {
    let test = test().await;
    let contact = test.contact(json!({"phone": "+911111111111"})).await;
    let steps = [sms(0, "hours", "Hi\n{{ contact.name }}"), sms(1, "hours", "Hi {{ contact.name|default('you') }}")];
    let campaign = test.campaign(json!({"name": "C"}), &steps).await;
    test.activate(&campaign).await;
    test.enroll(&contact, &campaign).await;
    test.pass(4).await;
    assert_eq!(test.texts(), ["Hi you"]);
    let failed = test.progress(&contact, &campaign).await["steps"][0].clone();
    assert_eq!((&failed["state"], &failed["message_id"]), (&json!("failed"), &Value::Null));
    assert!(failed["reason"].as_str().unwrap().starts_with("TEMPLATE: line 2: "), "{failed}");
}

#[tokio::test(start_paused = true)]
async fn whoever_unsubscribes_or_replies_is_sent_nothing_more_not_even_what_is_queued() {
    for (ends, status, reason) in [
        ("unsubscribe", "unsubscribed", "UNSUBSCRIBED"),
        ("manual", "unsubscribed", "UNSUBSCRIBED"),
        ("bounce", "stopped", "BOUNCED"),
        ("complain", "stopped", "COMPLAINED"),
        ("reply", "stopped", "REPLIED"),
        ("erase", "", ""),
    ] {
        for queued in [false, true] {
            let test = test().await;
            let contact = test.contact(json!({"email": "ana@example.com", "phone": "+911111111111"})).await;
            let steps = [email(0, "hours", "A"), sms(2, "hours", "B"), email(1, "hours", "C")];
            let campaign = test.campaign(json!({"name": "C", "stop_on_reply": true}), &steps).await;
            test.activate(&campaign).await;
            test.enroll(&contact, &campaign).await;
            if queued {
                // Notify cannot be reached: the first message waits in the outbox.
                test.answer(|| Err(HttpError::NotSent("nobody listens".into())));
            }
            test.pass(1).await;
            let suppress = async |reason| test.suppress(Channel::Email, "ana@example.com", reason).await;
            match ends {
                "unsubscribe" => suppress(SuppressionReason::Unsubscribed).await,
                "manual" => suppress(SuppressionReason::Manual).await,
                "bounce" => suppress(SuppressionReason::Bounced).await,
                "complain" => suppress(SuppressionReason::Complained).await,
                "reply" => test.act(&contact, ActivityKind::Reply).await,
                _ => drop(test.acme("DELETE", &format!("/contacts/{contact}"), Value::Null).await),
            }
            test.answer(|| Ok(200));
            test.pass(20).await;
            let expected: &[&str] = if queued { &[] } else { &["A"] };
            assert_eq!(test.texts(), expected, "{ends} {queued}");
            if !status.is_empty() {
                let progress = test.progress(&contact, &campaign).await;
                let shown = ["status", "reason", "current_step"].map(|name| &progress[name]);
                assert_eq!(shown, [&json!(status), &json!(reason), &Value::Null], "{ends} {queued}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn while_a_campaign_is_paused_what_is_due_waits_also_in_the_outbox() {
    let test = test().await;
    let contact = test.contact(json!({"phone": "+911111111111"})).await;
    let campaign = test.campaign(json!({"name": "C"}), &[sms(1, "hours", "A"), sms(1, "hours", "B")]).await;
    test.activate(&campaign).await;
    test.enroll(&contact, &campaign).await;
    test.pause(&campaign).await;
    test.pass(24 * 10).await;
    assert!(test.taken().is_empty());
    assert_eq!(test.progress(&contact, &campaign).await["status"], "paused");
    // What fell due meanwhile is sent, however long that was.
    test.activate(&campaign).await;
    test.answer(|| Ok(503));
    test.drain().await;
    assert_eq!(test.progress(&contact, &campaign).await["steps"][0]["state"], "queued");
    test.pause(&campaign).await;
    test.answer(|| Ok(200));
    test.pass(10).await;
    assert!(test.taken().is_empty());
    test.activate(&campaign).await;
    test.pass(4).await;
    assert_eq!(test.texts(), ["A", "B"]);
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_nothing_older_than_its_expiry_is_sent_and_nothing_in_a_burst() {
    let test = test().await;
    let contact = test.contact(json!({"phone": "+911111111111"})).await;
    let campaign = test
        .campaign(
            json!({"name": "C"}),
            &[sms(1, "days", "A"), sms(1, "days", "B"), sms(1, "days", "C"), sms(1, "days", "D")],
        )
        .await;
    test.activate(&campaign).await;
    test.enroll(&contact, &campaign).await;
    // Nothing runs for a month.
    test.world.clock.advance(30 * DAY).await;
    test.pass(80).await;
    let progress = test.progress(&contact, &campaign).await;
    assert_eq!(
        (&progress["steps"][0]["state"], &progress["steps"][0]["reason"]),
        (&json!("skipped"), &json!("EXPIRED"))
    );
    assert_eq!(test.texts(), ["B", "C", "D"]);
    let gaps: Vec<i64> = test.taken().windows(2).map(|two| two[1].at.as_millis() - two[0].at.as_millis()).collect();
    assert!(gaps.iter().all(|gap| *gap >= 24 * 3_600_000), "{gaps:?}");
    // Notify is not there for longer than the step may be late.
    let other = test.contact(json!({"phone": "+912222222222"})).await;
    test.enroll(&other, &campaign).await;
    test.answer(|| Err(HttpError::NotSent("nobody listens".into())));
    test.pass(24 * 5).await;
    let first = test.progress(&other, &campaign).await["steps"][0].clone();
    assert_eq!((&first["state"], &first["reason"]), (&json!("skipped"), &json!("EXPIRED")));
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_are_those_of_the_campaign_where_the_contact_is() {
    let test = test().await;
    let phones = [("Asia/Kolkata", "+911111111111"), ("America/New_York", "+12222222222")];
    let hours = json!({"from": "21:00", "to": "09:00"});
    let campaign =
        test.campaign(json!({"name": "C", "quiet_hours": hours}), &[sms(0, "hours", "{{ contact.timezone }}")]).await;
    test.activate(&campaign).await;
    test.until("2026-03-28T20:00:00Z").await;
    for (zone, phone) in phones {
        let contact = test.contact(json!({"phone": phone, "timezone": zone})).await;
        test.enroll(&contact, &campaign).await;
    }
    for _ in 0..40 {
        test.world.clock.advance(Duration::from_mins(30)).await;
        test.drain().await;
    }
    let times = times(&test);
    assert_eq!(
        (times["America/New_York"].as_str(), times["Asia/Kolkata"].as_str()),
        ("2026-03-28T20:30", "2026-03-29T03:30")
    );
}

#[tokio::test(start_paused = true)]
async fn replies_and_clicks_are_counted_in_the_funnel_once_a_message() {
    use edge_contacts::ActivityListener as _;
    let test = test().await;
    let contact = test.contact(json!({"phone": "+911111111111"})).await;
    let campaign = test.campaign(json!({"name": "C"}), &[sms(0, "hours", "A"), sms(1, "hours", "B")]).await;
    test.activate(&campaign).await;
    test.enroll(&contact, &campaign).await;
    test.pass(4).await;
    let message = test.progress(&contact, &campaign).await["steps"][1]["message_id"].as_str().unwrap().to_owned();
    let engagement = crate::CampaignEngagement::new(&test.db());
    for (kind, tenant) in [
        (ActivityKind::Click, ACME),
        (ActivityKind::Click, ACME),
        (ActivityKind::Reply, OTHER),
        (ActivityKind::Bounce, ACME),
    ] {
        let activity = Activity {
            id: "1".into(),
            tenant: tenant.into(),
            contact: Some(contact.clone()),
            kind,
            channel: Channel::Sms,
            message: Some(message.clone()),
            detail: None,
            occurred_at: test.now(),
            received_at: test.now(),
        };
        engagement.happened(&activity).await.unwrap();
    }
    let stats = test.acme("GET", &format!("/campaigns/{campaign}/stats"), Value::Null).await.expect(200);
    assert_eq!((&stats["clicks"], &stats["replies"]), (&json!(1), &json!(0)));
    assert_eq!((&stats["steps"][0]["clicked"], &stats["steps"][1]["clicked"]), (&json!(0), &json!(1)));
    let progress = test.progress(&contact, &campaign).await;
    assert_eq!((&progress["replies_received"], progress["last_engagement_at"].is_string()), (&json!(0), true));
}
