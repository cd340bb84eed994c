//! The role of an employee, decided by the rule `role_mapping`; a run uses one version of the rule from start to end.

use std::collections::HashMap;

use edge_access::Role;
use edge_rulebook::contract::{self, RoleMappingInput};
use edge_rulebook::{Context, Pinned};

use crate::employee::Employee;

/// The maximum number of cached decisions: there are fewer job titles than people.
const MAX_CACHED: usize = 10_000;

/// Decides roles by one version of the rule.
pub(crate) struct RoleMapping {
    rule: Pinned<RoleMappingInput>,
    context: Context,
    cache: HashMap<RoleMappingInput, Result<Role, String>>,
}

impl RoleMapping {
    pub(crate) fn new(rule: Pinned<RoleMappingInput>, context: Context) -> Self {
        Self { rule, context, cache: HashMap::new() }
    }

    /// The version of the rule.
    pub(crate) const fn version(&self) -> i64 {
        self.rule.version()
    }

    /// The role of `employee`. An error is the reason why the rule gave none; then the employee gets no role. Equal
    /// inputs are decided and recorded once.
    pub(crate) fn of(&mut self, employee: &Employee) -> Result<Role, String> {
        let input = employee.rule_input();
        if let Some(decided) = self.cache.get(&input) {
            return decided.clone();
        }
        let decided = self.decide(&input);
        if self.cache.len() < MAX_CACHED {
            self.cache.insert(input, decided.clone());
        }
        decided
    }

    fn decide(&self, input: &RoleMappingInput) -> Result<Role, String> {
        let decision = self.rule.decide(input, &self.context).map_err(|failure| failure.to_string())?;
        // INVARIANT: the rule never makes an owner.
        Ok(match decision.outcome.role {
            contract::Role::Admin => Role::Admin,
            contract::Role::Manager => Role::Manager,
            contract::Role::Member => Role::Member,
        })
    }
}
