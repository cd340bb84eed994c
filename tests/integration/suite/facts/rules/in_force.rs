use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::{join, join_all};
use serde_json::json;

use super::{activate, activation, etag, everybody, look, publish, push, role, tell};
use crate::edge::{Edge, Settings};
use crate::shape::Stage;

/// How many ask a node at once, so that many instances answer.
const CROWD: usize = 50;

/// Every instance of every node decides by `version`, that is by `said`.
async fn everywhere(edge: &Edge, version: i64, said: &str) {
    let crowd = edge.nodes.iter().flat_map(|node| (0..CROWD).map(move |_| role(node)));
    for decided in join_all(crowd).await {
        assert_eq!(decided, (version, said.to_owned()));
    }
}

pub(super) async fn of_publishers_from_one_base_exactly_one_wins(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let mut drafts = Vec::new();
    for publisher in 0..6 {
        drafts.push(push(&edge, "role_mapping", &format!("// {publisher}\n{}", everybody("manager"))).await);
    }
    let mut last = 1;
    for round in 0..8 {
        let base = etag(&edge, "role_mapping").await;
        // What is in force already is no change, so nobody loses by it.
        let publishers: Vec<i64> = drafts.iter().copied().filter(|draft| *draft != last).take(2 + round % 4).collect();
        let attempts = publishers.iter().map(|draft| activation(&edge, "role_mapping", *draft, &base).send());
        let answers = join_all(attempts).await;
        let won: Vec<i64> = publishers
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.status == 200)
            .map(|(draft, _)| *draft)
            .collect();
        assert_eq!(won.len(), 1, "round {round}: {answers:?}");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.refused(412, "PRECONDITION_FAILED");
        }
        last = won[0];
        assert_eq!(look(&edge, "/role_mapping").await.expect(200)["version"], last);
        everywhere(&edge, last, "manager").await;
    }
}

pub(super) async fn once_an_activation_is_answered_every_instance_decides_by_it(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    everywhere(&edge, 1, "member").await;
    let admin = push(&edge, "role_mapping", &everybody("admin")).await;
    let manager = push(&edge, "role_mapping", &everybody("manager")).await;
    for (version, said) in
        [(admin, "admin"), (manager, "manager"), (1, "member"), (admin, "admin"), (manager, "manager")]
    {
        activate(&edge, "role_mapping", version).await;
        everywhere(&edge, version, said).await;
    }
}

pub(super) async fn a_rollback_leads_back_a_step_and_is_in_force_at_once(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let back = async |body| tell(&edge, "/role_mapping/rollback", &body).await;
    back(json!({})).await.refused(409, "NOTHING_TO_ROLL_BACK");
    let admin = publish(&edge, "role_mapping", &everybody("admin")).await;
    let manager = publish(&edge, "role_mapping", &everybody("manager")).await;
    everywhere(&edge, manager, "manager").await;
    for (version, said) in [(admin, "admin"), (1, "member")] {
        let answer = back(json!({})).await;
        assert_eq!(answer.expect(200)["version"], version);
        everywhere(&edge, version, said).await;
        assert_eq!(answer.header("etag"), etag(&edge, "role_mapping").await);
    }
    back(json!({})).await.refused(409, "NOTHING_TO_ROLL_BACK");
    activate(&edge, "role_mapping", manager).await;
    everywhere(&edge, manager, "manager").await;
}

pub(super) async fn while_versions_change_each_decision_is_by_the_one_it_names(stage: Arc<Stage>) {
    let edge = stage.own(Settings::steady()).await;
    let admin = publish(&edge, "role_mapping", &everybody("admin")).await;
    let manager = publish(&edge, "role_mapping", &everybody("manager")).await;
    let over = AtomicBool::new(false);
    let changes = async {
        for turn in 0..10 {
            if turn % 3 == 2 {
                tell(&edge, "/role_mapping/rollback", &json!({})).await.expect(200);
            } else {
                activate(&edge, "role_mapping", if turn % 2 == 0 { admin } else { manager }).await;
            }
        }
        over.store(true, Ordering::SeqCst);
    };
    let decisions = async {
        let mut turn = 0;
        while !over.load(Ordering::SeqCst) {
            turn += 1;
            for (version, said) in join_all((0..8).map(|_| role(&edge.nodes[turn % edge.nodes.len()]))).await {
                let expected = if version == admin { "admin" } else { "manager" };
                assert_eq!(said, expected, "version {version}");
            }
        }
    };
    join(changes, decisions).await;
}
