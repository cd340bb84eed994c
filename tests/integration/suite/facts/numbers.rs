//! Numbers for operators.

use std::sync::Arc;

use serde_json::json;

use crate::edge::{BOOTSTRAP, Edge, Settings, eventually};
use crate::facts::facts;
use crate::shape::Stage;

facts! {
    verdicts_rules_and_calls_are_counted_whichever_node_they_came_to,
}

/// Waits until every node shows this line.
async fn shows(edge: &Edge, line: &str) {
    for node in &edge.nodes {
        eventually(line, async || {
            let metrics = node.call("GET", "/metrics").send().await;
            assert_eq!(metrics.status, 200, "{}", metrics.text());
            metrics.text().lines().any(|shown| shown == line).then_some(())
        })
        .await;
    }
}

async fn verdicts_rules_and_calls_are_counted_whichever_node_they_came_to(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    shows(&edge, "bheem_edge_seat_verdicts_total{source=\"erp\",reason=\"SEAT_ACTIVE\"} 0").await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.seat("bea", &json!({"seat_status": "REVOKED"}));
    org.make_acquainted("ana").await;
    let asked = org.questions();
    for _ in 0..20 {
        assert_eq!(org.reason("ana").await, ("SEAT_ACTIVE".into(), "cache".into()));
    }
    assert_eq!(org.reason("bea").await, ("SEAT_REVOKED".into(), "erp".into()));
    assert_eq!(org.questions(), asked + 1);
    org.fails_with(500);
    org.ask("cleo").await.refused(503, "UPSTREAM_UNAVAILABLE");
    for (title, outcome) in [("CTO", "admin"), ("Contractor", "member"), ("Contractor", "member")] {
        let input = json!({"input": {"jobTitle": title, "department": "IT"}});
        let answer = edge.post("/api/v1/rules/role_mapping/evaluate", BOOTSTRAP, &input).await.expect(200);
        assert_eq!(answer["outcome"]["role"], outcome);
    }
    // To become acquainted takes one hit.
    for line in [
        "seat_verdicts_total{source=\"cache\",reason=\"SEAT_ACTIVE\"} 21".to_owned(),
        "seat_verdicts_total{source=\"erp\",reason=\"SEAT_REVOKED\"} 1".to_owned(),
        "seat_verdicts_total{source=\"none\",reason=\"UPSTREAM_UNAVAILABLE\"} 1".to_owned(),
        "rule_evaluations_total{rule=\"role_mapping\",outcome=\"admin\"} 1".to_owned(),
        "rule_evaluations_total{rule=\"role_mapping\",outcome=\"member\"} 2".to_owned(),
        "rule_decisions_unwritten 0".to_owned(),
        format!("upstream_calls_total{{upstream=\"erp\",outcome=\"answered\"}} {}", asked + 1),
        "upstream_calls_total{upstream=\"erp\",outcome=\"failed\"} 1".to_owned(),
        format!("upstream_seconds_count{{upstream=\"erp\"}} {}", asked + 2),
    ] {
        shows(&edge, &format!("bheem_edge_{line}")).await;
    }
}
