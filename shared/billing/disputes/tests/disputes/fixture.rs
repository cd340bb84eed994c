//! An edge with a tenant whose payments come in, and people who dispute them and resolve disputes.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use edge_capabilities::database::Value as Column;
use edge_capabilities::{Capabilities, Database as _};
use edge_database::Db;
use edge_disputes::DisputeKeeper;
use edge_jobs::{JobQueue, JobRunner};
use edge_tenants::testing::{ACME, PLATFORM, Platform};
use edge_webhooks::Keepers;
use serde_json::{Value, json};

use crate::bheempay::BheemPay;

pub const DISPUTES: &str = "/api/v1/enterprise-billing/disputes";

pub struct Test {
    platform: Platform,
    pub webhooks: Router,
    pub budgets: Router,
    pub approvals: Router,
    pub pay: BheemPay,
    /// Opens disputes.
    pub olga: String,
    /// Resolves them.
    pub rita: String,
}

impl Deref for Test {
    type Target = Platform;

    fn deref(&self) -> &Platform {
        &self.platform
    }
}

pub fn webhooks(capabilities: Capabilities) -> Router {
    let keeper = DisputeKeeper::new(&capabilities, &Db::new(capabilities.db.clone()));
    edge_webhooks::router_with(capabilities, Keepers { disputes: Some(Arc::new(keeper)), ..Keepers::default() })
}

pub async fn test() -> Test {
    let platform = Platform::new(edge_disputes::router).await;
    let pay = BheemPay::listen(&platform.world);
    let capabilities = || platform.world.instance().0;
    let (webhooks, budgets) = (webhooks(capabilities()), edge_budgets::router(capabilities()));
    let approvals = edge_approvals::router(capabilities());
    pay.tells(webhooks.clone(), &platform.world);
    let mut test = Test { platform, webhooks, budgets, approvals, pay, olga: String::new(), rita: String::new() };
    let all = json!(["enterprise:read", "enterprise:write"]);
    test.olga = test.key(PLATFORM, all.clone()).await.0;
    test.rita = test.key(PLATFORM, all).await.0;
    test.world.clock.advance(Duration::from_secs(100)).await;
    test
}

impl Test {
    /// A key of Acme's that `maker` makes, and the name that it goes by.
    pub async fn key(&self, maker: &str, scopes: Value) -> (String, String) {
        let body = json!({"name": "k", "scopes": scopes, "tenant_id": ACME});
        let (status, made) = self.ask(&self.access, maker, None, "POST", "/api/v1/api-keys", body).await;
        assert_eq!(status, 201, "{made}");
        (made["key"].as_str().unwrap().to_owned(), format!("key:{}", made["id"].as_str().unwrap()))
    }

    pub async fn of(&self, key: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let tenant = (key == PLATFORM).then_some(ACME);
        self.ask(&self.router, key, tenant, method, &format!("{DISPUTES}{path}"), body).await
    }

    /// BheemPay tells of a payment of 2,499.00, or 60,000.00 of the plan `sku-max`.
    pub async fn paid(&self, payment: &str, plan: &str) {
        let amount = if plan == "sku-max" { 60_000.0 } else { 2_499.0 };
        let event = self.pay.event(
            "payment.captured",
            json!({
                "metadata": {"tenant_id": ACME, "billing_cycle": "monthly"}, "subscription_id": "sub_1",
                "plan_id": plan, "plan_name": "Professional", "payment_id": payment, "amount": amount,
                "currency": "INR", "invoice_number": format!("INV-{payment}"), "period_end": "2126-02-01T00:00:00Z",
            }),
        );
        let (status, answer) = self.pay.tell(&event).await;
        assert_eq!((status, &answer["status"]), (200, &json!("success")), "{answer}");
    }

    /// Olga disputes a payment; gives the path of the dispute.
    pub async fn dispute(&self, payment: &str) -> String {
        let body = json!({"subject": {"kind": "payment", "id": payment}, "reason": "duplicate"});
        let (status, made) = self.of(&self.olga, "POST", "", body).await;
        assert_eq!((status, &made["status"]), (201, &json!("open")), "{made}");
        format!("/{}", made["id"].as_str().unwrap())
    }

    /// Rita resolves the dispute at `path`.
    pub async fn resolve(&self, path: &str, body: Value) -> (u16, Value) {
        self.of(&self.rita, "POST", &format!("{path}/resolve"), body).await
    }

    pub async fn shown(&self, path: &str) -> Value {
        let (status, shown) = self.of(&self.rita, "GET", path, Value::Null).await;
        assert_eq!(status, 200, "{shown}");
        shown
    }

    /// The status of the dispute at `path`, and that of its refund.
    pub async fn states(&self, path: &str) -> (String, String) {
        let shown = self.shown(path).await;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&shown["status"]), text(&shown["resolution"]["refund"]["status"]))
    }

    /// Runs the jobs that are due, `seconds` later.
    pub async fn later(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds)).await;
        let (capabilities, _) = self.world.instance();
        let db = Db::new(capabilities.db.clone());
        let runner = JobRunner::new("checkout", &capabilities, &JobQueue::new(&capabilities, &db));
        edge_disputes::jobs(&capabilities, &db, runner).drain().await.unwrap();
    }

    /// A budget of Acme's from which the payment `payment` of 2,499.00 is spent; gives its path.
    pub async fn budget(&self, payment: &str) -> String {
        const BUDGETS: &str = "/api/v1/enterprise-billing/budgets";
        let ask = async |path: &str, body: Value| {
            let answer = self.ask(&self.budgets, PLATFORM, Some(ACME), "POST", &format!("{BUDGETS}{path}"), body).await;
            assert!(answer.0 < 300, "{answer:?}");
            answer.1
        };
        let new = json!({"name": "All", "limit": 10_000, "currency": "INR", "period": "monthly"});
        let made = ask("", new).await;
        let path = format!("/{}", made["id"].as_str().unwrap());
        ask(&format!("{path}/reservations"), json!({"reference": "chk_1", "amount": 2_499})).await;
        self.paid(payment, "sku-pro").await;
        format!("{BUDGETS}{path}")
    }

    pub async fn spent(&self, budget: &str) -> f64 {
        let shown = self.ask(&self.budgets, PLATFORM, Some(ACME), "GET", budget, Value::Null).await.1;
        shown["current"]["spent"].as_f64().unwrap()
    }

    pub async fn count(&self, statement: &str) -> i64 {
        let rows = self.world.db.query(statement, &[]).await.unwrap();
        match rows[0].0[0] {
            Column::Integer(count) => count,
            ref other => panic!("{other:?}"),
        }
    }
}
