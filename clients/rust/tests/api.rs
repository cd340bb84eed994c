//! The calls of `src/api` are those that `docs/openapi.json` describes. `UPDATE_CLIENT=1 cargo test -p bheem-edge-client
//! --test api` writes them anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

#[path = "api/operations.rs"]
mod operations;
#[path = "api/schemas.rs"]
mod schemas;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn description() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api")
}

/// The files that are there: their names and texts. `call.rs` is written by hand.
fn present() -> BTreeMap<String, String> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let written = files.filter(|file| file.file_name().is_some_and(|name| name != "call.rs"));
    written
        .map(|file| (file.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(file).unwrap()))
        .collect()
}

#[test]
fn the_calls_are_those_of_the_description() {
    let made = operations::files(&description());
    if std::env::var_os("UPDATE_CLIENT").is_some() {
        for name in present().keys().filter(|name| !made.contains_key(*name)) {
            fs::remove_file(folder().join(name)).unwrap();
        }
        for (name, text) in &made {
            fs::write(folder().join(name), text).unwrap();
        }
    }
    let present = present();
    for (name, text) in &made {
        assert!(
            present.get(name) == Some(text),
            "src/api/{name} differs from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api"
        );
    }
    assert_eq!(made.len(), present.len(), "a file is left over");
}

#[test]
fn every_operation_and_every_schema_has_its_place() {
    let description = description();
    let text: String = operations::files(&description).into_values().collect();
    let methods = description["paths"].as_object().unwrap().values().flat_map(|methods| methods.as_object().unwrap());
    let mut count = 0;
    for (_, operation) in methods {
        let name = operation["operationId"].as_str().unwrap();
        assert!(text.contains(&format!("    pub async fn {name}(")), "{name}");
        count += 1;
    }
    assert!(count > 200, "{count} operations");
}
