//! Contracts: signed past their approvers, renewed by themselves, amended, ended; and charged to their entity once.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    a_contract_that_began_two_years_ago_runs_its_terms_and_is_charged_once,
    a_large_contract_waits_for_its_approver_and_goes_on_by_itself,
}

const BILLING: &str = "/api/v1/enterprise-billing";

fn call(edge: &Edge, tenant: &str, method: &str, path: &str) -> Call {
    edge.call(method, &format!("{BILLING}{path}")).key(BOOTSTRAP).header("x-tenant-id", tenant)
}

/// An entity; gives its id.
async fn entity(edge: &Edge, tenant: &str) -> String {
    let new = json!({"name": "Clinic GmbH", "code": "CL", "currency": "INR"});
    let made = call(edge, tenant, "POST", "/entities").json(&new).send().await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

/// A contract of so much a year from 1 January of two years ago on, which renews by itself.
fn contract(entity: &str, price: &str) -> Value {
    let year = this_year();
    json!({"entity_id": entity, "counterparty": "Clinic", "title": "Seats", "start": format!("{}-01-01", year - 2),
        "end": format!("{}-01-01", year - 1), "currency": "INR",
        "lines": [{"kind": "recurring", "description": "Seats", "quantity": 10, "unit_price": price, "cycle": "annual"}],
        "renewal": {"mode": "auto", "term_months": 12, "notice_days": 30, "uplift_basis_points": 1000},
        "termination": {"fee": {"kind": "percent_remaining", "value": 50}}})
}

/// The year that it is. In the last seconds of a year it may be two.
fn this_year() -> i32 {
    chrono::Datelike::year(&chrono::Utc::now())
}

/// The amounts that the entity is charged, sorted.
async fn charges(edge: &Edge, tenant: &str, entity: &str) -> Vec<f64> {
    let listed = call(edge, tenant, "GET", &format!("/entities/{entity}/charges?limit=200")).send().await.expect(200);
    let mut amounts: Vec<f64> =
        listed["data"].as_array().unwrap().iter().map(|charge| charge["amount"].as_f64().unwrap()).collect();
    amounts.sort_by(f64::total_cmp);
    amounts
}

async fn a_contract_that_began_two_years_ago_runs_its_terms_and_is_charged_once(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let entity = entity(&edge, tenant).await;
    let post = async |path: &str, body: Value| call(&edge, tenant, "POST", path).json(&body).send().await;
    let made = post("/contracts", contract(&entity, "500.00")).await.expect(201);
    assert_eq!((&made["status"], &made["number"], &made["tcv"]), (&json!("draft"), &Value::Null, &json!(5_000.0)));
    let path = format!("/contracts/{}", made["id"].as_str().unwrap());
    let activate = format!("{path}/activate");
    // Activated by several at once, on all nodes: it is signed once.
    let signed = join_all((0..4).map(|_| post(&activate, Value::Null))).await;
    for answer in signed {
        let signed = answer.expect(200);
        assert_eq!(
            (&signed["number"], signed["terms"].as_array().unwrap().len()),
            (&json!("CTR-00001"), 3),
            "{signed}"
        );
    }
    let expected = [5_000.0, 5_500.0, 6_050.0];
    eventually("the charges of three terms", async || {
        (charges(&edge, tenant, &entity).await == expected).then_some(())
    })
    .await;
    // Renewed by several at once: one term.
    let renew = format!("{path}/renew");
    let renewed = join_all((0..4).map(|_| post(&renew, json!({})))).await;
    assert_eq!(renewed.iter().filter(|answer| answer.status == 200).count(), 1);
    renewed.iter().filter(|answer| answer.status != 200).for_each(|answer| answer.refused(409, "ALREADY_RENEWED"));
    let year = this_year();
    let change = json!({"effective_date": format!("{year}-01-01"), "reason": "more people", "changes": {"lines": [
        {"kind": "recurring", "description": "Seats", "quantity": 20, "unit_price": 500, "cycle": "annual"}]}});
    let amended = post(&format!("{path}/amend"), change).await.expect(200);
    let amendment = &amended["amendments"][0];
    assert_eq!((&amendment["status"], &amended["version"]), (&json!("approved"), &json!(2)));
    let proration = json!({"credit": -6_050.0, "charge": 10_000.0, "net": 3_950.0});
    assert_eq!(amendment["preview"]["proration"], proration, "{amendment}");
    let early = json!({"effective_date": format!("{}-12-31", year - 1), "reason": "x", "changes": {"title": "x"}});
    post(&format!("{path}/amend"), early).await.refused(409, "AMENDMENT_OUT_OF_ORDER");
    // Terminated by several at once, as of the end of the year: one fee, half of the term that was agreed on.
    let terminate = json!({"date": format!("{}-01-01", year + 1), "reason": "moved"});
    let end = format!("{path}/terminate");
    for answer in join_all((0..4).map(|_| post(&end, terminate.clone()))).await {
        assert_eq!(answer.expect(200)["fee"], json!(5_500.0));
    }
    let expected = [-6_050.0, 5_000.0, 5_500.0, 5_500.0, 6_050.0, 10_000.0];
    eventually("the fee, once", async || (charges(&edge, tenant, &entity).await == expected).then_some(())).await;
    let timeline = call(&edge, tenant, "GET", &format!("{path}/timeline")).send().await.expect(200);
    let events: Vec<&str> =
        timeline["data"].as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["created", "signed", "renewed", "renewed", "renewed", "amended", "terminated"]);
    let other = Customer::new(&edge).await;
    call(&edge, &other.tenant, "GET", &path).send().await.refused(404, "CONTRACT_NOT_FOUND");
}

async fn a_large_contract_waits_for_its_approver_and_goes_on_by_itself(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let entity = entity(&edge, tenant).await;
    let key = json!({"name": "finance", "scopes": ["seats:verify"], "tenant_id": tenant});
    let key = edge.call("POST", "/api/v1/api-keys").key(BOOTSTRAP).json(&key).send().await.expect(201);
    let people = json!({"people": [format!("key:{}", key["id"].as_str().unwrap())]});
    call(&edge, tenant, "PUT", "/approvals/roles/finance_manager").json(&people).send().await.expect(200);
    let made = call(&edge, tenant, "POST", "/contracts").json(&contract(&entity, "6000.00")).send().await.expect(201);
    let path = format!("/contracts/{}", made["id"].as_str().unwrap());
    let waiting = call(&edge, tenant, "POST", &format!("{path}/activate")).send().await.expect(202);
    assert_eq!(waiting["status"], "pending_approval");
    call(&edge, tenant, "PUT", &path).json(&json!({"title": "x"})).send().await.refused(409, "CONTRACT_NOT_DRAFT");
    assert_eq!(charges(&edge, tenant, &entity).await, [0.0; 0]);
    let request = format!("{BILLING}/approvals/requests/{}/process", waiting["approval_request_id"].as_str().unwrap());
    let approve = edge.call("POST", &request).key(key["key"].as_str().unwrap()).json(&json!({"action": "approve"}));
    approve.send().await.expect(200);
    // Nobody asks: the jobs go on with it.
    eventually("the charges of what was approved", async || {
        edge.call("POST", "/api/v1/jobs/drain").key(BOOTSTRAP).send().await.expect(200);
        (charges(&edge, tenant, &entity).await == [60_000.0, 66_000.0, 72_600.0]).then_some(())
    })
    .await;
    let signed = call(&edge, tenant, "GET", &path).send().await.expect(200);
    assert_eq!(
        (&signed["status"], &signed["approval_request_id"]),
        (&json!("renewed"), &waiting["approval_request_id"])
    );
}
