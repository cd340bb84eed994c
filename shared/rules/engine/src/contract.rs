//! What each rule is given and what it has to give: types that are read, written, checked and documented alike.
//!
//! Unknown and missing fields are errors, in both directions: a misspelt field would quietly decide something else.

mod approval;
mod budget;
mod input;
mod moment;
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
pub use budget::{Budget, BudgetAlert, BudgetDecision, BudgetInput, BudgetOutcome};
pub use moment::Moment;
pub use role_mapping::{Role, RoleMappingInput, RoleMappingOutcome};
pub use seat_access::{SeatAccessInput, SeatAccessOutcome, SeatAccessReason, SeatStatus, SubscriptionStatus};

use crate::Rule;
use crate::failure::{Failure, FailureKind};
use outcome::Outcome;

/// The longest input, in bytes of JSON.
const MAX_INPUT_LEN: usize = 16 * 1024;

/// An input as the script sees it.
pub(crate) fn script_input(rule: Rule, json: &str) -> Result<Dynamic, Failure> {
    if json.len() > MAX_INPUT_LEN {
        return Err(FailureKind::InvalidInput {
            field: String::new(),
            message: format!("the input is longer than {MAX_INPUT_LEN} bytes"),
        }
        .into());
    }
    Ok(match rule {
        Rule::Approval => read_input::<ApprovalInput>(json)?.into_script(),
        Rule::Budget => read_input::<BudgetInput>(json)?.into_script(),
        Rule::RoleMapping => read_input::<RoleMappingInput>(json)?.into_script(),
        Rule::SeatAccess => read_input::<SeatAccessInput>(json)?.into_script(),
    })
}

/// A script's outcome as JSON, in the contract's field order.
pub(crate) fn outcome_json(rule: Rule, given: Dynamic) -> Result<String, Failure> {
    match rule {
        Rule::Approval => write_outcome::<ApprovalOutcome>(given),
        Rule::Budget => write_outcome::<BudgetOutcome>(given),
        Rule::RoleMapping => write_outcome::<RoleMappingOutcome>(given),
        Rule::SeatAccess => write_outcome::<SeatAccessOutcome>(given),
    }
}

/// An outcome that somebody wrote as JSON, as the engine would write it; so that the two can be compared.
pub(crate) fn normal_outcome(rule: Rule, json: &str) -> Result<String, String> {
    match rule {
        Rule::Approval => rewrite::<ApprovalOutcome>(json),
        Rule::Budget => rewrite::<BudgetOutcome>(json),
        Rule::RoleMapping => rewrite::<RoleMappingOutcome>(json),
        Rule::SeatAccess => rewrite::<SeatAccessOutcome>(json),
    }
}

/// The JSON Schemas of a rule: `{"input":…,"outcome":…}`.
pub fn schema(rule: Rule) -> Value {
    fn of<I: JsonSchema, O: JsonSchema>() -> Value {
        json!({ "input": schema_for!(I), "outcome": schema_for!(O) })
    }
    match rule {
        Rule::Approval => of::<ApprovalInput, ApprovalOutcome>(),
        Rule::Budget => of::<BudgetInput, BudgetOutcome>(),
        Rule::RoleMapping => of::<RoleMappingInput, RoleMappingOutcome>(),
        Rule::SeatAccess => of::<SeatAccessInput, SeatAccessOutcome>(),
    }
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
        // Read again, with an eye on where it goes wrong: only those who err pay for it.
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

fn rewrite<T: DeserializeOwned + Serialize>(json: &str) -> Result<String, String> {
    let outcome: T = edge_json::from_str(json).map_err(|error| error.to_string())?;
    serde_json::to_string(&outcome).map_err(|error| error.to_string())
}
