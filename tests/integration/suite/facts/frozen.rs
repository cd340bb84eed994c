//! What holds while a store takes requests and answers none.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;

use crate::edge::{BOOTSTRAP, Edge, Settings, Stores, eventually};
use crate::facts::facts;
use crate::servers::Wire;
use crate::shape::{Shape, Stage};

facts! {
    while_the_record_is_frozen_what_is_known_is_answered_without_waiting_for_it: Shape::on_postgres,
    while_the_cache_is_frozen_no_check_waits_for_it_for_long: Shape::on_redis,
}

/// How long so many checks of one user, one after another, take; each must be answered with one of these.
async fn checks(edge: &Edge, check: &serde_json::Value, count: u32, statuses: &[u16]) -> Duration {
    let began = Instant::now();
    for _ in 0..count {
        let answer = edge.verify(check).await;
        assert!(statuses.contains(&answer.status), "{} {}", answer.status, answer.text());
    }
    began.elapsed()
}

async fn while_the_record_is_frozen_what_is_known_is_answered_without_waiting_for_it(stage: Arc<Stage>) {
    let stores = Stores::shared(stage.shape).await;
    let (address, host) = stores.postgres.clone().expect("the shape has one");
    let wire = Wire::to(host.clone()).await;
    let address = address.replace(&host, &wire.address.to_string());
    let stores = Stores { postgres: Some((address, wire.address.to_string())), ..stores };
    let edge = Edge::start(stage.shape, Settings::steady(), stores).await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.seat("bea", &json!({}));
    org.verify("ana").await;
    let check = org.check("ana");
    checks(&edge, &check, 10, &[200]).await;
    wire.freeze(true);
    tokio::time::sleep(Duration::from_secs(2)).await;
    checks(&edge, &check, 4, &[200]).await;
    let took = checks(&edge, &check, 200, &[200]).await;
    assert!(took < Duration::from_secs(10), "200 checks took {took:?}");
    // Whoever is not known learns soon that nothing can be said.
    let began = Instant::now();
    for answer in join_all((0..10).map(|_| org.ask("bea"))).await {
        assert!(answer.status == 503 && !answer.header("retry-after").is_empty(), "{}", answer.text());
    }
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    wire.freeze(false);
    eventually("news", async || (org.ask("bea").await.status == 200).then_some(())).await;
}

async fn while_the_cache_is_frozen_no_check_waits_for_it_for_long(stage: Arc<Stage>) {
    let stores = Stores::shared(stage.shape).await;
    let url = stores.redis.clone().expect("the shape has one");
    let (host, _) = url.strip_prefix("redis://").and_then(|rest| rest.split_once('/')).expect("a URL with a database");
    let wire = Wire::to(host.to_owned()).await;
    let stores = Stores { redis: Some(url.replace(host, &wire.address.to_string())), ..stores };
    let edge = Edge::start(stage.shape, Settings::steady(), stores).await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.verify("ana").await;
    let check = org.check("ana");
    checks(&edge, &check, 10, &[200]).await;
    wire.freeze(true);
    // Until it is clear that it is gone, each waits.
    join_all((0..8).map(|_| edge.verify(&check))).await;
    let took = checks(&edge, &check, 100, &[200, 503]).await;
    assert!(took < Duration::from_secs(30), "100 checks took {took:?}");
    // Each instance goes by what it remembers, and asks the ERP once.
    checks(&edge, &check, 50, &[200]).await;
    let asked = org.questions();
    checks(&edge, &check, 50, &[200]).await;
    assert!(org.questions() - asked < 10, "the ERP was asked {} times", org.questions() - asked);
    // Whoever revokes learns that the revocation is not everywhere yet. Here it counts already.
    org.seat("ana", &json!({"seat_status": "REVOKED", "version": 2}));
    assert_eq!(edge.post("/api/v1/seats/invalidate", BOOTSTRAP, &org.by_alias()).await.status, 503);
    let answer = org.ask("ana").await;
    assert!(answer.status == 503 || answer.json()["reason"] == "SEAT_REVOKED", "{}", answer.text());
    wire.freeze(false);
    eventually("the cache again", async || {
        let answer = org.ask("ana").await;
        (answer.status == 200 && answer.json()["source"] == "cache").then_some(())
    })
    .await;
}
