//! Figures for operators.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::edge::{BOOTSTRAP, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    requests_verdicts_and_calls_to_upstreams_of_all_nodes_are_told_as_figures,
    figures_are_for_platform_keys_that_may_read_them,
}

async fn requests_verdicts_and_calls_to_upstreams_of_all_nodes_are_told_as_figures(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let org = edge.organization();
    org.seat("ana", &json!({"seat_id": "seat_1"}));
    let get = async |window: &str| {
        edge.call("GET", &format!("/api/v1/stats?window={window}")).key(BOOTSTRAP).send().await.expect(200)
    };
    let of = |stats: &Value| {
        let component =
            stats["components"].as_array().unwrap().iter().find(|it| it["component"] == "seat-verification");
        let verdicts = stats["verdicts"].as_array().unwrap().iter();
        let cached = verdicts.filter(|it| it["source"] == "cache" && it["reason"] == "SEAT_ACTIVE");
        let erp = stats["upstreams"].as_array().unwrap().iter().find(|it| it["upstream"] == "erp").unwrap();
        (
            component.map_or(0, |it| it["requests"].as_i64().unwrap()),
            cached.map(|it| it["count"].as_i64().unwrap()).sum::<i64>(),
            erp["calls"].as_i64().unwrap(),
        )
    };
    let before = of(&get("15m").await);
    for _ in 0..10 {
        org.verify("ana").await;
    }
    // Counts are written a second later, and others may check seats meanwhile.
    let stats = eventually("the figures", async || {
        let stats = get("15m").await;
        let after = of(&stats);
        (after.0 >= before.0 + 10 && after.1 >= before.1 + 9 && after.2 > before.2).then_some(stats)
    })
    .await;
    let component = stats["components"].as_array().unwrap().iter().find(|it| it["component"] == "seat-verification");
    let (p50, p99) = (component.unwrap()["p50_ms"].as_f64().unwrap(), component.unwrap()["p99_ms"].as_f64().unwrap());
    assert!(0.0 < p50 && p50 <= p99, "{p50} {p99}");
    for field in ["window", "from", "to", "requests", "errors", "webhooks", "jobs", "rules", "cache_hit_rate"] {
        assert!(!stats[field].is_null(), "{field}: {stats}");
    }
    for window in ["24h", "30d"] {
        assert!(of(&get(window).await).0 >= before.0 + 10, "{window}");
    }
}

async fn figures_are_for_platform_keys_that_may_read_them(stage: Arc<Stage>) {
    let edge = stage.steady().await;
    let product = edge.product().await;
    edge.call("GET", "/api/v1/stats").key(product).send().await.refused(403, "PERMISSION_DENIED");
    edge.call("GET", "/api/v1/stats").key("nobody").send().await.refused(401, "UNAUTHENTICATED");
    edge.call("GET", "/api/v1/stats?window=1h").key(BOOTSTRAP).send().await.refused(400, "VALIDATION_ERROR");
}
