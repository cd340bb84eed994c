//! Rego, by regorus.

use std::sync::Arc;

use regorus::{CompiledPolicy, Engine, Value};

use crate::{Decider, LIMITS};

const RULES: &str = r#"
limit := object.get(limits, input.currency, {"alone": 0, "finance": 0, "alone_text": "0.00", "finance_text": "0.00"})

people(role) := {"approvers": [concat("", ["role:", role])], "quorum": 1}

decision := {"outcome": "reject", "levels": [], "reason": "The amount is below zero."} if input.amount < 0

decision := {"outcome": "approve", "levels": [], "reason": reason} if {
    input.amount >= 0
    input.amount <= limit.alone
    reason := concat("", ["Up to ", limit.alone_text, " ", input.currency, " nobody is asked."])
}

decision := {"outcome": "require", "levels": [people("finance_manager")], "reason": reason} if {
    input.amount > limit.alone
    input.amount <= limit.finance
    reason := concat("", ["Above ", limit.alone_text, " ", input.currency, " the finance manager approves."])
}

decision := {"outcome": "require", "levels": [people("finance_manager"), people("cfo")], "reason": reason} if {
    input.amount >= 0
    input.amount > limit.finance
    reason := concat("", ["Above ", limit.finance_text, " ", input.currency, " the finance manager and the CFO approve."])
}
"#;

struct Regorus(CompiledPolicy);

pub fn set_up() -> anyhow::Result<Box<dyn Decider>> {
    let limit = |(currency, alone, finance): &(&str, &str, &str)| {
        format!(
            r#""{currency}": {{"alone": {alone}, "finance": {finance}, "alone_text": "{alone}", "finance_text": "{finance}"}}"#
        )
    };
    let limits: Vec<String> = LIMITS.iter().map(limit).collect();
    let policy = format!("package approval\n\nlimits := {{{}}}\n{RULES}", limits.join(", "));
    let mut engine = Engine::new();
    engine.add_policy("approval.rego".to_owned(), policy)?;
    Ok(Box::new(Regorus(engine.compile_with_entrypoint(&Arc::from("data.approval.decision"))?)))
}

impl Decider for Regorus {
    fn decide(&mut self, input: &str) -> anyhow::Result<String> {
        self.0.eval_with_input(Value::from_json_str(input)?)?.to_json_str()
    }
}
