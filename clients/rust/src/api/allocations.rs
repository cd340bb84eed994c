//! Allocations.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// Get a source's allocations: `GET /api/v1/enterprise-billing/allocations`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn get_allocations(&self, query_parameters: &GetAllocationsQuery) -> Result<SourceAllocations, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/allocations").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Set a source's allocations: `PUT /api/v1/enterprise-billing/allocations`.
    ///
    /// The shares are the whole split of the source from a day on, until the next day for which shares are set already. They add
    /// up to exactly 10000 basis points, or name who takes what is left: one department by `fixed` without an amount, or several
    /// by `headcount` or `usage`.
    ///
    /// The key needs `enterprise:write`.
    pub async fn set_allocations(&self, query_parameters: &SetAllocationsQuery, body: &SetAllocationsRequest) -> Result<SourceAllocations, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/allocations").query(&query(query_parameters)?);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// List posted lines: `GET /api/v1/enterprise-billing/allocations/lines`.
    ///
    /// What departments got of finalised invoices, of charges of entities and of payments of subscriptions, and what nobody shares of them. A line never
    /// changes: what is given back is lines more.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_allocation_lines(&self, query_parameters: &ListAllocationLinesQuery) -> Result<ListingAllocationLine, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/allocations/lines").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Preview a split: `GET /api/v1/enterprise-billing/allocations/preview`.
    ///
    /// Shows how an amount of the source would be split on a day, to the smallest unit. Nothing is posted.
    ///
    /// The key needs `enterprise:read`.
    pub async fn preview_allocations(&self, query_parameters: &PreviewAllocationsQuery) -> Result<AllocationPreview, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/allocations/preview").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get the sums of posted lines: `GET /api/v1/enterprise-billing/allocations/totals`.
    ///
    /// All sums together are what was billed less what was given back, in each currency: what nobody shares is one of them.
    ///
    /// The key needs `enterprise:read`.
    pub async fn get_allocation_totals(&self, query_parameters: &GetAllocationTotalsQuery) -> Result<AllocationTotals, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/allocations/totals").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// List a department's allocations: `GET /api/v1/enterprise-billing/departments/{department_id}/allocations`.
    ///
    /// Also those that have ended or have not begun yet.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_department_allocations(&self, department_id: &str, query_parameters: &ListDepartmentAllocationsQuery) -> Result<ListingAllocation, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/departments/").value(department_id).text("/allocations").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create an allocation: `POST /api/v1/enterprise-billing/departments/{department_id}/allocations`.
    ///
    /// Gives the department a share of a source, beside the shares that others have of it. Together they never are more than all
    /// of the source, whoever adds shares at the same time; what is short of it is `unallocated`.
    ///
    /// The key needs `enterprise:write`.
    pub async fn create_allocation(&self, department_id: &str, body: &CreateAllocationRequest) -> Result<Allocation, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/departments/").value(department_id).text("/allocations");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// List GL mappings: `GET /api/v1/enterprise-billing/gl-mappings`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_gl_mappings(&self, query_parameters: &ListGlMappingsQuery) -> Result<ListingGlMapping, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/gl-mappings").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a GL mapping: `POST /api/v1/enterprise-billing/gl-mappings`.
    ///
    /// A mapping for the same kind, department and plan gets the new account. Lines that were posted keep theirs. The most
    /// specific mapping counts: of department, kind and plan; of department and kind; of kind and plan; of the kind; then the
    /// department's own account; then a mapping for any kind.
    ///
    /// The key needs `enterprise:write`.
    pub async fn create_gl_mapping(&self, body: &CreateGlMappingRequest) -> Result<GlMapping, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/gl-mappings");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }
}

/// The query of [`get_allocations`](Api::get_allocations).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetAllocationsQuery {
    /// The source: `subscription:ID`, `invoice:ID` or `amount:ID`.
    pub source: String,
    /// The day, in the tenant's time zone. Default: today.
    pub at: Option<String>,
}

/// The query of [`set_allocations`](Api::set_allocations).
#[derive(Clone, Debug, Default, Serialize)]
pub struct SetAllocationsQuery {
    /// The source: `subscription:ID`, `invoice:ID` or `amount:ID`.
    pub source: String,
}

/// The query of [`list_allocation_lines`](Api::list_allocation_lines).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListAllocationLinesQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only lines of this department; `unallocated`: only lines that nobody shares.
    pub department_id: Option<String>,
    /// Only lines of departments of this entity.
    pub entity_id: Option<String>,
    /// Only lines of this source: `subscription:ID`, `invoice:ID` or `amount:ID`.
    pub source: Option<String>,
    /// Only lines of this document: `invoice:ID`, `charge:ID` or `payment:ID`.
    pub document: Option<String>,
    /// Only lines of this kind. One of `revenue`, `cash`, `receivable`, `deferred`, `tax`, `refund`.
    pub kind: Option<String>,
    /// Only lines on this account of the general ledger.
    pub gl_code: Option<String>,
    /// Only lines of this cost centre.
    pub cost_center: Option<String>,
    /// Only lines for this plan.
    pub plan_id: Option<String>,
    /// Only lines in this currency.
    pub currency: Option<String>,
    /// Only lines from this day on, in the tenant's time zone.
    pub from: Option<String>,
    /// Only lines before this day.
    pub to: Option<String>,
}

/// The query of [`preview_allocations`](Api::preview_allocations).
#[derive(Clone, Debug, Default, Serialize)]
pub struct PreviewAllocationsQuery {
    /// The source: `subscription:ID`, `invoice:ID` or `amount:ID`.
    pub source: String,
    /// The amount; negative: given back.
    pub amount: f64,
    /// The ISO 4217 code of its currency.
    pub currency: String,
    /// The day, in the tenant's time zone, or an instant (RFC 3339). Default: now.
    pub at: Option<String>,
    /// What the amount is, for the accounts of the general ledger. Default: `revenue`. One of `revenue`, `cash`, `receivable`, `deferred`, `tax`, `refund`.
    pub kind: Option<String>,
    /// The plan that it is for, for the accounts of the general ledger.
    pub plan_id: Option<String>,
}

/// The query of [`get_allocation_totals`](Api::get_allocation_totals).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetAllocationTotalsQuery {
    /// `department`, `cost_center`, `gl_code`, `plan`, `month`, `kind` or `entity`. Default: `department`.
    pub by: Option<String>,
    /// Only lines of this department; `unallocated`: only lines that nobody shares.
    pub department_id: Option<String>,
    /// Only lines of departments of this entity.
    pub entity_id: Option<String>,
    /// Only lines of this source: `subscription:ID`, `invoice:ID` or `amount:ID`.
    pub source: Option<String>,
    /// Only lines of this document: `invoice:ID`, `charge:ID` or `payment:ID`.
    pub document: Option<String>,
    /// Only lines of this kind. One of `revenue`, `cash`, `receivable`, `deferred`, `tax`, `refund`.
    pub kind: Option<String>,
    /// Only lines on this account of the general ledger.
    pub gl_code: Option<String>,
    /// Only lines of this cost centre.
    pub cost_center: Option<String>,
    /// Only lines for this plan.
    pub plan_id: Option<String>,
    /// Only lines in this currency.
    pub currency: Option<String>,
    /// Only lines from this day on, in the tenant's time zone.
    pub from: Option<String>,
    /// Only lines before this day.
    pub to: Option<String>,
}

/// The query of [`list_department_allocations`](Api::list_department_allocations).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListDepartmentAllocationsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// The query of [`list_gl_mappings`](Api::list_gl_mappings).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListGlMappingsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only mappings of this kind. One of `revenue`, `cash`, `receivable`, `deferred`, `tax`, `refund`.
    pub kind: Option<String>,
    /// Only mappings of this department.
    pub department_id: Option<String>,
}

/// A department's share of a source.
#[derive(Clone, Debug, Deserialize)]
pub struct Allocation {
    /// The amount, of `fixed`; null: all that the others leave.
    pub amount: Option<f64>,
    /// The percentage in basis points, of `percentage`.
    pub basis_points: Option<i32>,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: Option<String>,
    /// `department_id`.
    pub department_id: String,
    /// What the department uses, of `usage`.
    pub driver: Option<f64>,
    /// The first day, in the tenant's time zone.
    pub from: String,
    /// `gl_code`.
    pub gl_code: Option<String>,
    /// `id`.
    pub id: String,
    /// `method`.
    pub method: AllocationMethod,
    /// `source`.
    pub source: AllocationSource,
    /// The day after the last; null: there is no last.
    pub to: Option<String>,
}

/// A posted line.
#[derive(Clone, Debug, Deserialize)]
pub struct AllocationLine {
    /// `action`.
    pub action: AllocationLineAction,
    /// The amount; negative: given back.
    pub amount: f64,
    /// The department's cost centre when the line was posted.
    pub cost_center: Option<String>,
    /// `currency`.
    pub currency: String,
    /// The day that it counts for, in the tenant's time zone.
    pub date: String,
    /// The department; null: nobody shares it.
    pub department_id: Option<String>,
    /// The document: `invoice:ID`, `charge:ID` or `payment:ID`.
    pub document: String,
    /// `entity_id`.
    pub entity_id: Option<String>,
    /// The account of the general ledger when the line was posted.
    pub gl_code: Option<String>,
    /// `id`.
    pub id: String,
    /// What the amount is to the general ledger.
    pub kind: GlKind,
    /// `plan_id`.
    pub plan_id: Option<String>,
    /// `posted_at`.
    pub posted_at: String,
    /// What was split: `subscription:ID`, `invoice:ID` or `amount:ID`.
    pub source: String,
}

/// Why a line was posted.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum AllocationLineAction {
    /// `post`.
    #[serde(rename = "post")]
    Post,
    /// `allocate`.
    #[serde(rename = "allocate")]
    Allocate,
    /// `reverse`.
    #[serde(rename = "reverse")]
    Reverse,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// How a department's share is measured.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum AllocationMethod {
    /// `percentage`.
    #[serde(rename = "percentage")]
    Percentage,
    /// `fixed`.
    #[serde(rename = "fixed")]
    Fixed,
    /// `headcount`.
    #[serde(rename = "headcount")]
    Headcount,
    /// `usage`.
    #[serde(rename = "usage")]
    Usage,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// What a source's departments would get of an amount.
#[derive(Clone, Debug, Deserialize)]
pub struct AllocationPreview {
    /// `currency`.
    pub currency: String,
    /// What each department gets, in the order of their ids.
    pub lines: Vec<AllocationPreviewLine>,
    /// What no department gets. It and the lines add up to the amount.
    pub unallocated: f64,
}

/// What a department would get.
#[derive(Clone, Debug, Deserialize)]
pub struct AllocationPreviewLine {
    /// `amount`.
    pub amount: f64,
    /// `department_id`.
    pub department_id: String,
    /// The account of the general ledger; null: none is known.
    pub gl_code: Option<String>,
}

/// A department's share of the whole split of a source.
#[derive(Clone, Debug, Serialize)]
pub struct AllocationShareRequest {
    /// The amount, of `fixed`. Without one, the department takes all that the others leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Option<f64>>,
    /// The percentage in basis points, of `percentage`: 1 to 10000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_points: Option<Option<i64>>,
    /// The currency of the amount. Default: that of the department's entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Option<String>>,
    /// The department.
    pub department_id: String,
    /// What the department uses, of `usage`; of `headcount`: a number in place of the department's headcount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<Option<f64>>,
    /// The account of the general ledger, whatever mappings say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gl_code: Option<Option<String>>,
    /// How the share is measured.
    pub method: AllocationMethod,
}

/// What is split, written as `subscription:sub_1`.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct AllocationSource {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: SourceKind,
}

/// The sum of some posted lines.
#[derive(Clone, Debug, Deserialize)]
pub struct AllocationTotal {
    /// `amount`.
    pub amount: f64,
    /// `currency`.
    pub currency: String,
    /// How many lines there are.
    pub lines: i64,
    /// What the lines have in common, such as the department's id; null: nothing, such as lines that nobody shares.
    pub value: Option<String>,
}

/// The sums of posted lines.
#[derive(Clone, Debug, Deserialize)]
pub struct AllocationTotals {
    /// By what lines are summed up.
    pub by: String,
    /// The sums, by value and currency.
    pub data: Vec<AllocationTotal>,
}

/// A share of a source for one department.
#[derive(Clone, Debug, Serialize)]
pub struct CreateAllocationRequest {
    /// The amount, of `fixed`. Without one, the department takes all that the others leave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
    /// The percentage in basis points, of `percentage`: 1 to 10000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis_points: Option<i64>,
    /// The currency of the amount. Default: that of the department's entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// What the department uses, of `usage`: any measure that is the same for all shares, with at most 3 decimals. Of
    /// `headcount`: a number in place of the department's headcount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<f64>,
    /// The first day, in the tenant's time zone. Default: today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The account of the general ledger, whatever mappings say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gl_code: Option<String>,
    /// How the share is measured.
    pub method: AllocationMethod,
    /// What is split.
    pub source: AllocationSource,
    /// The day after the last. Default: the share has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A mapping to create, or to give another account.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateGlMappingRequest {
    /// Only amounts of this department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_id: Option<String>,
    /// The account of the general ledger: 1 to 256 bytes.
    pub gl_code: String,
    /// `kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<GlKind>,
    /// Only amounts for this plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<String>,
}

/// What an amount is to the general ledger.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum GlKind {
    /// `revenue`.
    #[serde(rename = "revenue")]
    Revenue,
    /// `cash`.
    #[serde(rename = "cash")]
    Cash,
    /// `receivable`.
    #[serde(rename = "receivable")]
    Receivable,
    /// `deferred`.
    #[serde(rename = "deferred")]
    Deferred,
    /// `tax`.
    #[serde(rename = "tax")]
    Tax,
    /// `refund`.
    #[serde(rename = "refund")]
    Refund,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A mapping to an account of the general ledger.
#[derive(Clone, Debug, Deserialize)]
pub struct GlMapping {
    /// `created_at`.
    pub created_at: String,
    /// `department_id`.
    pub department_id: Option<String>,
    /// `gl_code`.
    pub gl_code: String,
    /// `id`.
    pub id: String,
    /// `kind`.
    pub kind: Option<GlKind>,
    /// `plan_id`.
    pub plan_id: Option<String>,
    /// `updated_at`.
    pub updated_at: String,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingAllocation {
    /// The entries of the page.
    pub data: Vec<Allocation>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingAllocationLine {
    /// The entries of the page.
    pub data: Vec<AllocationLine>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingGlMapping {
    /// The entries of the page.
    pub data: Vec<GlMapping>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// The whole split of a source.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SetAllocationsRequest {
    /// The first day, in the tenant's time zone. Default: today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Option<String>>,
    /// The shares: 1 to 200, each of another department.
    pub shares: Vec<AllocationShareRequest>,
}

/// A source, and how it is split from a day on.
#[derive(Clone, Debug, Deserialize)]
pub struct SourceAllocations {
    /// The first day.
    pub from: String,
    /// The last day as of which lines were posted: earlier days cannot be changed any more.
    pub posted_to: Option<String>,
    /// The shares on that day.
    pub shares: Vec<Allocation>,
    /// `source`.
    pub source: AllocationSource,
    /// The day after the last; null: there is no last.
    pub to: Option<String>,
    /// The basis points that nobody has. Null where departments take all that is left.
    pub unallocated_basis_points: Option<i32>,
}

/// What is split.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum SourceKind {
    /// `subscription`.
    #[serde(rename = "subscription")]
    Subscription,
    /// `invoice`.
    #[serde(rename = "invoice")]
    Invoice,
    /// `amount`.
    #[serde(rename = "amount")]
    Amount,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}
