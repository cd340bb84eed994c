//! Purchases of which nothing was ordered: nothing stays held for them.

use serde_json::{Value, json};

use super::fixture::{ACME, BUSY, PLATFORM};
use super::permission::{Company, company, dear, with};
use crate::router;

const NOTHING: (&str, &str) = ("0.00", "0.00");
const ONE: (&str, &str) = ("0.00", "2999.00");

fn plain() -> Value {
    json!({"plan_id": "pro"})
}

impl Company {
    async fn holds(&self, expected: (&str, &str), name: &str) {
        let (spent, reserved) = self.sums().await;
        assert_eq!((spent.as_str(), reserved.as_str()), expected, "{name}");
    }

    /// The id of a request for the dear tier that was approved.
    async fn approved(&self) -> Value {
        let ana = self.with_role("finance_manager").await;
        let (status, pending) = self.test.check_out(dear("asks")).await;
        assert_eq!(status, 202, "{pending}");
        let id = pending["approval_request_id"].clone();
        assert_eq!(self.approve(&ana, id.as_str().unwrap()).await["status"], "approved");
        id
    }

    async fn status_of(&self, id: &Value) -> Value {
        let path = format!("/requests/{}", id.as_str().unwrap());
        self.approvals(PLATFORM, "GET", &path, Value::Null).await.1["status"].clone()
    }
}

#[tokio::test(start_paused = true)]
async fn what_bheempay_refuses_is_told_as_that_and_holds_no_room_in_the_budget() {
    for (refusal, status, code) in [
        (400, 422, "UPSTREAM_REFUSED"),
        (402, 422, "UPSTREAM_REFUSED"),
        (403, 422, "UPSTREAM_REFUSED"),
        (404, 422, "UPSTREAM_REFUSED"),
        (410, 422, "UPSTREAM_REFUSED"),
        (422, 422, "UPSTREAM_REFUSED"),
        (401, 503, "UPSTREAM_UNAVAILABLE"),
        (429, 503, "UPSTREAM_UNAVAILABLE"),
        (BUSY, 503, "UPSTREAM_UNAVAILABLE"),
    ] {
        let company = company().await;
        company.budget(5_000).await;
        company.test.upstreams().order_status = Some(refusal);
        for number in 0..5 {
            let (seen, refused) = company.test.check_out(plain()).await;
            assert_eq!((seen, &refused["code"]), (status, &json!(code)), "{refusal}, {number}: {refused}");
            assert!(!refused.to_string().contains("secret"), "{refused}");
            if status == 422 {
                let detail = refused["detail"].as_str().unwrap();
                assert!(!detail.contains("try again"), "{refused}");
                assert_eq!(refused["upstreamStatus"], refusal);
            }
            company.holds(NOTHING, &format!("{refusal}")).await;
        }
        company.test.upstreams().order_status = None;
        assert_eq!(company.test.check_out(plain()).await.0, 201, "{refusal}");
        company.holds(ONE, &format!("{refusal}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_approved_and_then_refused_by_bheempay_may_be_bought_once_it_is_not() {
    let company = company().await;
    company.budget(1_000_000).await;
    let id = company.approved().await;
    for refusal in [400, 404, 422] {
        company.test.upstreams().order_status = Some(refusal);
        let refused = company.test.check_out(with(json!({"plan_id": "pro", "tier_code": "MAX"}), &id)).await;
        assert_eq!((refused.0, &refused.1["code"]), (422, &json!("UPSTREAM_REFUSED")), "{refused:?}");
        assert_eq!(company.status_of(&id).await, "approved", "{refusal}");
        company.holds(NOTHING, "refused").await;
    }
    company.test.upstreams().order_status = None;
    assert_eq!(company.test.check_out(with(dear("buys"), &id)).await.0, 201);
    assert_eq!(company.status_of(&id).await, "used");
    assert_eq!(company.test.check_out(with(dear("again"), &id)).await.0, 202);
}

#[tokio::test(start_paused = true)]
async fn a_refused_purchase_may_be_sent_again_under_its_key_and_is_one_order() {
    let company = company().await;
    company.budget(5_000).await;
    let wanted = json!({"plan_id": "pro", "mark": "k"});
    company.test.upstreams().order_status = Some(404);
    // It makes one all the same: a proxy answered for it.
    company.test.upstreams().makes_it = true;
    for _ in 0..3 {
        assert_eq!(company.test.check_out(wanted.clone()).await.1["code"], "UPSTREAM_REFUSED");
        company.holds(NOTHING, "refused").await;
    }
    company.test.upstreams().order_status = None;
    let (status, order) = company.test.check_out(wanted.clone()).await;
    assert_eq!((status, &order["order_id"]), (201, &json!("order_1")), "{order}");
    assert_eq!(company.test.check_out(wanted).await, (201, order));
    company.holds(ONE, "ordered").await;
    assert_eq!(company.test.upstreams().orders, 1);
}

#[tokio::test(start_paused = true)]
async fn what_comes_to_nothing_before_the_order_holds_no_room_either() {
    for (contact, status, code) in [
        (400, 422, "UPSTREAM_REFUSED"),
        (422, 422, "UPSTREAM_REFUSED"),
        (401, 503, "UPSTREAM_UNAVAILABLE"),
        (409, 503, "UPSTREAM_UNAVAILABLE"),
        (500, 503, "UPSTREAM_UNAVAILABLE"),
        (0, 503, "UPSTREAM_UNAVAILABLE"),
        (BUSY, 503, "UPSTREAM_UNAVAILABLE"),
    ] {
        let company = company().await;
        company.budget(5_000).await;
        for mark in [Value::Null, json!("k")] {
            company.test.upstreams().contact_status = Some(contact);
            let wanted = json!({"plan_id": "pro", "mark": mark});
            let (seen, refused) = company.test.check_out(wanted.clone()).await;
            assert_eq!((seen, &refused["code"]), (status, &json!(code)), "{contact}: {refused}");
            assert!(!refused.to_string().contains("secret"), "{refused}");
            company.holds(NOTHING, &format!("{contact}")).await;
        }
        company.test.upstreams().contact_status = None;
        assert_eq!(company.test.check_out(json!({"plan_id": "pro", "mark": "k"})).await.0, 201, "{contact}");
        company.holds(ONE, &format!("{contact}")).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_that_costs_more_than_may_be_spent_is_handed_to_nobody_and_holds_no_room() {
    let company = company().await;
    company.budget(5_000).await;
    company.test.upstreams().amount = json!(9_000);
    for mark in [Value::Null, json!("k"), json!("k")] {
        let (status, refused) = company.test.check_out(json!({"plan_id": "pro", "mark": mark})).await;
        assert_eq!((status, &refused["code"]), (409, &json!("BUDGET_EXCEEDED")), "{refused}");
        company.holds(NOTHING, "too dear").await;
    }
}

/// BheemPay makes the order or not, and is not heard; it says afterwards what it knows.
#[tokio::test(start_paused = true)]
async fn where_bheempay_was_not_heard_it_is_asked_whether_there_is_an_order() {
    for unheard in [0, 202, 302, 409, 500, 503] {
        for makes_it in [false, true] {
            let name = format!("{unheard}, made: {makes_it}");
            let company = company().await;
            company.budget(5_000).await;
            {
                let mut upstreams = company.test.upstreams();
                (upstreams.order_status, upstreams.makes_it) = (Some(unheard), makes_it);
            }
            let (status, answer) = company.test.check_out(json!({"plan_id": "pro", "mark": "k"})).await;
            assert_eq!((status, &answer["code"]), (503, &json!("UPSTREAM_UNAVAILABLE")), "{name}: {answer}");
            company.holds(if makes_it { ONE } else { NOTHING }, &name).await;
            company.test.upstreams().order_status = None;
            let (status, order) = company.test.check_out(json!({"plan_id": "pro", "mark": "k"})).await;
            assert_eq!((status, &order["order_id"]), (201, &json!("order_1")), "{name}: {order}");
            company.holds(ONE, &name).await;
        }
    }
}

/// BheemPay is not heard, and says nothing afterwards either: the next purchase finds out, of all that were left.
#[tokio::test(start_paused = true)]
async fn what_could_not_be_found_out_is_found_out_by_the_next_purchase() {
    for makes_it in [false, true] {
        let company = company().await;
        company.budget(6_500).await;
        {
            let mut upstreams = company.test.upstreams();
            (upstreams.order_status, upstreams.makes_it, upstreams.hides_orders) = (Some(500), makes_it, true);
        }
        for _ in 0..2 {
            assert_eq!(company.test.check_out(plain()).await.0, 503);
        }
        company.holds(("0.00", "5998.00"), "not known").await;
        assert_eq!(company.test.check_out(plain()).await.1["code"], "BUDGET_EXCEEDED");
        {
            let mut upstreams = company.test.upstreams();
            (upstreams.order_status, upstreams.hides_orders) = (None, false);
        }
        let (status, answer) = company.test.check_out(plain()).await;
        if makes_it {
            // Both orders exist, and may be paid.
            assert_eq!((status, &answer["code"]), (409, &json!("BUDGET_EXCEEDED")), "{answer}");
            company.holds(("0.00", "5998.00"), "made").await;
            for order in ["order_1", "order_2"] {
                let shown = company.test.acme("GET", &format!("/api/v1/billing/checkout/{order}"), Value::Null).await;
                assert_eq!(shown.0, 200, "{shown:?}");
            }
        } else {
            assert_eq!(status, 201, "{answer}");
            company.holds(ONE, "not made").await;
        }
    }
}

/// An instance dies at any call to the world, and somebody else's purchase follows: what is reserved is what was ordered,
/// and an approval is used or may be used.
#[tokio::test(start_paused = true)]
async fn wherever_an_instance_dies_what_it_held_is_used_or_given_back_and_never_both() {
    let mut deaths = 0;
    for (refusal, mark) in [(None, None), (Some(404), None), (None, Some("k")), (Some(404), Some("k"))] {
        for calls in 1.. {
            let mut died = false;
            for makes_the_last in [false, true] {
                let name = format!("{refusal:?} {mark:?}: dies at {calls}, {makes_the_last}");
                let company = company().await;
                company.budget(1_000_000).await;
                let id = company.approved().await;
                company.test.upstreams().order_status = refusal;
                let wanted = with(json!({"plan_id": "pro", "tier_code": "MAX", "mark": mark}), &id);
                let (capabilities, life) = company.test.world.mortal(calls, makes_the_last);
                let mortal = router(capabilities);
                let path = "/api/v1/billing/checkout";
                tokio::select! {
                    _ = company.test.ask(&mortal, PLATFORM, Some(ACME), "POST", path, &wanted) => {}
                    () = life.death() => { died = true; deaths += 1; }
                }
                company.test.world.clock.advance(std::time::Duration::from_secs(30)).await;
                company.test.upstreams().order_status = None;
                if mark.is_some() {
                    // The customer comes again.
                    let (status, order) = company.test.check_out(wanted).await;
                    assert_eq!(status, 201, "{name}: {order}");
                }
                assert_eq!(company.test.check_out(json!({"plan_id": "pro", "mark": "other"})).await.0, 201, "{name}");
                let orders = company.test.upstreams().orders - 1;
                let is_ordered = orders == 1;
                assert!(orders <= 1, "{name}");
                assert_eq!(company.status_of(&id).await, if is_ordered { "used" } else { "approved" }, "{name}");
                let rest = if is_ordered { "63499.00" } else { "2999.00" };
                company.holds(("0.00", rest), &name).await;
            }
            if !died {
                break;
            }
        }
    }
    println!("{deaths} deaths");
    assert!(deaths > 100, "{deaths}");
}
