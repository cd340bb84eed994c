use std::ops::Deref;

use edge_tenants::testing::{ACME, OTHER, PLATFORM, Platform};
use serde_json::{Value, json};

use super::*;

mod rights;

const APPROVALS: &str = "/api/v1/enterprise-billing/approvals";

struct Test(Platform);

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.0
    }
}

/// A key, and the name that it goes by.
struct Somebody {
    key: String,
    name: String,
}

async fn test() -> Test {
    Test(Platform::new(router).await)
}

impl Test {
    /// The platform's call for Acme.
    async fn acme(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, PLATFORM, Some(ACME), method, &format!("{APPROVALS}{path}"), body).await
    }

    async fn of(&self, somebody: &Somebody, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.ask(&self.router, &somebody.key, None, method, &format!("{APPROVALS}{path}"), body).await
    }

    async fn somebody(&self, tenant: &str, scopes: Value) -> Somebody {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": tenant});
        let (status, made) = self.ask(&self.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
        assert_eq!(status, 201, "{made}");
        let text = |field: &str| made[field].as_str().unwrap().to_owned();
        Somebody { key: text("key"), name: format!("key:{}", text("id")) }
    }

    /// A request of Acme's that needs the finance manager and the CFO; gives its path.
    async fn request(&self, of: &Somebody) -> String {
        let body = json!({"amount": 600_000, "currency": "INR", "plan_id": "pro"});
        let (status, made) = self.of(of, "POST", "/requests", body).await;
        assert_eq!((status, &made["status"]), (201, &json!("pending")), "{made}");
        format!("/requests/{}", made["id"].as_str().unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_goes_through_the_people_whom_the_rule_names() {
    let test = test().await;
    let billing = json!(["billing:read", "billing:write"]);
    let (rita, ana, carl) = (
        test.somebody(ACME, billing.clone()).await,
        test.somebody(ACME, json!(["seats:verify"])).await,
        test.somebody(ACME, json!(["seats:verify"])).await,
    );
    for (role, person) in [("finance_manager", &ana), ("cfo", &carl)] {
        // The requester too is the CFO: it does not help.
        let people = json!({"people": [person.name, rita.name]});
        assert_eq!(test.acme("PUT", &format!("/roles/{role}"), people).await.0, 200);
    }
    let path = test.request(&rita).await;
    let process = format!("{path}/process");
    let said = |action: &str| json!({"action": action, "comment": "as discussed"});
    assert_eq!(test.of(&rita, "POST", &process, said("approve")).await.1["code"], "OWN_REQUEST");
    assert_eq!(test.of(&carl, "POST", &process, said("approve")).await.1["code"], "NOT_AN_APPROVER");
    let (status, one) = test.of(&ana, "POST", &process, said("approve")).await;
    assert_eq!((status, &one["current_level"], &one["levels"][0]["approvals"]), (200, &json!(2), &json!(1)), "{one}");
    assert_eq!(test.of(&ana, "POST", &process, said("approve")).await.1["code"], "ALREADY_COUNTED");
    // Whoever is asked may look, whatever scopes they have; whoever is not cannot tell it from none.
    assert_eq!(test.of(&carl, "GET", &path, Value::Null).await.0, 200);
    let stranger = test.somebody(ACME, json!(["seats:verify"])).await;
    let hidden = test.of(&stranger, "GET", &path, Value::Null).await;
    assert_eq!((hidden.0, &hidden.1["code"]), (404, &json!("APPROVAL_REQUEST_NOT_FOUND")));
    let (_, two) = test.of(&carl, "POST", &process, said("approve")).await;
    assert_eq!((&two["status"], &two["current_level"]), (&json!("approved"), &Value::Null));
    assert_eq!(two["actions"][1]["person"], carl.name);
    assert_eq!((&two["rule"]["version"], &two["requester"]), (&json!(1), &json!(rita.name)));
    assert_eq!(test.of(&carl, "POST", &process, said("reject")).await.1["code"], "REQUEST_CLOSED");
    let audit = format!("/api/v1/tenants/{ACME}/audit");
    let (_, audit) = test.ask(&test.tenants, PLATFORM, None, "GET", &audit, Value::Null).await;
    let approved: Vec<&Value> =
        audit["data"].as_array().unwrap().iter().filter(|deed| deed["action"] == "approval.approved").collect();
    assert_eq!((approved.len(), &approved[0]["detail"]["rule_version"]), (2, &json!(1)), "{audit}");
}

#[tokio::test(start_paused = true)]
async fn many_are_approved_at_once_each_by_itself() {
    let test = test().await;
    let rita = test.somebody(ACME, json!(["billing:write"])).await;
    let ana = test.somebody(ACME, json!(["billing:write"])).await;
    let people = json!({"people": [ana.name]});
    test.acme("PUT", "/roles/finance_manager", people).await;
    let ids: Vec<String> = [test.request(&rita).await, test.request(&ana).await, "/requests/apr_none".into()]
        .iter()
        .map(|path| path.strip_prefix("/requests/").unwrap().to_owned())
        .collect();
    let body = json!({"request_ids": ids, "comment": "all of it"});
    let (status, done) = test.of(&ana, "POST", "/requests/bulk-approve", body).await;
    assert_eq!(status, 200, "{done}");
    assert_eq!(done["results"][0]["request"]["levels"][0]["approvals"], 1);
    assert_eq!(done["results"][1]["error"]["code"], "OWN_REQUEST");
    assert_eq!(done["results"][2]["error"]["code"], "APPROVAL_REQUEST_NOT_FOUND");
    assert_eq!(done["results"][2]["request_id"], "apr_none");
    let none = test.of(&ana, "POST", "/requests/bulk-approve", json!({"request_ids": []})).await;
    assert_eq!(none.1["errors"][0]["field"], "request_ids");
}

#[tokio::test(start_paused = true)]
async fn requests_are_listed_by_what_they_are() {
    let test = test().await;
    let rita = test.somebody(ACME, json!(["billing:read", "billing:write"])).await;
    test.request(&rita).await;
    for (amount, status) in [(json!("10.00"), "approved"), (json!(-1), "rejected")] {
        let body = json!({"amount": amount, "currency": "INR", "kind": "licence"});
        assert_eq!(test.acme("POST", "/requests", body).await.1["status"], status);
    }
    for (query, count) in [
        ("", 3),
        ("?status=pending", 1),
        ("?status=approved", 1),
        ("?status=used", 0),
        ("?kind=licence", 2),
        ("?kind=licence&status=rejected", 1),
        ("?requester=bootstrap", 2),
    ] {
        let (_, listed) = test.of(&rita, "GET", &format!("/requests{query}"), Value::Null).await;
        assert_eq!(listed["data"].as_array().unwrap().len(), count, "{query}");
    }
    let (_, first) = test.of(&rita, "GET", "/requests?limit=2", Value::Null).await;
    let next = format!("/requests?limit=2&cursor={}", first["nextCursor"].as_str().unwrap());
    assert_eq!(test.of(&rita, "GET", &next, Value::Null).await.1["data"].as_array().unwrap().len(), 1);
    assert_eq!(test.of(&rita, "GET", "/requests?status=open", Value::Null).await.0, 400);
}

#[tokio::test(start_paused = true)]
async fn rules_are_made_changed_and_listed() {
    let test = test().await;
    let new = json!({"name": "IT looks on", "currency": "INR", "min_amount": 100, "max_amount": "900.50",
        "levels": [{"approvers": ["role:head_of_it"]}], "expires_after_minutes": 60});
    let (status, made) = test.acme("POST", "/rules", new).await;
    assert_eq!((status, &made["min_amount"], &made["max_amount"]), (201, &json!(100.0), &json!(900.5)), "{made}");
    let path = format!("/rules/{}", made["id"].as_str().unwrap());
    let status_of = async |amount: Value| {
        test.acme("POST", "/requests", json!({"amount": amount, "currency": "INR"})).await.1["status"].clone()
    };
    assert_eq!((status_of(json!(100)).await, status_of(json!("100.01")).await), (json!("approved"), json!("pending")));
    let (status, changed) = test.acme("PUT", &path, json!({"min_amount": 200, "name": "IT"})).await;
    assert_eq!((status, &changed["name"], &changed["expires_after_minutes"]), (200, &json!("IT"), &json!(60)));
    let before = &changed["history"][1]["before"];
    assert_eq!((&before["name"], &before["min_amount"]), (&json!("IT looks on"), &json!("100.00")), "{before}");
    assert_eq!(status_of(json!("100.01")).await, "approved");
    test.acme("PUT", &path, json!({"is_active": false})).await;
    assert_eq!(status_of(json!(500)).await, "approved");
    assert_eq!(test.acme("GET", "/rules", Value::Null).await.1["data"][0]["is_active"], false);
    for (field, value) in [
        ("name", json!("")),
        ("currency", json!("RUP")),
        ("levels", json!([{"approvers": []}])),
        ("levels", json!([{"approvers": ["cfo"]}])),
        ("levels", json!([{"approvers": ["role:cfo"], "quorum": 0}])),
        ("escalate_to", json!(["x"])),
        ("expires_after_minutes", json!(0)),
    ] {
        let (status, problem) = test.acme("PUT", &path, json!({field: value})).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (400, &json!(field)), "{problem}");
    }
    let bare = test.acme("POST", "/rules", json!({"name": "x", "min_amount": 1})).await;
    assert_eq!(bare.1["errors"][0]["field"], "min_amount");
    let foreign = test.somebody(OTHER, json!(["billing:write"])).await;
    assert_eq!(test.of(&foreign, "PUT", &path, json!({"name": "x"})).await.1["code"], "APPROVAL_RULE_NOT_FOUND");
}

#[tokio::test(start_paused = true)]
async fn who_is_away_has_another_stand_for_them() {
    let test = test().await;
    let rita = test.somebody(ACME, json!(["billing:read", "billing:write"])).await;
    let ana = test.somebody(ACME, json!(["seats:verify"])).await;
    let ben = test.somebody(ACME, json!(["seats:verify"])).await;
    test.acme("PUT", "/roles/finance_manager", json!({"people": [ana.name]})).await;
    let path = format!("{}/process", test.request(&rita).await);
    let approve = json!({"action": "approve"});
    assert_eq!(test.of(&ben, "POST", &path, approve.clone()).await.1["code"], "NOT_AN_APPROVER");
    for wrong in [
        json!({"to": ana.name, "ends_at": "2026-01-02T00:00:00Z"}),
        json!({"to": "ben", "ends_at": "2026-01-02T00:00:00Z"}),
        json!({"to": ben.name, "ends_at": "2025-01-02T00:00:00Z"}),
        json!({"to": ben.name, "ends_at": "2028-01-02T00:00:00Z"}),
    ] {
        assert_eq!(test.of(&ana, "POST", "/delegations", wrong).await.0, 400);
    }
    let new = json!({"to": ben.name, "ends_at": "2026-01-02T00:00:00Z", "reason": "holiday"});
    let (status, made) = test.of(&ana, "POST", "/delegations", new).await;
    assert_eq!((status, &made["from"]), (201, &json!(ana.name)));
    let (_, counted) = test.of(&ben, "POST", &path, approve.clone()).await;
    assert_eq!(counted["actions"][0]["on_behalf_of"], ana.name);
    assert_eq!(test.of(&ana, "POST", &path, approve.clone()).await.1["code"], "ALREADY_COUNTED");
    let delegation = format!("/delegations/{}", made["id"].as_str().unwrap());
    assert_eq!(test.of(&ben, "DELETE", &delegation, Value::Null).await.1["code"], "DELEGATION_NOT_FOUND");
    assert_eq!(test.of(&ana, "DELETE", &delegation, Value::Null).await.0, 204);
    let next = format!("{}/process", test.request(&rita).await);
    assert_eq!(test.of(&ben, "POST", &next, approve).await.1["code"], "NOT_AN_APPROVER");
    let (_, listed) = test.of(&rita, "GET", "/delegations", Value::Null).await;
    assert!(listed["data"][0]["revoked_at"].is_string());
}

#[tokio::test(start_paused = true)]
async fn a_tenants_key_sees_its_own_and_cannot_tell_anothers_from_none() {
    let test = test().await;
    let rita = test.somebody(ACME, json!(["billing:write"])).await;
    let path = test.request(&rita).await;
    let other = test.somebody(OTHER, json!(["billing:read", "billing:write", "tenants:admin"])).await;
    test.of(&other, "PUT", "/roles/finance_manager", json!({"people": [other.name]})).await;
    for (method, of, body) in [("GET", "", Value::Null), ("POST", "/process", json!({"action": "approve"}))] {
        let foreign = test.of(&other, method, &format!("{path}{of}"), body.clone()).await;
        let none = test.of(&other, method, &format!("/requests/apr_none{of}"), body).await;
        assert_eq!((foreign.0, &foreign.1["code"]), (404, &json!("APPROVAL_REQUEST_NOT_FOUND")), "{method}");
        assert_eq!(foreign.1["detail"], none.1["detail"]);
    }
    assert_eq!(test.of(&other, "GET", "/requests", Value::Null).await.1["data"], json!([]));
    assert_eq!(test.of(&rita, "PUT", "/roles/cfo", json!({"people": []})).await.1["code"], "PERMISSION_DENIED");
    assert_eq!(test.of(&rita, "GET", "/requests", Value::Null).await.1["code"], "PERMISSION_DENIED");
}

#[tokio::test(start_paused = true)]
async fn a_person_lists_what_waits_for_them_without_any_scope() {
    let test = test().await;
    let billing = json!(["billing:read", "billing:write"]);
    let (rita, ana, carl) = (
        test.somebody(ACME, billing).await,
        test.somebody(ACME, json!(["seats:verify"])).await,
        test.somebody(ACME, json!(["seats:verify"])).await,
    );
    for (role, person) in [("finance_manager", &ana), ("cfo", &carl)] {
        let people = json!({"people": [person.name, rita.name]});
        assert_eq!(test.acme("PUT", &format!("/roles/{role}"), people).await.0, 200);
    }
    let (first, second) = (test.request(&rita).await, test.request(&rita).await);
    let waits = async |who: &Somebody| {
        let (status, page) = test.of(who, "GET", "/requests?waits_for=me", Value::Null).await;
        assert_eq!(status, 200, "{page}");
        let path = |one: &Value| format!("/requests/{}", one["id"].as_str().unwrap());
        let mut ids: Vec<String> = page["data"].as_array().unwrap().iter().map(path).collect();
        ids.sort();
        ids
    };
    let both = {
        let mut both = vec![first.clone(), second.clone()];
        both.sort();
        both
    };
    let nobody: Vec<String> = Vec::new();
    assert_eq!((waits(&ana).await, waits(&carl).await, waits(&rita).await), (both, nobody.clone(), nobody));
    let approve = json!({"action": "approve"});
    assert_eq!(test.of(&ana, "POST", &format!("{first}/process"), approve.clone()).await.0, 200);
    assert_eq!((waits(&ana).await, waits(&carl).await), (vec![second.clone()], vec![first.clone()]));
    let (_, page) = test.of(&ana, "GET", "/requests?waits_for=me&limit=1", Value::Null).await;
    assert_eq!((page["data"].as_array().unwrap().len(), &page["nextCursor"]), (1, &Value::Null));
    let reject = json!({"action": "reject"});
    assert_eq!(test.of(&ana, "POST", &format!("{second}/process"), reject).await.0, 200);
    assert_eq!(test.of(&carl, "POST", &format!("{first}/process"), approve).await.0, 200);
    assert!(waits(&ana).await.is_empty() && waits(&carl).await.is_empty());
    // The list of all takes the scope, as before.
    let (status, refused) = test.of(&ana, "GET", "/requests", Value::Null).await;
    assert_eq!((status, &refused["code"]), (403, &json!("PERMISSION_DENIED")));
    let (status, refused) = test.of(&ana, "GET", "/requests?waits_for=ana", Value::Null).await;
    assert_eq!((status, &refused["errors"][0]["field"]), (400, &json!("waits_for")));
}

#[tokio::test(start_paused = true)]
async fn without_the_scope_a_person_lists_their_own_delegations_alone() {
    let test = test().await;
    let seats = json!(["seats:verify"]);
    let ana = test.somebody(ACME, seats.clone()).await;
    let ben = test.somebody(ACME, seats.clone()).await;
    let carl = test.somebody(ACME, seats).await;
    let rita = test.somebody(ACME, json!(["billing:read"])).await;
    for (from, to) in [(&ana, &ben), (&ben, &carl)] {
        let body = json!({"to": to.name, "ends_at": "2099-01-01T00:00:00Z", "starts_at": "2098-12-01T00:00:00Z"});
        let (status, made) = test.of(from, "POST", "/delegations", body).await;
        assert_eq!(status, 201, "{made}");
    }
    for (who, expected) in [(&ana, 1), (&ben, 2), (&carl, 1), (&rita, 2)] {
        let (status, page) = test.of(who, "GET", "/delegations", Value::Null).await;
        assert_eq!((status, page["data"].as_array().unwrap().len()), (200, expected), "{page}");
    }
}
