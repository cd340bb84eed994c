//! A running edge: its nodes, its stores and the stand-in ERP behind it.

mod customer;
mod node;
mod organization;
mod seat_buyer;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::OnceCell;
use upstreams::Upstreams;

use crate::client::{Answer, Call};
use crate::servers::{Postgres, Redis};
use crate::shape::Shape;

pub use customer::{CREDITS, Customer, signed, signed_as};
pub use node::{Node, host_program, manifest, new_launch_folder, on_spin, repository};
pub use organization::Organization;
pub use seat_buyer::{SeatBuyer, SeatGateway};

/// A bootstrap key, and one that is too short to be taken.
pub const BOOTSTRAP: &str = "bootstrap-of-the-integration-tests";

/// The base64 of 32 bytes, for each of the [`KEYS`].
pub const KEY: &str = "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlICE=";

/// The variables that are keys: what needs one that is not set answers 503.
const KEYS: [&str; 3] = ["otp_key", "encryption_key", "unsubscribe_key"];

/// What the edge says to the ERP.
pub const ERP_API_KEY: &str = "erp-key-of-the-integration-tests";

/// What the edge says to Stripe.
pub const STRIPE_KEY: &str = "sk_test_integration";

/// What seat tokens are signed with.
const SEAT_TOKEN_KEY: &str = "c2VhdCB0b2tlbnMgb2YgdGhlIGludGVncmF0aW9uISE=";

/// What gateways sign with, whichever it is.
pub const WEBHOOK_SECRET: &str = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cy13aXRoLTMyLWJ5";

/// The application's variables, by name, as far as they are not given by the shape.
#[derive(Clone, Debug)]
pub struct Settings(Vec<(&'static str, String)>);

/// Longer than any fact takes.
const LONG: u64 = 3_600_000;

impl Settings {
    /// Verdicts are news for very long, and the ERP is given much time: a busy machine changes nothing.
    pub fn steady() -> Self {
        Self(vec![("bootstrap_admin_key", BOOTSTRAP.into()), ("erp_api_key", ERP_API_KEY.into())])
            .with("seat_token_key", SEAT_TOKEN_KEY)
            .with("seat_fresh_ms", LONG)
            .with("seat_negative_ms", LONG)
            .with("seat_stale_ms", 2 * LONG)
            .with("upstream_timeout_ms", 20_000)
    }

    /// Verdicts are stale at once, and usable for very long.
    pub fn hasty() -> Self {
        Self::steady().with("seat_fresh_ms", 0).with("seat_negative_ms", 0).with("upstream_timeout_ms", 3_000)
    }

    /// With a secret for each gateway, and all of the [`KEYS`].
    #[must_use]
    pub fn with_webhooks(self) -> Self {
        [
            "webhook_secrets_bheempay",
            "webhook_secrets_razorpay",
            "webhook_secrets_stripe",
            "webhook_secrets_erp",
            "webhook_secrets_notify",
            "webhook_secrets_standard",
            "webhook_secrets_shopify",
            "webhook_secrets_woocommerce",
        ]
        .into_iter()
        .fold(self.with_keys(), |settings, name| settings.with(name, WEBHOOK_SECRET))
    }

    /// With all of the [`KEYS`].
    #[must_use]
    pub fn with_keys(self) -> Self {
        KEYS.into_iter().fold(self, |settings, name| settings.with(name, KEY))
    }

    /// With the stand-ins of the accounting systems at `upstream`, and the apps that they let in.
    fn with_ledgers(self, upstream: &str) -> Self {
        let hosts = ["quickbooks_host", "xero_host", "sage_host", "netsuite_host", "dynamics365_host"];
        let settings = hosts.into_iter().chain(["dynamics365_login_host", "sap_host"]);
        let settings = settings.fold(self, |settings, host| settings.with(host, upstream));
        [
            ("quickbooks_url", "quickbooks"),
            ("quickbooks_sandbox_url", "quickbooks"),
            ("quickbooks_oauth_url", "quickbooks"),
            ("quickbooks_consent_url", "quickbooks/connect/oauth2"),
            ("xero_url", "xero"),
            ("xero_identity_url", "xero"),
            ("xero_consent_url", "xero/identity/connect/authorize"),
            ("sage_url", "sage"),
            ("sage_oauth_url", "sage"),
            ("sage_consent_url", "sage/oauth2/auth/central"),
            ("netsuite_url", "netsuite"),
            ("dynamics365_url", "dynamics365"),
            ("dynamics365_login_url", "dynamics365"),
        ]
        .into_iter()
        .fold(settings, |settings, (name, path)| settings.with(name, format!("{upstream}/ledgers/{path}")))
        .with("quickbooks_client_id", "quickbooks-client")
        .with("quickbooks_client_secret", "quickbooks-secret")
        .with("xero_client_id", "xero-client")
        .with("xero_client_secret", "xero-secret")
        .with("sage_client_id", "sage-client")
        .with("sage_client_secret", "sage-secret")
    }

    /// With another value for one variable.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.0.retain(|(other, _)| *other != name);
        self.0.push((name, value.to_string()));
        self
    }
}

/// What the nodes of an edge share.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    /// A Redis URL; None: SQLite.
    pub redis: Option<String>,
    /// A PostgreSQL address, and its host and port; None: SQLite.
    pub postgres: Option<(String, String)>,
    /// Whether the fact has a hand in the disks and clocks of the nodes.
    pub faults: bool,
}

impl Stores {
    /// Empty databases for `shape`, on the servers that all facts share.
    pub async fn shared(shape: Shape) -> Self {
        let redis = if shape.on_redis() { Some(Redis::shared().await.new_database()) } else { None };
        let postgres = if shape.on_postgres() { Some(Postgres::shared().await.new_database().await) } else { None };
        Self { redis, postgres, faults: false }
    }
}

/// A running edge.
pub struct Edge {
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// The ERP behind it.
    pub erp: Arc<Upstreams>,
    /// Where the ERP is.
    pub erp_address: SocketAddr,
    turn: AtomicUsize,
    product: OnceCell<String>,
}

impl Edge {
    /// Starts an edge and waits until it is ready. Something has been invalidated on it: what is asked first, while the
    /// fences are made, may have to be asked again.
    pub async fn start(shape: Shape, settings: Settings, stores: Stores) -> Self {
        let edge = Self::start_without_a_touch(shape, settings, stores).await;
        edge.ready().await;
        edge.post("/api/v1/seats/invalidate", BOOTSTRAP, &json!({"organizationId": "nobody's"})).await.expect(200);
        edge
    }

    /// Starts an edge and waits until it listens: nothing has asked for its stores yet.
    pub async fn start_without_a_touch(shape: Shape, settings: Settings, stores: Stores) -> Self {
        let erp = Arc::new(Upstreams::default());
        let erp_address = erp.start().await.unwrap();
        let upstream = format!("http://{erp_address}");
        let variables = settings.with("erp_url", &upstream).with("notify_url", &upstream).with("mail_url", &upstream);
        let variables = variables.with("bheempay_url", &upstream).with("bheempay_api_key", ERP_API_KEY);
        let variables = variables.with("shopify_url", &upstream).with("woocommerce_host", &upstream);
        let variables = variables.with_ledgers(&upstream);
        let mut variables = variables.with("stripe_url", &upstream).with("stripe_secret_key", STRIPE_KEY).0;
        if let Some((url, host)) = &stores.postgres {
            variables.push(("database_url", url.clone()));
            variables.push(("database_host", host.clone()));
        }
        let start = async |_| match stores.faults {
            true => Node::start_under_faults(&variables, stores.redis.as_deref()).await,
            false => Node::start(&variables, stores.redis.as_deref()).await,
        };
        let nodes = futures::future::join_all((0..shape.nodes()).map(start)).await;
        Self { nodes, erp, erp_address, turn: AtomicUsize::new(0), product: OnceCell::new() }
    }

    /// Waits until all nodes are ready.
    pub async fn ready(&self) {
        for node in &self.nodes {
            node.answers("/readyz").await;
        }
    }

    /// A request to the next node in turn.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        self.nodes[turn % self.nodes.len()].call(method, path)
    }

    /// A `POST` of JSON with an API key, to the next node in turn.
    pub async fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.call("POST", path).key(key).json(body).send().await
    }

    /// Makes an API key; gives its id and the whole key.
    pub async fn new_key(&self, fields: Value) -> (String, String) {
        let mut body = json!({"name": "integration", "scopes": ["seats:verify", "seats:write"]});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let made = self.post("/api/v1/api-keys", BOOTSTRAP, &body).await.expect(201);
        (made["id"].as_str().unwrap().to_owned(), made["key"].as_str().unwrap().to_owned())
    }

    /// A product's API key: it may verify and invalidate everybody's seats.
    pub async fn product(&self) -> &str {
        self.product.get_or_init(async || self.new_key(json!({})).await.1).await
    }

    /// The answer to a check with the product's key.
    pub async fn verify(&self, check: &Value) -> Answer {
        self.post("/verify-seat", self.product().await, check).await
    }

    /// An organisation that no other fact knows.
    pub fn organization(&self) -> Organization<'_> {
        Organization::new(self)
    }

    /// How many calls to Redis came to nothing since its nodes started.
    pub async fn cache_calls_failed(&self) -> u64 {
        let mut failed = 0;
        for node in &self.nodes {
            let metrics = node.call("GET", "/metrics").send().await;
            assert_eq!(metrics.status, 200, "{}", metrics.text());
            let text = metrics.text();
            let counts: Vec<u64> = text
                .lines()
                .filter(|line| line.starts_with("bheem_edge_node_store_calls_failed_total{store=\"key-value\","))
                .map(|line| line.rsplit(' ').next().unwrap().parse().unwrap())
                .collect();
            assert_eq!(counts.len(), 2, "{text}");
            failed += counts.iter().sum::<u64>();
        }
        failed
    }

    /// All that its nodes have printed.
    pub fn log(&self) -> String {
        self.nodes.iter().map(Node::log).collect()
    }
}

/// Looks again until `look` gives something; `what` says what was waited for.
pub async fn eventually<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(crate::client::TIMEOUT, what, look).await
}

/// The same, with a patience of its own.
pub async fn eventually_within<T>(timeout: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let started = std::time::Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(started.elapsed() < timeout, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
