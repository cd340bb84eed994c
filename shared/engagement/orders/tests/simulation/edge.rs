//! The edge: the routes of orders and of webhooks over one world, and the shops that it asks.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Clock as _, Database as _};
use edge_database::Db;
use edge_gateways::{Provider, sign};
use edge_http::testing::send;
use edge_jobs::{JobQueue, JobRunner};
use edge_orders::ShopOrders;
use edge_tenants::testing::{ACME, PLATFORM, Platform};
use http::Request;
use serde_json::{Value, json};

use super::truth::{Shop, Truth};

pub(crate) const SECRET: &str = "a secret, with a comma";

pub(crate) struct Edge {
    platform: Platform,
    webhooks: Router,
}

/// What both shops answer: by the query, as they document it.
fn answer(request: &Request<Bytes>, shopify: &Shop, woocommerce: &Shop) -> http::Response<Bytes> {
    let query: BTreeMap<String, String> = request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.replace("%3A", ":").replace("%20", " ")))
        .collect();
    let text = |name: &str| query.get(name).cloned().unwrap_or_default();
    let number = |name: &str| text(name).parse::<usize>().unwrap_or(0);
    let mut response = http::Response::builder();
    let body = if request.uri().path().ends_with("/orders.json") {
        assert_eq!(request.headers()["x-shopify-access-token"], "shpat_1");
        let mut all: Vec<&Value> = shopify.orders.iter().map(|truth| &truth.body).collect();
        all.sort_by_key(|body| body["updated_at"].as_str().unwrap().to_owned());
        let (since, from) = match query.get("page_info") {
            Some(info) => {
                let (since, from) = info.split_once('~').unwrap();
                (since.to_owned(), from.parse().unwrap())
            }
            None => (text("updated_at_min").replace('Z', "+00:00"), 0),
        };
        let limit = number("limit").min(50);
        let found: Vec<&Value> =
            all.into_iter().filter(|body| body["updated_at"].as_str().unwrap() >= since.as_str()).collect();
        let page: Vec<&&Value> = found.iter().skip(from).take(limit).collect();
        if from + limit < found.len() {
            let next =
                format!("<https://x/orders.json?limit={limit}&page_info={since}~{}>; rel=\"next\"", from + limit);
            response = response.header("link", next);
        }
        json!({"orders": page})
    } else {
        assert_eq!(request.headers()["authorization"], "Basic Y2tfMTpjc18x");
        let is_listed = |truth: &&Truth| truth.is_in_bin == (text("status") == "trash");
        let since = text("modified_after").replace('Z', "");
        let mut all: Vec<&Value> = woocommerce.orders.iter().filter(is_listed).map(|truth| &truth.body).collect();
        all.retain(|body| body["date_modified_gmt"].as_str().unwrap() > since.as_str());
        all.sort_by_key(|body| body["date_modified_gmt"].as_str().unwrap().to_owned());
        let (size, page) = (number("per_page"), number("page"));
        json!(all.into_iter().skip(size * (page - 1)).take(size).collect::<Vec<_>>())
    };
    response.status(200).body(Bytes::from(body.to_string())).unwrap()
}

fn webhooks(capabilities: Capabilities) -> Router {
    let shops = ShopOrders::new(&capabilities, &Db::new(capabilities.db.clone()));
    let keepers = edge_webhooks::Keepers { shops: Some(std::sync::Arc::new(shops)), ..Default::default() };
    edge_webhooks::router_with(capabilities, keepers)
}

fn signed(provider: Provider, address: &str, body: &str, world: &World) -> Request<Body> {
    let mut request = Request::post(address);
    for (name, value) in sign(provider, SECRET, body.as_bytes(), world.clock.now(), "delivery").unwrap() {
        request = request.header(name, value);
    }
    // Nobody signed it.
    request.header("x-shopify-topic", "orders/paid").body(Body::from(body.to_owned())).unwrap()
}

impl Edge {
    pub(crate) async fn new(shopify: &Shop, woocommerce: &Shop) -> Self {
        let platform = Platform::new(edge_orders::router).await;
        let world = &platform.world;
        world.config.set("encryption_key", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
        world.config.set("public_url", "http://edge.example");
        let (shopify, woocommerce) = (shopify.clone(), woocommerce.clone());
        world.http.on_request(move |request| {
            let response = answer(&request, &shopify, &woocommerce);
            async move { Ok(response) }
        });
        let webhooks = webhooks(world.instance().0);
        Self { platform, webhooks }
    }

    pub(crate) async fn wait(&self, seconds: u64) {
        self.platform.world.clock.advance(Duration::from_secs(seconds)).await;
    }

    /// Connects a shop; gives the path of its webhooks.
    pub(crate) async fn connect(&self, provider: Provider, shop: &str) -> String {
        let access = match provider {
            Provider::Shopify => json!({"token": "shpat_1"}),
            _ => json!({"key": "ck_1", "secret": "cs_1"}),
        };
        let body = json!({"platform": provider.as_str(), "shop": shop, "secret": SECRET, "access": access});
        let router = &self.platform.router;
        let (status, made) =
            self.platform.ask(router, PLATFORM, Some(ACME), "POST", "/api/v1/orders/shops", body).await;
        assert_eq!(status, 201, "{made}");
        made["url"].as_str().unwrap().strip_prefix("http://edge.example").unwrap().to_owned()
    }

    pub(crate) async fn deliver(&self, provider: Provider, address: &str, body: &str) -> (u16, Value) {
        let answer = send(&self.webhooks, signed(provider, address, body, &self.platform.world)).await;
        (answer.status, answer.body)
    }

    /// As [`Edge::deliver`], to an instance that makes so many calls first; gives whether it died.
    pub(crate) async fn deliver_to_mortal(&self, calls: u64, provider: Provider, address: &str, body: &str) -> bool {
        let (capabilities, life) = self.platform.world.mortal(i64::try_from(calls).unwrap(), calls.is_multiple_of(2));
        let request = signed(provider, address, body, &self.platform.world);
        let router = webhooks(capabilities);
        let died = tokio::select! {
            answer = send(&router, request) => answer.status != 200,
            () = life.death() => true,
        };
        if died {
            // The shop heard nothing, and sends it again once nobody holds the event.
            self.wait(61).await;
            let (status, answer) = self.deliver(provider, address, body).await;
            assert_eq!(status, 200, "{answer}");
        }
        died
    }

    fn runner(capabilities: &Capabilities) -> JobRunner {
        let db = Db::new(capabilities.db.clone());
        let runner = JobRunner::new("messaging", capabilities, &JobQueue::new(capabilities, &db));
        edge_orders::jobs(capabilities, &db, runner)
    }

    /// Has both shops be asked.
    pub(crate) async fn poll(&self) {
        self.wait(120).await;
        Self::runner(&self.platform.world.instance().0).drain_all().await.unwrap();
    }

    /// As [`Edge::poll`], by an instance that makes so many calls first; gives whether it died.
    pub(crate) async fn poll_by_mortal(&self, calls: i64) -> bool {
        let (capabilities, life) = self.platform.world.mortal(calls, calls % 2 == 0);
        let runner = Self::runner(&capabilities);
        tokio::select! {
            _ = runner.drain_all() => false,
            () = life.death() => true,
        }
    }

    /// All orders of a tenant from this platform, by their ids there.
    pub(crate) async fn orders(&self, tenant: &str, platform: &str) -> BTreeMap<String, Value> {
        let (mut all, mut cursor) = (BTreeMap::new(), String::new());
        loop {
            let path = format!("/api/v1/orders?external_platform={platform}&limit=200{cursor}");
            let router = &self.platform.router;
            let (status, page) = self.platform.ask(router, PLATFORM, Some(tenant), "GET", &path, Value::Null).await;
            assert_eq!(status, 200, "{page}");
            for order in page["data"].as_array().unwrap() {
                assert!(all.insert(order["external_id"].as_str().unwrap().to_owned(), order.clone()).is_none());
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }

    async fn count(&self, statement: &str) -> i64 {
        self.platform.world.db.query(statement, &[]).await.unwrap()[0].integer(0).unwrap()
    }

    /// How many messages went out of each type and shipment.
    pub(crate) async fn messages_by_shipment(&self) -> BTreeMap<String, i64> {
        let statement = "SELECT event_id, COUNT(*) FROM notifications GROUP BY event_id";
        let rows = self.platform.world.db.query(statement, &[]).await.unwrap();
        rows.iter().map(|row| (row.text(0).unwrap().to_owned(), row.integer(1).unwrap())).collect()
    }

    /// What is still to be done: open events, and messages that are not in the outbox.
    pub(crate) async fn left_undone(&self) -> i64 {
        let events = "SELECT COUNT(*) FROM webhook_events WHERE status NOT IN ('processed', 'ignored')";
        let orders = "SELECT COUNT(*) FROM orders WHERE tell_at IS NOT NULL";
        self.count(events).await + self.count(orders).await
    }
}
