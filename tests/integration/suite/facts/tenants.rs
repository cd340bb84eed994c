//! Tenants: made, read, changed; each key sees its own tenant's things and nobody else's.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::edge::{BOOTSTRAP, Customer};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_tenant_is_read_and_changed_as_it_was_made,
    of_twenty_who_want_one_slug_one_gets_it,
    a_tenants_key_sees_its_own_and_cannot_tell_anothers_from_none,
    an_internal_tenant_is_never_billed,
}

const TENANTS: &str = "/api/v1/tenants";

async fn a_tenant_is_read_and_changed_as_it_was_made(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::of(&edge);
    let path = format!("{TENANTS}/{}", customer.tenant);
    edge.call("GET", &path).key(BOOTSTRAP).send().await.refused(404, "TENANT_NOT_FOUND");
    customer.make_known().await;
    let made = customer.tenant().await;
    assert_eq!((&made["id"], &made["tenant_mode"]), (&json!(customer.tenant), &json!("external")));
    assert_eq!((&made["subscription_status"], &made["credits"]), (&Value::Null, &json!(0)));
    let change = json!({"billing_email": "bills@clinic.example", "settings": {"theme": "dark"}});
    edge.call("PUT", &path).key(BOOTSTRAP).json(&change).send().await.expect(200);
    let changed = customer.tenant().await;
    assert_eq!((&changed["billing_email"], &changed["name"]), (&change["billing_email"], &made["name"]));
    assert_eq!(changed["settings"], change["settings"]);
}

async fn of_twenty_who_want_one_slug_one_gets_it(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let slug = format!("clinic-{}", Customer::of(&edge).subscription.replace('_', "-"));
    let new = json!({"name": "City Clinic", "slug": slug, "owner_email": "owner@clinic.example"});
    let answers = join_all((0..20).map(|_| edge.post(TENANTS, BOOTSTRAP, &new))).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((made, refused), (1, 19), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
}

async fn a_tenants_key_sees_its_own_and_cannot_tell_anothers_from_none(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let (own, other, nobody) = (Customer::new(&edge).await, Customer::new(&edge).await, Customer::of(&edge));
    for customer in [&own, &other] {
        customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    }
    let scopes = json!(["webhooks:read", "webhooks:write", "tenants:admin"]);
    let (_, key) = edge.new_key(json!({"tenant_id": own.tenant, "scopes": scopes})).await;
    let events = async |key: &str| {
        let path = "/api/v1/webhooks/events?limit=200";
        let listed = edge.call("GET", path).key(key).send().await.expect(200);
        listed["data"].as_array().unwrap().clone()
    };
    let seen = events(&key).await;
    assert!(seen.len() == 1 && seen[0]["tenant_id"] == own.tenant.as_str(), "{seen:?}");
    let all = events(BOOTSTRAP).await;
    let foreign = all.iter().find(|event| event["tenant_id"] == other.tenant.as_str()).expect("the other's event");
    let foreign = foreign["id"].as_str().unwrap();
    let ask = async |method: &str, path: &str| {
        let answer = edge.call(method, path).key(&key).json(&json!({"name": "Mine"})).send().await;
        let mut problem = answer.json();
        problem["requestId"] = json!(null);
        (answer.status, problem)
    };
    for (method, path) in [("GET", ""), ("POST", "/replay")] {
        let path = |id: &str| format!("/api/v1/webhooks/events/{id}{path}");
        let refused = ask(method, &path(foreign)).await;
        assert_eq!((refused.0, &refused), (404, &ask(method, &path("evt_ffffffffffffffffffffffff")).await));
    }
    for method in ["GET", "PUT"] {
        let path = |customer: &Customer<'_>| format!("{TENANTS}/{}", customer.tenant);
        let refused = ask(method, &path(&other)).await;
        assert_eq!((refused.0, &refused), (404, &ask(method, &path(&nobody)).await));
    }
    assert_eq!(edge.call("GET", &format!("{TENANTS}/{}", own.tenant)).key(&key).send().await.status, 200);
    edge.call("POST", "/api/v1/webhooks/drain").key(&key).send().await.refused(403, "PERMISSION_DENIED");
    assert_eq!(other.tenant().await["name"], "City Clinic");
}

async fn an_internal_tenant_is_never_billed(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::of(&edge);
    let mut new = json!({"id": customer.tenant, "name": "Bheemverse", "slug": format!("b-{}", &customer.tenant[24..]),
        "owner_email": "owner@bheem.example", "tenant_mode": "internal"});
    edge.post(TENANTS, BOOTSTRAP, &new).await.refused(400, "VALIDATION_ERROR");
    new["erp_company_code"] = json!("BHM001");
    edge.post(TENANTS, BOOTSTRAP, &new).await.expect(201);
    let answer = customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    assert_eq!(answer, json!({"status": "quarantined", "reason": "internal_tenant"}));
    assert_eq!(customer.tenant().await["subscription_status"], Value::Null);
}
