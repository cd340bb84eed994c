//! Which role an employee has: the rule `role_mapping` says, from the first of a run to the last by one version.

use std::collections::HashMap;

use edge_access::Role;
use edge_rulebook::contract::{self, RoleMappingInput};
use edge_rulebook::{Context, Pinned};

use crate::employee::Employee;

/// The most decisions that are remembered: there are fewer job titles than people.
const MAX_REMEMBERED: usize = 10_000;

/// Roles by one version of the rule.
pub(crate) struct Roles {
    rule: Pinned<RoleMappingInput>,
    context: Context,
    remembered: HashMap<RoleMappingInput, Result<Role, String>>,
}

impl Roles {
    pub(crate) fn new(rule: Pinned<RoleMappingInput>, context: Context) -> Self {
        Self { rule, context, remembered: HashMap::new() }
    }

    /// The version that decides.
    pub(crate) const fn version(&self) -> i64 {
        self.rule.version()
    }

    /// The role of `employee`, or why there is none: nobody gets a role that was not decided. The same question is decided
    /// and recorded once.
    pub(crate) fn of(&mut self, employee: &Employee) -> Result<Role, String> {
        let input = employee.rule_input();
        if let Some(decided) = self.remembered.get(&input) {
            return decided.clone();
        }
        let decided = self.decide(&input);
        if self.remembered.len() < MAX_REMEMBERED {
            self.remembered.insert(input, decided.clone());
        }
        decided
    }

    fn decide(&self, input: &RoleMappingInput) -> Result<Role, String> {
        let decision = self.rule.decide(input, &self.context).map_err(|failure| failure.to_string())?;
        // INVARIANT: owners are made by people alone.
        Ok(match decision.outcome.role {
            contract::Role::Admin => Role::Admin,
            contract::Role::Manager => Role::Manager,
            contract::Role::Member => Role::Member,
        })
    }
}
