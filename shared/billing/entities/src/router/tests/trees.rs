//! What keeps entities trees.

use super::*;

impl Test {
    /// A tree of one entity on each level; their ids from the root down.
    async fn chain(&self, levels: usize) -> Vec<String> {
        let mut ids = vec![self.make(new("1")).await];
        while ids.len() < levels {
            let below = self.below(ids.last().unwrap(), &(ids.len() + 1).to_string()).await;
            ids.push(below);
        }
        ids
    }

    async fn put(&self, id: &str, body: Value) -> (u16, String) {
        let (status, answer) = self.acme("PUT", &format!("/{id}"), body).await;
        (status, answer["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn refused(code: &str) -> (u16, String) {
    (409, code.to_owned())
}

fn moved() -> (u16, String) {
    (200, String::new())
}

#[tokio::test(start_paused = true)]
async fn an_entity_is_never_below_itself() {
    let test = test().await;
    let chain = test.chain(4).await;
    for below in &chain {
        assert_eq!(test.put(&chain[0], json!({"parent_id": below})).await, refused("HIERARCHY_CYCLE"));
    }
    assert_eq!(test.put(&chain[1], json!({"parent_id": chain[3]})).await, refused("HIERARCHY_CYCLE"));
    // Up and to the side it may go, and become a root.
    assert_eq!(test.put(&chain[3], json!({"parent_id": chain[0]})).await, moved());
    assert_eq!(test.put(&chain[1], json!({"parent_id": chain[3]})).await, moved());
    assert_eq!(test.put(&chain[1], json!({"parent_id": null})).await, moved());
    assert_eq!(test.put(&chain[0], json!({"parent_id": chain[2]})).await, moved());
}

#[tokio::test(start_paused = true)]
async fn a_tree_has_at_most_eight_levels_whatever_is_moved_with_an_entity() {
    let test = test().await;
    let chain = test.chain(8).await;
    let (status, problem) = test.acme("POST", "", with(new("9"), "parent_id", json!(chain[7]))).await;
    assert_eq!((status, &problem["code"]), (409, &json!("HIERARCHY_TOO_DEEP")));
    let other = test.chain(4).await;
    for (level, fits) in [(3, true), (4, false), (7, false)] {
        let outcome = test.put(&other[0], json!({"parent_id": chain[level]})).await;
        assert_eq!(outcome, if fits { moved() } else { refused("HIERARCHY_TOO_DEEP") }, "{level}");
    }
    assert_eq!(test.put(&other[3], json!({"parent_id": chain[6]})).await, moved());
}

#[tokio::test(start_paused = true)]
async fn an_entity_with_active_children_is_not_closed_and_a_closed_one_gets_none() {
    let test = test().await;
    let chain = test.chain(3).await;
    let close = json!({"status": "closed"});
    assert_eq!(test.put(&chain[0], close.clone()).await, refused("ENTITY_HAS_CHILDREN"));
    assert_eq!(test.put(&chain[2], close.clone()).await, moved());
    assert_eq!(test.put(&chain[1], close.clone()).await, moved());
    let (status, problem) = test.acme("POST", "", with(new("x"), "parent_id", json!(chain[1]))).await;
    assert_eq!((status, &problem["code"]), (409, &json!("ENTITY_CLOSED")));
    let other = test.make(new("other")).await;
    assert_eq!(test.put(&other, json!({"parent_id": chain[1]})).await, refused("ENTITY_CLOSED"));
    // It is opened from the top down.
    assert_eq!(test.put(&chain[2], json!({"status": "active"})).await, refused("ENTITY_CLOSED"));
    assert_eq!(test.put(&chain[1], json!({"status": "active"})).await, moved());
    assert_eq!(test.put(&chain[2], json!({"status": "active"})).await, moved());
    assert_eq!(test.put(&chain[1], close).await, refused("ENTITY_HAS_CHILDREN"));
}

#[tokio::test(start_paused = true)]
async fn of_two_moves_at_once_that_would_make_a_cycle_one_is_refused() {
    let test = test().await;
    for _ in 0..10 {
        let (one, two) = (test.make(new("one")).await, test.make(new("two")).await);
        let outcomes =
            tokio::join!(test.put(&one, json!({"parent_id": two})), test.put(&two, json!({"parent_id": one})),);
        let mut outcomes = [outcomes.0, outcomes.1];
        outcomes.sort();
        assert_eq!(outcomes, [moved(), refused("HIERARCHY_CYCLE")]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_comes_while_its_parent_is_closed_leaves_no_active_child_below_a_closed_one() {
    let test = test().await;
    for round in 0..10 {
        let parent = test.make(new("parent")).await;
        let body = with(new("child"), "parent_id", json!(parent));
        let (closed, made) = tokio::join!(test.put(&parent, json!({"status": "closed"})), test.acme("POST", "", body));
        let is_closed = closed == moved();
        assert_ne!(is_closed, made.0 == 201, "{round}: {closed:?} {made:?}");
    }
}
