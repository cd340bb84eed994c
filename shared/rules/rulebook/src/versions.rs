//! Versions of rules in the database. A version is never changed; versions are numbered from 1 for each rule and
//! identified by the SHA-256 of their script and tests, so the same content is the same version however often it is
//! pushed.
//!
//! The shipped rules are versions like others: version 1 in an empty database, and the next version where a build ships
//! content that the database does not have. [`crate::activations`] says which version is active.

use std::sync::Arc;

pub use edge_audit::Actor;
use edge_capabilities::database::{DatabaseError, Value};
use edge_capabilities::{Clock, Timestamp};
use edge_database::{Conditions, Db, columns, read_all, record};
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

record! {
    Version in "rule_versions" { number: "version", sha256, script, tests, note, author, address, base, created_at }
}

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
            columns::<Version>()
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
            // None: another publisher has taken the number, or made this very version.
            if let Some(version) = read_all(&self.db.query(&statement, &values).await?)?.pop() {
                return Ok(version);
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
        self.db.find(Conditions::of("rule", rule.as_str()).and("version", number)).await
    }

    /// The existing versions among `numbers`.
    pub(crate) async fn find_all(&self, rule: Rule, numbers: &[i64]) -> Result<Vec<Version>, DatabaseError> {
        // Integers need no parameters.
        let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let numbers = if numbers.is_empty() { "0".to_owned() } else { numbers.join(", ") };
        let condition = format!("rule = ? AND version IN ({numbers})");
        self.db.select(Conditions::default().and_where(&condition, rule.as_str()), "version").await
    }

    async fn by_content(&self, rule: Rule, sha256: &str) -> Result<Option<Version>, DatabaseError> {
        self.db.find(Conditions::of("rule", rule.as_str()).and("sha256", sha256)).await
    }

    /// Up to `limit` versions with numbers below `below`, newest first.
    pub(crate) async fn list(&self, rule: Rule, below: i64, limit: u32) -> Result<Vec<Version>, DatabaseError> {
        let statement = format!(
            "SELECT {} FROM rule_versions WHERE rule = $1 AND version < $2 ORDER BY version DESC LIMIT $3",
            columns::<Version>()
        );
        let values = [rule.as_str().into(), below.into(), i64::from(limit).into()];
        read_all(&self.db.query(&statement, &values).await?)
    }
}
