//! Jobs: what happens later is seen, and one drain runs it whichever component it belongs to.

use std::sync::Arc;

use serde_json::json;
use upstreams::Ordered;

use crate::edge::{BOOTSTRAP, CREDITS, Customer, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_payment_that_waits_for_the_erp_is_a_job_that_the_drain_finishes,
    a_tenants_key_neither_drains_nor_sees_the_jobs_of_others,
}

const DRAIN: &str = "/api/v1/jobs/drain";

async fn a_payment_that_waits_for_the_erp_is_a_job_that_the_drain_finishes(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with_webhooks()).await;
    let customer = Customer::new(&edge).await;
    edge.erp.faults.order(Ordered { status: Some(500), ..Ordered::default() });
    let answer = customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    assert_eq!(answer["status"], "accepted");
    let path = format!("/api/v1/jobs?kind=webhooks.event&tenant_id={}", customer.tenant);
    let jobs = async || edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200)["data"].clone();
    let job = eventually("the job", async || jobs().await.get(0).cloned()).await;
    assert_eq!((&job["kind"], &job["tenant_id"]), (&json!("webhooks.event"), &json!(customer.tenant)));
    edge.erp.faults.clear();
    let replay = format!("/api/v1/jobs/{}/replay", job["id"].as_str().unwrap());
    eventually("the drain", async || {
        // It may be done by now.
        let replayed = edge.call("POST", &replay).key(BOOTSTRAP).send().await;
        assert!(matches!(replayed.status, 200 | 404), "{}", replayed.text());
        let drained = edge.call("POST", DRAIN).key(BOOTSTRAP).send().await.expect(200);
        assert!(drained["completed"].is_number() && drained["more"].is_boolean(), "{drained}");
        (customer.tenant().await["subscription_status"] == "active").then_some(())
    })
    .await;
    assert_eq!(customer.tenant().await["credits"], CREDITS);
    eventually("the job to be gone", async || {
        edge.call("POST", DRAIN).key(BOOTSTRAP).send().await.expect(200);
        (jobs().await == json!([])).then_some(())
    })
    .await;
    // Recurring jobs of all components are there by themselves.
    let all = edge.call("GET", "/api/v1/jobs?limit=200").key(BOOTSTRAP).send().await.expect(200);
    for kind in ["erp_sync.schedule", "jobs.remove_dead", "notifications.send", "webhooks.retention"] {
        assert!(all["data"].as_array().unwrap().iter().any(|job| job["kind"] == kind), "{kind}: {all}");
    }
}

async fn a_tenants_key_neither_drains_nor_sees_the_jobs_of_others(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let new = json!({"name": "jobs", "scopes": ["jobs:read", "jobs:write"], "tenant_id": customer.tenant});
    let made = edge.post("/api/v1/api-keys", BOOTSTRAP, &new).await.expect(201);
    let key = made["key"].as_str().unwrap();
    let own = edge.call("GET", "/api/v1/jobs").key(key).send().await.expect(200);
    assert_eq!(own, json!({"data": [], "nextCursor": null}));
    edge.call("POST", DRAIN).key(key).send().await.refused(403, "PERMISSION_DENIED");
    edge.call("POST", DRAIN).key("nobody").send().await.refused(401, "UNAUTHENTICATED");
    edge.call("POST", "/api/v1/jobs/job_none/replay").key(key).send().await.refused(404, "JOB_NOT_FOUND");
    // Where components drain for each other, no route leads from outside.
    edge.call("POST", "/jobs/drain").key(BOOTSTRAP).send().await.refused(404, "NOT_FOUND");
}
