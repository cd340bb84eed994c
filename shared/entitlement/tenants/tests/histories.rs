//! True histories of a subscription, told late, doubled and in any order: wherever they end is where the subscription
//! stands, and each payment counts once.
//!
//! The seed is printed. `SEED=… cargo test -p edge-tenants --test histories` repeats a run; `HISTORIES=…` makes it
//! longer.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by a panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use edge_capabilities::Timestamp;
use edge_capabilities::testing::{START, SeededRandom};
use edge_tenants::{
    Cycle, Effect, Event, History, PaymentStatus, Period, Plan, ReportedPayment, Status, SubscriptionEvent, TaxRates,
    apply,
};

const DAY: i64 = 24 * 3600 * 1000;

/// Where a subscription should stand: kept by whoever makes the history up, step by step, as it happens.
#[derive(Clone, Debug, Default, PartialEq)]
struct Truth {
    status: Option<Status>,
    payment: Option<PaymentStatus>,
    subscription: Option<String>,
    period_end: Option<Timestamp>,
    plan: Option<String>,
    credits: i64,
    payments: BTreeSet<String>,
}

/// A subscription that was left for another, and its plan.
type Former = (String, String);

struct Story<'a> {
    former: Vec<Former>,
    random: &'a SeededRandom,
    now: i64,
    truth: Truth,
    told: Vec<Event>,
    subscriptions: u64,
}

fn plan(name: &str) -> Plan {
    let (price, credits) = if name == "small" { (499, 10) } else { (2499, 100) };
    let body = format!(
        r#"{{"sku_id":"{name}","name":"{name}","currency":"INR","billing_cycle":"monthly","tiers":[
            {{"tier_code":"T","price":{price},"max_users":5,"max_storage_gb":1,"features_included":{{"credits":{credits}}}}}]}}"#
    );
    Plan::read(body.as_bytes()).unwrap()
}

impl Story<'_> {
    fn chance(&self, one_in: u64) -> bool {
        self.random.below(one_in) == 0
    }

    fn tell(&mut self, what: SubscriptionEvent, subscription: Option<&str>, plan: Option<Plan>) {
        let event = Event {
            at: Some(Timestamp::from_millis(self.now)),
            subscription: subscription.map(ToOwned::to_owned),
            gateway: self.gateway(subscription),
            what,
            names_plan: plan.is_some(),
            plan,
            seats: None,
            bill: None,
            tax_rates: TaxRates::default(),
        };
        self.told.push(event);
    }

    /// Who tells of `subscription`; without one, of the one so far.
    fn gateway(&self, subscription: Option<&str>) -> Option<String> {
        let name = subscription.or(self.truth.subscription.as_deref())?;
        name.split_once(':').map(|(gateway, _)| gateway.to_owned())
    }

    /// Seconds to days go by.
    fn wait(&mut self) {
        let longest = if self.chance(3) { 20 * DAY } else { 3600 * 1000 };
        self.now += 1000 * (1 + i64::try_from(self.random.below(u64::try_from(longest / 1000).unwrap())).unwrap());
    }

    /// A payment, which one to three events report.
    fn pay(&mut self) {
        let name = format!("pay_{}", self.truth.payments.len());
        let subscription = self.truth.subscription.clone().unwrap();
        let plan_name = self.truth.plan.clone().unwrap();
        let (amount, credits) = if plan_name == "small" { (49_900, 10) } else { (249_900, 100) };
        let at = Timestamp::from_millis(self.now);
        let end = Cycle::Monthly.end_from(self.truth.period_end.map_or(at, |end| end.max(at)));
        let report = |end: Option<Timestamp>, account: bool| {
            SubscriptionEvent::Paid(ReportedPayment {
                names: [name.clone()].into(),
                amount: Some((amount, "INR".into())),
                period: Period { end, cycle: None },
                account: account.then(|| "razorpay:acc_1".into()),
                ..ReportedPayment::default()
            })
        };
        // At least one report names the plan and one the subscription; the charge says until when is paid for.
        let named = Some(plan(&plan_name));
        match self.random.below(3) {
            0 => self.tell(report(None, true), Some(&subscription), named),
            1 => self.tell(report(Some(end), false), Some(&subscription), named),
            _ => {
                self.tell(report(None, true), None, named.clone());
                if self.chance(2) {
                    self.tell(report(None, false), None, None);
                }
                if self.chance(2) {
                    self.now += 1000 * i64::try_from(self.random.below(3)).unwrap();
                }
                self.tell(report(Some(end), true), Some(&subscription), named);
            }
        }
        self.truth.payments.insert(name);
        self.truth.status = Some(Status::Active);
        self.truth.payment = Some(PaymentStatus::Paid);
        self.truth.period_end = Some(end);
        self.truth.credits += credits;
    }

    fn subscribe(&mut self) {
        self.subscriptions += 1;
        let gateway = if self.chance(2) { "razorpay" } else { "stripe" };
        self.former.extend(self.truth.subscription.take().zip(self.truth.plan.take()));
        self.truth.subscription = Some(format!("{gateway}:sub_{}", self.subscriptions));
        self.truth.plan = Some(if self.chance(2) { "small" } else { "large" }.to_owned());
        self.pay();
    }

    /// One charge after another fails.
    fn fail(&mut self, payment: Option<String>) {
        let subscription = self.truth.subscription.clone();
        if self.chance(2) {
            self.tell(SubscriptionEvent::Failed(payment), subscription.as_deref(), None);
            self.truth.payment = Some(PaymentStatus::Failed);
        } else {
            self.tell(SubscriptionEvent::Pending, subscription.as_deref(), None);
            self.truth.payment = Some(PaymentStatus::Pending);
        }
        self.truth.status = Some(Status::PastDue);
    }

    /// Something of a subscription that was left for another: it moves nothing, but what is paid is paid.
    fn recall(&mut self) {
        let index = usize::try_from(self.random.below(u64::try_from(self.former.len()).unwrap())).unwrap();
        let (subscription, plan_name) = self.former[index].clone();
        let is_paid = self.truth.status == Some(Status::Active)
            && self.truth.period_end.is_some_and(|end| self.now < end.as_millis());
        let what = match self.random.below(7) {
            0 => SubscriptionEvent::Pending,
            1 => SubscriptionEvent::Halted,
            2 => SubscriptionEvent::Paused,
            3 => SubscriptionEvent::Reactivated,
            4 => SubscriptionEvent::Failed(Some(format!("refused_{}", self.now))),
            5 if is_paid => {
                let name = format!("pay_{}", self.truth.payments.len());
                let end = Cycle::Monthly.end_from(Timestamp::from_millis(self.now));
                let (amount, credits) = if plan_name == "small" { (49_900, 10) } else { (249_900, 100) };
                self.truth.payments.insert(name.clone());
                self.truth.credits += credits;
                self.truth.period_end = self.truth.period_end.max(Some(end));
                SubscriptionEvent::Paid(ReportedPayment {
                    names: [name].into(),
                    amount: Some((amount, "INR".into())),
                    period: Period { end: self.chance(2).then_some(end), cycle: None },
                    ..ReportedPayment::default()
                })
            }
            _ => SubscriptionEvent::Cancelled,
        };
        let plan = matches!(what, SubscriptionEvent::Paid(_)).then(|| plan(&plan_name));
        self.tell(what, Some(&subscription), plan);
    }

    fn step(&mut self) {
        self.wait();
        if !self.former.is_empty() && self.chance(4) {
            return self.recall();
        }
        let subscription = self.truth.subscription.clone();
        let next = self.random.below(10);
        match (self.truth.status, next) {
            (None, 0..2) => {
                self.tell(SubscriptionEvent::Failed(Some("pay_refused".into())), None, None);
                self.truth.payment = Some(PaymentStatus::Failed);
            }
            (None | Some(Status::Cancelled), 2..) => self.subscribe(),
            // Somebody who has cancelled fails to buy something else.
            (Some(Status::Cancelled), _) => self.tell(SubscriptionEvent::Failed(None), None, None),
            (Some(Status::Active), 0..5) => self.pay(),
            (Some(Status::Active), 5..7) => self.fail(Some(format!("refused_{}", self.now))),
            (Some(Status::Active), 7) => {
                // Another plan: a new subscription; word of the old one's end follows and means nothing to the new.
                self.subscribe();
                self.now += 1000;
                self.tell(SubscriptionEvent::Cancelled, subscription.as_deref(), None);
            }
            (Some(Status::PastDue), 0..4) => {
                // The charge that failed comes in at last. Word of its failure may still be on its way.
                let name = format!("pay_{}", self.truth.payments.len());
                self.tell(SubscriptionEvent::Failed(Some(name)), subscription.as_deref(), None);
                self.now += 1000;
                self.pay();
            }
            (Some(Status::PastDue), 4..6) => self.fail(None),
            (Some(Status::PastDue), 6..8) => {
                self.tell(SubscriptionEvent::Pending, subscription.as_deref(), None);
                self.tell(SubscriptionEvent::Halted, subscription.as_deref(), None);
                self.truth.status = Some(Status::Suspended);
                self.truth.payment = Some(PaymentStatus::Failed);
            }
            (Some(Status::Active), 8) => {
                self.tell(SubscriptionEvent::Paused, subscription.as_deref(), None);
                self.truth.status = Some(Status::Suspended);
            }
            (Some(Status::PastDue), 8) | (Some(Status::Suspended), 6..8) => {
                self.tell(SubscriptionEvent::Reactivated, subscription.as_deref(), None);
                (self.truth.status, self.truth.payment) = (Some(Status::Active), Some(PaymentStatus::Paid));
            }
            (Some(Status::Suspended), 8) => {
                self.tell(SubscriptionEvent::Overdue, subscription.as_deref(), None);
                (self.truth.status, self.truth.payment) = (Some(Status::PastDue), Some(PaymentStatus::Pending));
            }
            (Some(Status::Suspended), 0..6) => self.pay(),
            (Some(_), _) => {
                self.tell(SubscriptionEvent::Cancelled, subscription.as_deref(), None);
                self.truth.status = Some(Status::Cancelled);
            }
        }
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

fn shuffle<T>(random: &SeededRandom, list: &mut [T]) {
    for last in (1..list.len()).rev() {
        list.swap(last, usize::try_from(random.below(u64::try_from(last).unwrap() + 1)).unwrap());
    }
}

#[test]
fn however_a_history_is_told_the_subscription_stands_where_it_ends() {
    let by_time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let (seed, histories) = (number("SEED", by_time), number("HISTORIES", 2_000));
    println!("SEED={seed} HISTORIES={histories}");
    let random = SeededRandom::new(seed);
    let mut ends: BTreeMap<&str, u64> = BTreeMap::new();
    for round in 0..histories {
        let mut story = Story {
            former: Vec::new(),
            random: &random,
            now: START.as_millis(),
            truth: Truth::default(),
            told: Vec::new(),
            subscriptions: 0,
        };
        for _ in 0..=random.below(14) {
            story.step();
        }
        let Story { truth, mut told, now, .. } = story;
        let doubles: Vec<Event> = told.iter().filter(|_| random.below(3) == 0).cloned().collect();
        told.extend(doubles);
        if random.below(10) > 0 {
            shuffle(&random, &mut told);
        }
        let heard = Timestamp::from_millis(now + DAY);
        let mut history = History::default();
        let mut receipts = 0;
        for event in &told {
            let step = apply(&history, event, heard).unwrap();
            receipts += step.effects.iter().filter(|effect| **effect == Effect::NotifyPaid).count();
            // What is stored is what is read again.
            history = serde_json::from_str(&serde_json::to_string(&step.history).unwrap()).unwrap();
            assert_eq!(history, step.history);
        }
        let state = history.state();
        let found = Truth {
            status: state.status,
            payment: state.payment,
            subscription: state.subscription.clone(),
            period_end: state.period_end,
            plan: state.terms.as_ref().map(|terms| terms.plan_id.clone()),
            credits: state.credits,
            payments: truth.payments.clone(),
        };
        assert_eq!(found, truth, "SEED={seed}, history {round}: {told:#?}");
        assert_eq!(receipts, truth.payments.len(), "SEED={seed}, history {round}");
        *ends.entry(truth.status.map_or("none", Status::as_str)).or_default() += 1;
    }
    println!("{ends:?}");
    for end in ["active", "past_due", "suspended", "cancelled", "none"] {
        assert!(ends.contains_key(end), "no history ended {end}");
    }
}
