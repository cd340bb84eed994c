//! What a check is answered with.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::edge::{ERP_API_KEY, Organization, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_grant_is_written_as_the_contract_says_and_then_comes_from_the_cache,
    a_denial_is_a_200_with_nulls_where_nothing_is_known,
    which_states_grant_and_until_when,
    access_ends_at_its_instant_also_where_it_is_news_and_the_erp_is_down,
    a_min_version_is_not_served_from_an_older_cache,
    the_erp_is_asked_as_it_wants_to_be,
    two_organisations_and_two_applications_say_each_its_own_of_one_user,
}

fn in_seconds(seconds: i64) -> String {
    (Utc::now() + TimeDelta::seconds(seconds)).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Checks the instant and takes it out, for the rest to be compared.
fn without_as_of(mut verdict: Value) -> Value {
    let as_of = verdict.as_object_mut().unwrap().remove("asOf").expect("asOf");
    let as_of = as_of.as_str().unwrap();
    assert_eq!(as_of.len(), "2024-01-15T10:00:00.120Z".len(), "{as_of}");
    assert!(as_of.ends_with('Z'), "{as_of}");
    let age = Utc::now() - as_of.parse::<DateTime<Utc>>().unwrap();
    assert!((-1_000..600_000).contains(&age.num_milliseconds()), "{as_of}");
    verdict
}

async fn a_grant_is_written_as_the_contract_says_and_then_comes_from_the_cache(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    org.seat("ana", &json!({"seat_id": "seat_789", "current_period_end": "2099-02-01T05:30:00+05:30", "version": 12}));
    let expected = |source: &str| {
        json!({
            "hasAccess": true, "seatId": "seat_789", "subscriptionStatus": "ACTIVE",
            "expiresAt": "2099-02-01T00:00:00Z", "reason": "SEAT_ACTIVE", "source": source, "version": 12,
        })
    };
    let asked = org.verify("ana").await;
    assert_eq!(without_as_of(asked.clone()), expected("erp"));
    for _ in 0..4 {
        let known = org.verify("ana").await;
        assert_eq!(known["asOf"], asked["asOf"], "it is as old as it was");
        assert_eq!(without_as_of(known), expected("cache"));
    }
    assert_eq!(org.questions(), 1);
}

async fn a_denial_is_a_200_with_nulls_where_nothing_is_known(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let (unknown, known) = (Organization::unknown(&edge), edge.organization());
    for (org, reason) in [(&unknown, "ORGANIZATION_NOT_FOUND"), (&known, "SEAT_NOT_FOUND")] {
        for source in ["erp", "cache", "cache"] {
            let expected = json!({
                "hasAccess": false, "seatId": null, "subscriptionStatus": null, "expiresAt": null, "reason": reason,
                "source": source, "version": null,
            });
            assert_eq!(without_as_of(org.verify("ana").await), expected);
        }
        assert_eq!(org.questions(), 1);
    }
    for (status, reason) in [("REVOKED", "SEAT_REVOKED"), ("PENDING", "SEAT_PENDING")] {
        let end = "2099-02-01T00:00:00Z";
        known.seat(status, &json!({"seat_status": status, "current_period_end": end, "version": 3}));
        for source in ["erp", "cache"] {
            let expected = json!({
                "hasAccess": false, "seatId": format!("seat_{status}"), "subscriptionStatus": "ACTIVE",
                "expiresAt": end, "reason": reason, "source": source, "version": 3,
            });
            assert_eq!(without_as_of(known.verify(status).await), expected);
        }
    }
}

async fn which_states_grant_and_until_when(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    let day = 24 * 3600;
    for (index, (status, ends_in, has_access, reason)) in [
        ("ACTIVE", day, true, "SEAT_ACTIVE"),
        ("ACTIVE", -1, false, "SUBSCRIPTION_EXPIRED"),
        ("TRIALING", day, true, "SEAT_ACTIVE"),
        ("TRIALING", -1, false, "SUBSCRIPTION_EXPIRED"),
        ("PAST_DUE", day, true, "GRACE_PERIOD"),
        ("PAST_DUE", -day, true, "GRACE_PERIOD"),
        ("PAST_DUE", -3 * day + 600, true, "GRACE_PERIOD"),
        ("PAST_DUE", -3 * day - 1, false, "SUBSCRIPTION_PAST_DUE"),
        ("CANCELLED", day, true, "SEAT_ACTIVE"),
        ("CANCELLED", -1, false, "SUBSCRIPTION_CANCELLED"),
        ("SUSPENDED", day, false, "SUBSCRIPTION_SUSPENDED"),
        ("EXPIRED", day, false, "SUBSCRIPTION_EXPIRED"),
    ]
    .into_iter()
    .enumerate()
    {
        let user = format!("user_{index}");
        org.seat(&user, &json!({"subscription_status": status, "current_period_end": in_seconds(ends_in)}));
        let verdict = org.verify(&user).await;
        let said = (&verdict["hasAccess"], &verdict["reason"], &verdict["subscriptionStatus"]);
        assert_eq!(said, (&json!(has_access), &json!(reason), &json!(status)), "{status}, {ends_in} s");
    }
}

async fn access_ends_at_its_instant_also_where_it_is_news_and_the_erp_is_down(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    edge.product().await;
    // On a slow machine the first period may end before it was asked about.
    for seconds in [3, 10, 30] {
        let (user, end) = (format!("user_{seconds}"), in_seconds(seconds));
        org.seat(&user, &json!({"current_period_end": end}));
        if org.verify(&user).await["hasAccess"] != true {
            continue;
        }
        org.fails_with(500);
        let end: DateTime<Utc> = end.parse().unwrap();
        eventually("the end of access", async || {
            let asked_at = Utc::now();
            let verdict = org.verify(&user).await;
            if verdict["hasAccess"] == true {
                assert!(asked_at < end, "asked at {asked_at}, granted: {verdict}");
                return None;
            }
            assert!(Utc::now() >= end, "denied too early: {verdict}");
            assert_eq!((&verdict["reason"], &verdict["source"]), (&json!("SUBSCRIPTION_EXPIRED"), &json!("stale")));
            Some(())
        })
        .await;
        return;
    }
    panic!("a period of 30 s was over before its first check was answered");
}

async fn a_min_version_is_not_served_from_an_older_cache(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    let ask = async |wanted: i64| {
        let mut check = org.check("ana");
        check["minVersion"] = wanted.into();
        edge.verify(&check).await
    };
    let said = |verdict: Value| (verdict["version"].as_i64().unwrap(), verdict["source"].as_str().unwrap().to_owned());
    org.seat("ana", &json!({"version": 1}));
    assert_eq!(said(ask(1).await.expect(200)), (1, "erp".into()));
    assert_eq!(said(ask(1).await.expect(200)), (1, "cache".into()));
    org.seat("ana", &json!({"version": 2}));
    assert_eq!(said(org.verify("ana").await), (1, "cache".into()));
    assert_eq!(said(ask(2).await.expect(200)), (2, "erp".into()));
    assert_eq!(said(ask(2).await.expect(200)), (2, "cache".into()));
    assert_eq!(said(org.verify("ana").await), (2, "cache".into()));
    // The ERP is behind: its word is what there is, and is not taken for newer than it is.
    assert_eq!(said(ask(3).await.expect(200)), (2, "erp".into()));
    assert_eq!(said(ask(3).await.expect(200)), (2, "erp".into()));
    org.fails_with(500);
    ask(3).await.refused(503, "UPSTREAM_UNAVAILABLE");
    assert_eq!(said(ask(2).await.expect(200)), (2, "cache".into()));
    // Nobody knows which version is not there.
    let nobody = Organization::unknown(&edge);
    assert_eq!(nobody.reason("ana").await.1, "erp");
    let mut check = nobody.check("ana");
    check["minVersion"] = 1.into();
    assert_eq!(edge.verify(&check).await.expect(200)["source"], "erp");
}

async fn the_erp_is_asked_as_it_wants_to_be(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    org.seat("j. doe/é", &json!({}));
    assert_eq!(org.verify("j. doe/é").await["seatId"], "seat_j. doe/é");
    let path = format!("/api/v1/seats/healos/{}/j.%20doe%2F%C3%A9", org.external);
    let headers = edge.erp.calls.last_headers(&path).expect("each segment is percent-encoded");
    assert_eq!(headers["authorization"], format!("Bearer {ERP_API_KEY}"));
    assert_eq!(headers["x-source"], "bheem-edge");
    let product = edge.product().await.as_bytes();
    assert!(headers.values().all(|value| !value.as_bytes().windows(product.len()).any(|part| part == product)));
}

async fn two_organisations_and_two_applications_say_each_its_own_of_one_user(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let (one, other) = (edge.organization(), edge.organization());
    let elsewhere = one.in_application("powerdialer");
    one.seat("ana", &json!({"seat_id": "of-one"}));
    other.seat("ana", &json!({"seat_id": "of-other", "seat_status": "REVOKED"}));
    elsewhere.seat("ana", &json!({"seat_id": "elsewhere", "subscription_status": "SUSPENDED"}));
    for _ in 0..3 {
        let mut said = BTreeSet::new();
        for org in [&one, &other, &elsewhere] {
            let verdict = org.verify("ana").await;
            said.insert((
                verdict["seatId"].as_str().unwrap().to_owned(),
                verdict["reason"].as_str().unwrap().to_owned(),
            ));
        }
        let expected =
            [("elsewhere", "SUBSCRIPTION_SUSPENDED"), ("of-one", "SEAT_ACTIVE"), ("of-other", "SEAT_REVOKED")];
        assert_eq!(said, expected.map(|(seat, reason)| (seat.to_owned(), reason.to_owned())).into());
    }
    // The same id in another application is another organisation.
    let mut check = one.check("ana");
    check["applicationSlug"] = "openmic".into();
    assert_eq!(edge.verify(&check).await.expect(200)["reason"], "ORGANIZATION_NOT_FOUND");
}
