//! Books in memory, behind HTTP: what is asked of them counts as a call of whoever asks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use edge_accounting::{
    AccountingClient, AccountingError, Callback, Company, Document, DocumentKind, Limits, Planned, Provider, Recorded,
    SignIn, Tokens, Transport, error_of_status,
};
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use edge_capabilities::{Http, Timestamp};
use edge_database::DatabaseError;
use edge_ledger_sync::{Books, BooksError, Integration, OpenBooks};
use edge_tenants::testing::ACME;
use http::{Request, Response};
use serde_json::{Value, json};

pub const TIMEOUT: Duration = Duration::from_secs(10);

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status, with `Retry-After` where it is not 0; nothing is done.
    Status(u16, u64),
    /// The day's allowance is used up.
    Daily,
    /// The access token is no longer good.
    Expired,
    /// No answer, and nothing is done.
    HangsBefore,
    /// No answer, and it is done.
    HangsAfter,
    /// It is done, and the answer is 500.
    FailsAfter,
    /// Nothing that can be read; nothing is done.
    GarbageBefore,
    /// Nothing that can be read; it is done.
    GarbageAfter,
    /// The document is refused.
    Invalid,
    /// The period is closed.
    Closed,
    /// The number is taken, though nothing is found by it.
    Taken,
}

/// A fault of the requests `op` (empty: any) after the first `after` of them, `times` times.
#[derive(Clone, Debug)]
pub struct Planted {
    pub op: &'static str,
    pub after: usize,
    pub times: usize,
    pub fault: Fault,
}

#[derive(Clone, Debug)]
pub struct Stored {
    pub kind: String,
    pub number: String,
    pub id: String,
    pub draft: bool,
    pub body: String,
}

#[derive(Debug, Default)]
pub struct State {
    pub stored: Vec<Stored>,
    /// The operation, the number and the time of each request.
    pub asked: Vec<(String, String, i64)>,
    pub faults: Vec<Planted>,
    pub makes_drafts: bool,
    /// The access token and the refresh token that are good.
    pub good: (u64, u64),
    pub renewals: usize,
}

#[derive(Clone)]
pub struct TestBooks {
    pub state: Arc<Mutex<State>>,
    pub integration: Arc<Mutex<Integration>>,
    /// The tokens that the edge has.
    pub tokens: Arc<Mutex<(u64, u64)>>,
    pub limits: Arc<Mutex<Limits>>,
    http: Arc<dyn Http>,
}

fn answer(status: u16, body: &Value) -> Response<Bytes> {
    Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap()
}

impl State {
    fn fault(&mut self, op: &str) -> Option<Fault> {
        for planted in &mut self.faults {
            if !planted.op.is_empty() && planted.op != op {
                continue;
            }
            if planted.after > 0 {
                planted.after -= 1;
            } else if planted.times > 0 {
                planted.times -= 1;
                return Some(planted.fault);
            }
        }
        None
    }

    fn find(&self, kind: &str, number: &str) -> Option<&Stored> {
        self.stored.iter().find(|stored| stored.kind == kind && stored.number == number)
    }

    fn act(&mut self, op: &str, asked: &Value) -> Response<Bytes> {
        let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
        let (kind, number) = (text("kind"), text("number"));
        let shown = |stored: &Stored| json!({"id": stored.id, "draft": stored.draft});
        match op {
            "find" => answer(200, &self.find(&kind, &number).map_or(Value::Null, shown)),
            "create" if self.find(&kind, &number).is_some() => answer(409, &Value::Null),
            "create" => {
                let id = format!("r{}", self.stored.len() + 1);
                let draft = self.makes_drafts && kind == "invoices";
                let stored = Stored { kind, number, id, draft, body: text("body") };
                let response = answer(200, &shown(&stored));
                self.stored.push(stored);
                response
            }
            _ => {
                let found = self.stored.iter_mut().find(|stored| stored.kind == kind && stored.number == number);
                let found = found.unwrap();
                found.draft = false;
                answer(200, &json!({"id": found.id, "draft": false}))
            }
        }
    }

    fn token(&mut self, asked: &Value) -> Response<Bytes> {
        if asked["refresh"] != json!(self.good.1) {
            return answer(400, &json!("invalid_grant"));
        }
        self.renewals += 1;
        self.good = (self.good.0 + 1, self.good.1 + 1);
        answer(200, &json!([self.good.0, self.good.1]))
    }
}

impl TestBooks {
    pub fn listen(world: &World) -> Self {
        let state = Arc::new(Mutex::new(State { good: (1, 1), ..State::default() }));
        let (answering, clock) = (state.clone(), world.clock.clone());
        world.http.on_request(move |request| {
            use edge_capabilities::Clock as _;
            let op = request.uri().path().trim_start_matches('/').to_owned();
            let asked: Value = serde_json::from_slice(request.body()).unwrap();
            let (response, hangs) = {
                let mut state = answering.lock().unwrap();
                let number = asked["number"].as_str().unwrap_or_default().to_owned();
                state.asked.push((op.clone(), number, clock.now().as_millis()));
                if op == "token" {
                    (state.token(&asked), false)
                } else {
                    let fault = state.fault(&op);
                    if fault == Some(Fault::Expired) {
                        state.good.0 += 1;
                    }
                    if asked["access"] != json!(state.good.0) {
                        (answer(401, &Value::Null), false)
                    } else {
                        match fault {
                            None | Some(Fault::Expired) => (state.act(&op, &asked), false),
                            Some(Fault::Status(status, wait)) => {
                                let mut response = answer(status, &Value::Null);
                                if wait > 0 {
                                    response.headers_mut().insert("retry-after", wait.into());
                                }
                                (response, false)
                            }
                            Some(Fault::Daily) => (answer(429, &json!("day")), false),
                            Some(Fault::HangsBefore) => (answer(500, &Value::Null), true),
                            Some(Fault::HangsAfter) => (state.act(&op, &asked), true),
                            Some(Fault::FailsAfter) => {
                                state.act(&op, &asked);
                                (answer(500, &Value::Null), false)
                            }
                            Some(Fault::GarbageBefore) => (Response::new(Bytes::from("<html>")), false),
                            Some(Fault::GarbageAfter) => {
                                state.act(&op, &asked);
                                (Response::new(Bytes::from("<html>")), false)
                            }
                            Some(Fault::Invalid) => (answer(422, &json!("no such tax")), false),
                            Some(Fault::Closed) => (answer(423, &Value::Null), false),
                            Some(Fault::Taken) => (answer(409, &Value::Null), false),
                        }
                    }
                }
            };
            async move {
                if hangs {
                    std::future::pending::<()>().await;
                }
                Ok::<_, HttpError>(response)
            }
        });
        let integration = Integration {
            id: "int_1".into(),
            tenant: ACME.into(),
            provider: Provider::Xero,
            is_connected: true,
            kinds: DocumentKind::ALL.to_vec(),
            from: None,
            every_minutes: None,
        };
        let limits = Limits { per_minute: 100_000, at_once: 4, per_day: None };
        Self {
            state,
            integration: Arc::new(Mutex::new(integration)),
            tokens: Arc::new(Mutex::new((1, 1))),
            limits: Arc::new(Mutex::new(limits)),
            http: world.http.clone(),
        }
    }

    /// These books, asked through another network.
    pub fn through(&self, http: Arc<dyn Http>) -> Self {
        Self { http, ..self.clone() }
    }

    pub fn plant(&self, op: &'static str, after: usize, times: usize, fault: Fault) {
        self.state.lock().unwrap().faults.push(Planted { op, after, times, fault });
    }

    /// How often each document is in the books.
    pub fn counts(&self) -> BTreeMap<(String, String), usize> {
        let mut counts = BTreeMap::new();
        for stored in &self.state.lock().unwrap().stored {
            *counts.entry((stored.kind.clone(), stored.number.clone())).or_default() += 1;
        }
        counts
    }

    fn client(&self, http: Arc<dyn Http>) -> MemoryClient {
        MemoryClient {
            transport: Transport::new(http, Provider::Xero, TIMEOUT),
            access: Mutex::new(self.tokens.lock().unwrap().0),
            limits: *self.limits.lock().unwrap(),
        }
    }
}

#[async_trait]
impl Books for TestBooks {
    async fn find(&self, tenant: &str, id: &str) -> Result<Option<Integration>, DatabaseError> {
        let integration = self.integration.lock().unwrap().clone();
        Ok(Some(integration).filter(|known| known.tenant == tenant && known.id == id))
    }

    async fn recurring(&self) -> Result<Vec<Integration>, DatabaseError> {
        let integration = self.integration.lock().unwrap().clone();
        Ok(vec![integration].into_iter().filter(|known| known.every_minutes.is_some()).collect())
    }

    async fn open(&self, _: &Integration, http: Arc<dyn Http>) -> Result<Box<dyn OpenBooks>, BooksError> {
        Ok(Box::new(Opened { client: Arc::new(self.client(http)), books: self.clone() }))
    }

    async fn planner(&self, _: &Integration) -> Result<Arc<dyn AccountingClient>, BooksError> {
        Ok(Arc::new(self.client(self.http.clone())))
    }
}

struct Opened {
    client: Arc<dyn AccountingClient>,
    books: TestBooks,
}

#[async_trait]
impl OpenBooks for Opened {
    fn client(&self) -> &Arc<dyn AccountingClient> {
        &self.client
    }

    async fn ready(&self) -> Result<(), BooksError> {
        let is_connected = self.books.integration.lock().unwrap().is_connected;
        if is_connected { Ok(()) } else { Err(BooksError::NotConnected) }
    }

    async fn note_written(&self) -> Result<(), BooksError> {
        Ok(())
    }

    async fn renew(&self) -> Result<(), BooksError> {
        let refresh = self.books.tokens.lock().unwrap().1;
        let request = Request::post("http://books/token").body(Bytes::from(json!({"refresh": refresh}).to_string()));
        let answer = self.books.http.send(Provider::Xero.upstream(), request.unwrap(), TIMEOUT).await;
        let answer = answer.map_err(|error| BooksError::Unavailable(error.to_string()))?;
        if answer.status() != 200 {
            return Err(BooksError::NeedsReauth("invalid_grant".into()));
        }
        let (access, refresh): (u64, u64) = serde_json::from_slice(answer.body()).unwrap();
        *self.books.tokens.lock().unwrap() = (access, refresh);
        self.client.set_tokens(Tokens {
            access: access.to_string(),
            expires_at: Timestamp::from_millis(0),
            refresh: None,
            refresh_expires_at: None,
        });
        Ok(())
    }

    async fn refused(&self, _: &str) -> Result<(), BooksError> {
        self.books.integration.lock().unwrap().is_connected = false;
        Ok(())
    }
}

struct MemoryClient {
    transport: Transport,
    access: Mutex<u64>,
    limits: Limits,
}

impl MemoryClient {
    async fn ask(&self, op: &str, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        let access = *self.access.lock().unwrap();
        let body = json!({"access": access, "kind": document.kind().as_str(), "number": document.number(),
            "body": format!("{document:?}")});
        let request = Request::post(format!("http://books/{op}")).body(Bytes::from(body.to_string())).unwrap();
        let answer = self.transport.send(request).await?;
        let says = || String::from_utf8_lossy(answer.body()).into_owned();
        if answer.status() == 429 && says().contains("day") {
            return Err(AccountingError::Throttled { wait: None, daily: true });
        }
        match answer.status().as_u16() {
            409 => return Err(AccountingError::Duplicate("the number is taken".into())),
            422 => return Err(AccountingError::refused("E1", says())),
            423 => return Err(AccountingError::PeriodClosed("the period is closed".into())),
            _ => {}
        }
        if let Some(error) = error_of_status(Provider::Xero, answer.status(), answer.headers()) {
            return Err(error);
        }
        let unreadable = |_| AccountingError::Unknown("the answer cannot be read".into());
        let found: Value = serde_json::from_slice(answer.body()).map_err(unreadable)?;
        Ok(found["id"].as_str().map(|id| Recorded { draft: found["draft"] == json!(true), ..Recorded::new(id) }))
    }
}

#[async_trait]
impl AccountingClient for MemoryClient {
    fn provider(&self) -> Provider {
        Provider::Xero
    }

    fn sign_in(&self) -> SignIn {
        SignIn::ClientCredentials
    }

    fn limits(&self) -> Limits {
        self.limits
    }

    fn consent_url(&self, _: &str, _: &str, _: Option<&str>) -> Option<String> {
        None
    }

    async fn redeem(&self, _: &Callback, _: Timestamp) -> Result<(Tokens, Option<String>), AccountingError> {
        Err(AccountingError::Misconfigured("nobody signs in".into()))
    }

    async fn renew(&self, _: Timestamp) -> Result<Tokens, AccountingError> {
        Err(AccountingError::Misconfigured("nobody signs in".into()))
    }

    fn set_tokens(&self, tokens: Tokens) {
        *self.access.lock().unwrap() = tokens.access.parse().unwrap();
    }

    async fn revoke(&self) -> Result<(), AccountingError> {
        Ok(())
    }

    async fn companies(&self) -> Result<Vec<Company>, AccountingError> {
        Ok(Vec::new())
    }

    async fn find(&self, document: &Document) -> Result<Option<Recorded>, AccountingError> {
        self.ask("find", document).await
    }

    async fn create(&self, document: &Document, key: &str) -> Result<Recorded, AccountingError> {
        assert!(key.len() <= 36 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        Ok(self.ask("create", document).await?.unwrap())
    }

    async fn complete(&self, document: &Document, _: &Recorded) -> Result<Recorded, AccountingError> {
        Ok(self.ask("complete", document).await?.unwrap())
    }

    fn plan(&self, document: &Document) -> Result<Vec<Planned>, AccountingError> {
        let body = json!({"number": document.number()});
        Ok(vec![Planned { method: "POST".into(), path: format!("/{}", document.kind().as_str()), body }])
    }
}
