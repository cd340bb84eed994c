//! The plan of a subscription.

use edge_money::Currency;
use edge_plans::Cycle;
use serde::{Deserialize, Serialize};

/// The plan as it was when the subscription took it: a later price does not change what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTerms {
    /// The plan's id within the application.
    pub id: String,
    /// The plan's version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// The price of a seat for one cycle, in the currency's smallest unit.
    pub price: i64,
    /// The currency.
    #[serde(with = "currency")]
    pub currency: Currency,
    /// How often it is paid.
    pub cycle: Cycle,
    /// The price at Stripe, where the plan names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stripe_price: Option<String>,
}

mod currency {
    use edge_money::Currency;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(currency: &Currency, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(currency.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        Currency::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A plan of 10.00 USD a seat and month.
    pub(crate) fn plan() -> PlanTerms {
        PlanTerms {
            id: "pro".into(),
            version: 1,
            name: "Pro".into(),
            price: 1_000,
            currency: Currency::parse("USD").unwrap(),
            cycle: Cycle::Monthly,
            stripe_price: None,
        }
    }
}
