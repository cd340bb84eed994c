//! What a tenant's settings say of its disputes.

use edge_money::{Currency, Digits};
use edge_tenants::Tenant;
use serde::Deserialize;

/// Resolutions above this need an approval, in the currency's main unit, where the tenant sets nothing else.
const DEFAULT: i64 = 50_000;

#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    dispute_approval_above: Option<Digits>,
}

/// The setting `dispute_approval_above` of `tenant` in the smallest unit of `currency`: resolutions with a larger amount need
/// an approval. What is not set, or cannot be read, is 50,000.00.
pub(crate) fn approval_above(tenant: &Tenant, currency: Currency) -> i64 {
    read(&tenant.settings, currency)
}

fn read(settings: &str, currency: Currency) -> i64 {
    let set = serde_json::from_str::<Settings>(settings).ok().and_then(|settings| settings.dispute_approval_above);
    let set = set.and_then(|digits| digits.read(currency).ok()).filter(|money| money.minor >= 0);
    let default = || DEFAULT.saturating_mul(10_i64.saturating_pow(currency.exponent()));
    set.map_or_else(default, |money| money.minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_set_or_cannot_be_read_is_fifty_thousand() {
        let jpy = Currency::parse("JPY").unwrap();
        for (settings, currency, above) in [
            ("{}", Currency::INR, 5_000_000),
            ("{}", jpy, 50_000),
            ("[]", Currency::INR, 5_000_000),
            (r#"{"dispute_approval_above":null}"#, Currency::INR, 5_000_000),
            (r#"{"dispute_approval_above":"much"}"#, Currency::INR, 5_000_000),
            (r#"{"dispute_approval_above":-1}"#, Currency::INR, 5_000_000),
            (r#"{"dispute_approval_above":1000}"#, Currency::INR, 100_000),
            (r#"{"dispute_approval_above":"999.99","other":[1]}"#, Currency::INR, 99_999),
            (r#"{"dispute_approval_above":0}"#, Currency::INR, 0),
        ] {
            assert_eq!(read(settings, currency), above, "{settings}");
        }
    }
}
