//! Budgets: what is promised, spent and given back, however many come at once.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge, Settings, WEBHOOK_SECRET};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    of_two_hundred_reservations_at_once_as_many_succeed_as_there_is_room_for,
    what_is_reserved_is_spent_or_given_back_once_and_tracked_and_told_of,
    what_a_gateway_gives_back_of_a_payment_may_be_spent_again,
}

const BUDGETS: &str = "/api/v1/enterprise-billing/budgets";

fn call(edge: &Edge, tenant: &str, method: &str, path: &str) -> Call {
    edge.call(method, &format!("{BUDGETS}{path}")).key(BOOTSTRAP).header("x-tenant-id", tenant)
}

/// A budget of ten thousand rupees a month; gives its path.
async fn budget(edge: &Edge, tenant: &str) -> String {
    let new = json!({"name": "All", "limit": "10000.00", "currency": "INR", "period": "monthly",
        "time_zone": "Asia/Kolkata"});
    let made = call(edge, tenant, "POST", "").json(&new).send().await.expect(201);
    format!("/{}", made["id"].as_str().unwrap())
}

async fn of_two_hundred_reservations_at_once_as_many_succeed_as_there_is_room_for(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let path = budget(&edge, &customer.tenant).await;
    // Not all divide the limit: fifty times 199.99 leaves 50 paise.
    let reserve = async |number: u32| {
        let wanted = json!({"reference": format!("r{number}"), "amount": 199.99});
        call(&edge, &customer.tenant, "POST", &format!("{path}/reservations")).json(&wanted).send().await
    };
    let answers = join_all((0..200).map(reserve)).await;
    let of = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!((of(201), of(409)), (50, 150), "{statuses:?}");
    answers.iter().filter(|answer| answer.status == 409).for_each(|answer| answer.refused(409, "BUDGET_EXCEEDED"));
    let shown = call(&edge, &customer.tenant, "GET", &path).send().await.expect(200);
    let current = &shown["current"];
    assert_eq!((&current["reserved"], &current["remaining"]), (&json!(9999.50), &json!(0.50)), "{current}");
    assert_eq!(current["spent"], json!(0.00));
    // All at once again, now to be settled, each twice: half are spent, half given back, to the paisa.
    let made = (0..200_u32).filter(|number| answers[*number as usize].status == 201).enumerate();
    let settle = made.flat_map(|(index, number)| {
        let how = if index % 2 == 0 { "commit" } else { "release" };
        [(number, how), (number, how)]
    });
    let settled = join_all(settle.map(async |(number, how)| {
        let path = format!("{path}/reservations/r{number}/{how}");
        call(&edge, &customer.tenant, "POST", &path).json(&json!({})).send().await.status
    }));
    assert_eq!(settled.await, [200; 100]);
    let tracking = call(&edge, &customer.tenant, "GET", &format!("{path}/tracking")).send().await.expect(200);
    assert_eq!((&tracking["spent"], &tracking["reserved"]), (&json!(4999.75), &json!(0.00)), "{tracking}");
}

async fn what_is_reserved_is_spent_or_given_back_once_and_tracked_and_told_of(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let path = budget(&edge, &customer.tenant).await;
    let post = async |of: &str, body: Value| {
        call(&edge, &customer.tenant, "POST", &format!("{path}/reservations{of}")).json(&body).send().await
    };
    for _ in 0..2 {
        let made = post("", json!({"reference": "a", "amount": 8500})).await.expect(201);
        assert_eq!((&made["status"], &made["amount"]), (&json!("reserved"), &json!(8500.00)));
    }
    post("", json!({"reference": "b", "amount": "1500.01"})).await.refused(409, "BUDGET_EXCEEDED");
    for _ in 0..2 {
        let spent = post("/a/commit", json!({"amount": "8400.00"})).await.expect(200);
        assert_eq!((&spent["status"], &spent["spent"]), (&json!("committed"), &json!(8400.00)));
    }
    post("/a/release", json!({})).await.refused(409, "RESERVATION_SETTLED");
    post("/none/commit", json!({})).await.refused(404, "RESERVATION_NOT_FOUND");
    let get = async |of: &str| call(&edge, &customer.tenant, "GET", &format!("{path}{of}")).send().await.expect(200);
    let tracking = get("/tracking").await;
    assert_eq!((&tracking["spent"], &tracking["remaining"]), (&json!(8400.00), &json!(1600.00)));
    assert!(tracking["forecast"]["used"].is_number() && !tracking["burn_down"].as_array().unwrap().is_empty());
    let alerts = get("/alerts").await;
    let mut told: Vec<&str> =
        alerts["data"].as_array().unwrap().iter().map(|alert| alert["threshold"].as_str().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, ["100", "80"], "{alerts}");
    // The limit is raised: there is room at once, on every node.
    let raised = call(&edge, &customer.tenant, "PUT", &path).json(&json!({"limit": 20000})).send().await.expect(200);
    assert_eq!(raised["history"].as_array().unwrap().len(), 2);
    post("", json!({"reference": "b", "amount": "1500.01"})).await.expect(201);
}

async fn what_a_gateway_gives_back_of_a_payment_may_be_spent_again(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let path = budget(&edge, tenant).await;
    let sums = async || {
        let current = call(&edge, tenant, "GET", &path).send().await.expect(200)["current"].clone();
        (current["spent"].clone(), current["reserved"].clone())
    };
    let bheempay = async |method: &str, path: &str, body: Value| {
        let url = format!("http://{}/_control/bheempay/{path}", edge.erp_address);
        let answer = Call::new(method, url).json(&body).send().await;
        if answer.status == 204 { Value::Null } else { answer.expect(200) }
    };
    let url = format!("http://{}/api/v1/billing/webhook", edge.nodes[0].address());
    bheempay("PUT", "webhook", json!({"url": url, "secret": WEBHOOK_SECRET})).await;
    let pay = async |mark: &str| {
        let wanted = json!({"plan_id": "WORKSPACE-PRO", "billing_cycle": "monthly"});
        let order = edge.call("POST", "/api/v1/billing/checkout").key(BOOTSTRAP).header("x-tenant-id", tenant);
        let order = order.header("idempotency-key", mark).json(&wanted).send().await.expect(201);
        let paid = bheempay("POST", &format!("orders/{}/pay", order["order_id"].as_str().unwrap()), json!({})).await;
        paid["event"]["payload"]["payment_id"].as_str().unwrap().to_owned()
    };
    let refund = async |payment: &str, how: Value| bheempay("POST", &format!("payments/{payment}/refund"), how).await;
    let payment = pay("first").await;
    assert_eq!(sums().await, (json!(2499.00), json!(0.00)));
    let tenant_before = customer.tenant().await;
    let told = refund(&payment, json!({"amount": 499.50})).await;
    let expected = json!({"status": 200, "body": {"status": "success", "action": "payment_refunded"}});
    assert_eq!(told["webhook"], expected, "{told}");
    assert_eq!(sums().await, (json!(1999.50), json!(0.00)));
    // Two more, each told of three times, in any order; and at last all, of which not so much is left.
    bheempay("PUT", "hold", json!({"hold": true})).await;
    for amount in [json!(100), json!("0.50")] {
        refund(&payment, json!({ "amount": amount })).await;
    }
    let sent = bheempay("POST", "deliver", json!({"order": "shuffled", "times": 3})).await;
    let taken = sent["webhooks"].as_array().unwrap().iter().filter(|answer| answer["status"] == 200).count();
    assert_eq!((taken, sums().await), (6, (json!(1899.00), json!(0.00))), "{sent}");
    bheempay("PUT", "hold", json!({"hold": false})).await;
    refund(&payment, json!({})).await;
    assert_eq!(sums().await, (json!(0.00), json!(0.00)));
    assert_eq!(customer.tenant().await, tenant_before);
    // Given back before the edge hears that it was paid.
    bheempay("PUT", "hold", json!({"hold": true})).await;
    let payment = pay("second").await;
    refund(&payment, json!({"amount": 2000})).await;
    assert_eq!(sums().await, (json!(0.00), json!(2499.00)));
    bheempay("POST", "deliver", json!({"order": "backwards", "times": 2})).await;
    assert_eq!(sums().await, (json!(499.00), json!(0.00)));
}
