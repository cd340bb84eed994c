//! Which version of a rule is in force, in the database.
//!
//! Activations are rows that are added and never changed, numbered from 1 for each rule: the one with the highest
//! number says what is in force. Putting the next one in force is one statement that takes the next number, which only
//! one can have: of two admins who start from the same activation exactly one is heard.
//!
//! Before anything was activated, what this build ships is in force: a newer build brings newer rules to those who
//! never chose. Who has once activated a version, be it the shipped one, keeps what was chosen, whatever ships later.
//!
//! Going back is an activation too, of what was in force before: each row names it, so that going back twice leads back
//! two steps, not to and fro.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;
use edge_rules::Rule;

use crate::versions::{self, Actor, Version, Versions};

/// What an activation was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A version was chosen.
    Activated,
    /// What was in force before came back.
    RolledBack,
}

/// What was in force before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Before {
    pub(crate) version: i64,
    /// Of its activation; 0: it was in force without one.
    pub(crate) number: i64,
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
    /// What a rollback brings back; None: there is nothing.
    pub(crate) before: Option<Before>,
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

/// The columns of an activation, from the table called `a`, in the order of [`from_row`].
const COLUMNS: &str =
    "a.number, a.version, a.replaced, a.before_version, a.before_number, a.action, a.actor, a.address,
    a.activated_at";

/// How many columns those are.
const WIDTH: usize = 9;

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
        let before = Before { version: self.version.number, number: self.number() };
        Some(Activation {
            number: self.number().saturating_add(1),
            version,
            replaced: self.version.number,
            before: (!same).then_some(before),
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
        let statement = format!(
            "SELECT {COLUMNS}, {} FROM rule_activations a
             JOIN rule_versions v ON v.rule = a.rule AND v.version = a.version
             WHERE a.rule = $1 ORDER BY a.number DESC LIMIT 1",
            versions::COLUMNS
        );
        let rows = self.db.query(&statement, &[rule.as_str().into()]).await?;
        match rows.first() {
            Some(row) => {
                with_version(row).map(|(activation, version)| Current { version, activation: Some(activation) })
            }
            None => Ok(Current { version: self.versions.shipped(rule).await?, activation: None }),
        }
    }

    /// Up to `limit` versions that were put in force before the activation `number`, the last one first.
    pub(crate) async fn before(&self, rule: Rule, number: i64, limit: u32) -> Result<Vec<Version>, DatabaseError> {
        let statement = format!(
            "SELECT {COLUMNS}, {} FROM rule_activations a
             JOIN rule_versions v ON v.rule = a.rule AND v.version = a.version
             WHERE a.rule = $1 AND a.number < $2 ORDER BY a.number DESC LIMIT $3",
            versions::COLUMNS
        );
        let values = [rule.as_str().into(), number.into(), Value::Integer(i64::from(limit))];
        let rows = self.db.query(&statement, &values).await?;
        rows.iter().map(|row| with_version(row).map(|(_, version)| version)).collect()
    }

    /// The activation `number`.
    pub(crate) async fn find(&self, rule: Rule, number: i64) -> Result<Option<Activation>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM rule_activations a WHERE a.rule = $1 AND a.number = $2");
        let rows = self.db.query(&statement, &[rule.as_str().into(), number.into()]).await?;
        rows.first().map(from_row).transpose()
    }

    /// Adds `activation`; gives whether it was first to have its number.
    pub(crate) async fn add(&self, rule: Rule, activation: &Activation) -> Result<bool, DatabaseError> {
        let statement = "INSERT INTO rule_activations (rule, number, version, replaced, before_version, before_number,
                action, actor, address, activated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (rule, number) DO NOTHING RETURNING number";
        let values = [
            Value::from(rule.as_str()),
            activation.number.into(),
            activation.version.into(),
            activation.replaced.into(),
            activation.before.map(|before| before.version).into(),
            activation.before.map(|before| before.number).into(),
            activation.action.as_str().into(),
            activation.actor.as_str().into(),
            activation.address.as_deref().into(),
            activation.at.into(),
        ];
        Ok(!self.db.query(statement, &values).await?.is_empty())
    }

    /// The activation that brings back what was in force before `current`; None: nothing was.
    pub(crate) async fn back(
        &self,
        rule: Rule,
        current: &Current,
        author: &Actor,
        at: Timestamp,
    ) -> Result<Option<Activation>, DatabaseError> {
        let Some(before) = current.activation.as_ref().and_then(|activation| activation.before) else {
            return Ok(None);
        };
        // What was in force before that, for the next step back.
        let earlier = match before.number {
            0 => None,
            number => self.find(rule, number).await?.and_then(|activation| activation.before),
        };
        Ok(Some(Activation {
            number: current.number().saturating_add(1),
            version: before.version,
            replaced: current.version.number,
            before: earlier,
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
}

fn with_version(row: &Row) -> Result<(Activation, Version), DatabaseError> {
    let version = Row(row.0.iter().skip(WIDTH).cloned().collect());
    Ok((from_row(row)?, versions::from_row(&version)?))
}

fn from_row(row: &Row) -> Result<Activation, DatabaseError> {
    let before = row.optional_integer(3)?.zip(row.optional_integer(4)?);
    Ok(Activation {
        number: row.integer(0)?,
        version: row.integer(1)?,
        replaced: row.integer(2)?,
        before: before.map(|(version, number)| Before { version, number }),
        action: if row.text(5)? == Action::RolledBack.as_str() { Action::RolledBack } else { Action::Activated },
        actor: row.text(6)?.to_owned(),
        address: row.optional_text(7)?.map(ToOwned::to_owned),
        at: Timestamp::from_millis(row.integer(8)?),
    })
}
