//! Recorded decisions in the database.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Value};
use edge_database::{Conditions, Cursor, Db, Fields, Record, columns};
use edge_rules::Rule;

/// The `word` of a decision that failed.
pub const FAILED: &str = "failed";

/// A decision as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// `dec_…`.
    pub id: String,
    /// The rule.
    pub rule: Rule,
    /// The version that decided.
    pub version: i64,
    /// Its SHA-256.
    pub sha256: String,
    /// The tenant that it was made for; None: the platform.
    pub tenant: Option<String>,
    /// The caller.
    pub actor: String,
    /// The id of the request.
    pub request_id: String,
    /// The input, JSON with masked secrets.
    pub input: String,
    /// The outcome, JSON with masked secrets; or why there is none.
    pub outcome: Result<String, FailedDecision>,
    /// The outcome in a word, to filter by: `approve`, `deny`, `manager`, `true`; `failed`.
    pub word: String,
    /// Operations it took.
    pub operations: i64,
    /// Microseconds it took.
    pub duration_us: i64,
    /// When it was made.
    pub at: Timestamp,
}

/// Why a decision failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedDecision {
    /// The cause.
    pub message: String,
    /// The line of the script, from 1.
    pub line: Option<i64>,
}

/// A filter of decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Decided by this version.
    pub version: Option<i64>,
    /// Decided for this tenant.
    pub tenant: Option<String>,
    /// Decided then or later.
    pub from: Option<Timestamp>,
    /// Decided before.
    pub to: Option<Timestamp>,
    /// With this word.
    pub word: Option<String>,
}

/// Recorded decisions.
#[derive(Clone)]
pub(crate) struct Decisions(Db);

impl Decisions {
    pub(crate) fn new(db: Db) -> Self {
        Self(db)
    }

    /// Records all of `batch`, or none.
    pub(crate) async fn add(&self, batch: &[Recorded]) -> Result<(), DatabaseError> {
        let mut rows = Vec::with_capacity(batch.len());
        let mut values = Vec::with_capacity(batch.len().saturating_mul(Recorded::COLUMNS.len()));
        for decision in batch {
            let first = values.len().saturating_add(1);
            values.extend(decision.values()?);
            let places: Vec<String> = (first..=values.len()).map(|place| format!("${place}")).collect();
            rows.push(format!("({})", places.join(", ")));
        }
        let rows = rows.join(", ");
        // A batch whose answer was lost may come again.
        let statement =
            format!("INSERT INTO rule_decisions ({}) VALUES {rows} ON CONFLICT (id) DO NOTHING", columns::<Recorded>());
        self.0.query(&statement, &values).await.map(drop)
    }

    /// Up to `limit` decisions of `rule`, newest first.
    pub(crate) async fn list(
        &self,
        rule: Rule,
        filter: &Filter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Recorded>, DatabaseError> {
        let mut conditions = Conditions::of("rule", rule.as_str())
            .and_if("version", filter.version)
            .and_if("tenant_id", filter.tenant.as_deref())
            .and_if("word", filter.word.as_deref());
        if let Some(from) = filter.from {
            conditions = conditions.and_where("decided_at >= ?", from);
        }
        if let Some(to) = filter.to {
            conditions = conditions.and_where("decided_at < ?", to);
        }
        self.0.page(conditions, "decided_at", cursor, limit).await
    }

    /// Deletes up to `limit` decisions that are older than `span` at `now`.
    pub(crate) async fn delete_expired(&self, now: Timestamp, span: Duration, limit: u32) -> Result<(), DatabaseError> {
        let before = self.0.expired_before(now, span).await?;
        let statement = "DELETE FROM rule_decisions WHERE id IN
            (SELECT id FROM rule_decisions WHERE decided_at < $1 ORDER BY decided_at LIMIT $2)";
        self.0.query(statement, &[before.into(), Value::Integer(i64::from(limit))]).await.map(drop)
    }
}

impl Record for Recorded {
    const TABLE: &'static str = "rule_decisions";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "rule",
        "version",
        "sha256",
        "tenant_id",
        "actor",
        "request_id",
        "input",
        "outcome",
        "word",
        "failure",
        "line",
        "operations",
        "duration_us",
        "decided_at",
    ];

    fn values(&self) -> Result<Vec<Value>, DatabaseError> {
        let failure = self.outcome.as_ref().err();
        Ok(vec![
            self.id.as_str().into(),
            self.rule.as_str().into(),
            self.version.into(),
            self.sha256.as_str().into(),
            self.tenant.as_deref().into(),
            self.actor.as_str().into(),
            self.request_id.as_str().into(),
            self.input.as_str().into(),
            self.outcome.as_deref().ok().into(),
            self.word.as_str().into(),
            failure.map(|failure| failure.message.as_str()).into(),
            failure.and_then(|failure| failure.line).into(),
            self.operations.into(),
            self.duration_us.into(),
            self.at.into(),
        ])
    }

    fn read(row: &Fields<'_>) -> Result<Self, DatabaseError> {
        let rule: String = row.get("rule")?;
        let failure = || {
            let message = row.get::<Option<String>>("failure")?.unwrap_or_default();
            Ok::<_, DatabaseError>(FailedDecision { message, line: row.get("line")? })
        };
        Ok(Self {
            id: row.get("id")?,
            rule: Rule::parse(&rule).ok_or_else(|| DatabaseError::Refused("rule_decisions.rule is no rule".into()))?,
            version: row.get("version")?,
            sha256: row.get("sha256")?,
            tenant: row.get("tenant_id")?,
            actor: row.get("actor")?,
            request_id: row.get("request_id")?,
            input: row.get("input")?,
            outcome: match row.get("outcome")? {
                Some(outcome) => Ok(outcome),
                None => Err(failure()?),
            },
            word: row.get("word")?,
            operations: row.get("operations")?,
            duration_us: row.get("duration_us")?,
            at: row.get("decided_at")?,
        })
    }
}
