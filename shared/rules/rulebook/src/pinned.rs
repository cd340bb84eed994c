//! A version that goes on loaded while it is held, whatever comes into force meanwhile: for work of several decisions
//! that must all be made by the same version.

use std::marker::PhantomData;

use edge_rules::contract::RuleInput;

use crate::error::{RuleError, VersionError};
use crate::rulebook::{Context, Decision, LoadedVersion, Rulebook};

/// A version of the rule that takes `I`, held for several decisions.
pub struct Pinned<I> {
    rulebook: Rulebook,
    loaded: LoadedVersion,
    input: PhantomData<fn(&I)>,
}

impl Rulebook {
    /// Holds the version that is in force now.
    pub async fn pin<I: RuleInput>(&self) -> Result<Pinned<I>, RuleError> {
        let loaded = self.load_active(I::RULE).await?;
        Ok(Pinned { rulebook: self.clone(), loaded, input: PhantomData })
    }

    /// Holds the version `version`, in force or not; None: there is no such version.
    pub async fn pin_version<I: RuleInput>(&self, version: i64) -> Result<Option<Pinned<I>>, VersionError> {
        let loaded = self.load_version(I::RULE, version).await?;
        Ok(loaded.map(|loaded| Pinned { rulebook: self.clone(), loaded, input: PhantomData }))
    }
}

impl<I: RuleInput> Pinned<I> {
    /// The version's number.
    pub const fn version(&self) -> i64 {
        self.loaded.version
    }

    /// Decides on `input`. The decision is recorded like any other.
    pub fn decide(&self, input: &I, context: &Context) -> Result<Decision<I::Outcome>, RuleError> {
        self.rulebook.decide_by(self.loaded.clone(), input, context)
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::World;
    use edge_rules::Rule;
    use edge_rules::contract::{Role, RoleMappingInput};

    use crate::tests::{EMPLOYEE, context, everybody, instance};

    fn employee() -> RoleMappingInput {
        serde_json::from_str(EMPLOYEE).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_pinned_version_decides_whatever_comes_into_force() {
        let world = World::new(1);
        let here = instance(&world);
        let before = here.publish(Rule::RoleMapping, &everybody("manager")).await;
        let pinned = here.rulebook.pin::<RoleMappingInput>().await.unwrap();
        let after = here.publish(Rule::RoleMapping, &everybody("admin")).await;
        assert_eq!(here.deciding().await, after);
        let decided = pinned.decide(&employee(), &context()).unwrap();
        assert_eq!((pinned.version(), decided.version, decided.outcome.role), (before, before, Role::Manager));
        // Another instance takes hold of the same by its number.
        let there = instance(&world);
        let taken_up = there.rulebook.pin_version::<RoleMappingInput>(before).await.unwrap().unwrap();
        assert_eq!(taken_up.decide(&employee(), &context()).unwrap().outcome, decided.outcome);
        assert!(there.rulebook.pin_version::<RoleMappingInput>(99).await.unwrap().is_none());
    }
}
