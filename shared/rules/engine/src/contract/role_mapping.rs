//! The rule `role_mapping`: which role an employee gets.

use rhai::Dynamic;
use schemars::JsonSchema;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Serialize, Serializer};

use super::RuleInput;
use super::input::{map, optional};
use super::outcome::{Fields, Outcome};
use crate::Rule;
use crate::failure::Failure;

/// An employee in the ERP.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleMappingInput {
    /// The job title; empty if the ERP has none.
    pub job_title: String,
    /// The department; empty if the ERP has none.
    pub department: String,
    /// The type of employment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub employment_type: Option<String>,
}

/// Writes the fields in alphabetical order, as in all recorded decisions.
impl Serialize for RoleMappingInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("RoleMappingInput", 3)?;
        fields.serialize_field("department", &self.department)?;
        match &self.employment_type {
            Some(employment_type) => fields.serialize_field("employmentType", employment_type)?,
            None => fields.skip_field("employmentType")?,
        }
        fields.serialize_field("jobTitle", &self.job_title)?;
        fields.end()
    }
}

impl RuleInput for RoleMappingInput {
    const RULE: Rule = Rule::RoleMapping;
    type Outcome = RoleMappingOutcome;
}

impl RoleMappingInput {
    pub(super) fn into_script(self) -> Dynamic {
        map([
            ("jobTitle", self.job_title.into()),
            ("department", self.department.into()),
            ("employmentType", optional(self.employment_type)),
        ])
    }
}

/// A role in the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// May do everything.
    Admin,
    /// May manage people and projects.
    Manager,
    /// May use the workspace.
    Member,
}

/// The outcome of the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleMappingOutcome {
    /// The role.
    pub role: Role,
}

impl Outcome for RoleMappingOutcome {
    fn from_script(given: Dynamic) -> Result<Self, Failure> {
        let mut fields = Fields::of(given, "")?;
        let roles = [("admin", Role::Admin), ("manager", Role::Manager), ("member", Role::Member)];
        let role = fields.one_of("role", &roles)?;
        fields.end()?;
        Ok(Self { role })
    }
}
