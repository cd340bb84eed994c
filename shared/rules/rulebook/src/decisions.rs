//! What rules decided, in the database.

use std::time::Duration;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;
use edge_rules::Rule;

/// The word of a decision that failed.
pub const FAILED: &str = "failed";

/// A decision as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// `dec_…`.
    pub id: String,
    /// Of which rule.
    pub rule: Rule,
    /// The version that decided.
    pub version: i64,
    /// Its SHA-256.
    pub sha256: String,
    /// The tenant it was decided for; None: the platform.
    pub tenant: Option<String>,
    /// Who asked.
    pub actor: String,
    /// For which request.
    pub request_id: String,
    /// JSON, secrets masked.
    pub input: String,
    /// JSON, or why there is none.
    pub outcome: Result<String, FailedDecision>,
    /// What the outcome comes to, in a word to filter by: `approve`, `deny`, `manager`, `true`; `failed`.
    pub word: String,
    /// Operations it took.
    pub operations: i64,
    /// Microseconds it took.
    pub duration_us: i64,
    /// When.
    pub at: Timestamp,
}

/// Why a decision failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedDecision {
    /// In a sentence.
    pub message: String,
    /// At which line of the script, from 1.
    pub line: Option<i64>,
}

/// Which decisions are asked for.
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
    /// That came to this word.
    pub word: Option<String>,
}

/// Where a page of decisions begins: behind this one.
pub(crate) struct Cursor {
    pub(crate) at: Timestamp,
    pub(crate) id: String,
}

const COLUMNS: &str = "id, rule, version, sha256, tenant_id, actor, request_id, input, outcome, word, failure, line,
    operations, duration_us, decided_at";

/// How many columns those are.
const WIDTH: usize = 15;

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
        let mut values = Vec::with_capacity(batch.len().saturating_mul(WIDTH));
        for decision in batch {
            let first = values.len().saturating_add(1);
            values.extend(decision.values());
            let places: Vec<String> = (first..=values.len()).map(|place| format!("${place}")).collect();
            rows.push(format!("({})", places.join(", ")));
        }
        let rows = rows.join(", ");
        // A batch whose answer was lost may come again.
        let statement = format!("INSERT INTO rule_decisions ({COLUMNS}) VALUES {rows} ON CONFLICT (id) DO NOTHING");
        self.0.query(&statement, &values).await.map(drop)
    }

    /// Up to `limit` decisions of `rule`, newest first.
    pub(crate) async fn list(
        &self,
        rule: Rule,
        filter: &Filter,
        behind: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Recorded>, DatabaseError> {
        let behind = behind.unwrap_or(Cursor { at: Timestamp::from_millis(i64::MAX), id: String::new() });
        let limit = Value::Integer(i64::from(limit));
        let mut values = vec![rule.as_str().into(), behind.at.into(), behind.id.into(), limit];
        let mut conditions = String::new();
        let wanted: [(&str, Option<Value>); 5] = [
            ("version =", filter.version.map(Into::into)),
            ("tenant_id =", filter.tenant.as_deref().map(Into::into)),
            ("decided_at >=", filter.from.map(Into::into)),
            ("decided_at <", filter.to.map(Into::into)),
            ("word =", filter.word.as_deref().map(Into::into)),
        ];
        for (condition, value) in wanted {
            if let Some(value) = value {
                values.push(value);
                conditions.push_str(&format!(" AND {condition} ${}", values.len()));
            }
        }
        let statement = format!(
            "SELECT {COLUMNS} FROM rule_decisions
             WHERE rule = $1 AND (decided_at < $2 OR (decided_at = $2 AND id < $3)){conditions}
             ORDER BY decided_at DESC, id DESC LIMIT $4"
        );
        self.0.query(&statement, &values).await?.iter().map(from_row).collect()
    }

    /// Forgets up to `most` decisions that are older than `span` at `now`.
    pub(crate) async fn forget(&self, now: Timestamp, span: Duration, most: u32) -> Result<(), DatabaseError> {
        let before = self.0.expired_before(now, span).await?;
        let statement = "DELETE FROM rule_decisions WHERE id IN
            (SELECT id FROM rule_decisions WHERE decided_at < $1 ORDER BY decided_at LIMIT $2)";
        self.0.query(statement, &[before.into(), Value::Integer(i64::from(most))]).await.map(drop)
    }
}

impl Recorded {
    fn values(&self) -> [Value; WIDTH] {
        let failed = self.outcome.as_ref().err();
        [
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
            failed.map(|failed| failed.message.as_str()).into(),
            failed.and_then(|failed| failed.line).into(),
            self.operations.into(),
            self.duration_us.into(),
            self.at.into(),
        ]
    }
}

fn from_row(row: &Row) -> Result<Recorded, DatabaseError> {
    let text = |index| Ok::<_, DatabaseError>(row.text(index)?.to_owned());
    let rule = Rule::parse(row.text(1)?);
    let failed = || {
        let message = row.optional_text(10)?.unwrap_or_default().to_owned();
        Ok::<_, DatabaseError>(FailedDecision { message, line: row.optional_integer(11)? })
    };
    Ok(Recorded {
        id: text(0)?,
        rule: rule.ok_or_else(|| DatabaseError::Refused("rule_decisions.rule is no rule".into()))?,
        version: row.integer(2)?,
        sha256: text(3)?,
        tenant: row.optional_text(4)?.map(ToOwned::to_owned),
        actor: text(5)?,
        request_id: text(6)?,
        input: text(7)?,
        outcome: match row.optional_text(8)? {
            Some(outcome) => Ok(outcome.to_owned()),
            None => Err(failed()?),
        },
        word: text(9)?,
        operations: row.integer(12)?,
        duration_us: row.integer(13)?,
        at: Timestamp::from_millis(row.integer(14)?),
    })
}
