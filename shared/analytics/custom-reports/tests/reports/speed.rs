//! How fast, and in how much memory. `bench/custom-report.sh` runs it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::BodyExt as _;
use serde_json::json;
use tower::ServiceExt as _;

use crate::edge::{KEY, OWN, REPORTS, edge};
use crate::paging::fill;
use crate::server;

/// What this program's memory has come to at most, bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() * 1024
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it is a measurement"]
async fn a_hundred_thousand_rows_are_csv_within_2_s_and_64_mib() {
    let server = server::start().await.expect("PostgreSQL is installed");
    let rows = std::env::var("ROWS").map_or(100_000, |rows| rows.parse().unwrap());
    let edge = edge(Some(Arc::new(server.new_database("speed").await))).await;
    fill(&edge, rows).await;
    edge.run("ANALYZE").await;
    let query = json!({
        "measures": ["charges.amount", "charges.count"],
        "dimensions": ["charges.id", "entities.name", "charges.source_kind", "charges.description"],
        "time": {"dimension": "charges.date", "granularity": "day", "from": "2026-01-01", "to": "2027-01-01"},
    });
    let mut times = Vec::new();
    // What the first run makes once is not a report's.
    for turn in 0..6 {
        // Has the peak begin anew.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let (before, started) = (peak(), Instant::now());
        let headers = [("x-tenant-id", OWN), ("accept", "text/csv")];
        let request = edge_http::testing::request("POST", REPORTS, KEY, headers, &query);
        let mut body = edge.router.clone().oneshot(request).await.unwrap().into_body();
        let first = started.elapsed();
        let (mut lines, mut bytes) = (0_usize, 0_usize);
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            bytes += data.len();
            lines += data.iter().filter(|byte| **byte == b'\n').count();
        }
        let (took, memory) = (started.elapsed(), peak().saturating_sub(before));
        println!(
            "{} rows, {bytes} bytes: first after {first:?}, all after {took:?}, {} KiB more memory",
            lines - 1,
            memory >> 10
        );
        assert_eq!(lines, rows + 1);
        if turn > 0 {
            times.push(took);
            assert!(memory < 64 << 20, "{memory} bytes");
        }
    }
    times.sort();
    assert!(times[4] < Duration::from_secs(2), "the slowest took {:?}", times[4]);
}
