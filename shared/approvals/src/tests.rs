use std::time::Duration;

use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Instant};
use edge_record::Record;

use crate::request::{Delegator, Purchase, Refusal, Request, Ruled, Status, Unusable, Verdict, Voter};
use crate::{Level, Terms};

mod asking;
mod model;

const HOUR: i64 = 3_600_000;

fn purchase() -> Purchase {
    Purchase { kind: "checkout".into(), minor: 6_000_000, currency: "INR".into(), plan: Some("pro".into()) }
}

fn request(levels: Vec<Level>) -> Request {
    Request {
        id: "apr_1".into(),
        tenant: "t1".into(),
        reference: "r1".into(),
        purchase: purchase(),
        department: None,
        contract: None,
        description: None,
        requester: "user:rita".into(),
        ruled: Ruled { decision_id: "dec_1".into(), version: 1, sha256: String::new(), reason: String::new() },
        levels,
        created_at: Instant::from_millis(0),
        expires_at: Instant::from_millis(24 * HOUR),
        lifetime_ms: 24 * HOUR,
        state: Status::Pending,
        used_for: None,
        actions: Vec::new(),
        revision: 1,
    }
}

fn voter(name: &str, roles: &[&str]) -> Voter {
    let person = format!("user:{name}");
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    Voter { names: vec![person.clone()], person, roles, stands_for: Vec::new() }
}

fn standing_for(mut voter: Voter, name: &str, roles: &[&str]) -> Voter {
    let roles = roles.iter().map(|role| (*role).to_owned()).collect();
    voter.stands_for.push(Delegator { person: format!("user:{name}"), roles });
    voter
}

fn role(role: &str, quorum: u32) -> Level {
    Level::new(vec![format!("role:{role}")], quorum)
}

fn approve(request: &Request, voter: &Voter, hour: i64) -> Result<Request, Refusal> {
    request.act(voter, Verdict::Approve, None, Instant::from_millis(hour * HOUR))
}

#[test]
fn levels_are_asked_in_their_order_each_until_its_quorum() {
    let before = request(vec![role("finance_manager", 2), role("cfo", 1)]);
    let cfo = voter("carl", &["CFO"]);
    assert_eq!(approve(&before, &cfo, 1), Err(Refusal::NotAsked));
    let one = approve(&before, &voter("ana", &["finance_manager"]), 1).unwrap();
    assert_eq!(approve(&one, &voter("ana", &["finance_manager", "cfo"]), 1), Err(Refusal::Counted));
    assert_eq!(approve(&one, &cfo, 1), Err(Refusal::NotAsked));
    let two = approve(&one, &voter("ben", &["finance_manager"]), 2).unwrap();
    assert_eq!((two.levels_done(), two.status(Instant::from_millis(2 * HOUR))), (1, Status::Pending));
    // Nobody counts twice, not on another level either.
    assert_eq!(approve(&two, &voter("ana", &["cfo"]), 3), Err(Refusal::Counted));
    let three = approve(&two, &cfo, 3).unwrap();
    assert_eq!(three.status(Instant::from_millis(3 * HOUR)), Status::Approved);
    assert_eq!(approve(&three, &voter("dan", &["cfo"]), 3), Err(Refusal::Closed(Status::Approved)));
}

#[test]
fn one_who_rejects_is_enough_and_it_must_be_one_who_is_asked() {
    let before = request(vec![role("finance_manager", 2)]);
    let at = Instant::from_millis(HOUR);
    let reject = |request: &Request, voter: &Voter| request.act(voter, Verdict::Reject, Some("no".into()), at);
    assert_eq!(reject(&before, &voter("eve", &["member"])), Err(Refusal::NotAsked));
    let one = approve(&before, &voter("ana", &["finance_manager"]), 1).unwrap();
    let rejected = reject(&one, &voter("ben", &["finance_manager"])).unwrap();
    assert_eq!(rejected.status(at), Status::Rejected);
    assert_eq!(rejected.actions[1].comment.as_deref(), Some("no"));
    assert!(rejected.use_for("chk_1", &purchase(), at).is_err());
}

#[test]
fn nobody_answers_their_own_request_nor_has_another_do_it() {
    let before = request(vec![role("cfo", 1)]);
    assert_eq!(approve(&before, &voter("rita", &["cfo"]), 1), Err(Refusal::Own));
    // Neither under another name of theirs, nor by who stands for them.
    let mut key = voter("key", &["cfo"]);
    key.names.push("user:rita".into());
    assert_eq!(approve(&before, &key, 1), Err(Refusal::Own));
    let other = standing_for(voter("eve", &[]), "rita", &["cfo"]);
    assert_eq!(approve(&before, &other, 1), Err(Refusal::NotAsked));
}

#[test]
fn who_stands_for_another_counts_for_both() {
    let before = request(vec![role("cfo", 2)]);
    let eve = standing_for(voter("eve", &[]), "carl", &["cfo"]);
    let one = approve(&before, &eve, 1).unwrap();
    assert_eq!(one.actions[0].on_behalf_of.as_deref(), Some("user:carl"));
    assert_eq!(approve(&one, &voter("carl", &["cfo"]), 1), Err(Refusal::Counted));
    assert_eq!(approve(&one, &eve, 1), Err(Refusal::Counted));
    let fay = standing_for(voter("fay", &[]), "carl", &["cfo"]);
    assert_eq!(approve(&one, &fay, 1), Err(Refusal::NotAsked));
    // Who is asked themselves speaks for themselves.
    let gil = standing_for(voter("gil", &["cfo"]), "hal", &["cfo"]);
    let two = approve(&one, &gil, 1).unwrap();
    assert_eq!((two.actions[1].on_behalf_of.as_deref(), two.levels_done()), (None, 1));
}

#[test]
fn a_request_that_takes_too_long_is_over_and_so_is_an_approval_that_nobody_uses() {
    let before = request(vec![role("cfo", 1)]);
    let cfo = voter("carl", &["cfo"]);
    assert_eq!(approve(&before, &cfo, 24), Err(Refusal::Closed(Status::Expired)));
    let approved = approve(&before, &cfo, 23).unwrap();
    assert!(approved.use_for("chk_1", &purchase(), Instant::from_millis(47 * HOUR - 1)).is_ok());
    let late = approved.use_for("chk_1", &purchase(), Instant::from_millis(47 * HOUR));
    assert_eq!(late, Err(Unusable::Status(Status::Expired)));
}

#[test]
fn others_may_approve_once_a_level_has_waited_for_so_long() {
    let escalating = |level: Level| Level {
        escalates_after_ms: Some(2 * HOUR),
        escalates_to: vec!["role:cfo".into(), "user:dora".into()],
        ..level
    };
    let before = request(vec![escalating(role("finance_manager", 1)), escalating(role("owner", 1))]);
    let cfo = voter("carl", &["cfo"]);
    assert_eq!(approve(&before, &cfo, 1), Err(Refusal::NotAsked));
    let one = approve(&before, &cfo, 2).unwrap();
    // The second level was reached then: it waits as long again.
    assert_eq!(approve(&one, &voter("dora", &[]), 3), Err(Refusal::NotAsked));
    assert_eq!(approve(&one, &voter("dora", &[]), 4).unwrap().levels_done(), 2);
}

#[test]
fn what_was_approved_is_used_once_and_for_nothing_else() {
    let at = Instant::from_millis(HOUR);
    let approved = approve(&request(vec![role("cfo", 1)]), &voter("carl", &["cfo"]), 1).unwrap();
    assert_eq!(request(vec![role("cfo", 1)]).use_for("chk_1", &purchase(), at), Err(Unusable::Status(Status::Pending)));
    for other in [
        Purchase { minor: 6_000_001, ..purchase() },
        Purchase { minor: 5_999_999, ..purchase() },
        Purchase { currency: "USD".into(), ..purchase() },
        Purchase { plan: Some("max".into()), ..purchase() },
        Purchase { plan: None, ..purchase() },
        Purchase { kind: "refund".into(), ..purchase() },
    ] {
        assert_eq!(approved.use_for("chk_1", &other, at), Err(Unusable::Other), "{other:?}");
    }
    let used = approved.use_for("chk_1", &purchase(), at).unwrap();
    assert_eq!(used.use_for("chk_1", &purchase(), at), Ok(used.clone()));
    assert_eq!(used.use_for("chk_2", &purchase(), at), Err(Unusable::Status(Status::Used)));
}
