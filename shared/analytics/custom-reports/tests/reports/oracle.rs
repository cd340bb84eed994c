//! Reports are what adding up the records one by one gives, on both databases.

use std::collections::BTreeMap;
use std::sync::Arc;

use edge_capabilities::Timestamp;
use edge_capabilities::testing::SeededRandom;
use edge_money::{Currency, Money};
use edge_time_zones::{Date, Zone};
use serde_json::{Map, Value, json};

use crate::edge::{Charge, Edge, OTHER, OWN, SECRET, edge, random_charge};
use crate::server;

const SEED: u64 = 41;
const CHARGES: usize = 300;
const REPORTS: u64 = 120;
const DIMENSIONS: [&str; 5] =
    ["charges.description", "charges.source_kind", "charges.date", "entities.name", "entities.country"];

/// Entities 0 to 2 are the tenant's; of entity 3 there is none.
const ENTITIES: [(&str, &str, Option<&str>); 3] =
    [("ent_0", "North", Some("DE")), ("ent_1", "South", None), ("ent_2", "north", Some("AT"))];

/// The value of a dimension; those without one come last.
type Key = (bool, String);

fn dimension(charge: &Charge, name: &str) -> Key {
    let entity = ENTITIES.into_iter().find(|(id, ..)| *id == charge.entity);
    let value = match name {
        "charges.description" => Some(charge.description.clone()),
        "charges.source_kind" => charge.source_kind.clone(),
        "charges.date" => Some(charge.date.clone()),
        "charges.currency" => Some(charge.currency.to_owned()),
        "entities.name" => entity.map(|(_, name, _)| name.to_owned()),
        _ => entity.and_then(|(_, _, country)| country.map(str::to_owned)),
    };
    (value.is_none(), value.unwrap_or_default())
}

/// The first day of the period of `date`, found by going back day by day.
fn period(granularity: &str, date: Date, from: Date) -> Date {
    let is_first = |date: Date| {
        let civil = date.as_jiff();
        match granularity {
            "day" => true,
            "week" => civil.weekday().to_monday_one_offset() == 1,
            "month" => civil.day() == 1,
            "quarter" => civil.day() == 1 && [1, 4, 7, 10].contains(&civil.month()),
            _ => civil.day_of_year() == 1,
        }
    };
    let mut date = date;
    while date > from && !is_first(date) {
        date = date.minus_days(1);
    }
    date
}

struct Report {
    query: Value,
    rows: Vec<Value>,
}

fn random_report(random: &SeededRandom, charges: &[Charge]) -> Report {
    let pick = |from: &[&'static str]| from[usize::try_from(random.below(from.len() as u64)).unwrap()];
    let mut dimensions: Vec<&str> = DIMENSIONS.into_iter().filter(|_| random.below(3) == 0).collect();
    if random.below(2) == 0 {
        dimensions.reverse();
    }
    let zone = pick(&["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago"]);
    let granularity = pick(&["day", "week", "month", "quarter", "year"]);
    let time = pick(&["charges.date", "charges.created_at"]);
    let from = Date::parse(pick(&["2026-01-01", "2026-03-11", "2026-03-29"])).unwrap();
    let to = Date::parse(pick(&["2026-03-30", "2026-10-25", "2027-01-01"])).unwrap();
    let kinds = ["contract", "sla"];
    let operator = pick(&["none", "equals", "not_equals", "set", "not_set", "contains", "starts_with"]);
    let filter = match operator {
        "none" => None,
        "equals" | "not_equals" => {
            Some(json!({"member": "charges.source_kind", "operator": operator, "values": kinds}))
        }
        "set" | "not_set" => Some(json!({"member": "entities.country", "operator": operator, "values": []})),
        _ => Some(json!({"member": "charges.description", "operator": operator, "values": ["pl"]})),
    };
    let is_kept = |charge: &Charge| {
        let kind = charge.source_kind.as_deref();
        match operator {
            "none" => true,
            "equals" => kind.is_some_and(|kind| kinds.contains(&kind)),
            "not_equals" => !kind.is_some_and(|kind| kinds.contains(&kind)),
            "set" => !dimension(charge, "entities.country").0,
            "not_set" => dimension(charge, "entities.country").0,
            "contains" => charge.description.contains("pl"),
            _ => charge.description.starts_with("pl"),
        }
    };
    let is_by_amount = random.below(2) == 0;
    let query = json!({
        "measures": ["charges.count", "charges.amount"], "dimensions": dimensions, "timezone": zone,
        "time": {"dimension": time, "granularity": granularity, "from": from.to_string(), "to": to.to_string()},
        "filters": filter.into_iter().collect::<Vec<_>>(),
        "order": if is_by_amount { json!([{"member": "charges.amount", "direction": "desc"}]) } else { json!([]) },
    });
    let zone = Zone::parse(zone).unwrap();
    let mut groups: BTreeMap<Vec<Key>, (i64, i64)> = BTreeMap::new();
    for charge in charges.iter().filter(|charge| is_kept(charge)) {
        let date = match time {
            "charges.date" => Date::parse(&charge.date).unwrap(),
            _ => Date::of(Timestamp::from_millis(charge.created_at), &zone),
        };
        if date < from || date >= to {
            continue;
        }
        let mut key = vec![(false, period(granularity, date, from).to_string())];
        key.extend(dimensions.iter().map(|name| dimension(charge, name)));
        key.push(dimension(charge, "charges.currency"));
        let group = groups.entry(key).or_default();
        *group = (group.0 + 1, group.1 + charge.amount);
    }
    let mut groups: Vec<(Vec<Key>, (i64, i64))> = groups.into_iter().collect();
    if is_by_amount {
        groups.sort_by_key(|(_, (_, amount))| std::cmp::Reverse(*amount));
    }
    let names: Vec<String> = std::iter::once(format!("{time}.{granularity}"))
        .chain(dimensions.iter().map(|name| (*name).to_owned()))
        .chain(["charges.currency".to_owned()])
        .collect();
    let rows = groups.into_iter().map(|(key, (count, amount))| {
        let mut row: Map<String, Value> = names
            .iter()
            .cloned()
            .zip(key.iter().map(|(none, text)| if *none { Value::Null } else { json!(text) }))
            .collect();
        let currency = Currency::parse(&key.last().unwrap().1).unwrap();
        let amount: Value = serde_json::from_str(&Money { minor: amount, currency }.to_decimal()).unwrap();
        row.insert("charges.count".into(), count.into());
        row.insert("charges.amount".into(), amount);
        Value::Object(row)
    });
    Report { query, rows: rows.collect() }
}

async fn fill(edge: &Edge) -> Vec<Charge> {
    let random = SeededRandom::new(SEED);
    for (id, name, country) in ENTITIES {
        edge.entity(OWN, id, name, country).await;
    }
    // The other tenant's entity has the id that some charges of the tenant name.
    edge.entity(OTHER, "ent_3", SECRET, Some("XX")).await;
    let mut charges = Vec::new();
    for number in 0..CHARGES {
        let charge = random_charge(&random);
        edge.charge(OWN, number, &charge).await;
        edge.charge(OTHER, number, &Charge { description: SECRET.into(), ..random_charge(&random) }).await;
        charges.push(charge);
    }
    charges
}

async fn compare(edge: &Edge, charges: &[Charge]) {
    let random = SeededRandom::new(SEED + 1);
    let mut rows = 0;
    for number in 0..REPORTS {
        let Report { query, rows: expected } = random_report(&random, charges);
        let answered = edge.rows(query.clone()).await;
        assert_eq!(answered, json!(expected), "seed {SEED}, report {number}: {query}");
        rows += expected.len();
    }
    assert!(rows > 2_000, "{rows}");
}

#[tokio::test(start_paused = true)]
async fn a_report_is_what_adding_up_one_by_one_gives_on_sqlite() {
    let edge = edge(None).await;
    let charges = fill(&edge).await;
    compare(&edge, &charges).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_what_adding_up_one_by_one_gives_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let edge = edge(Some(Arc::new(server.new_database("reports").await))).await;
    let charges = fill(&edge).await;
    compare(&edge, &charges).await;
}

#[tokio::test(start_paused = true)]
async fn a_day_has_the_hours_that_the_clocks_show() {
    let edge = edge(None).await;
    for (number, (zone, at, day)) in [
        ("Europe/Berlin", "2026-03-28T22:59:59.999Z", "2026-03-28"),
        ("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T21:59:59.999Z", "2026-03-29"),
        ("Europe/Berlin", "2026-03-29T22:00:00Z", "2026-03-30"),
        ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T22:59:59.999Z", "2026-10-25"),
        ("Europe/Berlin", "2026-10-25T23:00:00Z", "2026-10-26"),
        ("America/New_York", "2026-11-02T04:59:59.999Z", "2026-11-01"),
        // Midnight is skipped.
        ("America/Santiago", "2026-09-06T03:59:59.999Z", "2026-09-05"),
        ("America/Santiago", "2026-09-06T04:00:00Z", "2026-09-06"),
        ("Asia/Kolkata", "2026-06-30T18:30:00Z", "2026-07-01"),
    ]
    .into_iter()
    .enumerate()
    {
        let created_at = Timestamp::parse(at).unwrap().as_millis();
        let charge = Charge {
            entity: "x".into(),
            description: format!("{number}"),
            amount: 1,
            currency: "EUR",
            date: "2026-01-01".into(),
            source_kind: None,
            created_at,
        };
        edge.charge(OWN, number, &charge).await;
        let rows = edge
            .rows(json!({
                "measures": ["charges.count"], "timezone": zone,
                "time": {"dimension": "charges.created_at", "granularity": "day", "from": "2026-01-01", "to": "2027-01-01"},
                "filters": [{"member": "charges.description", "operator": "equals", "values": [number.to_string()]}],
            }))
            .await;
        assert_eq!(rows, json!([{"charges.created_at.day": day, "charges.count": 1}]), "{zone} {at}");
    }
}
