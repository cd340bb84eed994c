//! Callers that go on whatever happens: they write down what they were answered, and hold the edge to it afterwards.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use edge_gateways::Provider;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use upstreams::{Seat, Upstreams};

use super::Outcome;
use crate::client::{Answer, Call};
use crate::edge::{BOOTSTRAP, CREDITS, Customer, Edge, Organization, Settings, eventually, signed};

/// Between two calls of one caller: there are several, and the machine may be small.
const PAUSE: Duration = Duration::from_millis(15);

/// Before the next call where nobody was there: without it a node that starts for a minute would be called thousands of
/// times, and no payment be left to tell of when it is there.
const UNREACHABLE: Duration = Duration::from_millis(500);

/// More payments than one fact can make.
const PAYMENTS: usize = 2_000;

pub const KEYS: &str = "/api/v1/api-keys";
pub const WEBHOOK: &str = "/api/v1/billing/webhook";

/// What a caller did, and what came of it.
struct Answered {
    at: Instant,
    what: &'static str,
    /// The status, and the code of a problem.
    with: String,
}

/// The state that the callers share.
struct Shared {
    nodes: Mutex<Vec<String>>,
    erp: Arc<Upstreams>,
    product: String,
    over: AtomicBool,
    answered: Mutex<Vec<Answered>>,
    /// The API keys that were made.
    made: Mutex<Vec<String>>,
    /// How many payments were told of, the first ones.
    told: AtomicUsize,
    /// The places of those that were taken.
    taken: Mutex<Vec<usize>>,
    /// The organisations whose seats were revoked.
    revoked: Mutex<Vec<String>>,
    /// Grants that must not have been given.
    granted: Mutex<Vec<String>>,
}

/// Callers of an edge, until they are told to stop.
pub struct Load {
    shared: Arc<Shared>,
    callers: Vec<JoinHandle<()>>,
    payments: Arc<Vec<String>>,
    tenant: String,
    known: Value,
    began: Instant,
}

/// The settings that an edge needs for it.
pub fn settings() -> Settings {
    // An upstream is not what is broken here.
    Settings::steady().with_webhooks().with("rate_limit_per_key", 0).with("rate_limit_per_tenant", 0)
}

impl Load {
    /// Starts to call.
    pub async fn start(edge: &Edge) -> Self {
        let customer = Customer::new(edge).await;
        let payments = (0..PAYMENTS).map(|number| customer.paid("payment.captured", &format!("p{number}")).to_string());
        let payments: Arc<Vec<String>> = Arc::new(payments.collect());
        let organization = edge.organization();
        organization.seat("ana", &json!({}));
        organization.make_acquainted("ana").await;
        let shared = Arc::new(Shared {
            nodes: Mutex::new(addresses(edge)),
            erp: edge.erp.clone(),
            product: edge.product().await.to_owned(),
            over: AtomicBool::new(false),
            answered: Mutex::default(),
            made: Mutex::default(),
            told: AtomicUsize::new(0),
            taken: Mutex::default(),
            revoked: Mutex::default(),
            granted: Mutex::default(),
        });
        let known = organization.check("ana");
        let callers = vec![
            tokio::spawn(check(shared.clone(), known.clone())),
            tokio::spawn(make_keys(shared.clone())),
            tokio::spawn(pay(shared.clone(), payments.clone())),
            tokio::spawn(revoke(shared.clone())),
        ];
        let tenant = customer.tenant.clone();
        let load = Self { shared, callers, payments, tenant, known, began: Instant::now() };
        load.all_work_since(Instant::now()).await;
        load
    }

    /// Waits until each caller was given what it wants, after `since`.
    async fn all_work_since(&self, since: Instant) {
        const ALL: [(&str, &str); 4] = [("check", "200"), ("key", "201"), ("payment", "200"), ("revocation", "200")];
        eventually("all callers are served", async || {
            let answered = self.shared.answered.lock().unwrap();
            let good = |(what, with): (&str, &str)| {
                answered.iter().any(|answer| answer.at > since && answer.what == what && answer.with == with)
            };
            ALL.into_iter().all(good).then_some(())
        })
        .await;
    }

    /// From now on the nodes are there. Meanwhile somebody may have called the old addresses.
    pub fn nodes_are(&self, edge: &Edge) {
        *self.shared.nodes.lock().unwrap() = addresses(edge);
    }

    /// So many answers have come since.
    pub async fn goes_on_for(&self, answers: usize) {
        let count = || self.shared.answered.lock().unwrap().len();
        let before = count();
        eventually("callers go on", async || (count() >= before + answers).then_some(())).await;
    }

    /// Waits until a write was answered like this since `since`.
    pub async fn sees(&self, since: Instant, what: &str, with: &str) {
        eventually(&format!("{what}: {with}"), async || {
            let answered = self.shared.answered.lock().unwrap();
            answered.iter().any(|answer| answer.at > since && answer.what == what && answer.with == with).then_some(())
        })
        .await;
    }

    /// Waits until everything works again, which was mended at `mended`; then stops, and checks that all that was ever
    /// acknowledged is there and nothing was done twice. `broken` is when it went wrong.
    pub async fn settle(mut self, edge: &Edge, fault: &str, broken: Instant, mended: Instant) {
        assert!(self.began <= broken && broken <= mended);
        self.all_work_since(mended).await;
        let recovered = mended.elapsed();
        self.shared.over.store(true, Ordering::SeqCst);
        for caller in self.callers.drain(..) {
            caller.await.unwrap();
        }
        let mut seen = BTreeMap::new();
        for answer in self.shared.answered.lock().unwrap().iter().filter(|answer| answer.at > broken) {
            *seen.entry(format!("{} {}", answer.what, answer.with)).or_default() += 1;
        }
        let kept = self.check_all(edge).await;
        Outcome { fault: fault.to_owned(), seen, kept, recovered: Some(recovered) }.tell();
    }

    /// Gives how much was acknowledged.
    async fn check_all(&self, edge: &Edge) -> usize {
        let shared = &self.shared;
        assert_eq!(*shared.granted.lock().unwrap(), Vec::<String>::new(), "granted after it was revoked");
        let (made, taken, revoked) = (
            shared.made.lock().unwrap().clone(),
            shared.taken.lock().unwrap().clone(),
            shared.revoked.lock().unwrap().clone(),
        );
        for key in &made {
            let answer = edge.post("/verify-seat", key, &self.known).await;
            assert_eq!(answer.status, 200, "an API key is lost: {}", answer.text());
        }
        // Nobody may be granted what was revoked, be the ERP there or not.
        edge.erp.faults.order(upstreams::Ordered { status: Some(500), ..Default::default() });
        for organization in &revoked {
            let organization = Organization::again(edge, organization);
            let answer = organization.ask("ana").await;
            assert!(is_no_grant(&answer), "revoked: {}", answer.text());
        }
        edge.erp.faults.clear();
        let verdict = eventually("the known one", async || {
            let answer = edge.verify(&self.known).await;
            (answer.status == 200).then(|| answer.json())
        });
        assert_eq!(verdict.await["hasAccess"], true);
        // What was acknowledged is known; what was not comes again, as gateways send it.
        let told = shared.told.load(Ordering::SeqCst);
        for (number, payment) in self.payments.iter().take(told).enumerate() {
            let answer = eventually("an event that is taken", async || {
                let answer = tell(edge.call("POST", WEBHOOK), payment).send().await;
                (answer.status == 200).then(|| answer.json())
            });
            let answer = answer.await;
            if taken.contains(&number) {
                assert_eq!(answer["duplicate"], true, "the payment {number} is lost: {answer}");
            }
        }
        let paid = i64::try_from(told).unwrap();
        let path = format!("/api/v1/tenants/{}", self.tenant);
        let credits = eventually("all payments in effect", async || {
            edge.call("POST", "/api/v1/jobs/drain").key(BOOTSTRAP).send().await.expect(200);
            let tenant = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
            let credits = tenant["credits"].as_i64().unwrap();
            (credits >= CREDITS * paid).then_some(credits)
        });
        assert_eq!(credits.await, CREDITS * paid, "each of {paid} payments counts once");
        made.len() + taken.len() + revoked.len()
    }
}

fn addresses(edge: &Edge) -> Vec<String> {
    edge.nodes.iter().map(crate::edge::Node::address).collect()
}

pub fn is_no_grant(answer: &Answer) -> bool {
    match answer.status {
        200 => answer.json()["hasAccess"] == false,
        status => status == 503,
    }
}

pub fn new_key(call: Call, idempotency_key: &str) -> Call {
    let body = json!({"name": idempotency_key, "scopes": ["seats:verify"]});
    call.key(BOOTSTRAP).header("idempotency-key", idempotency_key).json(&body)
}

pub fn tell(call: Call, payment: &str) -> Call {
    signed(call, Provider::BheemPay, payment.to_owned())
}

impl Shared {
    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    fn call(&self, turn: usize, path: &str) -> Call {
        let nodes = self.nodes.lock().unwrap();
        Call::new("POST", format!("http://{}{path}", nodes[turn % nodes.len()]))
    }

    /// The answer to a call, written down; or status and code of a refusal.
    async fn ask(&self, what: &'static str, call: Call) -> Result<Answer, String> {
        tokio::time::sleep(PAUSE).await;
        let answer = call.try_send().await.ok();
        let with = match &answer {
            None => "no answer".to_owned(),
            Some(answer) if answer.status < 300 => answer.status.to_string(),
            Some(answer) => {
                let problem: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
                format!("{} {}", answer.status, problem["code"].as_str().unwrap_or("?"))
            }
        };
        // A bug of the edge is none of what may happen.
        assert!(!with.starts_with("500"), "{what}: {with} {:?}", answer.map(|answer| answer.text()));
        self.answered.lock().unwrap().push(Answered { at: Instant::now(), what, with: with.clone() });
        if answer.is_none() {
            tokio::time::sleep(UNREACHABLE).await;
        }
        answer.filter(|answer| answer.status < 300).ok_or(with)
    }
}

/// Asks for a seat that is known.
async fn check(shared: Arc<Shared>, body: Value) {
    let mut turn = 0;
    while !shared.is_over() {
        turn += 1;
        let call = shared.call(turn, "/verify-seat").key(&shared.product).json(&body);
        if let Ok(answer) = shared.ask("check", call).await {
            let verdict = answer.json();
            if verdict["hasAccess"] != true {
                shared.granted.lock().unwrap().push(format!("denied without a reason: {verdict}"));
            }
        }
    }
}

/// Makes API keys, each until it is made. One whose maker was killed under way is left: for a minute nobody can know what
/// became of it.
async fn make_keys(shared: Arc<Shared>) {
    let mut turn = 0;
    for number in 0.. {
        let idempotency_key = format!("load-{number}");
        loop {
            if shared.is_over() {
                return;
            }
            turn += 1;
            match shared.ask("key", new_key(shared.call(turn, KEYS), &idempotency_key)).await {
                Ok(answer) => {
                    shared.made.lock().unwrap().push(answer.json()["key"].as_str().unwrap().to_owned());
                    break;
                }
                Err(refused) if refused == "409 IDEMPOTENCY_IN_PROGRESS" => break,
                Err(_) => {}
            }
        }
    }
}

/// Tells of payments, each once: what is not acknowledged is told of again at the end.
async fn pay(shared: Arc<Shared>, payments: Arc<Vec<String>>) {
    for (number, payment) in payments.iter().enumerate() {
        if shared.is_over() {
            return;
        }
        shared.told.store(number + 1, Ordering::SeqCst);
        if shared.ask("payment", tell(shared.call(number, WEBHOOK), payment)).await.is_ok() {
            shared.taken.lock().unwrap().push(number);
        }
    }
}

/// Revokes seats that were granted; from the acknowledgement on nobody is granted them.
async fn revoke(shared: Arc<Shared>) {
    let mut turn = 0;
    while !shared.is_over() {
        let external = Organization::new_name();
        let (application, organization) = ("healos", Organization::id_of(&external));
        shared.erp.directory.put_organization(application, &external, &organization, false);
        let seat = Seat::good("seat_ana");
        shared.erp.directory.put_seat(application, &external, "ana", seat.clone());
        let body = json!({"userId": "ana", "applicationSlug": application, "externalOrgId": external});
        let mut ask = async |what| {
            turn += 1;
            let call = shared.call(turn, "/verify-seat").key(&shared.product).json(&body);
            shared.ask(what, call).await.ok().map(|answer| answer.json()["hasAccess"] == true)
        };
        for _ in 0..2 {
            ask("first check").await;
        }
        let revoked = seat.with(json!({"seat_status": "REVOKED"}).as_object().unwrap());
        shared.erp.directory.put_seat(application, &external, "ana", revoked);
        let name = json!({"organizationId": organization});
        loop {
            if shared.is_over() {
                return;
            }
            let call = shared.call(0, "/api/v1/seats/invalidate").key(&shared.product).json(&name);
            if shared.ask("revocation", call).await.is_ok() {
                break;
            }
        }
        shared.revoked.lock().unwrap().push(external.clone());
        for _ in 0..2 {
            if ask("check of a revoked seat").await == Some(true) {
                shared.granted.lock().unwrap().push(external.clone());
            }
        }
    }
}
