//! The active versions as an instance caches them. A lookup costs one key-value read: that of the rule's generation
//! ([`crate::generation`]). While it is the generation of the cached version, the cached version is active. Otherwise
//! the instance reads the copy that another instance has left in the key-value store, or else the database, and leaves
//! a copy.
//!
//! While the key-value store or the database cannot be read, an instance goes on with the latest version in its cache
//! or in a copy. A cached version is read again from the database in the background every [`RECHECK`]: if a publisher
//! died between writing the database and changing the generation, the generation is changed then.
//!
//! A version that does not compile on this build (an instance of another build accepted it) is not active here: the
//! latest version before it that compiles decides, and the readiness check reports it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use edge_cache::{Decision, FenceState, SingleFlight, Times};
use edge_capabilities::clock::within;
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp};
use edge_rules::{Compiled, Engine, Finding, Rule};
use serde::{Deserialize, Serialize};

use crate::activations::Activations;
use crate::error::ActiveVersionUnknown;
use crate::generation::RuleGeneration;
use crate::versions::Version;

/// The age at which a cached version is read again from the database, in the background, milliseconds.
const RECHECK: i64 = 5_000;

/// How long a cached version is used after the database could not be read, milliseconds.
const RETRY: i64 = 1_000;

/// While its generation is the present one, a version stays active. A time in the future is that of another machine's
/// clock, or from before this one was set back.
const TIMES: Times =
    Times { fresh: RECHECK, stale: i64::MAX, outage: i64::MAX, skew: RECHECK, ahead: Decision::ServeAndRefresh };

/// The times of a version while there may be a newer one.
const OUTDATED: Times = Times { fresh: RETRY, stale: RETRY, outage: i64::MAX, skew: RETRY, ahead: Decision::Fetch };

/// The timeout of the database where there is a version to fall back on.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The timeout where the generation shows a change: the former version must not decide because the database is busy.
const TIMEOUT_FOR_CHANGE: Duration = Duration::from_secs(5);

/// How many earlier activations are searched for a version that compiles.
const MAX_FALLBACKS: u32 = 20;

/// How many compiled scripts an instance keeps, including drafts.
const MAX_COMPILED: usize = 32;

/// The version that decides.
#[derive(Clone)]
pub(crate) struct ActiveVersion {
    /// The number of the latest activation; 0: there was none.
    pub(crate) number: i64,
    pub(crate) version: i64,
    pub(crate) sha256: Arc<str>,
    /// Whether this build ships the version.
    pub(crate) shipped: bool,
    script: Arc<str>,
    /// The activated version, if it does not compile on this build.
    pub(crate) failure: Option<CompileFailure>,
}

/// A version that does not compile on this build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CompileFailure {
    pub(crate) version: i64,
    pub(crate) message: String,
}

#[derive(Clone)]
struct CachedVersion {
    /// The generation that was read before the version; None: it could not be read.
    generation: Option<i64>,
    read_at: Timestamp,
    /// Whether there may be a newer version that could not be read.
    may_be_outdated: bool,
    active: Arc<ActiveVersion>,
}

/// The copy of an active version that an instance leaves for others in the key-value store.
#[derive(Serialize, Deserialize)]
struct SharedCopy {
    #[serde(rename = "turn")]
    generation: i64,
    read_at: Timestamp,
    number: i64,
    version: i64,
    sha256: String,
    /// None: the version with this SHA-256 is shipped with the build.
    script: Option<String>,
}

/// The SHA-256 of a version of a rule.
type Name = (Rule, Arc<str>);

/// The active versions as an instance caches them.
#[derive(Clone)]
pub(crate) struct ActiveRuleCache(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    activations: Activations,
    generations: RuleGeneration,
    engine: OnceLock<Engine>,
    known: Mutex<HashMap<Rule, CachedVersion>>,
    refreshes: SingleFlight<Rule, ()>,
    compiled: Mutex<HashMap<Name, Arc<Compiled>>>,
}

impl ActiveRuleCache {
    pub(crate) fn new(capabilities: &Capabilities, activations: Activations, generations: RuleGeneration) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            activations,
            generations,
            engine: OnceLock::new(),
            known: Mutex::default(),
            refreshes: SingleFlight::default(),
            compiled: Mutex::default(),
        }))
    }

    /// The engine, made when it is first needed.
    pub(crate) fn engine(&self) -> &Engine {
        self.0.engine.get_or_init(|| Engine::new(self.0.capabilities.clock.clone()))
    }

    /// The active version. `now`: the current time, which callers have usually read already.
    pub(crate) async fn get(&self, rule: Rule, now: Timestamp) -> Result<Arc<ActiveVersion>, ActiveVersionUnknown> {
        let generation = self.0.generations.current(rule).await.ok();
        let remembered = locked(&self.0.known).get(&rule).cloned();
        if let Some(known) = remembered.as_ref().filter(|known| self.serves(rule, known, generation, now)) {
            return Ok(known.active.clone());
        }
        let copied = self.read_copy(rule).await;
        if let Some(known) = copied.as_ref().filter(|known| generation.is_some() && known.generation == generation) {
            self.remember(rule, known);
            if self.serves(rule, known, generation, now) {
                return Ok(known.active.clone());
            }
        }
        let fallback = [remembered, copied].into_iter().flatten().max_by_key(|known| known.active.number);
        let reading = self.read(rule, generation);
        let Some(last) = fallback else {
            return reading.await.map_err(|error| ActiveVersionUnknown(error.to_string()));
        };
        let is_changed = generation.is_some() && last.generation != generation;
        let timeout = if is_changed { TIMEOUT_FOR_CHANGE } else { TIMEOUT };
        match within(&*self.0.capabilities.clock, timeout, reading).await {
            Some(Ok(active)) => Ok(active),
            Some(Err(_)) | None => {
                self.remember(
                    rule,
                    &CachedVersion { generation, read_at: now, may_be_outdated: true, active: last.active.clone() },
                );
                Ok(last.active)
            }
        }
    }

    /// Whether `known` decides at `now` while the generation is `generation`. It may be read again in the background.
    fn serves(&self, rule: Rule, known: &CachedVersion, generation: Option<i64>, now: Timestamp) -> bool {
        let decision = known.decision(generation, now);
        if decision == Decision::ServeAndRefresh {
            self.refresh_in_background(rule, generation);
        }
        matches!(decision, Decision::Serve | Decision::ServeAndRefresh)
    }

    /// The compiled script of the active version.
    pub(crate) fn compiled(&self, rule: Rule, active: &ActiveVersion) -> Result<Arc<Compiled>, String> {
        self.compile(rule, &active.sha256, &active.script)
    }

    /// The compiled form of the script of the version `sha256`.
    pub(crate) fn compile(&self, rule: Rule, sha256: &Arc<str>, script: &str) -> Result<Arc<Compiled>, String> {
        let key = (rule, sha256.clone());
        if let Some(compiled) = locked(&self.0.compiled).get(&key) {
            return Ok(compiled.clone());
        }
        let first = |findings: Vec<Finding>| findings.first().map(ToString::to_string).unwrap_or_default();
        let compiled = Arc::new(self.engine().compile(rule, script).map_err(first)?);
        let mut all = locked(&self.0.compiled);
        if all.len() >= MAX_COMPILED {
            all.clear();
        }
        all.insert(key, compiled.clone());
        Ok(compiled)
    }

    fn remember(&self, rule: Rule, known: &CachedVersion) {
        let mut all = locked(&self.0.known);
        // A slow read must not replace a later one.
        if all.get(&rule).is_none_or(|other| other.active.number <= known.active.number) {
            all.insert(rule, known.clone());
        }
    }

    fn refresh_in_background(&self, rule: Rule, generation: Option<i64>) {
        if let Some(leader) = self.0.refreshes.lead(&rule, &*self.0.capabilities.clock) {
            let active_rules = self.clone();
            self.0.capabilities.background.spawn(Box::pin(async move {
                let before = locked(&active_rules.0.known).get(&rule).map(|known| known.active.number);
                let read = active_rules.read(rule, generation).await;
                if read.is_ok_and(|read| Some(read.number) != before) {
                    // The publisher died before it changed the generation.
                    let _ = active_rules.0.generations.advance(rule).await;
                }
                drop(leader);
            }));
        }
    }

    /// Leaves a copy for the new generation, so that many instances need not wait for a busy database. If that fails,
    /// they read the database.
    pub(crate) async fn share(&self, rule: Rule, generation: i64) {
        let _ = within(&*self.0.capabilities.clock, TIMEOUT, self.read(rule, Some(generation))).await;
    }

    /// Reads the database, and leaves a copy for other instances.
    async fn read(&self, rule: Rule, generation: Option<i64>) -> Result<Arc<ActiveVersion>, DatabaseError> {
        let read_at = self.0.capabilities.clock.now();
        let current = self.0.activations.current(rule).await?;
        let number = current.number();
        let active = Arc::new(match self.compile_version(rule, number, &current.version) {
            Ok(active) => active,
            Err(message) => {
                let failure = CompileFailure { version: current.version.number, message };
                self.log_failure(rule, &failure);
                self.last_that_compiles(rule, number, failure).await?
            }
        });
        let known = CachedVersion { generation, read_at, may_be_outdated: false, active: active.clone() };
        self.remember(rule, &known);
        if active.failure.is_none()
            && let Some(generation) = generation
        {
            self.write_copy(rule, &SharedCopy::new(generation, read_at, &active)).await;
        }
        Ok(active)
    }

    /// `version`, ready to decide; an error: it does not compile.
    fn compile_version(&self, rule: Rule, number: i64, version: &Version) -> Result<ActiveVersion, String> {
        let sha256: Arc<str> = version.sha256.as_str().into();
        let shipped = *sha256 == *shipped_sha256(rule);
        if !shipped {
            self.compile(rule, &sha256, &version.script)?;
        }
        let script = version.script.as_str().into();
        Ok(ActiveVersion { number, version: version.number, sha256, shipped, script, failure: None })
    }

    async fn last_that_compiles(
        &self,
        rule: Rule,
        number: i64,
        failure: CompileFailure,
    ) -> Result<ActiveVersion, DatabaseError> {
        for version in self.0.activations.before(rule, number, MAX_FALLBACKS).await? {
            if let Ok(active) = self.compile_version(rule, number, &version) {
                return Ok(ActiveVersion { failure: Some(failure), ..active });
            }
        }
        let shipped = self.0.activations.versions().shipped(rule).await?;
        let sha256 = shipped.sha256.as_str().into();
        let (version, script) = (shipped.number, shipped.script.as_str().into());
        Ok(ActiveVersion { number, version, sha256, shipped: true, script, failure: Some(failure) })
    }

    fn log_failure(&self, rule: Rule, failure: &CompileFailure) {
        let Capabilities { clock, log, .. } = &self.0.capabilities;
        let line = serde_json::json!({
            "ts": clock.now().to_rfc3339_millis(), "level": "error", "component": "rulebook", "outcome": "RULE_LAPSED",
            "rule": rule.as_str(), "version": failure.version, "cause": failure.message,
            "consequence": "the last version that compiles on this build decides",
        });
        log.write(line.to_string());
    }

    /// The copy that an instance left, if this build can use it.
    async fn read_copy(&self, rule: Rule) -> Option<CachedVersion> {
        let bytes = self.0.capabilities.cache.get(copy_key(rule)).await.ok()??;
        let copy: SharedCopy = serde_json::from_slice(&bytes).ok()?;
        let shipped = *copy.sha256 == *shipped_sha256(rule);
        // Without an activation, the rule shipped with another build is not valid for this one, which ships its own.
        let script = match copy.script {
            _ if shipped => edge_rules::shipped(rule).script.to_owned(),
            Some(script) if copy.number > 0 => script,
            Some(_) | None => return None,
        };
        let sha256: Arc<str> = copy.sha256.into();
        if !shipped {
            self.compile(rule, &sha256, &script).ok()?;
        }
        let (number, version, script) = (copy.number, copy.version, script.into());
        let active = ActiveVersion { number, version, sha256, shipped, script, failure: None };
        let (generation, read_at) = (Some(copy.generation), copy.read_at);
        Some(CachedVersion { generation, read_at, may_be_outdated: false, active: Arc::new(active) })
    }

    async fn write_copy(&self, rule: Rule, copy: &SharedCopy) {
        // Without the copy other instances read the database. A copy of an older generation is not used.
        if let Ok(bytes) = serde_json::to_vec(copy) {
            let _ = self.0.capabilities.cache.set(copy_key(rule), &bytes).await;
        }
    }
}

impl SharedCopy {
    fn new(generation: i64, read_at: Timestamp, active: &ActiveVersion) -> Self {
        Self {
            generation,
            read_at,
            number: active.number,
            version: active.version,
            sha256: active.sha256.to_string(),
            script: (!active.shipped).then(|| active.script.to_string()),
        }
    }
}

impl CachedVersion {
    /// What to do with it at `now`, while the generation is `generation`.
    fn decision(&self, generation: Option<i64>, now: Timestamp) -> Decision {
        let fence = match generation {
            None => FenceState::Unknown,
            Some(_) if self.generation == generation => FenceState::Holds,
            Some(_) => FenceState::Raised,
        };
        let times = if self.may_be_outdated { &OUTDATED } else { &TIMES };
        edge_cache::decide(now.millis_since(self.read_at), times, fence)
    }
}

/// The SHA-256 of the version that this build ships.
pub(crate) fn shipped_sha256(rule: Rule) -> &'static str {
    static HASHES: [OnceLock<String>; 4] = [const { OnceLock::new() }; 4];
    let shipped = edge_rules::shipped(rule);
    let made = || edge_rules::fingerprint(shipped.script, shipped.tests);
    HASHES.get(rule as usize).map_or("", |hash| hash.get_or_init(made))
}

const fn copy_key(rule: Rule) -> &'static str {
    match rule {
        Rule::Approval => "rule-copy:approval",
        Rule::Budget => "rule-copy:budget",
        Rule::RoleMapping => "rule-copy:role_mapping",
        Rule::SeatAccess => "rule-copy:seat_access",
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
