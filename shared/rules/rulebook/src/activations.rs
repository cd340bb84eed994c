//! Which version of a rule is active, in the database.
//!
//! Activations are rows that are added and never changed, numbered from 1 for each rule: the one with the highest
//! number names the active version. An activation is one statement that takes the next number, which only one can have:
//! of two admins who start from the same activation exactly one succeeds.
//!
//! Before the first activation the shipped version is active: a newer build brings newer rules to those who never
//! chose. After an activation, even of the shipped version, the choice stays, whatever later builds ship.
//!
//! A rollback is an activation too, of the version that was active before: each row names it, so that two rollbacks go
//! back two steps, not to and fro.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use edge_database::{Conditions, Db, Record as _, columns, read_all, record, text_column};
use edge_rules::Rule;

use crate::versions::{Actor, Version, Versions};

/// What an activation was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A version was chosen.
    Activated,
    /// What was in force before came back.
    RolledBack,
}

/// A version put in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// Counts from 1.
    pub number: i64,
    /// What was put in force.
    pub version: i64,
    /// What it took the place of.
    pub replaced: i64,
    /// The version that a rollback activates; None: there is none.
    pub(crate) before_version: Option<i64>,
    /// The number of that version's activation; 0: it was active without one.
    pub(crate) before_number: Option<i64>,
    /// What it was.
    pub action: Action,
    /// Who did it.
    pub actor: String,
    /// From which address.
    pub address: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// What is in force by the database.
#[derive(Clone, Debug)]
pub struct Current {
    /// The version.
    pub version: Version,
    /// How it came to be; None: it is what ships, and nobody ever chose.
    pub activation: Option<Activation>,
}

text_column!(Action);

record! {
    Activation in "rule_activations" {
        number, version, replaced, before_version, before_number, action, actor, address, at: "activated_at"
    }
}

#[derive(Clone)]
pub(crate) struct Activations {
    db: Db,
    versions: Versions,
}

impl Current {
    /// The number of the activation; 0 where there was none.
    pub fn number(&self) -> i64 {
        self.activation.as_ref().map_or(0, |activation| activation.number)
    }

    /// Names what is in force, and each time differently: also where the same version came back.
    pub fn etag(&self) -> String {
        let sha256 = self.version.sha256.get(..16).unwrap_or_default();
        format!("\"{}-{sha256}\"", self.number())
    }

    /// The activation of `version` in its place; None where there is nothing to do, for it was chosen already.
    pub(crate) fn next(&self, version: i64, author: &Actor, at: Timestamp) -> Option<Activation> {
        let same = self.version.number == version;
        if same && self.activation.is_some() {
            return None;
        }
        Some(Activation {
            number: self.number().saturating_add(1),
            version,
            replaced: self.version.number,
            before_version: (!same).then_some(self.version.number),
            before_number: (!same).then_some(self.number()),
            action: Action::Activated,
            actor: author.id.clone(),
            address: author.address.clone(),
            at,
        })
    }
}

impl Activations {
    pub(crate) fn new(db: Db, versions: Versions) -> Self {
        Self { db, versions }
    }

    pub(crate) fn versions(&self) -> &Versions {
        &self.versions
    }

    /// What is in force.
    pub(crate) async fn current(&self, rule: Rule) -> Result<Current, DatabaseError> {
        match self.joined(rule, i64::MAX, 1).await?.pop() {
            Some((version, activation)) => Ok(Current { version, activation: Some(activation) }),
            None => Ok(Current { version: self.versions.shipped(rule).await?, activation: None }),
        }
    }

    /// Up to `limit` versions that were activated before the activation `number`, the last one first.
    pub(crate) async fn before(&self, rule: Rule, number: i64, limit: u32) -> Result<Vec<Version>, DatabaseError> {
        Ok(self.joined(rule, number, limit).await?.into_iter().map(|(version, _)| version).collect())
    }

    /// Up to `limit` activations before the activation `below`, the last one first, with their versions.
    async fn joined(&self, rule: Rule, below: i64, limit: u32) -> Result<Vec<(Version, Activation)>, DatabaseError> {
        let qualified = |table: &str, columns: &[&str]| {
            columns.iter().map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
        };
        let statement = format!(
            "SELECT {}, {} FROM rule_activations a
             JOIN rule_versions v ON v.rule = a.rule AND v.version = a.version
             WHERE a.rule = $1 AND a.number < $2 ORDER BY a.number DESC LIMIT $3",
            qualified("v", Version::COLUMNS),
            qualified("a", Activation::COLUMNS),
        );
        let rows = self.db.query(&statement, &[rule.as_str().into(), below.into(), i64::from(limit).into()]).await?;
        let activations: Vec<Row> =
            rows.iter().map(|row| Row(row.0.iter().skip(Version::COLUMNS.len()).cloned().collect())).collect();
        Ok(read_all(&rows)?.into_iter().zip(read_all(&activations)?).collect())
    }

    /// The activation `number`.
    pub(crate) async fn find(&self, rule: Rule, number: i64) -> Result<Option<Activation>, DatabaseError> {
        self.db.find(Conditions::of("rule", rule.as_str()).and("number", number)).await
    }

    /// Adds `activation`; returns whether it was the first with its number.
    pub(crate) async fn add(&self, rule: Rule, activation: &Activation) -> Result<bool, DatabaseError> {
        let statement = format!(
            "INSERT INTO rule_activations ({}, rule) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (rule, number) DO NOTHING RETURNING number",
            columns::<Activation>()
        );
        let mut values = activation.values()?;
        values.push(rule.as_str().into());
        Ok(!self.db.query(&statement, &values).await?.is_empty())
    }

    /// The activation that brings back what was in force before `current`; None: nothing was.
    pub(crate) async fn back(
        &self,
        rule: Rule,
        current: &Current,
        author: &Actor,
        at: Timestamp,
    ) -> Result<Option<Activation>, DatabaseError> {
        let before = current.activation.as_ref().and_then(|latest| latest.before_version.zip(latest.before_number));
        let Some((version, number)) = before else { return Ok(None) };
        // The version that was active before that, for the next rollback.
        let earlier = match number {
            0 => None,
            number => self.find(rule, number).await?,
        };
        Ok(Some(Activation {
            number: current.number().saturating_add(1),
            version,
            replaced: current.version.number,
            before_version: earlier.as_ref().and_then(|earlier| earlier.before_version),
            before_number: earlier.and_then(|earlier| earlier.before_number),
            action: Action::RolledBack,
            actor: author.id.clone(),
            address: author.address.clone(),
            at,
        }))
    }
}

impl Action {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Activated => "activated",
            Self::RolledBack => "rolled_back",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Activated, Self::RolledBack].into_iter().find(|action| action.as_str() == text)
    }
}
