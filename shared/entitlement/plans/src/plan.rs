//! A plan, and what a payment for it bought.

use edge_money::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::cycle::Cycle;

/// A plan: a SKU of the ERP's that one subscribes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The SKU's id.
    pub id: String,
    /// The SKU's code: `WORKSPACE-STARTER`.
    pub code: Option<String>,
    /// The name for display.
    pub name: String,
    /// The description for display.
    pub description: Option<String>,
    /// The currency.
    pub currency: Currency,
    /// The billing cycle, as the ERP writes it.
    pub billing_cycle: Option<String>,
    /// The price without an offer.
    pub base_price: Option<Money>,
    /// The price of the present offer.
    pub offer_price: Option<Money>,
    /// The fee that is charged once, with the first payment.
    pub setup_fee: Option<Money>,
    /// The length of the trial.
    pub trial_period_days: Option<i64>,
    /// Its tiers, in the ERP's order.
    pub tiers: Vec<Tier>,
}

/// A tier of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its code; empty where it has none.
    pub code: String,
    /// The name for display.
    pub name: Option<String>,
    /// The price, where it differs from the plan's own.
    pub price: Option<Money>,
    /// The maximum number of users; None: unlimited.
    pub max_users: Option<i64>,
    /// The storage, GB; None: unlimited.
    pub max_storage_gb: Option<i64>,
    /// Credits for each paid period.
    pub credits: i64,
    /// Other features: JSON, as the ERP wrote it.
    pub features: Option<String>,
    /// Whether it is highlighted.
    pub is_featured: bool,
}

/// What a payment bought: taken from the tier of a plan, and kept with the payment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Terms {
    /// The plan's id.
    pub plan_id: String,
    /// The plan's name for display.
    pub plan_name: String,
    /// The tier's code; empty where the plan has no tiers.
    pub tier_code: String,
    /// The maximum number of users; None: unlimited.
    pub max_users: Option<i64>,
    /// The document quota, MB: the tier's GB × 1024; None: unlimited.
    pub docs_quota_mb: Option<i64>,
    /// Credits for each paid period.
    pub credits: i64,
    /// Whether the plan has tiers: without tiers it sets no quotas.
    pub has_quotas: bool,
    /// The billing cycle, where the plan has one.
    pub cycle: Option<Cycle>,
}

/// How a plan was ordered, as far as the report of a payment shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderDetails {
    /// The billing cycle.
    pub cycle: Option<Cycle>,
    /// The number of seats.
    pub seats: Option<i64>,
}

/// Months that a year of a monthly plan costs, beside twelve: Bheem Workspace sells ₹2,499 a month for ₹24,990 a year.
const MONTHS_OF_A_YEAR: i64 = 10;

/// A price of 0 counts as none.
fn asked(price: Option<Money>) -> Option<Money> {
    price.filter(|price| price.minor > 0)
}

impl Tier {
    /// What it costs, where that differs from the plan's own price.
    pub fn own_price(&self) -> Option<Money> {
        asked(self.price)
    }
}

impl Plan {
    /// How often is paid, where the ERP says so.
    pub fn cycle(&self) -> Option<Cycle> {
        self.billing_cycle.as_deref().and_then(Cycle::parse)
    }

    /// What it costs by itself: its offer price, or else its base price.
    pub fn price(&self) -> Option<Money> {
        asked(self.offer_price).or(asked(self.base_price))
    }

    /// The currency it is paid in, where it has a price.
    pub fn currency(&self) -> Option<Currency> {
        self.prices().next().map(|price| price.currency)
    }

    fn prices(&self) -> impl Iterator<Item = Money> {
        self.tiers.iter().filter_map(Tier::own_price).chain(self.price())
    }

    /// The tier that `amount` pays for: the cheapest way to read it, as it was ordered where the amount is for that,
    /// and else for one seat or one of the plan's own cycles. Without an amount, and where the plan has no price, the
    /// first. The cycle among the terms is the one that the amount pays for. None: no price of the plan is that
    /// amount. `tax_rate`: how much tax is on top, in hundredths of a percent.
    pub(crate) fn terms_for(&self, amount: Option<Money>, order: OrderDetails, tax_rate: i64) -> Option<Terms> {
        let own_cycle = self.cycle();
        let Some(amount) = amount.filter(|_| self.prices().next().is_some()) else {
            return Some(self.terms(self.tiers.first(), own_cycle));
        };
        let cycles = [order.cycle.or(own_cycle), own_cycle];
        let seats = [order.seats.unwrap_or(1), 1];
        cycles.into_iter().flat_map(|cycle| seats.map(|seats| (cycle, seats))).find_map(|(cycle, seats)| {
            let mut times = self.times(cycle).into_iter().chain(self.times_by_offer(cycle));
            let tier =
                times.find_map(|times| self.costing(|price| self.pays_for(price, seats, times, tax_rate, amount)))?;
            Some(self.terms(tier, cycle))
        })
    }

    /// The tier with such a price, or none of a plan without tiers; None: no price is such.
    fn costing(&self, is_it: impl Fn(Money) -> bool) -> Option<Option<&Tier>> {
        let own = self.price();
        if self.tiers.is_empty() {
            return own.filter(|price| is_it(*price)).map(|_| None);
        }
        let by_tier = self.tiers.iter().find(|tier| tier.own_price().or(own).is_some_and(&is_it));
        // The plan's own price buys its first tier.
        let by_plan = || own.filter(|price| is_it(*price)).and(self.tiers.first());
        by_tier.or_else(by_plan).map(Some)
    }

    /// How many of the plan's own cycles `cycle` is, for each of which the price is asked; None: not a whole one.
    pub(crate) fn times(&self, cycle: Option<Cycle>) -> Option<i64> {
        let (Some(cycle), Some(own)) = (cycle, self.cycle()) else { return Some(1) };
        cycle.months().checked_div(own.months()).filter(|times| *times > 0).map(i64::from)
    }

    /// For how many of them it may have been sold besides.
    fn times_by_offer(&self, cycle: Option<Cycle>) -> Option<i64> {
        let is_year_of_months = (cycle, self.cycle()) == (Some(Cycle::Annual), Some(Cycle::Monthly));
        is_year_of_months.then_some(MONTHS_OF_A_YEAR)
    }

    /// What `tier` gives, paid by `cycle`.
    pub fn terms(&self, tier: Option<&Tier>, cycle: Option<Cycle>) -> Terms {
        Terms {
            plan_id: self.id.clone(),
            plan_name: self.name.clone(),
            tier_code: tier.map(|tier| tier.code.clone()).unwrap_or_default(),
            max_users: tier.and_then(|tier| tier.max_users),
            docs_quota_mb: tier.and_then(|tier| tier.max_storage_gb).map(|gb| gb.saturating_mul(1024)),
            credits: tier.map_or(0, |tier| tier.credits),
            has_quotas: tier.is_some(),
            cycle,
        }
    }

    /// Whether `amount` is `price` for so many seats and cycles, alone or with the fee for setting up, and with tax at
    /// `tax_rate` on top.
    fn pays_for(&self, price: Money, seats: i64, times: i64, tax_rate: i64, amount: Money) -> bool {
        let without = price.minor.checked_mul(seats).and_then(|minor| minor.checked_mul(times));
        let with_fee = || without?.checked_add(asked(self.setup_fee)?.minor);
        let is_paid = |net: Option<i64>| net.is_some_and(|net| is_with_tax(net, tax_rate, amount.minor));
        amount.currency == price.currency && (is_paid(without) || is_paid(with_fee()))
    }
}

/// Whether `gross` is `net` with tax at `rate`, hundredths of a percent, on top, rounded either way.
fn is_with_tax(net: i64, rate: i64, gross: i64) -> bool {
    let exact = i128::from(net) * i128::from(rate);
    let tax = (i128::from(gross) - i128::from(net)) * 10_000;
    (tax - exact).abs() < 10_000 && (rate > 0 || gross == net)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan() -> Plan {
        let body = json!({
            "sku_id": "sku-pro", "name": "Professional", "currency": "INR", "base_price": 2999, "offer_price": "2499.00",
            "setup_fee": 500, "billing_cycle": "monthly",
            "tiers": [
                {"tier_code": "PRO", "price": 2499.00, "max_users": 25, "max_storage_gb": 100,
                 "features_included": {"credits": 100}},
                {"tier_code": "PRO-PLUS", "price": 4999, "max_users": 100, "max_storage_gb": 500, "features_included": {}},
            ],
        });
        Plan::read(body.to_string().as_bytes()).unwrap()
    }

    fn rupees(minor: i64) -> Option<Money> {
        Some(Money { minor, currency: Currency::INR })
    }

    fn as_usual(amount: Option<Money>) -> Option<Terms> {
        plan().terms_for(amount, OrderDetails::default(), 0)
    }

    #[test]
    fn the_amount_tells_the_tier() {
        for (paid, tier) in [(249_900, "PRO"), (299_900, "PRO"), (499_900, "PRO-PLUS"), (549_900, "PRO-PLUS")] {
            assert_eq!(as_usual(rupees(paid)).unwrap().tier_code, tier, "{paid}");
        }
        for wrong in [1, 249_899, 0, -249_900] {
            assert_eq!(as_usual(rupees(wrong)), None, "{wrong}");
        }
        let dollars = Money { minor: 249_900, currency: Currency::parse("USD").unwrap() };
        assert_eq!(as_usual(Some(dollars)), None);
        assert_eq!(as_usual(None).unwrap().tier_code, "PRO");
    }

    #[test]
    fn the_amount_tells_for_how_long_and_for_how_many_seats_was_paid() {
        let (monthly, annual) = (Some(Cycle::Monthly), Some(Cycle::Annual));
        let order = |cycle, seats| OrderDetails { cycle, seats };
        for (paid, order, terms) in [
            (2_998_800, order(annual, None), Some(("PRO", annual))),
            (3_048_800, order(annual, Some(1)), Some(("PRO", annual))),
            (749_700, order(None, Some(3)), Some(("PRO", monthly))),
            (17_996_400, order(annual, Some(3)), Some(("PRO-PLUS", annual))),
            // Ordered for a year, and a month was paid.
            (249_900, order(annual, None), Some(("PRO", monthly))),
            (249_900, order(monthly, Some(3)), Some(("PRO", monthly))),
            // A year for the price of ten months.
            (2_499_000, order(annual, None), Some(("PRO", annual))),
            (2_549_000, order(annual, None), Some(("PRO", annual))),
            (2_748_900, order(annual, None), None),
            (2_499_000, order(monthly, None), None),
            // Nobody said for how long or how many.
            (2_998_800, OrderDetails::default(), None),
            (749_700, OrderDetails::default(), None),
            (249_900, order(None, Some(i64::MAX)), Some(("PRO", monthly))),
        ] {
            let bought = plan().terms_for(rupees(paid), order, 0);
            let bought = bought.as_ref().map(|terms| (terms.tier_code.as_str(), terms.cycle));
            assert_eq!(bought, terms, "{paid} {order:?}");
        }
    }

    #[test]
    fn quotas_are_the_tiers_and_storage_is_counted_in_megabytes() {
        let terms = as_usual(rupees(249_900)).unwrap();
        assert_eq!((terms.max_users, terms.docs_quota_mb, terms.credits), (Some(25), Some(102_400), 100));
    }
}
