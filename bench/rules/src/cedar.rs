//! Cedar. It permits or forbids and knows neither other outcomes nor fractions: a policy's annotations carry the
//! outcome, and amounts are in minor units.

use std::str::FromStr as _;

use anyhow::Context as _;
use cedar_policy::{Authorizer, Context, Entities, EntityUid, PolicySet, Request};
use serde_json::{Value, json};

use crate::{Decider, LIMITS};

struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    action: EntityUid,
    resource: EntityUid,
}

pub fn set_up() -> anyhow::Result<Box<dyn Decider>> {
    Ok(Box::new(Cedar {
        authorizer: Authorizer::new(),
        policies: PolicySet::from_str(&policies()?)?,
        entities: Entities::empty(),
        action: r#"Action::"purchase""#.parse()?,
        resource: r#"Tenant::"t1""#.parse()?,
    }))
}

impl Decider for Cedar {
    fn decide(&mut self, input: &str) -> anyhow::Result<String> {
        let input: Value = serde_json::from_str(input)?;
        let currency = input["currency"].as_str().context("no currency")?;
        let amount = minor(input["amount"].as_f64().context("no amount")?);
        let user = json!({"type": "User", "id": input["requester"]["id"]});
        let context = Context::from_json_value(json!({"amount": amount, "currency": currency}), None)?;
        let (action, resource) = (self.action.clone(), self.resource.clone());
        let request = Request::new(EntityUid::from_json(user)?, action, resource, context, None)?;
        let answer = self.authorizer.is_authorized(&request, &self.policies, &self.entities);
        let policy = answer.diagnostics().reason().next().context("no policy holds")?;
        let told = |name: &str| self.policies.annotation(policy, name).with_context(|| format!("no {name}"));
        let levels: Value = serde_json::from_str(told("levels")?)?;
        let reason = told("reason")?.replace("{currency}", currency);
        Ok(json!({"outcome": told("outcome")?, "levels": levels, "reason": reason}).to_string())
    }
}

fn minor(amount: f64) -> i64 {
    (amount * 100.0).round() as i64
}

fn policies() -> anyhow::Result<String> {
    let manager = json!({"approvers": ["role:finance_manager"], "quorum": 1});
    let cfo = json!({"approvers": ["role:cfo"], "quorum": 1});
    let policy = |outcome: &str, levels: Value, reason: String, condition: String| {
        let levels = levels.to_string().replace('"', "\\\"");
        format!(
            "@outcome(\"{outcome}\")\n@levels(\"{levels}\")\n@reason(\"{reason}\")\n\
             permit(principal, action, resource) when {{ {condition} }};\n"
        )
    };
    let below_zero = "The amount is below zero.".to_owned();
    let mut all = policy("reject", json!([]), below_zero, "context.amount < 0".to_owned());
    let known = LIMITS.map(|(currency, _, _)| format!("\"{currency}\"")).join(", ");
    let of_currency =
        LIMITS.map(|(currency, alone, finance)| (format!("context.currency == \"{currency}\""), alone, finance));
    let others = (format!("![{known}].contains(context.currency)"), "0.00", "0.00");
    for (of, alone, finance) in of_currency.into_iter().chain([others]) {
        let (low, high) = (minor(alone.parse()?), minor(finance.parse()?));
        all += &policy(
            "approve",
            json!([]),
            format!("Up to {alone} {{currency}} nobody is asked."),
            format!("{of} && context.amount >= 0 && context.amount <= {low}"),
        );
        all += &policy(
            "require",
            json!([manager]),
            format!("Above {alone} {{currency}} the finance manager approves."),
            format!("{of} && context.amount > {low} && context.amount <= {high}"),
        );
        all += &policy(
            "require",
            json!([manager, cfo]),
            format!("Above {finance} {{currency}} the finance manager and the CFO approve."),
            format!("{of} && context.amount > {high}"),
        );
    }
    Ok(all)
}
