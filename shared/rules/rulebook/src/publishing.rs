//! Making versions and putting them in force.

use std::sync::Arc;

use edge_capabilities::Clock;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::key_value::StoreError;
use edge_rules::{Report, Rule};

use crate::activations::{Activation, Activations, Current};
use crate::in_force::ActiveRuleCache;
use crate::turns::RuleGeneration;
use crate::versions::{Actor, Draft, Version, Versions};

/// Why a version was not made or not put in force.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The script or its tests do not pass the check.
    #[error("the version does not pass the check")]
    Invalid(Box<Report>),
    /// The rule has no such version.
    #[error("there is no such version")]
    NoSuchVersion,
    /// There is nothing to go back to.
    #[error("there is no earlier version to go back to")]
    NothingBefore,
    /// What is in force is not what the change was based on.
    #[error("somebody was faster")]
    Stale,
    /// The database does not work.
    #[error(transparent)]
    Db(#[from] DatabaseError),
    /// The key-value store cannot be reached, so nothing was changed.
    #[error("nothing was changed: {0}")]
    Unannounceable(StoreError),
    /// The change is in the database, and instances will see it only in a while.
    #[error("the change is in the database, and could not be announced: {0}")]
    Unannounced(StoreError),
}

/// What a change is based on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Whatever is in force when the change is made.
    Whatever,
    /// What has one of these ETags.
    Etags(Vec<String>),
}

impl Basis {
    fn is(&self, current: &Current) -> bool {
        match self {
            Self::Whatever => true,
            Self::Etags(etags) => etags.contains(&current.etag()),
        }
    }
}

/// Publishes versions of rules.
#[derive(Clone)]
pub struct Publishing {
    activations: Activations,
    clock: Arc<dyn Clock>,
    knowledge: ActiveRuleCache,
    turns: RuleGeneration,
}

impl Publishing {
    pub(crate) fn new(
        activations: Activations,
        clock: Arc<dyn Clock>,
        knowledge: ActiveRuleCache,
        turns: RuleGeneration,
    ) -> Self {
        Self { activations, clock, knowledge, turns }
    }

    /// What is in force by the database.
    pub async fn current(&self, rule: Rule) -> Result<Current, DatabaseError> {
        self.activations.current(rule).await
    }

    /// Whether `draft` would be let in.
    pub fn check(&self, rule: Rule, script: &str, tests: Option<&str>) -> Report {
        self.knowledge.engine().check(rule, script, tests)
    }

    /// Makes a version of `draft`, not in force; of content that there is already, the version that there is.
    pub async fn push(&self, rule: Rule, draft: &Draft, author: &Actor) -> Result<Version, PublishError> {
        let report = self.check(rule, &draft.script, draft.tests.as_deref());
        if !report.ok {
            return Err(PublishError::Invalid(Box::new(report)));
        }
        // What ships has its number first: version 1 in an empty record.
        self.versions().shipped(rule).await?;
        let base = self.current(rule).await?.version.number;
        Ok(self.versions().add(rule, draft, author, Some(base)).await?)
    }

    /// Puts `version` in force in the place of `basis`. Once this is answered, the next decision of every instance is
    /// by that version.
    pub async fn activate(
        &self,
        rule: Rule,
        version: i64,
        basis: &Basis,
        author: &Actor,
    ) -> Result<Current, PublishError> {
        let current = self.current(rule).await?;
        if !basis.is(&current) {
            return Err(PublishError::Stale);
        }
        let version = self.versions().find(rule, version).await?.ok_or(PublishError::NoSuchVersion)?;
        // It passed when it was made; another build's instance may have made it.
        if self.knowledge.engine().compile(rule, &version.script).is_err() {
            return Err(PublishError::Invalid(Box::new(self.check(rule, &version.script, None))));
        }
        match current.next(version.number, author, self.clock.now()) {
            Some(next) => self.put_in_force(rule, next, version).await,
            None => {
                // Whoever chose it may not have lived to say so.
                let turn = self.turns.take(rule).await.map_err(PublishError::Unannounced)?;
                self.knowledge.spread(rule, turn).await;
                Ok(current)
            }
        }
    }

    /// Brings back what was in force before `basis`.
    pub async fn roll_back(&self, rule: Rule, basis: &Basis, author: &Actor) -> Result<Current, PublishError> {
        let current = self.current(rule).await?;
        if !basis.is(&current) {
            return Err(PublishError::Stale);
        }
        let back = self.activations.back(rule, &current, author, self.clock.now()).await?;
        let back = back.ok_or(PublishError::NothingBefore)?;
        let version = self.versions().find(rule, back.version).await?.ok_or(PublishError::NoSuchVersion)?;
        self.put_in_force(rule, back, version).await
    }

    async fn put_in_force(&self, rule: Rule, next: Activation, version: Version) -> Result<Current, PublishError> {
        // What could not be announced is better not begun.
        self.turns.now(rule).await.map_err(PublishError::Unannounceable)?;
        if !self.activations.add(rule, &next).await? {
            return Err(PublishError::Stale);
        }
        let turn = match self.turns.take(rule).await {
            Ok(turn) => turn,
            Err(error) => self.turns.take(rule).await.map_err(|_| PublishError::Unannounced(error))?,
        };
        self.knowledge.spread(rule, turn).await;
        Ok(Current { version, activation: Some(next) })
    }

    pub(crate) fn versions(&self) -> &Versions {
        self.activations.versions()
    }
}
