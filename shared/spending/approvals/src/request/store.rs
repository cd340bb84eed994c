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
    /// When another instance tells people of the request; None: they are told.
    tell_due: Option<Timestamp>,
}

text_column!(Status);
json_column!(Request);
record! {
    RequestRow in "approval_requests" {
        id, tenant: "tenant_id", reference, kind, requester, status, expires_at, request, created_at, revision, tell_due,
    }
}

impl RequestRow {
    fn new(request: &Request, tell_due: Option<Timestamp>) -> Self {
        Self {
            tell_due,
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

    /// Stores a new request, unless the tenant has one with its reference; gives whether it did. People are to be told of it
    /// until [`Requests::note_told`]; from `tell_due` on, another instance does so.
    pub async fn insert(&self, request: &Request, tell_due: Timestamp) -> Result<bool, DatabaseError> {
        self.0.insert_new(&RequestRow::new(request, Some(tell_due))).await
    }

    /// Stores `request` unless it was changed since it was read; gives whether it did. The actions are part of the request, so
    /// of two people who act at once both are counted, one after the other, or the second is tried again. With `tell_due`
    /// people are to be told of it, as with [`Requests::insert`].
    pub async fn replace(&self, request: &Request, tell_due: Option<Timestamp>) -> Result<bool, DatabaseError> {
        let fixed = ["reference", "kind", "requester", "created_at", "tell_due"];
        let fixed = if tell_due.is_some() { fixed.get(..4).unwrap_or_default() } else { fixed.as_slice() };
        self.0.update_if_revision(&RequestRow::new(request, tell_due), &["tenant_id", "id"], fixed).await
    }

    /// Notes that people are told of `request`, unless it was changed since.
    pub(crate) async fn note_told(&self, request: &Request) -> Result<(), DatabaseError> {
        let statement = "UPDATE approval_requests SET tell_due = NULL
            WHERE id = $1 AND revision = $2 AND tell_due IS NOT NULL";
        self.0.query(statement, &[request.id.as_str().into(), request.revision.into()]).await.map(drop)
    }

    /// Up to `limit` requests that people were not told of by `now`: whoever changed them died.
    pub(crate) async fn untold(&self, now: Timestamp, limit: u32) -> Result<Vec<Request>, DatabaseError> {
        let conditions = Conditions::default().and_where("tell_due <= ?", now);
        let rows: Vec<RequestRow> = self.0.select(conditions, &format!("tell_due LIMIT {limit}")).await?;
        Ok(rows.into_iter().map(Request::from).collect())
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
