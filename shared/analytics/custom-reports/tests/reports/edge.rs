//! An edge with two tenants, and random records of both in every table that reports read.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use edge_capabilities::testing::{SeededRandom, World};
use edge_capabilities::{Capabilities, Database};
use edge_database::Db;
use edge_http::testing::{ask, request};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub const KEY: &str = "bootstrap-key-of-the-tests";
pub const OWN: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
pub const OTHER: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d22";
pub const REPORTS: &str = "/api/v1/enterprise-billing/reports/custom";

/// What stands in every text of the other tenant.
pub const SECRET: &str = "hush";

pub struct Edge {
    pub router: Router,
    pub db: Db,
    pub world: World,
}

/// An edge on `database`; None: in memory.
pub async fn edge(database: Option<Arc<dyn Database>>) -> Edge {
    let world = World::new(1);
    world.config.set("bootstrap_admin_key", KEY);
    let database = database.unwrap_or_else(|| world.db.clone());
    let capabilities = Capabilities { db: database.clone(), ..world.instance().0 };
    let tenants = edge_tenants::router(capabilities.clone());
    for (id, slug) in [(OWN, "own"), (OTHER, "other")] {
        let new =
            json!({"id": id, "name": slug, "slug": slug, "owner_email": "o@x.example", "timezone": "Europe/Berlin"});
        assert_eq!(ask(&tenants, KEY, None, "POST", "/api/v1/tenants", &new).await.0, 201);
    }
    Edge { router: edge_custom_reports::router(capabilities), db: Db::new(database), world }
}

impl Edge {
    /// The answer to a report of `tenant`.
    pub async fn report(&self, tenant: &str, query: &Value) -> (u16, Value) {
        ask(&self.router, KEY, Some(tenant), "POST", REPORTS, query).await
    }

    /// The rows of a report of the tenant.
    #[track_caller]
    pub fn rows(&self, query: Value) -> impl Future<Output = Value> {
        let at = std::panic::Location::caller();
        async move {
            let (status, mut answer) = self.report(OWN, &query).await;
            assert_eq!(status, 200, "{at}: {query} {answer}");
            answer["rows"].take()
        }
    }

    /// The CSV of a report of the tenant.
    pub async fn csv(&self, query: &Value) -> String {
        let headers = [("x-tenant-id", OWN), ("accept", "text/csv")];
        let response = self.router.clone().oneshot(request("POST", REPORTS, KEY, headers, query)).await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
        let body: Body = response.into_body();
        String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    pub async fn run(&self, statement: &str) {
        self.db.query(statement, &[]).await.unwrap();
    }

    /// A charge of `tenant`.
    pub async fn charge(&self, tenant: &str, number: usize, charge: &Charge) {
        let text = |text: &Option<String>| {
            text.as_ref().map_or("NULL".to_owned(), |text| format!("'{}'", text.replace('\'', "''")))
        };
        let Charge { entity, description, amount, currency, date, source_kind, created_at } = charge;
        self.run(&format!(
            "INSERT INTO entity_charges (id, tenant_id, entity_id, description, amount, currency, date, terms_days,
             source_kind, created_at, untold) VALUES ('chg_{tenant}_{number}', '{tenant}', '{entity}', {}, {amount},
             '{currency}', '{date}', 30, {}, {created_at}, '[]')",
            text(&Some(description.clone())),
            text(source_kind),
        ))
        .await;
    }

    pub async fn entity(&self, tenant: &str, id: &str, name: &str, country: Option<&str>) {
        let country = country.map_or("NULL".to_owned(), |country| format!("'{country}'"));
        self.run(&format!(
            "INSERT INTO entities (id, tenant_id, name, country, currency, payment_terms_days, consolidate_to_parent,
             status, placements, created_at, updated_at, untold, revision)
             VALUES ('{id}', '{tenant}', '{name}', {country}, 'EUR', 30, 1, 'active', '[]', 0, 0, '[]', 1)"
        ))
        .await;
    }
}

/// A charge.
#[derive(Clone, Debug)]
pub struct Charge {
    pub entity: String,
    pub description: String,
    pub amount: i64,
    pub currency: &'static str,
    pub date: String,
    pub source_kind: Option<String>,
    pub created_at: i64,
}

/// A charge at random, within some weeks around the end of March and of October 2026 in Berlin.
pub fn random_charge(random: &SeededRandom) -> Charge {
    let pick = |from: &[&'static str]| from[usize::try_from(random.below(from.len() as u64)).unwrap()];
    // 2026-03-20 and 2026-10-15; hours of thirty days, and the milliseconds around an hour.
    let (begin, month) = if random.below(2) == 0 { (1_773_964_800_000, "03") } else { (1_792_022_400_000, "10") };
    let hour = i64::try_from(random.below(720)).unwrap() * 3_600_000;
    let around = [-1, 0, 1][usize::try_from(random.below(3)).unwrap()];
    Charge {
        entity: format!("ent_{}", random.below(4)),
        description: pick(&["=1+1", "plain", "Plain", "zähl", "a,b", "x'; DROP TABLE entities; --", ""]).to_owned(),
        amount: i64::try_from(random.below(10_000)).unwrap() - 2_000,
        currency: pick(&["EUR", "USD", "JPY"]),
        date: format!("2026-{month}-{:02}", 1 + random.below(28)),
        source_kind: (random.below(3) > 0).then(|| pick(&["contract", "subscription", "sla"]).to_owned()),
        created_at: begin + hour + around,
    }
}
