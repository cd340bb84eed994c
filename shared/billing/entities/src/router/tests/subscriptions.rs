//! Subscriptions of entities.

use std::time::Duration;

use edge_subscriptions::Gateways;

use super::crashes::run_jobs;
use super::*;

const DAY: Duration = Duration::from_hours(24);

impl Test {
    /// The platform's call to the routes of subscriptions and applications.
    async fn shop(&self, method: &str, path: &str, body: Value) -> Value {
        let capabilities = self.world.instance().0;
        let router = if path.starts_with("/applications") {
            edge_applications::router(capabilities)
        } else {
            let gateways = Gateways::manual(&capabilities);
            edge_subscriptions::router(capabilities, gateways)
        };
        let (status, answer) = self.ask(&router, PLATFORM, None, method, path, body).await;
        assert!(status < 300, "{method} {path}: {status} {answer}");
        answer
    }

    /// The id of a subscription of Acme to five seats for 10.00 USD each a month, without a gateway.
    async fn subscribe(&self) -> String {
        self.shop("POST", "/applications", json!({"slug": "openmic", "seatSource": "edge"})).await;
        let plan =
            json!({"id": "pro", "name": "Pro", "pricePerSeat": 10, "currency": "USD", "billingCycle": "monthly"});
        self.shop("POST", "/applications/openmic/plans", plan).await;
        let new = json!({"organizationId": ACME, "applicationSlug": "openmic", "planId": "pro", "seats": 5,
            "gateway": "manual"});
        self.shop("POST", "/subscriptions", new).await["id"].as_str().unwrap().to_owned()
    }

    /// Which of the subscription's days belong to `entity`.
    async fn days(&self, entity: &str) -> Vec<(String, Value)> {
        let listed = self.done("GET", &format!("/{entity}/subscriptions"), Value::Null).await;
        let each = listed["data"].as_array().unwrap().iter();
        each.map(|one| (one["from"].as_str().unwrap().to_owned(), one["to"].clone())).collect()
    }
}

fn totals(invoices: &[Value]) -> Vec<String> {
    let shown = |invoice: &Value| format!("{} {}", invoice["total"], invoice["currency"].as_str().unwrap());
    invoices.iter().map(shown).collect()
}

#[tokio::test(start_paused = true)]
async fn a_subscription_belongs_to_one_entity_at_a_time_and_says_who_collects_for_it() {
    let test = test().await;
    let (one, two) = (test.make(new("one")).await, test.make(new("two")).await);
    test.world.clock.advance(DAY * 3).await;
    let subscription = test.subscribe().await;
    test.world.clock.advance(DAY * 3).await;
    let path = |entity: &str| format!("/{entity}/subscriptions/{subscription}");
    let assigned = test.done("PUT", &path(&one), json!({})).await;
    // It began on the fourth.
    assert_eq!((&assigned["from"], &assigned["to"]), (&json!("2026-01-04"), &Value::Null));
    assert_eq!((&assigned["billed_by"], &assigned["price_per_seat"]), (&json!("entity"), &json!(10.0)));
    assert_eq!((&assigned["application_slug"], &assigned["seats"]), (&json!("openmic"), &json!(5)));
    assert_eq!(test.done("PUT", &path(&one), json!({"from": "2026-01-05"})).await, assigned);
    test.done("PUT", &path(&two), json!({"from": "2026-02-01", "to": "2026-03-01"})).await;
    assert_eq!(test.days(&one).await, [("2026-01-04".to_owned(), json!("2026-02-01"))]);
    assert_eq!(test.days(&two).await, [("2026-02-01".to_owned(), json!("2026-03-01"))]);
    // From today on.
    test.done("PUT", &path(&two), json!({})).await;
    assert_eq!(test.days(&one).await, [("2026-01-04".to_owned(), json!("2026-01-07"))]);
    assert_eq!(test.days(&two).await, [("2026-01-07".to_owned(), Value::Null)]);
    let audit = test.audit("entity.subscription_assigned").await;
    assert_eq!(audit.len(), 3);
    assert_eq!(audit[0]["detail"]["before"], json!([]));
    assert_eq!(audit[1]["detail"]["before"], json!([{"entity_id": one, "from": "2026-01-04"}]));
    for (body, field) in [
        (json!({"from": "soon"}), "from"),
        (json!({"to": "2026-13-01"}), "to"),
        (json!({"from": "2026-02-01", "to": "2026-02-01"}), "to"),
    ] {
        let (status, problem) = test.acme("PUT", &path(&one), body).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)));
    }
    let (status, problem) = test.acme("PUT", &format!("/{one}/subscriptions/sub_1"), json!({})).await;
    assert_eq!((status, &problem["code"]), (404, &json!("SUBSCRIPTION_NOT_FOUND")));
    // And another tenant's looks like one that does not exist.
    let (_, others) = test.ask(&test.router, PLATFORM, Some(OTHER), "POST", ENTITIES, new("x")).await;
    let others = format!("{ENTITIES}/{}/subscriptions/{subscription}", others["id"].as_str().unwrap());
    let (status, problem) = test.ask(&test.router, PLATFORM, Some(OTHER), "PUT", &others, json!({})).await;
    assert_eq!((status, &problem["code"]), (404, &json!("SUBSCRIPTION_NOT_FOUND")));
}

#[tokio::test(start_paused = true)]
async fn each_period_of_a_subscription_is_charged_once_to_the_entity_of_its_first_day() {
    let test = test().await;
    let root = test.make(new("root")).await;
    let (one, two) = (test.below(&root, "one").await, test.below(&root, "two").await);
    let subscription = test.subscribe().await;
    test.done("PUT", &format!("/{one}/subscriptions/{subscription}"), json!({})).await;
    test.done("PUT", &format!("/{two}/subscriptions/{subscription}"), json!({"from": "2026-02-01"})).await;
    let january = test.invoice(&root, "2026-01").await;
    assert_eq!(totals(&january), ["50.0 USD"]);
    assert_eq!(january[0]["sections"][0]["name"], "one");
    assert_eq!(january[0]["sections"][0]["charges"][0]["description"], "Pro: 5 seats");
    // February has not come.
    assert_eq!(test.invoice(&root, "2026-02").await, [Value::Null; 0]);
    test.world.clock.advance(DAY * 45).await;
    let change = json!({"seats": 9});
    test.shop("PATCH", &format!("/subscriptions/{subscription}"), change).await;
    let february = test.invoice(&root, "2026-02").await;
    // 15 February: half of the month is left for four seats more.
    assert_eq!(totals(&february), ["70.0 USD"]);
    assert_eq!(february[0]["sections"][0]["name"], "two");
    assert_eq!(test.invoice(&root, "2026-01").await, january);
    test.world.clock.advance(DAY * 40).await;
    assert_eq!(totals(&test.invoice(&root, "2026-03").await), ["90.0 USD"]);
    let charges = test.done("GET", &format!("/{two}/charges"), Value::Null).await;
    assert_eq!(charges["data"].as_array().unwrap().len(), 4, "{charges}");
    assert_eq!(charges["data"][0]["source"]["kind"], "subscription");
}

#[tokio::test(start_paused = true)]
async fn a_period_is_charged_within_an_hour_after_it_began_and_not_again_with_the_invoice() {
    let test = test().await;
    let one = test.make(new("one")).await;
    let subscription = test.subscribe().await;
    test.done("PUT", &format!("/{one}/subscriptions/{subscription}"), json!({})).await;
    run_jobs(&test.world).await;
    let dates = async || -> Vec<Value> {
        let charges = test.done("GET", &format!("/{one}/charges"), Value::Null).await;
        charges["data"].as_array().unwrap().iter().map(|charge| charge["date"].clone()).collect()
    };
    assert_eq!(dates().await, ["2026-01-01"]);
    test.world.clock.advance(DAY * 31 + Duration::from_hours(1)).await;
    run_jobs(&test.world).await;
    run_jobs(&test.world).await;
    assert_eq!(dates().await, ["2026-02-01", "2026-01-01"]);
    assert_eq!(totals(&test.invoice(&one, "2026-02").await), ["100.0 USD"]);
}
