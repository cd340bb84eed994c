use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::testing::{START, World};
use edge_database::Db;
use edge_rules::Rule;
use edge_seats::{AccessDecision, Reason, SeatAccess, SeatFacts, SeatStatus, ShippedSeatAccess, SubscriptionStatus};

use super::instance;
use crate::rulebook::Rulebook;
use crate::seat_access::{RuledSeatAccess, input};
use crate::versions::Draft;

const SEATS: [SeatStatus; 3] = [SeatStatus::Active, SeatStatus::Pending, SeatStatus::Revoked];
const SUBSCRIPTIONS: [SubscriptionStatus; 6] = [
    SubscriptionStatus::Trialing,
    SubscriptionStatus::Active,
    SubscriptionStatus::PastDue,
    SubscriptionStatus::Cancelled,
    SubscriptionStatus::Suspended,
    SubscriptionStatus::Expired,
];

fn ruled(world: &World) -> (RuledSeatAccess, edge_capabilities::testing::Tasks) {
    let (capabilities, tasks) = world.instance();
    let rulebook = Rulebook::new(&capabilities, &Db::new(capabilities.db.clone()));
    (RuledSeatAccess::new(&capabilities, rulebook), tasks)
}

fn facts(now: Timestamp) -> SeatFacts {
    SeatFacts {
        seat_status: SeatStatus::Active,
        subscription_status: SubscriptionStatus::Active,
        expires_at: Some(START.plus(Duration::from_hours(24))),
        now,
    }
}

fn draft(script: &str) -> Draft {
    Draft { script: script.into(), tests: None, note: None }
}

#[tokio::test(start_paused = true)]
async fn the_shipped_script_and_its_twin_say_the_same_in_every_case() {
    let world = World::new(1);
    let instance = instance(&world);
    let engine = instance.rulebook.active_rules().engine();
    let compiled = engine.compile(Rule::SeatAccess, edge_rules::shipped(Rule::SeatAccess).script).unwrap();
    let end = START.as_millis();
    let (second, day) = (1000, 24 * 3600 * 1000);
    let distances = [-400 * day, -3 * day, -1, 0, 1, second, day, 3 * day - 1, 3 * day, 3 * day + 1, 400 * day];
    for seat_status in SEATS {
        for subscription_status in SUBSCRIPTIONS {
            for (distance, expires_at) in
                distances.into_iter().map(|distance| (distance, Some(START))).chain([(0, None)])
            {
                let now = Timestamp::from_millis(end + distance);
                let facts = SeatFacts { seat_status, subscription_status, expires_at, now };
                let AccessDecision { has_access, reason } = ShippedSeatAccess.decide(facts).await;
                let twin = format!("{{\"hasAccess\":{has_access},\"reason\":\"{}\"}}", reason.as_str());
                let script = engine.evaluate(&compiled, &input(facts), false).unwrap().outcome;
                assert_eq!(script, twin, "{facts:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_seat_is_decided_by_the_version_just_put_in_force() {
    let world = World::new(1);
    let publisher = instance(&world);
    let (rule, _tasks) = ruled(&world);
    let now = || facts(START);
    let granted = AccessDecision { has_access: true, reason: Reason::SeatActive };
    let denied = AccessDecision { has_access: false, reason: Reason::SubscriptionSuspended };
    assert_eq!(rule.decide(now()).await, granted);
    let nobody = draft("fn decide(input) { #{ hasAccess: false, reason: \"SUBSCRIPTION_SUSPENDED\" } }");
    publisher.publish(Rule::SeatAccess, &nobody).await;
    assert_eq!(rule.decide(now()).await, denied);
    publisher.roll_back(Rule::SeatAccess).await.unwrap();
    assert_eq!(rule.decide(now()).await, granted);
}

#[tokio::test(start_paused = true)]
async fn a_script_that_fails_falls_back_to_the_shipped_rule_and_says_so() {
    let world = World::new(1);
    let publisher = instance(&world);
    let (rule, _tasks) = ruled(&world);
    let version = publisher.publish(Rule::SeatAccess, &draft("fn decide(input) { loop { } }")).await;
    for millis in 0..50 {
        let access = rule.decide(facts(START.plus(Duration::from_millis(millis)))).await;
        assert_eq!(access, AccessDecision { has_access: true, reason: Reason::SeatActive });
    }
    let said: Vec<_> = world.log.lines().into_iter().filter(|line| line.contains("RULE_FAILED")).collect();
    assert_eq!(said.len(), 1, "once a second, not each time");
    let line: serde_json::Value = serde_json::from_str(&said[0]).unwrap();
    assert_eq!((&line["rule"], &line["version"]), (&"seat_access".into(), &version.into()));
    world.clock.advance(Duration::from_secs(1)).await;
    assert!(publisher.recorded(Rule::SeatAccess).await.remove(0).outcome.is_err());
}

#[tokio::test(start_paused = true)]
async fn where_no_store_can_be_asked_the_shipped_rule_decides() {
    let world = World::new(1);
    world.cache.set_down(true);
    world.db.set_down(true);
    let (rule, _tasks) = ruled(&world);
    assert_eq!(rule.decide(facts(START)).await, AccessDecision { has_access: true, reason: Reason::SeatActive });
    assert!(world.log.lines().iter().any(|line| line.contains("RULE_FAILED")));
}

#[tokio::test(start_paused = true)]
async fn about_one_seat_in_a_second_is_recorded_over_all_instances() {
    let world = World::new(1);
    let (rules, _tasks): (Vec<_>, Vec<_>) = (0..10).map(|_| ruled(&world)).unzip();
    let mut now = START;
    for _ in 0..100 {
        for rule in &rules {
            rule.decide(facts(now)).await;
        }
        world.clock.advance(Duration::from_millis(100)).await;
        now = now.plus(Duration::from_millis(100));
    }
    world.clock.advance(Duration::from_secs(1)).await;
    let recorded = instance(&world).recorded(Rule::SeatAccess).await;
    assert!((9..=22).contains(&recorded.len()), "{}", recorded.len());
    assert_eq!((recorded[0].version, recorded[0].word.as_str()), (1, "true"));
    assert!(recorded[0].input.starts_with(r#"{"seatStatus":"ACTIVE","subscriptionStatus":"ACTIVE","expiresAt":"#));
}
