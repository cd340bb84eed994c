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
    assert_eq!(post(&edge, &ana, &process, &approve).await.expect(200)["current_level"], 2);
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
    // The rule is edited: the next passes at once, until the budget has no room.
    let path = format!("{APPROVALS}/rules/{}", rule["id"].as_str().unwrap());
    edge.call("PUT", &path).key(&rita.key).json(&json!({"is_active": false})).send().await.expect(200);
    buy("second", None).await.expect(201);
    assert_eq!(sums().await, (json!(2499.00), json!(2499.00)));
    buy("third", None).await.refused(409, "BUDGET_EXCEEDED");
}
