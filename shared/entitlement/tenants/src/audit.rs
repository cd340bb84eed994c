//! Who did what to a tenant.
//!
//! Members' rows and keys' rows say themselves who made them. What is done beyond that is a deed, which is in the database
//! before the change is acknowledged: with a change of the tenant itself in the same statement, as part of its outbox.
//! Nothing of it is ever changed or deleted, and nothing personal is in it: of such fields it says only that they were
//! changed.

use edge_access::Caller;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_capabilities::{Random, Timestamp, random};
use edge_database::Db;
use edge_http::Address;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Whoever changes something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who: `key:<id>`, `user:<sub>`, `bootstrap`.
    pub id: String,
    /// From which address.
    pub address: Option<String>,
}

impl Actor {
    /// The caller of a request that came from `address`.
    pub fn new(caller: &Caller, address: Address) -> Self {
        Self { id: caller.id.to_string(), address: address.0 }
    }
}

/// Something that was done to a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// What tells it from all others.
    pub id: String,
    /// What was done: `tenant.changed`.
    pub action: String,
    /// What it was done to and how, JSON.
    pub detail: String,
    /// Who did it.
    pub actor: String,
    /// From which address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl AuditEntry {
    /// Something that `author` does at `at`.
    pub fn new(action: &str, detail: &serde_json::Value, author: &Actor, random: &dyn Random, at: Timestamp) -> Self {
        Self {
            id: random::hex::<16>(random),
            action: action.to_owned(),
            detail: detail.to_string(),
            actor: author.id.clone(),
            address: author.address.clone(),
            at,
        }
    }
}

/// Where a page of deeds begins: behind this one.
pub(crate) struct Cursor {
    pub(crate) at: Timestamp,
    pub(crate) id: String,
}

/// The audit of tenants.
#[derive(Clone)]
pub struct Audit(Db);

impl Audit {
    /// That in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Adds a deed, unless it is there.
    pub async fn add(&self, tenant: &str, deed: &AuditEntry) -> Result<(), DatabaseError> {
        let statement = "INSERT INTO tenant_deeds (id, tenant_id, action, detail, actor, address, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
        let values: [Value; 7] = [
            deed.id.as_str().into(),
            tenant.into(),
            deed.action.as_str().into(),
            deed.detail.as_str().into(),
            deed.actor.as_str().into(),
            deed.address.clone().into(),
            deed.at.into(),
        ];
        self.0.query(statement, &values).await.map(drop)
    }

    /// Up to `limit` deeds, newest first.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        behind: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, DatabaseError> {
        let behind = behind.unwrap_or(Cursor { at: Timestamp::from_millis(i64::MAX), id: String::new() });
        // Ids of the three kinds differ by what they begin with; numbers are written so that they sort.
        let statement = "SELECT id, kind, one, two, three, actor, address, at FROM (
                SELECT CAST('d.' AS TEXT) || id AS id, CAST('deed' AS TEXT) AS kind, action AS one, detail AS two,
                    CAST(NULL AS TEXT) AS three, actor, address, at
                FROM tenant_deeds WHERE tenant_id = $1
                UNION ALL
                SELECT 'm.' || SUBSTR('0000000000000000000' || CAST(number AS TEXT), LENGTH(CAST(number AS TEXT)) + 1),
                    'member', user_id, role, before, actor, address, at
                FROM tenant_memberships WHERE tenant_id = $1
                UNION ALL
                SELECT 'k.' || id, 'key', id, name, scopes, created_by, NULL, created_at
                FROM api_keys WHERE tenant_id = $1
            ) deeds
            WHERE at < $2 OR (at = $2 AND id < $3) ORDER BY at DESC, id DESC LIMIT $4";
        let limit = Value::Integer(i64::from(limit));
        let rows = self.0.query(statement, &[tenant.into(), behind.at.into(), behind.id.into(), limit]).await?;
        rows.iter().map(from_row).collect()
    }
}

fn from_row(row: &Row) -> Result<AuditEntry, DatabaseError> {
    let (one, two, three) = (row.optional_text(2)?, row.optional_text(3)?, row.optional_text(4)?);
    let (action, detail) = match row.text(1)? {
        "member" => {
            let action = match (two, three) {
                (Some(_), None) => "user.added",
                (Some(_), Some(_)) => "user.role_changed",
                (None, _) => "user.removed",
            };
            (action, json!({"user_id": one, "role": two, "previous_role": three}).to_string())
        }
        "key" => {
            let scopes: Option<serde_json::Value> = three.and_then(|scopes| serde_json::from_str(scopes).ok());
            ("api_key.created", json!({"key_id": one, "name": two, "scopes": scopes}).to_string())
        }
        _ => (one.unwrap_or_default(), two.unwrap_or("{}").to_owned()),
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
