//! A tenant's records: invoices, payments, refunds and posted lines.

#![allow(dead_code, reason = "not every test program uses all of it")]

use axum::Router;
use edge_allocations::{Allocations, Document, GlKind, Source};
use edge_capabilities::Capabilities;
use edge_database::Db;
use edge_invoices::{InvoiceRefund, Invoices};
use edge_money::Currency;
use edge_tenants::testing::{ACME, PLATFORM};
use edge_time_zones::Date;
use serde_json::{Value, json};

const BASE: &str = "/api/v1/enterprise-billing";

pub struct Records {
    capabilities: Capabilities,
    invoices: Router,
    allocations: Router,
    entities: Router,
}

impl Records {
    /// No records.
    pub fn new(capabilities: &Capabilities) -> Self {
        Self {
            invoices: edge_invoices::router(capabilities.clone()),
            allocations: edge_allocations::router(capabilities.clone()),
            entities: edge_entities::router(capabilities.clone()),
            capabilities: capabilities.clone(),
        }
    }

    fn db(&self) -> Db {
        Db::new(self.capabilities.db.clone())
    }

    /// The answer to the platform's call for Acme, which is answered well.
    async fn call(&self, router: &Router, method: &str, path: &str, body: Value) -> Value {
        let (status, shown) = edge_http::testing::ask(router, PLATFORM, Some(ACME), method, path, &body).await;
        assert!(status < 300, "{method} {path}: {status} {shown}");
        shown
    }

    /// Maps a kind to an account.
    pub async fn map(&self, kind: &str, code: &str) {
        let body = json!({"kind": kind, "gl_code": code});
        self.call(&self.allocations, "POST", &format!("{BASE}/gl-mappings"), body).await;
    }

    /// Maps all kinds.
    pub async fn map_all(&self) {
        for (kind, code) in
            [("revenue", "4000"), ("tax", "2200"), ("cash", "1000"), ("refund", "4900"), ("deferred", "2400")]
        {
            self.map(kind, code).await;
        }
    }

    /// `count` invoices of two customers, taxed, each second one paid in part, the first given back in part, and split.
    pub async fn make(&self, count: usize) {
        let mut first = String::new();
        for number in 0..count {
            let id = self.invoice(number).await;
            if number % 2 == 0 {
                self.pay(&id, 500).await;
            }
            if number == 0 {
                first = id;
            }
        }
        self.refund(&first, 100).await;
        self.split(&first).await;
    }

    /// The id of a finalised invoice of 1,000.00 and 180.00 tax.
    pub async fn invoice(&self, number: usize) -> String {
        let customer = number % 2;
        let customer = json!({"name": format!("Customer {customer}"), "email": format!("c{customer}@x.example")});
        let items = json!([{"description": "Seats", "quantity": 2, "unit_price": 500, "tax_rate": 18}]);
        let body = json!({"customer": customer, "currency": "INR", "issue_date": "2026-01-01", "items": items});
        let made = self.call(&self.invoices, "POST", "/api/v1/invoices", body).await;
        let id = made["id"].as_str().unwrap().to_owned();
        self.call(&self.invoices, "POST", &format!("/api/v1/invoices/{id}/finalize"), Value::Null).await;
        id
    }

    pub async fn void(&self, invoice: &str) {
        self.call(&self.invoices, "POST", &format!("/api/v1/invoices/{invoice}/void"), Value::Null).await;
    }

    pub async fn pay(&self, invoice: &str, amount: u32) {
        let path = format!("/api/v1/invoices/{invoice}/payments");
        self.call(&self.invoices, "POST", &path, json!({"amount": amount})).await;
    }

    /// What a gateway gives back of a payment, in the smallest unit.
    pub async fn refund(&self, invoice: &str, amount: i64) {
        let name = "UPDATE invoices SET provider = 'bheempay', external_id = 'pay_x' WHERE id = $1";
        self.db().query(name, &[invoice.into()]).await.unwrap();
        let now = self.capabilities.clock.now();
        let refund = InvoiceRefund { name: "rf_1".into(), amount, at: now };
        let of = (ACME, "bheempay", "pay_x");
        Invoices::new(self.db()).refunded(of, &refund, Currency::INR, now).await.unwrap();
    }

    /// Posts an invoice, which two departments with accounts of their own share.
    pub async fn split(&self, invoice: &str) {
        let made = json!({"name": "Group", "currency": "INR", "country": "IN"});
        let entity = self.call(&self.entities, "POST", &format!("{BASE}/entities"), made).await;
        let mut shares = Vec::new();
        for account in ["4100", "6000"] {
            let body = json!({"entity_id": entity["id"], "name": "Research", "gl_code": account});
            let made = self.call(&self.allocations, "POST", &format!("{BASE}/departments"), body).await;
            // The mapping of the kind would come before the department's own account.
            let own = json!({"kind": "revenue", "department_id": made["id"], "gl_code": account});
            self.call(&self.allocations, "POST", &format!("{BASE}/gl-mappings"), own).await;
            shares.push(json!({"department_id": made["id"], "method": "percentage", "basis_points": 5000}));
        }
        let path = format!("{BASE}/allocations?source=invoice:{invoice}");
        self.call(&self.allocations, "PUT", &path, json!({"from": "2026-01-01", "shares": shares})).await;
        let document = Document {
            name: format!("invoice:{invoice}"),
            source: Source::parse(&format!("invoice:{invoice}")).unwrap(),
            amounts: vec![(GlKind::Revenue, 100_000), (GlKind::Tax, 18_000)],
            currency: Currency::INR,
            date: Date::parse("2026-01-01").unwrap(),
            plan: None,
            entity: None,
        };
        let allocations = Allocations::new(&self.capabilities, &self.db());
        assert!(allocations.post(ACME, &document).await.unwrap());
    }
}
