//! What is in force, as an instance knows it. Asking costs one key-value read: the rule's turn ([`crate::turns`]). While
//! it is the turn that the instance knows, what it knows holds. Otherwise it looks for the copy that another instance
//! left beside the turn, and else reads the database and leaves a copy itself.
//!
//! While the key-value store or the database cannot be asked, an instance goes on with the last that it or anybody who
//! left a copy knew. What is known is read again from the database behind the answer every [`RECHECK`]: should somebody
//! have died between writing the database and changing the turn, the turn is changed then.
//!
//! A version that does not compile on this build (another build's instance let it in) is not in force here: the last
//! that was in force before it and does compile is, and whoever asks for readiness is told so.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use edge_capabilities::clock::{millis, within};
use edge_capabilities::database::DatabaseError;
use edge_capabilities::{Capabilities, Timestamp};
use edge_rules::{Compiled, Engine, Finding, Rule};
use serde::{Deserialize, Serialize};

use crate::activations::Activations;
use crate::turns::RuleGeneration;
use crate::versions::Version;

/// After this long what is known is read again from the database, behind the answer.
const RECHECK: Duration = Duration::from_secs(5);

/// How long the database may take to answer where there is something to go on with.
const TIMEOUT: Duration = Duration::from_secs(1);

/// And where the turn tells that there is news: what was in force before must not decide because the database is busy.
const TIMEOUT_FOR_NEWS: Duration = Duration::from_secs(5);

/// How long what is known goes on after the database could not be asked for news.
const RETRY: Duration = Duration::from_secs(1);

/// How many activations are gone back to find one that compiles.
const FURTHEST_BACK: u32 = 20;

/// Compiled scripts kept by an instance, drafts among them.
const MAX_COMPILED: usize = 32;

/// A version as it decides.
#[derive(Clone)]
pub(crate) struct InForce {
    /// Of the activation that the database speaks of; 0: there was none.
    pub(crate) number: i64,
    pub(crate) version: i64,
    pub(crate) sha256: Arc<str>,
    /// Whether it is what this build ships.
    pub(crate) shipped: bool,
    script: Arc<str>,
    /// The version that should be in force and does not compile, and why.
    pub(crate) lapse: Option<Lapse>,
}

/// A version that does not compile on this build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lapse {
    pub(crate) version: i64,
    pub(crate) message: String,
}

#[derive(Clone)]
struct Known {
    /// The turn that was seen before this was read; None: the turn could not be seen.
    turn: Option<i64>,
    read_at: Timestamp,
    /// Whether there may be news that could not be read.
    unsure: bool,
    in_force: Arc<InForce>,
}

/// What one instance leaves for others, beside the turn.
#[derive(Serialize, Deserialize)]
struct Copy {
    turn: i64,
    read_at: Timestamp,
    number: i64,
    version: i64,
    sha256: String,
    /// None: it is what the build with this SHA-256 ships.
    script: Option<String>,
}

/// Nothing is known of what is in force, and nobody can be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not known which version is in force: {0}")]
pub(crate) struct Unknown(pub(crate) String);

/// A version by its content: its SHA-256.
type Name = (Rule, Arc<str>);

/// What an instance knows of what is in force.
#[derive(Clone)]
pub(crate) struct ActiveRuleCache(Arc<Inner>);

struct Inner {
    capabilities: Capabilities,
    activations: Activations,
    turns: RuleGeneration,
    engine: OnceLock<Engine>,
    known: Mutex<HashMap<Rule, Known>>,
    being_read: Mutex<HashSet<Rule>>,
    compiled: Mutex<HashMap<Name, Arc<Compiled>>>,
}

impl ActiveRuleCache {
    pub(crate) fn new(capabilities: &Capabilities, activations: Activations, turns: RuleGeneration) -> Self {
        Self(Arc::new(Inner {
            capabilities: capabilities.clone(),
            activations,
            turns,
            engine: OnceLock::new(),
            known: Mutex::default(),
            being_read: Mutex::default(),
            compiled: Mutex::default(),
        }))
    }

    /// The engine, made when it is first needed.
    pub(crate) fn engine(&self) -> &Engine {
        self.0.engine.get_or_init(|| Engine::new(self.0.capabilities.clock.clone()))
    }

    /// What is in force. `now` is when that is asked: who has just read the clock need not read it again.
    pub(crate) async fn in_force(&self, rule: Rule, now: Timestamp) -> Result<Arc<InForce>, Unknown> {
        let turn = self.0.turns.now(rule).await.ok();
        let remembered = locked(&self.0.known).get(&rule).cloned();
        if let Some(known) = remembered.as_ref().filter(|known| known.holds(turn, now)) {
            if known.due(now) {
                self.read_behind(rule, turn);
            }
            return Ok(known.in_force.clone());
        }
        let copied = self.read_copy(rule).await;
        if let Some(known) = copied.as_ref().filter(|known| turn.is_some() && known.turn == turn) {
            self.remember(rule, known);
            if known.due(now) {
                self.read_behind(rule, turn);
            }
            return Ok(known.in_force.clone());
        }
        let to_go_on_with = [remembered, copied].into_iter().flatten().max_by_key(|known| known.in_force.number);
        let reading = self.read(rule, turn);
        let Some(last) = to_go_on_with else {
            return reading.await.map_err(|error| Unknown(error.to_string()));
        };
        let news = turn.is_some() && last.turn != turn;
        let timeout = if news { TIMEOUT_FOR_NEWS } else { TIMEOUT };
        match within(&*self.0.capabilities.clock, timeout, reading).await {
            Some(Ok(in_force)) => Ok(in_force),
            Some(Err(_)) | None => {
                self.remember(rule, &Known { turn, read_at: now, unsure: true, in_force: last.in_force.clone() });
                Ok(last.in_force)
            }
        }
    }

    /// The compiled script of what is in force. It compiled when it came into force.
    pub(crate) fn compiled(&self, rule: Rule, in_force: &InForce) -> Result<Arc<Compiled>, String> {
        self.compile(rule, &in_force.sha256, &in_force.script)
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

    fn remember(&self, rule: Rule, known: &Known) {
        let mut all = locked(&self.0.known);
        // Who reads slowly must not put back what others have read since.
        if all.get(&rule).is_none_or(|other| other.in_force.number <= known.in_force.number) {
            all.insert(rule, known.clone());
        }
    }

    fn read_behind(&self, rule: Rule, turn: Option<i64>) {
        if locked(&self.0.being_read).insert(rule) {
            let knowledge = self.clone();
            self.0.capabilities.background.spawn(Box::pin(async move {
                let before = locked(&knowledge.0.known).get(&rule).map(|known| known.in_force.number);
                let read = knowledge.read(rule, turn).await;
                if read.is_ok_and(|read| Some(read.number) != before) {
                    // Whoever put it in force did not live to say so.
                    let _ = knowledge.0.turns.take(rule).await;
                }
                locked(&knowledge.0.being_read).remove(&rule);
            }));
        }
    }

    /// Leaves a copy beside the new turn, so that a crowd of instances need not wait for a busy record. Where that fails
    /// they read the database.
    pub(crate) async fn spread(&self, rule: Rule, turn: i64) {
        let _ = within(&*self.0.capabilities.clock, TIMEOUT, self.read(rule, Some(turn))).await;
    }

    /// Reads the database, and leaves a copy for others.
    async fn read(&self, rule: Rule, turn: Option<i64>) -> Result<Arc<InForce>, DatabaseError> {
        let read_at = self.0.capabilities.clock.now();
        let current = self.0.activations.current(rule).await?;
        let number = current.number();
        let in_force = Arc::new(match self.weigh(rule, number, &current.version) {
            Ok(in_force) => in_force,
            Err(message) => {
                let lapse = Lapse { version: current.version.number, message };
                self.log_lapse(rule, &lapse);
                self.last_good(rule, number, lapse).await?
            }
        });
        let known = Known { turn, read_at, unsure: false, in_force: in_force.clone() };
        self.remember(rule, &known);
        if in_force.lapse.is_none()
            && let Some(turn) = turn
        {
            self.leave_copy(rule, &Copy::of(turn, read_at, &in_force)).await;
        }
        Ok(in_force)
    }

    /// `version` as it decides; an error: it does not compile.
    fn weigh(&self, rule: Rule, number: i64, version: &Version) -> Result<InForce, String> {
        let sha256: Arc<str> = version.sha256.as_str().into();
        let shipped = *sha256 == *shipped_sha256(rule);
        if !shipped {
            self.compile(rule, &sha256, &version.script)?;
        }
        let script = version.script.as_str().into();
        Ok(InForce { number, version: version.number, sha256, shipped, script, lapse: None })
    }

    async fn last_good(&self, rule: Rule, number: i64, lapse: Lapse) -> Result<InForce, DatabaseError> {
        for version in self.0.activations.before(rule, number, FURTHEST_BACK).await? {
            if let Ok(in_force) = self.weigh(rule, number, &version) {
                return Ok(InForce { lapse: Some(lapse), ..in_force });
            }
        }
        let shipped = self.0.activations.versions().shipped(rule).await?;
        let sha256 = shipped.sha256.as_str().into();
        let (version, script) = (shipped.number, shipped.script.as_str().into());
        Ok(InForce { number, version, sha256, shipped: true, script, lapse: Some(lapse) })
    }

    fn log_lapse(&self, rule: Rule, lapse: &Lapse) {
        let Capabilities { clock, log, .. } = &self.0.capabilities;
        let line = serde_json::json!({
            "ts": clock.now().to_rfc3339_millis(), "level": "error", "component": "rulebook", "outcome": "RULE_LAPSED",
            "rule": rule.as_str(), "version": lapse.version, "cause": lapse.message,
            "consequence": "the last version that compiles on this build decides",
        });
        log.write(line.to_string());
    }

    /// The copy that somebody left, if this build can do something with it.
    async fn read_copy(&self, rule: Rule) -> Option<Known> {
        let bytes = self.0.capabilities.cache.get(copy_key(rule)).await.ok()??;
        let copy: Copy = serde_json::from_slice(&bytes).ok()?;
        let shipped = *copy.sha256 == *shipped_sha256(rule);
        // Without an activation another build's rule is nothing to this one, which ships its own.
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
        let in_force = InForce { number, version, sha256, shipped, script, lapse: None };
        let (turn, read_at) = (Some(copy.turn), copy.read_at);
        Some(Known { turn, read_at, unsure: false, in_force: Arc::new(in_force) })
    }

    async fn leave_copy(&self, rule: Rule, copy: &Copy) {
        // Without it other instances ask the database, nothing else. One of an older turn is not used.
        if let Ok(bytes) = serde_json::to_vec(copy) {
            let _ = self.0.capabilities.cache.set(copy_key(rule), &bytes).await;
        }
    }
}

impl Copy {
    fn of(turn: i64, read_at: Timestamp, in_force: &InForce) -> Self {
        Self {
            turn,
            read_at,
            number: in_force.number,
            version: in_force.version,
            sha256: in_force.sha256.to_string(),
            script: (!in_force.shipped).then(|| in_force.script.to_string()),
        }
    }
}

impl Known {
    /// Whether it holds at `now` while the turn is `turn`.
    fn holds(&self, turn: Option<i64>, now: Timestamp) -> bool {
        match turn {
            Some(_) if self.unsure => self.turn == turn && !self.older_than(RETRY, now),
            Some(_) => self.turn == turn,
            None => !self.older_than(if self.unsure { RETRY } else { RECHECK }, now),
        }
    }

    fn due(&self, now: Timestamp) -> bool {
        self.older_than(RECHECK, now)
    }

    /// Whether it was read longer ago than `span`, or in the future: by another machine's clock, or before this one was
    /// set back.
    fn older_than(&self, span: Duration, now: Timestamp) -> bool {
        let span = millis(span);
        !(-span..span).contains(&now.millis_since(self.read_at))
    }
}

/// The SHA-256 of what this build ships.
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
