use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use edge_access::testing::{Alg, SigningKey, jwks};
use edge_capabilities::testing::World;
use edge_http::testing::{Answer, request, send};
use edge_seats::ShippedSeatAccess;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;
use crate::RecordedSeats;

mod changes;
mod checks;
mod seats;
mod subscriptions;

const PLATFORM: &str = "bootstrap-key-of-the-tests";
const ISSUER: &str = "https://clerk.example";

/// An edge with the application `openmic`, whose seats are in the record, and its plan `pro`: 10.00 USD a seat and month.
struct Test {
    router: Router,
    seats: Router,
    world: World,
}

/// One request: who asks, what for, in which organization.
struct Ask<'t> {
    test: &'t Test,
    key: String,
    tenant: Option<String>,
    headers: Vec<(&'static str, String)>,
}

impl Ask<'_> {
    fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    fn tenant(self, tenant: &str) -> Self {
        Self { tenant: Some(tenant.to_owned()), ..self }
    }

    async fn to(&self, method: &str, path: &str, body: Value) -> Answer {
        let router = if path.starts_with("/verify-seat") { &self.test.seats } else { &self.test.router };
        let tenant = self.tenant.as_deref().map(|tenant| ("x-tenant-id", tenant));
        let headers = self.headers.iter().map(|(name, value)| (*name, value.as_str()));
        send(router, request(method, path, &self.key, headers.chain(tenant), &body)).await
    }
}

/// Sets up `world` with organizations that openmic calls by their slugs.
pub(crate) async fn set_up(world: &World, organizations: &[&str]) {
    let test = test_in(world.clone()).await;
    for slug in organizations {
        let id = test.organization(slug).await;
        let path = format!("/api/v1/tenants/{id}/external-ids/openmic");
        test.platform().to("PUT", &path, json!({"externalOrgId": slug})).await.expect(200);
    }
}

async fn test() -> Test {
    test_in(World::new(1)).await
}

async fn test_in(world: World) -> Test {
    for (name, value) in [
        ("bootstrap_admin_key", PLATFORM),
        ("passport_issuer", ISSUER),
        ("passport_audience", "bheem-edge"),
        ("passport_jwks_url", "https://clerk.example/.well-known/jwks.json"),
    ] {
        world.config.set(name, value);
    }
    let keys = edge_access::passport_keys_router(world.instance().0);
    world.http.on_request(move |request| {
        let keys = keys.clone();
        async move {
            // The ERP must not be needed.
            assert!(!request.uri().path().contains("/seats/"), "the ERP was asked");
            if request.uri().host() == Some("passport-keys.spin.internal") {
                let (head, body) = keys.oneshot(request.map(Body::from)).await.unwrap().into_parts();
                return Ok(http::Response::from_parts(head, body.collect().await.unwrap().to_bytes()));
            }
            Ok(http::Response::new(Bytes::from(jwks(&[SigningKey::new(Alg::EdDsa, 1)]).to_string())))
        }
    });
    let (capabilities, _) = world.instance();
    let departures = edge_tenants::Departures::new(&capabilities, &Db::new(capabilities.db.clone()), Vec::new());
    let routes = routes(&capabilities, Gateways::manual(&capabilities))
        .merge(edge_applications::routes(&capabilities))
        .merge(edge_tenants::routes(&capabilities, departures))
        .merge(edge_access::routes(&capabilities));
    let router = edge_http::finish(routes, "subscriptions", &capabilities);
    let (capabilities, _) = world.instance();
    let record = RecordedSeats::new(&capabilities, &Db::new(capabilities.db.clone()));
    let seats = edge_seats::routes_with(capabilities, Arc::new(ShippedSeatAccess), Arc::new(record), Router::new())
        .into_router();
    let test = Test { router, seats, world };
    let application = json!({"slug": "openmic", "seatSource": "edge", "invitationDays": 2});
    test.platform().to("POST", "/applications", application).await.expect(201);
    for (id, more) in [
        ("pro", json!({"trialDays": 14, "maxSeats": 50})),
        ("max", json!({"pricePerSeat": 20})),
        ("small", json!({"pricePerSeat": 5})),
        ("rupees", json!({"currency": "INR"})),
        ("yearly", json!({"pricePerSeat": 100, "billingCycle": "annual"})),
    ] {
        let mut plan = json!({"id": id, "name": id, "pricePerSeat": 10, "currency": "USD", "billingCycle": "monthly"});
        plan.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        test.platform().to("POST", "/applications/openmic/plans", plan).await.expect(201);
    }
    test
}

impl Test {
    fn by(&self, key: impl Into<String>) -> Ask<'_> {
        Ask { test: self, key: key.into(), tenant: None, headers: Vec::new() }
    }

    fn platform(&self) -> Ask<'_> {
        self.by(PLATFORM)
    }

    /// A new organization; gives its id.
    async fn organization(&self, slug: &str) -> String {
        let new = json!({"name": slug, "slug": slug, "billingEmail": "bills@x.example", "ownerUserId": "ana"});
        let made = self.platform().to("POST", "/organizations", new).await.expect(201);
        made["id"].as_str().unwrap().to_owned()
    }

    /// A key of `organization` with these scopes.
    async fn key(&self, organization: &str, scopes: &[&str]) -> String {
        let new = json!({"name": "k", "scopes": scopes, "tenant_id": organization});
        let made = self.platform().to("POST", "/api/v1/api-keys", new).await.expect(201);
        made["key"].as_str().unwrap().to_owned()
    }

    /// A manual subscription of a new organization `slug`, which openmic calls the same.
    async fn subscribed(&self, slug: &str, seats: i64) -> Subscribed<'_> {
        let organization = self.organization(slug).await;
        let new = json!({"organizationId": organization, "applicationSlug": "openmic", "planId": "pro", "seats": seats,
            "gateway": "manual", "externalOrgId": slug});
        let made = self.platform().to("POST", "/subscriptions", new).await.expect(201);
        let path = format!("/subscriptions/{}", made["id"].as_str().unwrap());
        Subscribed { test: self, organization, external: slug.to_owned(), path, made }
    }

    async fn advance(&self, duration: Duration) {
        self.world.clock.advance(duration).await;
    }
}

/// A token of the person `sub`, whose verified address is `email`.
fn token(test: &Test, sub: &str, email: Option<&str>) -> String {
    use edge_capabilities::Clock as _;
    let now = test.world.clock.now().as_millis() / 1000;
    let claims = json!({"iss": ISSUER, "aud": "bheem-edge", "exp": now + 600, "sub": sub, "email": email});
    SigningKey::new(Alg::EdDsa, 1).token(&claims)
}

/// An organization with a subscription.
struct Subscribed<'t> {
    test: &'t Test,
    organization: String,
    external: String,
    path: String,
    made: Value,
}

impl Subscribed<'_> {
    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        self.test.platform().to(method, &format!("{}{path}", self.path), body).await
    }

    async fn shown(&self) -> Value {
        self.ask("GET", "", Value::Null).await.expect(200)
    }

    async fn assign(&self, user: &str) -> Answer {
        self.ask("POST", "/seats", json!({"userId": user})).await
    }

    /// The id of the seat that `user` is assigned.
    async fn seat(&self, user: &str) -> String {
        let seat = self.assign(user).await.expect(201);
        seat["seatId"].as_str().unwrap().to_owned()
    }

    async fn verify(&self, user: &str) -> Value {
        let check = json!({"userId": user, "applicationSlug": "openmic", "externalOrgId": self.external});
        self.test.platform().to("POST", "/verify-seat", check).await.expect(200)
    }

    /// The verdict on a user: whether it grants, why, and where it comes from.
    async fn verdict(&self, user: &str) -> (bool, String, String) {
        let verdict = self.verify(user).await;
        let text = |field: &str| verdict[field].as_str().unwrap().to_owned();
        (verdict["hasAccess"].as_bool().unwrap(), text("reason"), text("source"))
    }
}

const DAY: Duration = Duration::from_secs(86_400);
