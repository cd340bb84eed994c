//! Terms, renewals, notices and ends.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_contract_renews_by_itself_each_term_once_with_its_uplift() {
    let test = test().await;
    let path = test.signed(new()).await;
    test.run_jobs().await;
    assert_eq!(test.charges(), ["2026-01-01 1000.00", "2026-01-01 500.00"]);
    // Two terms and a month go by without a worker.
    test.days(365 + 365 + 31).await;
    test.run_jobs().await;
    let renewed = test.get(&path).await;
    assert_eq!((&renewed["status"], &renewed["end"]), (&json!("renewed"), &json!("2029-01-01")));
    let charges = test.charges();
    assert_eq!(charges.len(), 1 + 12 + 12 + 2, "{charges:?}");
    for charge in ["2026-12-01 1000.00", "2027-01-01 1050.00", "2027-12-01 1050.00", "2028-01-01 1102.50"] {
        assert!(charges.iter().any(|known| known == charge), "{charge}: {charges:?}");
    }
    assert_eq!(renewed["lines"][0]["unit_price"], json!(110.25));
    assert_eq!(renewed["tcv"], json!(500.0 + 12_000.0 + 12_600.0 + 13_230.0));
    assert_eq!(
        test.events(&path).await,
        ["created 2026-01-01", "signed 2026-01-01", "renewed 2027-01-01", "renewed 2028-01-01"]
    );
    test.run_jobs().await;
    assert_eq!(test.charges(), charges);
}

#[tokio::test(start_paused = true)]
async fn a_contract_that_began_in_the_past_runs_its_terms_at_once() {
    let test = test().await;
    let past = with(with(new(), "start", json!("2023-01-31")), "end", json!("2024-01-31"));
    let path = test.draft(past).await;
    let signed = test.call(200, "POST", &format!("{path}/activate"), Value::Null).await;
    assert_eq!((&signed["status"], &signed["end"]), (&json!("renewed"), &json!("2026-01-31")));
    assert_eq!(signed["terms"].as_array().unwrap().len(), 3);
    assert_eq!(test.charges().len(), 1 + 36);
    for charge in ["2023-02-28 1000.00", "2024-01-31 1050.00", "2024-02-29 1050.00", "2025-12-31 1102.50"] {
        assert!(test.charges().iter().any(|known| known == charge), "{charge}: {:?}", test.charges());
    }
    // One that has ended since is over at once.
    let manual = with(new(), "renewal.mode", json!("manual"));
    let over = test.draft(with(with(manual, "start", json!("2024-01-01")), "end", json!("2025-01-01"))).await;
    let over = test.call(200, "POST", &format!("{over}/activate"), Value::Null).await;
    assert_eq!((&over["status"], &over["number"]), (&json!("expired"), &json!("CTR-00002")));
    // Many past charges are made in several steps.
    let old = with(with(new(), "start", json!("1970-01-31")), "end", json!("1970-02-28"));
    let old = with(with(old, "renewal.term_months", json!(1)), "renewal.uplift_basis_points", json!(0));
    let old = test.draft(with(old, "lines", json!([
        {"kind": "recurring", "description": "A", "unit_price": 1}, {"kind": "recurring", "description": "B", "unit_price": 1},
    ]))).await;
    let before = test.charges().len();
    test.call(200, "POST", &format!("{old}/activate"), Value::Null).await;
    test.run_jobs().await;
    assert_eq!(test.charges().len() - before, 2 * (56 * 12));
    assert_eq!(test.get(&old).await["end"], "2026-01-31");
}

#[tokio::test(start_paused = true)]
async fn notice_counts_until_its_last_day_where_the_tenant_is() {
    // The last day is 2 December: thirty days before 1 January.
    for (zone, hours, ends) in [
        ("UTC", 335 * 24 + 23, "2027-01-01"),
        ("UTC", 336 * 24, "2028-01-01"),
        ("Pacific/Kiritimati", 335 * 24 + 9, "2027-01-01"),
        ("Pacific/Kiritimati", 335 * 24 + 10, "2028-01-01"),
        ("America/Los_Angeles", 336 * 24 + 7, "2027-01-01"),
        ("America/Los_Angeles", 336 * 24 + 8, "2028-01-01"),
    ] {
        let test = test().await;
        test.change_tenant(json!({"timezone": zone})).await;
        let path = test.signed(new()).await;
        test.world.clock.advance(Duration::from_hours(hours)).await;
        let noticed = test.call(200, "POST", &format!("{path}/notice"), json!({"by": "customer"})).await;
        let in_time = ends == "2027-01-01";
        assert_eq!(
            (&noticed["notice"]["in_time"], &noticed["notice"]["ends_on"]),
            (&json!(in_time), &json!(ends)),
            "{zone}"
        );
        assert_eq!(noticed["notice"]["last_notice_day"], "2026-12-02");
        // Given again it stays as it is, and the contract cannot be renewed past it.
        test.days(1).await;
        let again = test.call(200, "POST", &format!("{path}/notice"), json!({"by": "seller"})).await;
        assert_eq!(again["notice"], noticed["notice"]);
        if in_time {
            test.refused("CONTRACT_NOT_RENEWABLE", "POST", &format!("{path}/renew"), json!({})).await;
        }
        test.days(3 * 365).await;
        test.run_jobs().await;
        let over = test.get(&path).await;
        assert_eq!((&over["status"], &over["end"]), (&json!("expired"), &json!(ends)), "{zone} {hours}");
        assert_eq!(test.charges().len(), if in_time { 13 } else { 25 }, "{zone} {hours}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_contract_is_renewed_one_term_at_a_time() {
    let test = test().await;
    let manual = with(with(new(), "renewal.mode", json!("manual")), "start", json!("2026-01-31"));
    let path = test.draft(with(manual, "end", json!("2026-02-28"))).await;
    let renew = format!("{path}/renew");
    test.refused("CONTRACT_NOT_ACTIVE", "POST", &renew, json!({})).await;
    test.call(200, "POST", &format!("{path}/activate"), Value::Null).await;
    test.days(35).await;
    for body in [json!({"term_months": 0}), json!({"term_months": 121}), json!({"uplift_basis_points": -1})] {
        test.refused("VALIDATION_ERROR", "POST", &renew, body).await;
    }
    let renewed = test.call(200, "POST", &renew, json!({"term_months": 1, "uplift_basis_points": 1000})).await;
    assert_eq!((&renewed["status"], &renewed["end"]), (&json!("renewed"), &json!("2026-03-31")));
    test.refused("ALREADY_RENEWED", "POST", &renew, json!({"term_months": 1})).await;
    test.days(30).await;
    let again = test.call(200, "POST", &renew, json!({"term_months": 1})).await;
    assert_eq!(again["end"], "2026-04-30");
    assert_eq!(again["lines"][0]["unit_price"], json!(110.0));
    test.days(60).await;
    test.run_jobs().await;
    assert_eq!(test.get(&path).await["status"], "expired");
    assert_eq!(test.events(&path).await.last().unwrap(), "expired 2026-04-30");
    test.refused("CONTRACT_NOT_ACTIVE", "POST", &renew, json!({})).await;
    assert_eq!(test.charges(), ["2026-01-31 1000.00", "2026-01-31 500.00", "2026-02-28 1100.00", "2026-03-31 1155.00"]);
    let never = test.signed(with(new(), "renewal.mode", json!("none"))).await;
    test.refused("CONTRACT_NOT_RENEWABLE", "POST", &format!("{never}/renew"), json!({})).await;
}

#[tokio::test(start_paused = true)]
async fn of_many_renewals_at_once_one_is_made() {
    let test = test().await;
    let path = format!("{}/renew", test.signed(new()).await);
    let all = futures::future::join_all((0..10).map(|_| test.acme("POST", &path, json!({})))).await;
    let statuses: Vec<u16> = all.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(all.iter().all(|(status, answer)| *status == 200 || answer["code"] == "ALREADY_RENEWED"));
}

#[tokio::test(start_paused = true)]
async fn people_are_told_before_a_term_ends_of_notices_and_of_ends() {
    let test = test().await;
    let path = test.signed(new()).await;
    let past = with(with(new(), "start", json!("2020-01-01")), "end", json!("2021-01-01"));
    test.signed(with(past, "renewal.mode", json!("manual"))).await;
    let told = async || {
        let statement = "SELECT event_type FROM notifications ORDER BY created_at, event_type";
        let rows = Db::new(test.world.db.clone()).query(statement, &[]).await.unwrap();
        rows.iter().map(|row| row.text(0).unwrap().to_owned()).collect::<Vec<_>>()
    };
    test.run_jobs().await;
    // Of what ended before it was entered, nobody is told.
    assert_eq!(told().await, Vec::<String>::new());
    // A month before the last day of notice.
    test.days(305).await;
    test.run_jobs().await;
    assert_eq!(told().await, ["WORKSPACE_CONTRACT_RENEWAL"]);
    test.call(200, "POST", &format!("{path}/notice"), json!({"by": "seller"})).await;
    test.days(61).await;
    test.run_jobs().await;
    let all = ["WORKSPACE_CONTRACT_RENEWAL", "WORKSPACE_CONTRACT_NOTICE", "WORKSPACE_CONTRACT_ENDED"];
    assert_eq!(told().await, all);
}
