//! A Redis that goes, comes back, is emptied, or stops being the primary.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use upstreams::Ordered;

use super::Outcome;
use super::load::{Load, is_no_grant, settings};
use crate::edge::{Edge, Stores, eventually};
use crate::servers::{Redis, Wire};
use crate::shape::Stage;

/// The documented time for which a cache that came back older than it was may go unnoticed.
const UNNOTICED: Duration = Duration::from_secs(1);

async fn edge_on(stage: &Stage, redis: String) -> Edge {
    stage.own_on(settings(), Stores { redis: Some(redis), ..Stores::default() }).await
}

pub async fn a_redis_that_comes_and_goes_loses_nothing(stage: Arc<Stage>) {
    let mut redis = Redis::start().await;
    let edge = edge_on(&stage, redis.new_database()).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    redis.kill();
    load.sees(broken, "revocation", "503 STORE_UNAVAILABLE").await;
    // The record has these.
    load.sees(Instant::now(), "key", "201").await;
    let mended = Instant::now();
    redis.restart().await;
    load.settle(&edge, "Redis gone, and back empty", broken, mended).await;
}

pub async fn a_redis_that_is_emptied_under_load_loses_nothing(stage: Arc<Stage>) {
    let redis = Redis::start().await;
    let edge = edge_on(&stage, redis.new_database()).await;
    let load = Load::start(&edge).await;
    let broken = Instant::now();
    for _ in 0..3 {
        load.goes_on_for(20).await;
        redis.tell("FLUSHALL").await;
    }
    load.settle(&edge, "Redis emptied (FLUSHALL), 3 times", broken, Instant::now()).await;
}

pub async fn a_redis_that_takes_no_writes_is_connected_to_anew(stage: Arc<Stage>) {
    let (old, new) = (Redis::start().await, Redis::start().await);
    let database = old.new_database();
    let wire = Wire::to(old.address()).await;
    let edge = edge_on(&stage, database.replace(&old.address(), &wire.address.to_string())).await;
    let load = Load::start(&edge).await;
    new.tell(&format!("REPLICAOF {}", old.address().replace(':', " "))).await;
    new.is_in_sync().await;
    let broken = Instant::now();
    // The roles change. Who is connected stays connected.
    new.tell("REPLICAOF NO ONE").await;
    old.tell(&format!("REPLICAOF {}", new.address().replace(':', " "))).await;
    load.sees(broken, "revocation", "503 STORE_UNAVAILABLE").await;
    let mended = Instant::now();
    wire.lead_to(new.address());
    load.settle(&edge, "Redis demoted (READONLY), its address leads to the new primary", broken, mended).await;
}

pub async fn a_fail_over_to_a_stale_replica_grants_nothing_that_was_revoked(stage: Arc<Stage>) {
    let (mut old, new) = (Redis::start().await, Redis::start().await);
    let database = old.new_database();
    let wire = Wire::to(old.address()).await;
    let edge = edge_on(&stage, database.replace(&old.address(), &wire.address.to_string())).await;
    let organizations: Vec<_> = (0..10).map(|_| edge.organization()).collect();
    for organization in &organizations {
        organization.seat("ana", &json!({}));
        organization.make_acquainted("ana").await;
    }
    new.tell(&format!("REPLICAOF {}", old.address().replace(':', " "))).await;
    new.is_in_sync().await;
    // What is written from now on does not reach the replica.
    new.tell("REPLICAOF NO ONE").await;
    for organization in &organizations {
        organization.seat("ana", &json!({"seat_status": "REVOKED"}));
        organization.invalidate(&organization.by_alias()).await;
    }
    edge.erp.faults.order(Ordered { status: Some(500), ..Ordered::default() });
    let began = Instant::now();
    wire.lead_to(new.address());
    old.kill();
    eventually("the cache again", async || (edge.call("GET", "/readyz").send().await.status == 200).then_some(()))
        .await;
    let recovered = began.elapsed();
    tokio::time::sleep(UNNOTICED).await;
    let mut outcome = Outcome {
        fault: "Redis fails over to a replica that lacks the last revocations; the ERP is down".to_owned(),
        seen: [].into(),
        kept: organizations.len(),
        recovered: Some(recovered),
    };
    for _ in 0..5 {
        for organization in &organizations {
            let answer = organization.ask("ana").await;
            assert!(is_no_grant(&answer), "{}", answer.text());
            *outcome.seen.entry(format!("check of a revoked seat {}", answer.status)).or_default() += 1;
        }
    }
    edge.erp.faults.clear();
    for organization in &organizations {
        eventually("news", async || {
            let answer = organization.ask("ana").await;
            (answer.status == 200).then(|| assert_eq!(answer.json()["reason"], "SEAT_REVOKED"))
        })
        .await;
    }
    outcome.tell();
}
