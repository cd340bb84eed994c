use std::time::Duration;

use edge_capabilities::testing::World;
use edge_rules::Rule;

use super::{Instance, context, everybody, instance};

async fn decide_on(instance: &Instance, title: &str, times: usize) {
    for _ in 0..times {
        let input = format!(r#"{{"jobTitle":"{title}","department":"x"}}"#);
        let _ = instance.rulebook.decide_json(Rule::RoleMapping, &input, &context()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_draft_is_held_against_what_was_decided() {
    let world = World::new(1);
    let instance = instance(&world);
    instance.publish(Rule::RoleMapping, &everybody("member")).await;
    decide_on(&instance, "Baker", 30).await;
    decide_on(&instance, "Chief", 4).await;
    decide_on(&instance, "Nobody", 2).await;
    world.clock.advance(Duration::from_secs(1)).await;
    let draft = r#"fn decide(input) {
        if input.jobTitle == "Nobody" { throw "who?"; }
        #{ role: if input.jobTitle == "Chief" { "admin" } else { "member" } }
    }"#;
    let draft = instance.rulebook.active_rules().engine().compile(Rule::RoleMapping, draft).unwrap();
    let found = instance.rulebook.backtest(Rule::RoleMapping, &draft, 1000).await.unwrap();
    assert_eq!((found.compared, found.changed, found.errors, found.cut_short), (36, 4, 2, false));
    assert_eq!(found.examples.len(), 6);
    let example = found.examples.iter().find(|example| example.after.is_ok()).unwrap();
    assert_eq!(example.decision.outcome.as_deref(), Ok(r#"{"role":"member"}"#));
    assert_eq!(example.after.as_deref(), Ok(r#"{"role":"admin"}"#));
    let few = instance.rulebook.backtest(Rule::RoleMapping, &draft, 5).await.unwrap();
    assert_eq!(few.compared, 5);
    // It is itself no decision.
    world.clock.advance(Duration::from_secs(1)).await;
    assert_eq!(instance.recorded(Rule::RoleMapping).await.len(), 36);
}

#[tokio::test(start_paused = true)]
async fn a_decision_that_failed_and_would_not_any_more_has_changed() {
    let world = World::new(1);
    let instance = instance(&world);
    let failing =
        crate::versions::Draft { script: "fn decide(input) { throw \"no\"; }".into(), tests: None, note: None };
    instance.publish(Rule::RoleMapping, &failing).await;
    decide_on(&instance, "Baker", 3).await;
    world.clock.advance(Duration::from_secs(1)).await;
    let engine = instance.rulebook.active_rules().engine();
    let draft = engine.compile(Rule::RoleMapping, &everybody("member").script).unwrap();
    let found = instance.rulebook.backtest(Rule::RoleMapping, &draft, 10).await.unwrap();
    assert_eq!((found.compared, found.changed, found.errors), (3, 3, 0));
    assert_eq!(found.examples.first().unwrap().decision.outcome.as_ref().unwrap_err().line, Some(1));
    let same = engine.compile(Rule::RoleMapping, &failing.script).unwrap();
    let found = instance.rulebook.backtest(Rule::RoleMapping, &same, 10).await.unwrap();
    assert_eq!((found.compared, found.changed, found.errors), (3, 0, 3));
}

#[tokio::test(start_paused = true)]
async fn a_decision_in_other_words_is_the_same_decision() {
    let world = World::new(1);
    let instance = instance(&world);
    instance.publish(Rule::Approval, &super::saying("up to 50")).await;
    instance.rulebook.decide_json(Rule::Approval, super::PURCHASE, &context()).await.unwrap();
    world.clock.advance(Duration::from_secs(1)).await;
    let engine = instance.rulebook.active_rules().engine();
    let script = super::saying("up to 75").script;
    for (script, expected) in [(script.clone(), (1, 0, 1)), (script.replace("approve", "reject"), (1, 1, 0))] {
        let draft = engine.compile(Rule::Approval, &script).unwrap();
        let found = instance.rulebook.backtest(Rule::Approval, &draft, 10).await.unwrap();
        assert_eq!((found.compared, found.changed, found.reworded), expected);
        assert_eq!(found.examples.len() as u64, found.changed);
    }
}
