use std::time::Duration;

use edge_capabilities::testing::World;
use edge_rules::Rule;

use super::{everybody, instance};
use crate::error::PublishError;
use crate::error::RuleError;

#[tokio::test(start_paused = true)]
async fn a_lost_cache_changes_nothing() {
    let world = World::new(1);
    let (one, other) = (instance(&world), instance(&world));
    let admin = one.publish(Rule::RoleMapping, &everybody("admin")).await;
    let manager = one.push(Rule::RoleMapping, &everybody("manager")).await;
    for round in 0..20 {
        let version = if round % 2 == 0 { manager } else { admin };
        world.cache.lose_everything();
        assert_eq!(other.deciding().await, if round == 0 || round % 2 == 0 { admin } else { manager });
        if round % 3 == 0 {
            world.cache.lose_everything();
        }
        one.activate(Rule::RoleMapping, version).await.unwrap();
        if round % 5 == 0 {
            world.cache.lose_everything();
        }
        assert_eq!((one.deciding().await, other.deciding().await), (version, version), "round {round}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_cache_an_instance_goes_on_and_nothing_can_be_put_in_force() {
    let world = World::new(1);
    let (one, other) = (instance(&world), instance(&world));
    let admin = one.publish(Rule::RoleMapping, &everybody("admin")).await;
    let manager = one.push(Rule::RoleMapping, &everybody("manager")).await;
    assert_eq!(other.deciding().await, admin);
    world.cache.set_down(true);
    assert_eq!((one.deciding().await, other.deciding().await), (admin, admin));
    assert_eq!(instance(&world).deciding().await, admin, "from the record");
    assert!(matches!(one.activate(Rule::RoleMapping, manager).await, Err(PublishError::Unannounceable(_))));
    assert!(matches!(one.roll_back(Rule::RoleMapping).await, Err(PublishError::Unannounceable(_))));
    assert_eq!((one.deciding().await, other.deciding().await), (admin, admin));
    world.db.set_down(true);
    world.clock.advance(Duration::from_mins(1)).await;
    assert_eq!((one.deciding().await, other.deciding().await), (admin, admin));
    assert!(matches!(instance(&world).role().await, Err(RuleError::Unknown(_))));
    world.db.set_down(false);
    world.cache.set_down(false);
    assert_eq!(one.activate(Rule::RoleMapping, manager).await.unwrap(), manager);
    assert_eq!((one.deciding().await, other.deciding().await), (manager, manager));
}

#[tokio::test(start_paused = true)]
async fn without_the_record_every_instance_goes_on_also_one_that_starts_then() {
    let world = World::new(1);
    let one = instance(&world);
    let admin = one.publish(Rule::RoleMapping, &everybody("admin")).await;
    assert_eq!(one.deciding().await, admin);
    world.db.set_down(true);
    world.clock.advance(Duration::from_mins(10)).await;
    for _ in 0..3 {
        assert_eq!(one.deciding().await, admin);
        assert_eq!(instance(&world).deciding().await, admin);
    }
    // Not even with what is left in the cache where its generation is lost.
    world.cache.lose(|key| key.starts_with("rule-turn:"));
    assert_eq!(one.deciding().await, admin);
    assert_eq!(instance(&world).deciding().await, admin);
    world.cache.lose_everything();
    assert_eq!(one.deciding().await, admin);
    assert!(matches!(instance(&world).role().await, Err(RuleError::Unknown(_))));
}

#[tokio::test(start_paused = true)]
async fn once_the_record_is_back_what_it_says_is_in_force() {
    let world = World::new(1);
    let (one, other) = (instance(&world), instance(&world));
    let admin = one.publish(Rule::RoleMapping, &everybody("admin")).await;
    assert_eq!(other.deciding().await, admin);
    world.cache.lose_everything();
    world.db.set_down(true);
    assert_eq!(other.deciding().await, admin);
    world.db.set_down(false);
    let manager = one.publish(Rule::RoleMapping, &everybody("manager")).await;
    assert_eq!(other.deciding().await, manager);
}
