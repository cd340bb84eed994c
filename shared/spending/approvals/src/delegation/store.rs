//! Delegations in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::{Cursor, Db};

/// A delegation: a person may approve on behalf of another for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// `apd_…`.
    pub id: String,
    /// The person on whose behalf the delegate may act.
    pub delegator: String,
    /// The person who may act.
    pub delegate: String,
    /// The beginning.
    pub starts_at: Timestamp,
    /// The end, exclusive.
    pub ends_at: Timestamp,
    /// The delegator's reason.
    pub reason: String,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was revoked, or the delegator or the delegate was removed from the tenant.
    pub revoked_at: Option<Timestamp>,
}

/// The maximum number of delegations of one person that have not ended.
pub(crate) const MAX_LIVE: u32 = 20;

const COLUMNS: &str = "d.id, d.delegator, d.delegate, d.starts_at, d.ends_at, d.reason, d.created_at,
    COALESCE(d.revoked_at, (SELECT MIN(x.at) FROM tenant_memberships x
        WHERE x.tenant_id = d.tenant_id AND x.role IS NULL AND x.at >= d.created_at AND x.user_id IN (
            CASE WHEN d.delegator LIKE 'user:%' THEN SUBSTR(d.delegator, 6) END,
            CASE WHEN d.delegate LIKE 'user:%' THEN SUBSTR(d.delegate, 6) END)))";

/// The condition that a delegation `d` has not ended at `$4`: it was not revoked, neither of the two people was removed from
/// the tenant since, and the delegator's key is valid.
pub(crate) const LIVE: &str = "d.revoked_at IS NULL AND d.ends_at > $4
    AND NOT EXISTS (SELECT 1 FROM tenant_memberships x
        WHERE x.tenant_id = d.tenant_id AND x.role IS NULL AND x.at >= d.created_at AND x.user_id IN (
            CASE WHEN d.delegator LIKE 'user:%' THEN SUBSTR(d.delegator, 6) END,
            CASE WHEN d.delegate LIKE 'user:%' THEN SUBSTR(d.delegate, 6) END))
    AND NOT EXISTS (SELECT 1 FROM api_keys k
        WHERE k.id = CASE WHEN d.delegator LIKE 'key:%' THEN SUBSTR(d.delegator, 5) END
            AND (k.revoked_at IS NOT NULL OR k.expires_at <= $4))";

/// Delegations in the database.
#[derive(Clone)]
pub struct Delegations(Db);

impl Delegations {
    /// The delegations in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// Stores a new delegation of the person whose root is `root`, unless they have [`MAX_LIVE`]; gives whether it did.
    pub async fn insert(&self, tenant: &str, delegation: &Delegation, root: &str) -> Result<bool, DatabaseError> {
        // Earlier builds read the column roles.
        let statement = format!(
            "INSERT INTO approval_delegations
                (id, tenant_id, delegator, delegate, roles, starts_at, ends_at, reason, created_at)
             SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($5 AS TEXT), '[]', CAST($6 AS BIGINT),
                CAST($7 AS BIGINT), CAST($8 AS TEXT), CAST($4 AS BIGINT)
             WHERE (SELECT COUNT(*) FROM approval_delegations d WHERE d.tenant_id = $2 AND (d.delegator = $3
                OR d.delegator IN (SELECT 'key:' || k.id FROM api_keys k WHERE k.tenant_id = $2 AND k.root = $9))
                AND {LIVE}) < {MAX_LIVE}
             RETURNING id"
        );
        let values: [Value; 9] = [
            delegation.id.as_str().into(),
            tenant.into(),
            delegation.delegator.as_str().into(),
            delegation.created_at.into(),
            delegation.delegate.as_str().into(),
            delegation.starts_at.into(),
            delegation.ends_at.into(),
            delegation.reason.as_str().into(),
            root.into(),
        ];
        Ok(!self.0.query(&statement, &values).await?.is_empty())
    }

    /// Revokes a delegation, only of `delegator` where one is given; gives whether there was one.
    pub async fn revoke(
        &self,
        tenant: &str,
        id: &str,
        delegator: Option<&str>,
        now: Timestamp,
    ) -> Result<bool, DatabaseError> {
        let mut values: Vec<Value> = vec![now.into(), tenant.into(), id.into()];
        let mut of_delegator = "";
        if let Some(delegator) = delegator {
            values.push(delegator.into());
            of_delegator = "AND delegator = $4";
        }
        let statement = format!(
            "UPDATE approval_delegations SET revoked_at = $1
             WHERE tenant_id = $2 AND id = $3 AND revoked_at IS NULL {of_delegator} RETURNING id"
        );
        Ok(!self.0.query(&statement, &values).await?.is_empty())
    }

    /// Up to `limit` delegations of `tenant`, newest first; with `names`, only those from or to a person with one of these two.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        names: Option<[&str; 2]>,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Delegation>, DatabaseError> {
        let cursor = cursor.unwrap_or(Cursor::new(Timestamp::from_millis(i64::MAX), ""));
        let statement = format!(
            "SELECT {COLUMNS} FROM approval_delegations d
             WHERE d.tenant_id = $1 AND (d.created_at < $2 OR (d.created_at = $2 AND d.id < $3)) {}
             ORDER BY d.created_at DESC, d.id DESC LIMIT $4",
            if names.is_some() { "AND (d.delegator IN ($5, $6) OR d.delegate IN ($5, $6))" } else { "" }
        );
        let mut values: Vec<Value> = vec![tenant.into(), cursor.at.into(), cursor.id.into(), i64::from(limit).into()];
        values.extend(names.into_iter().flatten().map(Value::from));
        self.0.query(&statement, &values).await?.iter().map(from_row).collect()
    }
}

fn from_row(row: &Row) -> Result<Delegation, DatabaseError> {
    let text = |index| row.text(index).map(ToOwned::to_owned);
    let timestamp = |index| row.integer(index).map(Timestamp::from_millis);
    Ok(Delegation {
        id: text(0)?,
        delegator: text(1)?,
        delegate: text(2)?,
        starts_at: timestamp(3)?,
        ends_at: timestamp(4)?,
        reason: text(5)?,
        created_at: timestamp(6)?,
        revoked_at: row.optional_integer(7)?.map(Timestamp::from_millis),
    })
}
