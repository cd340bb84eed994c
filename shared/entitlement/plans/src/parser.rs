//! The parser of the ERP's plans. The fields that decide what a customer pays and gets are parsed strictly: amounts digit
//! by digit, from numbers and texts alike. Fields that only describe the plan are parsed leniently: many ERPs write `false`
//! or `""` for no value, and numbers as texts. A plan of a list that cannot be parsed is skipped, and no other.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use edge_money::{Currency, Money};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::UnreadablePlan;
use crate::plan::{Plan, Tier};

type Field<'a> = Option<&'a RawValue>;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    data: Field<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PlanFields<'a> {
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
struct TierFields<'a> {
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

/// A list of plans, as far as it can be parsed.
#[derive(Debug, Default)]
pub(crate) struct ParsedPlans {
    /// The plans that can be parsed.
    pub(crate) plans: Vec<Plan>,
    /// The plans that cannot.
    pub(crate) left_out: Vec<SkippedPlan>,
}

/// A plan of a list that cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SkippedPlan {
    /// Its index in the list.
    pub(crate) place: usize,
    /// Its id, if that can be parsed.
    pub(crate) id: Option<String>,
    /// Its code, if that can be parsed.
    pub(crate) code: Option<String>,
    /// What is wrong with it.
    pub(crate) error: UnreadablePlan,
}

impl Plan {
    /// Parses the ERP's JSON of a plan, bare or as `{"data": {…}}`.
    pub fn read(body: &[u8]) -> Result<Self, UnreadablePlan> {
        let whole: &RawValue = serde_json::from_slice(body).map_err(|_| UnreadablePlan("JSON"))?;
        let Envelope { data } = object(whole, "JSON")?;
        match data {
            Some(data) if data.get().starts_with('[') => {
                let plans: Vec<&RawValue> = serde_json::from_str(data.get()).map_err(|_| UnreadablePlan("data"))?;
                Self::parse_value(plans.first().ok_or(UnreadablePlan("data"))?)
            }
            Some(data) => Self::parse_value(data),
            None => Self::parse_value(whole),
        }
    }

    /// Parses the ERP's JSON of a list of plans: `{"data": […]}`. A list in which no plan can be parsed is an error.
    pub(crate) fn read_all(body: &[u8]) -> Result<ParsedPlans, UnreadablePlan> {
        let whole: &RawValue = serde_json::from_slice(body).map_err(|_| UnreadablePlan("JSON"))?;
        let Envelope { data } = object(whole, "JSON")?;
        let data = data.ok_or(UnreadablePlan("data"))?;
        let written: Vec<&RawValue> = serde_json::from_str(data.get()).map_err(|_| UnreadablePlan("data"))?;
        let read = written.iter().map(|json| (*json, Self::parse_value(json)));
        let read = ParsedPlans::of(read.collect());
        match (read.plans.is_empty(), read.left_out.first()) {
            (true, Some(first)) => Err(first.error.clone()),
            _ => Ok(read),
        }
    }

    fn parse_value(json: &RawValue) -> Result<Self, UnreadablePlan> {
        let plan: PlanFields<'_> = object(json, "JSON")?;
        let own = name(plan.sku_id, "sku_id")?;
        let id = own.map_or_else(|| name(plan.id, "id"), |own| Ok(Some(own)))?.ok_or(UnreadablePlan("sku_id"))?;
        let currency = match name(plan.currency, "currency")? {
            Some(code) => Currency::parse(&code).map_err(|_| UnreadablePlan("currency"))?,
            // The seed's prices are rupees and do not say so.
            None => Currency::INR,
        };
        let money = |field, name| amount(field, name, currency);
        Ok(Self {
            code: name(plan.sku_code, "sku_code")?,
            name: words(plan.name).unwrap_or_else(|| id.clone()),
            description: words(plan.description),
            currency,
            billing_cycle: words(plan.billing_cycle),
            base_price: money(plan.base_price, "base_price")?,
            offer_price: money(plan.offer_price, "offer_price")?,
            setup_fee: money(plan.setup_fee, "setup_fee")?,
            trial_period_days: count(plan.trial_period_days, "trial_period_days").unwrap_or_default(),
            tiers: tiers(plan.tiers, currency)?,
            id,
        })
    }
}

impl ParsedPlans {
    /// Skips all plans that have the same id and differ: it is not known which one is right.
    fn of(read: Vec<(&RawValue, Result<Plan, UnreadablePlan>)>) -> Self {
        let mut first: HashMap<&str, &Plan> = HashMap::new();
        let mut disputed: HashSet<String> = HashSet::new();
        for plan in read.iter().filter_map(|(_, plan)| plan.as_ref().ok()) {
            if *first.entry(&plan.id).or_insert(plan) != plan {
                disputed.insert(plan.id.clone());
            }
        }
        let mut sorted = Self::default();
        let mut listed = HashSet::new();
        for (place, (json, plan)) in read.into_iter().enumerate() {
            match plan {
                Ok(plan) if disputed.contains(&plan.id) => {
                    let error = UnreadablePlan("sku_id, which another plan has too,");
                    sorted.left_out.push(SkippedPlan { place, id: Some(plan.id), code: plan.code, error });
                }
                Ok(plan) if listed.insert(plan.id.clone()) => sorted.plans.push(plan),
                // The list has the same plan twice.
                Ok(_) => {}
                Err(error) => sorted.left_out.push(SkippedPlan::parse(place, json, error)),
            }
        }
        sorted
    }
}

impl SkippedPlan {
    fn parse(place: usize, json: &RawValue, error: UnreadablePlan) -> Self {
        let plan: PlanFields<'_> = object(json, "JSON").unwrap_or_default();
        let readable = |field| name(field, "").ok().flatten();
        Self { place, id: readable(plan.sku_id).or(readable(plan.id)), code: readable(plan.sku_code), error }
    }
}

/// The tiers of a plan. They decide what a payment buys: if one cannot be parsed, or two with the same code differ, the
/// plan is an error.
fn tiers(field: Field<'_>, currency: Currency) -> Result<Vec<Tier>, UnreadablePlan> {
    let Some(list) = value(field) else { return Ok(Vec::new()) };
    let list: Vec<&RawValue> = serde_json::from_str(list).map_err(|_| UnreadablePlan("tiers"))?;
    let (mut tiers, mut by_code): (Vec<Tier>, HashMap<String, usize>) = (Vec::new(), HashMap::new());
    for tier in list {
        let tier = read_tier(tier, currency)?;
        match by_code.get(&tier.code).and_then(|place| tiers.get(*place)) {
            Some(other) if *other == tier => {}
            Some(_) => return Err(UnreadablePlan("tier_code, which two of its tiers have,")),
            None => {
                // Tiers without a code cannot be told apart.
                if !tier.code.is_empty() {
                    by_code.insert(tier.code.clone(), tiers.len());
                }
                tiers.push(tier);
            }
        }
    }
    Ok(tiers)
}

fn read_tier(json: &RawValue, currency: Currency) -> Result<Tier, UnreadablePlan> {
    let tier: TierFields<'_> = object(json, "tiers")?;
    Ok(Tier {
        code: name(tier.tier_code, "tier_code")?.unwrap_or_default(),
        name: words(tier.tier_name),
        price: amount(tier.price, "price", currency)?,
        max_users: count(tier.max_users, "max_users")?,
        max_storage_gb: count(tier.max_storage_gb, "max_storage_gb")?,
        credits: credits(tier.features_included)?,
        features: tier.features_included.map(|json| json.get().to_owned()),
        is_featured: flag(tier.is_featured),
    })
}

/// An object. Serde would also read a list, by the order of its values.
fn object<'a, T: Deserialize<'a>>(json: &'a RawValue, name: &'static str) -> Result<T, UnreadablePlan> {
    edge_json::from_str(json.get()).map_err(|_| UnreadablePlan(name))
}

/// The JSON of a field that has a value: neither null nor, as some ERPs write it, `false` or an empty text.
fn value(field: Field<'_>) -> Option<&str> {
    field.map(RawValue::get).filter(|json| !matches!(*json, "null" | "false" | "\"\""))
}

/// An id, code or currency: a text, or a whole number. An empty text is none.
fn name(field: Field<'_>, name: &'static str) -> Result<Option<String>, UnreadablePlan> {
    let Some(json) = value(field) else { return Ok(None) };
    let text = if json.bytes().all(|byte| byte.is_ascii_digit()) {
        json.to_owned()
    } else {
        serde_json::from_str(json).map_err(|_| UnreadablePlan(name))?
    };
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// A text for people: a text, or a number. Anything else is none.
fn words(field: Field<'_>) -> Option<String> {
    let json = value(field)?;
    let text = if json.starts_with(|first: char| first == '-' || first.is_ascii_digit()) {
        json.to_owned()
    } else {
        serde_json::from_str(json).ok()?
    };
    Some(text).filter(|text| !text.trim().is_empty())
}

/// An amount. INVARIANT: an amount that cannot be parsed is never taken for no amount.
fn amount(field: Field<'_>, name: &'static str, currency: Currency) -> Result<Option<Money>, UnreadablePlan> {
    let Some(json) = field.map(RawValue::get) else { return Ok(None) };
    let digits = digits(json).ok_or(UnreadablePlan(name))?;
    let money = Money::parse(&digits, currency).ok().filter(|money| money.minor >= 0);
    money.map(Some).ok_or(UnreadablePlan(name))
}

/// The digits of a number, also of one in a text.
fn digits(json: &str) -> Option<Cow<'_, str>> {
    if json.starts_with('"') {
        let text: String = serde_json::from_str(json).ok()?;
        Some(text.trim().to_owned().into())
    } else {
        Some(json.into())
    }
}

/// A number of things, also as a text, also with decimals if they are zero. The ERP writes -1 for no limit.
fn count(field: Field<'_>, name: &'static str) -> Result<Option<i64>, UnreadablePlan> {
    let Some(json) = value(field) else { return Ok(None) };
    let unreadable = UnreadablePlan(name);
    let digits = digits(json).ok_or(unreadable.clone())?;
    let whole = match digits.split_once('.') {
        Some((whole, decimals)) if !decimals.is_empty() && decimals.bytes().all(|digit| digit == b'0') => whole,
        Some(_) => return Err(unreadable),
        None => &*digits,
    };
    let count: i64 = whole.parse().map_err(|_| unreadable)?;
    Ok(Some(count).filter(|count| *count >= 0))
}

fn flag(field: Field<'_>) -> bool {
    value(field).is_some_and(|json| matches!(json.to_ascii_lowercase().as_str(), "true" | "1" | "\"true\"" | "\"1\""))
}

/// The credits among a tier's features, which are an object where there are any.
fn credits(features: Field<'_>) -> Result<i64, UnreadablePlan> {
    let Some(json) = features.map(RawValue::get).filter(|json| json.starts_with('{')) else { return Ok(0) };
    let Credits { credits } = edge_json::from_str(json).map_err(|_| UnreadablePlan("features_included"))?;
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
        let other = json!({"sku_id": 7});
        let all = Plan::read_all(json!({ "data": [bare, other] }).to_string().as_bytes()).unwrap();
        assert_eq!((all.plans, all.left_out), (vec![read(&bare).unwrap(), read(&other).unwrap()], Vec::new()));
    }

    #[test]
    fn the_field_that_cannot_be_read_is_named() {
        for (wrong, field) in [
            (json!({}), "sku_id"),
            (json!({"sku_id": null}), "sku_id"),
            (json!({"sku_id": ["s"]}), "sku_id"),
            (json!({"sku_id": false, "id": ""}), "sku_id"),
            (json!({"sku_id": "s", "sku_code": {}}), "sku_code"),
            (json!({"sku_id": "s", "currency": "XYZ"}), "currency"),
            (json!({"sku_id": "s", "base_price": "much"}), "base_price"),
            (json!({"sku_id": "s", "base_price": true}), "base_price"),
            (json!({"sku_id": "s", "offer_price": 0.001}), "offer_price"),
            (json!({"sku_id": "s", "setup_fee": -1}), "setup_fee"),
            (json!({"sku_id": "s", "base_price": false}), "base_price"),
            (json!({"sku_id": "s", "offer_price": ""}), "offer_price"),
            (json!({"sku_id": "s", "setup_fee": {}}), "setup_fee"),
            (json!({"sku_id": "s", "currency": ["INR"]}), "currency"),
            (json!({"sku_id": "s", "tiers": {}}), "tiers"),
            (json!({"sku_id": "s", "tiers": [7]}), "tiers"),
            (json!({"sku_id": "s", "tiers": [{"price": []}]}), "price"),
            (json!({"sku_id": "s", "tiers": [{"max_users": "many"}]}), "max_users"),
            (json!({"sku_id": "s", "tiers": [{"features_included": {"credits": "x"}}]}), "credits"),
            (json!({"sku_id": "s", "tiers": [{"max_users": 5.5}]}), "max_users"),
            (json!({"sku_id": "s", "tiers": [{"max_storage_gb": true}]}), "max_storage_gb"),
            (json!({"sku_id": "s", "tiers": [null]}), "tiers"),
            (json!({"sku_id": "s", "tiers": [["T", "Tier", 1]]}), "tiers"),
            (
                json!({"sku_id": "s", "tiers": [{"tier_code": "T", "price": 1}, {"tier_code": "T", "price": 2}]}),
                "tier_code, which two of its tiers have,",
            ),
            (json!(["s", "s", "CODE"]), "JSON"),
            (json!({"data": 7}), "JSON"),
            (json!({"data": []}), "data"),
            (json!([]), "JSON"),
        ] {
            assert_eq!(read(&wrong), Err(UnreadablePlan(field)), "{wrong}");
        }
        for (wrong, field) in [
            (r#"{"data":[null,{"sku_id":"s","base_price":"x"}]}"#, "JSON"),
            ("{}", "data"),
            (r#"{"data":7}"#, "data"),
            ("[]", "JSON"),
            ("<html>", "JSON"),
            ("", "JSON"),
        ] {
            assert_eq!(Plan::read_all(wrong.as_bytes()).unwrap_err(), UnreadablePlan(field), "{wrong}");
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

    #[test]
    fn what_only_describes_a_plan_is_read_as_well_as_it_can_be() {
        let odd = json!({
            "sku_id": "s", "sku_code": false, "name": "", "description": false, "billing_cycle": {}, "currency": false,
            "base_price": 10, "trial_period_days": "x",
            "tiers": [{
                "tier_code": 5, "tier_name": 6.5, "max_users": "5", "max_storage_gb": "10.0", "is_featured": "yes",
                "features_included": {"credits": "100"}, "price": " 7.00 ",
            }],
        });
        let plan = read(&odd).unwrap();
        assert_eq!((plan.code, plan.name.as_str(), plan.description), (None, "s", None));
        assert_eq!((plan.billing_cycle, plan.currency, plan.trial_period_days), (None, Currency::INR, None));
        let tier = &plan.tiers[0];
        assert_eq!((tier.code.as_str(), tier.name.as_deref()), ("5", Some("6.5")));
        assert_eq!((tier.max_users, tier.max_storage_gb, tier.credits), (Some(5), Some(10), 100));
        assert_eq!((tier.is_featured, tier.price.unwrap().minor), (false, 700));
        for none in [json!(null), json!(false), json!(""), json!([])] {
            assert_eq!(read(&json!({"sku_id": "s", "tiers": none})).unwrap().tiers, []);
        }
        for (written, users) in [(json!("-1"), None), (json!(-1), None), (json!(false), None), (json!(5.0), Some(5))] {
            assert_eq!(
                read(&json!({"sku_id": "s", "tiers": [{"max_users": written}]})).unwrap().tiers[0].max_users,
                users
            );
        }
        let twice = json!({"tier_code": "T", "price": 1});
        assert_eq!(read(&json!({"sku_id": "s", "tiers": [twice, twice]})).unwrap().tiers.len(), 1);
    }

    #[test]
    fn of_a_list_only_what_cannot_be_read_is_left_out() {
        let plan = |id: &str, price: i64| json!({"sku_id": id, "sku_code": id.to_uppercase(), "base_price": price});
        let list = json!({ "data": [
            plan("a", 1), null, 7, ["b", "b"], {"name": "no id"}, {"sku_id": "c", "sku_code": "C", "tiers": {}},
            plan("d", 1), plan("d", 2), plan("e", 1), plan("e", 1),
        ]});
        let read = Plan::read_all(list.to_string().as_bytes()).unwrap();
        let ids: Vec<&str> = read.plans.iter().map(|plan| plan.id.as_str()).collect();
        assert_eq!(ids, ["a", "e"]);
        let left_out: Vec<(usize, Option<&str>, &str)> =
            read.left_out.iter().map(|one| (one.place, one.id.as_deref(), one.error.0)).collect();
        let disputed = "sku_id, which another plan has too,";
        let expected = [
            (1, None, "JSON"),
            (2, None, "JSON"),
            (3, None, "JSON"),
            (4, None, "sku_id"),
            (5, Some("c"), "tiers"),
            (6, Some("d"), disputed),
            (7, Some("d"), disputed),
        ];
        assert_eq!(left_out, expected);
        assert_eq!(read.left_out[4].code.as_deref(), Some("C"));
    }
}
