//! The alerts, the dashboard and the runbook speak of metrics that the edge has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::packages::packages;
use crate::root;

const ALERTS: &str = "deploy/prometheus/alerts.yaml";
const DASHBOARD: &str = "deploy/grafana/bheem-edge.json";
const RUNBOOK: &str = "docs/runbook.md";

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The texts in quotation marks of the crates' code that writes metrics.
fn written() -> BTreeSet<String> {
    let mut written = BTreeSet::new();
    for package in packages() {
        visit(&root().join(&package.folder).join("src"), &mut |source| {
            if source.contains("MetricsPage") {
                written.extend(source.split('"').skip(1).step_by(2).map(str::to_owned));
            }
            // What a node counts for itself.
            if source.contains("bheem_edge_node_") {
                written.extend(source.split('"').skip(1).step_by(2).map(|name| format!("node_{name}")));
            }
        });
    }
    written
}

fn visit(folder: &Path, read: &mut dyn FnMut(&str)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            visit(&path, read);
        } else if path.extension().is_some_and(|it| it == "rs") {
            read(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// The metrics that a text names, without the prefix that all have.
fn named(text: &str) -> BTreeSet<&str> {
    let of_a_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    text.split("bheem_edge_").skip(1).map(|rest| rest.split(|c| !of_a_name(c)).next().unwrap_or_default()).collect()
}

#[test]
fn each_metric_that_alerts_the_dashboard_and_the_runbook_name_is_on_the_page_of_metrics() {
    let written = written();
    for path in [ALERTS, "deploy/prometheus/alerts.test.yaml", DASHBOARD, RUNBOOK, "docs/operations.md"] {
        let text = read(path);
        let named = named(&text);
        assert!(!named.is_empty(), "{path} names no metric");
        let unknown: Vec<&str> = named.into_iter().filter(|name| !written.contains(*name)).collect();
        assert!(unknown.is_empty(), "{path} names metrics that nothing writes: {unknown:?}");
    }
}

#[test]
fn each_alert_has_an_entry_in_the_runbook_and_a_test_and_each_entry_an_alert() {
    let (alerts, runbook, tests) = (read(ALERTS), read(RUNBOOK), read("deploy/prometheus/alerts.test.yaml"));
    let alerts: BTreeSet<&str> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let entries: BTreeSet<&str> = runbook.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    assert_eq!(alerts, entries);
    for alert in alerts {
        assert!(tests.contains(&format!("\"{alert}\"")) || tests.contains(&format!("alertname: {alert}")), "{alert}");
    }
}

#[test]
fn the_dashboard_takes_its_data_source_from_a_variable() {
    let dashboard: serde_json::Value = serde_json::from_str(&read(DASHBOARD)).unwrap();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    assert!(variables.iter().any(|variable| variable["type"] == "datasource" && variable["name"] == "datasource"));
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        if panel["type"] != "row" {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
            assert!(panel["targets"].as_array().is_some_and(|targets| !targets.is_empty()), "{panel}");
        }
    }
}
