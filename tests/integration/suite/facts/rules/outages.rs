use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use super::{activate, activation, etag, everybody, look, publish, push, role, tell};
use crate::edge::{Edge, Settings, Stores, eventually};
use crate::servers::{Postgres, Redis};
use crate::shape::Stage;

/// Every node decides by `version`.
async fn decides(edge: &Edge, version: i64, said: &str) {
    for node in &edge.nodes {
        for decided in join_all((0..5).map(|_| role(node))).await {
            assert_eq!(decided, (version, said.to_owned()));
        }
    }
}

/// Nothing can be changed.
async fn nothing_is_put_in_force(edge: &Edge, version: i64, instead_of: &str) {
    for _ in 0..2 {
        let answers = [
            activation(edge, "role_mapping", version, instead_of).send().await,
            tell(edge, "/role_mapping/rollback", &json!({})).await,
        ];
        for answer in answers {
            answer.refused(503, "STORE_UNAVAILABLE");
            assert!(!answer.header("retry-after").is_empty());
        }
    }
}

pub(super) async fn what_was_put_in_force_outlives_a_kill(stage: Arc<Stage>) {
    let mut edge = stage.own(Settings::steady()).await;
    let admin = publish(&edge, "role_mapping", &everybody("admin")).await;
    let manager = push(&edge, "role_mapping", &everybody("manager")).await;
    decides(&edge, admin, "admin").await;
    let versions = look(&edge, "/role_mapping/versions").await.expect(200);
    activate(&edge, "role_mapping", manager).await;
    let audit = look(&edge, "/role_mapping/audit").await.expect(200);
    // At once: whatever has been answered is kept.
    activate(&edge, "role_mapping", admin).await;
    for node in &mut edge.nodes {
        node.kill();
    }
    for node in &mut edge.nodes {
        node.restart(&[]).await;
    }
    edge.ready().await;
    decides(&edge, admin, "admin").await;
    assert_eq!(look(&edge, "/role_mapping/versions").await.expect(200)["data"], versions["data"]);
    let deeds = |listed: Value| listed["data"].as_array().unwrap().clone();
    assert_eq!(deeds(look(&edge, "/role_mapping/audit").await.expect(200))[1..], deeds(audit)[..]);
    assert_eq!(tell(&edge, "/role_mapping/rollback", &json!({})).await.expect(200)["version"], manager);
    decides(&edge, manager, "manager").await;
}

pub(super) async fn without_the_record_decisions_go_on_and_nothing_is_put_in_force(stage: Arc<Stage>) {
    let mut postgres = Postgres::start().await;
    let stores = Stores { postgres: Some(postgres.new_database().await), ..Stores::shared(stage.shape).await };
    let edge = Edge::start(stage.shape, Settings::steady(), stores).await;
    let admin = publish(&edge, "role_mapping", &everybody("admin")).await;
    let manager = push(&edge, "role_mapping", &everybody("manager")).await;
    let base = etag(&edge, "role_mapping").await;
    decides(&edge, admin, "admin").await;
    postgres.kill();
    decides(&edge, admin, "admin").await;
    nothing_is_put_in_force(&edge, manager, &base).await;
    for path in ["/role_mapping", "/role_mapping/versions", "/role_mapping/decisions", "/role_mapping/audit"] {
        look(&edge, path).await.refused(503, "STORE_UNAVAILABLE");
    }
    decides(&edge, admin, "admin").await;
    postgres.restart().await;
    edge.ready().await;
    eventually("the version to be put in force", async || {
        let answer = activation(&edge, "role_mapping", manager, &base).send().await;
        assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
        (answer.status == 200).then_some(())
    })
    .await;
    decides(&edge, manager, "manager").await;
}

pub(super) async fn without_the_cache_decisions_go_on_and_nothing_is_put_in_force(stage: Arc<Stage>) {
    let mut redis = Redis::start().await;
    let stores = Stores { redis: Some(redis.new_database()), ..Stores::shared(stage.shape).await };
    let edge = Edge::start(stage.shape, Settings::steady(), stores).await;
    let admin = publish(&edge, "role_mapping", &everybody("admin")).await;
    let manager = push(&edge, "role_mapping", &everybody("manager")).await;
    decides(&edge, admin, "admin").await;
    let base = etag(&edge, "role_mapping").await;
    redis.kill();
    decides(&edge, admin, "admin").await;
    nothing_is_put_in_force(&edge, manager, &base).await;
    decides(&edge, admin, "admin").await;
    // It comes back with nothing in it.
    redis.restart().await;
    edge.ready().await;
    decides(&edge, admin, "admin").await;
    eventually("the version to be put in force", async || {
        let answer = activation(&edge, "role_mapping", manager, &base).send().await;
        assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
        (answer.status == 200).then_some(())
    })
    .await;
    decides(&edge, manager, "manager").await;
}
