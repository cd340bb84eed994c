//! A true history of a subscription, in BheemPay's words, and where it ends.

use std::collections::BTreeSet;

use edge_capabilities::Timestamp;
use edge_capabilities::testing::SeededRandom;
use edge_tenants::Cycle;
use serde_json::{Value, json};

/// Where the tenant should stand, as it is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Truth {
    pub(crate) status: Option<&'static str>,
    pub(crate) payment: Option<&'static str>,
    pub(crate) subscription: Option<String>,
    pub(crate) period_end: Option<Timestamp>,
    pub(crate) plan: Option<&'static str>,
    pub(crate) max_users: Option<i64>,
    pub(crate) credits: i64,
    pub(crate) payments: BTreeSet<String>,
    /// What was ordered, rupees: an order for each payment.
    pub(crate) orders: Vec<i64>,
    /// What was paid and not given back, rupees.
    pub(crate) kept: i64,
}

pub(crate) struct Story<'a> {
    pub(crate) random: &'a SeededRandom,
    pub(crate) tenant: &'a str,
    /// Seconds since 1970.
    pub(crate) now: i64,
    pub(crate) truth: Truth,
    pub(crate) told: Vec<Value>,
    subscriptions: u64,
}

/// The plans there are: id, price, users, credits.
pub(crate) const PLANS: [(&str, i64, i64, i64); 2] = [("small", 499, 5, 10), ("large", 2_499, 25, 100)];

impl<'a> Story<'a> {
    pub(crate) fn new(random: &'a SeededRandom, tenant: &'a str, now: i64) -> Self {
        Self { random, tenant, now, truth: Truth::default(), told: Vec::new(), subscriptions: 0 }
    }

    fn tell(&mut self, event: &str, more: &Value) {
        let mut payload = json!({"metadata": {"tenant_id": self.tenant}});
        for (field, value) in more.as_object().unwrap() {
            payload[field] = value.clone();
        }
        self.told.push(json!({"event": event, "payload": payload, "created_at": self.now}));
    }

    fn of_own(&self) -> Value {
        match &self.truth.subscription {
            Some(subscription) => json!({"subscription_id": subscription}),
            None => json!({}),
        }
    }

    fn pay(&mut self) {
        let payment = format!("pay_{}", self.truth.payments.len());
        let (plan, price, users, credits) =
            PLANS.into_iter().find(|(plan, ..)| Some(*plan) == self.truth.plan).unwrap();
        let at = Timestamp::from_millis(self.now * 1000);
        let end = Cycle::Monthly.end_from(self.truth.period_end.map_or(at, |end| end.max(at)));
        let report = json!({
            "subscription_id": self.truth.subscription, "plan_id": plan, "payment_id": payment, "amount": price,
            "currency": "INR", "period_end": end.to_string(),
        });
        // Not there, or no date that a payment can pay until: then it follows from the plan.
        let no_ends = [Value::Null, json!(0), json!(-1), json!(self.now), json!("9999-12-31T23:59:59Z"), json!("soon")];
        let mut without_end = report.clone();
        without_end["period_end"] = no_ends[usize::try_from(self.random.below(6)).unwrap()].clone();
        match self.random.below(4) {
            0 => self.tell("subscription.charged", &report),
            1 => self.tell("payment.captured", &report),
            2 => self.tell("payment.captured", &without_end),
            _ => {
                self.tell("payment.captured", &without_end);
                self.tell("subscription.charged", &report);
            }
        }
        self.refund(&payment, price);
        self.truth.payments.insert(payment);
        self.truth.orders.push(price);
        self.truth.status = Some("active");
        self.truth.payment = Some("paid");
        self.truth.period_end = Some(end);
        self.truth.max_users = Some(users);
        self.truth.credits += credits;
    }

    /// Gives something of a payment back, or all, or nothing; it is paid for all the same.
    fn refund(&mut self, payment: &str, price: i64) {
        let mut kept = price;
        for part in 0..self.random.below(4).saturating_sub(1) {
            self.now += 1;
            let amount = 1 + i64::try_from(self.random.below(600)).unwrap();
            let mut report = json!({"payment_id": payment, "amount": amount, "currency": "INR"});
            if self.random.below(2) == 0 {
                report["refund_id"] = json!(format!("{payment}_{part}"));
            }
            self.tell("refund.processed", &report);
            kept = (kept - amount).max(0);
        }
        self.truth.kept += kept;
    }

    fn subscribe(&mut self) {
        self.subscriptions += 1;
        self.truth.subscription = Some(format!("sub_{}", self.subscriptions));
        self.truth.plan = Some(PLANS[usize::try_from(self.random.below(2)).unwrap()].0);
        self.pay();
    }

    pub(crate) fn step(&mut self) {
        self.now += 1 + i64::try_from(self.random.below(10 * 24 * 3600)).unwrap();
        let own = self.of_own();
        match (self.truth.status, self.random.below(10)) {
            (None, 0) => {
                self.tell("payment.failed", &json!({"payment_id": "refused"}));
                self.truth.payment = Some("failed");
            }
            (None | Some("cancelled"), _) => self.subscribe(),
            (Some("active"), 0..5) => self.pay(),
            (Some("active"), 5) => {
                self.subscribe();
                self.now += 1;
                self.tell("subscription.cancelled", &own);
            }
            (Some("active" | "past_due"), 6) => {
                self.tell(
                    "payment.failed",
                    &json!({"subscription_id": own["subscription_id"], "payment_id": format!("no_{}", self.now)}),
                );
                (self.truth.status, self.truth.payment) = (Some("past_due"), Some("failed"));
            }
            (Some("active" | "past_due"), 7) => {
                self.tell("subscription.pending", &own);
                (self.truth.status, self.truth.payment) = (Some("past_due"), Some("pending"));
            }
            (Some("active" | "past_due"), 8) => {
                self.tell("subscription.paused", &own);
                self.truth.status = Some("suspended");
            }
            (Some("suspended"), 6..9) => {
                let words = ["activated", "resumed", "authenticated"];
                let word = words[usize::try_from(self.random.below(3)).unwrap()];
                self.tell(&format!("subscription.{word}"), &own);
                (self.truth.status, self.truth.payment) = (Some("active"), Some("paid"));
            }
            (Some("past_due"), 0..3) | (Some("suspended"), 0..6) => self.pay(),
            (Some("past_due"), 3..6) => {
                self.tell("subscription.pending", &own);
                self.tell("subscription.halted", &own);
                (self.truth.status, self.truth.payment) = (Some("suspended"), Some("failed"));
            }
            _ => {
                self.tell("subscription.cancelled", &own);
                self.truth.status = Some("cancelled");
            }
        }
    }
}
