//! The contract of each rule: the types of its input and outcome, which also give the JSON schemas.
//!
//! Unknown and missing fields are errors in inputs and outcomes: a misspelt field would silently change the decision.

mod approval;
mod budget;
mod input;
mod instant;
mod outcome;
mod role_mapping;
mod seat_access;

use rhai::Dynamic;
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub use crate::amount::Amount;
pub use approval::{ApprovalDecision, ApprovalInput, ApprovalLevel, ApprovalOutcome, Requester};
pub use budget::{BudgetAlert, BudgetBalance, BudgetDecision, BudgetInput, BudgetOutcome};
pub use instant::Instant;
pub use role_mapping::{Role, RoleMappingInput, RoleMappingOutcome};
pub use seat_access::{
    PeriodEnd, SeatAccessInput, SeatAccessOutcome, SeatAccessReason, SeatStatus, SubscriptionStatus,
};

use crate::Rule;
use crate::failure::{Failure, FailureKind};
use outcome::Outcome;

/// The longest input, in bytes of JSON.
const MAX_INPUT_LEN: usize = 16 * 1024;

/// The input of a rule. Its type determines the rule and the outcome.
pub trait RuleInput: Serialize + DeserializeOwned + JsonSchema {
    /// The rule that takes this input.
    const RULE: Rule;
    /// The rule's outcome.
    type Outcome: Serialize + DeserializeOwned + JsonSchema;
}

/// Evaluates `$body` with `$input` as the input type of `$rule`.
macro_rules! with_input_type {
    ($rule:expr, $input:ident => $body:expr) => {
        match $rule {
            Rule::Approval => with_input_type!(@one ApprovalInput, $input => $body),
            Rule::Budget => with_input_type!(@one BudgetInput, $input => $body),
            Rule::RoleMapping => with_input_type!(@one RoleMappingInput, $input => $body),
            Rule::SeatAccess => with_input_type!(@one SeatAccessInput, $input => $body),
        }
    };
    (@one $type:ident, $input:ident => $body:expr) => {{
        type $input = $type;
        $body
    }};
}

/// Converts a JSON input to the value that a script receives.
pub(crate) fn script_input(rule: Rule, json: &str) -> Result<Dynamic, Failure> {
    if json.len() > MAX_INPUT_LEN {
        return Err(FailureKind::InvalidInput {
            field: String::new(),
            message: format!("the input is longer than {MAX_INPUT_LEN} bytes"),
        }
        .into());
    }
    with_input_type!(rule, Input => Ok(read_input::<Input>(json)?.into_script()))
}

/// Converts a script's outcome to JSON, in the contract's field order.
pub(crate) fn outcome_json(rule: Rule, given: Dynamic) -> Result<String, Failure> {
    with_input_type!(rule, Input => write_outcome::<<Input as RuleInput>::Outcome>(given))
}

/// Normalizes an expected outcome to the form that the engine writes, so that the two can be compared as text.
pub(crate) fn normalized_outcome(rule: Rule, json: &str) -> Result<String, String> {
    with_input_type!(rule, Input => normalize::<<Input as RuleInput>::Outcome>(json))
}

/// The JSON schemas of a rule: `{"input":…,"outcome":…}`.
pub fn schema(rule: Rule) -> Value {
    fn of<I: RuleInput>() -> Value {
        json!({ "input": schema_for!(I), "outcome": schema_for!(I::Outcome) })
    }
    with_input_type!(rule, Input => of::<Input>())
}

/// The names of the fields of a rule's input.
pub const fn input_fields(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::Approval => &["kind", "amount", "currency", "tenantId", "departmentId", "requester", "contractId"],
        Rule::Budget => &["budget", "amount"],
        Rule::RoleMapping => &["jobTitle", "department", "employmentType"],
        Rule::SeatAccess => &["seatStatus", "subscriptionStatus", "expiresAt", "now"],
    }
}

fn read_input<T: DeserializeOwned>(json: &str) -> Result<T, Failure> {
    edge_json::from_str(json).or_else(|_| {
        // Parse again to find the path of the error: valid inputs do not pay for this.
        let mut reader = serde_json::Deserializer::from_str(json);
        let read = serde_path_to_error::deserialize(edge_json::Strict::new(&mut reader)).map_err(|error| {
            FailureKind::InvalidInput {
                field: Some(error.path().to_string()).filter(|path| path != ".").unwrap_or_default(),
                message: error.inner().to_string(),
            }
        });
        let read = read?;
        reader.end().map_err(|error| FailureKind::InvalidInput { field: String::new(), message: error.to_string() })?;
        Ok(read)
    })
}

fn write_outcome<T: Outcome + Serialize>(given: Dynamic) -> Result<String, Failure> {
    let outcome = T::from_script(given)?;
    serde_json::to_string(&outcome)
        .map_err(|error| FailureKind::InvalidOutcome { field: String::new(), message: error.to_string() }.into())
}

fn normalize<T: DeserializeOwned + Serialize>(json: &str) -> Result<String, String> {
    let outcome: T = edge_json::from_str(json).map_err(|error| error.to_string())?;
    serde_json::to_string(&outcome).map_err(|error| error.to_string())
}
