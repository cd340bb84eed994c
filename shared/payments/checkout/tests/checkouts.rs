//! Checkouts against everything that goes wrong: upstreams that hang, fail or break off at every call and every pair of
//! calls, having done what they were asked or not; instances that die before or right after every call to the world,
//! and the next one too; requests that race. Wherever it ends there is one contact, one order, one answer.
//!
//! The seed is printed. `SEED=… cargo test -p edge-checkout --test checkouts` repeats a run.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by a panic")]

mod checkouts {
    pub(crate) mod mortal;
    pub(crate) mod upstreams;
}

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use edge_capabilities::testing::{SeededRandom, World};
use edge_http::testing::{request, send};
use serde_json::{Value, json};

use checkouts::mortal::Instance;
use checkouts::upstreams::{Crm, FAULTS, Shared, listen, locked};

const TENANT: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
const KEY: &str = "bootstrap-key-of-the-tests";

/// How often a customer tries before giving up.
const TRIES: u32 = 12;

struct Test {
    world: World,
    upstreams: Shared,
    /// An instance that lives.
    healthy: Router,
}

async fn ask(router: Router, path: &str, mark: &str, body: Value) -> (u16, Value) {
    let headers = [("x-tenant-id", TENANT), ("idempotency-key", mark)];
    let answer = send(&router, request("POST", path, KEY, headers, &body)).await;
    (answer.status, answer.body)
}

fn purchase() -> Value {
    json!({"plan_id": "sku-pro", "billing_cycle": "monthly"})
}

impl Test {
    async fn new(crm: Crm) -> Self {
        let world = World::new(1);
        world.config.set("bootstrap_admin_key", KEY);
        let upstreams = listen(&world, crm);
        let tenants = edge_tenants::router(world.instance().0);
        let new =
            json!({"id": TENANT, "name": "Acme Private Limited", "slug": "acme", "owner_email": "o@acme.example"});
        assert_eq!(ask(tenants, "/api/v1/tenants", "t", new).await.0, 201);
        let healthy = edge_checkout::router(world.instance().0);
        Self { world, upstreams, healthy }
    }

    /// One try on an instance that makes `calls` calls to the world, and then dies; None: it died.
    async fn try_on(&self, calls: i64, makes_the_last: bool, mark: &str) -> Option<(u16, Value)> {
        let instance = Instance::new(&self.world, calls, makes_the_last);
        tokio::select! {
            answer = ask(instance.router.clone(), "/api/v1/billing/checkout", mark, purchase()) => Some(answer),
            () = instance.death() => None,
        }
    }

    async fn try_once(&self, mark: &str) -> (u16, Value) {
        ask(self.healthy.clone(), "/api/v1/billing/checkout", mark, purchase()).await
    }

    /// Tries until there is an order; gives the answer.
    async fn insist(&self, mark: &str, name: &str) -> Value {
        let mut last = (0, Value::Null);
        for _ in 0..TRIES {
            last = self.try_once(mark).await;
            match last.0 {
                201 => return last.1,
                409 => assert_eq!(last.1["code"], "IDEMPOTENCY_IN_PROGRESS", "{name}"),
                503 => assert_eq!(last.1["code"], "UPSTREAM_UNAVAILABLE", "{name}: {}", last.1),
                _ => panic!("{name}: {last:?}"),
            }
            self.world.clock.advance(Duration::from_secs(2)).await;
        }
        panic!("{name}: {last:?}")
    }

    /// However it came about: one contact, one order, one answer.
    async fn check(&self, mark: &str, answer: &Value, name: &str) {
        assert_eq!(self.try_once(mark).await, (201, answer.clone()), "{name}: the same answer");
        let books = locked(&self.upstreams);
        assert_eq!(books.contacts.len(), 1, "{name}: {:?}", books.contacts);
        assert_eq!(books.orders.len(), 1, "{name}: {:?}", books.orders);
        assert_eq!(answer["order_id"], books.orders[0].0.as_str(), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_purchase_is_a_contact_and_an_order_as_upstreams_want_them() {
    let test = Test::new(Crm::KnowsKeys).await;
    let answer = test.insist("one", "well").await;
    let expected = json!({
        "checkout_id": "co_order_0", "order_id": "order_0", "amount": 2999.00, "currency": "INR",
        "plan_name": "Professional", "key_id": "rzp_test", "gateway_response": {"id": "order_0", "rate": 0.10},
    });
    assert_eq!(answer, expected);
    test.check("one", &answer, "well").await;
    let (contact, order) = {
        let books = locked(&test.upstreams);
        // Plan, contact, order: nothing is asked twice.
        assert_eq!(books.calls, 3);
        (books.contacts[0].2.clone(), books.orders[0].2.clone())
    };
    let expected = json!({
        "first_name": "Acme", "last_name": "Private Limited", "email": "o@acme.example",
        "company_name": "Acme Private Limited", "phone": null, "contact_type": "CUSTOMER", "source": "WORKSPACE",
        "company_id": "79f70aef-17eb-48a8-b599-2879721e8796",
    });
    assert_eq!(contact, expected);
    let expected = json!({
        "user_id": TENANT, "plan_id": "sku-pro", "customer_email": "o@acme.example", "customer_phone": null,
        "company_code": "BHM001", "success_url": null, "cancel_url": null,
        "metadata": {"source": "workspace", "tenant_id": TENANT, "billing_cycle": "monthly"},
    });
    assert_eq!(order, expected);
    // Another purchase of the tenant's is another order, and no other contact.
    test.insist("two", "well").await;
    let books = locked(&test.upstreams);
    assert_eq!((books.contacts.len(), books.orders.len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_at_any_call_or_any_two_there_is_one_contact_and_one_order() {
    /// Plan, contact, order: a first fault comes no later.
    const CALLS: usize = 3;
    let mut runs = 0;
    for crm in [Crm::KnowsKeys, Crm::CanBeAsked] {
        let one = (1..=CALLS).flat_map(|call| FAULTS.map(|fault| vec![(call, fault)]));
        let two = (1..=CALLS).flat_map(|first| {
            (first + 1..=first + CALLS).flat_map(move |second| {
                FAULTS.into_iter().flat_map(move |a| FAULTS.map(|b| vec![(first, a), (second, b)]))
            })
        });
        for faults in one.chain(two) {
            let name = format!("{crm:?} {faults:?}");
            let test = Test::new(crm).await;
            locked(&test.upstreams).faults = faults.into_iter().collect();
            let answer = test.insist("one", &name).await;
            test.check("one", &answer, &name).await;
            runs += 1;
        }
    }
    println!("{runs} runs");
}

#[tokio::test(start_paused = true)]
async fn wherever_two_instances_die_in_a_row_there_is_one_contact_and_one_order() {
    let by_time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let seed = std::env::var("SEED").map_or(by_time, |seed| seed.parse().expect("a number"));
    println!("SEED={seed}");
    let random = SeededRandom::new(seed);
    let mut deaths = 0;
    for first in 1.. {
        let mut died = false;
        for (makes_the_last, pair) in [(false, false), (true, false), (false, true), (true, true)] {
            let test = Test::new(if pair { Crm::CanBeAsked } else { Crm::KnowsKeys }).await;
            let mut name = format!("SEED={seed}: dies at {first}, {makes_the_last}");
            if test.try_on(first, makes_the_last, "one").await.is_none() {
                died = true;
                deaths += 1;
            }
            if pair {
                let second = 1 + i64::try_from(random.below(60)).unwrap();
                name = format!("{name}, then at {second}");
                test.world.clock.advance(Duration::from_secs(10)).await;
                let makes_the_last = random.below(2) == 0;
                deaths += i32::from(test.try_on(second, makes_the_last, "one").await.is_none());
            }
            let answer = test.insist("one", &name).await;
            test.check("one", &answer, &name).await;
        }
        if !died {
            // It lived to the end.
            break;
        }
    }
    println!("{deaths} deaths");
    assert!(deaths > 60, "{deaths}");
}

#[tokio::test(start_paused = true)]
async fn requests_that_race_make_one_order_and_hear_the_same_or_that_it_is_under_way() {
    for slow in [None, Some(2), Some(3)] {
        let test = Test::new(Crm::KnowsKeys).await;
        if let Some(call) = slow {
            locked(&test.upstreams).faults.insert(call, FAULTS[1]);
        }
        let answers = futures::future::join_all((0..8).map(|_| test.try_once("one"))).await;
        let name = format!("{slow:?} {answers:?}");
        let answer = test.insist("one", &name).await;
        for (status, said) in answers {
            match status {
                201 => assert_eq!(said, answer, "{name}"),
                409 => assert_eq!(said["code"], "IDEMPOTENCY_IN_PROGRESS", "{name}"),
                503 => assert_eq!(said["code"], "UPSTREAM_UNAVAILABLE", "{name}"),
                _ => panic!("{name}"),
            }
        }
        test.check("one", &answer, &name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn two_purchases_at_once_share_the_tenants_one_contact() {
    for crm in [Crm::KnowsKeys, Crm::CanBeAsked] {
        for fault in [None, Some(FAULTS[1]), Some(FAULTS[3])] {
            let test = Test::new(crm).await;
            // Plan, plan, contact.
            locked(&test.upstreams).faults.extend(fault.map(|fault| (3, fault)));
            futures::future::join(test.try_once("one"), test.try_once("two")).await;
            let (one, two) = (test.insist("one", "two").await, test.insist("two", "two").await);
            assert_ne!(one["order_id"], two["order_id"]);
            let books = locked(&test.upstreams);
            assert_eq!((books.contacts.len(), books.orders.len()), (1, 2), "{crm:?} {fault:?}");
        }
    }
}
