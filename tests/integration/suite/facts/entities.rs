//! Entities: trees whatever is moved at once, and one invoice for a tree in each currency.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::client::Call;
use crate::edge::{BOOTSTRAP, Customer, Edge};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    of_entities_that_are_moved_below_each_other_at_once_there_is_no_cycle,
    a_group_is_invoiced_in_each_currency_once_and_later_charges_are_on_the_next_invoice,
}

const ENTITIES: &str = "/api/v1/enterprise-billing/entities";

fn call(edge: &Edge, tenant: &str, method: &str, path: &str) -> Call {
    edge.call(method, &format!("{ENTITIES}{path}")).key(BOOTSTRAP).header("x-tenant-id", tenant)
}

/// The id of a new entity.
async fn make(edge: &Edge, tenant: &str, name: &str, parent: Option<&str>) -> String {
    let new = json!({"name": name, "currency": "EUR", "parent_id": parent});
    let made = call(edge, tenant, "POST", "").json(&new).send().await.expect(201);
    made["id"].as_str().unwrap().to_owned()
}

async fn of_entities_that_are_moved_below_each_other_at_once_there_is_no_cycle(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let names = ["one", "two", "three", "four"];
    let ids = join_all(names.map(|name| make(&edge, tenant, name, None))).await;
    // Each below the next, in a ring: at least one of the moves closes it.
    let rotate = async |from: usize| {
        let parent = &ids[(from + 1) % ids.len()];
        let moved = call(&edge, tenant, "PUT", &format!("/{}", ids[from])).json(&json!({"parent_id": parent}));
        let moved = moved.send().await;
        (moved.status, moved.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let outcomes = join_all((0..ids.len()).map(rotate)).await;
    let refused: Vec<_> = outcomes.iter().filter(|(status, _)| *status != 200).collect();
    assert_eq!(refused, [&(409, "HIERARCHY_CYCLE".to_owned())], "{outcomes:?}");
    let listed = call(&edge, tenant, "GET", "").send().await.expect(200);
    let roots = listed["data"].as_array().unwrap().iter().filter(|entity| entity["parent_id"].is_null()).count();
    assert_eq!(roots, 1, "{listed}");
}

async fn a_group_is_invoiced_in_each_currency_once_and_later_charges_are_on_the_next_invoice(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let customer = Customer::new(&edge).await;
    let tenant = customer.tenant.as_str();
    let root = make(&edge, tenant, "Group", None).await;
    let (berlin, boston) =
        (make(&edge, tenant, "Berlin", Some(&root)).await, make(&edge, tenant, "Boston", Some(&root)).await);
    let charge = async |entity: &str, amount: &str, currency: &str, date: &str| {
        let new = json!({"description": "Licences", "amount": amount, "currency": currency, "date": date});
        call(&edge, tenant, "POST", &format!("/{entity}/charges")).json(&new).send().await.expect(201);
    };
    charge(&root, "500", "EUR", "2026-03-01").await;
    charge(&berlin, "1000.50", "EUR", "2026-03-31").await;
    charge(&boston, "900", "USD", "2026-03-15").await;
    let path = format!("/{root}/invoices");
    let invoice = async |period: &str| {
        let made = call(&edge, tenant, "POST", &path).json(&json!({"period": period})).send().await;
        assert!(made.status < 300, "{}", made.text());
        made.json()["invoices"].clone()
    };
    // Many ask at once.
    let made = join_all((0..8).map(|_| invoice("2026-03"))).await;
    assert!(made.iter().all(|again| *again == made[0]), "{made:?}");
    let totals = |invoices: &Value| -> Vec<String> {
        let each = invoices.as_array().unwrap().iter();
        each.map(|one| format!("{} {}", one["currency"].as_str().unwrap(), one["total"])).collect()
    };
    assert_eq!(totals(&made[0]), ["EUR 1500.5", "USD 900.0"]);
    let sections = &made[0][0]["sections"];
    assert_eq!((&sections[0]["name"], &sections[1]["name"]), (&json!("Group"), &json!("Berlin")));
    charge(&boston, "100", "USD", "2026-03-20").await;
    assert_eq!(invoice("2026-03").await, made[0]);
    assert_eq!(totals(&invoice("2026-04").await), ["USD 100.0"]);
    let tree = call(&edge, tenant, "GET", &format!("/{root}/hierarchy")).send().await.expect(200);
    assert_eq!(tree["totals"][1]["draft_invoices"], json!(1000.0));
}
