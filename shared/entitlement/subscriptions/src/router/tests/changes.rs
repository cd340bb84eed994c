use super::*;

#[tokio::test(start_paused = true)]
async fn more_seats_count_at_once_and_fewer_with_the_next_period() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 5).await;
    let more = subscribed.ask("PATCH", "", json!({"seats": 8})).await.expect(200);
    assert_eq!(
        (&more["seats"]["purchased"], &more["scheduled"], &more["version"]),
        (&json!(8), &Value::Null, &json!(2))
    );
    let fewer = subscribed.ask("PATCH", "", json!({"seats": 6})).await.expect(200);
    assert_eq!(fewer["seats"]["purchased"], 8);
    assert_eq!(fewer["scheduled"], json!({"seats": 6, "at": "2026-02-01T00:00:00.000Z"}));
    // A change of the plan keeps it, and asking for what there is takes it back.
    let plan = subscribed.ask("PATCH", "", json!({"planId": "small", "effective": "period_end"})).await.expect(200);
    assert_eq!(plan["scheduled"], json!({"seats": 6, "planId": "small", "at": "2026-02-01T00:00:00.000Z"}));
    let back = subscribed.ask("PATCH", "", json!({"seats": 8})).await.expect(200);
    assert_eq!(back["scheduled"], json!({"planId": "small", "at": "2026-02-01T00:00:00.000Z"}));
    subscribed.ask("PATCH", "", json!({"seats": 6})).await.expect(200);
    test.advance(DAY * 31).await;
    let shown = subscribed.shown().await;
    assert_eq!((&shown["seats"]["purchased"], &shown["planId"]), (&json!(6), &json!("small")));
    assert_eq!((&shown["scheduled"], &shown["pricePerSeat"]), (&Value::Null, &json!(5.0)));
    let now = subscribed.ask("PATCH", "", json!({"seats": 2, "effective": "now"})).await.expect(200);
    assert_eq!(now["seats"]["purchased"], 2);
    for (body, field) in [
        (json!({"seats": 0}), "seats"),
        (json!({"seats": "many"}), "seats"),
        (json!({"effective": "later"}), "effective"),
        (json!({"planId": "rupees"}), "planId"),
        (json!({"planId": "pro", "seats": 51}), "seats"),
    ] {
        let answer = subscribed.ask("PATCH", "", body.clone()).await;
        assert_eq!((answer.status, answer.body["errors"][0]["field"].as_str()), (400, Some(field)), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_decrease_below_use_names_the_holders() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 5).await;
    for user in ["a", "b"] {
        subscribed.seat(user).await;
    }
    subscribed.ask("POST", "/seats", json!({"email": "Cid@X.example"})).await.expect(201);
    for effective in ["now", "period_end"] {
        let refused = subscribed.ask("PATCH", "", json!({"seats": 2, "effective": effective})).await;
        assert_eq!(refused.code(), (409, "SEATS_IN_USE"));
        let holders = refused.body["holders"].as_array().unwrap();
        let mut names: Vec<&str> =
            holders.iter().filter_map(|seat| seat["userId"].as_str().or(seat["email"].as_str())).collect();
        names.sort_unstable();
        assert_eq!(names, ["a", "b", "cid@x.example"]);
        // An invitation that has expired holds nothing.
        if effective == "period_end" {
            test.advance(DAY * 2).await;
            subscribed.ask("PATCH", "", json!({"seats": 2, "effective": effective})).await.expect(200);
        }
    }
    // Filled meanwhile: nobody is thrown out, and nobody comes in.
    subscribed.seat("d").await;
    test.advance(DAY * 31).await;
    let shown = subscribed.shown().await;
    let expected = json!({"purchased": 2, "assigned": 3, "pending": 0, "available": 0, "overAssigned": 1});
    assert_eq!(shown["seats"], expected);
    assert_eq!(subscribed.assign("e").await.code(), (409, "SEAT_LIMIT_REACHED"));
    for user in ["a", "b", "d"] {
        assert!(subscribed.verdict(user).await.0, "{user}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_is_made_on_the_version_that_was_read_or_not_at_all() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 5).await;
    let change = async |version: &str, seats: i64| {
        let ask = test.platform().with("if-match", version);
        ask.to("PATCH", &subscribed.path, json!({ "seats": seats })).await
    };
    assert_eq!(change("\"1\"", 6).await.status, 200);
    assert_eq!(change("\"1\"", 7).await.code(), (412, "PRECONDITION_FAILED"));
    assert_eq!(change("nonsense", 7).await.code(), (412, "PRECONDITION_FAILED"));
    // Seats that are assigned are no change of the subscription.
    subscribed.seat("ana").await;
    for version in ["\"2\"", "*", "W/\"4\", \"9\""] {
        let answer = change(version, 7).await;
        assert_eq!(answer.status, if version.contains('9') { 412 } else { 200 }, "{version} {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_preview_shows_each_line_and_changes_nothing() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 5).await;
    // A third of the period of 31 days.
    test.advance(DAY * 31 / 3).await;
    let preview = subscribed.ask("POST", "/preview", json!({"seats": 8})).await.expect(200);
    let expected = json!({
        "lines": [
            {"description": "Unused time on pro", "quantity": 5, "amount": -33.33},
            {"description": "Remaining time on pro", "quantity": 8, "amount": 53.33},
        ],
        "total": 20.0, "currency": "USD", "dueNow": 20.0,
    });
    assert_eq!(preview, expected);
    let less = subscribed.ask("POST", "/preview", json!({"seats": 3})).await.expect(200);
    assert_eq!((&less["total"], &less["dueNow"]), (&json!(30.0), &json!(0.0)));
    assert_eq!(subscribed.shown().await, subscribed.made);
}

#[tokio::test(start_paused = true)]
async fn a_cancellation_takes_effect_with_the_period_and_may_be_taken_back() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 5).await;
    subscribed.seat("ana").await;
    let cancelled = subscribed.ask("POST", "/cancel", Value::Null).await.expect(200);
    assert_eq!((&cancelled["cancelAtPeriodEnd"], &cancelled["status"]), (&json!(true), &json!("ACTIVE")));
    let back = subscribed.ask("POST", "/reactivate", Value::Null).await.expect(200);
    assert_eq!((&back["cancelAtPeriodEnd"], &back["id"]), (&json!(false), &subscribed.made["id"]));
    subscribed.ask("PATCH", "", json!({"cancelAtPeriodEnd": true})).await.expect(200);
    assert!(subscribed.verdict("ana").await.0);
    test.advance(DAY * 31).await;
    assert_eq!(subscribed.shown().await["status"], "CANCELLED");
    let (has_access, reason, _) = subscribed.verdict("ana").await;
    assert_eq!((has_access, reason.as_str()), (false, "SUBSCRIPTION_CANCELLED"));
    for path in ["/reactivate", "/cancel"] {
        let answer = subscribed.ask("POST", path, json!({})).await;
        assert_eq!(answer.code(), (409, "SUBSCRIPTION_INACTIVE"), "{path}");
    }
    assert_eq!(subscribed.assign("ben").await.code(), (409, "SUBSCRIPTION_INACTIVE"));
    // Another one begins without the seats of this one.
    let new = json!({"organizationId": subscribed.organization, "applicationSlug": "openmic", "planId": "pro",
        "seats": 1, "gateway": "manual"});
    test.platform().to("POST", "/subscriptions", new).await.expect(201);
    test.advance(Duration::from_secs(60)).await;
    assert_eq!(subscribed.verdict("ana").await.1, "SEAT_NOT_FOUND");
}
