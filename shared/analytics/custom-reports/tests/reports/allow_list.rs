//! Whatever is asked for, an answer is rows of the tenant's own or a refusal.

use std::sync::Arc;

use edge_capabilities::testing::SeededRandom;
use edge_database::Db;
use edge_http::testing::ask;
use serde_json::{Value, json};

use crate::edge::{Edge, KEY, OTHER, OWN, REPORTS, SECRET, edge};
use crate::server;

const SEED: u64 = 5;
const REQUESTS: u64 = 400;

/// What is in none of the tables, or must do nothing there.
const HOSTILE: [&str; 12] = [
    "' OR '1'='1",
    "'; DROP TABLE entities; --",
    "\" OR 1=1 --",
    "$1",
    "?1",
    "%",
    "\\",
    "0b7e1f6c-6f0a-4a4e-9a55-3f1f0f6f2d22",
    "invoices.id) FROM tenants --",
    "charges.tenant_id",
    "tenants.name",
    "",
];

/// Records of both tenants in every table that a source reads, with whatever columns it has. Columns are read from SQLite.
async fn fill(edge: &Edge, columns: &Db) {
    let random = SeededRandom::new(SEED);
    let (_, members) = ask(&edge.router, KEY, None, "GET", &format!("{REPORTS}/members"), &json!(null)).await;
    let tables = [
        ("invoices", "invoices"),
        ("payments", "payment_reports"),
        ("charges", "entity_charges"),
        ("entities", "entities"),
        ("allocations", "allocation_lines"),
        ("departments", "departments"),
        ("contracts", "contracts"),
        ("disputes", "disputes"),
        ("budget_entries", "budget_ledger"),
        ("budgets", "budgets"),
        ("seats", "subscription_movements"),
    ];
    assert_eq!(tables.len(), members["sources"].as_array().unwrap().len());
    for (source, table) in tables {
        let info = columns.query(&format!("SELECT name, type FROM pragma_table_info('{table}')"), &[]).await.unwrap();
        let source = members["sources"].as_array().unwrap().iter().find(|it| it["name"] == source).unwrap();
        let kind_of = |column: &str| {
            let name = format!("{}.{column}", source["name"].as_str().unwrap());
            let dimensions = source["dimensions"].as_array().unwrap();
            dimensions.iter().find(|it| it["name"] == json!(name)).map_or("text", |it| it["type"].as_str().unwrap())
        };
        for number in 0..12_u64 {
            let (tenant, word) = if number % 2 == 0 { (OWN, "open") } else { (OTHER, SECRET) };
            let values: Vec<String> = info
                .iter()
                .map(|row| {
                    let (column, kind) = (row.text(0).unwrap(), row.text(1).unwrap());
                    match (column, kind_of(column), kind) {
                        ("tenant_id" | "organization_id", ..) => format!("'{tenant}'"),
                        // Whose an entry is says its budget.
                        ("budget_id", ..) => format!("'{}'", if tenant == OWN { "own0" } else { "other1" }),
                        // What other records refer to is anybody's.
                        ("entity_id" | "department_id" | "parent_id", ..) => {
                            format!("'{}'", if random.below(2) == 0 { "own0" } else { "other1" })
                        }
                        ("number" | "step", _, "BIGINT") => number.to_string(),
                        ("id", ..) => format!("'{}{number}'", if tenant == OWN { "own" } else { "other" }),
                        (_, "currency", _) => "'EUR'".to_owned(),
                        (_, "date", _) => format!("'2026-0{}-11'", 1 + random.below(9)),
                        (_, "boolean", _) => "1".to_owned(),
                        (_, _, "BIGINT") => random.below(1_800_000_000_000).to_string(),
                        _ => format!("'{word}{number}'"),
                    }
                })
                .collect();
            let names: Vec<&str> = info.iter().map(|row| row.text(0).unwrap()).collect();
            edge.run(&format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "))).await;
        }
    }
}

struct Fuzz<'r> {
    random: &'r SeededRandom,
    sources: &'r [Value],
}

impl Fuzz<'_> {
    fn below(&self, count: usize) -> usize {
        usize::try_from(self.random.below(count as u64)).unwrap()
    }

    fn one<'v>(&self, list: &'v [Value]) -> &'v Value {
        &list[self.below(list.len())]
    }

    /// Mostly a member of `source`, or of one that it joins.
    fn member(&self, source: &Value, kind: &str) -> String {
        let joins = source["joins"].as_array().unwrap();
        let joined = || {
            let wanted = self.one(joins);
            self.sources.iter().find(|it| it["name"] == *wanted).unwrap()
        };
        let source = match self.below(12) {
            0 => return HOSTILE[self.below(HOSTILE.len())].to_owned(),
            1 => self.one(self.sources),
            2..=5 if kind == "dimensions" && !joins.is_empty() => joined(),
            _ => source,
        };
        self.one(source[kind].as_array().unwrap())["name"].as_str().unwrap().to_owned()
    }

    fn value(&self, kind: &str) -> Value {
        match (kind, self.below(8)) {
            (_, 0) => json!(HOSTILE[self.below(HOSTILE.len())]),
            (_, 1) => json!([null, 1.5, -1, true, {"a": 1}, ["x"], i64::MAX, "2026-03-29"])[self.below(8)].clone(),
            ("currency", _) => json!("EUR"),
            ("date" | "time", _) => json!("2026-03-29"),
            ("number", _) => json!(self.below(9)),
            ("amount", _) => json!("1.50"),
            ("boolean", _) => json!(true),
            (_, 2) => json!("o'p"),
            _ => json!("open2"),
        }
    }

    fn query(&self) -> Value {
        let source = self.one(self.sources);
        let many = |most: usize, kind: &str| -> Vec<String> {
            (0..self.below(most + 1)).map(|_| self.member(source, kind)).collect()
        };
        let (measures, dimensions) = (many(3, "measures"), many(4, "dimensions"));
        let all: Vec<String> = measures.iter().chain(&dimensions).cloned().collect();
        let filters: Vec<Value> = (0..self.below(4))
            .map(|_| {
                let kind = if self.below(4) == 0 { "measures" } else { "dimensions" };
                let name = self.member(source, kind);
                let known = self
                    .sources
                    .iter()
                    .flat_map(|it| it[kind].as_array().unwrap())
                    .find(|it| it["name"] == json!(name));
                let operators = known.map_or(json!(["equals"]), |it| it["operators"].clone());
                let operator = match self.below(15) {
                    0 => json!(HOSTILE[self.below(HOSTILE.len())]),
                    _ => self.one(operators.as_array().unwrap()).clone(),
                };
                let count = usize::from(!operator.as_str().unwrap().ends_with("set")) + self.below(20) / 19;
                let kind = known.map_or("text", |it| it["type"].as_str().unwrap());
                let values: Vec<Value> = (0..count).map(|_| self.value(kind)).collect();
                json!({"member": name, "operator": operator, "values": values})
            })
            .collect();
        let mut query = json!({"measures": measures, "dimensions": dimensions, "filters": filters});
        if self.below(2) == 0 {
            let names: Vec<Value> = source["dimensions"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|it| it["granularities"].is_array())
                .map(|it| it["name"].clone())
                .collect();
            let name = if names.is_empty() { json!("charges.date") } else { self.one(&names).clone() };
            let granularity = ["day", "week", "month", "quarter", "year"][self.below(5)];
            query["time"] =
                json!({"dimension": name, "granularity": granularity, "from": "2024-01-01", "to": "2026-12-31"});
        }
        if !all.is_empty() {
            let order: Vec<Value> = (0..self.below(3))
                .map(|_| {
                    let direction = ["asc", "desc"][self.below(2)];
                    json!({"member": all[self.below(all.len())], "direction": direction})
                })
                .collect();
            query["order"] = json!(order);
        }
        query
    }
}

async fn fuzz(edge: &Edge) {
    let (_, members) = ask(&edge.router, KEY, None, "GET", &format!("{REPORTS}/members"), &json!(null)).await;
    let random = SeededRandom::new(SEED + 1);
    let fuzz = Fuzz { random: &random, sources: members["sources"].as_array().unwrap() };
    let (mut answered, mut rows) = (0, 0);
    for number in 0..REQUESTS {
        let query = fuzz.query();
        let (status, answer) = edge.report(OWN, &query).await;
        assert!(status == 200 || status == 400, "seed {SEED}, request {number}: {status} {query} {answer}");
        let text = answer["rows"].to_string();
        assert!(!text.contains(SECRET) && !text.contains(OTHER), "seed {SEED}, request {number}: {query} {text}");
        if status == 200 {
            answered += 1;
            rows += answer["row_count"].as_u64().unwrap();
        } else {
            assert!(answer["errors"][0]["field"].is_string(), "{query} {answer}");
        }
    }
    assert!(answered > 30 && rows > 40, "{answered} {rows}");
    // Nothing was lost, and each source counts what is the tenant's alone.
    for source in fuzz.sources {
        let measure = format!("{}.count", source["name"].as_str().unwrap());
        let (status, answer) = edge.report(OWN, &json!({"measures": [measure]})).await;
        let count = answer["rows"][0][&measure].as_u64().unwrap();
        assert!(status == 200 && count == 6, "{measure} {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_is_asked_for_no_answer_is_anothers_or_a_failure_on_sqlite() {
    let edge = edge(None).await;
    fill(&edge, &edge.db).await;
    fuzz(&edge).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_for_no_answer_is_anothers_or_a_failure_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let columns = crate::edge::edge(None).await;
    let edge = edge(Some(Arc::new(server.new_database("asked").await))).await;
    fill(&edge, &columns.db).await;
    fuzz(&edge).await;
}
