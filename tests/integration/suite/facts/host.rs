//! The embedded host itself: how it starts, how it stops, what it refuses.

mod breakers;
mod demo;
mod harm;
mod overload;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use upstreams::Ordered;

use crate::edge::{Organization, Settings, eventually, host_program, new_launch_folder, repository};
use crate::facts::capabilities::Probe;
use crate::facts::facts;
use crate::servers::new_folder;
use crate::shape::{Shape, Stage};
use breakers::{
    an_upstream_that_fails_is_left_alone_until_it_is_back,
    how_many_failures_open_a_breaker_is_for_the_host_alone_to_say,
};
use demo::a_sample_company_is_made_once_however_often_it_is_asked_for;
use harm::{
    an_endless_loop_is_cut_off_and_holds_up_nobody_else, an_instance_that_takes_too_much_memory_fails_alone,
    whatever_traps_is_answered_and_the_next_request_too,
};
use overload::{
    a_host_without_files_takes_them_back_from_the_idle, a_request_names_one_host,
    half_sent_bodies_take_nobodys_place_and_are_given_up, heads_and_bodies_have_the_time_that_they_are_given,
    http_2_is_not_spoken, idle_connections_keep_nobody_out, told_to_stop_it_waits_for_no_half_sent_request,
    who_reads_no_answer_is_cut_off,
};

facts! {
    told_to_stop_it_answers_what_is_in_flight_and_ends_well: one_is_enough,
    told_to_stop_it_says_so_while_it_still_serves: one_is_enough,
    a_second_start_compiles_nothing: one_is_enough,
    what_a_manifest_must_not_hold_is_named: one_is_enough,
    what_cannot_be_served_is_said_at_the_start: one_is_enough,
    an_interface_that_the_host_does_not_have_is_named: one_is_enough,
    whatever_traps_is_answered_and_the_next_request_too: one_is_enough,
    an_instance_that_takes_too_much_memory_fails_alone: one_is_enough,
    an_endless_loop_is_cut_off_and_holds_up_nobody_else: one_is_enough,
    idle_connections_keep_nobody_out: one_is_enough,
    a_host_without_files_takes_them_back_from_the_idle: one_is_enough,
    half_sent_bodies_take_nobodys_place_and_are_given_up: one_is_enough,
    heads_and_bodies_have_the_time_that_they_are_given: one_is_enough,
    http_2_is_not_spoken: one_is_enough,
    who_reads_no_answer_is_cut_off: one_is_enough,
    a_request_names_one_host: one_is_enough,
    told_to_stop_it_waits_for_no_half_sent_request: one_is_enough,
    a_sample_company_is_made_once_however_often_it_is_asked_for: one_is_enough,
    an_upstream_that_fails_is_left_alone_until_it_is_back: one_is_enough,
    how_many_failures_open_a_breaker_is_for_the_host_alone_to_say: one_is_enough,
}

fn one_is_enough(shape: Shape) -> bool {
    shape == Shape::Sqlite
}

async fn told_to_stop_it_answers_what_is_in_flight_and_ends_well(stage: Arc<Stage>) {
    let mut edge = stage.own(Settings::steady()).await;
    let product = edge.product().await.to_owned();
    let name = {
        let org = edge.organization();
        org.seat("ana", &json!({}));
        org.fails(Ordered { delay_ms: 2_000, ..Ordered::default() });
        org.external.clone()
    };
    let check = Organization::again(&edge, &name).check("ana");
    let in_flight: Vec<_> = (0..5)
        .map(|_| tokio::spawn(edge.nodes[0].call("POST", "/verify-seat").key(&product).json(&check).try_send()))
        .collect();
    eventually("the question", async || (Organization::again(&edge, &name).questions() > 0).then_some(())).await;
    // The others have come by then too, or a moment later.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let address = edge.nodes[0].address();
    edge.nodes[0].terminate();
    for request in in_flight {
        assert_eq!(request.await.unwrap().unwrap().expect(200)["hasAccess"], true);
    }
    let status = edge.nodes[0].process().end(Duration::from_secs(60)).await;
    assert!(status.success(), "{status}");
    assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    assert!(edge.log().contains("told to stop"), "it says so in its log");
}

async fn told_to_stop_it_says_so_while_it_still_serves(stage: Arc<Stage>) {
    // Longer than the fact takes: it is killed in the end.
    let probe = Probe::start(stage.shape, &["--stop-delay-secs", "600"]).await;
    let hello = probe.does("/hello", "").await;
    assert_eq!((hello.status, hello.header("connection")), (200, ""));
    probe.node.terminate();
    let refused = eventually("503 from /readyz", async || {
        Some(probe.node.call("GET", "/readyz").send().await).filter(|answer| answer.status == 503)
    });
    assert_eq!(refused.await.problem(), (503, "STOPPING".to_owned()));
    // Whoever comes all the same is answered, and comes by another connection the next time.
    for path in ["/hello", "/neighbour/hello"] {
        let hello = probe.does(path, "").await;
        assert_eq!(
            (hello.status, hello.text().as_str(), hello.header("connection")),
            (200, "hello", "close"),
            "{path}"
        );
    }
}

async fn a_second_start_compiles_nothing(stage: Arc<Stage>) {
    let mut edge = stage.own(Settings::steady()).await;
    let compiled = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    let artifacts = || {
        let mut found = BTreeSet::new();
        let mut folders = vec![compiled.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else if entry.path().extension().is_none() {
                    found.insert(entry.path());
                }
            }
        }
        found
    };
    // Other facts may have something else compiled meanwhile.
    for _ in 0..5 {
        let before = artifacts();
        assert!(!before.is_empty());
        edge.nodes[0].kill();
        edge.nodes[0].restart(&[]).await;
        edge.ready().await;
        if artifacts() == before {
            return;
        }
    }
    panic!("each start compiles something");
}

/// Starts the host with a manifest that it must refuse; gives what it says.
async fn refusal(manifest: &Path, more: &[&str]) -> String {
    let mut command = Command::new(host_program());
    let state = new_launch_folder().join("state");
    command
        .arg("up")
        .arg("-f")
        .arg(manifest)
        .arg("--state-dir")
        .arg(state)
        .args(["--listen", "127.0.0.1:0"])
        .args(more);
    let log = new_folder("refused").join("log");
    let mut process = crate::processes::Process::start("the host", command, &log);
    let status = process.end(Duration::from_secs(60)).await;
    let said = std::fs::read_to_string(log).unwrap();
    assert!(!status.success(), "it was taken: {said}");
    assert!(!said.contains("panicked") && !said.contains("listens on"), "{said}");
    said
}

/// A manifest of one component, changed.
fn manifest(from: &str, to: &str) -> std::path::PathBuf {
    let source = repository().join("target/wasm32-wasip2/component/operations.wasm");
    let text = format!(
        "spin_manifest_version = 2\n[application]\nname = \"small\"\n[variables]\nplace = {{ default = \"x\" }}\n\
         [[trigger.http]]\nroute = \"/healthz\"\ncomponent = \"small\"\n[component.small]\nsource = \"{}\"\n\
         key_value_stores = [\"default\"]\nsqlite_databases = [\"default\"]\nallowed_outbound_hosts = []\n",
        source.display(),
    );
    let changed = text.replace(from, to);
    assert_ne!(changed, text, "the case changes nothing");
    let file = new_folder("manifest").join("spin.toml");
    std::fs::write(&file, changed).unwrap();
    file
}

async fn what_a_manifest_must_not_hold_is_named(_: Arc<Stage>) {
    let stores = "key_value_stores = [\"default\"]";
    for (from, to, named) in [
        ("[variables]", "colour = \"red\"\n[variables]", "colour"),
        ("[component.small]", "[component.small]\nai_model = []", "ai_model"),
        ("[component.small]", "[component.small]\nai_models = [\"llama2-chat\"]", "ai_models"),
        (stores, "key_value_stores = [\"elsewhere\"]", "elsewhere"),
        ("sqlite_databases = [\"default\"]", "sqlite_databases = [\"other\"]", "other"),
        ("allowed_outbound_hosts = []", "allowed_outbound_hosts = [\"erp.example.com\"]", "erp.example.com"),
        ("allowed_outbound_hosts = []", "allowed_outbound_hosts = [\"http://{{ nowhere }}\"]", "nowhere"),
        ("{ default = \"x\" }", "{ required = true }", "SPIN_VARIABLE_PLACE"),
        ("component = \"small\"", "component = \"large\"", "large"),
        ("[[trigger.http]]", "[[trigger.redis]]", "redis"),
        ("operations.wasm", "not_built.wasm", "not_built.wasm"),
        ("spin_manifest_version = 2", "spin_manifest_version = 1", "spin_manifest_version"),
        ("[application]", "[application", "line"),
    ] {
        let said = refusal(&manifest(from, to), &[]).await;
        assert!(said.contains(named), "{to:?} was refused without naming {named:?}: {said}");
    }
    let said = refusal(Path::new("/nowhere/spin.toml"), &[]).await;
    assert!(said.contains("/nowhere/spin.toml"), "{said}");
}

async fn what_cannot_be_served_is_said_at_the_start(_: Arc<Stage>) {
    let good = manifest("/healthz", "/readyz");
    let config = new_folder("config").join("runtime-config.toml");
    for (text, named) in [
        ("[llm_compute]\ntype = \"spin\"", "llm_compute"),
        ("[key_value_store.default]\ntype = \"azure_cosmos\"", "azure_cosmos"),
        ("[key_value_store.default]\ntype = \"redis\"", "url"),
        ("nonsense", "line"),
    ] {
        std::fs::write(&config, text).unwrap();
        let said = refusal(&good, &["--runtime-config-file", config.to_str().unwrap()]).await;
        assert!(said.contains(named), "{text:?} was refused without naming {named:?}: {said}");
    }
    // Neither a component nor one that this host serves.
    let folder = new_folder("components");
    for (file, bytes) in [("empty.wasm", &b""[..]), ("text.wasm", b"hello"), ("core.wasm", b"\0asm\x01\0\0\0")] {
        std::fs::write(folder.join(file), bytes).unwrap();
        let source = repository().join("target/wasm32-wasip2/component/operations.wasm");
        let said =
            refusal(&manifest(&source.display().to_string(), &folder.join(file).display().to_string()), &[]).await;
        assert!(said.contains(file) || said.contains("small"), "{file}: {said}");
    }
}

async fn an_interface_that_the_host_does_not_have_is_named(_: Arc<Stage>) {
    let folder = new_folder("interfaces");
    let probe = std::fs::read(repository().join("target/wasm32-wasip2/component/probe.wasm")).unwrap();
    for (known, unknown) in [
        ("spin:sqlite/sqlite@3.1.0", "spin:oracle/oracle@3.1.0"),
        ("spin:key-value/key-value@3.0.0", "spin:key-value/key-value@9.0.0"),
        ("wasi:keyvalue/atomics@0.2.0-draft2", "wasi:keyvalue/subatom@0.2.0-draft2"),
    ] {
        // A component keeps the names of what it imports as they are; these are of the same length.
        let mut changed = probe.clone();
        let places = probe.windows(known.len()).enumerate().filter(|(_, bytes)| *bytes == known.as_bytes());
        let places: Vec<usize> = places.map(|(place, _)| place).collect();
        assert!(!places.is_empty(), "the probe does not import {known}");
        for place in places {
            changed[place..place + unknown.len()].copy_from_slice(unknown.as_bytes());
        }
        let file = folder.join("changed.wasm");
        std::fs::write(&file, changed).unwrap();
        let source = repository().join("target/wasm32-wasip2/component/operations.wasm");
        let said = refusal(&manifest(&source.display().to_string(), &file.display().to_string()), &[]).await;
        assert!(said.contains(unknown) && said.contains("small"), "{unknown}: {said}");
    }
}
