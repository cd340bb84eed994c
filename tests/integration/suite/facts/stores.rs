//! What readiness says of the stores, and what becomes of an edge whose files or schema are changed under way.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::edge::{BOOTSTRAP, Edge, Node, Settings, eventually, host_program, on_spin, repository};
use crate::facts::facts;
use crate::shape::{Shape, Stage};

facts! {
    a_record_that_a_newer_build_changed_is_refused: |shape| shape == Shape::Sqlite,
    a_file_that_is_lost_under_way_is_refused_and_never_made_anew: embedded_on_sqlite,
    a_record_is_brought_up_to_date_by_hand: embedded_on_sqlite,
}

fn embedded_on_sqlite(shape: Shape) -> bool {
    shape == Shape::Sqlite && on_spin().is_none()
}

const KEYS: &str = "/api/v1/api-keys";

/// Waits until readiness says `word` of `store`.
async fn says(node: &Node, store: &str, word: &str) -> Value {
    eventually(&format!("{store}: {word}"), async || {
        let answer = node.call("GET", "/readyz").send().await;
        let status = answer.status;
        let said = answer.json();
        assert_eq!(status == 200, said["status"] == "ready");
        (said["checks"][store] == word).then_some(said)
    })
    .await
}

async fn a_record_that_a_newer_build_changed_is_refused(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let node = &edge.nodes[0];
    let record = rusqlite::Connection::open(node.state().join("sqlite_db.db")).unwrap();
    record.execute("INSERT INTO schema_migrations (version) VALUES (999)", []).unwrap();
    assert_eq!(says(node, "record", "newer_schema").await["status"], "not ready");
    // One that says that every build can work with it is no reason to refuse.
    record.execute("UPDATE schema_migrations SET min_build = 1 WHERE version = 999", []).unwrap();
    assert_eq!(says(node, "record", "ok").await["status"], "ready");
}

async fn a_file_that_is_lost_under_way_is_refused_and_never_made_anew(stage: Arc<Stage>) {
    let edge: Edge = stage.own(Settings::steady()).await;
    let node = &edge.nodes[0];
    let (id, _) = edge.new_key(json!({})).await;
    let new = json!({"name": "lost", "scopes": ["seats:verify"]});
    for (store, file) in [("record", "sqlite_db.db"), ("cache", "sqlite_key_value.db")] {
        let (path, aside) = (node.state().join(file), node.state().join("aside"));
        std::fs::rename(&path, &aside).unwrap();
        eventually(&format!("{file} is missed"), async || {
            (node.call("GET", "/readyz").send().await.status == 503).then_some(())
        })
        .await;
        if store == "record" {
            // It was good a moment ago, and may be known for as long; nothing new is written.
            assert_eq!(edge.post(KEYS, BOOTSTRAP, &new).await.status, 503);
        } else {
            let name = json!({"organizationId": "anybody"});
            assert_eq!(edge.post("/api/v1/seats/invalidate", BOOTSTRAP, &name).await.status, 503);
        }
        assert!(!path.exists(), "{file} was made anew");
        std::fs::rename(&aside, &path).unwrap();
        says(node, store, "ok").await;
    }
    let listed = edge.call("GET", KEYS).key(BOOTSTRAP).send().await.expect(200);
    assert!(listed["data"].as_array().unwrap().iter().any(|key| key["id"] == id), "{listed}");
}

async fn a_record_is_brought_up_to_date_by_hand(_: Arc<Stage>) {
    let state = tempfile::tempdir().unwrap();
    let migrate = |check: bool| {
        let mut command = std::process::Command::new(host_program());
        command.current_dir(repository()).args(["migrate", "--state-dir"]).arg(state.path());
        command.env_remove("SPIN_VARIABLE_DATABASE_URL").args(check.then_some("--check"));
        let ended = command.output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stdout).unwrap())
    };
    let (code, said) = migrate(true);
    assert_eq!((code, said.contains("0001_api_keys")), (Some(1), true), "{said}");
    assert!(!state.path().join("sqlite_db.db").exists(), "a check made a file");
    let (code, said) = migrate(false);
    assert_eq!((code, said.contains("0001_api_keys")), (Some(0), true), "{said}");
    assert_eq!(migrate(true), (Some(0), "The database is up to date.\n".into()));
}
