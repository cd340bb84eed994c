use futures::future::join_all;

use super::*;

fn amounts(lines: &[(String, String)]) -> Vec<&str> {
    lines.iter().map(|(_, amount)| amount.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_whole_split_is_exactly_ten_thousand_basis_points_or_400() {
    let test = test().await;
    let [a, b, c] = test.departments().await;
    for (points, status) in [
        (vec![(&*a, 3333), (&*b, 3333), (&*c, 3333)], 400),
        (vec![(&*a, 3334), (&*b, 3334), (&*c, 3333)], 400),
        (vec![(&*a, 10_001)], 400),
        (vec![(&*a, 0), (&*b, 10_000)], 400),
        (vec![(&*a, 5000), (&*a, 5000)], 400),
        (vec![], 400),
        (vec![("dep_none", 10_000)], 400),
        (vec![(&*a, 3333), (&*b, 3333), (&*c, 3334)], 200),
        (vec![(&*a, 10_000)], 200),
    ] {
        let body = json!({"from": "2026-01-01", "shares": shares(&points)});
        let answer = test.set(SUBSCRIPTION, body).await;
        assert_eq!(answer.status, status, "{points:?}: {}", answer.body);
    }
    let wrong = test.set("sub_1", json!({"shares": shares(&[(&a, 10_000)])})).await;
    assert_eq!(wrong.body["errors"][0]["field"], "source");
}

#[tokio::test(start_paused = true)]
async fn a_preview_splits_to_the_smallest_unit_by_largest_remainder() {
    let test = test().await;
    let [a, b, c] = test.departments().await;
    let body = json!({"from": "2026-01-01", "shares": shares(&[(&a, 3333), (&b, 3333), (&c, 3334)])});
    test.set(SUBSCRIPTION, body).await.expect(200);
    for (amount, expected) in [
        ("100", ["33.33", "33.33", "33.34"]),
        ("-100.00", ["-33.33", "-33.33", "-33.34"]),
        ("0.01", ["0.00", "0.00", "0.01"]),
        ("-0.01", ["0.00", "0.00", "-0.01"]),
        ("0", ["0.00", "0.00", "0.00"]),
    ] {
        let (lines, unallocated) = test.preview(amount, "").await;
        let expected = expected.map(written);
        assert_eq!((amounts(&lines), unallocated), (expected.iter().map(String::as_str).collect(), written("0.00")));
        assert_eq!(lines.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), [&*a, &*b, &*c]);
    }
    // Currencies without decimals, and with three.
    for (currency, amount, expected) in
        [("JPY", "100", ["33", "33", "34"]), ("KWD", "0.010", ["0.003", "0.003", "0.004"])]
    {
        let path = format!("/allocations/preview?source={SUBSCRIPTION}&amount={amount}&currency={currency}");
        let shown = test.get(&path).await;
        let lines: Vec<String> = (0..3).map(|index| shown["lines"][index]["amount"].to_string()).collect();
        assert_eq!(lines, expected.map(written));
    }
    // Nobody shares it before, nor another source.
    assert_eq!(test.preview("5", "&at=2025-12-31").await, (vec![], written("5.00")));
    let none = test.get("/allocations/preview?source=invoice:x&amount=5&currency=INR").await;
    assert_eq!((&none["lines"], none["unallocated"].to_string()), (&json!([]), written("5.00")));
    for (query, field) in [
        ("source=x&amount=1&currency=INR", "source"),
        ("source=subscription:s&amount=x&currency=INR", "amount"),
        ("source=subscription:s&amount=0.001&currency=INR", "amount"),
        ("source=subscription:s&amount=1&currency=XXX", "currency"),
        ("source=subscription:s&amount=1&currency=INR&at=yesterday", "at"),
        ("source=subscription:s&amount=1", "query"),
    ] {
        let refused = test.call("GET", &format!("/allocations/preview?{query}"), Value::Null).await;
        assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (400, &json!(field)), "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn shares_one_by_one_may_be_short_and_never_pass_all_of_it() {
    let test = test().await;
    let [a, b, c] = test.departments().await;
    let add = |id: &str, points: u64| {
        let body = json!({"source": {"kind": "subscription", "id": "sub_1"}, "method": "percentage",
            "basis_points": points, "from": "2026-01-01"});
        let path = format!("/departments/{id}/allocations");
        let test = &test;
        async move { test.call("POST", &path, body).await }
    };
    let made = add(&a, 6000).await.expect(201);
    let expected = json!({"id": made["id"], "source": {"kind": "subscription", "id": "sub_1"}, "department_id": a,
        "method": "percentage", "basis_points": 6000, "amount": null, "currency": null, "driver": null, "gl_code": null,
        "from": "2026-01-01", "to": null, "created_at": made["created_at"]});
    assert_eq!(made, expected);
    assert_eq!(test.preview("100", "").await, (vec![(a.clone(), written("60.00"))], written("40.00")));
    assert_eq!(add(&b, 4001).await.code(), (409, "ALLOCATION_EXCEEDED"));
    assert_eq!(add(&a, 4001).await.code(), (409, "ALLOCATION_EXCEEDED"));
    assert_eq!(add(&a, 100).await.code(), (409, "ALLOCATION_OVERLAPS"));
    add(&b, 3999).await.expect(201);
    assert_eq!(add(&c, 2).await.code(), (409, "ALLOCATION_EXCEEDED"));
    add(&c, 1).await.expect(201);
    let (_, unallocated) = test.preview("100", "").await;
    assert_eq!(unallocated, written("0.00"));
    let listed = test.get(&format!("/departments/{a}/allocations")).await;
    assert_eq!(listed, json!({"data": [made], "nextCursor": null}));
    // Another time is another matter.
    let later = json!({"source": {"kind": "subscription", "id": "sub_2"}, "method": "percentage",
        "basis_points": 10_000, "from": "2026-01-01", "to": "2026-02-01"});
    let path = format!("/departments/{a}/allocations");
    test.call("POST", &path, later.clone()).await.expect(201);
    for (from, to, status) in [
        ("2026-01-31", "2026-03-01", 409),
        ("2026-02-01", "2026-03-01", 201),
        ("2025-12-01", "2026-01-02", 409),
        ("2025-12-01", "2026-01-01", 201),
        ("2026-02-01", "2026-02-01", 400),
    ] {
        let mut body = later.clone();
        (body["from"], body["to"]) = (json!(from), json!(to));
        assert_eq!(test.call("POST", &path, body).await.status, status, "{from} {to}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_many_shares_at_once_no_more_are_made_than_there_is() {
    let test = test().await;
    let ids: [String; 20] = test.departments().await;
    let add = |id: &String| {
        let body = json!({"source": {"kind": "invoice", "id": "inv_1"}, "method": "percentage", "basis_points": 900});
        let path = format!("/departments/{id}/allocations");
        let test = &test;
        async move { test.call("POST", &path, body).await }
    };
    let answers = join_all(ids.iter().map(add)).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 11, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.status == 201 || answer.code() == (409, "ALLOCATION_EXCEEDED")));
    let shown = test.get("/allocations?source=invoice:inv_1").await;
    assert_eq!(shown["unallocated_basis_points"], 100);
}

#[tokio::test(start_paused = true)]
async fn a_split_ends_where_the_next_begins() {
    let test = test().await;
    let [a, b] = test.departments().await;
    let set = |from: &str, id: &str| {
        let body = json!({"from": from, "shares": shares(&[(id, 10_000)])});
        let test = &test;
        async move { test.set(SUBSCRIPTION, body).await.expect(200) }
    };
    let first = set("2026-03-01", &a).await;
    assert_eq!((&first["shares"][0]["from"], &first["shares"][0]["to"]), (&json!("2026-03-01"), &Value::Null));
    set("2026-05-01", &b).await;
    // Set later for an earlier day: it ends where the next begins.
    let earlier = set("2026-02-01", &b).await;
    assert_eq!(earlier["to"], "2026-03-01");
    // Set anew from the same day on.
    set("2026-05-01", &a).await;
    set("2026-05-01", &b).await;
    for (day, expected) in [
        ("2026-01-31", None),
        ("2026-02-01", Some(&b)),
        ("2026-02-28", Some(&b)),
        ("2026-03-01", Some(&a)),
        ("2026-04-30", Some(&a)),
        ("2026-05-01", Some(&b)),
        ("2030-01-01", Some(&b)),
    ] {
        let (lines, _) = test.preview("1", &format!("&at={day}")).await;
        assert_eq!(lines.first().map(|(id, _)| id), expected, "{day}");
        assert!(lines.len() <= 1, "{day}");
    }
    let of_b = test.get(&format!("/departments/{b}/allocations")).await;
    let spans: Vec<_> = of_b["data"].as_array().unwrap().iter().map(|one| (&one["from"], &one["to"])).collect();
    assert_eq!(spans.len(), 2);
    assert!(spans.contains(&(&json!("2026-02-01"), &json!("2026-03-01"))));
}

#[tokio::test(start_paused = true)]
async fn days_are_those_of_the_tenants_time_zone() {
    let test = test().await;
    let path = format!("/api/v1/tenants/{ACME}");
    let body = json!({"timezone": "Asia/Kolkata"});
    test.ask(&test.tenants, PLATFORM, None, "PUT", &path, body).await;
    let [a] = test.departments().await;
    test.set(SUBSCRIPTION, json!({"from": "2026-02-01", "shares": shares(&[(&a, 10_000)])})).await.expect(200);
    for (at, shared) in [("2026-01-31T18:29:59Z", 0), ("2026-01-31T18:30:00Z", 1), ("2026-02-01", 1), ("2026-01-31", 0)]
    {
        assert_eq!(test.preview("1", &format!("&at={at}")).await.0.len(), shared, "{at}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_fixed_amount_leaves_the_rest_to_a_named_department() {
    let test = test().await;
    let [a, b, c] = test.departments().await;
    let fixed = |id: &str, amount: Value| json!({"department_id": id, "method": "fixed", "amount": amount});
    for (list, status) in [
        (json!([fixed(&a, json!(25)), fixed(&b, json!(10))]), 400),
        (json!([fixed(&a, json!(25)), fixed(&b, Value::Null), fixed(&c, Value::Null)]), 400),
        (json!([fixed(&a, json!(-25)), fixed(&b, Value::Null)]), 400),
        (json!([fixed(&a, json!("0.001")), fixed(&b, Value::Null)]), 400),
        (json!([fixed(&a, json!("25.50")), fixed(&b, json!(10)), fixed(&c, Value::Null)]), 200),
    ] {
        let answer = test.set(SUBSCRIPTION, json!({"from": "2026-01-01", "shares": list})).await;
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    for (amount, expected) in [
        ("100", ["25.50", "10.00", "64.50"]),
        ("-100", ["-25.50", "-10.00", "-64.50"]),
        ("35.50", ["25.50", "10.00", "0.00"]),
        // Less than the fixed amounts: in proportion.
        ("3.55", ["2.55", "1.00", "0.00"]),
    ] {
        let (lines, unallocated) = test.preview(amount, "").await;
        let expected = expected.map(written);
        assert_eq!((amounts(&lines), unallocated), (expected.iter().map(String::as_str).collect(), written("0.00")));
    }
    let other = format!("/allocations/preview?source={SUBSCRIPTION}&amount=5&currency=USD");
    let refused = test.call("GET", &other, Value::Null).await;
    assert_eq!((refused.status, &refused.body["errors"][0]["field"]), (400, &json!("currency")));
}

#[tokio::test(start_paused = true)]
async fn headcounts_and_usage_drive_a_split_and_nothing_cannot() {
    let test = test().await;
    let (a, b) = (test.department(json!({"headcount": 10})).await, test.department(json!({"headcount": 30})).await);
    let by = |id: &str, method: &str, driver: Value| json!({"department_id": id, "method": method, "driver": driver});
    let headcount = json!([by(&a, "headcount", Value::Null), by(&b, "headcount", Value::Null)]);
    test.set(SUBSCRIPTION, json!({"from": "2026-01-01", "shares": headcount})).await.expect(200);
    let of_a = async |more: &str| {
        let (lines, unallocated) = test.preview("100", more).await;
        assert_eq!(unallocated, written("0.00"));
        lines.into_iter().find(|(id, _)| *id == a).unwrap().1
    };
    assert_eq!(of_a("").await, written("25.00"));
    // Dated: from February on there are thirty.
    let more = json!({"headcount": 30, "headcount_from": "2026-02-01"});
    test.call("PUT", &format!("/departments/{a}"), more).await.expect(200);
    assert_eq!(of_a("&at=2026-01-31").await, written("25.00"));
    assert_eq!(of_a("&at=2026-02-01").await, written("50.00"));
    for id in [&a, &b] {
        let none = json!({"headcount": 0, "headcount_from": "2026-03-01"});
        test.call("PUT", &format!("/departments/{id}"), none).await.expect(200);
    }
    let path = format!("/allocations/preview?source={SUBSCRIPTION}&amount=1&currency=INR&at=2026-03-01");
    assert_eq!(test.call("GET", &path, Value::Null).await.code(), (409, "DRIVER_TOTAL_ZERO"));
    // By usage; each new measurement is a split from another day on.
    for (one, other, status) in [
        (json!(0), json!(0), 400),
        (json!(-1), json!(2), 400),
        (json!("x"), json!(2), 400),
        (json!("0.0001"), json!(2), 400),
        (json!(1.5), json!("4.5"), 200),
    ] {
        let usage = json!([by(&a, "usage", one.clone()), by(&b, "usage", other)]);
        let answer = test.set(SUBSCRIPTION, json!({"from": "2026-04-01", "shares": usage})).await;
        assert_eq!(answer.status, status, "{one}: {}", answer.body);
    }
    assert_eq!(of_a("&at=2026-04-01").await, written("25.00"));
    // Headcounts and usage are not added up.
    let mixed = json!([by(&a, "usage", json!(1)), by(&b, "headcount", Value::Null)]);
    assert_eq!(test.set(SUBSCRIPTION, json!({"from": "2026-04-01", "shares": mixed})).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_closed_department_gets_no_new_shares() {
    let test = test().await;
    let [a] = test.departments().await;
    test.call("PUT", &format!("/departments/{a}"), json!({"status": "closed"})).await.expect(200);
    let set = test.set(SUBSCRIPTION, json!({"shares": shares(&[(&a, 10_000)])})).await;
    assert_eq!((set.status, &set.body["errors"][0]["field"]), (400, &json!("shares[0].department_id")));
}

#[tokio::test(start_paused = true)]
async fn who_may_not_write_sets_nothing() {
    let test = test().await;
    let body = json!({"name": "reader", "scopes": ["enterprise:read"], "tenant_id": ACME});
    let (_, made) = test.ask(&test.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
    let key = made["key"].as_str().unwrap();
    for (method, path, status) in [
        ("GET", "/departments", 200),
        ("GET", "/gl-mappings", 200),
        ("GET", "/allocations/lines", 200),
        ("GET", "/allocations/totals", 200),
        ("POST", "/departments", 403),
        ("PUT", "/departments/dep_1", 403),
        ("POST", "/departments/dep_1/allocations", 403),
        ("PUT", "/allocations?source=amount:x", 403),
        ("POST", "/gl-mappings", 403),
    ] {
        let answer = send(&test.router, request(method, &format!("{BASE}{path}"), key, [], &json!({}))).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
    }
}
