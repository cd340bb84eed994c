//! The sample company that a command makes.

use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use crate::edge::{BOOTSTRAP, Edge, host_program};
use crate::processes::Process;
use crate::servers::new_folder;
use crate::shape::Stage;

/// Runs `bheem-edge demo seed`; gives what it said.
async fn seed(edge: &Edge) -> String {
    let log = new_folder("demo").join("log");
    let mut command = Command::new(host_program());
    command.args(["demo", "seed", "--key", BOOTSTRAP, "--url", &format!("http://{}", edge.nodes[0].address())]);
    let status = Process::start("the seed", command, &log).end(Duration::from_secs(120)).await;
    let said = std::fs::read_to_string(log).unwrap();
    assert!(status.success(), "{said}");
    said
}

pub async fn a_sample_company_is_made_once_however_often_it_is_asked_for(stage: Arc<Stage>) {
    let edge = stage.paid().await;
    let first = seed(&edge).await;
    assert!(first.contains(", were there 0\n") && !first.contains("\nwas there"), "{first}");
    let made = first.lines().filter(|line| line.starts_with("made  ")).count();
    let second = seed(&edge).await;
    assert!(second.contains(&format!("made 0, were there {made}\n")), "{second}");
    // What it says is there is there.
    let mut shown = Vec::new();
    for line in second.lines().filter(|line| line.starts_with("curl ")) {
        let parts: Vec<&str> = line.split('\'').collect();
        let (url, tenant) = (parts[1], parts[3].trim_start_matches("X-Tenant-Id: "));
        let path = url.split_once(edge.nodes[0].address().as_str()).unwrap().1;
        let answer = edge.call("GET", path).key(BOOTSTRAP).header("x-tenant-id", tenant).send().await;
        shown.push(answer.expect(200));
    }
    let all: String = shown.iter().map(ToString::to_string).collect();
    assert!(shown.len() >= 8, "{second}");
    for part in ["MER-IN", "MER-EU", "EUR", "Onboarding", "renewed", "Engineering", "duplicate", "4500.0"] {
        assert!(all.contains(part), "{part}: {all}");
    }
}
