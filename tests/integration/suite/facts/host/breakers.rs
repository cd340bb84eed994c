//! What the host does about an upstream that fails, as operators see it.

use std::sync::Arc;

use serde_json::{Value, json};
use upstreams::Ordered;

use crate::edge::{Edge, Settings, eventually};
use crate::shape::Stage;

/// The state of the only upstream that is not well, or `None`.
async fn troubled(edge: &Edge) -> Option<String> {
    let answer = edge.call("GET", "/readyz").send().await.expect(200);
    let upstreams = answer["checks"]["upstreams"].as_object().cloned().unwrap_or_default();
    assert!(upstreams.len() <= 1, "{upstreams:?}");
    upstreams.values().next().and_then(Value::as_str).map(str::to_owned)
}

pub(super) async fn an_upstream_that_fails_is_left_alone_until_it_is_back(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady().with("--breaker-failures", 10)).await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    assert_eq!(org.verify("ana").await["hasAccess"], true);
    assert_eq!(troubled(&edge).await, None);
    let before = org.questions();
    org.fails_with(503);
    for number in 0..20 {
        org.ask(&format!("user_{number}")).await.refused(503, "UPSTREAM_UNAVAILABLE");
    }
    assert!(org.questions() - before <= 20, "it was asked {} times", org.questions() - before);
    assert!(troubled(&edge).await.is_some());
    let metrics = edge.call("GET", "/metrics").send().await.text();
    let value = |name: &str, label: &str| {
        let line =
            metrics.lines().find(|line| line.starts_with(&format!("bheem_edge_node_{name}{{")) && line.contains(label));
        line.and_then(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
            .unwrap_or_else(|| panic!("{name}: {metrics}"))
    };
    assert_eq!(value("upstream_breaker_opened_total", "upstream="), 1);
    assert!(value("upstream_calls_refused_total", "reason=\"open\"") >= 5, "{metrics}");
    org.recovers();
    eventually("the ERP's answer", async || (org.ask("ana_2").await.status == 200).then_some(())).await;
    eventually("a closed breaker", async || {
        org.ask(&format!("user_{}", org.questions())).await;
        troubled(&edge).await.is_none().then_some(())
    })
    .await;
}

pub(super) async fn how_many_failures_open_a_breaker_is_for_the_host_alone_to_say(stage: Arc<Stage>) {
    let settings = Settings::steady().with("--breaker-failures", 0).with("upstream_timeout_ms", 250);
    let edge = stage.own(settings).await;
    let org = edge.organization();
    org.seat("ana", &json!({}));
    org.make_acquainted("ana").await;
    let before = org.questions();
    org.fails(Ordered { hang: true, ..Ordered::default() });
    // More than a component bears where its host has no breaker, and over a longer time.
    for number in 0..8 {
        org.ask(&format!("user_{number}")).await.refused(503, "UPSTREAM_UNAVAILABLE");
    }
    assert_eq!(org.questions() - before, 8);
}
