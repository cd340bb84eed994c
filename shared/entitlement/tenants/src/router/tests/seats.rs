//! What changes of a tenant do to its seats.

use std::sync::Arc;

use axum::body::Bytes;
use edge_seats::ShippedSeatAccess;

use super::*;

/// A tenant, and seat checks of its before an ERP that grants them.
async fn with_seats() -> (Test, Router) {
    let test = test();
    let _ = test.acme().await;
    test.world.config.set("erp_url", "http://erp");
    erp_answers(&test, 200);
    let (capabilities, _) = test.world.instance();
    let seats = edge_seats::router(capabilities, Arc::new(ShippedSeatAccess));
    (test, seats)
}

fn erp_answers(test: &Test, status: u16) {
    test.world.http.on_request(move |_| async move {
        let seat = json!({
            "organization_id": ID, "seat_id": "s", "seat_status": "ACTIVE", "subscription_id": "sub",
            "subscription_status": "ACTIVE", "current_period_end": null, "version": 1,
        });
        Ok(http::Response::builder().status(status).body(Bytes::from(seat.to_string())).unwrap())
    });
}

async fn reason(test: &Test, seats: &Router) -> Value {
    let check = json!({"userId": "ana", "applicationSlug": "healos", "externalOrgId": "h1"});
    let (status, answer) = test.ask(seats, PLATFORM, "POST", "/verify-seat", check).await;
    if status == 200 { answer["reason"].clone() } else { answer["code"].clone() }
}

async fn is_suspended_by_a_payment(test: &Test) {
    let db = Db::new(test.world.db.clone());
    let statement = "UPDATE tenants SET subscription_status = 'suspended', is_suspended = 1 WHERE id = $1";
    db.query(statement, &[ID.into()]).await.unwrap();
    let (capabilities, _) = test.world.instance();
    let invalidation = Invalidation::new(&capabilities, &db);
    invalidation.payment_changed(ID).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_not_active_has_no_seats_from_the_very_next_check_on() {
    let (test, seats) = with_seats().await;
    let path = format!("/api/v1/tenants/{ID}");
    assert_eq!(reason(&test, &seats).await, "SEAT_ACTIVE");
    assert_eq!(reason(&test, &seats).await, "SEAT_ACTIVE");
    assert_eq!(test.platform("PUT", &path, json!({"is_active": false})).await.0, 200);
    assert_eq!(reason(&test, &seats).await, "SUBSCRIPTION_SUSPENDED");
    assert_eq!(test.platform("PUT", &path, json!({"is_active": true})).await.0, 200);
    assert_eq!(reason(&test, &seats).await, "SEAT_ACTIVE");
    // Not even while the ERP is down.
    erp_answers(&test, 500);
    assert_eq!(test.platform("PUT", &path, json!({"is_active": false})).await.0, 200);
    assert_eq!(reason(&test, &seats).await, "UPSTREAM_UNAVAILABLE");
}

#[tokio::test(start_paused = true)]
async fn a_change_whose_fence_could_not_be_raised_is_completed_when_it_is_sent_again() {
    let (test, seats) = with_seats().await;
    let path = format!("/api/v1/tenants/{ID}");
    assert_eq!(reason(&test, &seats).await, "SEAT_ACTIVE");
    test.world.cache.set_down(true);
    assert_eq!(test.platform("PUT", &path, json!({"is_active": false})).await.0, 503);
    test.world.cache.set_down(false);
    assert_eq!(test.platform("PUT", &path, json!({"is_active": false})).await.0, 200);
    assert_eq!(reason(&test, &seats).await, "SUBSCRIPTION_SUSPENDED");
    let (_, audit) = test.platform("GET", &format!("{path}/audit"), Value::Null).await;
    let changes = audit["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == "tenant.changed");
    assert_eq!(changes.count(), 1, "{audit}");
}

#[tokio::test(start_paused = true)]
async fn the_platform_alone_has_the_erps_word_count_again_and_the_audit_says_so() {
    let (test, seats) = with_seats().await;
    is_suspended_by_a_payment(&test).await;
    assert_eq!(reason(&test, &seats).await, "SUBSCRIPTION_SUSPENDED");
    let path = format!("/api/v1/seats/overrides/{ID}");
    let own = test.key_of(ID).await;
    assert_eq!(test.ask(&test.router, &own, "DELETE", &path, Value::Null).await.0, 403);
    assert_eq!(reason(&test, &seats).await, "SUBSCRIPTION_SUSPENDED");
    let shouted = format!("/api/v1/seats/overrides/{}", ID.to_uppercase());
    assert_eq!(test.platform("DELETE", &shouted, Value::Null).await.0, 204);
    assert_eq!(reason(&test, &seats).await, "SEAT_ACTIVE");
    assert_eq!(test.platform("DELETE", &path, Value::Null).await.0, 204);
    let (_, audit) = test.platform("GET", &format!("/api/v1/tenants/{ID}/audit"), Value::Null).await;
    let dropped = audit["data"].as_array().unwrap().iter().filter(|entry| entry["action"] == "seat_override.dropped");
    assert_eq!(dropped.count(), 2, "{audit}");
    // The next event counts.
    is_suspended_by_a_payment(&test).await;
    assert_eq!(reason(&test, &seats).await, "SUBSCRIPTION_SUSPENDED");
    for unknown in ["nobody", "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d12"] {
        let answer = test.platform("DELETE", &format!("/api/v1/seats/overrides/{unknown}"), Value::Null).await;
        assert_eq!((answer.0, &answer.1["code"]), (404, &json!("TENANT_NOT_FOUND")), "{unknown}");
    }
}
