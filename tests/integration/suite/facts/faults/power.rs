//! The machine loses its power: of what was written, only what was synced is sure to be there.
//!
//! The edge runs once, while all that it does to its files is written down, and callers note how far that was when they were
//! answered. For each of many moments the files are made as the loss of power would have left them, and an edge is started
//! on them.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use edge_capabilities::testing::SeededRandom;
use futures::future::join_all;
use serde_json::json;
use upstreams::{Ordered, Seat};

use super::load::{KEYS, WEBHOOK, is_no_grant, new_key, tell};
use super::{Outcome, is_everything};
use crate::edge::{Customer, Edge, Node, Settings, Stores};
use crate::servers::Recording;
use crate::shape::Stage;

/// How many moments are tried, unless EDGE_CHAOS_MOMENTS says so.
fn moments() -> usize {
    let wanted = std::env::var("EDGE_CHAOS_MOMENTS").ok().and_then(|moments| moments.parse().ok());
    wanted.unwrap_or(if is_everything() { 1_000 } else { 12 })
}

/// Edges that are started at once.
const AT_ONCE: usize = 3;

/// Rounds of each caller while it is written down.
const ROUNDS: usize = 12;

/// Of each kind of acknowledgement, how many are checked: the last ones are those at risk.
const CHECKED: usize = 4;

/// What was acknowledged once so many operations were recorded.
type Acknowledged<T> = Mutex<Vec<(usize, T)>>;

#[derive(Default)]
struct Acknowledgements {
    /// Idempotency key and id.
    keys: Acknowledged<(String, String)>,
    payments: Acknowledged<String>,
    /// Organisations whose seats were revoked.
    revoked: Acknowledged<String>,
    /// Organisations of whose revoked seats a check has told.
    denied: Acknowledged<String>,
}

pub async fn a_loss_of_power_loses_nothing_that_was_acknowledged(stage: Arc<Stage>) {
    let settings = Settings::hasty().with_webhooks().with("rate_limit_per_key", 0).with("rate_limit_per_tenant", 0);
    let mut edge = stage.own_on(settings, Stores { faults: true, ..Stores::default() }).await;
    let product = edge.product().await.to_owned();
    let acknowledged = Acknowledgements::default();
    acknowledge(&edge, &acknowledged).await;
    let first = acknowledged.keys.lock().unwrap()[0].0;
    let recording = {
        let node = &mut edge.nodes[0];
        node.kill();
        node.faults.as_ref().unwrap().recording()
    };
    let counts = [
        acknowledged.keys.lock().unwrap().len(),
        acknowledged.payments.lock().unwrap().len(),
        acknowledged.revoked.lock().unwrap().len(),
        acknowledged.denied.lock().unwrap().len(),
    ];
    assert!(counts.iter().all(|count| *count == ROUNDS), "{counts:?}");
    // Nobody can be asked what is not known any more.
    edge.erp.faults.order(Ordered { status: Some(500), ..Ordered::default() });
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| chrono::Utc::now().timestamp().unsigned_abs());
    println!(
        "SEED={seed}: {} operations, {} of them syncs, from {first} on at {} moments",
        recording.len(),
        recording.syncs(),
        moments()
    );
    let next = Mutex::new(0..moments());
    let slowest = Mutex::new(Duration::ZERO);
    let work = async |_| {
        loop {
            let Some(moment) = next.lock().unwrap().next() else { return };
            let random = SeededRandom::new(seed.wrapping_add(moment as u64));
            let span = (recording.len() - first) as u64;
            let at = first + usize::try_from(random.below(span)).unwrap();
            let took = check(&edge.nodes[0], &product, &recording, at, moment, &acknowledged, &random).await;
            let mut slowest = slowest.lock().unwrap();
            *slowest = took.max(*slowest);
            if moment % 100 == 99 {
                println!("{} moments", moment + 1);
            }
        }
    };
    join_all((0..AT_ONCE).map(work)).await;
    let recovered = Some(*slowest.lock().unwrap());
    let (kept, fault) = (counts.iter().sum(), format!("power lost at {} moments", moments()));
    Outcome { fault, seen: [("no answer".to_owned(), 1)].into(), kept, recovered }.tell();
}

/// Callers that note what they were told, and how far the recording was by then.
async fn acknowledge(edge: &Edge, acknowledged: &Acknowledgements) {
    let recorded = || edge.nodes[0].faults.as_ref().unwrap().recorded();
    let make_keys = async {
        for number in 0..ROUNDS {
            let name = format!("power-{number}");
            let made = new_key(edge.call("POST", KEYS), &name).send().await.expect(201);
            let id = made["id"].as_str().unwrap().to_owned();
            acknowledged.keys.lock().unwrap().push((recorded(), (name, id)));
        }
    };
    let pay = async {
        let customer = Customer::new(edge).await;
        for number in 0..ROUNDS {
            let payment = customer.paid("payment.captured", &format!("p{number}")).to_string();
            tell(edge.call("POST", WEBHOOK), &payment).send().await.expect(200);
            acknowledged.payments.lock().unwrap().push((recorded(), payment));
        }
    };
    let revoke = async {
        for _ in 0..ROUNDS {
            let organization = edge.organization();
            organization.seat("ana", &json!({}));
            organization.make_acquainted("ana").await;
            organization.seat("ana", &json!({"seat_status": "REVOKED"}));
            organization.invalidate(&organization.by_id()).await;
            acknowledged.revoked.lock().unwrap().push((recorded(), organization.external.clone()));
        }
    };
    // Nobody says that these were revoked: a check finds out, and from then on it is known.
    let find_out = async {
        for _ in 0..ROUNDS {
            let organization = edge.organization();
            organization.seat("ana", &json!({}));
            organization.make_acquainted("ana").await;
            let revoked = Seat::good("seat_ana").with(json!({"seat_status": "REVOKED"}).as_object().unwrap());
            edge.erp.directory.put_seat("healos", &organization.external, "ana", revoked);
            crate::edge::eventually("a denial", async || {
                let answer = organization.ask("ana").await;
                (answer.status == 200 && answer.json()["hasAccess"] == false).then_some(())
            })
            .await;
            acknowledged.denied.lock().unwrap().push((recorded(), organization.external.clone()));
        }
    };
    tokio::join!(make_keys, pay, revoke, find_out);
}

/// Of what was acknowledged by `at` the last, and one more.
fn at_risk<T: Clone>(acknowledged: &Acknowledged<T>, at: usize, random: &SeededRandom) -> Vec<T> {
    let acknowledged = acknowledged.lock().unwrap();
    let by_then: Vec<&T> = acknowledged.iter().filter(|(when, _)| *when <= at).map(|(_, what)| what).collect();
    let other = by_then.get(usize::try_from(random.below(by_then.len().max(1) as u64)).unwrap()).copied();
    by_then.iter().rev().take(CHECKED).copied().chain(other).cloned().collect()
}

/// Starts an edge like `node` on what is left where the power is lost after `at` operations; gives how long it took until
/// it was ready.
async fn check(
    node: &Node,
    product: &str,
    recording: &Recording,
    at: usize,
    moment: usize,
    acknowledged: &Acknowledgements,
    random: &SeededRandom,
) -> Duration {
    // Nothing that was not synced, any half of it, or nearly all.
    let survivors = [0, 500, 950][moment % 3];
    let files = recording.after_power_cut(at, || random.below(1_000) < survivors);
    let why = format!("power lost after {at} operations, {survivors} ‰ of the unsynced sectors survive");
    let began = Instant::now();
    let node = node.start_like_this(&files).await;
    node.answers("/readyz").await;
    let took = began.elapsed();
    for (name, id) in at_risk(&acknowledged.keys, at, random) {
        let again = new_key(node.call("POST", KEYS), &name).send().await.expect(201);
        assert_eq!(again["id"], id, "{why}: the key {name} is lost");
    }
    for payment in at_risk(&acknowledged.payments, at, random) {
        let again = tell(node.call("POST", WEBHOOK), &payment).send().await.expect(200);
        assert_eq!(again["duplicate"], true, "{why}: {payment} is lost");
    }
    let revoked = at_risk(&acknowledged.revoked, at, random);
    for organization in revoked.iter().chain(&at_risk(&acknowledged.denied, at, random)) {
        let body = json!({"userId": "ana", "applicationSlug": "healos", "externalOrgId": organization});
        for _ in 0..2 {
            let answer = node.call("POST", "/verify-seat").key(product).json(&body).send().await;
            assert!(is_no_grant(&answer), "{why}: {organization} {}", answer.text());
        }
    }
    node.leave_no_trace();
    took
}
