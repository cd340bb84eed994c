//! What belongs to a tenant: its users, its keys, what applications call it; and the group's own companies.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::edge::{BOOTSTRAP, Customer, Edge, Settings};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    of_owners_who_leave_at_once_one_stays,
    who_leaves_is_forgotten_and_the_audit_stays,
    a_tenants_key_is_made_and_revoked_by_its_own_admin,
    payments_reach_the_seats_of_an_external_id_at_once_whatever_the_erp_calls_the_organisation,
    an_external_id_is_one_tenants,
    the_groups_companies_are_made_once_by_however_many,
    who_asks_too_often_is_told_to_wait_on_every_node_and_seat_checks_go_on,
}

async fn tenant(edge: &Edge) -> String {
    let customer = Customer::new(edge).await;
    format!("/api/v1/tenants/{}", customer.tenant)
}

async fn ask(edge: &Edge, method: &str, path: &str, body: &Value) -> crate::client::Answer {
    let call = edge.call(method, path).key(BOOTSTRAP);
    if body.is_null() { call.send().await } else { call.json(body).send().await }
}

async fn get(edge: &Edge, path: &str) -> Value {
    ask(edge, "GET", path, &Value::Null).await.expect(200)
}

async fn of_owners_who_leave_at_once_one_stays(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let path = tenant(&edge).await;
    for round in 0..5 {
        let owners: Vec<String> = (0..4).map(|number| format!("owner-{round}-{number}")).collect();
        for owner in &owners {
            let new = json!({"user_id": owner, "role": "OWNER"});
            ask(&edge, "POST", &format!("{path}/users"), &new).await.expect(201);
        }
        let (demotion, nothing) = (json!({"role": "MEMBER"}), Value::Null);
        let all = owners.iter().enumerate().map(|(number, owner)| {
            let path = format!("{path}/users/{owner}");
            let (method, body) = if number % 2 == 0 { ("DELETE", &nothing) } else { ("PUT", &demotion) };
            let edge = &edge;
            async move { ask(edge, method, &path, body).await }
        });
        let answers = join_all(all).await;
        let users = get(&edge, &format!("{path}/users")).await;
        let left: Vec<&Value> = users["data"].as_array().unwrap().iter().filter(|one| one["role"] == "OWNER").collect();
        // Whoever stayed before may have been the one to stay.
        assert!(!left.is_empty(), "{:?}", answers.iter().map(|answer| answer.text()).collect::<Vec<_>>());
        let refused = answers.iter().filter(|answer| answer.status == 409).count();
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 204 | 409)));
        assert_eq!(refused, usize::from(round == 0), "round {round}");
    }
}

async fn who_leaves_is_forgotten_and_the_audit_stays(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let path = tenant(&edge).await;
    for (user, role) in [("ana", "OWNER"), ("ben", "ADMIN")] {
        let new = json!({"user_id": user, "role": role, "email": format!("{user}@clinic.example"), "name": user});
        ask(&edge, "POST", &format!("{path}/users"), &new).await.expect(201);
    }
    ask(&edge, "PUT", &path, &json!({"billing_email": "ben@clinic.example"})).await.expect(200);
    assert_eq!(ask(&edge, "DELETE", &format!("{path}/users/ben"), &Value::Null).await.status, 204);
    ask(&edge, "DELETE", &format!("{path}/users/ben"), &Value::Null).await.refused(404, "USER_NOT_FOUND");
    ask(&edge, "DELETE", &format!("{path}/users/ana"), &Value::Null).await.refused(409, "LAST_OWNER");
    for of in ["", "/users", "/audit", "/usage/stats"] {
        let told = get(&edge, &format!("{path}{of}")).await;
        assert!(!told.to_string().contains("ben@clinic.example"), "{told}");
    }
    let audit = get(&edge, &format!("{path}/audit")).await;
    let of_ben = audit["data"].as_array().unwrap().iter().filter(|deed| deed["detail"]["user_id"] == "ben");
    let mut actions: Vec<&str> = of_ben.map(|deed| deed["action"].as_str().unwrap()).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["user.added", "user.erased", "user.removed"], "{audit}");
    let removed = get(&edge, &format!("{path}/audit?action=user.removed")).await;
    assert_eq!(removed["data"].as_array().unwrap().len(), 1, "{removed}");
    assert_eq!(get(&edge, &format!("{path}/usage/stats")).await["users"]["total"], 1);
}

async fn a_tenants_key_is_made_and_revoked_by_its_own_admin(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let path = format!("{}/api-keys", tenant(&edge).await);
    let new = json!({"name": "admin", "scopes": ["tenants:admin", "seats:verify"]});
    let admin = ask(&edge, "POST", &path, &new).await.expect(201);
    let admin = admin["key"].as_str().unwrap();
    let make = async |scopes: Value| {
        edge.call("POST", &path).key(admin).json(&json!({"name": "k", "scopes": scopes})).send().await
    };
    make(json!(["rules:write"])).await.refused(403, "PERMISSION_DENIED");
    let made = make(json!(["seats:verify"])).await.expect(201);
    let listed = edge.call("GET", &path).key(admin).send().await.expect(200);
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(made["key"].as_str().unwrap()));
    let revoke = async || {
        let path = format!("{path}/{}", made["id"].as_str().unwrap());
        edge.call("DELETE", &path).key(admin).send().await
    };
    assert_eq!(revoke().await.status, 204);
    revoke().await.refused(404, "API_KEY_NOT_FOUND");
}

async fn payments_reach_the_seats_of_an_external_id_at_once_whatever_the_erp_calls_the_organisation(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    // The ERP calls it something else than the edge.
    let organization = edge.organization();
    organization.seat("ana", &json!({}));
    let stands = async |reason: &str| {
        for node in &edge.nodes {
            let check = organization.check("ana");
            let verdict = node.call("POST", "/verify-seat").key(edge.product().await).json(&check).send().await;
            assert_eq!(verdict.expect(200)["reason"], reason, "{}", node.address());
        }
    };
    customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    customer.tell(&customer.event("subscription.halted")).await.expect(200);
    organization.make_acquainted("ana").await;
    stands("SEAT_ACTIVE").await;
    let path = format!("/api/v1/tenants/{}/external-ids/{}", customer.tenant, organization.application);
    let set = ask(&edge, "PUT", &path, &json!({"externalOrgId": organization.external})).await.expect(200);
    assert_eq!((&set["applicationSlug"], &set["externalOrgId"]), (&json!("healos"), &json!(organization.external)));
    stands("SUBSCRIPTION_SUSPENDED").await;
    customer.tell(&customer.paid("payment.captured", "p2")).await.expect(200);
    stands("SEAT_ACTIVE").await;
    customer.tell(&customer.event("subscription.halted")).await.expect(200);
    stands("SUBSCRIPTION_SUSPENDED").await;
    assert_eq!(ask(&edge, "DELETE", &path, &Value::Null).await.status, 204);
    stands("SEAT_ACTIVE").await;
}

async fn an_external_id_is_one_tenants(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let mut paths = Vec::new();
    for _ in 0..10 {
        paths.push(format!("{}/external-ids/openmic", tenant(&edge).await));
    }
    let wanted = json!({"externalOrgId": paths[0]});
    let answers = join_all(paths.iter().map(|path| ask(&edge, "PUT", path, &wanted))).await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(200), count(409)), (1, 9));
}

async fn the_groups_companies_are_made_once_by_however_many(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let provision = || edge.call("POST", "/api/v1/tenants/provision-internal").key(BOOTSTRAP).send();
    let answers = join_all((0..6).map(|_| provision())).await;
    let created: usize = answers.iter().map(|answer| answer.expect(200)["created"].as_array().unwrap().len()).sum();
    assert_eq!(created, 8);
    let again = provision().await.expect(200);
    let codes: Vec<&str> =
        again["data"].as_array().unwrap().iter().map(|one| one["erp_company_code"].as_str().unwrap()).collect();
    assert_eq!(codes, (1..=8).map(|number| format!("BHM00{number}")).collect::<Vec<_>>());
    assert_eq!(again["data"][0]["id"], "79f70aef-17eb-48a8-b599-2879721e8796");
    let listed = get(&edge, "/api/v1/tenants").await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 8);
}

async fn who_asks_too_often_is_told_to_wait_on_every_node_and_seat_checks_go_on(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with("rate_limit_per_key", 6).with("rate_limit_per_tenant", 0)).await;
    let (_, key) = edge.new_key(json!({"scopes": ["rules:read", "seats:verify"]})).await;
    // Checks that ask the ERP count, those from the cache do not.
    let organization = edge.organization();
    organization.seat("ana", &json!({}));
    edge.post("/verify-seat", BOOTSTRAP, &organization.check("ana")).await.expect(200);
    let mut served = 0;
    let refused = loop {
        let answer = edge.call("GET", "/api/v1/rules").key(&key).send().await;
        assert_eq!(answer.header("ratelimit-limit"), "6");
        if answer.status != 200 {
            break answer;
        }
        served += 1;
        // A slow machine gets one more each ten seconds.
        assert!(served < 30);
    };
    assert!(served >= 6, "{served}");
    refused.refused(429, "RATE_LIMITED");
    assert_eq!(refused.header("ratelimit-remaining"), "0");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    for _ in 0..10 {
        edge.post("/verify-seat", &key, &organization.check("ana")).await.expect(200);
    }
    edge.post("/verify-seat", &key, &organization.check("somebody")).await.refused(429, "RATE_LIMITED");
    edge.call("GET", "/api/v1/rules").key(BOOTSTRAP).send().await.expect(200);
}
