//! Who may not approve what, who may ask for less, and who ends a delegation.

use super::*;

const APPROVE: &str = r#"{"action": "approve"}"#;

impl Test {
    /// A key that `maker` makes for Acme.
    async fn key_of(&self, maker: &Somebody, scopes: &Value) -> Somebody {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": ACME});
        let (status, made) = self.ask(&self.access, &maker.key, None, "POST", "/api/v1/api-keys", body).await;
        assert_eq!(status, 201, "{made}");
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        Somebody { key: text("key"), name: format!("key:{}", text("id")) }
    }

    async fn has_role(&self, by: &Somebody, role: &str, people: &[&Somebody]) {
        let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        let (status, set) = self.of(by, "PUT", &format!("/roles/{role}"), json!({ "people": names })).await;
        assert_eq!(status, 200, "{set}");
    }

    /// The code that an approval is refused with; empty: it counted.
    async fn approves(&self, somebody: &Somebody, path: &str) -> String {
        let body = serde_json::from_str(APPROVE).unwrap();
        let (status, answer) = self.of(somebody, "POST", &format!("{path}/process"), body).await;
        if status == 200 { String::new() } else { answer["code"].as_str().unwrap().to_owned() }
    }
}

fn admin() -> Value {
    json!(["billing:read", "billing:write", "tenants:admin"])
}

#[tokio::test(start_paused = true)]
async fn keys_with_the_requesters_root_do_not_approve_at_any_depth_with_any_role() {
    let test = test().await;
    let platform = test.somebody(ACME, admin()).await;
    let rita = test.somebody(ACME, admin()).await;
    let mut chain = vec![test.key_of(&rita, &admin()).await];
    for _ in 0..11 {
        chain.push(test.key_of(chain.last().unwrap(), &admin()).await);
    }
    let all: Vec<&Somebody> = chain.iter().collect();
    test.has_role(&platform, "finance_manager", &all).await;
    test.has_role(&platform, "cfo", &all).await;
    let path = test.request(&rita).await;
    for (depth, key) in chain.iter().enumerate() {
        assert_eq!(test.approves(key, &path).await, "OWN_REQUEST", "{depth}");
    }
    // The last of the chain asks: neither the first nor any between them approves.
    let path = test.request(chain.last().unwrap()).await;
    assert_eq!(test.approves(&rita, &path).await, "OWN_REQUEST");
    assert_eq!(test.approves(&chain[3], &path).await, "OWN_REQUEST");
    // Somebody else asks: the whole chain counts once.
    let other = test.somebody(ACME, admin()).await;
    let path = test.request(&other).await;
    assert_eq!(test.approves(&chain[2], &path).await, "");
    assert_eq!(test.approves(&chain[7], &path).await, "ALREADY_COUNTED");
    // Two keys that the platform gave out are two people.
    let carl = test.somebody(ACME, json!(["plans:read"])).await;
    test.has_role(&platform, "cfo", &[&carl]).await;
    assert_eq!(test.approves(&carl, &path).await, "");
}

#[tokio::test(start_paused = true)]
async fn whom_the_requester_put_into_the_role_does_not_approve() {
    let test = test().await;
    let (rita, other) = (test.somebody(ACME, admin()).await, test.somebody(ACME, admin()).await);
    let ana = test.somebody(ACME, json!(["plans:read"])).await;
    let sub = test.key_of(&rita, &admin()).await;
    for by in [&rita, &sub] {
        test.has_role(by, "finance_manager", &[&ana]).await;
        let path = test.request(&rita).await;
        assert_eq!(test.approves(&ana, &path).await, "NOT_AN_APPROVER");
        let path = test.request(&test.key_of(&sub, &json!(["billing:write"])).await).await;
        assert_eq!(test.approves(&ana, &path).await, "NOT_AN_APPROVER");
        // Of others' requests she may.
        let path = test.request(&other).await;
        assert_eq!(test.approves(&ana, &path).await, "");
        test.has_role(&other, "finance_manager", &[]).await;
    }
    // Put there by somebody else she may; taken away and put there again by the requester she may not.
    test.has_role(&other, "finance_manager", &[&ana]).await;
    let path = test.request(&rita).await;
    test.has_role(&rita, "finance_manager", &[&ana]).await;
    assert_eq!(test.approves(&ana, &path).await, "");
    test.has_role(&rita, "finance_manager", &[]).await;
    test.has_role(&rita, "finance_manager", &[&ana]).await;
    let path = test.request(&rita).await;
    assert_eq!(test.approves(&ana, &path).await, "NOT_AN_APPROVER");
    // Nor does whoever stands for her.
    let ben = test.somebody(ACME, json!(["plans:read"])).await;
    let new = json!({"to": ben.name, "ends_at": "2026-01-02T00:00:00Z"});
    assert_eq!(test.of(&ana, "POST", "/delegations", new).await.0, 201);
    assert_eq!(test.approves(&ben, &path).await, "NOT_AN_APPROVER");
}

#[tokio::test(start_paused = true)]
async fn a_delegate_of_the_requester_does_not_approve() {
    let test = test().await;
    let (rita, boss) = (test.somebody(ACME, admin()).await, test.somebody(ACME, admin()).await);
    let ana = test.somebody(ACME, json!(["plans:read"])).await;
    test.has_role(&boss, "finance_manager", &[&ana, &rita]).await;
    let sub = test.key_of(&rita, &json!(["billing:write"])).await;
    for delegator in [&rita, &sub] {
        let new = json!({"to": ana.name, "ends_at": "2026-01-02T00:00:00Z"});
        let (_, made) = test.of(delegator, "POST", "/delegations", new).await;
        let path = test.request(&rita).await;
        assert_eq!(test.approves(&ana, &path).await, "NOT_AN_APPROVER");
        let delegation = format!("/delegations/{}", made["id"].as_str().unwrap());
        assert_eq!(test.of(delegator, "DELETE", &delegation, Value::Null).await.0, 204);
        assert_eq!(test.approves(&ana, &path).await, "");
    }
}

#[tokio::test(start_paused = true)]
async fn to_ask_for_less_takes_an_admin_who_is_not_the_buyer() {
    let test = test().await;
    let rita = test.somebody(ACME, json!(["billing:read", "billing:write"])).await;
    let (boss, peer) = (test.somebody(ACME, json!(["tenants:admin"])).await, test.somebody(ACME, admin()).await);
    let new = json!({"name": "Two look on", "currency": "INR", "min_amount": 100,
        "levels": [{"approvers": ["role:head_of_it"], "quorum": 2}]});
    let (status, made) = test.of(&rita, "POST", "/rules", new).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/rules/{}", made["id"].as_str().unwrap());
    let status_of = async |by: &Somebody| {
        let body = json!({"amount": 200, "currency": "INR"});
        test.of(by, "POST", "/requests", body).await.1["status"].clone()
    };
    let looser = [
        json!({"is_active": false}),
        json!({"min_amount": 300}),
        json!({"max_amount": 150}),
        json!({"kind": "licence"}),
        json!({"department_id": "it"}),
        json!({"levels": []}),
        json!({"levels": [{"approvers": ["role:head_of_it"], "quorum": 1}]}),
        json!({"levels": [{"approvers": [rita.name], "quorum": 1}]}),
        json!({"escalate_after_minutes": 1, "escalate_to": [rita.name]}),
    ];
    for change in &looser {
        let (status, refused) = test.of(&rita, "PUT", &path, change.clone()).await;
        assert_eq!((status, &refused["code"]), (403, &json!("PERMISSION_DENIED")), "{change}");
    }
    let helper = json!({"name": "x", "escalate_after_minutes": 1, "escalate_to": [rita.name]});
    assert_eq!(test.of(&rita, "POST", "/rules", helper).await.0, 403);
    // To ask for more does not.
    let more = json!({"min_amount": 50, "levels": [{"approvers": ["role:head_of_it"], "quorum": 3}]});
    assert_eq!(test.of(&rita, "PUT", &path, more).await.0, 200);
    // Whoever loosens it is held by it as it was, with all their keys; others are not.
    for change in [&looser[0], &looser[1], &looser[5]] {
        let (status, changed) = test.of(&peer, "PUT", &path, change.clone()).await;
        let last = changed["history"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((status, &last["by_admin"]), (200, &json!(true)), "{changed}");
        assert_eq!(status_of(&peer).await, "pending", "{change}");
        assert_eq!(status_of(&test.key_of(&peer, &json!(["billing:write"])).await).await, "pending", "{change}");
        assert_eq!(status_of(&rita).await, "approved", "{change}");
        // Once somebody else agrees they are not either.
        assert_eq!(test.of(&boss, "PUT", &path, json!({"name": "As agreed"})).await.0, 200);
        assert_eq!(status_of(&peer).await, "approved", "{change}");
        let back = json!({"is_active": true, "min_amount": 50,
            "levels": [{"approvers": ["role:head_of_it"], "quorum": 3}]});
        assert_eq!(test.of(&boss, "PUT", &path, back).await.0, 200);
        assert_eq!((status_of(&peer).await, status_of(&rita).await), (json!("pending"), json!("pending")));
    }
    let stranger = test.somebody(ACME, json!(["billing:read"])).await;
    assert_eq!(test.of(&stranger, "PUT", &path, json!({"name": "x"})).await.1["code"], "PERMISSION_DENIED");
}

#[tokio::test(start_paused = true)]
async fn a_delegator_has_what_they_are_when_the_vote_is_cast() {
    let test = test().await;
    let boss = test.somebody(ACME, admin()).await;
    let rita = test.somebody(ACME, json!(["billing:write"])).await;
    let (ana, ben) =
        (test.somebody(ACME, json!(["plans:read"])).await, test.somebody(ACME, json!(["plans:read"])).await);
    test.has_role(&boss, "finance_manager", &[&ana]).await;
    let new = json!({"to": ben.name, "ends_at": "2026-12-31T00:00:00Z"});
    assert_eq!(test.of(&ana, "POST", "/delegations", new.clone()).await.0, 201);
    let path = test.request(&rita).await;
    test.has_role(&boss, "finance_manager", &[]).await;
    assert_eq!(test.approves(&ben, &path).await, "NOT_AN_APPROVER");
    test.has_role(&boss, "finance_manager", &[&ana]).await;
    // A key that is revoked delegates nothing any more.
    let id = ana.name.strip_prefix("key:").unwrap();
    let revoked = format!("/api/v1/api-keys/{id}");
    assert_eq!(test.ask(&test.access, PLATFORM, None, "DELETE", &revoked, Value::Null).await.0, 204);
    assert_eq!(test.approves(&ben, &path).await, "NOT_AN_APPROVER");
}

#[tokio::test(start_paused = true)]
async fn an_admin_ends_any_delegation_of_the_tenants_and_one_person_has_at_most_twenty() {
    let test = test().await;
    let boss = test.somebody(ACME, admin()).await;
    let foreign = test.somebody(OTHER, admin()).await;
    let ana = test.somebody(ACME, json!(["billing:read", "tenants:admin", "plans:read"])).await;
    let sub = test.key_of(&ana, &json!(["plans:read"])).await;
    let new = |number: u32| json!({"to": format!("user:u{number}"), "ends_at": "2026-06-30T00:00:00Z"});
    let mut ids = Vec::new();
    for number in 0..20 {
        let by = if number % 2 == 0 { &ana } else { &sub };
        let (status, made) = test.of(by, "POST", "/delegations", new(number)).await;
        assert_eq!(status, 201, "{made}");
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    for by in [&ana, &sub] {
        let (status, refused) = test.of(by, "POST", "/delegations", new(20)).await;
        assert_eq!((status, &refused["code"]), (409, &json!("DELEGATION_LIMIT_REACHED")), "{refused}");
    }
    let delegation = format!("/delegations/{}", ids[0]);
    assert_eq!(test.of(&foreign, "DELETE", &delegation, Value::Null).await.1["code"], "DELEGATION_NOT_FOUND");
    assert_eq!(test.of(&sub, "DELETE", &delegation, Value::Null).await.1["code"], "DELEGATION_NOT_FOUND");
    assert_eq!(test.of(&boss, "DELETE", &delegation, Value::Null).await.0, 204);
    assert_eq!(test.of(&boss, "DELETE", &delegation, Value::Null).await.0, 404);
    assert_eq!(test.of(&ana, "POST", "/delegations", new(21)).await.0, 201);
    let platform = format!("/delegations/{}", ids[1]);
    assert_eq!(test.acme("DELETE", &platform, Value::Null).await.0, 204);
}

#[tokio::test(start_paused = true)]
async fn a_level_with_too_few_known_approvers_gives_a_warning() {
    let test = test().await;
    let boss = test.somebody(ACME, admin()).await;
    let rita = test.somebody(ACME, admin()).await;
    let (status, made) = test.of(&rita, "POST", "/requests", json!({"amount": 600_000, "currency": "INR"})).await;
    assert_eq!((status, made["warnings"].as_array().unwrap().len()), (201, 2), "{made}");
    assert!(
        made["warnings"][0]
            .as_str()
            .unwrap()
            .starts_with("Level 1 needs a quorum of 1 from role:finance_manager; 0 known")
    );
    let shown = test.of(&rita, "GET", &format!("/requests/{}", made["id"].as_str().unwrap()), Value::Null).await.1;
    assert_eq!(shown["warnings"], made["warnings"]);
    // The requester, their keys and whom they put there do not count, and one root counts once.
    let (ana, sub) = (test.somebody(ACME, admin()).await, test.key_of(&rita, &json!(["billing:read"])).await);
    let of_ana = test.key_of(&ana, &json!(["billing:read"])).await;
    test.has_role(&boss, "finance_manager", &[&rita, &sub]).await;
    test.has_role(&rita, "cfo", &[&ana]).await;
    let warned = async |by: &Somebody| {
        let body = json!({"amount": 600_000, "currency": "INR"});
        test.of(by, "POST", "/requests", body).await.1["warnings"].as_array().unwrap().len()
    };
    let peer = test.somebody(ACME, admin()).await;
    assert_eq!((warned(&rita).await, warned(&boss).await, warned(&peer).await), (2, 1, 0));
    let rule = json!({"name": "Two of finance", "levels": [{"approvers": ["role:finance_manager"], "quorum": 2}]});
    assert_eq!(test.of(&boss, "POST", "/rules", rule).await.0, 201);
    test.has_role(&boss, "finance_manager", &[&ana, &of_ana]).await;
    test.has_role(&boss, "cfo", &[]).await;
    test.has_role(&boss, "cfo", &[&boss]).await;
    assert_eq!(warned(&rita).await, 1);
    let too_many = json!({"name": "x", "levels": [{"approvers": ["user:a", "user:a"], "quorum": 2}]});
    assert_eq!(test.of(&boss, "POST", "/rules", too_many).await.1["errors"][0]["field"], "levels");
}
