use std::time::Duration;

use edge_capabilities::testing::World;
use edge_rules::Rule;

use super::{everybody, instance};
use crate::audit::Cursor;

#[tokio::test(start_paused = true)]
async fn the_audit_tells_who_did_what_when_from_where_and_what_differs() {
    let world = World::new(1);
    let instance = instance(&world);
    let rule = Rule::RoleMapping;
    instance.activate(rule, 1).await.unwrap();
    world.clock.advance(Duration::from_secs(1)).await;
    instance.publish(rule, &everybody("admin")).await;
    world.clock.advance(Duration::from_secs(1)).await;
    instance.publish(rule, &everybody("manager")).await;
    world.clock.advance(Duration::from_secs(1)).await;
    instance.roll_back(rule).await.unwrap();
    let entries = instance.rulebook.audit().list(rule, None, 50).await.unwrap();
    let told: Vec<_> = entries.iter().map(|entry| (entry.action.as_str(), entry.version, entry.previous)).collect();
    assert_eq!(
        told,
        [
            ("rolled_back", 2, Some(3)),
            ("activated", 3, Some(2)),
            ("created", 3, Some(2)),
            ("activated", 2, Some(1)),
            ("created", 2, Some(1)),
            ("activated", 1, Some(1)),
            ("created", 1, None),
        ]
    );
    let created = &entries[2];
    assert_eq!((created.actor.as_str(), created.address.as_deref()), ("key:admin", Some("192.0.2.7:5050")));
    assert_eq!(created.note.as_deref(), Some("everybody is manager"));
    let diff = "--- role_mapping.rhai (version 2)\n+++ role_mapping.rhai (version 3)\n@@ -1,3 +1,3 @@\n \
        fn decide(input) {\n-    #{ role: \"admin\" }\n+    #{ role: \"manager\" }\n }\n";
    assert_eq!(created.diff, diff);
    assert!(entries[0].diff.contains("+    #{ role: \"admin\" }"));
    assert_eq!(entries[5].diff, "");
    assert!(entries[6].diff.starts_with("--- /dev/null\n+++ role_mapping.rhai (version 1)\n"));
    assert!(entries[4].diff.contains("--- role_mapping.tests.json (version 1)"));
}

#[tokio::test(start_paused = true)]
async fn the_audit_is_paged_without_gaps_also_within_one_instant() {
    let world = World::new(1);
    let instance = instance(&world);
    for role in ["admin", "manager", "member"] {
        instance.publish(Rule::RoleMapping, &everybody(role)).await;
    }
    let whole = instance.rulebook.audit().list(Rule::RoleMapping, None, 50).await.unwrap();
    assert_eq!(whole.len(), 7);
    let mut paged = Vec::new();
    let mut behind = None;
    loop {
        let page = instance.rulebook.audit().list(Rule::RoleMapping, behind.take(), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        behind = Some(Cursor { at: last.at, place: last.place });
        paged.extend(page);
    }
    assert_eq!(paged, whole);
}
