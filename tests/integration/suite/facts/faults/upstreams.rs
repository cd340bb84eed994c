//! Every kind of fault on every call to an upstream. Which calls there are is found out: what each request of a caller's makes
//! the edge ask while all is well is asked again for each fault.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Outcome, is_everything};
use crate::client::Answer;
use crate::edge::{BOOTSTRAP, Customer, Edge, Settings, eventually};
use crate::servers::{Sabotage, Saboteur};
use crate::shape::Stage;

/// What callers ask that makes the edge ask upstreams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    Check,
    Plans,
    Checkout,
    Seats,
    Code,
    Domain,
}

const REQUESTS: [Request; 6] =
    [Request::Check, Request::Plans, Request::Checkout, Request::Seats, Request::Code, Request::Domain];

/// The variables that lead to upstreams.
const UPSTREAMS: [&str; 5] = ["erp_url", "notify_url", "mail_url", "bheempay_url", "stripe_url"];

/// How long an upstream may take.
const PATIENCE_MILLIS: u64 = 1_000;

/// How long an answer may take in which several upstreams were asked, on a busy machine. The host gives up after thirty
/// seconds, and that is no answer.
const LONGEST: Duration = Duration::from_secs(25);

/// Until a call is made again that the edge leaves alone for a while.
const MOST_TRIES: usize = 40;
const BETWEEN_TRIES: Duration = Duration::from_millis(250);

/// A request that nobody made before, to be made until it succeeds.
struct Asked {
    request: Request,
    path: &'static str,
    tenant: String,
    key: String,
    body: Value,
}

impl Asked {
    async fn new(edge: &Edge, request: Request) -> Self {
        let customer = Customer::new(edge).await;
        let organization = &customer.organization;
        let number: i64 = customer.subscription.trim_start_matches("sub_").parse().unwrap();
        let mut key = BOOTSTRAP.to_owned();
        let (path, body) = match request {
            Request::Check => {
                organization.seat("eve", &json!({}));
                edge.product().await.clone_into(&mut key);
                ("/verify-seat", organization.check("eve"))
            }
            Request::Plans => ("/api/v1/billing/plans", Value::Null),
            Request::Checkout => {
                ("/api/v1/billing/checkout", json!({"plan_id": "WORKSPACE-PRO", "billing_cycle": "monthly"}))
            }
            Request::Seats => {
                let new = json!({"name": "Clinic", "billingEmail": "bills@clinic.example", "ownerUserId": "owner"});
                let buyer = edge.post("/organizations", BOOTSTRAP, &new).await.expect(201);
                let order = json!({"organizationId": buyer["id"], "applicationSlug": "faults", "planId": "team",
                    "seats": 5, "gateway": "stripe", "externalOrgId": format!("faults_{number}")});
                ("/subscriptions", order)
            }
            Request::Code => {
                let phone = format!("+91987{number:07}");
                ("/api/v1/otp/send", json!({"phone_number": phone, "purpose": "login", "channel": "sms"}))
            }
            Request::Domain => {
                let data = json!({"name": "Acme", "domain": format!("acme-{number}.com"),
                    "odoo_customer_id": 9_000_000 + number});
                ("/erp/provision/organization/", json!({"organization_data": data}))
            }
        };
        Self { request, path, tenant: customer.tenant.clone(), key, body }
    }

    async fn ask(&self, edge: &Edge) -> Answer {
        let method = if self.request == Request::Plans { "GET" } else { "POST" };
        let call = edge.call(method, self.path).header("idempotency-key", &self.tenant);
        let call = match self.request {
            Request::Checkout | Request::Code => call.key(&self.key).header("x-tenant-id", &self.tenant),
            Request::Domain => call.header("authorization", &format!("Token {}", self.key)),
            Request::Plans => call,
            _ => call.key(&self.key),
        };
        if self.body.is_null() { call.send().await } else { call.json(&self.body).send().await }
    }

    /// Whether it is done: a code that is on its way is not sent again so soon.
    fn is_done(&self, answer: &Answer) -> bool {
        answer.status < 300 || (self.request == Request::Code && answer.status == 429)
    }

    async fn insist(&self, edge: &Edge) {
        eventually(&format!("{:?} is done", self.request), async || {
            let answer = self.ask(edge).await;
            self.is_done(&answer).then_some(())
        })
        .await;
    }
}

async fn start(stage: &Stage) -> (Edge, Saboteur) {
    let settings = Settings::hasty().with_webhooks().with("upstream_timeout_ms", PATIENCE_MILLIS);
    let settings = settings.with("plans_fresh_ms", 0).with("plans_stale_ms", 0);
    let mut edge = stage.own(settings).await;
    let saboteur = Saboteur::before(edge.erp_address).await;
    let url = format!("http://{}", saboteur.address);
    edge.nodes[0].kill();
    edge.nodes[0].restart(&UPSTREAMS.map(|name| (name, url.clone()))).await;
    edge.ready().await;
    let application = json!({"slug": "faults", "name": "Faults", "seatSource": "edge"});
    edge.post("/applications", BOOTSTRAP, &application).await.expect(201);
    let plan =
        json!({"id": "team", "name": "Team", "pricePerSeat": 20.00, "currency": "USD", "billingCycle": "monthly"});
    edge.post("/applications/faults/plans", BOOTSTRAP, &plan).await.expect(201);
    (edge, saboteur)
}

pub async fn whatever_becomes_of_an_upstreams_answer_the_caller_is_told_and_may_try_again(stage: Arc<Stage>) {
    let (edge, saboteur) = start(&stage).await;
    let mut cells = Vec::new();
    for request in REQUESTS {
        // The first one ever asks for what all need.
        Asked::new(&edge, request).await.insist(&edge).await;
        let asked = Asked::new(&edge, request).await;
        saboteur.take_calls();
        asked.insist(&edge).await;
        // What is sent behind an answer belongs to it too.
        let calls = eventually("calls", async || Some(saboteur.take_calls()).filter(|calls| !calls.is_empty())).await;
        println!("{request:?} asks {calls:?}");
        for call in calls {
            cells.extend(Sabotage::ALL.map(|how| (request, call.clone(), how)));
        }
    }
    assert!(cells.len() >= REQUESTS.len() * Sabotage::ALL.len(), "{}", cells.len());
    if !is_everything() {
        // One fault for each call, another one each time; over the runs all of them.
        let start = usize::try_from(chrono::Utc::now().timestamp()).unwrap() % Sabotage::ALL.len();
        let step = Sabotage::ALL.len() + 1;
        cells = cells.into_iter().skip(start).step_by(step).collect();
    }
    let mut outcomes = BTreeMap::<String, (BTreeMap<String, usize>, usize, Duration)>::new();
    for (request, call, how) in &cells {
        let mut asked = Asked::new(&edge, *request).await;
        saboteur.order(Some((call, *how)));
        let outcome = outcomes.entry(format!("{how:?}")).or_default();
        // While the upstream is left alone after the faults before, nothing is asked.
        let mut times = 0;
        while times < 2 || saboteur.sabotaged() == 0 {
            times += 1;
            assert!(times < MOST_TRIES, "{request:?} did not ask {call}");
            if *request == Request::Code && times > 1 {
                // This number has to wait before it is sent another one.
                asked = Asked::new(&edge, *request).await;
            }
            let began = Instant::now();
            let answer = asked.ask(&edge).await;
            let why = format!("{request:?}, {call} {how:?}: {} {}", answer.status, answer.text());
            let with = if asked.is_done(&answer) {
                answer.status.to_string()
            } else {
                let (status, code) = answer.problem();
                // The ERP knows no other status for a provisioning that has to be asked for again.
                let is_told =
                    matches!(status, 409 | 502 | 503) || (status, code.as_str()) == (500, "PROVISIONING_FAILED");
                assert!(is_told && !code.is_empty() && code != "OVERLOADED", "{why}");
                format!("{status} {code}")
            };
            assert!(began.elapsed() < LONGEST, "{:?}: {why}", began.elapsed());
            *outcome.0.entry(format!("{request:?} {with}")).or_default() += 1;
            tokio::time::sleep(BETWEEN_TRIES).await;
        }
        saboteur.order(None);
        let mended = Instant::now();
        asked.insist(&edge).await;
        outcome.1 += 1;
        outcome.2 = outcome.2.max(mended.elapsed());
        if *request == Request::Checkout {
            let orders = edge.erp.bheempay.orders_of(&asked.tenant);
            assert_eq!(orders.len(), 1, "{call} {how:?}: {orders:?}");
        }
    }
    for (how, (seen, kept, recovered)) in outcomes {
        let fault = format!("upstream call: {how}, {kept} of {} calls", cells.len());
        Outcome { fault, seen, kept, recovered: Some(recovered) }.tell();
    }
}
