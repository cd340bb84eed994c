//! Reports that are longer than a page.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::json;

use crate::edge::{Edge, OWN, edge};
use crate::server;

const ROWS: usize = 12_000;

/// Charges of which some have no source.
pub async fn fill(edge: &Edge, count: usize) {
    for begin in (0..count).step_by(1_000) {
        let rows: Vec<String> = (begin..begin + 1_000)
            .map(|number| {
                let source = if number % 3 == 0 { "NULL".to_owned() } else { format!("'s{}'", number % 7) };
                let (amount, day) = (number % 11, 1 + number % 28);
                format!(
                    "('c{number}', '{OWN}', 'e', 'd', {amount}, 'EUR', '2026-01-{day:02}', 30, {source}, 'i{number}', 0, '[]')"
                )
            })
            .collect();
        edge.run(&format!(
            "INSERT INTO entity_charges (id, tenant_id, entity_id, description, amount, currency, date, terms_days,
             source_kind, source_id, created_at, untold) VALUES {}",
            rows.join(", ")
        ))
        .await;
    }
}

async fn read(edge: &Edge) {
    for order in [
        json!([]),
        json!([{"member": "charges.amount", "direction": "desc"}]),
        json!([{"member": "charges.source_kind", "direction": "desc"}, {"member": "charges.amount"}]),
    ] {
        let query = json!({"measures": ["charges.amount"], "dimensions": ["charges.source_kind", "charges.id"],
            "time": {"dimension": "charges.date", "granularity": "day", "from": "2026-01-01", "to": "2026-02-01"},
            "order": order});
        let csv = edge.csv(&query).await;
        let ids: BTreeSet<&str> = csv.lines().skip(1).map(|line| line.split(',').nth(2).unwrap()).collect();
        assert_eq!((ids.len(), csv.lines().count()), (ROWS, ROWS + 1), "{order}");
        let cents: u64 = csv
            .lines()
            .skip(1)
            .map(|line| line.replace('.', "").rsplit(',').next().unwrap().parse::<u64>().unwrap())
            .sum();
        assert_eq!(cents, (0..ROWS).map(|number| u64::try_from(number % 11).unwrap()).sum::<u64>());
        if order != json!([]) {
            let kinds: Vec<&str> = csv.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
            let amounts: Vec<&str> = csv.lines().skip(1).map(|line| line.rsplit(',').next().unwrap()).collect();
            if order[1].is_null() {
                assert!(amounts.is_sorted_by(|one, two| one >= two));
            } else {
                // Those without a value are last.
                let sorted = kinds.is_sorted_by(|one, two| {
                    let places = (one.is_empty(), two.is_empty());
                    places == (false, true) || (places.0 == places.1 && one >= two)
                });
                assert!(sorted, "{order}");
            }
        }
    }
    let mut query = json!({"dimensions": ["charges.id"], "limit": 10_001});
    let (_, answer) = edge.report(OWN, &query).await;
    assert_eq!((&answer["row_count"], &answer["is_truncated"]), (&json!(10_001), &json!(true)));
    query["limit"] = json!(ROWS);
    let (_, answer) = edge.report(OWN, &query).await;
    assert_eq!((&answer["row_count"], &answer["is_truncated"]), (&json!(ROWS), &json!(false)));
}

#[tokio::test(start_paused = true)]
async fn each_row_is_there_once_however_rows_are_ordered_on_sqlite() {
    let edge = edge(None).await;
    fill(&edge, ROWS).await;
    read(&edge).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_row_is_there_once_however_rows_are_ordered_on_postgresql() {
    let Some(server) = server::start().await else { return };
    let edge = edge(Some(Arc::new(server.new_database("pages").await))).await;
    fill(&edge, ROWS).await;
    read(&edge).await;
}

#[tokio::test(start_paused = true)]
async fn a_database_that_goes_away_breaks_the_answer_off() {
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;
    let edge = edge(None).await;
    fill(&edge, ROWS).await;
    let query = json!({"dimensions": ["charges.id"]});
    let headers = [("x-tenant-id", OWN), ("accept", "text/csv")];
    let request = edge_http::testing::request("POST", crate::edge::REPORTS, crate::edge::KEY, headers, &query);
    let mut body = edge.router.clone().oneshot(request).await.unwrap().into_body();
    assert!(body.frame().await.unwrap().is_ok());
    edge.world.db.set_down(true);
    assert!(body.frame().await.unwrap().is_err());
}
