//! Decisions by the rules in force.

use std::sync::Arc;

use edge_capabilities::counters::{RULE_EVALUATIONS, RULE_OUTCOMES};
use edge_capabilities::{Capabilities, Counters, Timestamp, random};
use edge_database::Db;
use edge_rules::contract::RuleInput;
use edge_rules::{Compiled, Evaluation, Failure, FailureKind, Limit, Rule};

use crate::activations::Activations;
use crate::active_rules::{ActiveRuleCache, ActiveVersion};
use crate::audit::Audit;
use crate::decision_log::DecisionLog;
use crate::decisions::{Decisions, FAILED, FailedDecision, Recorded};
use crate::error::{RuleError, VersionError};
use crate::generation::RuleGeneration;
use crate::masking::masked;
use crate::publisher::Publisher;
use crate::versions::Versions;

/// For whom a rule decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The tenant; None: the platform.
    pub tenant: Option<String>,
    /// Who asks: `key:<id>`.
    pub actor: String,
    /// The request that the decision is part of.
    pub request_id: String,
}

/// A rule's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision<O = String> {
    /// `dec_…`: it is recorded under this id.
    pub id: String,
    /// The outcome: the rule's own type, or JSON.
    pub outcome: O,
    /// The version that decided.
    pub version: i64,
    /// Its SHA-256.
    pub sha256: Arc<str>,
    /// Operations it took.
    pub operations: u64,
    /// Microseconds it took.
    pub duration_us: u64,
    /// The lines that ran, and what the script printed.
    pub log: Vec<String>,
}

/// How a rule stands in this build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleStatus {
    /// The version that decides.
    pub version: i64,
    /// The version that should decide and does not compile on this build, and why.
    pub lapsed: Option<(i64, String)>,
}

/// The rules of an instance.
#[derive(Clone)]
pub struct Rulebook(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    counters: Counters,
    decisions: Decisions,
    decision_log: DecisionLog,
    active_rules: ActiveRuleCache,
    publisher: Publisher,
    audit: Audit,
}

/// A version of a rule, compiled and ready to decide.
#[derive(Clone)]
pub(crate) struct LoadedVersion {
    rule: Rule,
    pub(crate) version: i64,
    sha256: Arc<str>,
    compiled: Arc<Compiled>,
}

impl Decision {
    /// The decision with its outcome as a value. An outcome that does not fit its type decides nothing.
    fn typed<I: RuleInput>(self) -> Result<Decision<I::Outcome>, RuleError> {
        let Self { id, outcome, version, sha256, operations, duration_us, log } = self;
        match serde_json::from_str(&outcome) {
            Ok(outcome) => Ok(Decision { id, outcome, version, sha256, operations, duration_us, log }),
            Err(_) => Err(RuleError::Script { rule: I::RULE.as_str(), id }),
        }
    }
}

impl Rulebook {
    /// The rules in `db`.
    pub fn new(capabilities: &Capabilities, db: &Db) -> Self {
        let Capabilities { cache, clock, random, .. } = capabilities;
        let versions = Versions::new(db.clone(), clock.clone());
        let activations = Activations::new(db.clone(), versions);
        let generations = RuleGeneration::new(cache.clone(), random.clone());
        let decisions = Decisions::new(db.clone());
        let active_rules = ActiveRuleCache::new(capabilities, activations.clone(), generations.clone());
        Self(Arc::new(Inner {
            decision_log: DecisionLog::new(capabilities, decisions.clone()),
            audit: Audit::new(db.clone(), activations.versions().clone()),
            publisher: Publisher::new(activations, clock.clone(), active_rules.clone(), generations),
            capabilities: capabilities.clone(),
            counters: Counters::new(capabilities),
            decisions,
            active_rules,
        }))
    }

    /// Decides on `input` by the version in force. The decision is recorded behind the answer, under the version that
    /// made it.
    pub async fn decide<I: RuleInput>(&self, input: &I, context: &Context) -> Result<Decision<I::Outcome>, RuleError> {
        let json = input_json(input)?;
        self.decide_json(I::RULE, &json, context).await?.typed::<I>()
    }

    /// Like [`Self::decide`], on JSON.
    pub async fn decide_json(&self, rule: Rule, input: &str, context: &Context) -> Result<Decision, RuleError> {
        self.run(self.load_active(rule).await?, input, context, false)
    }

    /// Like [`Self::decide_json`]; the log has the lines that ran, which takes longer.
    pub async fn decide_and_explain(&self, rule: Rule, input: &str, context: &Context) -> Result<Decision, RuleError> {
        self.run(self.load_active(rule).await?, input, context, true)
    }

    /// Decides on `input`, JSON, by the version `version`, in force or not; None: there is no such version. It is
    /// recorded like any other decision; the log has the lines that ran.
    pub async fn try_version(
        &self,
        rule: Rule,
        version: i64,
        input: &str,
        context: &Context,
    ) -> Result<Option<Decision>, VersionError> {
        let Some(loaded) = self.load_version(rule, version).await? else { return Ok(None) };
        Ok(Some(self.run(loaded, input, context, true)?))
    }

    /// The version `version`, about to decide.
    pub(crate) async fn load_version(&self, rule: Rule, version: i64) -> Result<Option<LoadedVersion>, VersionError> {
        let Some(version) = self.0.publisher.versions().find(rule, version).await? else { return Ok(None) };
        let sha256: Arc<str> = version.sha256.as_str().into();
        let number = version.number;
        let compiled = self.0.active_rules.compile(rule, &sha256, &version.script);
        let compiled = compiled.map_err(|message| RuleError::Uncompilable { version: number, message })?;
        Ok(Some(LoadedVersion { rule, version: number, sha256, compiled }))
    }

    /// The version in force, about to decide.
    pub(crate) async fn load_active(&self, rule: Rule) -> Result<LoadedVersion, RuleError> {
        let active = self.0.active_rules.get(rule, self.0.capabilities.clock.now()).await?;
        self.loaded(rule, &active)
    }

    /// How `rule` stands in this build.
    pub async fn status(&self, rule: Rule) -> Result<RuleStatus, RuleError> {
        let active = self.0.active_rules.get(rule, self.0.capabilities.clock.now()).await?;
        let lapsed = active.failure.as_ref().map(|failure| (failure.version, failure.message.clone()));
        Ok(RuleStatus { version: active.version, lapsed })
    }

    /// Makes versions and puts them in force.
    pub fn publisher(&self) -> &Publisher {
        &self.0.publisher
    }

    pub(crate) fn audit(&self) -> &Audit {
        &self.0.audit
    }

    pub(crate) fn decisions(&self) -> &Decisions {
        &self.0.decisions
    }

    pub(crate) fn decision_log(&self) -> &DecisionLog {
        &self.0.decision_log
    }

    pub(crate) fn active_rules(&self) -> &ActiveRuleCache {
        &self.0.active_rules
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.0.capabilities
    }

    fn loaded(&self, rule: Rule, active: &ActiveVersion) -> Result<LoadedVersion, RuleError> {
        let (version, sha256) = (active.version, active.sha256.clone());
        let compiled = self.0.active_rules.compiled(rule, active);
        let compiled = compiled.map_err(|message| RuleError::Uncompilable { version, message })?;
        Ok(LoadedVersion { rule, version, sha256, compiled })
    }

    /// Decides on `input` by the version `loaded`.
    pub(crate) fn decide_by<I: RuleInput>(
        &self,
        loaded: LoadedVersion,
        input: &I,
        context: &Context,
    ) -> Result<Decision<I::Outcome>, RuleError> {
        self.run(loaded, &input_json(input)?, context, false)?.typed::<I>()
    }

    fn run(&self, loaded: LoadedVersion, input: &str, context: &Context, explain: bool) -> Result<Decision, RuleError> {
        let clock = &self.0.capabilities.clock;
        let at = clock.now();
        let engine = self.0.active_rules.engine();
        // A run of its own, for tracing takes several times as long: what is timed is the decision.
        let mut started = clock.elapsed();
        let traced = explain.then(|| engine.evaluate(&loaded.compiled, input, true));
        let (evaluated, lines) = match traced {
            // What fails while it is traced fails again, unless it was the tracing that took too long.
            Some(Err(failure)) if failure.kind != FailureKind::Limit(Limit::Time) => (Err(failure), None),
            traced => {
                if traced.is_some() {
                    started = clock.elapsed();
                }
                (engine.evaluate(&loaded.compiled, input, false), traced.and_then(Result::ok))
            }
        };
        let duration_us = u64::try_from(clock.elapsed().saturating_sub(started).as_micros()).unwrap_or(u64::MAX);
        let id = self.new_id();
        let (outcome, operations) = match &evaluated {
            Ok(evaluation) => (Ok(masked(&evaluation.outcome)), evaluation.operations),
            Err(Failure { kind: FailureKind::InvalidInput { field, message }, .. }) => {
                return Err(RuleError::Input { field: field.clone(), message: message.clone() });
            }
            Err(failure) => {
                let line = failure.line.map(|line| i64::try_from(line).unwrap_or(i64::MAX));
                (Err(FailedDecision { message: failure.kind.to_string(), line }), 0)
            }
        };
        let word = outcome.as_deref().map_or_else(|_| FAILED.to_owned(), |outcome| word(loaded.rule, outcome));
        self.count(loaded.rule, &word);
        self.0.decision_log.push(Recorded {
            id: id.clone(),
            rule: loaded.rule,
            version: loaded.version,
            sha256: loaded.sha256.to_string(),
            tenant: context.tenant.clone(),
            actor: context.actor.clone(),
            request_id: context.request_id.clone(),
            input: masked(input),
            word,
            outcome,
            operations: i64::try_from(operations).unwrap_or(i64::MAX),
            duration_us: i64::try_from(duration_us).unwrap_or(i64::MAX),
            at,
        });
        let (version, sha256) = (loaded.version, loaded.sha256);
        match evaluated {
            Ok(Evaluation { outcome, log, .. }) => {
                let log = lines.map_or(log, |traced| traced.log);
                Ok(Decision { id, outcome, version, sha256, operations, duration_us, log })
            }
            Err(_) => Err(RuleError::Script { rule: loaded.rule.as_str(), id }),
        }
    }

    /// Records what was decided at `at` without [`Self::decide`]: `outcome`, or why there was none.
    pub(crate) fn note(
        &self,
        rule: Rule,
        active: &ActiveVersion,
        input: String,
        outcome: Result<String, String>,
        at: Timestamp,
    ) {
        self.0.decision_log.push(Recorded {
            id: self.new_id(),
            rule,
            version: active.version,
            sha256: active.sha256.to_string(),
            tenant: None,
            actor: "bheem-edge".to_owned(),
            request_id: String::new(),
            input,
            word: outcome.as_deref().map_or_else(|_| FAILED.to_owned(), |outcome| word(rule, outcome)),
            outcome: outcome.map_err(|message| FailedDecision { message, line: None }),
            operations: 0,
            duration_us: 0,
            at,
        });
    }

    /// Counts, for operators, what `rule` came to: by `word`, as decisions are filtered by it.
    pub(crate) fn count(&self, rule: Rule, word: &str) {
        let outcomes = RULE_OUTCOMES.iter().filter(|(name, _)| *name == rule.as_str());
        if let Some(known) = outcomes.flat_map(|(_, words)| *words).find(|known| **known == word) {
            self.0.counters.count([RULE_EVALUATIONS, rule.as_str(), known]);
        }
    }

    fn new_id(&self) -> String {
        format!("dec_{}", random::hex::<12>(&*self.0.capabilities.random))
    }
}

/// An input as it is recorded.
fn input_json<I: RuleInput>(input: &I) -> Result<String, RuleError> {
    let unwritable = |error: serde_json::Error| RuleError::Input { field: String::new(), message: error.to_string() };
    serde_json::to_string(input).map_err(unwritable)
}

/// An outcome in one word, by which decisions are filtered.
fn word(rule: Rule, outcome: &str) -> String {
    let field = match rule {
        Rule::Approval | Rule::Budget => "outcome",
        Rule::RoleMapping => "role",
        Rule::SeatAccess => "hasAccess",
    };
    match serde_json::from_str::<serde_json::Value>(outcome).ok().as_ref().and_then(|outcome| outcome.get(field)) {
        Some(serde_json::Value::String(word)) => word.clone(),
        Some(word) => word.to_string(),
        None => String::new(),
    }
}
