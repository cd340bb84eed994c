//! The edge and the stand-in, without a socket between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use edge_capabilities::Capabilities;
use edge_capabilities::http::HttpError;
use edge_capabilities::testing::World;
use edge_money::Currency;
use edge_plans::Cycle;
use edge_stripe::Stripe;
use edge_subscriptions::{Buyer, GatewayName, PlanTerms, Terms};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use upstreams::Upstreams;

pub const ORGANIZATION: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";

/// Stripe does not ask who buys.
pub static NOBODY: Buyer =
    Buyer { actor: String::new(), address: None, role: String::new(), request_id: String::new(), approval: None };

/// What becomes of calls to Stripe.
#[derive(Default)]
pub struct Network {
    /// How many answers are lost from now on: what was asked for is done all the same.
    pub lost: AtomicU32,
    /// Whether Stripe fails.
    pub fails: AtomicBool,
}

pub struct Test {
    pub world: World,
    pub stand_in: Router,
    pub network: Arc<Network>,
    pub capabilities: Capabilities,
    pub stripe: Stripe,
}

pub async fn test() -> Test {
    let world = World::new(11);
    for (name, value) in
        [("stripe_url", "http://stripe"), ("stripe_secret_key", "sk_test_1"), ("public_url", "http://edge.example")]
    {
        world.config.set(name, value);
    }
    let stand_in = Arc::new(Upstreams::default()).router();
    let network = Arc::<Network>::default();
    let (router, faults) = (stand_in.clone(), network.clone());
    world.http.on_request(move |request| {
        let (router, faults) = (router.clone(), faults.clone());
        async move {
            if faults.fails.load(Ordering::Acquire) {
                return Ok(Response::builder().status(500).body(Bytes::new()).unwrap());
            }
            let answer = router.oneshot(request.map(Body::from)).await.unwrap();
            let (head, body) = answer.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let lost = faults.lost.fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1));
            match lost {
                Ok(_) => Err(HttpError::TimedOut(Duration::from_secs(2))),
                Err(_) => Ok(Response::from_parts(head, body)),
            }
        }
    });
    let (capabilities, _) = world.instance();
    let test = Test { stripe: Stripe::new(&capabilities), world, stand_in, network, capabilities };
    test.control("PUT", "hold", json!({"hold": true})).await;
    test.set_clock().await;
    test
}

impl Test {
    /// Has Stripe's time be the edge's.
    async fn set_clock(&self) {
        let now = self.capabilities.clock.now().as_millis() / 1_000;
        self.control("PUT", "clock", json!({ "now": now })).await;
    }

    pub async fn wait(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds)).await;
        self.set_clock().await;
    }

    async fn send(&self, request: Request<Body>) -> (u16, Value) {
        let answer = self.stand_in.clone().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    pub async fn control(&self, method: &str, what: &str, body: Value) -> Value {
        let request = Request::builder().method(method).uri(format!("/_control/stripe/{what}"));
        let request = request.header("content-type", "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await.1
    }

    /// What Stripe has at this path.
    pub async fn at_stripe(&self, path: &str) -> Value {
        let request = Request::builder().uri(path).header("authorization", "Bearer sk_test_1");
        let (status, answer) = self.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Posts to Stripe beside the edge.
    pub async fn post_to_stripe(&self, path: &str, form: &str) -> Value {
        let request = Request::builder().method("POST").uri(path).header("authorization", "Bearer sk_test_1");
        let (status, answer) = self.send(request.body(Body::from(form.to_owned())).unwrap()).await;
        assert_eq!(status, 200, "{path}: {answer}");
        // Its events are sent beside the answer.
        tokio::task::yield_now().await;
        answer
    }

    /// How many Stripe has of what is listed there.
    pub async fn count(&self, path: &str) -> usize {
        self.at_stripe(path).await["data"].as_array().unwrap().len()
    }

    /// Has the buyer pay; gives Stripe's id of the subscription.
    pub async fn pay(&self, session: &str) -> String {
        let paid = self.control("POST", &format!("sessions/{session}/pay"), json!({})).await;
        paid["object"]["subscription"].as_str().unwrap_or_else(|| panic!("{paid}")).to_owned()
    }

    pub fn terms(&self, plan: PlanTerms, seats: i64) -> Terms {
        Terms::new(plan, seats, GatewayName::Stripe, self.capabilities.clock.now())
    }
}

/// 10.00 USD a seat and month.
pub fn plan() -> PlanTerms {
    PlanTerms {
        id: "pro".into(),
        version: 1,
        name: "Pro".into(),
        price: 1_000,
        currency: Currency::parse("USD").unwrap(),
        cycle: Cycle::Monthly,
        stripe_price: None,
    }
}
