//! The rule `seat_access` as shipped, and the one that is built in, agree in every case.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod support;

use edge_capabilities::Timestamp;
use edge_rules::{Rule, shipped};
use edge_seats::{SeatAccess, SeatFacts, SeatStatus, ShippedSeatAccess, SubscriptionStatus};
use support::engine;

#[test]
fn the_shipped_script_agrees_with_the_built_in_rule_in_every_case() {
    const DAY: i64 = 24 * 3600 * 1000;
    let engine = engine();
    let compiled = engine.compile(Rule::SeatAccess, shipped(Rule::SeatAccess).script).unwrap();
    let end = Timestamp::from_millis(1_706_745_600_000);
    let mut cases = 0;
    for seat_status in [SeatStatus::Active, SeatStatus::Pending, SeatStatus::Revoked] {
        for subscription_status in [
            SubscriptionStatus::Trialing,
            SubscriptionStatus::Active,
            SubscriptionStatus::PastDue,
            SubscriptionStatus::Cancelled,
            SubscriptionStatus::Suspended,
            SubscriptionStatus::Expired,
        ] {
            let endless = SeatFacts { seat_status, subscription_status, expires_at: None, now: end };
            let input = serde_json::json!({
                "seatStatus": seat_status,
                "subscriptionStatus": subscription_status,
                "expiresAt": null,
                "now": end.to_string(),
            });
            let given = engine.evaluate(&compiled, &input.to_string(), false).unwrap().outcome;
            let wanted = ready(ShippedSeatAccess.decide(endless));
            let wanted = format!(r#"{{"hasAccess":{},"reason":"{}"}}"#, wanted.has_access, wanted.reason.as_str());
            assert_eq!(given, wanted, "{input}");
            for after in [-400 * DAY, -DAY, -1, 0, 1, DAY, 3 * DAY - 1, 3 * DAY, 3 * DAY + 1, 4000 * DAY] {
                let now = Timestamp::from_millis(end.as_millis() + after);
                let facts = SeatFacts { seat_status, subscription_status, expires_at: Some(end), now };
                let input = serde_json::json!({
                    "seatStatus": seat_status,
                    "subscriptionStatus": subscription_status,
                    "expiresAt": end.to_string(),
                    "now": now.to_string(),
                });
                let given = engine.evaluate(&compiled, &input.to_string(), false).unwrap().outcome;
                let wanted = ready(ShippedSeatAccess.decide(facts));
                let wanted = format!(r#"{{"hasAccess":{},"reason":"{}"}}"#, wanted.has_access, wanted.reason.as_str());
                assert_eq!(given, wanted, "{input}");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 3 * 6 * 10);
}

/// What a future gives that waits for nothing.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("it waits"),
    }
}
