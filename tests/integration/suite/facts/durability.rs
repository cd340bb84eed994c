//! What outlives the death of a node, and what holds while a store is away.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use upstreams::Ordered;

use crate::edge::{BOOTSTRAP, Customer, Edge, Organization, Settings, Stores, eventually};
use crate::facts::facts;
use crate::servers::{Postgres, Redis};
use crate::shape::{Shape, Stage};

facts! {
    what_was_made_and_revoked_outlives_a_kill,
    twenty_first_requests_together_find_a_new_record_in_place,
    one_node_takes_over_a_question_whose_asker_was_killed: |shape| shape.nodes() > 1,
    without_the_cache_nothing_is_granted_that_was_revoked: Shape::on_redis,
    a_cache_that_lost_everything_brings_nothing_back_to_life: Shape::on_redis,
    a_cache_that_comes_back_from_an_older_dump_brings_nothing_back_to_life: Shape::on_redis,
    without_the_record_what_is_known_goes_on_and_nothing_new_is_believed: Shape::on_postgres,
}

const KEYS: &str = "/api/v1/api-keys";

async fn kill_and_restart(edge: &mut Edge) {
    for node in &mut edge.nodes {
        node.kill();
    }
    for node in &mut edge.nodes {
        node.restart(&[]).await;
    }
    edge.ready().await;
}

async fn what_was_made_and_revoked_outlives_a_kill(stage: Arc<Stage>) {
    let mut edge = stage.own(Settings::steady()).await;
    let product = edge.product().await.to_owned();
    let (revoked_id, revoked) = edge.new_key(json!({})).await;
    let make_once = async |edge: &Edge| {
        let body = json!({"name": "once", "scopes": ["seats:verify"]});
        edge.call("POST", KEYS).key(BOOTSTRAP).header("idempotency-key", "k").json(&body).send().await.expect(201)
    };
    let made = make_once(&edge).await;
    let mut names = Vec::new();
    let mut fences = Vec::new();
    for by_id in [true, false] {
        let org = edge.organization();
        org.seat("ana", &json!({}));
        org.verify("ana").await;
        assert_eq!(org.reason("ana").await, ("SEAT_ACTIVE".into(), "cache".into()));
        org.seat("ana", &json!({"seat_status": "REVOKED"}));
        fences.push(org.invalidate(&if by_id { org.by_id() } else { org.by_alias() }).await);
        names.push(org.external.clone());
    }
    let status = edge.call("DELETE", &format!("{KEYS}/{revoked_id}")).key(BOOTSTRAP).send().await.status;
    assert_eq!(status, 204);
    // At once: whatever has been answered is kept.
    kill_and_restart(&mut edge).await;

    for (name, fence) in names.iter().zip(fences) {
        let org = Organization::again(&edge, name);
        org.fails_with(500);
        let answer = edge.post("/verify-seat", &product, &org.check("ana")).await;
        answer.refused(503, "UPSTREAM_UNAVAILABLE");
        assert!(org.invalidate(&org.by_id()).await > fence);
        org.recovers();
        eventually("news", async || {
            let answer = org.ask("ana").await;
            (answer.status == 200).then(|| assert_eq!(answer.json()["reason"], "SEAT_REVOKED"))
        })
        .await;
    }
    let check = edge.organization().check("ana");
    edge.post("/verify-seat", &revoked, &check).await.refused(401, "UNAUTHENTICATED");
    assert_eq!(make_once(&edge).await, made, "the first answer, also after the kill");
    let listed = edge.call("GET", KEYS).key(BOOTSTRAP).send().await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2, "the product's and the one that was made once");
}

async fn twenty_first_requests_together_find_a_new_record_in_place(stage: Arc<Stage>) {
    for _ in 0..3 {
        let stores = Stores::shared(stage.shape).await;
        let edge = Edge::start_without_a_touch(stage.shape, Settings::steady(), stores).await;
        let org = edge.organization();
        org.seat("ana", &json!({}));
        let (new, check) = (json!({"name": "first", "scopes": ["seats:verify"]}), org.check("ana"));
        // Three components meet the empty record at once.
        let first = async |turn: usize| match turn % 4 {
            // Who is not ready in time says so.
            0 => {
                eventually("readiness", async || {
                    let answer = edge.call("GET", "/readyz").send().await;
                    (answer.status == 200).then(|| answer.json())
                })
                .await
            }
            1 => edge.post("/verify-seat", BOOTSTRAP, &check).await.expect(200),
            2 => edge.post("/api/v1/seats/invalidate", BOOTSTRAP, &org.by_id()).await.expect(200),
            _ => edge.post(KEYS, BOOTSTRAP, &new).await.expect(201),
        };
        let answers = join_all((0..20).map(first)).await;
        let made: BTreeSet<&str> = answers.iter().filter_map(|answer| answer["id"].as_str()).collect();
        let listed = edge.call("GET", KEYS).key(BOOTSTRAP).send().await.expect(200);
        let listed: BTreeSet<&str> =
            listed["data"].as_array().unwrap().iter().map(|key| key["id"].as_str().unwrap()).collect();
        assert_eq!((made.len(), &made), (5, &listed));
    }
}

async fn one_node_takes_over_a_question_whose_asker_was_killed(stage: Arc<Stage>) {
    let mut edge = stage.own(Settings::steady().with("upstream_timeout_ms", 10_000)).await;
    let product = edge.product().await.to_owned();
    let name = {
        let org = edge.organization();
        org.seat("ana", &json!({}));
        org.fails(Ordered { hang: true, times: Some(1), ..Ordered::default() });
        org.external.clone()
    };
    let check = Organization::again(&edge, &name).check("ana");
    let ask = |node: usize| {
        let request = edge.nodes[node].call("POST", "/verify-seat").key(&product).json(&check);
        tokio::spawn(request.try_send())
    };
    let asker = ask(0);
    eventually("the question", async || (Organization::again(&edge, &name).questions() == 1).then_some(())).await;
    let others: Vec<_> = (0..20).map(|_| ask(1)).collect();
    edge.nodes[0].kill();
    assert!(asker.await.unwrap().is_err(), "whoever was killed answers nothing");
    for other in others {
        let verdict = other.await.unwrap().unwrap().expect(200);
        assert_eq!(verdict["hasAccess"], true);
    }
    assert_eq!(Organization::again(&edge, &name).questions(), 2, "the one that was killed, and one for all the others");
}

async fn own_redis(shape: Shape, settings: Settings) -> (Edge, Redis) {
    let redis = Redis::start().await;
    let stores = Stores { redis: Some(redis.new_database()), ..Stores::shared(shape).await };
    (Edge::start(shape, settings, stores).await, redis)
}

async fn not_ready(edge: &Edge, cache: &str, record: &str) {
    for node in &edge.nodes {
        let answer = node.call("GET", "/readyz").send().await.expect(503);
        assert_eq!(answer["status"], "not ready");
        let checks = &answer["checks"];
        assert_eq!((&checks["cache"], &checks["record"]), (&json!(cache), &json!(record)));
        assert_eq!(node.call("GET", "/healthz").send().await.status, 200);
    }
}

async fn without_the_cache_nothing_is_granted_that_was_revoked(stage: Arc<Stage>) {
    let (edge, mut redis) = own_redis(stage.shape, Settings::steady()).await;
    let org = edge.organization();
    for user in ["kept", "revoked"] {
        org.seat(user, &json!({}));
        assert_eq!(org.verify(user).await["hasAccess"], true);
        assert_eq!(org.reason(user).await.1, "cache");
    }
    redis.kill();
    org.seat("revoked", &json!({"seat_status": "REVOKED"}));
    not_ready(&edge, "unreachable", "ok").await;
    // Each check is answered by the ERP, or by what an instance has heard from it since, or not at all.
    for _ in 0..3 {
        for (user, granted) in [("kept", true), ("revoked", false)] {
            let answer = org.ask(user).await;
            match answer.status {
                200 => {
                    let verdict = answer.json();
                    assert_eq!(verdict["hasAccess"], granted, "{user}");
                    assert!(["erp", "cache"].iter().any(|source| verdict["source"] == *source), "{verdict}");
                }
                _ => assert!(answer.status == 503 && !answer.header("retry-after").is_empty(), "{}", answer.text()),
            }
        }
    }
    // What could not be forgotten everywhere is not said to be. Here it is forgotten.
    for named in [org.by_id(), org.by_alias()] {
        let answer = edge.post("/api/v1/seats/invalidate", edge.product().await, &named).await;
        answer.refused(503, "STORE_UNAVAILABLE");
        assert!(!answer.header("retry-after").is_empty());
        org.fails_with(500);
        for user in ["kept", "revoked"] {
            assert_eq!(org.ask(user).await.status, 503, "{user}");
        }
        org.recovers();
        org.ask("kept").await;
    }
    redis.restart().await;
    edge.ready().await;
    eventually("a fence again", async || {
        let answer = edge.post("/api/v1/seats/invalidate", edge.product().await, &org.by_id()).await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert_eq!(org.reason("revoked").await.0, "SEAT_REVOKED");
    assert_eq!(org.reason("kept").await.0, "SEAT_ACTIVE");
    eventually("the cache again", async || (org.reason("kept").await.1 == "cache").then_some(())).await;
}

async fn a_cache_that_comes_back_from_an_older_dump_brings_nothing_back_to_life(stage: Arc<Stage>) {
    let (edge, mut redis) = own_redis(stage.shape, Settings::steady().with_webhooks()).await;
    let org = edge.organization();
    let (kept, customer) = (edge.organization(), Customer::new(&edge).await);
    org.seat("ana", &json!({}));
    kept.seat("ben", &json!({}));
    customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    for (organization, user) in [(&org, "ana"), (&kept, "ben"), (&customer.organization, "ana")] {
        organization.make_acquainted(user).await;
    }
    redis.save().await;
    org.seat("ana", &json!({"seat_status": "REVOKED"}));
    org.invalidate(&org.by_alias()).await;
    customer.tell(&customer.event("subscription.halted")).await.expect(200);
    assert_eq!(org.reason("ana").await.0, "SEAT_REVOKED");
    for organization in [&org, &kept, &customer.organization] {
        organization.fails_with(500);
    }
    redis.kill();
    redis.restart().await;
    edge.ready().await;
    // In less than a second, also on nodes that have been quiet meanwhile, the older state is known for what it is.
    tokio::time::sleep(Duration::from_secs(1)).await;
    for _ in 0..10 {
        assert_eq!(org.ask("ana").await.status, 503);
        assert_eq!(customer.organization.ask("ana").await.status, 503);
        assert_eq!(kept.verify("ben").await["hasAccess"], true, "nobody revoked it");
    }
    customer.organization.recovers();
    customer.stands("SUBSCRIPTION_SUSPENDED").await;
}

async fn a_cache_that_lost_everything_brings_nothing_back_to_life(stage: Arc<Stage>) {
    let (edge, mut redis) = own_redis(stage.shape, Settings::steady()).await;
    let org = edge.organization();
    let (id, revoked) = edge.new_key(json!({})).await;
    org.seat("ana", &json!({}));
    org.verify("ana").await;
    org.seat("ana", &json!({"seat_status": "REVOKED"}));
    let fence = org.invalidate(&org.by_alias()).await;
    assert_eq!(edge.call("DELETE", &format!("{KEYS}/{id}")).key(BOOTSTRAP).send().await.status, 204);
    redis.kill();
    redis.restart().await;
    edge.ready().await;
    eventually("the verdict", async || {
        let answer = org.ask("ana").await;
        assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
        (answer.status == 200).then(|| assert_eq!(answer.json()["reason"], "SEAT_REVOKED"))
    })
    .await;
    let after = eventually("a fence again", async || {
        let answer = edge.post("/api/v1/seats/invalidate", edge.product().await, &org.by_alias()).await;
        (answer.status == 200).then(|| answer.json()["fence"].as_i64().unwrap())
    })
    .await;
    assert!(after > fence, "{after} after {fence}");
    eventually("the revoked key's end", async || {
        let answer = edge.post("/verify-seat", &revoked, &org.check("ana")).await;
        assert!(matches!(answer.status, 401 | 503), "{}", answer.text());
        (answer.status == 401).then_some(())
    })
    .await;
}

async fn without_the_record_what_is_known_goes_on_and_nothing_new_is_believed(stage: Arc<Stage>) {
    let mut postgres = Postgres::start().await;
    let stores = Stores { postgres: Some(postgres.new_database().await), ..Stores::shared(stage.shape).await };
    let edge = Edge::start(stage.shape, Settings::steady(), stores).await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    let unused = edge.new_key(json!({})).await.1;
    // Both nodes know the product's key.
    for _ in 0..4 {
        assert_eq!(org.verify("ana").await["hasAccess"], true);
    }
    postgres.kill();
    not_ready(&edge, "ok", "unreachable").await;
    for _ in 0..4 {
        assert_eq!(org.reason("ana").await, ("SEAT_ACTIVE".into(), "cache".into()));
    }
    // A key that nobody used yet cannot be told from one that was made up.
    let made_up = "bhk_0123456789abcdef_0123456789abcdef0123456789abcdef";
    for key in [unused.as_str(), made_up] {
        let answer = edge.post("/verify-seat", key, &org.check("ana")).await;
        answer.refused(503, "STORE_UNAVAILABLE");
        assert!(!answer.header("retry-after").is_empty());
    }
    let new = json!({"name": "n", "scopes": ["seats:verify"]});
    for answer in [
        edge.post(KEYS, BOOTSTRAP, &new).await,
        edge.call("POST", KEYS).key(BOOTSTRAP).header("idempotency-key", "k").json(&new).send().await,
        edge.call("GET", KEYS).key(BOOTSTRAP).send().await,
        edge.call("DELETE", &format!("{KEYS}/x")).key(BOOTSTRAP).send().await,
        edge.post("/api/v1/seats/invalidate", edge.product().await, &org.by_id()).await,
        edge.post("/api/v1/seats/invalidate", edge.product().await, &org.by_alias()).await,
    ] {
        answer.refused(503, "STORE_UNAVAILABLE");
        assert!(!answer.header("retry-after").is_empty());
    }
    // A seat that was revoked meanwhile is not granted to whoever asks the ERP.
    org.seat("bea", &json!({"seat_status": "REVOKED"}));
    let answer = org.ask("bea").await;
    assert!(answer.status == 503 || answer.json()["reason"] == "SEAT_REVOKED", "{}", answer.text());

    postgres.restart().await;
    edge.ready().await;
    eventually("a key that was not used yet", async || {
        let answer = edge.post("/verify-seat", &unused, &org.check("ana")).await;
        assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
        (answer.status == 200).then_some(())
    })
    .await;
    edge.post("/verify-seat", made_up, &org.check("ana")).await.refused(401, "UNAUTHENTICATED");
    edge.post(KEYS, BOOTSTRAP, &new).await.expect(201);
    org.seat("ana", &json!({"seat_status": "REVOKED"}));
    org.invalidate(&org.by_alias()).await;
    assert_eq!(org.reason("ana").await.0, "SEAT_REVOKED");
}
