//! What a tenant uses of what it may.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use edge_database::Db;

/// What a tenant uses, beyond its members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// API keys that work.
    pub api_keys: i64,
    /// Applications that know it by an id of theirs.
    pub external_ids: i64,
    /// Decisions of rules for it, by rule.
    pub decisions: Vec<(String, i64)>,
    /// Webhook events about it, by what became of them.
    pub webhook_events: Vec<(String, i64)>,
}

impl Usage {
    /// What `tenant` uses at `now`, and what happened from `from` on.
    pub async fn of(db: &Db, tenant: &str, from: Timestamp, now: Timestamp) -> Result<Self, DatabaseError> {
        let count = async |statement: &str, values: &[edge_capabilities::database::Value]| {
            let rows = db.query(statement, values).await?;
            rows.first().map_or(Ok(0), |row| row.integer(0))
        };
        let named = async |statement: &str| {
            let rows = db.query(statement, &[tenant.into(), from.into(), now.into()]).await?;
            let read = |row: &Row| Ok::<_, DatabaseError>((row.text(0)?.to_owned(), row.integer(1)?));
            rows.iter().map(read).collect::<Result<Vec<_>, _>>()
        };
        let keys = "SELECT COUNT(*) FROM api_keys
            WHERE tenant_id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";
        let ids = "SELECT COUNT(*) FROM tenant_external_ids WHERE tenant_id = $1";
        let decisions = "SELECT rule, COUNT(*) FROM rule_decisions
            WHERE tenant_id = $1 AND decided_at >= $2 AND decided_at <= $3 GROUP BY rule ORDER BY rule";
        let events = "SELECT status, COUNT(*) FROM webhook_events
            WHERE tenant_id = $1 AND received_at >= $2 AND received_at <= $3 GROUP BY status ORDER BY status";
        Ok(Self {
            api_keys: count(keys, &[tenant.into(), now.into()]).await?,
            external_ids: count(ids, &[tenant.into()]).await?,
            decisions: named(decisions).await?,
            webhook_events: named(events).await?,
        })
    }
}
