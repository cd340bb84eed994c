//! Versions of rules in the database. A version is made once and never changed; it counts from 1 for each rule, and is
//! named by the SHA-256 of its script and tests, so the same content is the same version however often it is pushed.
//!
//! The rules as shipped are versions like others: version 1 in an empty record, and where a build ships another text
//! than the database knows, the next version. [`crate::activations`] says which of them is in force.

use std::sync::Arc;

pub use edge_audit::Actor;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_capabilities::{Clock, Timestamp};
use edge_database::Db;
use edge_rules::Rule;

/// The author of what is shipped.
const SHIPPED_BY: &str = "bheem-edge";

/// How often a version is tried to be numbered: others may take the number first.
const ATTEMPTS: usize = 32;

/// A version of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Counts from 1.
    pub number: i64,
    /// SHA-256 of script and tests, in hex.
    pub sha256: String,
    /// The script.
    pub script: String,
    /// Its tests, as JSON.
    pub tests: Option<String>,
    /// What its author says of it.
    pub note: Option<String>,
    /// Who made it.
    pub author: String,
    /// From which address.
    pub address: Option<String>,
    /// The version that was in force when it was made; None for what is shipped.
    pub base: Option<i64>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A version about to be made.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The script.
    pub script: String,
    /// Its tests, as JSON.
    pub tests: Option<String>,
    /// What its author says of it.
    pub note: Option<String>,
}

/// The columns of a version, from the table called `v`, in the order of [`from_row`].
pub(crate) const COLUMNS: &str =
    "v.version, v.sha256, v.script, v.tests, v.note, v.author, v.address, v.base, v.created_at";

#[derive(Clone)]
pub(crate) struct Versions {
    db: Db,
    clock: Arc<dyn Clock>,
}

impl Versions {
    pub(crate) fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock }
    }

    /// Makes a version of `draft`, unless there is one of the same content; gives that then.
    pub(crate) async fn add(
        &self,
        rule: Rule,
        draft: &Draft,
        author: &Actor,
        base: Option<i64>,
    ) -> Result<Version, DatabaseError> {
        let sha256 = edge_rules::fingerprint(&draft.script, draft.tests.as_deref().unwrap_or_default());
        let statement = format!(
            "INSERT INTO rule_versions
                (rule, version, sha256, script, tests, note, author, address, base, created_at)
             SELECT CAST($1 AS TEXT), COALESCE(MAX(version), 0) + 1, CAST($2 AS TEXT), CAST($3 AS TEXT),
                CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($7 AS TEXT), CAST($8 AS BIGINT),
                CAST($9 AS BIGINT)
             FROM rule_versions WHERE rule = $1
             ON CONFLICT DO NOTHING RETURNING {}",
            COLUMNS.replace("v.", "")
        );
        let values = [
            Value::from(rule.as_str()),
            sha256.as_str().into(),
            draft.script.as_str().into(),
            draft.tests.as_deref().into(),
            draft.note.as_deref().into(),
            author.id.as_str().into(),
            author.address.as_deref().into(),
            base.into(),
            self.clock.now().into(),
        ];
        for _ in 0..ATTEMPTS {
            if let Some(version) = self.by_content(rule, &sha256).await? {
                return Ok(version);
            }
            // None: somebody has taken the number, or made this very version.
            if let Some(row) = self.db.query(&statement, &values).await?.first() {
                return from_row(row);
            }
        }
        Err(DatabaseError::Unavailable("too many versions are being made at once".into()))
    }

    /// The version that this build ships, made if the database does not know it.
    pub(crate) async fn shipped(&self, rule: Rule) -> Result<Version, DatabaseError> {
        let shipped = edge_rules::shipped(rule);
        let draft = Draft {
            script: shipped.script.to_owned(),
            tests: Some(shipped.tests.to_owned()),
            note: Some(format!("Shipped with bheem-edge {}", env!("CARGO_PKG_VERSION"))),
        };
        self.add(rule, &draft, &Actor { id: SHIPPED_BY.into(), address: None }, None).await
    }

    /// The version `number`.
    pub(crate) async fn find(&self, rule: Rule, number: i64) -> Result<Option<Version>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM rule_versions v WHERE v.rule = $1 AND v.version = $2");
        self.db.query(&statement, &[rule.as_str().into(), number.into()]).await?.first().map(from_row).transpose()
    }

    /// Those of the versions `numbers` that there are.
    pub(crate) async fn several(&self, rule: Rule, numbers: &[i64]) -> Result<Vec<Version>, DatabaseError> {
        // Numbers of ours, not texts of others.
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let statement = format!(
            "SELECT {COLUMNS} FROM rule_versions v WHERE v.rule = $1 AND v.version IN ({})",
            if numbers.is_empty() { "0".to_owned() } else { numbers.join(", ") }
        );
        self.db.query(&statement, &[rule.as_str().into()]).await?.iter().map(from_row).collect()
    }

    async fn by_content(&self, rule: Rule, sha256: &str) -> Result<Option<Version>, DatabaseError> {
        let statement = format!("SELECT {COLUMNS} FROM rule_versions v WHERE v.rule = $1 AND v.sha256 = $2");
        self.db.query(&statement, &[rule.as_str().into(), sha256.into()]).await?.first().map(from_row).transpose()
    }

    /// Up to `limit` versions with numbers below `below`, newest first.
    pub(crate) async fn list(&self, rule: Rule, below: i64, limit: u32) -> Result<Vec<Version>, DatabaseError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM rule_versions v WHERE v.rule = $1 AND v.version < $2
             ORDER BY v.version DESC LIMIT $3"
        );
        let values = [rule.as_str().into(), below.into(), Value::Integer(i64::from(limit))];
        self.db.query(&statement, &values).await?.iter().map(from_row).collect()
    }
}

/// Reads [`COLUMNS`], with which the row begins.
pub(crate) fn from_row(row: &Row) -> Result<Version, DatabaseError> {
    let optional = |index| Ok::<_, DatabaseError>(row.optional_text(index)?.map(ToOwned::to_owned));
    Ok(Version {
        number: row.integer(0)?,
        sha256: row.text(1)?.to_owned(),
        script: row.text(2)?.to_owned(),
        tests: optional(3)?,
        note: optional(4)?,
        author: row.text(5)?.to_owned(),
        address: optional(6)?,
        base: row.optional_integer(7)?,
        created_at: Timestamp::from_millis(row.integer(8)?),
    })
}
