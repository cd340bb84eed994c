//! Seat checks of an application whose seats are in the record.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_next_check_sees_each_change_and_asks_no_erp() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 2).await;
    let verdict = async |user: &str| subscribed.verdict(user).await;
    let of = |has_access: bool, reason: &str, source: &str| (has_access, reason.to_owned(), source.to_owned());
    assert_eq!(verdict("ana").await, of(false, "SEAT_NOT_FOUND", "record"));
    assert_eq!(verdict("ana").await, of(false, "SEAT_NOT_FOUND", "cache"));
    let seat = subscribed.assign("ana").await.expect(201);
    assert_eq!(verdict("ana").await, of(true, "SEAT_ACTIVE", "record"));
    let shown = subscribed.verify("ana").await;
    assert_eq!((&shown["seatId"], &shown["version"]), (&seat["seatId"], &seat["version"]));
    assert_eq!((&shown["subscriptionStatus"], &shown["expiresAt"]), (&json!("ACTIVE"), &json!("2026-02-01T00:00:00Z")));
    assert_eq!(shown["source"], "cache");
    let path = format!("/seats/{}", seat["seatId"].as_str().unwrap());
    subscribed.ask("DELETE", &path, Value::Null).await;
    assert_eq!(verdict("ana").await, of(false, "SEAT_REVOKED", "record"));
    let again = subscribed.assign("ana").await.expect(201);
    let check = json!({"userId": "ana", "applicationSlug": "openmic", "externalOrgId": "acme",
        "minVersion": again["version"]});
    let shown = test.platform().to("POST", "/verify-seat", check).await.expect(200);
    assert_eq!((&shown["hasAccess"], &shown["seatId"]), (&json!(true), &again["seatId"]));
    let ended = subscribed.ask("POST", "/cancel", json!({"immediate": true, "reason": "moved"})).await.expect(200);
    assert_eq!(ended["status"], "CANCELLED");
    assert_eq!(verdict("ana").await, of(false, "SUBSCRIPTION_CANCELLED", "record"));
    assert_eq!(test.world.http.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_manual_subscription_is_renewed_without_anybody() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 2).await;
    subscribed.seat("ana").await;
    assert!(subscribed.verdict("ana").await.0);
    test.advance(DAY * 100).await;
    assert!(subscribed.verdict("ana").await.0);
    assert_eq!(subscribed.verify("ana").await["expiresAt"], "2026-05-01T00:00:00Z");
}

#[tokio::test(start_paused = true)]
async fn an_inactive_organization_gets_no_grant() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 2).await;
    subscribed.seat("ana").await;
    assert!(subscribed.verdict("ana").await.0);
    let tenant = format!("/api/v1/tenants/{}", subscribed.organization);
    test.platform().to("PUT", &tenant, json!({"is_active": false})).await.expect(200);
    let (has_access, reason, _) = subscribed.verdict("ana").await;
    assert_eq!((has_access, reason.as_str()), (false, "SUBSCRIPTION_SUSPENDED"));
}

#[tokio::test(start_paused = true)]
async fn another_organization_looks_like_none() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 2).await;
    subscribed.seat("ana").await;
    let other = test.organization("other").await;
    let key = test.key(&other, &["seats:verify"]).await;
    let check = async |external: &str| {
        let check = json!({"userId": "ana", "applicationSlug": "openmic", "externalOrgId": external});
        let mut verdict = test.by(key.clone()).to("POST", "/verify-seat", check).await.expect(200);
        verdict["asOf"] = Value::Null;
        verdict
    };
    let none = check("nobody").await;
    assert_eq!((&none["reason"], &none["source"]), (&json!("ORGANIZATION_NOT_FOUND"), &json!("record")));
    for _ in 0..2 {
        assert_eq!(check("acme").await, none);
    }
    assert!(subscribed.verdict("ana").await.0);
    assert_eq!(check("acme").await, none);
}

#[tokio::test(start_paused = true)]
async fn a_cold_check_reads_the_record_in_one_statement() {
    let test = test().await;
    let subscribed = test.subscribed("acme", 2).await;
    subscribed.seat("ana").await;
    let (capabilities, _) = test.world.instance();
    let record = RecordedSeats::new(&capabilities, &Db::new(capabilities.db.clone()));
    let id = |text: &str| edge_seats::Id::parse(text).unwrap();
    let org = edge_seats::ExternalOrg { application: id("openmic"), id: id("acme") };
    let subject = edge_seats::Subject { org, user: id("ana") };
    use edge_seats::SeatRecord as _;
    // The migrations are looked at once.
    record.find(&subject).await.unwrap();
    test.advance(Duration::from_secs(2)).await;
    let before = test.world.db.asked();
    assert!(record.find(&subject).await.unwrap().is_some());
    assert_eq!(test.world.db.asked() - before, 1);
}
