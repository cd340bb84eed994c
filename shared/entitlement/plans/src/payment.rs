//! What a payment bought of a plan: its amount held against the plan's prices, alone or with what the gateway shows of
//! how it arrived at it.

use edge_money::{Bill, Line, Money};

use crate::plan::{OrderDetails, Plan, Terms, Tier};
use crate::tax::TaxRates;

/// A payment, as far as its report shows it.
#[derive(Clone, Copy, Debug)]
pub struct Payment<'a> {
    /// The amount.
    pub amount: Option<Money>,
    /// The lines of the amount.
    pub bill: Option<&'a Bill>,
    /// How the plan was ordered.
    pub order: OrderDetails,
    /// Taxes that may be on top of a price.
    pub tax_rates: &'a TaxRates,
}

/// What a payment purchases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    /// What is given for it.
    pub terms: Terms,
    /// What it costs regularly, where that is not the amount.
    pub price: Option<Money>,
    /// Whether it is a trial: nothing was paid.
    pub is_trial: bool,
}

impl Plan {
    /// What `payment` bought; None: it is no price of the plan. Where the gateway shows how it arrived at the
    /// amount, that must add up, and the line that is for the plan must be a price of it: then discounts, taxes at an
    /// allowed rate, prorations, trials and other lines are right as they are. Else the amount itself must be a price,
    /// with an allowed tax on top or without.
    pub fn purchase(&self, payment: &Payment<'_>) -> Option<Purchase> {
        let by_bill = || self.purchase_by_bill(payment.bill?, payment);
        by_bill().or_else(|| self.purchase_by_amount(payment))
    }

    fn purchase_by_amount(&self, payment: &Payment<'_>) -> Option<Purchase> {
        payment.tax_rates.with_none().find_map(|rate| {
            let terms = self.terms_for(payment.amount, payment.order, rate)?;
            Some(Purchase { terms, price: None, is_trial: false })
        })
    }

    fn purchase_by_bill(&self, bill: &Bill, payment: &Payment<'_>) -> Option<Purchase> {
        let amount = payment.amount.filter(|amount| bill.adds_up_to(amount.minor))?;
        let parts = i64::try_from(bill.lines.len()).ok()?.saturating_mul(2);
        if !payment.tax_rates.allow(bill.tax, bill.net()?, parts) {
            return None;
        }
        let is_trial = amount.minor == 0 && bill.net()? == 0 && bill.discount == 0;
        let candidates = || bill.lines.iter().filter(|line| !line.is_addon && line.amount >= 0);
        // What is paid in full says most; of several, what costs most.
        let mut lines: Vec<&Line> = candidates().collect();
        lines.sort_by_key(|line| (line.is_proration, std::cmp::Reverse(line.amount)));
        lines.into_iter().find_map(|line| {
            let (terms, price) = self.purchase_by_line(line, amount, payment.order)?;
            Some(Purchase { terms, price, is_trial: is_trial && line.amount == 0 })
        })
    }

    /// What one line of a bill bought, and what that costs regularly.
    fn purchase_by_line(&self, line: &Line, amount: Money, order: OrderDetails) -> Option<(Terms, Option<Money>)> {
        let quantity = line.quantity.unwrap_or(1);
        let whole = line.unit_amount.and_then(|unit| unit.checked_mul(quantity));
        let order = OrderDetails { seats: line.quantity.or(order.seats), ..order };
        let is_part = line.is_proration || line.amount == 0;
        let full = match (is_part, whole) {
            (false, _) => line.amount,
            // No part is more than the whole; one unit may be rounded.
            (true, Some(whole)) if whole > 0 && line.amount <= whole.saturating_add(1) => whole,
            (true, Some(_)) => return None,
            (true, None) => return self.prorated_purchase(line, amount, quantity),
        };
        let full = Money { minor: full, ..amount };
        let terms = self.terms_for(Some(full), order, 0)?;
        Some((terms, Some(full)))
    }

    /// What a line bought that is only a part of a price, and does not say of which: the least that it may be. It must
    /// name the plan, or be for trying it.
    fn prorated_purchase(&self, line: &Line, amount: Money, quantity: i64) -> Option<(Terms, Option<Money>)> {
        let names_plan = line.plan_id.as_ref().is_some_and(|id| *id == self.id || Some(id) == self.code.as_ref());
        let has_trial = line.amount == 0 && (line.is_trial || self.trial_period_days.is_some_and(|days| days > 0));
        if !names_plan && !has_trial {
            return None;
        }
        let price = |tier: &Tier| tier.own_price().or(self.price());
        let costs = |price: Option<Money>| price?.minor.checked_mul(quantity).filter(|whole| *whole >= line.amount);
        let tiers = self.tiers.iter().filter_map(|tier| Some((costs(price(tier))?, Some(tier))));
        let bare = self.tiers.is_empty().then(|| costs(self.price()).map(|whole| (whole, None))).flatten();
        let (whole, tier) = tiers.chain(bare).min_by_key(|(whole, _)| *whole)?;
        Some((self.terms(tier, self.cycle()), Some(Money { minor: whole, ..amount })))
    }
}

#[cfg(test)]
mod tests {
    use edge_money::Currency;
    use serde_json::json;

    use super::*;
    use crate::cycle::Cycle;

    fn plan(more: &serde_json::Value) -> Plan {
        let mut body = json!({
            "sku_id": "sku-pro", "name": "Professional", "currency": "INR", "base_price": 2499, "billing_cycle": "monthly",
            "setup_fee": 500, "tiers": [
                {"tier_code": "PLUS", "price": 4999, "max_users": 100}, {"tier_code": "PRO", "price": 2499, "max_users": 25},
            ],
        });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        Plan::read(body.to_string().as_bytes()).unwrap()
    }

    fn rupees(minor: i64) -> Money {
        Money { minor, currency: Currency::INR }
    }

    /// The tier that was bought, what it costs regularly, and whether it is a trial.
    fn bought(plan: &Plan, amount: i64, bill: Option<Bill>) -> Option<(String, Option<i64>, bool)> {
        let rates = TaxRates::parse("0,18").unwrap();
        let order = OrderDetails { cycle: Some(Cycle::Monthly), seats: None };
        let payment = Payment { amount: Some(rupees(amount)), bill: bill.as_ref(), order, tax_rates: &rates };
        let purchase = plan.purchase(&payment)?;
        Some((purchase.terms.tier_code, purchase.price.map(|price| price.minor), purchase.is_trial))
    }

    fn full(amount: i64) -> Line {
        Line { amount, unit_amount: Some(amount), quantity: Some(1), ..Line::default() }
    }

    fn part(amount: i64, unit: i64) -> Line {
        Line { amount, unit_amount: Some(unit), is_proration: true, ..Line::default() }
    }

    fn bill(lines: &[Line]) -> Bill {
        Bill { lines: lines.to_vec(), ..Bill::default() }
    }

    #[test]
    fn what_adds_up_and_has_a_line_at_the_plans_price_bought_what_that_line_is_for() {
        let (pro, plus) = (
            |price: i64| Some(("PRO".to_owned(), Some(price), false)),
            |price: i64| Some(("PLUS".to_owned(), Some(price), false)),
        );
        let trial = Some(("PRO".to_owned(), Some(249_900), true));
        for (name, amount, bill, expected) in [
            ("18 % on top", 294_882, Bill { tax: 44_982, ..bill(&[full(249_900)]) }, pro(249_900)),
            ("another tax", 274_890, Bill { tax: 24_990, ..bill(&[full(249_900)]) }, None),
            ("a coupon", 199_900, Bill { discount: 50_000, ..bill(&[full(249_900)]) }, pro(249_900)),
            ("a coupon for all of it", 0, Bill { discount: 249_900, ..bill(&[full(249_900)]) }, pro(249_900)),
            (
                "a coupon, and tax on the rest",
                235_882,
                Bill { discount: 50_000, tax: 35_982, ..bill(&[full(249_900)]) },
                pro(249_900),
            ),
            ("a coupon that is not shown", 199_900, bill(&[full(249_900)]), None),
            ("a trial", 0, bill(&[Line { amount: 0, ..full(249_900) }]), trial.clone()),
            ("a trial of something else", 0, bill(&[Line { amount: 0, ..full(100) }]), None),
            ("an upgrade in between", 250_000, bill(&[part(-124_950, 249_900), part(374_950, 499_900)]), plus(499_900)),
            (
                "one that costs a price by chance",
                249_900,
                bill(&[part(-100, 249_900), part(250_000, 499_900)]),
                plus(499_900),
            ),
            ("a part that is more than the whole", 500_000, bill(&[part(500_000, 499_900)]), None),
            ("a part of something else", 100, bill(&[part(100, 1_000)]), None),
            ("a downgrade", 0, bill(&[part(-374_950, 499_900), part(187_425, 249_900)]), pro(249_900)),
            (
                "a renewal after an upgrade",
                749_900,
                bill(&[part(-124_950, 249_900), part(374_950, 499_900), full(499_900)]),
                plus(499_900),
            ),
            (
                "what was left over",
                149_900,
                Bill { from_balance: Some(100_000), ..bill(&[full(249_900)]) },
                pro(249_900),
            ),
            ("an addon", 259_900, bill(&[full(249_900), Line { is_addon: true, ..full(10_000) }]), pro(249_900)),
            (
                "an addon alone",
                499_900,
                bill(&[Line { is_addon: true, ..full(499_900) }]),
                Some(("PLUS".into(), None, false)),
            ),
            (
                "three seats",
                749_700,
                bill(&[Line { amount: 749_700, unit_amount: Some(249_900), quantity: Some(3), ..Line::default() }]),
                pro(749_700),
            ),
            ("with the fee for setting up", 299_900, bill(&[full(249_900), full(50_000)]), pro(249_900)),
            ("a line that is no price", 99, bill(&[full(99)]), None),
            (
                "a bill that does not add up, of an amount that is a price",
                249_900,
                bill(&[full(1)]),
                Some(("PRO".into(), None, false)),
            ),
        ] {
            assert_eq!(bought(&plan(&json!({})), amount, Some(bill)), expected, "{name}");
        }
    }

    #[test]
    fn a_part_that_does_not_say_of_what_is_the_least_that_it_may_be() {
        let named =
            |amount, is_proration| Line { plan_id: Some("sku-pro".into()), amount, is_proration, ..Line::default() };
        let unnamed = |amount| Line { amount, ..Line::default() };
        let plain = plan(&json!({}));
        for (line, tier) in [
            (named(100_000, true), Some("PRO")),
            (named(300_000, true), Some("PLUS")),
            (named(500_000, true), None),
            (named(0, false), Some("PRO")),
            (unnamed(0), None),
            (Line { is_trial: true, ..unnamed(0) }, Some("PRO")),
            (Line { is_trial: true, ..unnamed(100) }, None),
        ] {
            let found = bought(&plain, line.amount, Some(bill(std::slice::from_ref(&line))));
            assert_eq!(found.map(|(tier, ..)| tier).as_deref(), tier, "{line:?}");
        }
        let with_trial = plan(&json!({"trial_period_days": 14}));
        assert!(bought(&with_trial, 0, Some(bill(&[unnamed(0)]))).is_some_and(|(_, _, is_trial)| is_trial));
    }

    #[test]
    fn without_a_bill_the_amount_is_a_price_with_an_allowed_tax_or_without() {
        for (amount, tier) in [
            (249_900, Some("PRO")),
            (294_882, Some("PRO")),
            (589_882, Some("PLUS")),
            (353_882, Some("PRO")),
            (0, None),
            (249_901, None),
            (294_880, None),
            (199_900, None),
            (274_890, None),
        ] {
            let found = bought(&plan(&json!({})), amount, None);
            assert_eq!(found.map(|(tier, ..)| tier).as_deref(), tier, "{amount}");
        }
    }
}
