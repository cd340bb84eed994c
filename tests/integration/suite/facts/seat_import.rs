//! The seats of an application move from the ERP to the edge and back, while checks run.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join;
use serde_json::{Value, json};
use upstreams::Seat;

use crate::edge::{BOOTSTRAP, Edge, host_program};
use crate::facts::facts;
use crate::processes::Process;
use crate::servers::new_folder;
use crate::shape::Stage;

facts! {
    seats_move_to_the_edge_and_back_while_checks_run_and_nobody_is_denied,
}

const APPLICATION: &str = "moving-app";
const EXTERNAL: &str = "moving_clinic";

/// Whether each user has a seat.
fn users() -> HashMap<String, bool> {
    let with = (0..20).map(|number| (format!("user_{number}"), true));
    with.chain((0..3).map(|number| (format!("gone_{number}"), false))).collect()
}

/// Checks every user on every node; gives where the answers came from.
async fn check_all(edge: &Edge, when: &str) -> Vec<String> {
    let mut sources = Vec::new();
    for (user, expected) in users() {
        for node in &edge.nodes {
            let check = json!({"userId": user, "applicationSlug": APPLICATION, "externalOrgId": EXTERNAL});
            let call = node.call("POST", "/verify-seat").key(edge.product().await).json(&check);
            let verdict = call.send().await.expect(200);
            assert_eq!(verdict["hasAccess"], expected, "{user}, {when}: {verdict}");
            sources.push(verdict["source"].as_str().unwrap().to_owned());
        }
    }
    sources
}

/// Runs `bheem-edge seats import`; gives whether it succeeded, and what it said.
async fn import(edge: &Edge, csv: &str, more: &[&str]) -> (bool, String) {
    let folder = new_folder("import");
    let (file, log) = (folder.join("seats.csv"), folder.join("log"));
    std::fs::write(&file, csv).unwrap();
    let mut command = std::process::Command::new(host_program());
    command.args(["seats", "import", "--application", APPLICATION, "--plan", "pro", "--csv"]).arg(&file).args(more);
    command.args(["--url", &format!("http://{}", edge.nodes[0].address()), "--key", BOOTSTRAP]);
    let mut process = Process::start("the import", command, &log);
    let status = process.end(Duration::from_secs(120)).await;
    (status.success(), std::fs::read_to_string(log).unwrap())
}

async fn seats_move_to_the_edge_and_back_while_checks_run_and_nobody_is_denied(stage: Arc<Stage>) {
    let edge = stage.restless().await;
    edge.post("/applications", BOOTSTRAP, &json!({"slug": APPLICATION})).await.expect(201);
    let plan = json!({"id": "pro", "name": "Pro", "pricePerSeat": 10, "currency": "USD", "billingCycle": "monthly"});
    edge.post(&format!("/applications/{APPLICATION}/plans"), BOOTSTRAP, &plan).await.expect(201);
    let new = json!({"name": "Moving", "slug": "moving-clinic", "billingEmail": "bills@clinic.example",
        "ownerUserId": "owner", "externalIds": {APPLICATION: EXTERNAL}});
    edge.post("/organizations", BOOTSTRAP, &new).await.expect(201);
    let mut csv = "external_org_id,user_id\n".to_owned();
    for (user, has_seat) in users() {
        let state = json!({"seat_status": if has_seat { "ACTIVE" } else { "REVOKED" }});
        let seat = Seat::good(&format!("seat_{user}")).with(state.as_object().unwrap());
        edge.erp.directory.put_seat(APPLICATION, EXTERNAL, &user, seat);
        csv.push_str(&format!("{EXTERNAL},{user}\n"));
    }
    check_all(&edge, "at first").await;

    let switch = async |source: &str| {
        let path = format!("/applications/{APPLICATION}");
        edge.call("PATCH", &path).key(BOOTSTRAP).json(&json!({"seatSource": source})).send().await
    };
    switch("edge").await.refused(409, "SEATS_NOT_IMPORTED");
    let (succeeded, said) = import(&edge, "external_org_id,user\nh,u\n", &["--erp"]).await;
    assert!(!succeeded && said.contains("line 1: user_id: is missing in the header"), "{said}");
    let (succeeded, said) = import(&edge, &csv, &["--erp", "--dry-run"]).await;
    assert!(succeeded && said.contains("nothing was changed"), "{said}");

    let is_over = AtomicBool::new(false);
    let checks = async {
        while !is_over.load(Ordering::Relaxed) {
            check_all(&edge, "while seats move").await;
        }
    };
    let moves = async {
        for made in [20, 0] {
            let (succeeded, said) = import(&edge, &csv, &["--erp"]).await;
            assert!(succeeded && said.contains(&format!("seats made             {made}\n")), "{said}");
        }
        switch("edge").await.expect(200);
        let sources = check_all(&edge, "after the switch").await;
        assert!(!sources.contains(&"erp".to_owned()), "{sources:?}");
        switch("erp").await.expect(200);
        check_all(&edge, "after the switch back").await;
        switch("edge").await.expect(200);
        is_over.store(true, Ordering::Relaxed);
    };
    join(checks, moves).await;

    // Whoever loses the seat at the edge is denied at once, whatever the ERP says.
    let found = edge.call("GET", &format!("/subscriptions?applicationSlug={APPLICATION}")).key(BOOTSTRAP).send().await;
    let path = format!("/subscriptions/{}/seats", found.expect(200)["data"][0]["id"].as_str().unwrap());
    let seats = edge.call("GET", &path).key(BOOTSTRAP).send().await.expect(200);
    let of_user = |seat: &&Value| seat["userId"] == "user_7";
    let seat = seats["data"].as_array().unwrap().iter().find(of_user).unwrap()["seatId"].as_str().unwrap().to_owned();
    let revoked = edge.call("DELETE", &format!("{path}/{seat}")).key(BOOTSTRAP).send().await;
    assert_eq!(revoked.status, 204);
    for node in &edge.nodes {
        let check = json!({"userId": "user_7", "applicationSlug": APPLICATION, "externalOrgId": EXTERNAL});
        let call = node.call("POST", "/verify-seat").key(edge.product().await).json(&check);
        assert_eq!(call.send().await.expect(200)["reason"], "SEAT_REVOKED");
    }
}
