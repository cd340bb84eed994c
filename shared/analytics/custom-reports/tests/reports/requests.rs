//! What a request may ask for, and what an answer is.

use serde_json::{Value, json};

use crate::edge::{Charge, Edge, KEY, OTHER, OWN, REPORTS, edge};
use edge_http::testing::ask;

async fn with_charges() -> Edge {
    let edge = edge(None).await;
    edge.entity(OWN, "ent_1", "North", None).await;
    edge.entity(OTHER, "ent_1_other", "hush", None).await;
    for (number, (tenant, amount, currency, date, description)) in [
        (OWN, 1_050, "EUR", "2026-01-05", "=HYPERLINK(\"http://evil.example\")"),
        (OWN, -50, "EUR", "2026-01-31", " @x"),
        (OWN, 700, "JPY", "2026-02-01", "b"),
        (OWN, 1_234, "KWD", "2026-04-01", "c"),
        (OTHER, 99, "EUR", "2026-01-05", "hush"),
    ]
    .into_iter()
    .enumerate()
    {
        let charge = Charge {
            entity: "ent_1".into(),
            description: description.into(),
            amount,
            currency,
            date: date.into(),
            source_kind: None,
            created_at: 0,
        };
        edge.charge(tenant, number, &charge).await;
    }
    edge
}

#[tokio::test(start_paused = true)]
async fn amounts_are_added_up_in_each_currency_and_period() {
    let edge = with_charges().await;
    let query = json!({
        "measures": ["charges.amount", "charges.count"], "dimensions": ["entities.name"],
        "time": {"dimension": "charges.date", "granularity": "month", "from": "2026-01-01", "to": "2026-03-01"},
    });
    let (status, answer) = edge.report(OWN, &query).await;
    assert_eq!(status, 200, "{answer}");
    let row = |month: &str, currency: &str, amount: Value, count: i64| {
        json!({"charges.date.month": month, "entities.name": "North", "charges.currency": currency,
            "charges.amount": amount, "charges.count": count})
    };
    assert_eq!(
        answer["rows"],
        json!([row("2026-01-01", "EUR", json!(10.0), 2), row("2026-02-01", "JPY", json!(700), 1)])
    );
    assert_eq!((&answer["row_count"], &answer["is_truncated"]), (&json!(2), &json!(false)));
    assert_eq!((&answer["timezone"], &answer["to"]), (&json!("Europe/Berlin"), &json!("2026-03-01")));
    let column = json!({"name": "charges.amount", "type": "amount", "currency": "charges.currency",
        "description": "What is charged, less credits."});
    assert_eq!(answer["columns"][3], column);
    let csv = edge.csv(&query).await;
    let expected = "charges.date.month,entities.name,charges.currency,charges.amount,charges.count\r\n\
        2026-01-01,North,EUR,10.00,2\r\n2026-02-01,North,JPY,700,1\r\n";
    assert_eq!(csv, expected);
}

#[tokio::test(start_paused = true)]
async fn a_text_never_becomes_a_formula_and_an_amount_stays_a_number() {
    let edge = with_charges().await;
    let query = json!({"measures": ["charges.amount"], "dimensions": ["charges.description"],
        "order": [{"member": "charges.amount", "direction": "desc"}], "filters": [
            {"member": "charges.currency", "operator": "equals", "values": ["EUR"]}]});
    let csv = edge.csv(&query).await;
    let expected = "charges.description,charges.currency,charges.amount\r\n\
        \"'=HYPERLINK(\"\"http://evil.example\"\")\",EUR,10.50\r\n' @x,EUR,-0.50\r\n";
    assert_eq!(csv, expected);
}

#[tokio::test(start_paused = true)]
async fn rows_are_filtered_by_measures_and_limited() {
    let edge = with_charges().await;
    let mut query = json!({"measures": ["charges.amount"], "dimensions": ["charges.date"], "limit": 1,
        "filters": [{"member": "charges.currency", "operator": "equals", "values": ["EUR"]}]});
    let (_, answer) = edge.report(OWN, &query).await;
    assert_eq!((&answer["row_count"], &answer["is_truncated"]), (&json!(1), &json!(true)));
    assert_eq!(answer["rows"][0]["charges.date"], "2026-01-05");
    let negative = json!({"member": "charges.amount", "operator": "lt", "values": ["0.00"]});
    query["filters"].as_array_mut().unwrap().push(negative);
    assert_eq!(edge.rows(query).await[0]["charges.date"], "2026-01-31");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_refused_and_named() {
    let edge = with_charges().await;
    let time = |more: Value| {
        let mut time = json!({"dimension": "charges.date", "from": "2026-01-01", "to": "2026-02-01"});
        time.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"measures": ["charges.count"], "time": time})
    };
    let filter = |member: &str, operator: &str, values: Value| {
        json!({"measures": ["charges.count", "charges.amount"],
            "filters": [{"member": member, "operator": operator, "values": values}]})
    };
    let order = |member: &str, direction: &str| json!({"measures": ["charges.count"], "order": [{"member": member, "direction": direction}]});
    for (query, field) in [
        (json!({}), "measures"),
        (json!({"measures": ["charges.count", "charges.sum"]}), "measures[1]"),
        (json!({"measures": ["charges.count", "invoices.total"]}), "measures[1]"),
        (json!({"measures": ["charges.date"]}), "measures[0]"),
        (json!({"measures": ["charges.count", "charges.count"]}), "measures[1]"),
        (json!({"measures": ["entity_charges.count"]}), "measures[0]"),
        (json!({"measures": ["charges.count\" FROM tenants --"]}), "measures[0]"),
        (json!({"measures": ["charges.count"], "dimensions": ["departments.name"]}), "dimensions[0]"),
        (json!({"dimensions": ["charges.date", "nothing"]}), "dimensions[1]"),
        (json!({"dimensions": ["entities.name", "invoices.state"]}), "dimensions[1]"),
        (json!({"dimensions": ["charges.amount"]}), "dimensions[0]"),
        (time(json!({"dimension": "charges.currency"})), "time.dimension"),
        (time(json!({"granularity": "hour"})), "time.granularity"),
        (time(json!({"from": "2026-02-30"})), "time.from"),
        (time(json!({"to": "2026-01-01"})), "time.to"),
        (time(json!({"from": "1990-01-01", "granularity": "day"})), "time.to"),
        (time(json!({"range": "last_month"})), "time.range"),
        (json!({"measures": ["charges.count"], "time": {"dimension": "charges.date"}}), "time.from"),
        (filter("charges.unknown", "equals", json!(["a"])), "filters[0].member"),
        (filter("departments.name", "equals", json!(["a"])), "filters[0].member"),
        (filter("charges.currency", "contains", json!(["U"])), "filters[0].operator"),
        (filter("charges.currency", "equals", json!(["XYZ"])), "filters[0].values[0]"),
        (filter("charges.currency", "equals", json!([])), "filters[0].values"),
        (filter("charges.date", "gt", json!(["2026-01-01", "2026-01-02"])), "filters[0].values"),
        (filter("charges.date", "gt", json!(["yesterday"])), "filters[0].values[0]"),
        (filter("charges.description", "equals", json!([1])), "filters[0].values[0]"),
        (filter("charges.description", "equals", json!(["a\u{0}"])), "filters[0].values[0]"),
        (filter("charges.terms_days", "equals", json!(["30"])), "filters[0].values[0]"),
        (filter("charges.source_kind", "set", json!(["a"])), "filters[0].values"),
        (filter("charges.amount", "gt", json!([1])), "filters[0].member"),
        (order("charges.amount", "asc"), "order[0].member"),
        (order("charges.count", "up"), "order[0].direction"),
        (json!({"measures": ["charges.count"], "limit": 0}), "limit"),
        (json!({"measures": ["charges.count"], "limit": 100_001}), "limit"),
        (json!({"measures": ["charges.count"], "timezone": "Mars"}), "timezone"),
    ] {
        let (status, answer) = edge.report(OWN, &query).await;
        assert_eq!((status, &answer["errors"][0]["field"]), (400, &json!(field)), "{query} {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_join_says_so() {
    let edge = with_charges().await;
    let query = json!({"measures": ["invoices.total", "charges.amount"], "dimensions": ["entities.name"]});
    let (_, answer) = edge.report(OWN, &query).await;
    let errors: Vec<(&str, &str)> = answer["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["field"].as_str().unwrap(), error["message"].as_str().unwrap()))
        .collect();
    let expected = [
        ("dimensions[0]", "is of `entities`, which `invoices` does not join"),
        (
            "measures[1]",
            "is of `charges`, and the measures before it are of `invoices`: a report has measures of one source",
        ),
    ];
    assert_eq!(errors, expected);
}

#[tokio::test(start_paused = true)]
async fn the_members_are_those_of_every_owner() {
    let edge = edge(None).await;
    let (status, answer) = ask(&edge.router, KEY, None, "GET", &format!("{REPORTS}/members"), &json!(null)).await;
    assert_eq!(status, 200, "{answer}");
    let names: Vec<&str> =
        answer["sources"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    for name in ["invoices", "payments", "charges", "allocations", "contracts", "disputes", "budget_entries", "seats"] {
        assert!(names.contains(&name), "{name} {names:?}");
    }
    let charges = answer["sources"].as_array().unwrap().iter().find(|it| it["name"] == "charges").unwrap();
    assert_eq!(charges["joins"], json!(["entities"]));
    let date = charges["dimensions"].as_array().unwrap().iter().find(|it| it["name"] == "charges.date").unwrap();
    assert_eq!(date["granularities"], json!(["day", "week", "month", "quarter", "year"]));
    assert_eq!(date["operators"], json!(["equals", "not_equals", "gt", "gte", "lt", "lte"]));
}
