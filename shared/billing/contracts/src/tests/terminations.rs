//! Terminations and their fees.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_contract_ends_early_with_one_fee_however_often_it_is_terminated() {
    let test = test().await;
    let path = test.signed(new()).await;
    let terminate = format!("{path}/terminate");
    test.days(45).await;
    // It is 15 February: the rest of February, half of it, and ten months are left.
    let ended = test.call(200, "POST", &terminate, json!({"date": "2026-02-15", "reason": "moved"})).await;
    assert_eq!((&ended["status"], &ended["fee"]), (&json!("terminated"), &json!(5250.0)));
    let terminated = &ended["terminated"];
    assert_eq!((&terminated["remaining"], &terminated["credit"]), (&json!(10_500.0), &json!(500.0)), "{ended}");
    assert_eq!((&terminated["date"], &terminated["reason"]), (&json!("2026-02-15"), &json!("moved")));
    let charges =
        ["2026-01-01 1000.00", "2026-01-01 500.00", "2026-02-01 1000.00", "2026-02-15 -500.00", "2026-02-15 5250.00"];
    assert_eq!(test.charges(), charges);
    assert_eq!(ended["tcv"], json!(2000.0));
    for body in
        [json!({"date": "2026-02-15", "reason": "moved"}), json!({"date": "2026-03-01", "reason": "again"}), json!({})]
    {
        assert_eq!(test.call(200, "POST", &terminate, body).await["terminated"], *terminated);
    }
    test.days(800).await;
    test.run_jobs().await;
    assert_eq!(test.charges(), charges);
    for (action, body) in [
        ("renew", json!({})),
        ("notice", json!({"by": "seller"})),
        ("amend", json!({"effective_date": "2026-03-01", "changes": {"title": "x"}, "reason": "x"})),
    ] {
        test.refused("CONTRACT_NOT_ACTIVE", "POST", &format!("{path}/{action}"), body).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_termination_to_come_charges_until_then_and_its_fee_is_never_above_what_remains() {
    for (fee, expected) in [
        (json!({"kind": "none"}), 0.0),
        (json!({"kind": "fixed", "value": 750}), 750.0),
        (json!({"kind": "fixed", "value": 1_000_000}), 6_466.67),
        (json!({"kind": "percent_remaining", "value": "12.5"}), 808.33),
        (json!({"kind": "percent_remaining", "value": 100}), 6_466.67),
        (json!({"kind": "months", "value": 3}), 3_000.0),
        (json!({"kind": "months", "value": 12}), 6_466.67),
    ] {
        let test = test().await;
        let path = test.signed(with(new(), "termination.fee", fee.clone())).await;
        let ending =
            test.call(200, "POST", &format!("{path}/terminate"), json!({"date": "2026-06-17", "reason": "x"})).await;
        // 14 of the 30 days of June, and six months.
        assert_eq!((&ending["status"], &ending["fee"]), (&json!("active"), &json!(expected)), "{fee}: {ending}");
        assert_eq!(ending["terminated"]["remaining"], json!(6_466.67));
        test.refused("CONTRACT_NOT_ACTIVE", "POST", &format!("{path}/renew"), json!({})).await;
        test.days(400).await;
        test.run_jobs().await;
        assert_eq!(test.get(&path).await["status"], "terminated");
        let charges = test.charges();
        assert_eq!(charges.len(), 7 + usize::from(expected > 0.0), "{charges:?}");
        assert!(charges.contains(&"2026-06-01 533.33".to_owned()), "{charges:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_agreed_for_days_that_are_over_stands() {
    let test = test().await;
    let path = test.draft(new()).await;
    let terminate = format!("{path}/terminate");
    test.refused("CONTRACT_NOT_ACTIVE", "POST", &terminate, json!({"date": "2026-02-01", "reason": "x"})).await;
    test.call(200, "POST", &format!("{path}/activate"), Value::Null).await;
    test.days(40).await;
    let changes = json!({"title": "Other seats"});
    let amended = json!({"effective_date": "2026-02-05", "changes": changes, "reason": "renamed"});
    test.call(200, "POST", &format!("{path}/amend"), amended).await;
    for date in ["2026-02-04", "2027-01-02", "never"] {
        let refused = test.refused("VALIDATION_ERROR", "POST", &terminate, json!({"date": date, "reason": "x"})).await;
        assert_eq!(refused["errors"][0]["field"], "date", "{refused}");
    }
    let ended = test.call(200, "POST", &terminate, json!({"date": "2026-02-05", "reason": "x"})).await;
    assert_eq!((&ended["status"], &ended["terminated"]["credit"]), (&json!("terminated"), &json!(857.14)));
}
