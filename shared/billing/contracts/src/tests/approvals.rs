//! Contracts and amendments that people have to approve.

use super::*;

struct Approvers {
    router: axum::Router,
    rita: String,
    ana: String,
}

impl Test {
    /// Rita asks; Ana is the finance manager.
    async fn approvers(&self) -> Approvers {
        let capabilities = self.world.instance().0;
        let router = edge_approvals::router(capabilities);
        let key = async |scopes: Value| {
            let body = json!({"name": "k", "scopes": scopes, "tenant_id": ACME});
            let (_, made) = self.ask(&self.access, PLATFORM, None, "POST", "/api/v1/api-keys", body).await;
            (made["key"].as_str().unwrap().to_owned(), format!("key:{}", made["id"].as_str().unwrap()))
        };
        let (rita, _) = key(json!(["enterprise:write", "enterprise:read"])).await;
        let (ana, name) = key(json!(["seats:verify"])).await;
        let path = "/api/v1/enterprise-billing/approvals/roles/finance_manager";
        let set = self.ask(&router, PLATFORM, Some(ACME), "PUT", path, json!({"people": [name]})).await;
        assert_eq!(set.0, 200, "{}", set.1);
        Approvers { router, rita, ana }
    }

    async fn rita(&self, approvers: &Approvers, status: u16, path: &str, body: Value) -> Value {
        let path = format!("{CONTRACTS}{path}");
        let (found, answer) = self.ask(&self.router, &approvers.rita, None, "POST", &path, body).await;
        assert_eq!(found, status, "{answer}");
        answer
    }

    /// Ana decides on the request of `answer`.
    async fn decide(&self, approvers: &Approvers, answer: &Value, action: &str) {
        let request = answer["approval_request_id"].as_str().unwrap();
        let path = format!("/api/v1/enterprise-billing/approvals/requests/{request}/process");
        let decided = self.ask(&approvers.router, &approvers.ana, None, "POST", &path, json!({"action": action})).await;
        assert_eq!(decided.0, 200, "{}", decided.1);
    }
}

/// A contract of 120,500.00, which the finance manager approves.
fn large() -> Value {
    with(new(), "lines.0.quantity", json!(100))
}

#[tokio::test(start_paused = true)]
async fn a_large_contract_waits_and_goes_on_once_it_is_approved() {
    let test = test().await;
    let approvers = test.approvers().await;
    let path = test.draft(large()).await;
    let activate = format!("{path}/activate");
    let waiting = test.rita(&approvers, 202, &activate, Value::Null).await;
    assert_eq!(waiting["status"], "pending_approval");
    assert_eq!(waiting["levels"], json!([{"approvers": ["role:finance_manager"], "quorum": 1}]));
    assert_eq!(waiting["contract"]["status"], "pending_approval");
    // Asked again it is the same request.
    let again = test.rita(&approvers, 202, &activate, Value::Null).await;
    assert_eq!(again["approval_request_id"], waiting["approval_request_id"]);
    test.refused("CONTRACT_NOT_DRAFT", "PUT", &path, json!({"title": "x"})).await;
    test.refused("CONTRACT_NOT_ACTIVE", "POST", &format!("{path}/renew"), json!({})).await;
    test.run_jobs().await;
    assert_eq!(test.charges(), Vec::<String>::new());
    test.decide(&approvers, &waiting, "approve").await;
    test.run_jobs().await;
    assert_eq!(test.charges(), ["2026-01-01 10000.00", "2026-01-01 500.00"]);
    let signed = test.get(&path).await;
    assert_eq!((&signed["status"], &signed["number"]), (&json!("active"), &json!("CTR-00001")));
    assert_eq!(test.events(&path).await, ["created 2026-01-01", "submitted 2026-01-01", "signed 2026-01-01"]);
    let request =
        format!("/api/v1/enterprise-billing/approvals/requests/{}", waiting["approval_request_id"].as_str().unwrap());
    let (_, request) = test.ask(&approvers.router, PLATFORM, Some(ACME), "GET", &request, Value::Null).await;
    assert_eq!((&request["status"], &request["kind"]), (&json!("used"), &json!("contract")), "{request}");
    assert_eq!(request["amount"], json!(120_500.0));
}

#[tokio::test(start_paused = true)]
async fn one_that_is_rejected_or_not_approved_in_time_is_a_draft_again() {
    let test = test().await;
    let approvers = test.approvers().await;
    let path = test.draft(large()).await;
    let activate = format!("{path}/activate");
    let first = test.rita(&approvers, 202, &activate, Value::Null).await;
    test.decide(&approvers, &first, "reject").await;
    assert_eq!(test.get(&path).await["status"], "draft");
    let second = test.rita(&approvers, 202, &activate, Value::Null).await;
    assert_ne!(second["approval_request_id"], first["approval_request_id"]);
    test.days(8).await;
    test.run_jobs().await;
    assert_eq!(test.get(&path).await["status"], "draft");
    // A smaller one needs nobody.
    test.call(200, "PUT", &path, json!({"lines": new()["lines"]})).await;
    assert_eq!(test.rita(&approvers, 200, &activate, Value::Null).await["status"], "active");
    let cancelled = test.draft(large()).await;
    let third = test.rita(&approvers, 202, &format!("{cancelled}/activate"), Value::Null).await;
    assert_eq!(test.call(200, "POST", &format!("{cancelled}/cancel"), Value::Null).await["status"], "cancelled");
    test.decide(&approvers, &third, "approve").await;
    test.run_jobs().await;
    assert_eq!(test.get(&cancelled).await["status"], "cancelled");
}

#[tokio::test(start_paused = true)]
async fn an_amendment_is_approved_as_the_contract_that_it_makes() {
    let test = test().await;
    let approvers = test.approvers().await;
    let path = test.signed(new()).await;
    let amend = format!("{path}/amend");
    let seats = |quantity: u32| {
        let changes =
            json!({"lines": [{"kind": "recurring", "description": "Seats", "quantity": quantity, "unit_price": 100}]});
        json!({"effective_date": "2026-02-01", "changes": changes, "reason": "more people"})
    };
    let waiting = test.rita(&approvers, 202, &amend, seats(100)).await;
    let pending = &waiting["contract"]["amendments"][0];
    assert_eq!((&pending["status"], &pending["version"]), (&json!("pending_approval"), &Value::Null));
    assert_eq!(pending["approval_request_id"], waiting["approval_request_id"]);
    assert_eq!(waiting["contract"]["version"], 1);
    test.refused("AMENDMENT_PENDING", "POST", &amend, seats(11)).await;
    test.decide(&approvers, &waiting, "reject").await;
    let rejected = test.get(&path).await;
    assert_eq!((&rejected["amendments"][0]["status"], &rejected["version"]), (&json!("rejected"), &json!(1)));
    let waiting = test.rita(&approvers, 202, &amend, seats(100)).await;
    test.decide(&approvers, &waiting, "approve").await;
    test.run_jobs().await;
    let amended = test.get(&path).await;
    assert_eq!((&amended["amendments"][1]["status"], &amended["version"]), (&json!("approved"), &json!(2)));
    assert_eq!(amended["tcv"], json!(500.0 + 1_000.0 + 110_000.0));
    // One that makes it smaller is of a large contract too.
    test.rita(&approvers, 202, &amend, with(seats(1), "effective_date", json!("2026-03-01"))).await;
    // The contract ends: the amendment has come too late.
    let ended =
        test.call(200, "POST", &format!("{path}/terminate"), json!({"date": "2026-02-01", "reason": "x"})).await;
    let last = ended["amendments"][2].clone();
    test.decide(&approvers, &last, "approve").await;
    assert_eq!(test.get(&path).await["amendments"][2]["status"], "rejected");
}
