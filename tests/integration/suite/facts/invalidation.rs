//! What was revoked is refused by the very next check.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use upstreams::Ordered;

use crate::edge::{BOOTSTRAP, Customer, Organization, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    once_an_invalidation_is_answered_every_check_knows_of_it,
    a_seat_that_was_given_is_seen_by_the_very_next_check_too,
    an_organisation_is_forgotten_under_all_its_names_and_no_other_with_it,
    an_answer_that_was_under_way_is_not_kept,
    a_check_after_an_invalidation_does_not_wait_for_a_question_from_before,
    in_an_outage_what_was_forgotten_is_not_served,
    an_organisation_that_nobody_asked_about_can_be_forgotten,
    a_fence_only_ever_grows,
    invalidating_lifts_no_suspension_and_the_platform_may_drop_it,
    a_tenant_that_is_not_active_has_no_seats,
    what_to_forget_must_be_said_clearly,
}

async fn once_an_invalidation_is_answered_every_check_knows_of_it(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    edge.product().await;
    let org = edge.organization();
    for round in 0..6 {
        org.seat("ana", &json!({}));
        org.invalidate(&org.by_alias()).await;
        // On many connections at once, so that many instances know of it.
        for verdict in join_all((0..60).map(|_| org.verify("ana"))).await {
            assert_eq!(verdict["hasAccess"], true, "round {round}");
        }
        org.make_acquainted("ana").await;
        org.seat("ana", &json!({"seat_status": "REVOKED"}));
        assert_eq!(org.reason("ana").await, ("SEAT_ACTIVE".into(), "cache".into()), "nobody knows yet");
        org.invalidate(&if round % 2 == 0 { org.by_alias() } else { org.by_id() }).await;
        for verdict in join_all((0..100).map(|_| org.verify("ana"))).await {
            assert_eq!(verdict["reason"], "SEAT_REVOKED", "round {round}: {verdict}");
        }
    }
}

async fn a_seat_that_was_given_is_seen_by_the_very_next_check_too(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let unknown = Organization::unknown(&edge);
    assert_eq!(unknown.reason("ana").await.0, "ORGANIZATION_NOT_FOUND");
    unknown.make_known();
    unknown.invalidate(&unknown.by_alias()).await;
    assert_eq!(unknown.reason("ana").await, ("SEAT_NOT_FOUND".into(), "erp".into()));
    unknown.seat("ana", &json!({}));
    unknown.invalidate(&unknown.by_alias()).await;
    assert_eq!(unknown.reason("ana").await, ("SEAT_ACTIVE".into(), "erp".into()));
}

async fn an_organisation_is_forgotten_under_all_its_names_and_no_other_with_it(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let (org, other) = (edge.organization(), edge.organization());
    let elsewhere = org.in_application("powerdialer");
    let all = [&org, &elsewhere, &other];
    for one in all {
        one.seat("ana", &json!({}));
        one.make_acquainted("ana").await;
        one.seat("ana", &json!({"seat_status": "REVOKED"}));
    }
    org.invalidate(&elsewhere.by_alias()).await;
    assert_eq!(elsewhere.reason("ana").await.0, "SEAT_REVOKED");
    assert_eq!(org.reason("ana").await.0, "SEAT_REVOKED");
    assert_eq!(other.reason("ana").await, ("SEAT_ACTIVE".into(), "cache".into()));
}

/// Has the ERP make an answer now and send it when it is out of date: revoked, and invalidated in between. Gives what
/// whoever asked first was told.
async fn overtaken(org: &Organization<'_>, named: &Value) -> Value {
    let asked = org.questions();
    org.fails(Ordered { late_ms: 3_000, times: Some(1), ..Ordered::default() });
    let overtake = async {
        eventually("the question", async || (org.questions() > asked).then_some(())).await;
        // The ERP has made up its mind a moment after the question was counted.
        tokio::time::sleep(Duration::from_millis(300)).await;
        org.seat("ana", &json!({"seat_status": "REVOKED"}));
        org.invalidate(named).await;
    };
    futures::join!(org.verify("ana"), overtake).0
}

async fn an_answer_that_was_under_way_is_not_kept(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    edge.product().await;
    for acquainted in [false, true] {
        for by_id in [false, true] {
            let org = edge.organization();
            org.seat("ana", &json!({}));
            if acquainted {
                org.seat("bea", &json!({}));
                org.make_acquainted("bea").await;
            }
            let named = if by_id { org.by_id() } else { org.by_alias() };
            overtaken(&org, &named).await;
            for verdict in join_all((0..20).map(|_| org.verify("ana"))).await {
                assert_eq!(verdict["reason"], "SEAT_REVOKED", "acquainted: {acquainted}, by id: {by_id}");
            }
        }
    }
}

async fn a_check_after_an_invalidation_does_not_wait_for_a_question_from_before(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    edge.product().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    let after = async {
        eventually("the question", async || (org.questions() > 0).then_some(())).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        org.seat("ana", &json!({"seat_status": "REVOKED"}));
        org.invalidate(&org.by_alias()).await;
        join_all((0..20).map(|_| org.verify("ana"))).await
    };
    org.fails(Ordered { late_ms: 3_000, times: Some(1), ..Ordered::default() });
    let (_, after) = futures::join!(org.verify("ana"), after);
    for verdict in after {
        assert_eq!(verdict["reason"], "SEAT_REVOKED");
    }
}

async fn in_an_outage_what_was_forgotten_is_not_served(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.make_acquainted("ana").await;
    org.fails_with(500);
    assert_eq!(org.reason("ana").await, ("SEAT_ACTIVE".into(), "cache".into()));
    org.invalidate(&org.by_id()).await;
    for _ in 0..5 {
        org.ask("ana").await.refused(503, "UPSTREAM_UNAVAILABLE");
    }
    org.recovers();
    eventually("news", async || {
        let answer = org.ask("ana").await;
        (answer.status == 200).then(|| assert_eq!(answer.json()["source"], "erp"))
    })
    .await;
}

async fn an_organisation_that_nobody_asked_about_can_be_forgotten(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.invalidate(&org.by_alias()).await;
    org.invalidate(&org.by_id()).await;
    assert_eq!(org.reason("ana").await, ("SEAT_ACTIVE".into(), "erp".into()));
    org.make_acquainted("ana").await;
}

async fn invalidating_lifts_no_suspension_and_the_platform_may_drop_it(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    customer.organization.seat("ana", &json!({}));
    customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    customer.stands("SEAT_ACTIVE").await;
    customer.tell(&customer.event("subscription.halted")).await.expect(200);
    customer.stands("SUBSCRIPTION_SUSPENDED").await;
    let own = edge.new_key(json!({"tenant_id": customer.tenant, "scopes": ["seats:write", "tenants:admin"]})).await.1;
    for key in [own.as_str(), edge.product().await, BOOTSTRAP] {
        for named in [customer.organization.by_alias(), customer.organization.by_id()] {
            edge.post("/api/v1/seats/invalidate", key, &named).await.expect(200);
            customer.stands("SUBSCRIPTION_SUSPENDED").await;
        }
    }
    let path = format!("/api/v1/seats/overrides/{}", customer.tenant);
    let dropped = async |key: &str| edge.call("DELETE", &path).key(key).send().await;
    dropped(&own).await.refused(403, "PERMISSION_DENIED");
    customer.stands("SUBSCRIPTION_SUSPENDED").await;
    assert_eq!(dropped(BOOTSTRAP).await.status, 204);
    customer.stands("SEAT_ACTIVE").await;
    let audit = edge.call("GET", &format!("/api/v1/tenants/{}/audit", customer.tenant)).key(BOOTSTRAP).send().await;
    assert!(audit.expect(200).to_string().contains("seat_override.dropped"));
    // The next event counts again.
    customer.tell(&customer.event("subscription.cancelled")).await.expect(200);
    let verdict = customer.organization.verify("ana").await;
    assert_eq!(verdict["subscriptionStatus"], "CANCELLED");
}

async fn a_tenant_that_is_not_active_has_no_seats(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    customer.organization.seat("ana", &json!({}));
    let path = format!("/api/v1/tenants/{}", customer.tenant);
    for _ in 0..3 {
        customer.stands("SEAT_ACTIVE").await;
        for (is_active, reason) in [(false, "SUBSCRIPTION_SUSPENDED"), (true, "SEAT_ACTIVE")] {
            let body = json!({ "is_active": is_active });
            edge.call("PUT", &path).key(BOOTSTRAP).json(&body).send().await.expect(200);
            customer.stands(reason).await;
        }
    }
}

async fn a_fence_only_ever_grows(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    edge.product().await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.verify("ana").await;
    let mut last = 0;
    for round in 0..10 {
        let fence = org.invalidate(&if round % 2 == 0 { org.by_alias() } else { org.by_id() }).await;
        assert!(fence > last, "{fence} after {last}");
        last = fence;
    }
    let (by_alias, by_id) = (org.by_alias(), org.by_id());
    let together = (0..20).map(|turn| org.invalidate(if turn % 2 == 0 { &by_alias } else { &by_id }));
    let mut fences = join_all(together).await;
    fences.sort_unstable();
    fences.dedup();
    assert_eq!(fences.len(), 20, "each has a number of its own: {fences:?}");
    assert!(fences.iter().all(|fence| *fence > last && *fence < 1 << 53), "{fences:?}");
}

async fn what_to_forget_must_be_said_clearly(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    for (body, field) in [
        (json!({}), "organizationId"),
        (json!({"applicationSlug": "healos"}), "externalOrgId"),
        (json!({"externalOrgId": "x"}), "applicationSlug"),
        (json!({"organizationId": "o", "applicationSlug": "healos", "externalOrgId": "x"}), "organizationId"),
        (json!({"organizationId": ""}), "organizationId"),
        (json!({"organizationId": "a\nb"}), "organizationId"),
        (json!({"organizationId": 7}), "organizationId"),
        (json!({"applicationSlug": "healos", "externalOrgId": ["x"]}), "externalOrgId"),
        (json!({"applicationSlug": "", "externalOrgId": "x"}), "applicationSlug"),
    ] {
        let answer = edge.post("/api/v1/seats/invalidate", edge.product().await, &body).await;
        answer.refused(400, "VALIDATION_ERROR");
        assert_eq!(answer.json()["errors"][0]["field"], field, "{body}");
    }
}
