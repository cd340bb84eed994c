//! The price of an order: that of the plan's tier, times seats and periods, and the setup fee where a customer buys for
//! the first time.

use edge_money::Money;

use crate::cycle::Cycle;
use crate::error::QuoteError;
use crate::plan::{Plan, Tier};

/// An order whose price is wanted.
#[derive(Clone, Copy, Debug)]
pub struct QuoteRequest<'a> {
    /// The billing cycle.
    pub cycle: Cycle,
    /// The code of the tier; None: the plan at its own price, which buys its first tier.
    pub tier_code: Option<&'a str>,
    /// The number of seats.
    pub seats: i64,
    /// Whether the customer never paid before, and pays the setup fee too.
    pub is_first: bool,
}

/// The price of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote<'p> {
    /// All that is to be paid now.
    pub amount: Money,
    /// The tier that is bought; None: the plan has no tiers.
    pub tier: Option<&'p Tier>,
}

/// The most seats that are sold at once.
const MAX_SEATS: i64 = 100_000;

impl Plan {
    /// The price of `order`.
    pub fn quote(&self, order: &QuoteRequest<'_>) -> Result<Quote<'_>, QuoteError> {
        let tier = match order.tier_code {
            Some(code) => Some(self.tiers.iter().find(|tier| tier.code == code).ok_or(QuoteError::Tier)?),
            None => self.tiers.first(),
        };
        let most = tier.and_then(|tier| tier.max_users).unwrap_or(MAX_SEATS).min(MAX_SEATS);
        if !(1..=most).contains(&order.seats) {
            return Err(QuoteError::Seats(most));
        }
        let of_tier = tier.and_then(|tier| tier.own_price());
        let price = match order.tier_code {
            Some(_) => of_tier.or(self.price()),
            None => self.price().or(of_tier),
        };
        let price = price.ok_or(QuoteError::Price)?;
        // The price is for the plan's own cycle. A longer one is paid for at once; a shorter one is not sold.
        let too_often = || QuoteError::Cycle(self.cycle().unwrap_or(order.cycle));
        let times = self.times(Some(order.cycle)).ok_or_else(too_often)?;
        let fee = self.setup_fee.filter(|_| order.is_first).map_or(0, |fee| fee.minor);
        let minor = price.minor.checked_mul(order.seats).and_then(|minor| minor.checked_mul(times));
        let minor = minor.and_then(|minor| minor.checked_add(fee)).ok_or(QuoteError::Amount)?;
        Ok(Quote { amount: Money { minor, ..price }, tier })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(cycle: &str) -> Plan {
        let body = json!({
            "sku_id": "s", "name": "S", "base_price": 2999, "offer_price": 2499, "setup_fee": 500, "billing_cycle": cycle,
            "tiers": [{"tier_code": "A", "price": 2500, "max_users": 25}, {"tier_code": "B", "price": 4999.50}, {"tier_code": "C"}],
        });
        Plan::read(body.to_string().as_bytes()).unwrap()
    }

    const ORDER: QuoteRequest<'_> = QuoteRequest { cycle: Cycle::Monthly, tier_code: None, seats: 1, is_first: false };

    #[test]
    fn the_price_is_the_tiers_times_seats_times_the_cycle_and_the_fee_once() {
        let a = Some("A");
        for (order, amount) in [
            (ORDER, "2499.00"),
            (QuoteRequest { is_first: true, ..ORDER }, "2999.00"),
            (QuoteRequest { tier_code: a, ..ORDER }, "2500.00"),
            (QuoteRequest { tier_code: Some("B"), seats: 3, ..ORDER }, "14998.50"),
            (QuoteRequest { tier_code: Some("C"), ..ORDER }, "2499.00"),
            (QuoteRequest { cycle: Cycle::Annual, ..ORDER }, "29988.00"),
            (QuoteRequest { cycle: Cycle::Quarterly, tier_code: a, seats: 25, is_first: true }, "188000.00"),
        ] {
            assert_eq!(plan("monthly").quote(&order).unwrap().amount.to_decimal(), amount, "{order:?}");
        }
        assert_eq!(
            plan("annual").quote(&QuoteRequest { cycle: Cycle::Annual, ..ORDER }).unwrap().amount.to_decimal(),
            "2499.00"
        );
        let without_cycle = plan("");
        let quote = without_cycle.quote(&QuoteRequest { cycle: Cycle::Annual, tier_code: a, ..ORDER }).unwrap();
        assert_eq!(quote.amount.to_decimal(), "2500.00");
        let terms = without_cycle.terms(quote.tier, Some(Cycle::Annual));
        assert_eq!((terms.tier_code.as_str(), terms.cycle), ("A", Some(Cycle::Annual)));
    }

    #[test]
    fn what_is_not_sold_has_no_price() {
        let free = Plan::read(br#"{"sku_id":"s","base_price":0}"#).unwrap();
        assert_eq!(free.quote(&ORDER), Err(QuoteError::Price));
        for (order, why) in [
            (QuoteRequest { tier_code: Some("D"), ..ORDER }, QuoteError::Tier),
            (QuoteRequest { seats: 26, ..ORDER }, QuoteError::Seats(25)),
            (QuoteRequest { seats: 0, ..ORDER }, QuoteError::Seats(25)),
            (QuoteRequest { seats: -1, tier_code: Some("B"), ..ORDER }, QuoteError::Seats(MAX_SEATS)),
        ] {
            assert_eq!(plan("monthly").quote(&order), Err(why), "{order:?}");
        }
        assert_eq!(plan("annual").quote(&ORDER), Err(QuoteError::Cycle(Cycle::Annual)));
        let dear = Plan::read(br#"{"sku_id":"s","base_price":90000000000000000}"#).unwrap();
        assert_eq!(dear.quote(&QuoteRequest { seats: 1000, ..ORDER }), Err(QuoteError::Amount));
    }
}
