//! What the edge makes of an ERP that is slow, broken or gone.

use std::sync::Arc;
use std::time::Instant;

use futures::future::join_all;
use serde_json::{Value, json};
use upstreams::Ordered;

use crate::edge::{Edge, Organization, Settings, Stores, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    whatever_the_erp_fails_with_a_stranger_gets_503_and_a_friend_what_was_known,
    an_answer_that_is_not_what_it_should_be_says_nothing,
    a_seat_is_read_however_the_erp_writes_it,
    what_is_stale_is_answered_at_once_and_renewed_by_one_question,
    past_its_bound_what_was_known_is_used_no_more,
    a_denial_is_news_for_a_while_and_then_asked_again,
    in_an_outage_a_denied_seat_stays_denied_and_the_unknown_stay_unknown,
    five_hundred_cold_checks_are_one_question (alone),
    an_erp_that_is_not_there_is_said_so,
}

/// All that may go wrong with a call.
fn failures() -> Vec<(String, Ordered)> {
    let ordinary = Ordered::default;
    let mut failures = vec![
        ("hangs".to_owned(), Ordered { hang: true, ..ordinary() }),
        ("is too slow".to_owned(), Ordered { delay_ms: 60_000, ..ordinary() }),
        ("is cut".to_owned(), Ordered { cut: true, ..ordinary() }),
        ("is not JSON".to_owned(), Ordered { bad_json: true, ..ordinary() }),
        ("drips".to_owned(), Ordered { slow_body_ms: 1_000, ..ordinary() }),
    ];
    for status in [201, 204, 301, 400, 401, 403, 404, 410, 429, 500, 502, 503] {
        failures.push((format!("answers {status}"), Ordered { status: Some(status), ..ordinary() }));
    }
    failures
}

async fn whatever_the_erp_fails_with_a_stranger_gets_503_and_a_friend_what_was_known(stage: Arc<Stage>) {
    let edge = stage.hasty().await;
    edge.product().await;
    let check = async |(name, failure): (String, Ordered)| {
        let org = edge.organization();
        for user in ["friend", "stranger"] {
            org.seat(user, &json!({}));
        }
        org.make_acquainted("friend").await;
        org.fails(failure);
        for _ in 0..3 {
            let known = org.verify("friend").await;
            let said = (&known["hasAccess"], &known["source"]);
            assert_eq!(said, (&json!(true), &json!("stale")), "the ERP {name}");
        }
        let unknown = org.ask("stranger").await;
        assert_eq!(unknown.problem(), (503, "UPSTREAM_UNAVAILABLE".to_owned()), "the ERP {name}: {}", unknown.text());
        let after: u32 = unknown.header("retry-after").parse().expect("Retry-After");
        assert!(after >= 1);
        org.recovers();
        // Nothing of the failure was kept.
        eventually("news", async || {
            let answer = org.ask("stranger").await;
            if answer.status == 503 {
                return None;
            }
            assert_eq!(answer.expect(200)["hasAccess"], true, "after the ERP {name}");
            Some(())
        })
        .await;
    };
    join_all(failures().into_iter().map(check)).await;
}

async fn an_answer_that_is_not_what_it_should_be_says_nothing(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    let fields = ["seat_id", "seat_status", "subscription_id", "subscription_status", "current_period_end", "version"];
    let mut users = Vec::new();
    for field in fields {
        org.seat_without(&format!("without_{field}"), field);
        org.seat(&format!("odd_{field}"), &json!({field: {"not": "this"}}));
        users.extend(["without", "odd"].map(|prefix| format!("{prefix}_{field}")));
        // Null is a period that does not end.
        if field != "current_period_end" {
            org.seat(&format!("null_{field}"), &json!({field: null}));
            users.push(format!("null_{field}"));
        }
    }
    for (field, value) in [
        ("seat_status", json!("LOST")),
        ("subscription_status", json!("PAUSED")),
        ("current_period_end", json!("soon")),
        ("current_period_end", json!("2024-13-01T00:00:00Z")),
        ("version", json!("12")),
        ("version", json!(1.5)),
        ("organization_id", json!(7.5)),
    ] {
        let user = format!("{field}_{}", value.to_string().replace('"', ""));
        org.seat(&user, &json!({field: value}));
        users.push(user);
    }
    for user in &users {
        let answer = org.ask(user).await;
        assert_eq!(answer.problem(), (503, "UPSTREAM_UNAVAILABLE".to_owned()), "{user}: {}", answer.text());
        org.seat(user, &json!({}));
        assert_eq!(org.verify(user).await["hasAccess"], true, "{user}");
    }
}

async fn a_seat_is_read_however_the_erp_writes_it(stage: Arc<Stage>) {
    // An `organization_id` that differs from the one before raises the global fence.
    let edge = stage.restless().await;
    let org = edge.organization();
    for (number, (field, value, expires_at)) in [
        ("current_period_end", json!("2099-02-01T00:00:00"), json!("2099-02-01T00:00:00Z")),
        ("current_period_end", json!("2099-02-01 00:00:00.000000"), json!("2099-02-01T00:00:00Z")),
        ("current_period_end", json!("2099-02-01T05:30:00+0530"), json!("2099-02-01T00:00:00Z")),
        ("current_period_end", json!(null), json!(null)),
        ("subscription_status", json!("canceled"), json!("any")),
        ("seat_status", json!("active"), json!("any")),
        ("seat_id", json!(789), json!("any")),
        ("subscription_id", json!(7), json!("any")),
        ("organization_id", json!(7), json!("any")),
    ]
    .into_iter()
    .enumerate()
    {
        let user = format!("user_{number}");
        org.seat(&user, &json!({ field: value }));
        let verdict = org.verify(&user).await;
        assert_eq!(verdict["reason"], "SEAT_ACTIVE", "{field}: {value}: {verdict}");
        assert!(expires_at == "any" || verdict["expiresAt"] == expires_at, "{value}: {verdict}");
    }
}

async fn what_is_stale_is_answered_at_once_and_renewed_by_one_question(stage: Arc<Stage>) {
    let edge = stage.hasty().await;
    let org = edge.organization();
    org.seat("ana", &json!({"version": 1}));
    org.make_acquainted("ana").await;
    let (before, began) = (org.questions(), Instant::now());
    org.fails(Ordered { delay_ms: 1_500, ..Ordered::default() });
    org.seat("ana", &json!({"version": 2}));
    for verdict in join_all((0..50).map(|_| org.verify("ana"))).await {
        assert_eq!((&verdict["source"], &verdict["hasAccess"]), (&json!("stale"), &json!(true)));
    }
    // They are asked behind the answers.
    eventually("a question", async || {
        org.verify("ana").await;
        (org.questions() > before).then_some(())
    })
    .await;
    // One at a time, each as long as the ERP takes, after the one that may have been under way: so one for all, where
    // the machine answers them sooner than that.
    let questions = org.questions() - before;
    let most = 2 + u64::try_from(began.elapsed().as_millis() / 1_500).unwrap();
    assert!(questions <= most, "{questions} questions, {most} at most");
    org.recovers();
    eventually("the renewed verdict", async || (org.verify("ana").await["version"] == 2).then_some(())).await;
}

async fn past_its_bound_what_was_known_is_used_no_more(stage: Arc<Stage>) {
    let edge = stage.own(Settings::hasty().with("seat_stale_ms", 3_000)).await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.make_acquainted("ana").await;
    org.fails_with(500);
    eventually("the bound", async || {
        let asked_at = chrono::Utc::now();
        let answer = org.ask("ana").await;
        if answer.status == 503 {
            answer.refused(503, "UPSTREAM_UNAVAILABLE");
            return Some(());
        }
        let verdict = answer.expect(200);
        assert_eq!((&verdict["hasAccess"], &verdict["source"]), (&json!(true), &json!("stale")));
        let as_of: chrono::DateTime<chrono::Utc> = verdict["asOf"].as_str().unwrap().parse().unwrap();
        let age = (asked_at - as_of).num_milliseconds();
        assert!(age <= 3_000, "an answer that was {age} ms old was used");
        None
    })
    .await;
    org.recovers();
    eventually("news", async || {
        let answer = org.ask("ana").await;
        (answer.status == 200).then(|| assert_eq!(answer.json()["hasAccess"], true))
    })
    .await;
}

async fn a_denial_is_news_for_a_while_and_then_asked_again(stage: Arc<Stage>) {
    let (steady, hasty) = (stage.steady().await, stage.hasty().await);
    let org = steady.organization();
    assert_eq!(org.reason("ana").await, ("SEAT_NOT_FOUND".into(), "erp".into()));
    org.seat("ana", &json!({}));
    assert_eq!(org.reason("ana").await, ("SEAT_NOT_FOUND".into(), "cache".into()));
    assert_eq!(org.questions(), 1);

    let org = hasty.organization();
    let denied = async |reason: &str| {
        eventually("a denial", async || {
            let answer = org.ask("ana").await;
            (answer.status == 200).then(|| assert_eq!(answer.json()["reason"], reason))
        })
        .await;
    };
    denied("SEAT_NOT_FOUND").await;
    org.seat("ana", &json!({"seat_status": "PENDING"}));
    denied("SEAT_PENDING").await;
    org.seat("ana", &json!({}));
    denied("SEAT_ACTIVE").await;
}

async fn in_an_outage_a_denied_seat_stays_denied_and_the_unknown_stay_unknown(stage: Arc<Stage>) {
    let edge = stage.hasty().await;
    let org = edge.organization();
    org.seat("revoked", &json!({"seat_status": "REVOKED"}));
    eventually("a denial", async || (org.ask("nobody").await.status == 200).then_some(())).await;
    // What is said at the first contact may not be kept; what is said after it is.
    for _ in 0..2 {
        eventually("a denial", async || (org.ask("revoked").await.status == 200).then_some(())).await;
    }
    org.fails_with(500);
    assert_eq!(org.reason("revoked").await, ("SEAT_REVOKED".into(), "stale".into()));
    // Who was unknown may have come since.
    org.ask("nobody").await.refused(503, "UPSTREAM_UNAVAILABLE");
}

async fn five_hundred_cold_checks_are_one_question(stage: Arc<Stage>) {
    // An edge on which nothing else goes on: an organisation that is met for the first time is asked about again where
    // another one is invalidated meanwhile.
    let stores = Stores::shared(stage.shape).await;
    let edge = Edge::start_without_a_touch(stage.shape, Settings::steady(), stores).await;
    edge.ready().await;
    for round in ["with empty stores", "again", "and again"] {
        // Whoever the cache gives no answer asks for itself, so one question is what is to be seen where it answered all.
        let mut plays = 0;
        while !are_five_hundred_checks_one_question(&edge, round).await {
            plays += 1;
            assert!(plays < 5, "the cache does not answer: {round}");
        }
    }
}

/// False: the cache gave no answer to some of the checks in its time; each of these may have been a question more.
async fn are_five_hundred_checks_one_question(edge: &Edge, round: &str) -> bool {
    let failed_before = edge.cache_calls_failed().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    // So that they overlap.
    org.fails(Ordered { delay_ms: 300, ..Ordered::default() });
    let verdicts: Vec<Value> = join_all((0..500).map(|_| org.verify("ana"))).await;
    assert!(verdicts.iter().all(|verdict| verdict["hasAccess"] == true), "{round}");
    assert!(verdicts.iter().any(|verdict| verdict["source"] == "erp"), "{round}");
    let failed = edge.cache_calls_failed().await - failed_before;
    assert!((1..=1 + failed).contains(&org.questions()), "{round}: {} questions, {failed} failed", org.questions());
    failed == 0
}

async fn an_erp_that_is_not_there_is_said_so(stage: Arc<Stage>) {
    let mut edge = stage.own(Settings::steady()).await;
    let key = edge.product().await.to_owned();
    let nowhere = format!("http://127.0.0.1:{}", crate::processes::free_port());
    for node in &mut edge.nodes {
        node.kill();
        node.restart(&[("erp_url", nowhere.clone())]).await;
    }
    edge.ready().await;
    let check = Organization::unknown(&edge).check("ana");
    let answer = edge.post("/verify-seat", &key, &check).await;
    answer.refused(503, "UPSTREAM_UNAVAILABLE");
    assert!(!answer.text().contains(&nowhere), "{}", answer.text());
}
