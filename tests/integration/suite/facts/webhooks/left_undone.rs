//! What goes on after somebody died or something was away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use edge_gateways::Provider;
use futures::future::join_all;
use serde_json::json;
use tokio::sync::Semaphore;
use upstreams::{Ordered, Upstreams};

use super::{DRAIN, EVENTS};
use crate::client::Answer;
use crate::edge::{
    BOOTSTRAP, CREDITS, Customer, Edge, Node, Settings, Stores, WEBHOOK_SECRET, eventually, manifest, signed,
};
use crate::servers::Postgres;
use crate::shape::Stage;

const WEBHOOK: &str = "/api/v1/billing/webhook";

/// Gateways wait no longer for their acknowledgement.
const IN_TIME: Duration = Duration::from_secs(5);

async fn kill_and_restart(edge: &mut Edge) {
    for node in &mut edge.nodes {
        node.kill();
    }
    for node in &mut edge.nodes {
        node.restart(&[]).await;
    }
    edge.ready().await;
}

async fn drain(edge: &Edge) {
    edge.call("POST", DRAIN).key(BOOTSTRAP).send().await.expect(200);
}

pub async fn while_the_erp_is_down_a_payment_is_acknowledged_and_the_drain_finishes_it(stage: Arc<Stage>) {
    let mut edge = stage.own(Settings::steady().with_webhooks()).await;
    let kept = {
        let customer = Customer::new(&edge).await;
        edge.erp.faults.order(Ordered { hang: true, ..Ordered::default() });
        let paid = customer.paid("payment.captured", "p1");
        let asked = Instant::now();
        let answer = customer.tell(&paid).await.expect(200);
        assert!(asked.elapsed() < IN_TIME, "acknowledged after {:?}", asked.elapsed());
        assert_eq!(answer, json!({"status": "accepted", "action": "subscription_activated"}));
        let again = customer.tell(&paid).await.expect(200);
        assert_eq!(again, json!({"status": "accepted", "action": "subscription_activated", "duplicate": true}));
        assert_eq!(customer.tenant().await["subscription_status"], json!(null));
        Kept { tenant: customer.tenant.clone(), organization: customer.organization.external.clone() }
    };
    // Whoever would have tried again is dead.
    kill_and_restart(&mut edge).await;
    edge.erp.faults.clear();
    let active = async || {
        drain(&edge).await;
        let path = format!("/api/v1/tenants/{}", kept.tenant);
        let tenant = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
        (tenant["subscription_status"] == "active").then_some(tenant)
    };
    let tenant = eventually("the drain", active).await;
    assert_eq!(tenant["credits"], CREDITS);
    let check = json!({"userId": "ana", "applicationSlug": "healos", "externalOrgId": kept.organization});
    let product = edge.product().await;
    for node in &edge.nodes {
        let verdict = node.call("POST", "/verify-seat").key(product).json(&check).send().await.expect(200);
        assert_eq!(verdict["reason"], "SEAT_ACTIVE");
    }
    // Now that the plan is known, nothing of the ERP's is waited for.
    edge.erp.faults.order(Ordered { hang: true, ..Ordered::default() });
    let customer = Customer::new(&edge).await;
    let answer = customer.tell(&customer.paid("payment.captured", "p1")).await.expect(200);
    assert_eq!(answer, json!({"status": "success", "action": "subscription_activated"}));
    assert_eq!(customer.tenant().await["credits"], CREDITS);
}

/// What is remembered of a customer while the edge is restarted.
struct Kept {
    tenant: String,
    organization: String,
}

pub async fn without_the_record_nothing_is_acknowledged_and_what_is_sent_again_counts(stage: Arc<Stage>) {
    let mut postgres = Postgres::start().await;
    let stores = Stores { postgres: Some(postgres.new_database().await), ..Stores::shared(stage.shape).await };
    let edge = Edge::start(stage.shape, Settings::steady().with_webhooks(), stores).await;
    let customer = Customer::new(&edge).await;
    let paid = customer.paid("payment.captured", "p1");
    postgres.kill();
    for _ in 0..2 {
        let asked = Instant::now();
        let answer = customer.tell(&paid).await;
        answer.refused(503, "STORE_UNAVAILABLE");
        assert!(!answer.header("retry-after").is_empty() && asked.elapsed() < IN_TIME, "{:?}", asked.elapsed());
    }
    postgres.restart().await;
    edge.ready().await;
    let answer = eventually("the acknowledgement", async || {
        let answer = customer.tell(&paid).await;
        (answer.status == 200).then(|| answer.json())
    })
    .await;
    assert_eq!(answer["action"], "subscription_activated");
    customer.stands("SEAT_ACTIVE").await;
    assert_eq!(customer.tenant().await["credits"], CREDITS);
}

/// Events a second, and for how long before and after the edge is killed.
const RATE: u64 = 200;
const EVENTS_BEFORE: usize = 300;
const EVENTS_AFTER: usize = 100;

/// Of those before, how many must have been acknowledged by then.
const ENOUGH: usize = 100;

/// How many are on their way at once, at most. Of more than it can take in time a slow machine acknowledges none in time;
/// on PostgreSQL, Spin does a fifth of what the embedded host does.
const AT_ONCE: usize = 64;

const CUSTOMERS: usize = 20;

/// The time that somebody who died is waited for, and some.
const LEASE: Duration = Duration::from_secs(100);

/// For each customer, the payments that were acknowledged.
type Acknowledged = BTreeMap<usize, BTreeSet<usize>>;

fn acknowledged(answers: &[(usize, Result<Answer, String>)]) -> Acknowledged {
    let mut all = Acknowledged::new();
    for (number, answer) in answers {
        if let Ok(answer) = answer {
            assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
            if answer.status == 200 {
                all.entry(number % CUSTOMERS).or_default().insert(*number);
            }
        }
    }
    all
}

pub async fn every_acknowledged_event_outlives_a_kill_under_load(stage: Arc<Stage>) {
    // Several of these at once would say more of the machine than of the edge.
    static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _alone = ALONE.lock().await;
    let mut edge = stage.own(Settings::steady().with_webhooks()).await;
    let mut customers = Vec::new();
    for _ in 0..CUSTOMERS {
        customers.push(Customer::new(&edge).await);
    }
    let bodies: Vec<_> = (0..EVENTS_BEFORE + EVENTS_AFTER)
        .map(|number| customers[number % CUSTOMERS].paid("subscription.charged", &format!("p{number}")))
        .collect();
    let tenants: Vec<String> = customers.iter().map(|customer| customer.tenant.clone()).collect();
    drop(customers);
    let done = Arc::new(AtomicUsize::new(0));
    let mut posted = Vec::new();
    let mut pace = tokio::time::interval(Duration::from_millis(1_000 / RATE));
    let ways = Arc::new(Semaphore::new(AT_ONCE));
    for (number, body) in bodies.iter().enumerate() {
        pace.tick().await;
        let way = ways.clone().acquire_owned().await.unwrap();
        let call = signed(edge.call("POST", WEBHOOK), Provider::BheemPay, body.to_string());
        let count = done.clone();
        posted.push(tokio::spawn(async move {
            let answer = call.try_send().await;
            drop(way);
            count.fetch_add(usize::from(answer.as_ref().is_ok_and(|answer| answer.status == 200)), Ordering::Relaxed);
            (number, answer)
        }));
        if number + 1 == EVENTS_BEFORE {
            // A busy machine may be behind by then.
            let enough = async || (done.load(Ordering::Relaxed) >= ENOUGH).then_some(());
            eventually("some to be acknowledged", enough).await;
            for node in &mut edge.nodes {
                node.process().signal(rustix::process::Signal::KILL);
            }
        }
    }
    let answers: Vec<_> = join_all(posted).await.into_iter().map(Result::unwrap).collect();
    let first = acknowledged(&answers);
    let count = first.values().map(BTreeSet::len).sum::<usize>();
    assert!((ENOUGH..=EVENTS_BEFORE).contains(&count), "{count} were acknowledged");
    kill_and_restart(&mut edge).await;
    // Some hundred notifications wait, and nothing else happens to this instance: each is to go out by itself.
    let asked = Instant::now();
    drain(&edge).await;
    assert!(asked.elapsed() < Duration::from_secs(30), "the drain took {:?}", asked.elapsed());

    let credits = async |tenant: &str| {
        let path = format!("/api/v1/tenants/{tenant}");
        let tenant = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
        tenant["credits"].as_i64().unwrap() / CREDITS
    };
    for (index, tenant) in tenants.iter().enumerate() {
        let own = first.get(&index).map_or(0, BTreeSet::len);
        let effects = usize::try_from(credits(tenant).await).unwrap();
        let told = (0..EVENTS_BEFORE + EVENTS_AFTER).filter(|number| number % CUSTOMERS == index).count();
        assert!((own..=told).contains(&effects), "{own} were acknowledged and {effects} are in effect");
    }
    // The gateway sends everything again until all of it is acknowledged: what took effect does not again.
    let started = Instant::now();
    let mut waiting: Vec<usize> = (0..bodies.len()).collect();
    while !waiting.is_empty() {
        assert!(started.elapsed() < LEASE, "{} are not acknowledged", waiting.len());
        let mut left = Vec::new();
        for some in waiting.chunks(16) {
            let calls = some.iter().map(|number| {
                let call = edge.call("POST", WEBHOOK);
                signed(call, Provider::BheemPay, bodies[*number].to_string()).send()
            });
            for (number, answer) in some.iter().zip(join_all(calls).await) {
                assert!(matches!(answer.status, 200 | 503), "{}", answer.text());
                let is_known = first.get(&(number % CUSTOMERS)).is_some_and(|own| own.contains(number));
                if answer.status != 200 {
                    assert!(!is_known, "what was acknowledged once is acknowledged at once");
                    left.push(*number);
                } else if is_known {
                    let answer = answer.json();
                    assert_eq!(
                        (&answer["action"], &answer["duplicate"]),
                        (&json!("subscription_renewed"), &json!(true))
                    );
                }
            }
        }
        waiting = left;
    }
    let each = i64::try_from((EVENTS_BEFORE + EVENTS_AFTER) / CUSTOMERS).unwrap();
    for tenant in &tenants {
        assert_eq!(credits(tenant).await, each, "none lost, none twice");
    }
    let open = edge.call("GET", &format!("{EVENTS}?status=received")).key(BOOTSTRAP).send().await.expect(200);
    assert_eq!(open["data"], json!([]));
}

pub async fn what_was_left_undone_is_taken_up_without_being_asked(_: Arc<Stage>) {
    let erp = Arc::new(Upstreams::default());
    let upstream = format!("http://{}", erp.start().await.unwrap());
    let variables = [
        ("bootstrap_admin_key", BOOTSTRAP.to_owned()),
        ("webhook_secrets_bheempay", WEBHOOK_SECRET.to_owned()),
        ("erp_url", upstream),
        ("notify_url", String::new()),
    ];
    let arguments = ["--drain-every-secs", "1"];
    let mut node = Node::start_from(manifest(), &variables, None, &arguments).await;
    node.answers("/readyz").await;
    let id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    let new = json!({"id": id, "name": "City Clinic", "slug": "city-clinic", "owner_email": "owner@clinic.example"});
    node.call("POST", "/api/v1/tenants").key(BOOTSTRAP).json(&new).send().await.expect(201);
    erp.faults.order(Ordered { status: Some(500), ..Ordered::default() });
    let paid = json!({
        "event": "payment.captured", "created_at": chrono::Utc::now().timestamp(),
        "payload": {"metadata": {"tenant_id": id}, "plan_id": "sku_professional", "payment_id": "p1", "amount": 2499,
            "currency": "INR"},
    });
    let call = node.call("POST", WEBHOOK);
    let answer = signed(call, Provider::BheemPay, paid.to_string()).send().await.expect(200);
    assert_eq!(answer["status"], "accepted");
    // Whoever would have tried again is dead, and no webhook comes in whose answer something could be done behind.
    node.kill();
    node.restart(&[]).await;
    erp.faults.clear();
    let tenant = eventually("the host to drain", async || {
        let tenant = node.call("GET", &format!("/api/v1/tenants/{id}")).key(BOOTSTRAP).send().await.expect(200);
        (tenant["subscription_status"] == "active").then_some(tenant)
    })
    .await;
    assert_eq!(tenant["credits"], CREDITS);
    assert!(!node.log().contains("could not be taken up"), "{}", node.log());
}
