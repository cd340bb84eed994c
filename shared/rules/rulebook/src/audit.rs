//! Who made, activated and rolled back what. There is no table of its own that could miss something: versions and
//! activations are rows that are added and never changed, and they are the audit. Diffs are made when somebody reads.

use std::collections::BTreeSet;

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;
use edge_rules::Rule;

use crate::versions::{Version, Versions};

/// Something that was done to a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// `created`, `activated`, `rolled_back`.
    pub action: String,
    /// The version it was about.
    pub version: i64,
    /// The version that was in force before; None: it was shipped, not made.
    pub previous: Option<i64>,
    /// Who did it.
    pub actor: String,
    /// From which address.
    pub address: Option<String>,
    /// What the author of the version said of it.
    pub note: Option<String>,
    /// What differs between the two versions, as a unified diff.
    pub diff: String,
    /// Where it stands among entries of the same instant: 0 for versions, 1 for activations; then its number.
    pub(crate) place: (i64, i64),
}

/// Where a page of entries begins: behind this one.
pub(crate) struct Cursor {
    pub(crate) at: Timestamp,
    pub(crate) place: (i64, i64),
}

#[derive(Clone)]
pub(crate) struct Audit {
    db: Db,
    versions: Versions,
}

impl Audit {
    pub(crate) fn new(db: Db, versions: Versions) -> Self {
        Self { db, versions }
    }

    /// Up to `limit` entries, newest first.
    pub(crate) async fn list(
        &self,
        rule: Rule,
        behind: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, DatabaseError> {
        let behind = behind.unwrap_or(Cursor { at: Timestamp::from_millis(i64::MAX), place: (0, 0) });
        let statement = "SELECT at, kind, number, action, version, previous, actor, address, note FROM (
                SELECT created_at AS at, CAST(0 AS BIGINT) AS kind, version AS number, CAST('created' AS TEXT) AS action, version, base AS previous,
                    author AS actor, address, note
                FROM rule_versions WHERE rule = $1
                UNION ALL
                SELECT a.activated_at, CAST(1 AS BIGINT), a.number, a.action, a.version, a.replaced, a.actor, a.address, v.note
                FROM rule_activations a JOIN rule_versions v ON v.rule = a.rule AND v.version = a.version
                WHERE a.rule = $1
            ) entries
            WHERE at < $2 OR (at = $2 AND (kind < $3 OR (kind = $3 AND number < $4)))
            ORDER BY at DESC, kind DESC, number DESC LIMIT $5";
        let (kind, number) = behind.place;
        let limit = Value::Integer(i64::from(limit));
        let values = [rule.as_str().into(), behind.at.into(), kind.into(), number.into(), limit];
        let rows = self.db.query(statement, &values).await?;
        let mut entries: Vec<AuditEntry> = rows.iter().map(from_row).collect::<Result<_, _>>()?;
        let named: BTreeSet<i64> =
            entries.iter().flat_map(|entry| [Some(entry.version), entry.previous]).flatten().collect();
        let versions = self.versions.find_all(rule, &named.into_iter().collect::<Vec<_>>()).await?;
        let version = |number: i64| versions.iter().find(|version| version.number == number);
        for entry in &mut entries {
            if let Some(after) = version(entry.version) {
                entry.diff = diff(rule, entry.previous.and_then(version), after);
            }
        }
        Ok(entries)
    }
}

fn from_row(row: &Row) -> Result<AuditEntry, DatabaseError> {
    Ok(AuditEntry {
        at: Timestamp::from_millis(row.integer(0)?),
        place: (row.integer(1)?, row.integer(2)?),
        action: row.text(3)?.to_owned(),
        version: row.integer(4)?,
        previous: row.optional_integer(5)?,
        actor: row.text(6)?.to_owned(),
        address: row.optional_text(7)?.map(ToOwned::to_owned),
        note: row.optional_text(8)?.map(ToOwned::to_owned),
        diff: String::new(),
    })
}

/// What differs between two versions: of the script, then of the tests.
fn diff(rule: Rule, before: Option<&Version>, after: &Version) -> String {
    let name = |version: Option<&Version>, file: &str| match version {
        Some(version) => format!("{rule}{file} (version {})", version.number),
        None => "/dev/null".to_owned(),
    };
    let tests = |version: &Version| version.tests.clone().unwrap_or_default();
    let parts = [
        (".rhai", before.map(|before| before.script.clone()), after.script.clone()),
        (".tests.json", before.map(tests), tests(after)),
    ];
    let unified = |(file, old, new): (&str, Option<String>, String)| {
        let old = old.unwrap_or_default();
        let diff = similar::TextDiff::from_lines(&old, &new);
        diff.unified_diff().header(&name(before, file), &name(Some(after), file)).to_string()
    };
    parts.into_iter().map(unified).collect()
}
