use edge_rulebook::{Actor, Draft, Precondition, Rule, Rulebook};
use futures::future::join_all;

use super::*;
use crate::{ApprovalError, ApprovalRule, ApprovalService, NewApprovalRequest, Requests, Requirement};

struct Test {
    world: World,
    capabilities: Capabilities,
    db: Db,
    service: ApprovalService,
}

fn test() -> Test {
    let world = World::new(1);
    let (capabilities, _) = world.instance();
    let db = Db::new(capabilities.db.clone());
    let service = ApprovalService::new(&capabilities, &db);
    Test { world, capabilities, db, service }
}

fn new_request(reference: &str, minor: i64) -> NewApprovalRequest {
    NewApprovalRequest {
        tenant: "t1".into(),
        reference: reference.into(),
        purchase: Purchase { minor, ..purchase() },
        department: None,
        contract: None,
        description: None,
        requester: "user:rita".into(),
        role: "TENANT".into(),
        request_id: String::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn the_rule_says_who_is_asked_and_its_version_is_kept() {
    let test = test();
    for (reference, minor, status, levels) in [
        ("small", 5_000_000, Status::Approved, 0),
        ("middle", 5_000_001, Status::Pending, 1),
        ("large", 50_000_001, Status::Pending, 2),
        ("below", -1, Status::Rejected, 0),
    ] {
        let request = test.service.submit(&new_request(reference, minor)).await.unwrap();
        let now = test.capabilities.clock.now();
        assert_eq!((request.status(now), request.levels.len()), (status, levels), "{reference}");
        assert_eq!((request.decision.version, request.decision.sha256.len()), (1, 64));
        // Asked again it is the same request; under the same name for another purchase it is none.
        assert_eq!(test.service.submit(&new_request(reference, minor)).await.unwrap(), request);
        assert!(matches!(test.service.submit(&new_request(reference, 7)).await, Err(ApprovalError::ReferenceTaken)));
    }
}

/// The rule is swapped half-way: the request goes by the version that it was made under, the next by the new one.
#[tokio::test(start_paused = true)]
async fn a_rule_that_is_swapped_half_way_leaves_the_request_as_it_was() {
    let test = test();
    let request = test.service.submit(&new_request("first", 60_000_000)).await.unwrap();
    let one =
        test.service.process("t1", &request.id, &approver("ana", &["finance_manager"]), Verdict::Approve, None).await;
    assert_eq!(one.unwrap().levels_done(), 1);
    let publishing = Rulebook::new(&test.capabilities, &test.db);
    let script = r#"fn decide(input) { #{ outcome: "approve", levels: [], reason: "All may." } }"#;
    let draft = Draft { script: script.into(), tests: None, note: None };
    let author = Actor { id: "key:test".into(), address: None };
    let made = publishing.publisher().push(Rule::Approval, &draft, &author).await.unwrap();
    publishing.publisher().activate(Rule::Approval, made.number, &Precondition::Any, &author).await.unwrap();
    let next = test.service.submit(&new_request("second", 60_000_000)).await.unwrap();
    assert_eq!((next.decision.version, next.status(test.capabilities.clock.now())), (made.number, Status::Approved));
    let still = Requests::new(test.db.clone()).find("t1", &request.id).await.unwrap().unwrap();
    assert_eq!((still.decision.version, still.levels.len()), (1, 2));
    let stranger = approver("zoe", &["finance_manager"]);
    let refused = test.service.process("t1", &request.id, &stranger, Verdict::Approve, None).await;
    assert!(matches!(refused, Err(ApprovalError::Action(ActionError::NotAnApprover))));
    let two =
        test.service.process("t1", &request.id, &approver("carl", &["cfo"]), Verdict::Approve, None).await.unwrap();
    assert_eq!(two.status(test.capabilities.clock.now()), Status::Approved);
}

#[tokio::test(start_paused = true)]
async fn all_who_answer_at_once_are_counted_and_it_is_used_once() {
    let test = test();
    let rule = ApprovalRule {
        id: "apl_1".into(),
        name: "Ten".into(),
        levels: vec![role("board", 10)],
        is_active: true,
        ..Default::default()
    };
    test.service.rules().insert("t1", &rule, test.capabilities.clock.now()).await.unwrap();
    let request = test.service.submit(&new_request("r", 100)).await.unwrap();
    // Twelve people come at once, each of them twice: ten are counted, and nobody twice.
    let voters: Vec<Approver> = (0..24).map(|number| approver(&format!("b{}", number % 12), &["board"])).collect();
    let all = voters.iter().map(|approver| test.service.process("t1", &request.id, approver, Verdict::Approve, None));
    let outcomes = join_all(all).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
    let approved = Requests::new(test.db.clone()).find("t1", &request.id).await.unwrap().unwrap();
    let people: std::collections::BTreeSet<_> = approved.actions.iter().map(|action| &action.person).collect();
    assert_eq!((approved.actions.len(), people.len()), (10, 10));
    let uses: Vec<String> = (0..20).map(|number| format!("chk_{number}")).collect();
    let all = uses.iter().map(|what| test.service.use_for("t1", &request.id, what, &approved.purchase));
    let outcomes = join_all(all).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let elsewhere = test.service.use_for("t2", &request.id, "chk_0", &approved.purchase).await;
    assert!(matches!(elsewhere, Err(ApprovalError::RequestNotFound)));
    test.world.clock.advance(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_tenants_own_rules_ask_for_more_and_never_for_less() {
    let test = test();
    let rule = |name: &str, above: Option<i64>| ApprovalRule {
        id: format!("apl_{name}"),
        name: name.into(),
        currency: Some("INR".into()),
        above,
        levels: vec![role("head_of_it", 1)],
        expires_after_minutes: Some(30),
        is_active: true,
        ..Default::default()
    };
    let mut escalating = rule("b", Some(10_000));
    escalating.escalates_after_minutes = Some(10);
    escalating.escalates_to = vec!["role:owner".into()];
    escalating.levels.clear();
    for rule in [rule("a", Some(20_000)), escalating, ApprovalRule { is_active: false, ..rule("c", None) }] {
        test.service.rules().insert("t1", &rule, test.capabilities.clock.now()).await.unwrap();
    }
    let requirement = async |minor: i64, currency: &str| {
        let mut asked = new_request("r", minor);
        asked.purchase.currency = currency.into();
        test.service.evaluate(&asked).await.unwrap().requirement
    };
    assert_eq!(requirement(20_000, "INR").await, Requirement::None);
    assert_eq!(requirement(20_001, "USD").await, Requirement::None);
    let Requirement::Approval(Terms { levels, lifetime_ms }) = requirement(6_000_000, "INR").await else { panic!() };
    assert_eq!(lifetime_ms, HOUR / 2);
    let asks: Vec<_> = levels.iter().map(|level| level.approvers[0].as_str()).collect();
    assert_eq!(asks, ["role:finance_manager", "role:head_of_it"]);
    assert!(levels.iter().all(|level| level.escalates_after_ms == Some(HOUR / 6)));
    assert_eq!(requirement(-1, "INR").await, Requirement::Rejected);
}

/// What people were told of: the type and the user.
async fn told(db: &Db) -> Vec<String> {
    let notifications = edge_notifications::Notifications::new(db.clone());
    let messages = notifications.list("t1", &edge_notifications::MessageFilter::default(), None, 50).await.unwrap();
    let emails = messages.into_iter().filter(|one| one.channel() == edge_notifications::Channel::Email);
    let mut told: Vec<String> =
        emails.map(|one| format!("{} {}", one.event_type.unwrap(), one.user_id.unwrap())).collect();
    told.sort();
    told
}

#[tokio::test(start_paused = true)]
async fn approvers_and_requesters_are_told_once_wherever_an_instance_dies() {
    let (mut stored, mut decided) = (0, 0);
    for calls in 0..70 {
        let test = test();
        let carl = "INSERT INTO approval_roles (tenant_id, role, person, set_by, set_at)
            VALUES ('t1', 'finance_manager', 'user:carl', 'bootstrap', 0)";
        test.db.query(carl, &[]).await.unwrap();
        let (mortal, life) = test.world.mortal(calls, calls % 2 == 0);
        let service = ApprovalService::new(&mortal, &Db::new(mortal.db.clone()));
        let work = async {
            let request = service.submit(&new_request("r", 6_000_000)).await.unwrap();
            let carl = approver("carl", &["finance_manager"]);
            service.process("t1", &request.id, &carl, Verdict::Approve, None).await.unwrap();
        };
        tokio::select! {
            () = work => {}
            () = life.death() => {}
        }
        test.world.clock.advance(Duration::from_secs(11)).await;
        let queue = edge_jobs::JobQueue::new(&test.capabilities, &test.db);
        for _ in 0..2 {
            let runner = edge_jobs::JobRunner::new("enterprise", &test.capabilities, &queue);
            crate::jobs(&test.capabilities, &test.db, runner).drain_all().await.unwrap();
        }
        let request = Requests::new(test.db.clone()).by_reference("t1", "r").await.unwrap();
        let told = told(&test.db).await;
        let is_decided = request.as_ref().is_some_and(|request| !request.actions.is_empty());
        let mut expected = Vec::new();
        if is_decided {
            decided += 1;
            expected.push("WORKSPACE_APPROVAL_DECIDED rita");
        }
        // Where the decision was made before anybody was told that it waits, nobody is.
        let waiting = told.iter().filter(|one| one.contains("WAITING")).count();
        if request.is_some() && (!is_decided || waiting > 0) {
            stored += 1;
            expected.push("WORKSPACE_APPROVAL_WAITING carl");
        }
        assert_eq!(told, expected, "after {calls} calls");
        let left = "SELECT id FROM approval_requests WHERE tell_due IS NOT NULL";
        assert!(test.db.query(left, &[]).await.unwrap().is_empty());
    }
    assert!(stored > 5 && decided > 5, "{stored} {decided}");
}
