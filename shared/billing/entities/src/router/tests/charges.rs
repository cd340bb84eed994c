//! What entities are charged.

use edge_capabilities::testing::World;
use edge_invoices::Date;
use edge_money::{Currency, Money};

use super::*;
use crate::{ChargeSource, EntityError, NewCharge};

fn charge() -> Value {
    json!({"description": "Licences", "amount": "1200.50", "currency": "EUR", "date": "2026-01-15"})
}

#[tokio::test(start_paused = true)]
async fn a_charge_is_posted_with_the_terms_of_its_entity_and_listed() {
    let test = test().await;
    let path = format!("/{}/charges", test.make(with(new("x"), "payment_terms_days", json!(45))).await);
    let posted = test.done("POST", &path, charge()).await;
    let (amount, terms) = (&posted["amount"], &posted["terms_days"]);
    assert_eq!((amount, terms, &posted["source"]), (&json!(1200.5), &json!(45), &Value::Null));
    assert_eq!((&posted["currency"], &posted["date"]), (&json!("EUR"), &json!("2026-01-15")));
    test.world.clock.advance(std::time::Duration::from_secs(1)).await;
    let other = json!({"description": "Credit", "amount": -7, "currency": "jpy", "terms_days": 0});
    let other = test.done("POST", &path, other).await;
    assert_eq!((&other["amount"], &other["terms_days"]), (&json!(-7), &json!(0)));
    assert_eq!((&other["currency"], &other["date"]), (&json!("JPY"), &json!("2026-01-01")));
    let listed = test.done("GET", &path, Value::Null).await;
    assert_eq!(listed["data"], json!([other, posted]));
    let audit = test.audit("charge.").await;
    assert_eq!(audit.len(), 2);
    assert_eq!(audit[0]["detail"]["after"]["amount"], "1200.50");
    for (field, value, named) in [
        ("description", json!(""), "description"),
        ("amount", json!(0), "amount"),
        ("amount", json!("1.001"), "amount"),
        ("amount", json!("10000000000000.01"), "amount"),
        ("amount", json!("-10000000000000.01"), "amount"),
        ("currency", json!("EUX"), "currency"),
        ("date", json!("2026-02-30"), "date"),
        ("terms_days", json!(3_651), "terms_days"),
    ] {
        let (status, problem) = test.acme("POST", &path, with(charge(), field, value)).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(named)), "{problem}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_closed_entity_is_not_charged() {
    let test = test().await;
    let id = test.make(new("x")).await;
    test.done("PUT", &format!("/{id}"), json!({"status": "closed"})).await;
    let (status, problem) = test.acme("POST", &format!("/{id}/charges"), charge()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("ENTITY_CLOSED")));
}

fn contract(entity: &str, amount: i64) -> NewCharge {
    NewCharge {
        service: None,
        entity_id: entity.to_owned(),
        description: "Contract".into(),
        amount: Money { minor: amount, currency: Currency::INR },
        date: Date::parse("2026-01-01").unwrap(),
        terms_days: None,
        source: Some(ChargeSource { kind: "contract".into(), id: "ctr_1:line:2026-01-01".into() }),
    }
}

fn charges(world: &World) -> Charges {
    let capabilities = world.instance().0;
    Charges::new(&capabilities, &Db::new(capabilities.db.clone()))
}

#[tokio::test(start_paused = true)]
async fn of_one_source_there_is_one_charge_however_often_and_by_whomever_it_is_posted() {
    let test = test().await;
    let id = test.make(new("x")).await;
    let charges = charges(&test.world);
    let posted = (1..=20).map(|amount| charges.post(ACME, contract(&id, amount)));
    let posted = futures::future::join_all(posted).await;
    let first = posted[0].as_ref().unwrap();
    for again in &posted {
        let again = again.as_ref().unwrap();
        assert_eq!((&again.id, again.amount), (&first.id, first.amount));
    }
    assert_eq!(charges.find(ACME, &first.id).await.unwrap().unwrap().amount, first.amount);
    assert_eq!(charges.find(OTHER, &first.id).await.unwrap(), None);
    assert_eq!(test.audit("charge.").await.len(), 1);
    let listed = test.done("GET", &format!("/{id}/charges"), Value::Null).await;
    assert_eq!(listed["data"][0]["source"], json!({"kind": "contract", "id": "ctr_1:line:2026-01-01"}));
    let nobody = NewCharge { source: None, ..contract("ent_1", 1) };
    assert_eq!(charges.post(ACME, nobody).await, Err(EntityError::NotFound));
}

#[tokio::test(start_paused = true)]
async fn the_same_request_is_one_charge() {
    let test = test().await;
    let path = format!("/{}/charges", test.make(new("x")).await);
    let key = [("idempotency-key", "k1")];
    let first = test.with("POST", &path, &key, charge()).await.expect(201);
    assert_eq!(test.with("POST", &path, &key, charge()).await.expect(201), first);
    assert_eq!(test.done("GET", &path, Value::Null).await["data"].as_array().unwrap().len(), 1);
}
