//! A client and its stand-in.

#![allow(dead_code, reason = "not every test program uses all of it")]

pub mod documents;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use edge_accounting::{
    AccountingClient, AccountingError, Callback, Connection, Document, Endpoints, Environment, Provider, Recorded,
    SignIn, Tokens, Transport, open,
};
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::{SeededRandom, World};
use edge_capabilities::{Clock as _, Timestamp};
use ledgers::{Ledger, Ledgers};
use serde_json::Value;

/// Where the person comes back to.
pub const REDIRECT: &str = "http://edge.test/api/v1/enterprise-billing/integrations/callback";

/// The path of a request, its body, and the answer's.
type Exchanged = (String, Bytes, Bytes);

/// A request and its answer, as far as they are JSON.
#[derive(Clone)]
pub struct Exchange {
    pub path: String,
    pub request: Value,
    pub answer: Value,
}

/// A stand-in, and what is needed to speak to it.
pub struct Books {
    pub world: World,
    pub ledgers: Arc<Ledgers>,
    pub ledger: Arc<Ledger>,
    pub connection: Connection,
    exchanges: Arc<Mutex<Vec<Exchanged>>>,
    clients: AtomicU64,
}

impl Books {
    /// The books of `provider`, which nobody has signed in to.
    pub fn of(provider: Provider) -> Self {
        let world = World::new(1);
        let clock = world.clock.clone();
        let ledgers = Arc::new(Ledgers::new(move || clock.now().as_millis()));
        let exchanges: Arc<Mutex<Vec<Exchanged>>> = Arc::default();
        let (answering, kept) = (ledgers.clone(), exchanges.clone());
        world.http.on_request(move |request| {
            let (answering, kept) = (answering.clone(), kept.clone());
            async move {
                let (path, sent) = (request.uri().path().to_owned(), request.body().clone());
                let answer = answering.send(request).await.map_err(HttpError::Failed)?;
                kept.lock().unwrap().push((path, sent, answer.body().clone()));
                Ok(answer)
            }
        });
        let name = provider.as_str();
        let ledger = ledgers.get(name).unwrap().clone();
        let base = format!("http://ledgers.test/ledgers/{name}");
        let connection = Connection {
            provider,
            environment: Environment::Sandbox,
            endpoints: Endpoints {
                api: base.clone(),
                auth: base.clone(),
                consent: format!("{base}{}", consent_page(provider)),
            },
            credentials: ledgers::credentials(name),
            options: BTreeMap::new(),
            company_id: None,
            tokens: None,
        };
        Self { world, ledgers, ledger, connection, exchanges, clients: AtomicU64::new(0) }
    }

    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// A client, as each run has its own.
    pub fn client(&self) -> Arc<dyn AccountingClient> {
        let connection = self.connection.clone();
        let http = self.world.http.clone();
        let transport = Transport::new(http, connection.provider, Duration::from_secs(10));
        let seed = self.clients.fetch_add(1, Ordering::SeqCst);
        open(connection, transport, self.world.clock.clone(), Arc::new(SeededRandom::new(seed)))
    }

    /// Goes to the consent page; gives what it sends back.
    pub async fn consent(&self, challenge: Option<&str>) -> Callback {
        let url = self.client().consent_url(REDIRECT, "state-1", challenge).unwrap();
        let request = http::Request::get(url).body(Bytes::new()).unwrap();
        let answer = self.ledgers.send(request).await.unwrap();
        assert_eq!(answer.status(), 302, "{:?}", answer.body());
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        let (page, query) = location.split_once('?').unwrap();
        assert_eq!(page, REDIRECT);
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let parameters: Vec<(String, String)> =
            query.split('&').filter_map(|pair| pair.split_once('=')).map(|(n, v)| (n.to_owned(), decode(v))).collect();
        let of = |name: &str| parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
        assert_eq!(of("state").as_deref(), Some("state-1"));
        Callback { code: of("code").unwrap(), verifier: None, redirect_uri: REDIRECT.to_owned(), parameters }
    }

    /// The books as they were at the beginning, signed in to.
    pub async fn anew(&mut self) {
        self.ledger.reset();
        self.exchanges.lock().unwrap().clear();
        (self.connection.tokens, self.connection.company_id) = (None, None);
        self.sign_in().await;
    }

    /// Signs in, and chooses the first company.
    pub async fn signed_in(mut self) -> Self {
        self.sign_in().await;
        self
    }

    async fn sign_in(&mut self) {
        let (client, now) = (self.client(), self.now());
        match client.sign_in() {
            SignIn::Consent { .. } => {
                let callback = self.consent(None).await;
                let (tokens, company) = client.redeem(&callback, now).await.unwrap();
                self.keep(tokens);
                self.connection.company_id = company;
            }
            SignIn::ClientCredentials => self.keep(client.renew(now).await.unwrap()),
            SignIn::Credentials => {}
        }
        let companies = self.client().companies().await.unwrap();
        self.connection.company_id = companies.first().map(|company| company.id.clone());
        self.ledger.forget_calls();
    }

    /// Stores tokens.
    pub fn keep(&mut self, tokens: Tokens) {
        self.connection.tokens = Some(tokens);
    }
}

/// The path of the consent page.
fn consent_page(provider: Provider) -> &'static str {
    match provider {
        Provider::QuickBooks => "/connect/oauth2",
        Provider::Xero => "/identity/connect/authorize",
        Provider::Sage => "/oauth2/auth/central",
        _ => "",
    }
}

impl Books {
    /// What went to and fro.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let json = |bytes: &Bytes| serde_json::from_slice(bytes).unwrap_or_default();
        let exchange = |(path, request, answer): &Exchanged| Exchange {
            path: path.clone(),
            request: json(request),
            answer: json(answer),
        };
        self.exchanges.lock().unwrap().iter().map(exchange).collect()
    }

    /// What was written of a kind: numbers, in order.
    pub fn numbers(&self, kind: &str) -> Vec<String> {
        let documents = self.ledger.documents();
        documents.into_iter().filter(|document| document.kind == kind).map(|document| document.number).collect()
    }

    /// Writes a document and finishes it, as a run does.
    pub async fn write(&self, document: &Document, key: &str) -> Result<Recorded, AccountingError> {
        let client = self.client();
        let recorded = client.create(document, key).await?;
        client.complete(document, &recorded).await
    }

    /// Finds a document.
    pub async fn find(&self, document: &Document) -> Option<Recorded> {
        self.client().find(document).await.unwrap()
    }
}
