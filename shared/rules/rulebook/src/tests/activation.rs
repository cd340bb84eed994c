use edge_capabilities::testing::World;
use edge_rules::Rule;

use super::{admin, everybody, instance, saying};
use crate::error::PublishError;
use crate::publisher::Precondition;

#[tokio::test(start_paused = true)]
async fn of_publishers_from_one_base_exactly_one_wins() {
    for seed in 0..20 {
        let world = World::new(seed);
        let instances: Vec<_> = (0..8).map(|_| instance(&world)).collect();
        let mut versions = Vec::new();
        for (number, instance) in instances.iter().enumerate() {
            versions.push(instance.push(Rule::Approval, &saying(&number.to_string())).await);
        }
        let basis = Precondition::Etags(vec![instances[0].etag(Rule::Approval).await]);
        let author = admin();
        let activations = instances.iter().zip(&versions).map(|(instance, version)| {
            instance.rulebook.publisher().activate(Rule::Approval, *version, &basis, &author)
        });
        let outcomes = futures::future::join_all(activations).await;
        let won: Vec<_> = outcomes.iter().flatten().collect();
        assert_eq!(won.len(), 1, "seed {seed}");
        assert!(
            outcomes
                .iter()
                .filter(|outcome| outcome.is_err())
                .all(|outcome| { matches!(outcome, Err(PublishError::Stale)) })
        );
        let current = instances[1].rulebook.publisher().current(Rule::Approval).await.unwrap();
        assert_eq!(current.version.number, won[0].version.number);
        assert_eq!(current.etag(), won[0].etag());
    }
}

#[tokio::test(start_paused = true)]
async fn a_change_from_what_is_no_longer_in_force_is_refused() {
    let world = World::new(1);
    let instance = instance(&world);
    let first = instance.etag(Rule::RoleMapping).await;
    let two = instance.publish(Rule::RoleMapping, &everybody("admin")).await;
    let second = instance.etag(Rule::RoleMapping).await;
    instance.activate(Rule::RoleMapping, 1).await.unwrap();
    // The same version is in force as at first, and yet things have happened.
    assert_ne!(instance.etag(Rule::RoleMapping).await, first);
    let forged = second.replace("\"1-", "\"9-");
    for etag in [&first, &second, &forged, "", "\"\"", "*"] {
        let basis = Precondition::Etags(vec![etag.to_owned()]);
        let refused = instance.rulebook.publisher().activate(Rule::RoleMapping, two, &basis, &admin()).await;
        assert!(matches!(refused, Err(PublishError::Stale)), "{etag}");
        let refused = instance.rulebook.publisher().roll_back(Rule::RoleMapping, &basis, &admin()).await;
        assert!(matches!(refused, Err(PublishError::Stale)), "{etag}");
    }
    assert!(matches!(instance.activate(Rule::RoleMapping, 99).await, Err(PublishError::NoSuchVersion)));
}

#[tokio::test(start_paused = true)]
async fn going_back_twice_leads_back_two_steps() {
    let world = World::new(1);
    let instance = instance(&world);
    let rule = Rule::RoleMapping;
    assert!(matches!(instance.roll_back(rule).await, Err(PublishError::NothingBefore)));
    let two = instance.publish(rule, &everybody("admin")).await;
    let three = instance.publish(rule, &everybody("manager")).await;
    assert_eq!(instance.roll_back(rule).await.unwrap(), two);
    assert_eq!(instance.deciding().await, two);
    assert_eq!(instance.roll_back(rule).await.unwrap(), 1);
    assert_eq!(instance.deciding().await, 1);
    assert!(matches!(instance.roll_back(rule).await, Err(PublishError::NothingBefore)));
    // From there on as ever.
    assert_eq!(instance.activate(rule, three).await.unwrap(), three);
    assert_eq!(instance.activate(rule, two).await.unwrap(), two);
    assert_eq!(instance.roll_back(rule).await.unwrap(), three);
    assert_eq!(instance.roll_back(rule).await.unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_who_go_back_at_once_go_back_one_step() {
    let world = World::new(1);
    let (here, there) = (instance(&world), instance(&world));
    let two = here.publish(Rule::RoleMapping, &everybody("admin")).await;
    here.publish(Rule::RoleMapping, &everybody("manager")).await;
    let (one, other) = futures::join!(here.roll_back(Rule::RoleMapping), there.roll_back(Rule::RoleMapping));
    assert_eq!([&one, &other].iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(here.deciding().await, two);
}

#[tokio::test(start_paused = true)]
async fn choosing_what_is_in_force_changes_nothing_but_that_it_was_chosen() {
    let world = World::new(1);
    let instance = instance(&world);
    let rule = Rule::RoleMapping;
    instance.activate(rule, 1).await.unwrap();
    let etag = instance.etag(rule).await;
    assert!(etag.starts_with("\"1-"));
    instance.activate(rule, 1).await.unwrap();
    assert_eq!(instance.etag(rule).await, etag);
    assert!(matches!(instance.roll_back(rule).await, Err(PublishError::NothingBefore)));
}
