use std::time::Duration;

use edge_capabilities::testing::World;
use edge_database::Db;
use edge_rules::Rule;

use super::{context, everybody, instance};
use crate::decisions::FAILED;
use crate::error::RuleError;
use crate::versions::Draft;

#[tokio::test(start_paused = true)]
async fn a_decision_is_recorded_behind_the_answer() {
    let world = World::new(1);
    let instance = instance(&world);
    let version = instance.publish(Rule::Approval, &super::saying("fine")).await;
    let decided = instance.rulebook.decide_json(Rule::Approval, super::PURCHASE, &context()).await.unwrap();
    assert!(instance.recorded(Rule::Approval).await.is_empty());
    world.clock.advance(Duration::from_millis(100)).await;
    let recorded = instance.recorded(Rule::Approval).await;
    let [recorded] = recorded.as_slice() else { panic!("{recorded:?}") };
    assert_eq!((recorded.id.as_str(), recorded.version), (decided.id.as_str(), version));
    assert_eq!(*recorded.sha256, *decided.sha256);
    assert_eq!((recorded.tenant.as_deref(), recorded.actor.as_str()), (Some("t1"), "key:caller"));
    assert_eq!((recorded.request_id.as_str(), recorded.word.as_str()), ("req_1", "approve"));
    assert_eq!(recorded.input, super::PURCHASE);
    assert_eq!(recorded.outcome.as_ref().unwrap(), r#"{"outcome":"approve","levels":[],"reason":"fine"}"#);
    assert!(recorded.operations > 0);
}

#[tokio::test(start_paused = true)]
async fn a_rule_that_fails_decides_nothing_and_the_record_says_why() {
    let world = World::new(1);
    let instance = instance(&world);
    let script =
        "fn decide(input) {\n    let n = 1 - 1;\n    #{ role: if 1 / n > 0 { \"admin\" } else { \"member\" } }\n}";
    let draft = Draft { script: script.into(), tests: None, note: None };
    instance.publish(Rule::RoleMapping, &draft).await;
    let Err(RuleError::Script { id, .. }) = instance.role().await else { panic!("it decided") };
    world.clock.advance(Duration::from_millis(100)).await;
    let recorded = instance.recorded(Rule::RoleMapping).await.remove(0);
    assert_eq!((recorded.id, recorded.word.as_str()), (id, FAILED));
    assert_eq!(recorded.outcome.unwrap_err().line, Some(3));
}

#[tokio::test(start_paused = true)]
async fn an_input_that_the_rule_does_not_take_is_no_decision() {
    let world = World::new(1);
    let instance = instance(&world);
    for input in ["{}", r#"{"jobTitel":"Baker","department":"x"}"#, "[]", "x", ""] {
        let decided = instance.rulebook.decide_json(Rule::RoleMapping, input, &context()).await;
        assert!(matches!(decided, Err(RuleError::Input { .. })), "{input}");
    }
    world.clock.advance(Duration::from_secs(1)).await;
    assert!(instance.recorded(Rule::RoleMapping).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn many_decisions_are_written_together_and_all_arrive() {
    let world = World::new(1);
    let instance = instance(&world);
    for _ in 0..333 {
        instance.role().await.unwrap();
    }
    world.clock.advance(Duration::from_secs(1)).await;
    assert_eq!(instance.recorded(Rule::RoleMapping).await.len(), 333);
    assert_eq!(instance.rulebook.decision_log().unwritten().await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_gone_for_a_moment_loses_nothing() {
    let world = World::new(1);
    let instance = instance(&world);
    instance.role().await.unwrap();
    world.clock.advance(Duration::from_secs(1)).await;
    world.db.set_down(true);
    for _ in 0..60 {
        instance.role().await.unwrap();
    }
    world.clock.advance(Duration::from_secs(2)).await;
    assert_eq!(instance.rulebook.decision_log().unwritten().await.unwrap(), 50, "one batch is being tried");
    world.db.set_down(false);
    world.clock.advance(Duration::from_secs(5)).await;
    assert_eq!(instance.recorded(Rule::RoleMapping).await.len(), 61);
    assert_eq!(instance.rulebook.decision_log().unwritten().await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_lost_is_counted_and_logged() {
    let world = World::new(1);
    let instance = instance(&world);
    instance.role().await.unwrap();
    world.clock.advance(Duration::from_secs(1)).await;
    world.db.set_down(true);
    for _ in 0..1060 {
        instance.role().await.unwrap();
    }
    world.clock.advance(Duration::from_mins(5)).await;
    assert_eq!(instance.rulebook.decision_log().unwritten().await.unwrap(), 1060);
    let lost: i64 = world
        .log
        .lines()
        .iter()
        .filter(|line| line.contains("DECISIONS_LOST"))
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["decisions"].as_i64().unwrap())
        .sum();
    assert_eq!(lost, 1060);
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_dies_with_decisions_leaves_a_trace() {
    let world = World::new(1);
    let doomed = instance(&world);
    doomed.role().await.unwrap();
    world.clock.advance(Duration::from_millis(5)).await;
    doomed.tasks.kill();
    world.clock.advance(Duration::from_secs(1)).await;
    let other = instance(&world);
    assert!(other.recorded(Rule::RoleMapping).await.is_empty());
    assert_eq!(other.rulebook.decision_log().unwritten().await.unwrap(), 1);
}

/// Drains move the time by which decisions are old.
async fn drain_for_two_days(world: &World) {
    let db = Db::new(world.db.clone());
    for _ in 0..4 * 48 {
        db.advance_retention_time(edge_capabilities::Clock::now(&*world.clock)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_ahead_for_a_while_forgets_no_decisions() {
    let world = World::new(1);
    let instance = instance(&world);
    instance.publish(Rule::RoleMapping, &everybody("admin")).await;
    instance.role().await.unwrap();
    world.clock.advance(Duration::from_secs(1)).await;
    let db = Db::new(world.db.clone());
    world.clock.shift(40 * 24 * 60 * 60 * 1000);
    for _ in 0..10 {
        db.advance_retention_time(edge_capabilities::Clock::now(&*world.clock)).await.unwrap();
    }
    for _ in 0..100 {
        instance.role().await.unwrap();
        world.clock.advance(Duration::from_millis(50)).await;
    }
    assert_eq!(instance.recorded(Rule::RoleMapping).await.len(), 101);
}

#[tokio::test(start_paused = true)]
async fn decisions_are_forgotten_when_they_were_kept_long_enough() {
    let world = World::new(1);
    world.config.set("decisions_keep_days", 2);
    let instance = instance(&world);
    instance.publish(Rule::RoleMapping, &everybody("admin")).await;
    instance.role().await.unwrap();
    world.clock.advance(Duration::from_hours(47)).await;
    drain_for_two_days(&world).await;
    for _ in 0..100 {
        instance.role().await.unwrap();
        world.clock.advance(Duration::from_millis(50)).await;
    }
    assert_eq!(instance.recorded(Rule::RoleMapping).await.len(), 101);
    world.clock.advance(Duration::from_hours(2)).await;
    drain_for_two_days(&world).await;
    for _ in 0..100 {
        instance.role().await.unwrap();
        world.clock.advance(Duration::from_millis(50)).await;
    }
    assert_eq!(instance.recorded(Rule::RoleMapping).await.len(), 200);
    // Versions and activations stay for good.
    let kept = Db::new(world.db.clone()).query("SELECT COUNT(*) FROM rule_versions", &[]).await.unwrap();
    assert_eq!(kept[0].integer(0).unwrap(), 2);
}
