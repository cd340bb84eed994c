//! The audit log in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{Cursor, DatabaseError, Row, Value};
use edge_database::Db;

use crate::entry::AuditEntry;

/// The audit log of all tenants.
#[derive(Clone)]
pub struct AuditLog(Db);

/// Rows of a table other than the log's that are audit entries too: they say themselves who wrote them and when.
pub struct Source {
    /// Tells the source from all others.
    pub kind: &'static str,
    /// Selects, of the tenant `$1`, the columns `id` (beginning with a letter of the source's own and a dot, and sorting
    /// as the rows were written), `kind` (this `kind`), `one`, `two`, `three` (texts or NULL), `actor`, `address` and
    /// `at`.
    pub select: &'static str,
    /// Reads the action and its details.
    pub read: fn(Subject<'_>) -> (&'static str, serde_json::Value),
}

/// The columns `one`, `two` and `three` of a [`Source`]'s row.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'r> {
    /// The first.
    pub one: Option<&'r str>,
    /// The second.
    pub two: Option<&'r str>,
    /// The third.
    pub three: Option<&'r str>,
}

/// The filters of a list of entries; None: all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only those of this actor.
    pub actor: Option<String>,
    /// Only those from this time on.
    pub from: Option<Timestamp>,
    /// Only those before this time.
    pub to: Option<Timestamp>,
}

impl AuditLog {
    /// The log in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Appends an entry of `tenant`, unless the log has one with its id.
    pub async fn append(&self, tenant: &str, entry: &AuditEntry) -> Result<(), DatabaseError> {
        self.append_all(tenant, std::slice::from_ref(entry)).await
    }

    /// Appends entries of `tenant`, without those whose ids the log has already.
    pub async fn append_all(&self, tenant: &str, entries: &[AuditEntry]) -> Result<(), DatabaseError> {
        let row = |entry: &AuditEntry| -> Vec<Value> {
            vec![
                entry.id.as_str().into(),
                tenant.into(),
                entry.action.as_str().into(),
                entry.detail.as_str().into(),
                entry.actor.as_str().into(),
                entry.address.clone().into(),
                entry.at.into(),
            ]
        };
        let head = "INSERT INTO tenant_deeds (id, tenant_id, action, detail, actor, address, at)";
        let rows = entries.iter().map(row).collect();
        self.0.insert_rows(head, rows, "ON CONFLICT (id) DO NOTHING").await.map(drop)
    }

    /// Up to `limit` entries of `tenant` that match `filter`, with those of `sources`, newest first, from after `cursor`.
    pub async fn list(
        &self,
        tenant: &str,
        sources: &[Source],
        filter: &AuditFilter,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, DatabaseError> {
        let cursor = cursor.unwrap_or_else(|| Cursor::new(Timestamp::from_millis(i64::MAX), ""));
        let own = "SELECT CAST('d.' AS TEXT) || id AS id, CAST('deed' AS TEXT) AS kind, action AS one, detail AS two,
                CAST(NULL AS TEXT) AS three, actor, address, at
            FROM tenant_deeds WHERE tenant_id = $1";
        let selects: Vec<&str> = [own].into_iter().chain(sources.iter().map(|source| source.select)).collect();
        let statement = format!(
            "SELECT id, kind, one, two, three, actor, address, at FROM ({}) entries
             WHERE (at < $2 OR (at = $2 AND id < $3)) AND at >= $5 AND at < $6 {} ORDER BY at DESC, id DESC LIMIT $4",
            selects.join(" UNION ALL "),
            if filter.actor.is_some() { "AND actor = $7" } else { "" }
        );
        let mut values: Vec<Value> =
            vec![tenant.into(), cursor.at.into(), cursor.id.into(), Value::Integer(i64::from(limit))];
        values.push(filter.from.unwrap_or(Timestamp::from_millis(i64::MIN)).into());
        values.push(filter.to.unwrap_or(Timestamp::from_millis(i64::MAX)).into());
        values.extend(filter.actor.as_deref().map(Value::from));
        self.0.query(&statement, &values).await?.iter().map(|row| from_row(row, sources)).collect()
    }
}

fn from_row(row: &Row, sources: &[Source]) -> Result<AuditEntry, DatabaseError> {
    let kind = row.text(1)?;
    let subject = Subject { one: row.optional_text(2)?, two: row.optional_text(3)?, three: row.optional_text(4)? };
    let (action, detail) = match sources.iter().find(|source| source.kind == kind) {
        Some(source) => {
            let (action, detail) = (source.read)(subject);
            (action, detail.to_string())
        }
        None => (subject.one.unwrap_or_default(), subject.two.unwrap_or("{}").to_owned()),
    };
    Ok(AuditEntry {
        id: row.text(0)?.to_owned(),
        action: action.to_owned(),
        detail,
        actor: row.text(5)?.to_owned(),
        address: row.optional_text(6)?.map(ToOwned::to_owned),
        at: Timestamp::from_millis(row.integer(7)?),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use edge_capabilities::testing::MemoryDatabase;
    use serde_json::json;

    use super::*;
    use crate::entry::Actor;

    #[tokio::test]
    async fn an_entry_is_appended_once_and_pages_merge_all_sources() {
        let log = AuditLog::new(Db::new(Arc::new(MemoryDatabase::new())));
        let actor = Actor { id: "key:k".into(), address: Some("10.0.0.1".into()) };
        let entry = |id: &str, at| {
            AuditEntry::with_id(id, "tenant.changed", &json!({"n": id}), &actor, Timestamp::from_millis(at))
        };
        log.append("t1", &entry("a", 1)).await.unwrap();
        log.append_all("t1", &[entry("a", 9), entry("b", 3)]).await.unwrap();
        log.append("t2", &entry("c", 2)).await.unwrap();
        let read = |subject: Subject<'_>| ("other.done", json!([subject.one, subject.two, subject.three]));
        let select = "SELECT 'x.1' AS id, 'other' AS kind, 'p' AS one, NULL AS two, $1 AS three, 'bootstrap' AS actor,
            NULL AS address, 2 AS at";
        let sources = [Source { kind: "other", select, read }];
        let all = log.list("t1", &sources, &AuditFilter::default(), None, 9).await.unwrap();
        let shown: Vec<_> = all.iter().map(|entry| (entry.id.as_str(), entry.detail.as_str())).collect();
        assert_eq!(shown, [("d.b", r#"{"n":"b"}"#), ("x.1", r#"["p",null,"t1"]"#), ("d.a", r#"{"n":"a"}"#)]);
        let cursor = Cursor::new(all[1].at, all[1].id.clone());
        assert_eq!(log.list("t1", &sources, &AuditFilter::default(), Some(cursor), 1).await.unwrap(), all[2..]);
        let at = |millis| Some(Timestamp::from_millis(millis));
        for (actor, from, to, expected) in [
            (Some("bootstrap"), None, None, &all[1..2]),
            (Some("nobody"), None, None, &[]),
            (None, at(2), None, &all[..2]),
            (None, at(2), at(3), &all[1..2]),
            (Some("key:k"), None, at(3), &all[2..]),
        ] {
            let filter = AuditFilter { actor: actor.map(ToOwned::to_owned), from, to };
            assert_eq!(log.list("t1", &sources, &filter, None, 9).await.unwrap(), expected, "{filter:?}");
        }
    }
}
