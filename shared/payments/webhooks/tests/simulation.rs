//! True histories of a subscription against everything that goes wrong: events late, doubled and in any order, several
//! at once, instances that die before or right after any call to the world, upstreams that fail or hang, stores that
//! are gone for a while, a gateway that sends again whatever was not acknowledged.
//!
//! Wherever it ends: the tenant stands where its history does, each payment was granted and told once, the budget has
//! spent what was paid and not given back, no event is lost, nothing is left to do, and seat verification says the
//! same.
//!
//! The seed is printed. `SEED=… cargo test -p edge-webhooks --test simulation` repeats a run; `INTERLEAVINGS=…` makes
//! it longer.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by a panic"
)]

mod simulation {
    pub(crate) mod mortal;
    pub(crate) mod story;
}

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge_budgets::{BudgetScope, BudgetService, Budgets, DecisionRef, ReserveRequest};
use edge_capabilities::database::Value as Column;
use edge_capabilities::testing::{START, SeededRandom, World};
use edge_capabilities::{Capabilities, Clock as _, Database as _, Timestamp};
use edge_database::Db;
use edge_gateways::{Provider, sign};
use edge_money::{Currency, Money};
use edge_seats::{ExternalOrg, Id, Reason, ShippedSeatAccess, Subject, Verification};
use http::Request;
use serde_json::{Value, json};

use simulation::mortal::Instance;
use simulation::story::{PLANS, Story, Truth};

const TENANT: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
const SECRET: &str = "secret-of-the-tests";
const KEY: &str = "bootstrap-key-of-the-tests";
const INSTANCES: u64 = 3;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    Well,
    Failing,
    Hanging,
}

/// How often each thing happened: a run in which something never did shows nothing.
type Seen = BTreeMap<&'static str, u64>;

struct Run<'a> {
    random: &'a SeededRandom,
    world: World,
    moods: Arc<Mutex<(Mood, Mood)>>,
    instances: Vec<Instance>,
    seats: Verification,
    /// All goes well from now on.
    is_over: bool,
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

fn plan(id: &str) -> Option<Value> {
    let (_, price, users, credits) = PLANS.into_iter().find(|(plan, ..)| *plan == id)?;
    Some(json!({
        "sku_id": id, "name": id, "currency": "INR", "base_price": price, "billing_cycle": "monthly",
        "tiers": [{"tier_code": "T", "price": price, "max_users": users, "max_storage_gb": 1,
                   "features_included": {"credits": credits}}],
    }))
}

/// The ERP, whose seats say that the subscription is over, and Notify.
fn listen(world: &World, moods: &Arc<Mutex<(Mood, Mood)>>) {
    let moods = moods.clone();
    world.http.on_request(move |request| {
        let (erp, notify) = *moods.lock().unwrap();
        let of_notify = request.uri().host() == Some("notify");
        let path = request.uri().path().to_owned();
        async move {
            let said = |status: u16, body: Value| {
                Ok(http::Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap())
            };
            match if of_notify { notify } else { erp } {
                Mood::Failing => return said(503, json!({})),
                Mood::Hanging => return std::future::pending().await,
                Mood::Well if of_notify => return said(200, json!({})),
                Mood::Well => {}
            }
            if path.starts_with("/api/v1/seats/") {
                return said(
                    200,
                    json!({
                        "organization_id": TENANT, "seat_id": "seat", "seat_status": "ACTIVE", "subscription_id": "s",
                        "subscription_status": "EXPIRED", "current_period_end": "2020-01-01T00:00:00Z", "version": 1,
                    }),
                );
            }
            match plan(path.rsplit('/').next().unwrap()) {
                Some(plan) => said(200, plan),
                None => said(404, json!({})),
            }
        }
    });
}

async fn ask(router: Router, method: &str, path: &str, body: String, headers: Vec<(String, String)>) -> (u16, Value) {
    let mut request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {KEY}"));
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = edge_http::testing::send(&router, request.body(Body::from(body)).unwrap()).await;
    (answer.status, answer.body)
}

impl Run<'_> {
    fn new_instance(&self) -> Instance {
        // Most die young: somewhere among the calls that an event takes.
        let calls = if self.random.below(4) == 0 { 1_000 } else { 1 + i64::try_from(self.random.below(60)).unwrap() };
        let calls = if self.is_over { i64::MAX } else { calls };
        Instance::new(&self.world, calls, self.random.below(2) == 0)
    }

    /// One delivery; None: the instance died, and the gateway heard nothing.
    fn deliver(&self, body: &Value) -> impl Future<Output = Option<(u16, Value)>> + Send + 'static {
        let body = body.to_string();
        let now = self.world.clock.now();
        let id = format!("delivery-{}", self.random.next());
        let headers = sign(Provider::BheemPay, SECRET, body.as_bytes(), now, &id).unwrap();
        let headers = headers.into_iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let instance = &self.instances[usize::try_from(self.random.below(INSTANCES)).unwrap()];
        let (death, router) = (instance.death(), instance.router.clone());
        let asked = ask(router, "POST", "/api/v1/billing/webhook", body, headers.collect());
        async move {
            tokio::select! {
                answer = asked => Some(answer),
                () = death => None,
            }
        }
    }

    fn bury(&mut self, seen: &mut Seen) {
        for index in 0..self.instances.len() {
            if self.instances[index].is_dead() || self.is_over {
                *seen.entry("instance died").or_default() += u64::from(!self.is_over);
                self.instances[index] = self.new_instance();
            }
        }
    }

    fn trouble(&self, seen: &mut Seen) {
        let mood = || match self.random.below(4) {
            0 => Mood::Failing,
            1 => Mood::Hanging,
            _ => Mood::Well,
        };
        *self.moods.lock().unwrap() = if self.is_over { (Mood::Well, Mood::Well) } else { (mood(), mood()) };
        let (db, cache) = (self.random.below(12) == 0, self.random.below(12) == 0);
        self.world.db.set_down(db && !self.is_over);
        self.world.cache.set_down(cache && !self.is_over);
        for (what, happens) in [("record down", db), ("cache down", cache)] {
            *seen.entry(what).or_default() += u64::from(happens && !self.is_over);
        }
    }

    async fn count(&self, statement: &str) -> i64 {
        match self.world.db.query(statement, &[]).await.unwrap()[0].0[0] {
            Column::Integer(count) => count,
            ref other => panic!("{other:?}"),
        }
    }

    async fn seat(&self) -> Option<Reason> {
        let id = |text| Id::parse(text).unwrap();
        let subject = Subject { org: ExternalOrg { application: id("app"), id: id("ext") }, user: id("u") };
        self.seats.verify(&subject, None).await.ok().map(|verdict| verdict.access.reason)
    }

    /// What seat verification must say of somebody with a seat.
    fn reason(truth: &Truth, now: Timestamp) -> Reason {
        let (paid, in_grace) =
            truth.period_end.map_or((false, false), |end| (now < end, now < end.plus(Duration::from_hours(72))));
        match truth.status {
            Some("active") if paid => Reason::SeatActive,
            Some("past_due") if in_grace => Reason::GracePeriod,
            Some("past_due") => Reason::SubscriptionPastDue,
            Some("cancelled") if paid => Reason::SeatActive,
            Some("cancelled") => Reason::SubscriptionCancelled,
            Some("suspended") => Reason::SubscriptionSuspended,
            _ => Reason::SubscriptionExpired,
        }
    }
}

/// A budget, and of it what each of these orders costs, rupees.
async fn order(capabilities: &Capabilities, db: &Db, orders: &[i64]) {
    let new = json!({"name": "All", "limit": 1_000_000, "currency": "INR", "period": "monthly"}).to_string();
    let of_tenant = vec![("x-tenant-id".to_owned(), TENANT.to_owned())];
    let path = "/api/v1/enterprise-billing/budgets";
    assert_eq!(ask(edge_budgets::router(capabilities.clone()), "POST", path, new, of_tenant).await.0, 201);
    let budget = Budgets::new(db.clone()).active(BudgetScope::whole(TENANT)).await.unwrap().unwrap();
    let service = BudgetService::new(capabilities, db);
    for (number, rupees) in orders.iter().enumerate() {
        let request = ReserveRequest {
            reference: format!("chk_{number}"),
            amount: Money { minor: rupees * 100, currency: Currency::INR },
            expires_at: None,
            actor: "key:test".to_owned(),
            request_id: String::new(),
            decision: Some(DecisionRef { id: "dec_1".to_owned(), version: 1 }),
        };
        service.reserve(&budget, &request).await.unwrap();
    }
}

async fn interleave(random: &SeededRandom, seen: &mut Seen, name: &str) {
    let world = World::new(random.next());
    world.config.set("bootstrap_admin_key", KEY);
    world.config.set("webhook_secrets_bheempay", SECRET);
    world.config.set("erp_url", "http://erp");
    world.config.set("notify_url", "http://notify");
    world.config.set("plans_fresh_ms", "1000");
    let moods = Arc::new(Mutex::new((Mood::Well, Mood::Well)));
    listen(&world, &moods);
    let (capabilities, _) = world.instance();
    let new = json!({"id": TENANT, "name": "Acme", "slug": "acme", "owner_email": "o@acme.example"}).to_string();
    let tenants = edge_tenants::router(capabilities.clone());
    assert_eq!(ask(tenants.clone(), "POST", "/api/v1/tenants", new, Vec::new()).await.0, 201);
    let db = Db::new(capabilities.db.clone());
    let seats = Verification::new(capabilities.clone(), &db, Arc::new(ShippedSeatAccess));

    let mut story = Story::new(random, TENANT, START.as_millis() / 1000);
    for _ in 0..=random.below(7) {
        story.step();
    }
    let Story { truth, told, now, .. } = story;
    // Two that nobody pays: a failure that does not say what it was for is of neither.
    let orders: Vec<i64> = [1, 1].into_iter().chain(truth.orders.iter().copied()).collect();
    order(&capabilities, &db, &orders).await;
    world.clock.advance(Duration::from_secs(u64::try_from(now - START.as_millis() / 1000 + 10).unwrap())).await;
    let mut run = Run { random, world, moods, instances: Vec::new(), seats, is_over: false };
    run.instances = (0..INSTANCES).map(|_| run.new_instance()).collect();

    // Each event once, some more often, in any order.
    let mut waiting: Vec<Value> = told.clone();
    waiting.extend(told.iter().filter(|_| random.below(2) == 0).cloned());
    let mut rounds = 0;
    while !waiting.is_empty() {
        rounds += 1;
        if rounds > 500 {
            let unsettled = run.world.db.query("SELECT * FROM webhook_events WHERE settled_at IS NULL", &[]).await;
            panic!("{name}: what is sent is never acknowledged: {unsettled:?} at {:?}", run.world.clock.now());
        }
        run.is_over = rounds > 60;
        run.bury(seen);
        if random.below(4) == 0 || run.is_over {
            run.trouble(seen);
        }
        let mut deliveries = Vec::new();
        for _ in 0..=random.below(4).min(u64::try_from(waiting.len()).unwrap() - 1) {
            let body =
                waiting.swap_remove(usize::try_from(random.below(u64::try_from(waiting.len()).unwrap())).unwrap());
            deliveries.push((tokio::spawn(run.deliver(&body)), body));
        }
        if random.below(3) == 0 {
            run.seat().await;
        }
        for (delivery, body) in deliveries {
            let answer = delivery.await.unwrap();
            let (what, acknowledged) = match &answer {
                None => ("no answer", false),
                Some((200, answer)) if answer["duplicate"] == true => ("duplicate", true),
                Some((200, answer)) if answer["status"] == "accepted" => ("accepted", true),
                Some((200, answer)) if answer["status"] == "success" => ("success", true),
                Some((200, answer)) if answer["reason"] == "superseded" => ("superseded", true),
                Some((503, _)) => ("503", false),
                other => panic!("{name}: {other:?}"),
            };
            *seen.entry(what).or_default() += 1;
            if !acknowledged {
                waiting.push(body);
            }
        }
        run.world.clock.advance(Duration::from_millis(random.below(20_000))).await;
    }

    // All is well again, and a scheduler calls.
    run.is_over = true;
    run.bury(seen);
    run.trouble(seen);
    // What the ERP was asked while it hung has failed by then, and no later question waits for it.
    run.world.clock.advance(Duration::from_secs(60)).await;
    let open = "SELECT (SELECT COUNT(*) FROM webhook_events WHERE status NOT IN ('processed', 'ignored'))
        + (SELECT COUNT(*) FROM tenants WHERE outbox <> '[]')
        + (SELECT COUNT(*) FROM notifications WHERE status = 'queued')";
    for _ in 0..40 {
        if run.count(open).await == 0 {
            break;
        }
        run.world.clock.advance(Duration::from_secs(600)).await;
        let router = run.instances[0].router.clone();
        let (status, drained) = ask(router, "POST", "/api/v1/webhooks/drain", String::new(), Vec::new()).await;
        assert_eq!(status, 200, "{name}: {drained}");
        *seen.entry("taken up by the drain").or_default() +=
            drained["settled"].as_u64().unwrap() + drained["spread"].as_u64().unwrap();
    }
    assert_eq!(run.count(open).await, 0, "{name}: something is left to do");
    let stored = run.count("SELECT COUNT(*) FROM webhook_events").await;
    assert_eq!(stored, i64::try_from(told.len()).unwrap(), "{name}: an event is lost, or there twice");

    let (_, tenant) = ask(tenants, "GET", &format!("/api/v1/tenants/{TENANT}"), String::new(), Vec::new()).await;
    let expected = json!({
        "subscription_status": truth.status, "payment_status": truth.payment, "erp_subscription_id": truth.subscription,
        "subscription_period_end": truth.period_end.map(|end| end.to_string()), "subscription_plan": truth.plan,
        "max_users": truth.max_users, "credits": truth.credits, "is_suspended": truth.status == Some("suspended"),
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&tenant[field], value, "{name}: {field} of {tenant:#}, told {told:#?}");
    }
    let receipts = run.count("SELECT COUNT(*) FROM notifications WHERE event_type = 'WORKSPACE_PAYMENT_SUCCESS'").await;
    assert_eq!(receipts, i64::try_from(truth.payments.len()).unwrap(), "{name}: each payment is told once");
    let sums = "SELECT CAST(SUM(spent_change) * 10000 + SUM(reserved_change) AS BIGINT) FROM budget_ledger";
    assert_eq!(run.count(sums).await, truth.kept * 1_000_000 + 200, "{name}: {truth:?}, told {told:#?}");
    let now = run.world.clock.now();
    assert_eq!(run.seat().await, Some(Run::reason(&truth, now)), "{name}: {truth:?}");
}

#[tokio::test(start_paused = true)]
async fn whatever_goes_wrong_a_tenant_ends_where_its_history_does() {
    let by_time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (seed, interleavings) = (number("SEED", by_time), number("INTERLEAVINGS", 1_000));
    println!("SEED={seed} INTERLEAVINGS={interleavings}");
    let mut seen = Seen::new();
    for round in 0..interleavings {
        // Each has a seed of its own, so that one can be repeated by itself.
        let own = seed.wrapping_add(round);
        interleave(&SeededRandom::new(own), &mut seen, &format!("SEED={own} INTERLEAVINGS=1")).await;
    }
    println!("{seen:#?}");
    for expected in [
        "success",
        "accepted",
        "superseded",
        "duplicate",
        "503",
        "no answer",
        "instance died",
        "record down",
        "cache down",
        "taken up by the drain",
    ] {
        assert!(interleavings < 100 || seen.contains_key(expected), "there was no {expected:?}");
    }
}
