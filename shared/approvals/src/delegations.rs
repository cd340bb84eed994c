//! Who stands for whom, and from when until when.

use edge_capabilities::Instant;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_record::Record;

/// Somebody stands for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// `apd_…`.
    pub id: String,
    /// For whom.
    pub delegator: String,
    /// Who.
    pub delegate: String,
    /// What the one was by token when it was made.
    pub roles: Vec<String>,
    /// From when on.
    pub starts_at: Instant,
    /// Until when, not included.
    pub ends_at: Instant,
    /// For people.
    pub reason: String,
    /// When it was made.
    pub created_at: Instant,
    /// When it was taken back.
    pub revoked_at: Option<Instant>,
}

const COLUMNS: &str = "id, delegator, delegate, roles, starts_at, ends_at, reason, created_at, revoked_at";

/// Delegations in the record.
#[derive(Clone)]
pub struct Delegations(Record);

/// Where a page begins: behind this one.
pub(crate) struct Behind {
    pub(crate) created_at: Instant,
    pub(crate) id: String,
}

impl Delegations {
    /// Those in `record`.
    pub fn new(record: Record) -> Self {
        Self(record)
    }

    /// Stores a new one.
    pub async fn insert(&self, tenant: &str, delegation: &Delegation) -> Result<(), DatabaseError> {
        let roles = serde_json::to_string(&delegation.roles);
        let statement = "INSERT INTO approval_delegations
                (id, tenant_id, delegator, delegate, roles, starts_at, ends_at, reason, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let values: [Value; 9] = [
            delegation.id.as_str().into(),
            tenant.into(),
            delegation.delegator.as_str().into(),
            delegation.delegate.as_str().into(),
            roles.map_err(|error| DatabaseError::Refused(error.to_string()))?.into(),
            delegation.starts_at.into(),
            delegation.ends_at.into(),
            delegation.reason.as_str().into(),
            delegation.created_at.into(),
        ];
        self.0.query(statement, &values).await.map(drop)
    }

    /// Takes back the one with this id that is `delegator`'s; gives whether there was one.
    pub async fn revoke(&self, tenant: &str, id: &str, delegator: &str, now: Instant) -> Result<bool, DatabaseError> {
        let statement = "UPDATE approval_delegations SET revoked_at = $1
            WHERE tenant_id = $2 AND id = $3 AND delegator = $4 AND revoked_at IS NULL RETURNING id";
        let values: [Value; 4] = [now.into(), tenant.into(), id.into(), delegator.into()];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// Those by which somebody of this name stands for others at `now`.
    pub async fn to(&self, tenant: &str, name: &str, now: Instant) -> Result<Vec<Delegation>, DatabaseError> {
        let statement = format!(
            "SELECT {COLUMNS} FROM approval_delegations
             WHERE tenant_id = $1 AND delegate = $2 AND starts_at <= $3 AND ends_at > $3 AND revoked_at IS NULL
             ORDER BY created_at, id"
        );
        self.0.query(&statement, &[tenant.into(), name.into(), now.into()]).await?.iter().map(from_row).collect()
    }

    /// Up to `limit` of them, newest first.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        behind: Option<Behind>,
        limit: u32,
    ) -> Result<Vec<Delegation>, DatabaseError> {
        let behind = behind.unwrap_or(Behind { created_at: Instant::from_millis(i64::MAX), id: String::new() });
        let statement = format!(
            "SELECT {COLUMNS} FROM approval_delegations
             WHERE tenant_id = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3))
             ORDER BY created_at DESC, id DESC LIMIT $4"
        );
        let values: [Value; 4] = [tenant.into(), behind.created_at.into(), behind.id.into(), i64::from(limit).into()];
        self.0.query(&statement, &values).await?.iter().map(from_row).collect()
    }
}

fn from_row(row: &Row) -> Result<Delegation, DatabaseError> {
    let text = |index| row.text(index).map(ToOwned::to_owned);
    let instant = |index| row.integer(index).map(Instant::from_millis);
    let broken = |error: serde_json::Error| DatabaseError::Refused(format!("approval_delegations: {error}"));
    Ok(Delegation {
        id: text(0)?,
        delegator: text(1)?,
        delegate: text(2)?,
        roles: serde_json::from_str(row.text(3)?).map_err(broken)?,
        starts_at: instant(4)?,
        ends_at: instant(5)?,
        reason: text(6)?,
        created_at: instant(7)?,
        revoked_at: row.optional_integer(8)?.map(Instant::from_millis),
    })
}
