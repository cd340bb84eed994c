//! Approvals: the people whom the rule names, in its order, each once.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Customer, Edge};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_request_goes_through_level_by_level_and_the_same_person_counts_once,
    of_all_who_approve_at_once_each_counts_once_and_none_too_many,
    a_checkout_is_held_for_two_people_and_once_they_approve_goes_through_and_moves_the_budget,
    a_buyers_own_keys_and_whom_they_put_into_the_role_do_not_approve,
    a_buyer_who_loosens_a_rule_or_a_budget_is_held_by_it_as_it_was,
    an_admin_ends_a_delegation_and_a_delegator_without_the_role_delegates_nothing,
}

const APPROVALS: &str = "/api/v1/enterprise-billing/approvals";

/// A key of a tenant's, and the name it goes by.
struct Person {
    key: String,
    name: String,
}

async fn person(edge: &Edge, tenant: &str, scopes: Value) -> Person {
    let (id, key) = edge.new_key(json!({"tenant_id": tenant, "scopes": scopes})).await;
    Person { key, name: format!("key:{id}") }
}

async fn has_role(edge: &Edge, tenant: &str, role: &str, people: &[&Person]) {
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    let call = edge.call("PUT", &format!("{APPROVALS}/roles/{role}")).key(BOOTSTRAP).header("x-tenant-id", tenant);
    call.json(&json!({"people": names})).send().await.expect(200);
}

async fn post(edge: &Edge, person: &Person, path: &str, body: &Value) -> Answer {
    edge.call("POST", &format!("{APPROVALS}{path}")).key(&person.key).json(body).send().await
}

async fn a_request_goes_through_level_by_level_and_the_same_person_counts_once(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let rita = person(&edge, tenant, json!(["billing:read", "billing:write"])).await;
    let (ana, carl) =
        (person(&edge, tenant, json!(["plans:read"])).await, person(&edge, tenant, json!(["plans:read"])).await);
    has_role(&edge, tenant, "finance_manager", &[&ana, &rita]).await;
    has_role(&edge, tenant, "cfo", &[&carl, &ana, &rita]).await;
    let wanted = json!({"amount": "600000.00", "currency": "INR", "plan_id": "sku_enterprise"});
    let request = post(&edge, &rita, "/requests", &wanted).await.expect(201);
    let process = format!("/requests/{}/process", request["id"].as_str().unwrap());
    let approve = json!({"action": "approve", "comment": "fine"});
    post(&edge, &rita, &process, &approve).await.refused(403, "OWN_REQUEST");
    post(&edge, &carl, &process, &approve).await.refused(403, "NOT_AN_APPROVER");
    let waits = async |who: &Person| {
        let call = edge.call("GET", &format!("{APPROVALS}/requests?waits_for=me")).key(&who.key).send().await;
        call.expect(200)["data"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((waits(&ana).await, waits(&carl).await), (vec![request["id"].clone()], vec![]));
    assert_eq!(post(&edge, &ana, &process, &approve).await.expect(200)["current_level"], 2);
    assert_eq!((waits(&ana).await, waits(&carl).await), (vec![], vec![request["id"].clone()]));
    // She is the CFO as well: it does not help.
    post(&edge, &ana, &process, &approve).await.refused(409, "ALREADY_COUNTED");
    let approved = post(&edge, &carl, &process, &approve).await.expect(200);
    assert_eq!((&approved["status"], &approved["rule"]["version"]), (&json!("approved"), &json!(1)), "{approved}");
    post(&edge, &carl, &process, &approve).await.refused(409, "REQUEST_CLOSED");
    let list = edge.call("GET", &format!("{APPROVALS}/requests?status=approved")).key(&rita.key).send().await;
    assert_eq!(list.expect(200)["data"][0]["id"], request["id"]);
    let other = Customer::new(&edge).await;
    let stranger = person(&edge, &other.tenant, json!(["billing:read", "billing:write"])).await;
    post(&edge, &stranger, &process, &approve).await.refused(404, "APPROVAL_REQUEST_NOT_FOUND");
}

async fn of_all_who_approve_at_once_each_counts_once_and_none_too_many(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let rita = person(&edge, tenant, json!(["billing:read", "billing:write"])).await;
    let board = join_all((0..8).map(|_| person(&edge, tenant, json!(["plans:read"])))).await;
    has_role(&edge, tenant, "board", &board.iter().collect::<Vec<_>>()).await;
    let rule = json!({"name": "The board", "currency": "INR", "min_amount": 100,
        "levels": [{"approvers": ["role:board"], "quorum": 5}]});
    post(&edge, &rita, "/rules", &rule).await.expect(201);
    let wanted = json!({"amount": 101, "currency": "INR"});
    let request = post(&edge, &rita, "/requests", &wanted).await.expect(201);
    let process = format!("/requests/{}/process", request["id"].as_str().unwrap());
    let approve = json!({"action": "approve"});
    // Each of the eight twice, all at once.
    let all = board.iter().chain(&board).map(|person| post(&edge, person, &process, &approve));
    let answers = join_all(all).await;
    let counted = answers.iter().filter(|answer| answer.status == 200).count();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!((counted, statuses.iter().filter(|status| **status == 409).count()), (5, 11), "{statuses:?}");
    let path = format!("{APPROVALS}/requests/{}", request["id"].as_str().unwrap());
    let shown = edge.call("GET", &path).key(&rita.key).send().await.expect(200);
    let people: std::collections::BTreeSet<&str> =
        shown["actions"].as_array().unwrap().iter().filter_map(|action| action["person"].as_str()).collect();
    assert_eq!((people.len(), &shown["status"]), (5, &json!("approved")), "{shown}");
}

async fn a_checkout_is_held_for_two_people_and_once_they_approve_goes_through_and_moves_the_budget(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let rita = person(&edge, tenant, json!(["billing:read", "billing:write"])).await;
    let (ana, carl) =
        (person(&edge, tenant, json!(["plans:read"])).await, person(&edge, tenant, json!(["plans:read"])).await);
    has_role(&edge, tenant, "finance_manager", &[&ana]).await;
    has_role(&edge, tenant, "cfo", &[&carl]).await;
    let budget = json!({"name": "All", "limit": 6000, "currency": "INR", "period": "monthly"});
    let budgets = "/api/v1/enterprise-billing/budgets";
    let made = edge.post(budgets, &rita.key, &budget).await.expect(201);
    let budget = format!("{budgets}/{}", made["id"].as_str().unwrap());
    let sums = async || {
        let shown = edge.call("GET", &budget).key(&rita.key).send().await.expect(200);
        (shown["current"]["spent"].clone(), shown["current"]["reserved"].clone())
    };
    let rule = json!({"name": "Two look on", "currency": "INR", "min_amount": 1000, "levels":
        [{"approvers": ["role:finance_manager"]}, {"approvers": ["role:cfo"]}]});
    let rule = post(&edge, &rita, "/rules", &rule).await.expect(201);
    let buy = async |mark: &str, approval: Option<&Value>| {
        let mut wanted = json!({"plan_id": "WORKSPACE-PRO", "billing_cycle": "monthly"});
        if let Some(id) = approval {
            wanted["approval_request_id"] = id.clone();
        }
        let call = edge.call("POST", "/api/v1/billing/checkout").key(&rita.key).header("idempotency-key", mark);
        call.json(&wanted).send().await
    };
    let pending = buy("first", None).await.expect(202);
    let id = &pending["approval_request_id"];
    let process = format!("/requests/{}/process", id.as_str().unwrap());
    let approve = json!({"action": "approve"});
    post(&edge, &rita, &process, &approve).await.refused(403, "OWN_REQUEST");
    post(&edge, &ana, &process, &approve).await.expect(200);
    assert_eq!(buy("early", Some(id)).await.expect(202)["status"], "pending_approval");
    post(&edge, &carl, &process, &approve).await.expect(200);
    // Ten tries at once with what was approved: one order.
    let marks: Vec<String> = (0..10).map(|number| format!("m{number}")).collect();
    let answers = join_all(marks.iter().map(|mark| buy(mark, Some(id)))).await;
    let ordered = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(ordered, 1, "{:?}", answers.iter().map(Answer::text).collect::<Vec<_>>());
    assert_eq!(sums().await, (json!(0.00), json!(2499.00)));
    for _ in 0..2 {
        customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    }
    assert_eq!(sums().await, (json!(2499.00), json!(0.00)));
    // The rule is ended, by somebody who may: the next passes at once, until the budget has no room.
    let path = format!("{APPROVALS}/rules/{}", rule["id"].as_str().unwrap());
    let ended = json!({"is_active": false});
    edge.call("PUT", &path).key(&rita.key).json(&ended).send().await.refused(403, "PERMISSION_DENIED");
    let boss = person(&edge, tenant, json!(["tenants:admin"])).await;
    edge.call("PUT", &path).key(&boss.key).json(&ended).send().await.expect(200);
    buy("second", None).await.expect(201);
    assert_eq!(sums().await, (json!(2499.00), json!(2499.00)));
    buy("third", None).await.refused(409, "BUDGET_EXCEEDED");
}

const ADMIN: [&str; 3] = ["billing:read", "billing:write", "tenants:admin"];

/// A key that a person made of theirs.
async fn key_of(edge: &Edge, tenant: &str, maker: &Person) -> Person {
    let body = json!({"name": "sub", "tenant_id": tenant, "scopes": ADMIN});
    let made = edge.post("/api/v1/api-keys", &maker.key, &body).await.expect(201);
    let text = |field: &str| made[field].as_str().unwrap().to_owned();
    Person { key: text("key"), name: format!("key:{}", text("id")) }
}

/// The status of a request of somebody's that two levels are asked about, and its path.
async fn asked(edge: &Edge, by: &Person) -> (String, Value) {
    let wanted = json!({"amount": "600000.00", "currency": "INR", "plan_id": "sku_enterprise"});
    let request = post(edge, by, "/requests", &wanted).await.expect(201);
    (format!("/requests/{}/process", request["id"].as_str().unwrap()), request)
}

async fn a_buyers_own_keys_and_whom_they_put_into_the_role_do_not_approve(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let approve = json!({"action": "approve"});
    let rita = person(&edge, tenant, json!(ADMIN)).await;
    let mut chain = vec![key_of(&edge, tenant, &rita).await];
    for _ in 0..9 {
        chain.push(key_of(&edge, tenant, chain.last().unwrap()).await);
    }
    has_role(&edge, tenant, "finance_manager", &chain.iter().collect::<Vec<_>>()).await;
    let (process, _) = asked(&edge, &rita).await;
    for key in &chain {
        post(&edge, key, &process, &approve).await.refused(403, "OWN_REQUEST");
    }
    // Two people whom she puts there.
    let (ana, carl) =
        (person(&edge, tenant, json!(["plans:read"])).await, person(&edge, tenant, json!(["plans:read"])).await);
    for (role, one) in [("finance_manager", &ana), ("cfo", &carl)] {
        let call = edge.call("PUT", &format!("{APPROVALS}/roles/{role}")).key(&chain[4].key);
        call.json(&json!({"people": [one.name]})).send().await.expect(200);
    }
    let (process, request) = asked(&edge, &rita).await;
    assert_eq!(request["warnings"].as_array().map(Vec::len), Some(2), "{request}");
    post(&edge, &ana, &process, &approve).await.refused(403, "NOT_AN_APPROVER");
    // The platform does: they approve.
    for role in ["finance_manager", "cfo"] {
        has_role(&edge, tenant, role, &[]).await;
    }
    has_role(&edge, tenant, "finance_manager", &[&ana]).await;
    has_role(&edge, tenant, "cfo", &[&carl]).await;
    post(&edge, &ana, &process, &approve).await.expect(200);
    assert_eq!(post(&edge, &carl, &process, &approve).await.expect(200)["status"], "approved");
}

async fn a_buyer_who_loosens_a_rule_or_a_budget_is_held_by_it_as_it_was(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let (rita, boss) = (person(&edge, tenant, json!(ADMIN)).await, person(&edge, tenant, json!(ADMIN)).await);
    let put = async |by: &Person, path: &str, body: Value| edge.call("PUT", path).key(&by.key).json(&body).send().await;
    let buy = async |by: &Person| {
        let wanted = json!({"plan_id": "WORKSPACE-PRO", "billing_cycle": "monthly"});
        edge.post("/api/v1/billing/checkout", &by.key, &wanted).await
    };
    let rule = json!({"name": "The CFO looks on", "levels": [{"approvers": ["role:cfo"]}]});
    let rule = post(&edge, &boss, "/rules", &rule).await.expect(201);
    let rule = format!("{APPROVALS}/rules/{}", rule["id"].as_str().unwrap());
    put(&rita, &rule, json!({"is_active": false})).await.expect(200);
    assert_eq!(buy(&rita).await.expect(202)["status"], "pending_approval");
    put(&boss, &rule, json!({"name": "As agreed"})).await.expect(200);
    let budgets = "/api/v1/enterprise-billing/budgets";
    let budget = json!({"name": "All", "limit": 3000, "currency": "INR", "period": "monthly"});
    let made = edge.post(budgets, &boss.key, &budget).await.expect(201);
    let budget = format!("{budgets}/{}", made["id"].as_str().unwrap());
    buy(&rita).await.expect(201);
    put(&rita, &budget, json!({"limit": 100_000})).await.expect(200);
    buy(&rita).await.refused(409, "BUDGET_EXCEEDED");
    put(&rita, &budget, json!({"is_active": false})).await.expect(200);
    buy(&rita).await.refused(409, "BUDGET_EXCEEDED");
    put(&rita, &budget, json!({"is_active": true})).await.expect(200);
    buy(&rita).await.refused(409, "BUDGET_EXCEEDED");
    buy(&boss).await.expect(201);
    put(&boss, &budget, json!({"name": "As agreed"})).await.expect(200);
    buy(&rita).await.expect(201);
}

async fn an_admin_ends_a_delegation_and_a_delegator_without_the_role_delegates_nothing(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let rita = person(&edge, tenant, json!(["billing:read", "billing:write"])).await;
    let boss = person(&edge, tenant, json!(["tenants:admin"])).await;
    let (ana, ben) =
        (person(&edge, tenant, json!(["plans:read"])).await, person(&edge, tenant, json!(["plans:read"])).await);
    let until = (chrono::Utc::now() + chrono::TimeDelta::days(360)).to_rfc3339();
    let delegation = post(&edge, &ana, "/delegations", &json!({"to": ben.name, "ends_at": until})).await.expect(201);
    let approve = json!({"action": "approve"});
    let (process, _) = asked(&edge, &rita).await;
    // A manager for a day.
    has_role(&edge, tenant, "finance_manager", &[&ana]).await;
    has_role(&edge, tenant, "finance_manager", &[]).await;
    post(&edge, &ben, &process, &approve).await.refused(403, "NOT_AN_APPROVER");
    has_role(&edge, tenant, "finance_manager", &[&ana]).await;
    let path = format!("{APPROVALS}/delegations/{}", delegation["id"].as_str().unwrap());
    edge.call("DELETE", &path).key(&ben.key).send().await.refused(404, "DELEGATION_NOT_FOUND");
    assert_eq!(edge.call("DELETE", &path).key(&boss.key).send().await.status, 204);
    post(&edge, &ben, &process, &approve).await.refused(403, "NOT_AN_APPROVER");
}
