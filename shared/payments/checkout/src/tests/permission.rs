//! Purchases that a budget or people have to allow.

use axum::Router;
use edge_budgets::Settlement;
use edge_database::Db;
use edge_money::{Currency, Money};
use serde_json::{Value, json};

use super::fixture::{ACME, OTHER, PLATFORM, Test, test};

pub(super) const APPROVALS: &str = "/api/v1/enterprise-billing/approvals";
const BUDGETS: &str = "/api/v1/enterprise-billing/budgets";

/// What the dear tier costs with its set-up fee.
pub(super) const DEAR: &str = "60500.00";

pub(super) struct Company {
    pub(super) test: Test,
    approvals: Router,
    budgets: Router,
}

pub(super) async fn company() -> Company {
    let test = test().await;
    let capabilities = || test.world.instance().0;
    let (approvals, budgets) = (edge_approvals::router(capabilities()), edge_budgets::router(capabilities()));
    Company { test, approvals, budgets }
}

impl Company {
    pub(super) async fn approvals(&self, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.test.ask(&self.approvals, key, Some(ACME), method, &format!("{APPROVALS}{path}"), &body).await
    }

    /// A key of Acme's that has this role.
    pub(super) async fn with_role(&self, role: &str) -> String {
        let body = json!({"name": role, "scopes": ["plans:read"], "tenant_id": ACME});
        let made = self.test.ask(&self.test.access, PLATFORM, None, "POST", "/api/v1/api-keys", &body).await.1;
        let people = json!({"people": [format!("key:{}", made["id"].as_str().unwrap())]});
        assert_eq!(self.approvals(PLATFORM, "PUT", &format!("/roles/{role}"), people).await.0, 200);
        made["key"].as_str().unwrap().to_owned()
    }

    pub(super) async fn approve(&self, key: &str, id: &str) -> Value {
        let path = format!("/requests/{id}/process");
        let (status, counted) = self.approvals(key, "POST", &path, json!({"action": "approve"})).await;
        assert_eq!(status, 200, "{counted}");
        counted
    }

    /// A budget of so much a month.
    pub(super) async fn budget(&self, limit: u32) {
        self.budget_of(ACME, limit).await;
    }

    async fn budget_of(&self, tenant: &str, limit: u32) {
        let new = json!({"name": "All", "limit": limit, "currency": "INR", "period": "monthly"});
        let made = self.test.ask(&self.budgets, PLATFORM, Some(tenant), "POST", BUDGETS, &new).await;
        assert_eq!(made.0, 201, "{made:?}");
    }

    /// What is spent and reserved.
    pub(super) async fn sums(&self) -> (String, String) {
        let listed = self.test.ask(&self.budgets, PLATFORM, Some(ACME), "GET", BUDGETS, &Value::Null).await.1;
        let current = &listed["data"][0]["current"];
        let written = |field: &str| format!("{:.2}", current[field].as_f64().unwrap());
        (written("spent"), written("reserved"))
    }
}

pub(super) fn dear(mark: &str) -> Value {
    json!({"plan_id": "pro", "tier_code": "MAX", "mark": mark})
}

pub(super) fn with(mut wanted: Value, approval: &Value) -> Value {
    wanted["approval_request_id"] = approval.clone();
    wanted
}

#[tokio::test(start_paused = true)]
async fn a_budget_is_enforced_and_an_approved_purchase_goes_through_once() {
    let company = company().await;
    let test = &company.test;
    company.budget_of(OTHER, 1_000).await;
    company.budget(1_000_000).await;
    let path = "/api/v1/billing/checkout";
    let wanted = json!({"plan_id": "pro"});
    let (status, denied) = test.ask(&test.billing, PLATFORM, Some(OTHER), "POST", path, &wanted).await;
    assert_eq!((status, &denied["code"]), (409, &json!("BUDGET_EXCEEDED")), "{denied}");
    assert_eq!(test.upstreams().orders, 0);

    let dear = json!({"plan_id": "pro", "tier_code": "MAX"});
    let ana = company.with_role("finance_manager").await;
    let (_, pending) = test.check_out(dear.clone()).await;
    let id = &pending["approval_request_id"];
    assert_eq!(company.approve(&ana, id.as_str().unwrap()).await["status"], "approved");
    assert_eq!(test.check_out(with(dear.clone(), id)).await.0, 201);
    assert_eq!(test.check_out(with(dear, id)).await.0, 202, "it is used up");
    assert_eq!(test.upstreams().orders, 1);
}

#[tokio::test(start_paused = true)]
async fn a_purchase_is_held_until_all_levels_approve_and_goes_through_once() {
    let company = company().await;
    let test = &company.test;
    company.budget(1_000_000).await;
    let rule = json!({"name": "IT looks on", "levels": [{"approvers": ["role:head_of_it"]}], "kind": "checkout",
        "currency": "INR", "min_amount": 10_000});
    assert_eq!(company.approvals(PLATFORM, "POST", "/rules", rule).await.0, 201);
    let (ana, ira) = (company.with_role("finance_manager").await, company.with_role("head_of_it").await);
    let (status, pending) = test.check_out(dear("a")).await;
    assert_eq!(status, 202, "{pending}");
    let asked: Vec<&str> =
        pending["levels"].as_array().unwrap().iter().filter_map(|level| level["approvers"][0].as_str()).collect();
    assert_eq!(asked, ["role:finance_manager", "role:head_of_it"]);
    let id = &pending["approval_request_id"];
    let text = id.as_str().unwrap();
    assert_eq!(company.sums().await, ("0.00".into(), "0.00".into()));
    // Before all have approved it goes nowhere, and what was promised for the try is given back.
    company.approve(&ana, text).await;
    let (status, early) = test.check_out(with(dear("b"), id)).await;
    assert_eq!((status, &early["status"]), (202, &json!("pending_approval")), "{early}");
    assert_eq!(company.sums().await, ("0.00".into(), "0.00".into()));
    let approved = company.approve(&ira, text).await;
    assert_eq!((&approved["status"], &approved["rule"]["version"]), (&json!("approved"), &json!(1)));
    assert_eq!(approved["amount"].as_f64().map(|amount| format!("{amount:.2}")).as_deref(), Some(DEAR));
    // It was approved for one tier, one tenant, one purchase.
    let other = json!({"plan_id": "pro", "tier_code": "MAX", "billing_cycle": "annual", "mark": "c"});
    assert_eq!(test.check_out(with(other, id)).await.0, 202);
    let foreign = with(dear("d"), id);
    let path = "/api/v1/billing/checkout";
    assert_eq!(test.ask(&test.billing, PLATFORM, Some(OTHER), "POST", path, &foreign).await.0, 202);
    let (status, order) = test.check_out(with(dear("e"), id)).await;
    assert_eq!(status, 201, "{order}");
    assert_eq!(test.check_out(with(dear("e"), id)).await, (201, order));
    assert_eq!(test.check_out(with(dear("f"), id)).await.0, 202);
    assert_eq!(test.upstreams().orders, 1);
    assert_eq!(company.sums().await, ("0.00".into(), DEAR.into()));
    // It is paid: told of twice, it is spent once.
    let (capabilities, _) = test.world.instance();
    let settlement = Settlement::new(&capabilities, &Db::new(capabilities.db.clone()));
    for _ in 0..2 {
        settlement.paid(ACME, Money::parse(DEAR, Currency::INR).ok(), "pay_1").await.unwrap();
    }
    assert_eq!(company.sums().await, (DEAR.into(), "0.00".into()));
}

#[tokio::test(start_paused = true)]
async fn an_order_beyond_the_budget_is_refused_and_an_unpaid_order_gives_its_room_back() {
    let company = company().await;
    let test = &company.test;
    company.budget(5_000).await;
    assert_eq!(test.check_out(json!({"plan_id": "pro", "mark": "a"})).await.0, 201);
    assert_eq!(company.sums().await, ("0.00".into(), "2999.00".into()));
    let (status, refused) = test.check_out(json!({"plan_id": "pro", "mark": "b"})).await;
    assert_eq!((status, &refused["code"]), (409, &json!("BUDGET_EXCEEDED")), "{refused}");
    assert_eq!(test.upstreams().orders, 1);
    test.world.clock.advance(std::time::Duration::from_hours(24)).await;
    assert_eq!(company.sums().await, ("0.00".into(), "0.00".into()));
    assert_eq!(test.check_out(json!({"plan_id": "pro", "mark": "b"})).await.0, 201);
}

/// Ten at once where there is room for one: one order.
#[tokio::test(start_paused = true)]
async fn of_purchases_at_once_no_more_are_ordered_than_the_budget_has_room_for() {
    let company = company().await;
    company.budget(5_000).await;
    let all = (0..10).map(|number| company.test.check_out(json!({"plan_id": "pro", "mark": format!("m{number}")})));
    let answers = futures::future::join_all(all).await;
    let of = |wanted: u16| answers.iter().filter(|(status, _)| *status == wanted).count();
    assert_eq!((of(201), of(409)), (1, 9), "{answers:?}");
    assert_eq!(company.test.upstreams().orders, 1);
    assert_eq!(company.sums().await, ("0.00".into(), "2999.00".into()));
}

/// The order is lost half-way: the next try under the same key takes the room that was promised, and no other.
#[tokio::test(start_paused = true)]
async fn a_try_that_died_holds_no_room_against_the_next() {
    let company = company().await;
    company.budget(5_000).await;
    company.test.upstreams().down = true;
    let wanted = json!({"plan_id": "pro", "mark": "a"});
    let failed = company.test.check_out(wanted.clone()).await;
    assert_eq!(failed.0, 503, "{failed:?}");
    company.test.upstreams().down = false;
    let made = company.test.check_out(wanted).await;
    assert_eq!(made.0, 201, "{made:?}");
    assert_eq!(company.sums().await, ("0.00".into(), "2999.00".into()));
}

/// A buyer with all rights over its tenant ends the rule and the budget that hold it.
#[tokio::test(start_paused = true)]
async fn a_buyer_who_loosens_its_own_limits_is_held_until_another_admin_agrees() {
    let company = company().await;
    let test = &company.test;
    let scopes = ["billing:read", "billing:write", "tenants:admin"];
    let (buyer, boss) = (test.key(&scopes, Some(ACME)).await, test.key(&scopes, Some(ACME)).await);
    let ask = async |router: &Router, key: &str, method: &str, path: &str, body: Value| {
        test.ask(router, key, None, method, path, &body).await
    };
    let buy = async |key: &str| {
        let bought = ask(&test.billing, key, "POST", "/api/v1/billing/checkout", json!({"plan_id": "pro"})).await;
        (bought.0, bought.1["code"].as_str().unwrap_or_default().to_owned())
    };
    let rules = format!("{APPROVALS}/rules");
    let new = json!({"name": "The CFO looks on", "levels": [{"approvers": ["role:cfo"]}]});
    let (_, rule) = ask(&company.approvals, &boss, "POST", &rules, new).await;
    let rule = format!("{rules}/{}", rule["id"].as_str().unwrap());
    let budget = json!({"name": "All", "limit": 4_000, "currency": "INR", "period": "monthly"});
    let (_, budget) = ask(&company.budgets, &boss, "POST", BUDGETS, budget).await;
    let budget = format!("{BUDGETS}/{}", budget["id"].as_str().unwrap());
    assert_eq!(buy(&buyer).await.0, 202);
    assert_eq!(ask(&company.approvals, &buyer, "PUT", &rule, json!({"is_active": false})).await.0, 200);
    assert_eq!(buy(&buyer).await.0, 202);
    assert_eq!(ask(&company.approvals, &boss, "PUT", &rule, json!({"name": "As agreed"})).await.0, 200);
    assert_eq!(buy(&buyer).await.0, 201);
    let exceeded = (409, "BUDGET_EXCEEDED".to_owned());
    for change in [json!({"limit": 1_000_000}), json!({"is_active": false}), json!({"is_active": true})] {
        assert_eq!(ask(&company.budgets, &buyer, "PUT", &budget, change.clone()).await.0, 200);
        assert_eq!(buy(&buyer).await, exceeded, "{change}");
    }
    assert_eq!(buy(&boss).await.0, 201);
    assert_eq!(ask(&company.budgets, &boss, "PUT", &budget, json!({"name": "As agreed"})).await.0, 200);
    assert_eq!(buy(&buyer).await.0, 201);
}
