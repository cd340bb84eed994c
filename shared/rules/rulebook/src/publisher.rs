//! Creating and activating versions.

use std::sync::Arc;

use edge_capabilities::Clock;
use edge_capabilities::database::DatabaseError;
use edge_rules::{Report, Rule};

use crate::activations::{Activation, Activations, Current};
use crate::active_rules::ActiveRuleCache;
use crate::error::PublishError;
use crate::generation::RuleGeneration;
use crate::versions::{Actor, Draft, Version, Versions};

/// Which version must be active for a change to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// Any version.
    Any,
    /// A version with one of these ETags.
    Etags(Vec<String>),
}

impl Precondition {
    fn is_met(&self, current: &Current) -> bool {
        match self {
            Self::Any => true,
            Self::Etags(etags) => etags.contains(&current.etag()),
        }
    }
}

/// Creates and activates versions of rules.
#[derive(Clone)]
pub struct Publisher {
    activations: Activations,
    clock: Arc<dyn Clock>,
    active_rules: ActiveRuleCache,
    generations: RuleGeneration,
}

impl Publisher {
    pub(crate) fn new(
        activations: Activations,
        clock: Arc<dyn Clock>,
        active_rules: ActiveRuleCache,
        generations: RuleGeneration,
    ) -> Self {
        Self { activations, clock, active_rules, generations }
    }

    /// The active version by the database.
    pub async fn current(&self, rule: Rule) -> Result<Current, DatabaseError> {
        self.activations.current(rule).await
    }

    /// Checks a script and its tests.
    pub fn check(&self, rule: Rule, script: &str, tests: Option<&str>) -> Report {
        self.active_rules.engine().check(rule, script, tests)
    }

    /// Creates a version of `draft`, which is not activated. If a version has the same content, returns that version.
    pub async fn push(&self, rule: Rule, draft: &Draft, actor: &Actor) -> Result<Version, PublishError> {
        let report = self.check(rule, &draft.script, draft.tests.as_deref());
        if !report.ok {
            return Err(PublishError::Invalid(Box::new(report)));
        }
        // The shipped version is numbered first: it is version 1 in an empty database.
        self.versions().shipped(rule).await?;
        let base = self.current(rule).await?.version.number;
        Ok(self.versions().add(rule, draft, actor, Some(base)).await?)
    }

    /// Activates `version`. After this returns, every instance makes its next decision by that version.
    pub async fn activate(
        &self,
        rule: Rule,
        version: i64,
        precondition: &Precondition,
        actor: &Actor,
    ) -> Result<Current, PublishError> {
        let current = self.current_if(rule, precondition).await?;
        let version = self.versions().find(rule, version).await?.ok_or(PublishError::NoSuchVersion)?;
        // The version passed the check when it was created, but perhaps on an instance of another build.
        if self.active_rules.engine().compile(rule, &version.script).is_err() {
            return Err(PublishError::Invalid(Box::new(self.check(rule, &version.script, None))));
        }
        match current.next(version.number, actor, self.clock.now()) {
            Some(next) => self.add_activation(rule, next, version).await,
            None => {
                // The publisher that activated it may have died before it changed the generation.
                let generation = self.generations.advance(rule).await.map_err(PublishError::Unannounced)?;
                self.active_rules.share(rule, generation).await;
                Ok(current)
            }
        }
    }

    /// Activates the version that was active before.
    pub async fn roll_back(
        &self,
        rule: Rule,
        precondition: &Precondition,
        actor: &Actor,
    ) -> Result<Current, PublishError> {
        let current = self.current_if(rule, precondition).await?;
        let back = self.activations.back(rule, &current, actor, self.clock.now()).await?;
        let back = back.ok_or(PublishError::NothingBefore)?;
        let version = self.versions().find(rule, back.version).await?.ok_or(PublishError::NoSuchVersion)?;
        self.add_activation(rule, back, version).await
    }

    /// What is in force, if `precondition` is met.
    async fn current_if(&self, rule: Rule, precondition: &Precondition) -> Result<Current, PublishError> {
        let current = self.current(rule).await?;
        if precondition.is_met(&current) { Ok(current) } else { Err(PublishError::Stale) }
    }

    async fn add_activation(&self, rule: Rule, next: Activation, version: Version) -> Result<Current, PublishError> {
        // A change that could not be announced is not made.
        self.generations.current(rule).await.map_err(PublishError::Unannounceable)?;
        if !self.activations.add(rule, &next).await? {
            return Err(PublishError::Stale);
        }
        let generation = match self.generations.advance(rule).await {
            Ok(generation) => generation,
            Err(error) => self.generations.advance(rule).await.map_err(|_| PublishError::Unannounced(error))?,
        };
        self.active_rules.share(rule, generation).await;
        Ok(Current { version, activation: Some(next) })
    }

    pub(crate) fn versions(&self) -> &Versions {
        self.activations.versions()
    }
}
