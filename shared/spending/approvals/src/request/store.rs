//! Approval requests in the database.

use edge_capabilities::Timestamp;
use edge_capabilities::database::DatabaseError;
use edge_database::{Conditions, Cursor, Db, json_column, record, text_column};

use super::model::{Request, Status};

/// Approval requests in the database.
#[derive(Clone)]
pub struct Requests(Db);

/// The filters of a list of requests; None: all.
#[derive(Clone, Debug, Default)]
pub(super) struct RequestFilter {
    pub(super) status: Option<Status>,
    pub(super) kind: Option<String>,
    pub(super) requester: Option<String>,
}

/// A request, and the parts of it that statements filter by.
struct RequestRow {
    id: String,
    tenant: String,
    reference: String,
    kind: String,
    requester: String,
    status: Status,
    expires_at: Timestamp,
    request: Request,
    created_at: Timestamp,
    revision: i64,
}

text_column!(Status);
json_column!(Request);
record! {
    RequestRow in "approval_requests" {
        id, tenant: "tenant_id", reference, kind, requester, status, expires_at, request, created_at, revision,
    }
}

impl From<&Request> for RequestRow {
    fn from(request: &Request) -> Self {
        Self {
            id: request.id.clone(),
            tenant: request.tenant.clone(),
            reference: request.reference.clone(),
            kind: request.purchase.kind.clone(),
            requester: request.requester.clone(),
            status: request.state,
            expires_at: request.expires_at,
            request: request.clone(),
            created_at: request.created_at,
            revision: request.revision,
        }
    }
}

impl From<RequestRow> for Request {
    fn from(row: RequestRow) -> Self {
        Self { revision: row.revision, ..row.request }
    }
}

impl Requests {
    /// The requests in `db`.
    pub fn new(db: Db) -> Self {
        Self(db)
    }

    /// The request `id` of `tenant`.
    pub async fn find(&self, tenant: &str, id: &str) -> Result<Option<Request>, DatabaseError> {
        self.find_by(Conditions::of("tenant_id", tenant).and("id", id)).await
    }

    /// The request of `tenant` with this reference.
    pub async fn by_reference(&self, tenant: &str, reference: &str) -> Result<Option<Request>, DatabaseError> {
        self.find_by(Conditions::of("tenant_id", tenant).and("reference", reference)).await
    }

    async fn find_by(&self, conditions: Conditions) -> Result<Option<Request>, DatabaseError> {
        Ok(self.0.find::<RequestRow>(conditions).await?.map(Request::from))
    }

    /// Stores a new request, unless the tenant has one with its reference; gives whether it did.
    pub async fn insert(&self, request: &Request) -> Result<bool, DatabaseError> {
        self.0.insert_new(&RequestRow::from(request)).await
    }

    /// Stores `request` unless it was changed since it was read; gives whether it did. The actions are part of the request, so
    /// of two people who act at once both are counted, one after the other, or the second is tried again.
    pub async fn replace(&self, request: &Request) -> Result<bool, DatabaseError> {
        let fixed = ["reference", "kind", "requester", "created_at"];
        self.0.update_if_revision(&RequestRow::from(request), &["tenant_id", "id"], &fixed).await
    }

    /// Up to `limit` requests of `tenant`, newest first, with their status at `now`.
    pub(super) async fn list(
        &self,
        tenant: &str,
        filter: RequestFilter,
        now: Timestamp,
        cursor: Option<Cursor>,
        limit: u32,
    ) -> Result<Vec<Request>, DatabaseError> {
        let conditions =
            Conditions::of("tenant_id", tenant).and_if("kind", filter.kind).and_if("requester", filter.requester);
        let conditions = match filter.status {
            None => conditions,
            Some(Status::Expired) => conditions.and_where("status IN ('pending', 'approved') AND expires_at <= ?", now),
            Some(status @ (Status::Pending | Status::Approved)) => {
                conditions.and("status", status.as_str()).and_where("expires_at > ?", now)
            }
            Some(status) => conditions.and("status", status.as_str()),
        };
        let rows: Vec<RequestRow> = self.0.page(conditions, "created_at", cursor, limit).await?;
        Ok(rows.into_iter().map(Request::from).collect())
    }
}
