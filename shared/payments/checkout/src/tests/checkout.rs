//! Checkouts and their orders.

use serde_json::{Value, json};

use super::fixture::{ACME, OTHER, PLATFORM, test};

#[tokio::test(start_paused = true)]
async fn anothers_order_is_as_one_that_does_not_exist() {
    let test = test().await;
    assert_eq!(test.check_out(json!({"plan_id": "pro"})).await.1["order_id"], "order_1");
    let (status, order) = test.acme("GET", "/api/v1/billing/checkout/order_1", Value::Null).await;
    assert_eq!((status, order), (200, json!({"order_id": "order_1", "status": "created"})));
    let proof = |order: &str, signature: &str| json!({"order_id": order, "payment_id": "p", "signature": signature});
    let (status, said) = test.acme("POST", "/api/v1/billing/verify", proof("order_1", "good")).await;
    assert_eq!((status, said), (200, json!({"verified": true})));
    let (status, said) = test.acme("POST", "/api/v1/billing/verify", proof("order_1", "bad")).await;
    assert_eq!((status, &said["code"]), (400, &json!("INVALID_SIGNATURE")));
    for order in ["order_1", "order_7"] {
        let path = format!("/api/v1/billing/checkout/{order}");
        let (status, seen) = test.ask(&test.billing, PLATFORM, Some(OTHER), "GET", &path, &Value::Null).await;
        assert_eq!((status, &seen["code"]), (404, &json!("ORDER_NOT_FOUND")), "{order}");
        let body = proof(order, "good");
        let verified = test.ask(&test.billing, PLATFORM, Some(OTHER), "POST", "/api/v1/billing/verify", &body).await;
        assert_eq!((verified.0, &verified.1["code"]), (404, &json!("ORDER_NOT_FOUND")), "{order}");
    }
    assert_eq!(test.upstreams().verified.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_bought_is_refused_by_its_field() {
    let test = test().await;
    for (wanted, field) in [
        (json!({}), "plan_id"),
        (json!({"plan_id": ""}), "plan_id"),
        (json!({"plan_id": 7}), "plan_id"),
        (json!({"plan_id": "pro", "billing_cycle": "weekly"}), "billing_cycle"),
        (json!({"plan_id": "pro", "tier_code": "GOLD"}), "tier_code"),
        (json!({"plan_id": "pro", "seats": 0}), "seats"),
        (json!({"plan_id": "pro", "seats": 26}), "seats"),
        (json!({"plan_id": "pro", "seats": 1.5}), "seats"),
        (json!({"plan_id": "pro", "success_url": "javascript:alert(1)"}), "success_url"),
        (json!({"plan_id": "pro", "cancel_url": "/billing"}), "cancel_url"),
        (json!({"plan_id": "pro", "success_url": "http://clinic.example/paid"}), "success_url"),
        (json!({"plan_id": "pro", "success_url": "https://user@clinic.example/"}), "success_url"),
        (json!({"plan_id": "pro", "cancel_url": "https://169.254.169.254/"}), "cancel_url"),
        (json!({"plan_id": "pro", "cancel_url": "https://[::ffff:10.0.0.1]/"}), "cancel_url"),
        (json!({"plan_id": "pro", "success_url": "https://localhost:3000/"}), "success_url"),
    ] {
        let (status, answer) = test.check_out(wanted.clone()).await;
        assert_eq!((status, &answer["errors"][0]["field"]), (400, &json!(field)), "{wanted}: {answer}");
    }
    let (status, answer) = test.check_out(json!({"plan_id": "nothing"})).await;
    assert_eq!((status, &answer["code"]), (404, &json!("PLAN_NOT_FOUND")));
    assert_eq!(test.upstreams().orders, 0);
}

#[tokio::test(start_paused = true)]
async fn customers_are_sent_to_the_tenants_own_hosts_where_it_names_them() {
    let test = test().await;
    let check_out = async |url: &str| test.check_out(json!({"plan_id": "pro", "success_url": url})).await;
    assert_eq!(check_out("https://anybody.example/paid").await.0, 201);
    let settings = json!({"settings": {"checkout_return_hosts": ["clinic.example"]}});
    let path = format!("/api/v1/tenants/{ACME}");
    assert_eq!(test.ask(&test.tenants, PLATFORM, None, "PUT", &path, &settings).await.0, 200);
    let (status, refused) = check_out("https://anybody.example/paid").await;
    assert_eq!((status, &refused["errors"][0]["field"]), (400, &json!("success_url")), "{refused}");
    assert_eq!(check_out("https://clinic.example/paid").await.0, 201);
    // What cannot be read as a list of hosts names none.
    let settings = json!({"settings": {"checkout_return_hosts": "clinic.example"}});
    assert_eq!(test.ask(&test.tenants, PLATFORM, None, "PUT", &path, &settings).await.0, 200);
    assert_eq!(check_out("https://clinic.example/paid").await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn a_refused_purchase_leaves_its_key_free_and_a_made_one_does_not() {
    let test = test().await;
    let wanted = |plan: &str| json!({"plan_id": plan, "mark": "k"});
    assert_eq!(test.check_out(wanted("nothing")).await.0, 404);
    let (status, first) = test.check_out(wanted("pro")).await;
    assert_eq!(status, 201, "{first}");
    assert_eq!(test.check_out(wanted("pro")).await, (201, first.clone()));
    let (status, answer) = test.check_out(wanted("WORKSPACE-PRO")).await;
    assert_eq!((status, &answer["code"]), (422, &json!("IDEMPOTENCY_KEY_REUSED")));
    // Another tenant's key is its own, and after a day it may stand for something else.
    let path = "/api/v1/billing/checkout";
    let other = test.ask(&test.billing, PLATFORM, Some(OTHER), "POST", path, &wanted("pro")).await;
    assert_eq!(other.1["order_id"], "order_2");
    test.world.clock.advance(std::time::Duration::from_hours(25)).await;
    let db = edge_database::Db::new(test.world.db.clone());
    // A clock that was set forward makes no key free by itself: drains have to go on under it.
    for drains in [1, 100] {
        assert_eq!(test.check_out(wanted("pro")).await.1["order_id"], "order_1");
        for _ in 0..drains {
            db.advance_retention_time(edge_capabilities::Clock::now(&*test.world.clock)).await.unwrap();
        }
    }
    assert_eq!(test.check_out(wanted("pro")).await.1["order_id"], "order_3");
    // Without a key each request is a purchase.
    assert_eq!(test.check_out(json!({"plan_id": "pro"})).await.1["order_id"], "order_4");
    assert_eq!(test.check_out(json!({"plan_id": "pro"})).await.1["order_id"], "order_5");
}

#[tokio::test(start_paused = true)]
async fn what_people_have_to_approve_waits_for_them_and_makes_no_order() {
    let test = test().await;
    let dear = json!({"plan_id": "pro", "tier_code": "MAX", "mark": "k"});
    let (status, pending) = test.check_out(dear.clone()).await;
    assert_eq!((status, &pending["status"]), (202, &json!("pending_approval")), "{pending}");
    assert_eq!(pending["levels"], json!([{"approvers": ["role:finance_manager"], "quorum": 1}]));
    assert!(
        pending["warnings"][0]
            .as_str()
            .unwrap()
            .starts_with("Level 1 needs a quorum of 1 from role:finance_manager; 0")
    );
    assert!(pending["approval_request_id"].as_str().unwrap().starts_with("apr_"));
    assert_eq!(test.check_out(dear).await, (202, pending));
    assert_eq!(test.upstreams().orders, 0);
    // An order that costs more than was asked about is not handed out either.
    test.upstreams().amount = json!(60_000);
    let (status, pending) = test.check_out(json!({"plan_id": "pro", "mark": "l"})).await;
    assert_eq!((status, &pending["status"]), (202, &json!("pending_approval")), "{pending}");
}

#[tokio::test(start_paused = true)]
async fn what_is_bought_and_given_up_is_in_the_tenants_audit_once() {
    let test = test().await;
    for _ in 0..2 {
        assert_eq!(test.check_out(json!({"plan_id": "pro", "mark": "k"})).await.0, 201);
    }
    test.upstreams().subscription = Some(json!({"id": "sub", "status": "active"}));
    assert_eq!(test.acme("POST", "/api/v1/billing/subscription/cancel", json!({})).await.0, 200);
    let statement =
        "SELECT action, actor FROM tenant_deeds WHERE action LIKE '%.%' AND tenant_id = $1 ORDER BY at, action";
    let rows = edge_capabilities::Database::query(&*test.world.db, statement, &[ACME.into()]).await.unwrap();
    let deeds: Vec<_> = rows.iter().map(|row| (row.text(0).unwrap(), row.text(1).unwrap())).collect();
    let ours: Vec<_> = deeds.into_iter().filter(|(action, _)| !action.starts_with("tenant.created")).collect();
    for action in ["tenant.contact_made", "checkout.ordered", "subscription.cancel"] {
        assert_eq!(ours.iter().filter(|deed| **deed == (action, "bootstrap")).count(), 1, "{action}: {ours:?}");
    }
}
