//! Departments.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List departments: `GET /api/v1/enterprise-billing/departments`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn list_departments(&self, query_parameters: &ListDepartmentsQuery) -> Result<ListingDepartment, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/departments").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a department: `POST /api/v1/enterprise-billing/departments`.
    ///
    /// The key needs `enterprise:write`.
    pub async fn create_department(&self, body: &CreateDepartmentRequest) -> Result<Department, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/departments");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a department: `GET /api/v1/enterprise-billing/departments/{department_id}`.
    ///
    /// The key needs `enterprise:read`.
    pub async fn get_department(&self, department_id: &str) -> Result<Department, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/departments/").value(department_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update a department: `PUT /api/v1/enterprise-billing/departments/{department_id}`.
    ///
    /// Fields that are absent keep their values; null removes one. A department stays in its entity and is never below itself,
    /// whoever moves departments at the same time. A headcount holds from `headcount_from` on; lines that were posted stay as
    /// they are.
    ///
    /// The key needs `enterprise:write`.
    pub async fn update_department(&self, department_id: &str, body: &UpdateDepartmentRequest) -> Result<Department, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/departments/").value(department_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }
}

/// The query of [`list_departments`](Api::list_departments).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListDepartmentsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only departments of this entity.
    pub entity_id: Option<String>,
    /// Only departments that are directly part of this one.
    pub parent_id: Option<String>,
    /// Only departments with this status. One of `active`, `closed`.
    pub status: Option<String>,
    /// Only departments with this code.
    pub code: Option<String>,
}

/// A department to create.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateDepartmentRequest {
    /// Its code, unique within the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Its cost centre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<String>,
    /// The entity that it belongs to.
    pub entity_id: String,
    /// The account of the general ledger of its lines for which no mapping names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gl_code: Option<String>,
    /// How many people it has. It is the driver of shares by `headcount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headcount: Option<i64>,
    /// The first day with this headcount, in the tenant's time zone. Default: today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headcount_from: Option<String>,
    /// The user who manages it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager_user_id: Option<String>,
    /// Its name for display: 1 to 256 bytes.
    pub name: String,
    /// The department of the same entity that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<DepartmentStatus>,
}

/// A department.
#[derive(Clone, Debug, Deserialize)]
pub struct Department {
    /// Its code, unique within the entity.
    pub code: Option<String>,
    /// `cost_center`.
    pub cost_center: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `entity_id`.
    pub entity_id: String,
    /// The account of the general ledger of its lines for which no mapping names one.
    pub gl_code: Option<String>,
    /// How many people it has today.
    pub headcount: i32,
    /// How many people it had and has, each from a day on.
    pub headcounts: Vec<DepartmentHeadcount>,
    /// `id`.
    pub id: String,
    /// `manager_user_id`.
    pub manager_user_id: Option<String>,
    /// `name`.
    pub name: String,
    /// The department of the same entity that it is part of.
    pub parent_id: Option<String>,
    /// `status`.
    pub status: DepartmentStatus,
    /// `tenant_id`.
    pub tenant_id: String,
    /// `updated_at`.
    pub updated_at: String,
}

/// How many people a department has from a day on.
#[derive(Clone, Debug, Deserialize)]
pub struct DepartmentHeadcount {
    /// The first day, in the tenant's time zone.
    pub from: String,
    /// How many people.
    pub headcount: i32,
}

/// Whether a department may get shares.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum DepartmentStatus {
    /// `active`.
    #[serde(rename = "active")]
    Active,
    /// `closed`.
    #[serde(rename = "closed")]
    Closed,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingDepartment {
    /// The entries of the page.
    pub data: Vec<Department>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// The changes to a department. Fields that are absent keep their values; null removes a value.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateDepartmentRequest {
    /// Its code, unique within the entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Option<String>>,
    /// Its cost centre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_center: Option<Option<String>>,
    /// Cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<Option<String>>,
    /// The account of the general ledger of its lines for which no mapping names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gl_code: Option<Option<String>>,
    /// How many people it has. It is the driver of shares by `headcount`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headcount: Option<Option<i64>>,
    /// The first day with this headcount, in the tenant's time zone. Default: today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub headcount_from: Option<Option<String>>,
    /// The user who manages it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manager_user_id: Option<Option<String>>,
    /// Its name for display: 1 to 256 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// The department of the same entity that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Option<String>>,
    /// `status`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Option<DepartmentStatus>>,
}
