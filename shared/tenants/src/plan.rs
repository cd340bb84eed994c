//! What the ERP says a plan costs and gives. The ERP is its owner; here it is read, never kept.

use edge_signatures::{Currency, Money};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::subscription::Cycle;

/// A plan: a SKU of the ERP's that one subscribes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The SKU's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How often is paid, where the ERP says so.
    pub cycle: Option<Cycle>,
    /// What it may cost by itself: its offer price, or else its base price.
    pub price: Option<Money>,
    /// What is asked once beside the first price.
    pub setup_fee: Option<i64>,
    /// Its tiers, in the ERP's order.
    pub tiers: Vec<Tier>,
}

/// A tier of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its code; empty where it has none.
    pub code: String,
    /// What it costs, where that differs from the plan's own price.
    pub price: Option<Money>,
    /// How many users it allows; None: as many as one likes.
    pub max_users: Option<i64>,
    /// How much room it gives, GB; None: as much as one likes.
    pub max_storage_gb: Option<i64>,
    /// Credits for each paid period.
    pub credits: i64,
}

/// What a payment bought: taken from the tier of a plan, and kept with the payment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Terms {
    /// The plan's id.
    pub plan_id: String,
    /// What people call the plan.
    pub plan_name: String,
    /// The tier's code; empty where the plan has no tiers.
    pub tier_code: String,
    /// How many users are allowed; None: as many as one likes.
    pub max_users: Option<i64>,
    /// Room for documents, MB: the tier's GB × 1024; None: as much as one likes.
    pub docs_quota_mb: Option<i64>,
    /// Credits for each paid period.
    pub credits: i64,
    /// Whether the plan has tiers at all: without them nothing is said of quotas.
    pub has_quotas: bool,
    /// How often is paid, where the plan says so.
    pub cycle: Option<Cycle>,
}

/// A plan that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the plan's {0} cannot be read")]
pub struct UnreadablePlan(pub &'static str);

impl Plan {
    /// Reads a plan as the ERP writes it, by itself or as `{"data": {…}}`.
    pub fn read(body: &[u8]) -> Result<Self, UnreadablePlan> {
        let whole: Value = serde_json::from_slice(body).map_err(|_| UnreadablePlan("JSON"))?;
        let plan = match whole.get("data") {
            Some(Value::Object(_)) => whole.get("data").unwrap_or(&whole),
            Some(Value::Array(plans)) => plans.first().unwrap_or(&whole),
            _ => &whole,
        };
        let id = text(plan, "sku_id").or_else(|| text(plan, "id")).ok_or(UnreadablePlan("sku_id"))?;
        let currency = match text(plan, "currency") {
            Some(code) => Currency::parse(&code).map_err(|_| UnreadablePlan("currency"))?,
            // The seed's prices are rupees and do not say so.
            None => Currency::INR,
        };
        let money = |of: &Value, field: &'static str| amount(of, field, currency).map_err(|()| UnreadablePlan(field));
        let offer = money(plan, "offer_price")?;
        let price = match offer {
            Some(offer) => Some(offer),
            None => money(plan, "base_price")?,
        };
        let mut tiers = Vec::new();
        for tier in plan.get("tiers").and_then(Value::as_array).into_iter().flatten() {
            tiers.push(Tier {
                code: text(tier, "tier_code").unwrap_or_default(),
                price: money(tier, "price")?,
                max_users: count(tier, "max_users")?,
                max_storage_gb: count(tier, "max_storage_gb")?,
                credits: tier.get("features_included").map_or(Ok(None), |all| count(all, "credits"))?.unwrap_or(0),
            });
        }
        let cycle = text(plan, "billing_cycle").as_deref().and_then(Cycle::parse);
        let setup_fee = money(plan, "setup_fee")?.map(|fee| fee.minor);
        let name = text(plan, "name").unwrap_or_else(|| id.clone());
        Ok(Self { id, name, cycle, price, setup_fee, tiers })
    }

    /// The currency it is paid in, where it has a price.
    pub fn currency(&self) -> Option<Currency> {
        self.prices().next().map(|price| price.currency)
    }

    fn prices(&self) -> impl Iterator<Item = Money> {
        self.tiers.iter().filter_map(|tier| tier.price).chain(self.price)
    }

    /// The tier that `amount` pays for: the cheapest way to read it. Without an amount, and where the plan has no
    /// price, the first. None: no price of the plan's comes to that amount.
    pub fn bought_by(&self, amount: Option<Money>, tier_code: Option<&str>) -> Option<Terms> {
        let named = |tier: &&Tier| tier_code.is_none_or(|code| tier.code == code);
        let mut candidates = self.tiers.iter().filter(named).peekable();
        let tier = match amount {
            Some(amount) if self.prices().next().is_some() => {
                if self.tiers.is_empty() {
                    self.price.filter(|price| self.comes_to(*price, amount)).map(|_| None)?
                } else {
                    let costs =
                        |tier: &&Tier| tier.price.or(self.price).is_some_and(|price| self.comes_to(price, amount));
                    let by_tier = candidates.find(costs);
                    // The plan's own price buys its first tier.
                    let by_plan = || self.price.filter(|price| self.comes_to(*price, amount)).and(self.tiers.first());
                    Some(by_tier.or_else(by_plan)?)
                }
            }
            _ => candidates.peek().copied().or_else(|| self.tiers.first()),
        };
        Some(Terms {
            plan_id: self.id.clone(),
            plan_name: self.name.clone(),
            tier_code: tier.map(|tier| tier.code.clone()).unwrap_or_default(),
            max_users: tier.and_then(|tier| tier.max_users),
            docs_quota_mb: tier.and_then(|tier| tier.max_storage_gb).map(|gb| gb.saturating_mul(1024)),
            credits: tier.map_or(0, |tier| tier.credits),
            has_quotas: tier.is_some(),
            cycle: self.cycle,
        })
    }

    /// Whether `amount` is `price`, alone or with the fee for setting up.
    fn comes_to(&self, price: Money, amount: Money) -> bool {
        let with_fee = self.setup_fee.and_then(|fee| price.minor.checked_add(fee));
        amount.currency == price.currency && (amount.minor == price.minor || Some(amount.minor) == with_fee)
    }
}

fn text(of: &Value, field: &str) -> Option<String> {
    match of.get(field)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An amount, as a number or a text, of which only the digits are read. A price of nothing is no price.
fn amount(of: &Value, field: &str, currency: Currency) -> Result<Option<Money>, ()> {
    let written = match of.get(field) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return Err(()),
    };
    let money = Money::parse(&written, currency).map_err(|_| ())?;
    Ok(Some(money).filter(|money| money.minor > 0))
}

fn count(of: &Value, field: &'static str) -> Result<Option<i64>, UnreadablePlan> {
    match of.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_i64() {
            Some(count) if count >= 0 => Ok(Some(count)),
            // The ERP writes -1 for no limit.
            Some(_) => Ok(None),
            None => Err(UnreadablePlan(field)),
        },
    }
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

    #[test]
    fn the_amount_tells_the_tier() {
        for (paid, tier) in [(249_900, "PRO"), (299_900, "PRO"), (499_900, "PRO-PLUS"), (549_900, "PRO-PLUS")] {
            assert_eq!(plan().bought_by(rupees(paid), None).unwrap().tier_code, tier, "{paid}");
        }
        for wrong in [1, 249_899, 0, -249_900] {
            assert_eq!(plan().bought_by(rupees(wrong), None), None, "{wrong}");
        }
        let dollars = Money { minor: 249_900, currency: Currency::parse("USD").unwrap() };
        assert_eq!(plan().bought_by(Some(dollars), None), None);
        assert_eq!(plan().bought_by(None, None).unwrap().tier_code, "PRO");
    }

    #[test]
    fn quotas_are_the_tiers_and_storage_is_counted_in_megabytes() {
        let terms = plan().bought_by(rupees(249_900), None).unwrap();
        assert_eq!((terms.max_users, terms.docs_quota_mb, terms.credits), (Some(25), Some(102_400), 100));
    }

    #[test]
    fn a_plan_is_read_bare_or_wrapped_and_what_is_no_plan_is_refused() {
        let bare = json!({"sku_id": "s", "name": "S", "base_price": "0.10", "tiers": []});
        let wrapped = json!({ "data": bare });
        let read = |body: &Value| Plan::read(body.to_string().as_bytes());
        assert_eq!(read(&bare), read(&wrapped));
        assert_eq!(read(&bare).unwrap().price, rupees(10));
        for wrong in [
            json!([]),
            json!({}),
            json!({"sku_id": "s", "currency": "XYZ"}),
            json!({"sku_id": "s", "base_price": "much"}),
            json!({"sku_id": "s", "base_price": 0.001}),
            json!({"sku_id": "s", "tiers": [{"max_users": "many"}]}),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }
}
