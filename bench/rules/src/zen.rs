//! A decision table, by ZEN.

use anyhow::anyhow;
use futures::executor::block_on;
use serde_json::{Value, json};
use zen_engine::model::DecisionContent;
use zen_engine::{Decision, DecisionEngine};

use crate::{Decider, LIMITS};

struct Zen(Decision);

pub fn set_up() -> anyhow::Result<Box<dyn Decider>> {
    let content: DecisionContent = serde_json::from_str(&graph().to_string())?;
    let mut decision = DecisionEngine::default().create_decision(content.into());
    decision.compile();
    Ok(Box::new(Zen(decision)))
}

impl Decider for Zen {
    fn decide(&mut self, input: &str) -> anyhow::Result<String> {
        let input: Value = serde_json::from_str(input)?;
        let decided = block_on(self.0.evaluate(input.into())).map_err(|error| anyhow!("{error:?}"))?;
        Ok(serde_json::to_string(&decided.result)?)
    }
}

fn graph() -> Value {
    let field = |id: &str| json!({"id": id, "name": id, "field": id});
    json!({
        "nodes": [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": {
                "hitPolicy": "first",
                "inputs": [field("currency"), field("amount")],
                "outputs": [field("outcome"), field("levels"), field("reason")],
                "rules": rows(),
            }},
            {"id": "out", "name": "out", "type": "outputNode"},
        ],
        "edges": [
            {"id": "1", "sourceId": "in", "targetId": "table", "type": "edge"},
            {"id": "2", "sourceId": "table", "targetId": "out", "type": "edge"},
        ],
    })
}

fn rows() -> Vec<Value> {
    let manager = r#"{approvers: ["role:finance_manager"], quorum: 1}"#;
    let cfo = r#"{approvers: ["role:cfo"], quorum: 1}"#;
    let row = |currency: &str, amount: &str, outcome: &str, levels: String, reason: String| {
        json!({
            "_id": format!("{currency}{amount}"), "currency": currency, "amount": amount,
            "outcome": format!("\"{outcome}\""), "levels": levels, "reason": reason,
        })
    };
    let none = || "[]".to_owned();
    let mut rows = vec![row("", "< 0", "reject", none(), r#""The amount is below zero.""#.to_owned())];
    let of_currency = LIMITS.map(|(currency, alone, finance)| (format!("\"{currency}\""), alone, finance));
    for (currency, alone, finance) in of_currency.iter().chain([&(String::new(), "0.00", "0.00")]) {
        let reason = |before: &str, limit: &str, after: &str| format!(r#""{before} {limit} " + currency + "{after}""#);
        rows.extend([
            row(currency, &format!("<= {alone}"), "approve", none(), reason("Up to", alone, " nobody is asked.")),
            row(
                currency,
                &format!("<= {finance}"),
                "require",
                format!("[{manager}]"),
                reason("Above", alone, " the finance manager approves."),
            ),
            row(
                currency,
                &format!("> {finance}"),
                "require",
                format!("[{manager}, {cfo}]"),
                reason("Above", finance, " the finance manager and the CFO approve."),
            ),
        ]);
    }
    rows
}
