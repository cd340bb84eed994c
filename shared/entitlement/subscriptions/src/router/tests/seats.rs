use super::*;

#[tokio::test(start_paused = true)]
async fn seats_are_assigned_until_all_are_taken() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 2).await;
    let seat = subscribed.assign("ana").await.expect(201);
    let expected = json!({"seatId": seat["seatId"], "userId": "ana", "email": null, "state": "ACTIVE",
        "assignedAt": "2026-01-01T00:00:00.000Z", "expiresAt": null, "version": 2});
    assert_eq!(seat, expected);
    assert_eq!(subscribed.assign("ana").await.expect(200), expected);
    let invited = subscribed.ask("POST", "/seats", json!({"email": "Ben@X.example"})).await.expect(201);
    assert_eq!((&invited["state"], &invited["email"]), (&json!("PENDING"), &json!("ben@x.example")));
    assert_eq!(invited["expiresAt"], "2026-01-03T00:00:00.000Z");
    assert_eq!(subscribed.assign("cid").await.code(), (409, "SEAT_LIMIT_REACHED"));
    let counts = json!({"purchased": 2, "assigned": 1, "pending": 1, "available": 0, "overAssigned": 0});
    assert_eq!(subscribed.shown().await["seats"], counts);
    let states = async |query: &str| {
        let listed = subscribed.ask("GET", &format!("/seats{query}"), Value::Null).await.expect(200);
        listed["data"].as_array().unwrap().iter().map(|seat| seat["state"].as_str().unwrap().to_owned()).collect()
    };
    let all: Vec<String> = states("").await;
    assert_eq!(all, ["PENDING", "ACTIVE"]);
    test.advance(DAY * 2).await;
    let (pending, revoked): (Vec<String>, Vec<String>) =
        (states("?state=PENDING").await, states("?state=revoked").await);
    assert_eq!((pending.len(), revoked.len()), (0, 1));
    assert_eq!(subscribed.assign("cid").await.status, 201);
    assert_eq!(subscribed.ask("GET", "/seats?state=gone", Value::Null).await.status, 400);
    for body in [json!({}), json!({"userId": "a", "email": "a@x"}), json!({"email": "nobody"}), json!({"userId": ""})] {
        assert_eq!(subscribed.ask("POST", "/seats", body.clone()).await.code(), (400, "VALIDATION_ERROR"), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_assignment_of_a_batch_has_its_own_outcome() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 2).await;
    let batch = json!({"assignments": [
        {"userId": "ana"}, {"userId": "ana"}, {"userId": ""}, {"email": "ben@x.example"}, {"email": "BEN@x.example"},
        {"userId": "cid"}, 17,
    ]});
    let results = subscribed.ask("POST", "/seats", batch).await.expect(201)["results"].clone();
    let shown: Vec<Value> = results
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result.get("error").map_or_else(|| result["state"].clone(), |error| error["code"].clone()))
        .collect();
    let (active, pending, wrong) = ("ACTIVE", "PENDING", "VALIDATION_ERROR");
    assert_eq!(json!(shown), json!([active, active, wrong, pending, pending, "SEAT_LIMIT_REACHED", wrong]));
    assert_eq!((&results[0], &results[3]), (&results[1], &results[4]));
    let many: Vec<Value> = (0..101).map(|number| json!({"userId": format!("u{number}")})).collect();
    for wrong in [json!({"assignments": many}), json!({"assignments": []}), json!({"assignments": [], "userId": "a"})] {
        assert_eq!(subscribed.ask("POST", "/seats", wrong).await.code(), (400, "VALIDATION_ERROR"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_invitation_is_accepted_by_whom_it_is_for_and_by_nobody_else() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 3).await;
    let invite = async |email: &str| {
        let seat = subscribed.ask("POST", "/seats", json!({ "email": email })).await;
        seat.body["seatId"].as_str().unwrap().to_owned()
    };
    let seat = invite("Ana@X.example").await;
    let claim = async |token: String, seat: &str, body: Value| {
        test.by(token).to("POST", &format!("{}/seats/{seat}/claim", subscribed.path), body).await
    };
    for (email, expected) in [(Some("eve@x.example"), 404), (None, 400)] {
        let answer = claim(token(&test, "eve", email), &seat, Value::Null).await;
        assert_eq!(answer.status, expected, "{}", answer.body);
    }
    assert_eq!(claim(PLATFORM.to_owned(), &seat, Value::Null).await.status, 403);
    let claimed = claim(token(&test, "ana", Some("ANA@x.example")), &seat, Value::Null).await.expect(200);
    assert_eq!((&claimed["state"], &claimed["userId"]), (&json!("ACTIVE"), &json!("ana")));
    assert!(subscribed.verdict("ana").await.0);
    // Invited by another address and signed in as somebody who has a seat: one seat.
    let seat = invite("ana.private@x.example").await;
    let own = claim(token(&test, "ana", Some("ana.private@x.example")), &seat, Value::Null).await.expect(200);
    assert_eq!(own["seatId"], claimed["seatId"]);
    assert_eq!(subscribed.shown().await["seats"]["available"], 2);
    // With the code of the message, under whichever address.
    let seat = invite("ben@x.example").await;
    let sent = "SELECT body FROM notifications WHERE event_id LIKE $1 || ':%' ORDER BY created_at DESC LIMIT 1";
    let code = async |seat: &str| {
        let db = Db::new(test.world.db.clone());
        let sent: Value =
            serde_json::from_str(db.query(sent, &[seat.into()]).await.unwrap()[0].text(0).unwrap()).unwrap();
        sent["data"]["code"].as_str().unwrap().to_owned()
    };
    let old = code(&seat).await;
    test.advance(DAY).await;
    assert_eq!(invite("ben@x.example").await, seat);
    let new = code(&seat).await;
    let by_code = |code: &str| json!({ "code": code });
    assert_eq!(claim(token(&test, "ben", None), &seat, by_code(&old)).await.code(), (404, "SEAT_NOT_FOUND"));
    assert_eq!(claim(token(&test, "ben", None), &seat, by_code(&new)).await.expect(200)["userId"], "ben");
    assert_eq!(claim(token(&test, "eve", None), &seat, by_code(&new)).await.code(), (404, "SEAT_NOT_FOUND"));
    let seat = invite("cid@x.example").await;
    test.advance(DAY * 2).await;
    let late = claim(token(&test, "cid", Some("cid@x.example")), &seat, Value::Null).await;
    assert_eq!(late.code(), (409, "INVITATION_EXPIRED"));
}

#[tokio::test(start_paused = true)]
async fn who_was_invited_and_is_assigned_a_seat_has_one() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 1).await;
    let users = format!("/api/v1/tenants/{}/users", subscribed.organization);
    let ben = json!({"user_id": "ben", "role": "MEMBER", "email": "Ben@x.example"});
    test.platform().to("POST", &users, ben).await.expect(201);
    let invited = subscribed.ask("POST", "/seats", json!({"email": "ben@x.example"})).await.expect(201);
    let assigned = subscribed.assign("ben").await.expect(200);
    assert_eq!((&assigned["seatId"], &assigned["state"]), (&invited["seatId"], &json!("ACTIVE")));
    let again = subscribed.ask("POST", "/seats", json!({"email": "BEN@x.example"})).await.expect(200);
    assert_eq!(again, assigned);
}

#[tokio::test(start_paused = true)]
async fn a_seat_is_revoked_for_good_and_transferred_after_its_cooldown() {
    let test = test().await;
    test.platform().to("PATCH", "/applications/openmic", json!({"seatCooldownHours": 24})).await.expect(200);
    let subscribed = test.subscribed("acme", 2).await;
    let seat = subscribed.seat("ana").await;
    let transfer = async |seat: &str, user: &str| {
        subscribed.ask("POST", &format!("/seats/{seat}/transfer"), json!({ "userId": user })).await
    };
    let early = transfer(&seat, "ben").await;
    assert_eq!(
        (early.code(), early.body["until"].as_str()),
        ((409, "SEAT_COOLDOWN"), Some("2026-01-02T00:00:00.000Z"))
    );
    assert!(subscribed.verdict("ana").await.0);
    test.advance(DAY).await;
    let to = transfer(&seat, "ben").await.expect(200);
    assert_eq!((&to["userId"], &to["state"]), (&json!("ben"), &json!("ACTIVE")));
    assert!(to["seatId"] != json!(seat));
    assert_eq!(subscribed.verdict("ana").await.1, "SEAT_REVOKED");
    assert!(subscribed.verdict("ben").await.0);
    assert_eq!(transfer(&seat, "cid").await.code(), (409, "SEAT_REVOKED"));
    let other = subscribed.seat("cid").await;
    test.advance(DAY).await;
    assert_eq!(transfer(&other, "ben").await.code(), (409, "ALREADY_EXISTS"));
    for _ in 0..2 {
        assert_eq!(subscribed.ask("DELETE", &format!("/seats/{other}"), Value::Null).await.status, 204);
    }
    assert_eq!(subscribed.verdict("cid").await.1, "SEAT_REVOKED");
    for path in ["/seats/seat_unknown", "/seats/seat_unknown/transfer"] {
        let method = if path.ends_with("transfer") { "POST" } else { "DELETE" };
        let answer = subscribed.ask(method, path, json!({"userId": "x"})).await;
        assert_eq!(answer.code(), (404, "SEAT_NOT_FOUND"), "{path}");
    }
}
