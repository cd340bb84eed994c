//! Instances that die at any call to the world while a dispute is resolved.

use axum::Router;
use edge_capabilities::testing::{Lifetime, World};
use edge_tenants::testing::ACME;
use serde_json::{Value, json};

use crate::bheempay::Does;
use crate::fixture::{DISPUTES, test, webhooks};

async fn resolve(router: &Router, key: &str, path: &str) -> (u16, Value) {
    let body = json!({"kind": "refund", "reason": "paid twice"});
    edge_http::testing::ask(router, key, None, "POST", &format!("{DISPUTES}{path}/resolve"), &body).await
}

fn mortal(world: &World, calls: i64, makes_the_last: bool) -> (Router, Lifetime) {
    let (capabilities, life) = world.mortal(calls, makes_the_last);
    (edge_disputes::router(capabilities), life)
}

/// Whoever dies, before or right after any call: the payer gets the money once, or nobody was asked for it.
#[tokio::test(start_paused = true)]
async fn a_crash_at_any_step_of_a_resolution_pays_once() {
    for does in [Does::Processes, Does::TakesOn] {
        let mut survived = 0;
        for (calls, makes_the_last) in (1..200).flat_map(|calls| [(calls, false), (calls, true)]) {
            let test = test().await;
            let budget = test.budget("p1").await;
            let path = test.dispute("p1").await;
            test.pay.does(does);
            let (router, life) = mortal(&test.world, calls, makes_the_last);
            tokio::select! {
                answer = resolve(&router, &test.rita, &path) => {
                    assert_eq!(answer.0, 200, "{answer:?}");
                    survived += 1;
                }
                () = life.death() => {}
            }
            let of = format!("{does:?}, {calls} calls, the last made: {makes_the_last}");
            // The job takes it up. Whoever asked for it asks again, once more after that.
            for _ in 0..3 {
                test.later(120).await;
            }
            let (status, _) = resolve(&test.router, &test.rita, &path).await;
            assert!([200, 409].contains(&status), "{of}: {status}");
            if does == Does::TakesOn {
                test.pay.books().made.iter_mut().for_each(|made| made.status = "processed");
            }
            for _ in 0..4 {
                test.later(3_700).await;
            }
            let (asked, made) = {
                let books = test.pay.books();
                (books.asked.len(), books.made.len())
            };
            assert!(asked <= 1 && made == asked, "{of}: asked {asked}, made {made}");
            let (dispute, refund) = test.states(&path).await;
            let spent = test.spent(&budget).await;
            if asked == 1 {
                assert_eq!((dispute.as_str(), refund.as_str()), ("resolved", "processed"), "{of}");
                assert!(spent.abs() < 0.001, "{of}: {spent}");
            } else {
                // It died between taking it on to ask and asking: nobody knows that from outside.
                assert_eq!((dispute.as_str(), refund.as_str()), ("resolving", "unknown"), "{of}");
                assert!((spent - 2_499.0).abs() < 0.001, "{of}: {spent}");
            }
            assert_eq!(test.count("SELECT COUNT(*) FROM disputes WHERE tasks <> '[]'").await, 0, "{of}");
            if survived > 3 {
                break;
            }
        }
        assert!(survived > 3, "nobody lived long enough");
    }
}

/// Whoever dies while a webhook tells of a refund that timed out: it counts once.
#[tokio::test(start_paused = true)]
async fn a_crash_at_any_step_of_a_refunds_webhook_counts_it_once() {
    let mut survived = 0;
    for (calls, makes_the_last) in (1..200).flat_map(|calls| [(calls, false), (calls, true)]) {
        let test = test().await;
        let budget = test.budget("p1").await;
        let path = test.dispute("p1").await;
        test.pay.does(Does::TimesOut { done: true });
        resolve(&test.router, &test.rita, &path).await;
        let mut event = test.pay.report("refund.processed", 0, true);
        event["payload"]["metadata"] = json!({"tenant_id": ACME});
        let (capabilities, life) = test.world.mortal(calls, makes_the_last);
        let edge = webhooks(capabilities);
        let body = event.to_string();
        let provider = edge_gateways::Provider::BheemPay;
        tokio::select! {
            answer = crate::bheempay::post(&edge, &test.world, provider, "/api/v1/billing/webhook", &body) => {
                assert_eq!(answer.0, 200, "{answer:?}");
                survived += 1;
            }
            () = life.death() => {}
        }
        test.world.clock.advance(std::time::Duration::from_secs(61)).await;
        assert_eq!(test.pay.tell(&event).await.1["status"], "success");
        test.later(60).await;
        let of = format!("{calls} calls, the last made: {makes_the_last}");
        assert_eq!(test.states(&path).await, ("resolved".into(), "processed".into()), "{of}");
        assert!(test.spent(&budget).await.abs() < 0.001, "{of}");
        assert_eq!(test.count("SELECT COUNT(*) FROM payment_refunds").await, 1, "{of}");
        assert_eq!(test.count("SELECT taken FROM refund_accounts").await, 249_900, "{of}");
        if survived > 3 {
            break;
        }
    }
    assert!(survived > 3, "nobody lived long enough");
}
