//! A version that decides for as long as somebody holds it, whatever comes into force meanwhile: for work that takes more
//! than one decision, and must be all of one piece.

use edge_rules::Rule;

use crate::rulebook::{Context, Deciding, Decision, RuleFailed, Rulebook, TryFailed};

/// A version of a rule that somebody holds on to.
#[derive(Clone)]
pub struct Pinned {
    rulebook: Rulebook,
    deciding: Deciding,
}

impl Rulebook {
    /// Holds on to the version that is in force now.
    pub async fn pin(&self, rule: Rule) -> Result<Pinned, RuleFailed> {
        let deciding = self.deciding_now(rule).await?;
        Ok(Pinned { rulebook: self.clone(), deciding })
    }

    /// Holds on to the version `version`, in force or not; None: there is no such version.
    pub async fn pin_version(&self, rule: Rule, version: i64) -> Result<Option<Pinned>, TryFailed> {
        let deciding = self.deciding_version(rule, version).await?;
        Ok(deciding.map(|deciding| Pinned { rulebook: self.clone(), deciding }))
    }
}

impl Pinned {
    /// Which version it is.
    pub const fn version(&self) -> i64 {
        self.deciding.version
    }

    /// Decides on `input`, JSON. The decision is recorded like any other.
    pub fn decide(&self, input: &str, context: &Context) -> Result<Decision, RuleFailed> {
        self.rulebook.run(self.deciding.clone(), input, context, false)
    }
}

#[cfg(test)]
mod tests {
    use edge_capabilities::testing::World;
    use edge_rules::Rule;

    use crate::tests::{EMPLOYEE, context, everybody, instance};

    #[tokio::test(start_paused = true)]
    async fn a_pinned_version_decides_whatever_comes_into_force() {
        let world = World::new(1);
        let here = instance(&world);
        let before = here.publish(Rule::RoleMapping, &everybody("manager")).await;
        let pinned = here.rulebook.pin(Rule::RoleMapping).await.unwrap();
        let after = here.publish(Rule::RoleMapping, &everybody("admin")).await;
        assert_eq!(here.deciding().await, after);
        let decided = pinned.decide(EMPLOYEE, &context()).unwrap();
        assert_eq!(
            (pinned.version(), decided.version, decided.outcome.as_str()),
            (before, before, r#"{"role":"manager"}"#)
        );
        // Another instance takes hold of the same by its number.
        let there = instance(&world);
        let taken_up = there.rulebook.pin_version(Rule::RoleMapping, before).await.unwrap().unwrap();
        assert_eq!(taken_up.decide(EMPLOYEE, &context()).unwrap().outcome, decided.outcome);
        assert!(there.rulebook.pin_version(Rule::RoleMapping, 99).await.unwrap().is_none());
    }
}
