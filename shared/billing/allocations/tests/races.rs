//! Several machines at once on one PostgreSQL: shares never pass all of a source, no department is below itself, and no
//! document is posted or given back twice.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "../../../platform/database/tests/server/mod.rs"]
mod server;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use edge_allocations::{Allocations, Document, GlKind, Lines, Source};
use edge_capabilities::Capabilities;
use edge_capabilities::testing::World;
use edge_database::Db;
use edge_http::testing::ask;
use edge_invoices::Date;
use edge_money::Currency;
use serde_json::{Value, json};

const KEY: &str = "bootstrap-key-of-the-tests";
const TENANT: &str = "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d11";
const BASE: &str = "/api/v1/enterprise-billing";
const NODES: usize = 8;

#[derive(Clone)]
struct Node {
    capabilities: Capabilities,
    router: Router,
}

impl Node {
    fn new(world: &World, database: Arc<dyn edge_capabilities::Database>) -> Self {
        let capabilities = Capabilities { db: database, ..world.instance().0 };
        let router = edge_allocations::router(capabilities.clone());
        Self { capabilities, router }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        ask(&self.router, KEY, Some(TENANT), method, &format!("{BASE}{path}"), &body).await
    }

    fn service(&self) -> Allocations {
        Allocations::new(&self.capabilities, &Db::new(self.capabilities.db.clone()))
    }
}

/// What `work` gives for each of `count` numbers, done by all nodes at once.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    nodes: &[Node],
    count: usize,
    work: impl Fn(Node, usize) -> F,
) -> Vec<T> {
    let tasks: Vec<_> = (0..count).map(|number| tokio::spawn(work(nodes[number % NODES].clone(), number))).collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_machines_at_once_on_postgresql_lose_and_double_nothing() {
    let Some(server) = server::start().await else { return };
    let world = World::new(11);
    world.config.set("bootstrap_admin_key", KEY);
    let mut nodes = vec![Node::new(&world, Arc::new(server.new_database("allocations").await))];
    while nodes.len() < NODES {
        nodes.push(Node::new(&world, Arc::new(server.connect("allocations").await)));
    }
    let tenants = edge_tenants::router(nodes[0].capabilities.clone());
    let new = json!({"id": TENANT, "name": "Acme", "slug": "acme", "owner_email": "o@x.example"});
    assert_eq!(ask(&tenants, KEY, None, "POST", "/api/v1/tenants", &new).await.0, 201);
    let entities = edge_entities::router(nodes[0].capabilities.clone());
    let new = json!({"name": "Acme", "currency": "INR", "country": "IN"});
    let (status, entity) = ask(&entities, KEY, Some(TENANT), "POST", &format!("{BASE}/entities"), &new).await;
    assert_eq!(status, 201, "{entity}");
    let entity = entity["id"].as_str().unwrap().to_owned();
    let made = at_once(&nodes, 16, |node, number| {
        let body = json!({"entity_id": entity, "name": "D", "code": format!("D{number}")});
        async move { node.ask("POST", "/departments", body).await }
    });
    let ids: Vec<String> = made.await.iter().map(|(_, made)| made["id"].as_str().unwrap().to_owned()).collect();

    // Of sixteen shares of nine per cent eleven fit.
    let shares = at_once(&nodes, 16, |node, number| {
        let path = format!("/departments/{}/allocations", ids[number]);
        let body = json!({"source": {"kind": "subscription", "id": "sub_1"}, "method": "percentage",
            "basis_points": 900, "from": "2026-01-01"});
        async move { node.ask("POST", &path, body).await }
    });
    let shares = shares.await;
    assert_eq!(shares.iter().filter(|(status, _)| *status == 201).count(), 11, "{shares:?}");
    for (status, refused) in shares.iter().filter(|(status, _)| *status != 201) {
        assert_eq!((*status, &refused["code"]), (409, &json!("ALLOCATION_EXCEEDED")));
    }

    // Rings of departments of which each wants to be below the next.
    for round in 1..=6 {
        let moves = at_once(&nodes, 16, |node, number| {
            let path = format!("/departments/{}", ids[number]);
            let body = json!({"parent_id": ids[(number + round) % 16]});
            async move { node.ask("PUT", &path, body).await }
        });
        for (status, answer) in moves.await {
            let is_known = status == 200 || status == 503 || answer["code"] == "HIERARCHY_CYCLE";
            assert!(is_known, "{status} {answer}");
        }
        let (_, listed) = nodes[0].ask("GET", "/departments", Value::Null).await;
        let parents: BTreeMap<&str, &str> = listed["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|one| Some((one["id"].as_str()?, one["parent_id"].as_str()?)))
            .collect();
        for id in &ids {
            let (mut current, mut steps) = (id.as_str(), 0);
            while let Some(parent) = parents.get(current) {
                (current, steps) = (parent, steps + 1);
                assert!(steps <= 16, "round {round}: {id} is below itself: {parents:?}");
            }
        }
    }

    // One document posted and given back by all, while its source's split is set anew.
    let document = Document {
        name: "payment:pay_1".into(),
        source: Source::parse("subscription:sub_2").unwrap(),
        amounts: vec![(GlKind::Cash, 10_001)],
        currency: Currency::INR,
        date: Date::parse("2026-02-01").unwrap(),
        plan: None,
        entity: None,
    };
    let work = at_once(&nodes, 24, |node, number| {
        let (document, id) = (document.clone(), ids[number % 16].clone());
        async move {
            let service = node.service();
            if number % 3 == 0 {
                let share = json!([{"department_id": id, "method": "percentage", "basis_points": 10_000}]);
                let body = json!({"from": "2026-01-01", "shares": share});
                let (status, set) = node.ask("PUT", "/allocations?source=subscription:sub_2", body).await;
                assert!(status == 200 || set["code"] == "ALLOCATION_POSTED", "{status} {set}");
                return 0;
            }
            let new = service.post(TENANT, &document).await.unwrap();
            service.reverse(TENANT, &document.name, 4001, document.date, true).await.unwrap();
            i32::from(new)
        }
    });
    assert_eq!(work.await.into_iter().sum::<i32>(), 1, "it was posted once");
    let service = nodes[0].service();
    service.post(TENANT, &document).await.unwrap();
    let db = Db::new(nodes[0].capabilities.db.clone());
    let lines = Lines::new(db).of_document(TENANT, &document.name).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.amount).sum::<i64>(), 6000, "{lines:?}");
    let mut by_department: BTreeMap<Option<&str>, i64> = BTreeMap::new();
    for line in &lines {
        *by_department.entry(line.department.as_deref()).or_default() += line.amount;
    }
    by_department.retain(|_, sum| *sum != 0);
    assert_eq!(by_department.len(), 1, "one department has all that is left: {by_department:?}");
    assert!(by_department.keys().all(Option::is_some), "{by_department:?}");
}
