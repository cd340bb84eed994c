//! What people are told of shipments.

use super::*;

#[tokio::test(start_paused = true)]
async fn each_shipment_is_told_of_once_by_each_type() {
    let test = test().await;
    let path = test.make(new()).await;
    assert_eq!(test.outbox().await, [""; 0], "nobody is told of a pending order");
    for status in ["confirmed", "confirmed", "shipped", "shipped", "delivered", "delivered"] {
        test.step(&path, status).await;
    }
    run_jobs(&test.world).await;
    let expected = [
        "delivery_confirmation EMAIL z@soehne.example queued",
        "packing_list EMAIL o@x.example queued",
        "shipping_notification EMAIL z@soehne.example queued",
    ];
    assert_eq!(test.outbox().await, expected);
    let messages = &test.get(&path).await["messages"];
    assert_eq!(messages.as_array().unwrap().len(), 3);
    for message in messages.as_array().unwrap() {
        let event = message["event_id"].as_str().unwrap();
        assert!(
            event.starts_with("order.ord_") && event.contains(message["message_type"].as_str().unwrap()),
            "{event}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_pack_are_told_what_and_see_the_rest_in_their_feeds() {
    let test = test().await;
    let packers = json!(["user_7", "store@acme.example", "", 7]);
    test.change_tenant(json!({"settings": {"orders": {"packers": packers}}})).await;
    let path = test.make(with(new(), "status", json!("confirmed"))).await;
    let by_phone = with(with(new(), "customer", json!({"phone": "+91 98765 43210"})), "order_number", json!("A-2"));
    let other = test.make(by_phone).await;
    let mut expected = vec![
        "packing_list EMAIL store@acme.example queued".to_owned(),
        "packing_list EMAIL -user_7 queued".to_owned(),
        "packing_list IN_APP -user_7 queued".to_owned(),
    ];
    let mut sent = test.outbox().await;
    sent.sort();
    expected.sort();
    assert_eq!(sent, expected);
    for path in [&path, &other] {
        test.world.clock.advance(Duration::from_secs(1)).await;
        test.step(path, "shipped").await;
    }
    let mut sent = test.outbox().await;
    sent.retain(|line| line.starts_with("shipping"));
    sent.sort();
    let expected = [
        "shipping_notification EMAIL z@soehne.example queued",
        "shipping_notification IN_APP -user_7 queued",
        "shipping_notification IN_APP -user_7 queued",
        "shipping_notification SMS +919876543210 queued",
    ];
    assert_eq!(sent, expected);
}

#[tokio::test(start_paused = true)]
async fn a_packing_list_that_waits_is_not_sent_once_the_order_is_cancelled() {
    let test = test().await;
    let path = test.make(with(new(), "status", json!("confirmed"))).await;
    assert_eq!(test.outbox().await, ["packing_list EMAIL o@x.example queued"]);
    test.step(&path, "cancelled").await;
    assert_eq!(test.outbox().await, ["packing_list EMAIL o@x.example suppressed"]);
    assert_eq!(test.get(&path).await["messages"][0]["progress"], "withdrawn");
}
