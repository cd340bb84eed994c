use edge_capabilities::testing::World;
use edge_database::Db;
use edge_rules::Rule;

use super::{admin, everybody, instance};
use crate::error::PublishError;
use crate::versions::{Draft, Versions};

fn versions(world: &World) -> Versions {
    Versions::new(Db::new(world.db.clone()), world.clock.clone())
}

#[tokio::test(start_paused = true)]
async fn what_ships_is_version_1_in_an_empty_record_whatever_is_asked_first() {
    let world = World::new(1);
    let instance = instance(&world);
    for rule in Rule::ALL {
        let current = instance.rulebook.publisher().current(rule).await.unwrap();
        assert_eq!((current.version.number, current.number()), (1, 0));
        assert_eq!(current.version.script, edge_rules::shipped(rule).script);
    }
    let fresh = World::new(2);
    assert_eq!(super::instance(&fresh).push(Rule::RoleMapping, &everybody("admin")).await, 2);
    let deciding = super::instance(&World::new(3));
    assert_eq!(deciding.deciding().await, 1);
}

#[tokio::test(start_paused = true)]
async fn the_same_script_and_tests_are_the_same_version() {
    let world = World::new(1);
    let instance = instance(&world);
    let first = everybody("admin");
    let number = instance.push(Rule::RoleMapping, &first).await;
    let again = Draft { note: Some("another note".into()), ..first.clone() };
    assert_eq!(instance.push(Rule::RoleMapping, &again).await, number);
    let found = versions(&world).find(Rule::RoleMapping, number).await.unwrap().unwrap();
    assert_eq!((found.note, found.author.as_str(), found.base), (first.note, "key:admin", Some(1)));
    assert_eq!(found.address.as_deref(), Some("192.0.2.7:5050"));
    assert_eq!(instance.push(Rule::RoleMapping, &everybody("manager")).await, number + 1);
}

#[tokio::test(start_paused = true)]
async fn versions_made_together_each_have_a_number_and_none_is_left_out() {
    let world = World::new(1);
    let instances: Vec<_> = (0..20).map(|_| instance(&world)).collect();
    let drafts: Vec<_> = (0..20).map(|number| super::saying(&number.to_string())).collect();
    let pushes = instances.iter().zip(&drafts).map(|(instance, draft)| instance.push(Rule::Approval, draft));
    let mut numbers = futures::future::join_all(pushes).await;
    numbers.sort_unstable();
    assert_eq!(numbers, (2..22).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_is_not_stored() {
    let world = World::new(1);
    let instance = instance(&world);
    let broken = Draft { script: "fn decide(input) { #{ role: \"admin\" }".into(), tests: None, note: None };
    let refused = instance.rulebook.publisher().push(Rule::RoleMapping, &broken, &admin()).await.unwrap_err();
    assert!(matches!(refused, PublishError::Invalid(report) if !report.errors.is_empty()));
    assert_eq!(versions(&world).list(Rule::RoleMapping, i64::MAX, 10).await.unwrap().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn another_builds_rule_makes_way_for_this_builds_where_nobody_ever_chose() {
    let world = World::new(1);
    // What an older build shipped.
    let older = Draft { note: Some("Shipped with bheem-edge 0.0.1".into()), ..everybody("manager") };
    versions(&world).add(Rule::RoleMapping, &older, &admin(), None).await.unwrap();
    let instance = instance(&world);
    assert_eq!(instance.deciding().await, 2);
    let shipped = versions(&world).find(Rule::RoleMapping, 2).await.unwrap().unwrap();
    assert_eq!((shipped.author.as_str(), shipped.base), ("bheem-edge", None));
    assert!(shipped.note.unwrap().starts_with("Shipped with bheem-edge "));
}

#[tokio::test(start_paused = true)]
async fn what_somebody_chose_stays_whatever_a_newer_build_ships() {
    let world = World::new(1);
    let older = versions(&world).add(Rule::RoleMapping, &everybody("manager"), &admin(), None).await.unwrap();
    let instance = instance(&world);
    instance.activate(Rule::RoleMapping, older.number).await.unwrap();
    let newer_build = super::instance(&world);
    assert_eq!(newer_build.deciding().await, older.number);
    // It is there all the same, to be looked at and chosen.
    newer_build.rulebook.publisher().versions().shipped(Rule::RoleMapping).await.unwrap();
    assert_eq!(versions(&world).list(Rule::RoleMapping, i64::MAX, 10).await.unwrap().len(), 2);
    // And once what ships was chosen, it stays too.
    instance.activate(Rule::RoleMapping, 2).await.unwrap();
    assert_eq!(instance.rulebook.publisher().current(Rule::RoleMapping).await.unwrap().number(), 2);
}
