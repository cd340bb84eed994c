use std::time::Duration;

use edge_capabilities::testing::World;
use edge_capabilities::{Capabilities, Timestamp};
use edge_database::Db;

use edge_tenants::Party;

use crate::{
    ActionError, Approver, DecisionRef, Delegator, HeldRole, Level, Purchase, Request, Requester, Status, Terms,
    UseError, Verdict,
};

mod model;
mod people;
mod service;

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
        decision: DecisionRef { decision_id: "dec_1".into(), version: 1, sha256: String::new(), reason: String::new() },
        levels,
        created_at: Timestamp::from_millis(0),
        expires_at: Timestamp::from_millis(24 * HOUR),
        lifetime_ms: 24 * HOUR,
        state: Status::Pending,
        used_for: None,
        actions: Vec::new(),
        warnings: Vec::new(),
        revision: 1,
    }
}

fn held(roles: &[&str]) -> Vec<HeldRole> {
    roles.iter().map(|role| HeldRole { role: (*role).to_owned(), given_by: None }).collect()
}

fn approver(name: &str, roles: &[&str]) -> Approver {
    let person = format!("user:{name}");
    let root = Some(person.clone());
    Approver { names: vec![person.clone()], person, root, roles: held(roles), delegators: Vec::new() }
}

/// A key of the tenant's that descends from the key `root`.
fn key(name: &str, root: &str, roles: &[&str]) -> Approver {
    let person = format!("key:{name}");
    let root = Some(format!("key:{root}"));
    Approver { names: vec![person.clone()], person, root, roles: held(roles), delegators: Vec::new() }
}

fn delegate_of(mut approver: Approver, name: &str, roles: &[&str]) -> Approver {
    let person = format!("user:{name}");
    approver.delegators.push(Delegator { root: Some(person.clone()), person, roles: held(roles) });
    approver
}

/// Somebody of this root, who put nobody else in charge.
fn requester(root: &str) -> Requester {
    Requester { root: Some(root.to_owned()), party: Party::of_one(root) }
}

fn role(role: &str, quorum: u32) -> Level {
    Level::new(vec![format!("role:{role}")], quorum)
}

fn approve(request: &Request, approver: &Approver, hour: i64) -> Result<Request, ActionError> {
    request.record(approver, &requester("user:rita"), Verdict::Approve, None, Timestamp::from_millis(hour * HOUR))
}

#[test]
fn levels_are_asked_in_their_order_each_until_its_quorum() {
    let before = request(vec![role("finance_manager", 2), role("cfo", 1)]);
    let cfo = approver("carl", &["CFO"]);
    assert_eq!(approve(&before, &cfo, 1), Err(ActionError::NotAnApprover));
    let one = approve(&before, &approver("ana", &["finance_manager"]), 1).unwrap();
    assert_eq!(approve(&one, &approver("ana", &["finance_manager", "cfo"]), 1), Err(ActionError::AlreadyCounted));
    assert_eq!(approve(&one, &cfo, 1), Err(ActionError::NotAnApprover));
    let two = approve(&one, &approver("ben", &["finance_manager"]), 2).unwrap();
    assert_eq!((two.levels_done(), two.status(Timestamp::from_millis(2 * HOUR))), (1, Status::Pending));
    // Nobody counts twice, not on another level either.
    assert_eq!(approve(&two, &approver("ana", &["cfo"]), 3), Err(ActionError::AlreadyCounted));
    let three = approve(&two, &cfo, 3).unwrap();
    assert_eq!(three.status(Timestamp::from_millis(3 * HOUR)), Status::Approved);
    assert_eq!(approve(&three, &approver("dan", &["cfo"]), 3), Err(ActionError::RequestClosed(Status::Approved)));
}

#[test]
fn one_who_rejects_is_enough_and_it_must_be_one_who_is_asked() {
    let before = request(vec![role("finance_manager", 2)]);
    let at = Timestamp::from_millis(HOUR);
    let reject = |request: &Request, approver: &Approver| {
        request.record(approver, &requester("user:rita"), Verdict::Reject, Some("no".into()), at)
    };
    assert_eq!(reject(&before, &approver("eve", &["member"])), Err(ActionError::NotAnApprover));
    let one = approve(&before, &approver("ana", &["finance_manager"]), 1).unwrap();
    let rejected = reject(&one, &approver("ben", &["finance_manager"])).unwrap();
    assert_eq!(rejected.status(at), Status::Rejected);
    assert_eq!(rejected.actions[1].comment.as_deref(), Some("no"));
    assert!(rejected.use_for("chk_1", &purchase(), at).is_err());
}

#[test]
fn nobody_answers_their_own_request_nor_has_another_do_it() {
    let before = request(vec![role("cfo", 1)]);
    assert_eq!(approve(&before, &approver("rita", &["cfo"]), 1), Err(ActionError::OwnRequest));
    // Neither under another name of theirs, nor by who stands for them.
    let mut key = approver("key", &["cfo"]);
    key.names.push("user:rita".into());
    assert_eq!(approve(&before, &key, 1), Err(ActionError::OwnRequest));
    let other = delegate_of(approver("eve", &[]), "rita", &["cfo"]);
    assert_eq!(approve(&before, &other, 1), Err(ActionError::NotAnApprover));
}

#[test]
fn keys_with_the_requesters_root_do_not_approve_and_count_once_elsewhere() {
    let before = Request { requester: "key:k1".into(), ..request(vec![role("cfo", 2)]) };
    let by = requester("key:k1");
    let at = Timestamp::from_millis(HOUR);
    let say = |request: &Request, approver: &Approver| request.record(approver, &by, Verdict::Approve, None, at);
    for name in ["k1", "k2", "k9"] {
        assert_eq!(say(&before, &key(name, "k1", &["cfo"])), Err(ActionError::OwnRequest), "{name}");
    }
    // Neither for others, nor by who stands for them.
    let other = delegate_of(key("k2", "k1", &[]), "carl", &["cfo"]);
    assert_eq!(say(&before, &other), Err(ActionError::OwnRequest));
    let mut eve = approver("eve", &["cfo"]);
    eve.delegators.push(Delegator { person: "key:k3".into(), root: Some("key:k1".into()), roles: vec![] });
    assert_eq!(say(&before, &eve), Err(ActionError::NotAnApprover));
    // Two keys of one root are one; of two roots, two.
    let one = say(&before, &key("m1", "m1", &["cfo"])).unwrap();
    assert_eq!(say(&one, &key("m2", "m1", &["cfo"])), Err(ActionError::AlreadyCounted));
    let for_m = delegate_of(approver("fay", &[]), "x", &[]);
    let mut for_m = Approver { delegators: vec![], ..for_m };
    for_m.delegators.push(Delegator { person: "key:m3".into(), root: Some("key:m1".into()), roles: held(&["cfo"]) });
    assert_eq!(say(&one, &for_m), Err(ActionError::NotAnApprover));
    assert_eq!(say(&one, &key("n1", "n1", &["cfo"])).unwrap().levels_done(), 1);
}

#[test]
fn a_role_that_the_requesters_party_gave_does_not_count() {
    let before = request(vec![role("cfo", 1)]);
    let given = |by: Option<&str>| {
        let roles = vec![HeldRole { role: "cfo".into(), given_by: by.map(ToOwned::to_owned) }];
        Approver { roles, ..approver("ana", &[]) }
    };
    assert_eq!(approve(&before, &given(Some("user:rita")), 1), Err(ActionError::NotAnApprover));
    assert!(approve(&before, &given(Some("user:boss")), 1).is_ok());
    assert!(approve(&before, &given(None), 1).is_ok());
    // Nor where somebody stands for whom they gave it to.
    let mut eve = approver("eve", &[]);
    let ana = given(Some("user:rita"));
    eve.delegators.push(Delegator { person: ana.person, root: ana.root, roles: ana.roles });
    assert_eq!(approve(&before, &eve, 1), Err(ActionError::NotAnApprover));
    // Who has it from others as well has it.
    let mut both = given(Some("user:rita"));
    both.roles.extend(held(&["cfo"]));
    assert!(approve(&before, &both, 1).is_ok());
}

#[test]
fn a_delegate_who_acts_counts_for_both() {
    let before = request(vec![role("cfo", 2)]);
    let eve = delegate_of(approver("eve", &[]), "carl", &["cfo"]);
    let one = approve(&before, &eve, 1).unwrap();
    assert_eq!(one.actions[0].on_behalf_of.as_deref(), Some("user:carl"));
    assert_eq!(approve(&one, &approver("carl", &["cfo"]), 1), Err(ActionError::AlreadyCounted));
    assert_eq!(approve(&one, &eve, 1), Err(ActionError::AlreadyCounted));
    let fay = delegate_of(approver("fay", &[]), "carl", &["cfo"]);
    assert_eq!(approve(&one, &fay, 1), Err(ActionError::NotAnApprover));
    // Who is asked themselves speaks for themselves.
    let gil = delegate_of(approver("gil", &["cfo"]), "hal", &["cfo"]);
    let two = approve(&one, &gil, 1).unwrap();
    assert_eq!((two.actions[1].on_behalf_of.as_deref(), two.levels_done()), (None, 1));
}

#[test]
fn a_request_that_takes_too_long_is_over_and_so_is_an_approval_that_nobody_uses() {
    let before = request(vec![role("cfo", 1)]);
    let cfo = approver("carl", &["cfo"]);
    assert_eq!(approve(&before, &cfo, 24), Err(ActionError::RequestClosed(Status::Expired)));
    let approved = approve(&before, &cfo, 23).unwrap();
    assert!(approved.use_for("chk_1", &purchase(), Timestamp::from_millis(47 * HOUR - 1)).is_ok());
    let late = approved.use_for("chk_1", &purchase(), Timestamp::from_millis(47 * HOUR));
    assert_eq!(late, Err(UseError::Status(Status::Expired)));
}

#[test]
fn others_may_approve_once_a_level_has_waited_for_so_long() {
    let escalating = |level: Level| Level {
        escalates_after_ms: Some(2 * HOUR),
        escalates_to: vec!["role:cfo".into(), "user:dora".into()],
        ..level
    };
    let before = request(vec![escalating(role("finance_manager", 1)), escalating(role("owner", 1))]);
    let cfo = approver("carl", &["cfo"]);
    assert_eq!(approve(&before, &cfo, 1), Err(ActionError::NotAnApprover));
    let one = approve(&before, &cfo, 2).unwrap();
    // The second level was reached then: it waits as long again.
    assert_eq!(approve(&one, &approver("dora", &[]), 3), Err(ActionError::NotAnApprover));
    assert_eq!(approve(&one, &approver("dora", &[]), 4).unwrap().levels_done(), 2);
}

#[test]
fn what_was_approved_is_used_once_and_for_nothing_else() {
    let at = Timestamp::from_millis(HOUR);
    let approved = approve(&request(vec![role("cfo", 1)]), &approver("carl", &["cfo"]), 1).unwrap();
    assert_eq!(request(vec![role("cfo", 1)]).use_for("chk_1", &purchase(), at), Err(UseError::Status(Status::Pending)));
    for other in [
        Purchase { minor: 6_000_001, ..purchase() },
        Purchase { minor: 5_999_999, ..purchase() },
        Purchase { currency: "USD".into(), ..purchase() },
        Purchase { plan: Some("max".into()), ..purchase() },
        Purchase { plan: None, ..purchase() },
        Purchase { kind: "refund".into(), ..purchase() },
    ] {
        assert_eq!(approved.use_for("chk_1", &other, at), Err(UseError::DifferentPurchase), "{other:?}");
    }
    let used = approved.use_for("chk_1", &purchase(), at).unwrap();
    assert_eq!(used.use_for("chk_1", &purchase(), at), Ok(used.clone()));
    assert_eq!(used.use_for("chk_2", &purchase(), at), Err(UseError::Status(Status::Used)));
}
