//! Requests in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row, Value};
use edge_database::Db;

use crate::request::{Request, Status};

/// Requests in the database.
#[derive(Clone)]
pub struct Requests(Db);

/// Where a page begins: behind this one.
pub(crate) struct Cursor {
    pub(crate) created_at: Timestamp,
    pub(crate) id: String,
}

/// What is asked for of a tenant's requests; None: all.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) status: Option<Status>,
    pub(crate) kind: Option<String>,
    pub(crate) requester: Option<String>,
}

impl Requests {
    /// Those in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The request `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Request>, DatabaseError> {
        let statement = "SELECT request, revision FROM approval_requests WHERE tenant_id = $1 AND id = $2";
        self.0.query(statement, &[tenant.into(), id.into()]).await?.first().map(from_row).transpose()
    }

    /// The request of `tenant` that was made under this reference.
    pub async fn of_reference(&self, tenant: &str, reference: &str) -> Result<Option<Request>, DatabaseError> {
        let statement = "SELECT request, revision FROM approval_requests WHERE tenant_id = $1 AND reference = $2";
        self.0.query(statement, &[tenant.into(), reference.into()]).await?.first().map(from_row).transpose()
    }

    /// Stores a new request, unless there is one under its reference; gives whether it did.
    pub async fn insert(&self, request: &Request) -> Result<bool, DatabaseError> {
        let statement = "INSERT INTO approval_requests
                (id, tenant_id, reference, kind, requester, status, expires_at, request, created_at, revision)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
            ON CONFLICT (tenant_id, reference) DO NOTHING RETURNING id";
        let values: [Value; 9] = [
            request.id.as_str().into(),
            request.tenant.as_str().into(),
            request.reference.as_str().into(),
            request.purchase.kind.as_str().into(),
            request.requester.as_str().into(),
            request.state.as_str().into(),
            request.expires_at.into(),
            to_json(request)?.into(),
            request.created_at.into(),
        ];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// Stores `request` where nobody has changed it since it was read; gives whether it did. What people said is part of
    /// it, so two who say something at once are both counted, one after the other, or not at all.
    pub async fn replace(&self, request: &Request) -> Result<bool, DatabaseError> {
        let statement = "UPDATE approval_requests
            SET status = $1, expires_at = $2, request = $3, revision = revision + 1
            WHERE tenant_id = $4 AND id = $5 AND revision = $6 RETURNING id";
        let values: [Value; 6] = [
            request.state.as_str().into(),
            request.expires_at.into(),
            to_json(request)?.into(),
            request.tenant.as_str().into(),
            request.id.as_str().into(),
            request.revision.into(),
        ];
        Ok(!self.0.query(statement, &values).await?.is_empty())
    }

    /// Up to `limit` requests of `tenant`, newest first, as they are at `now`.
    pub(crate) async fn list(
        &self,
        tenant: &str,
        filter: &Filter,
        now: Timestamp,
        behind: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Request>, DatabaseError> {
        let behind = behind.unwrap_or(Cursor { created_at: Timestamp::from_millis(i64::MAX), id: String::new() });
        let mut values: Vec<Value> =
            vec![tenant.into(), behind.created_at.into(), behind.id.into(), i64::from(limit).into()];
        let mut conditions = String::new();
        let mut wanted = |condition: &str, value: Value| {
            values.push(value);
            conditions.push_str(&condition.replace('?', &format!("${}", values.len())));
        };
        match filter.status {
            None => {}
            Some(Status::Expired) => {
                wanted(" AND status IN ('pending', 'approved') AND expires_at <= ?", now.into());
            }
            Some(status @ (Status::Pending | Status::Approved)) => {
                wanted(" AND status = ?", status.as_str().into());
                wanted(" AND expires_at > ?", now.into());
            }
            Some(status) => wanted(" AND status = ?", status.as_str().into()),
        }
        if let Some(kind) = &filter.kind {
            wanted(" AND kind = ?", kind.as_str().into());
        }
        if let Some(requester) = &filter.requester {
            wanted(" AND requester = ?", requester.as_str().into());
        }
        let statement = format!(
            "SELECT request, revision FROM approval_requests
             WHERE tenant_id = $1 AND (created_at < $2 OR (created_at = $2 AND id < $3)){conditions}
             ORDER BY created_at DESC, id DESC LIMIT $4"
        );
        self.0.query(&statement, &values).await?.iter().map(from_row).collect()
    }
}

fn from_row(row: &Row) -> Result<Request, DatabaseError> {
    let broken = |error: serde_json::Error| DatabaseError::Refused(format!("approval_requests: {error}"));
    let request: Request = serde_json::from_str(row.text(0)?).map_err(broken)?;
    Ok(Request { revision: row.integer(1)?, ..request })
}

fn to_json(request: &Request) -> Result<String, DatabaseError> {
    serde_json::to_string(request).map_err(|error| DatabaseError::Refused(error.to_string()))
}
