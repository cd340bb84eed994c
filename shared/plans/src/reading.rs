//! A plan as the ERP writes it. Amounts are read digit by digit, from numbers and texts alike.

use std::borrow::Cow;

use edge_signatures::{Currency, Money};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::plan::{Plan, Tier, UnreadablePlan};

type Field<'a> = Option<&'a RawValue>;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    data: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenPlan<'a> {
    #[serde(borrow)]
    sku_id: Field<'a>,
    #[serde(borrow)]
    id: Field<'a>,
    #[serde(borrow)]
    sku_code: Field<'a>,
    #[serde(borrow)]
    name: Field<'a>,
    #[serde(borrow)]
    description: Field<'a>,
    #[serde(borrow)]
    currency: Field<'a>,
    #[serde(borrow)]
    billing_cycle: Field<'a>,
    #[serde(borrow)]
    base_price: Field<'a>,
    #[serde(borrow)]
    offer_price: Field<'a>,
    #[serde(borrow)]
    setup_fee: Field<'a>,
    #[serde(borrow)]
    trial_period_days: Field<'a>,
    #[serde(borrow)]
    tiers: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WrittenTier<'a> {
    #[serde(borrow)]
    tier_code: Field<'a>,
    #[serde(borrow)]
    tier_name: Field<'a>,
    #[serde(borrow)]
    price: Field<'a>,
    #[serde(borrow)]
    max_users: Field<'a>,
    #[serde(borrow)]
    max_storage_gb: Field<'a>,
    #[serde(borrow)]
    features_included: Field<'a>,
    #[serde(borrow)]
    is_featured: Field<'a>,
}

#[derive(Deserialize)]
struct Credits<'a> {
    #[serde(borrow, default)]
    credits: Field<'a>,
}

impl Plan {
    /// Reads a plan as the ERP writes it, by itself or as `{"data": {…}}`.
    pub fn read(body: &[u8]) -> Result<Self, UnreadablePlan> {
        let whole: &RawValue = serde_json::from_slice(body).map_err(|_| UnreadablePlan("JSON"))?;
        let Envelope { data } = object(whole, "JSON")?;
        match data {
            Some(data) if data.get().starts_with('[') => {
                let plans: Vec<&RawValue> = serde_json::from_str(data.get()).map_err(|_| UnreadablePlan("data"))?;
                Self::written(plans.first().ok_or(UnreadablePlan("data"))?)
            }
            Some(data) => Self::written(data),
            None => Self::written(whole),
        }
    }

    /// Reads a list of plans as the ERP writes it: `{"data": […]}`.
    pub fn read_all(body: &[u8]) -> Result<Vec<Self>, UnreadablePlan> {
        let whole: &RawValue = serde_json::from_slice(body).map_err(|_| UnreadablePlan("JSON"))?;
        let Envelope { data } = object(whole, "JSON")?;
        let data = data.ok_or(UnreadablePlan("data"))?;
        let plans: Vec<&RawValue> = serde_json::from_str(data.get()).map_err(|_| UnreadablePlan("data"))?;
        plans.into_iter().map(Self::written).collect()
    }

    fn written(json: &RawValue) -> Result<Self, UnreadablePlan> {
        let plan: WrittenPlan<'_> = object(json, "JSON")?;
        let id = text(plan.sku_id, "sku_id")?.or(text(plan.id, "id")?).ok_or(UnreadablePlan("sku_id"))?;
        let currency = match text(plan.currency, "currency")? {
            Some(code) => Currency::parse(&code).map_err(|_| UnreadablePlan("currency"))?,
            // The seed's prices are rupees and do not say so.
            None => Currency::INR,
        };
        let money = |field, name| amount(field, name, currency);
        let mut tiers = Vec::new();
        if let Some(list) = plan.tiers {
            let list: Vec<&RawValue> = serde_json::from_str(list.get()).map_err(|_| UnreadablePlan("tiers"))?;
            for tier in list {
                let tier: WrittenTier<'_> = object(tier, "tiers")?;
                tiers.push(Tier {
                    code: text(tier.tier_code, "tier_code")?.unwrap_or_default(),
                    name: text(tier.tier_name, "tier_name")?,
                    price: money(tier.price, "price")?,
                    max_users: count(tier.max_users, "max_users")?,
                    max_storage_gb: count(tier.max_storage_gb, "max_storage_gb")?,
                    credits: credits(tier.features_included)?,
                    features: tier.features_included.map(|json| json.get().to_owned()),
                    is_featured: flag(tier.is_featured, "is_featured")?,
                });
            }
        }
        Ok(Self {
            code: text(plan.sku_code, "sku_code")?,
            name: text(plan.name, "name")?.unwrap_or_else(|| id.clone()),
            description: text(plan.description, "description")?,
            currency,
            billing_cycle: text(plan.billing_cycle, "billing_cycle")?,
            base_price: money(plan.base_price, "base_price")?,
            offer_price: money(plan.offer_price, "offer_price")?,
            setup_fee: money(plan.setup_fee, "setup_fee")?,
            trial_period_days: count(plan.trial_period_days, "trial_period_days")?,
            tiers,
            id,
        })
    }
}

/// An object. A list would be read by the order of its values.
fn object<'a, T: Deserialize<'a>>(json: &'a RawValue, name: &'static str) -> Result<T, UnreadablePlan> {
    let object = json.get().starts_with('{').then(|| serde_json::from_str(json.get()).ok()).flatten();
    object.ok_or(UnreadablePlan(name))
}

/// A text; ids may be whole numbers. An empty one is none.
fn text(field: Field<'_>, name: &'static str) -> Result<Option<String>, UnreadablePlan> {
    let Some(json) = field.map(RawValue::get) else { return Ok(None) };
    let text = if json.bytes().all(|byte| byte.is_ascii_digit()) {
        json.to_owned()
    } else {
        serde_json::from_str(json).map_err(|_| UnreadablePlan(name))?
    };
    Ok(Some(text).filter(|text| !text.is_empty()))
}

fn amount(field: Field<'_>, name: &'static str, currency: Currency) -> Result<Option<Money>, UnreadablePlan> {
    let Some(json) = field.map(RawValue::get) else { return Ok(None) };
    let unreadable = UnreadablePlan(name);
    let digits: Cow<'_, str> =
        if json.starts_with('"') { serde_json::from_str(json).map_err(|_| unreadable.clone())? } else { json.into() };
    let money = Money::parse(&digits, currency).ok().filter(|money| money.minor >= 0);
    money.map(Some).ok_or(unreadable)
}

/// A number of things. The ERP writes -1 for no limit.
fn count(field: Field<'_>, name: &'static str) -> Result<Option<i64>, UnreadablePlan> {
    let Some(json) = field.map(RawValue::get) else { return Ok(None) };
    let count: i64 = json.parse().map_err(|_| UnreadablePlan(name))?;
    Ok(Some(count).filter(|count| *count >= 0))
}

fn flag(field: Field<'_>, name: &'static str) -> Result<bool, UnreadablePlan> {
    match field.map(RawValue::get) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(UnreadablePlan(name)),
    }
}

/// The credits among a tier's features, which are an object where there are any.
fn credits(features: Field<'_>) -> Result<i64, UnreadablePlan> {
    let Some(json) = features.map(RawValue::get).filter(|json| json.starts_with('{')) else { return Ok(0) };
    let Credits { credits } = serde_json::from_str(json).map_err(|_| UnreadablePlan("features_included"))?;
    Ok(count(credits, "credits")?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: &Value) -> Result<Plan, UnreadablePlan> {
        Plan::read(body.to_string().as_bytes())
    }

    #[test]
    fn a_plan_is_read_bare_or_wrapped() {
        let bare = json!({"sku_id": "s", "name": "S", "base_price": "0.10", "tiers": []});
        assert_eq!(read(&bare), read(&json!({ "data": bare })));
        assert_eq!(read(&bare), read(&json!({ "data": [bare] })));
        assert_eq!(read(&bare).unwrap().price().unwrap().minor, 10);
        let all = Plan::read_all(json!({ "data": [bare, bare] }).to_string().as_bytes()).unwrap();
        assert_eq!(all, vec![read(&bare).unwrap(), read(&bare).unwrap()]);
    }

    #[test]
    fn the_field_that_cannot_be_read_is_named() {
        for (wrong, field) in [
            (json!({}), "sku_id"),
            (json!({"sku_id": null}), "sku_id"),
            (json!({"sku_id": ["s"]}), "sku_id"),
            (json!({"sku_id": "s", "name": {}}), "name"),
            (json!({"sku_id": "s", "currency": "XYZ"}), "currency"),
            (json!({"sku_id": "s", "base_price": "much"}), "base_price"),
            (json!({"sku_id": "s", "base_price": true}), "base_price"),
            (json!({"sku_id": "s", "offer_price": 0.001}), "offer_price"),
            (json!({"sku_id": "s", "setup_fee": -1}), "setup_fee"),
            (json!({"sku_id": "s", "trial_period_days": 1.5}), "trial_period_days"),
            (json!({"sku_id": "s", "tiers": {}}), "tiers"),
            (json!({"sku_id": "s", "tiers": [7]}), "tiers"),
            (json!({"sku_id": "s", "tiers": [{"price": []}]}), "price"),
            (json!({"sku_id": "s", "tiers": [{"max_users": "many"}]}), "max_users"),
            (json!({"sku_id": "s", "tiers": [{"features_included": {"credits": "x"}}]}), "credits"),
            (json!({"sku_id": "s", "tiers": [{"is_featured": "yes"}]}), "is_featured"),
            (json!({"data": 7}), "JSON"),
            (json!({"data": []}), "data"),
            (json!([]), "JSON"),
        ] {
            assert_eq!(read(&wrong), Err(UnreadablePlan(field)), "{wrong}");
        }
        for (wrong, field) in
            [("{}", "data"), (r#"{"data":7}"#, "data"), ("[]", "JSON"), ("<html>", "JSON"), ("", "JSON")]
        {
            assert_eq!(Plan::read_all(wrong.as_bytes()), Err(UnreadablePlan(field)), "{wrong}");
        }
    }

    #[test]
    fn amounts_are_read_by_their_digits() {
        for (written, minor) in
            [("2499", 249_900), ("2499.10", 249_910), ("\"0.07\"", 7), ("90071992547409.93", 9_007_199_254_740_993)]
        {
            let body = format!(r#"{{"sku_id":"s","base_price":{written}}}"#);
            assert_eq!(Plan::read(body.as_bytes()).unwrap().price().unwrap().minor, minor, "{written}");
        }
    }
}
