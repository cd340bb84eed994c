//! Budgets.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// List budgets: `GET /api/v1/enterprise-billing/budgets`.
    ///
    /// The key needs `billing:read`.
    pub async fn list_budgets(&self, query_parameters: &ListBudgetsQuery) -> Result<ListingBudget, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/budgets").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Create a budget: `POST /api/v1/enterprise-billing/budgets`.
    ///
    /// Only one budget can be active for each combination of tenant, entity, department and cost centre. A request that is repeated
    /// with the same `Idempotency-Key` creates only one budget.
    ///
    /// The key needs `billing:write`.
    pub async fn create_budget(&self, body: &CreateBudgetRequest) -> Result<Budget, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/budgets");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Get a budget: `GET /api/v1/enterprise-billing/budgets/{budget_id}`.
    ///
    /// The key needs `billing:read`.
    pub async fn get_budget(&self, budget_id: &str) -> Result<Budget, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/budgets/").value(budget_id);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Update a budget: `PUT /api/v1/enterprise-billing/budgets/{budget_id}`.
    ///
    /// Fields that are absent keep their values. A new limit applies from the current period on. A change that allows more
    /// spending requires `tenants:admin`. The caller who makes such a change remains bound by the previous budget until
    /// another caller with `tenants:admin` changes it.
    ///
    /// The key needs `billing:write`.
    pub async fn update_budget(&self, budget_id: &str, body: &UpdateBudgetRequest) -> Result<Budget, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/budgets/").value(budget_id);
        self.json(http::Method::PUT, path, Body::json(body)?).await
    }

    /// List a budget's alerts: `GET /api/v1/enterprise-billing/budgets/{budget_id}/alerts`.
    ///
    /// Each threshold raises at most one alert in a period. The alert is listed here and sent through Notify.
    ///
    /// The key needs `billing:read`.
    pub async fn list_budget_alerts(&self, budget_id: &str, query_parameters: &ListBudgetAlertsQuery) -> Result<ListingBudgetAlert, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/budgets/").value(budget_id).text("/alerts").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Reserve an amount of a budget: `POST /api/v1/enterprise-billing/budgets/{budget_id}/reservations`.
    ///
    /// The rule `budget` decides whether the amount may be reserved. A hard threshold is enforced even when many requests
    /// arrive at once.
    ///
    /// The key needs `billing:write`.
    pub async fn create_reservation(&self, budget_id: &str, body: &CreateBudgetReservationRequest) -> Result<BudgetReservation, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/budgets/").value(budget_id).text("/reservations");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Commit a reservation: `POST /api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/commit`.
    ///
    /// Records the reserved amount, or a part of it, as spent.
    ///
    /// The key needs `billing:write`.
    pub async fn commit_reservation(&self, budget_id: &str, reference: &str, body: &CommitBudgetReservationRequest) -> Result<BudgetReservation, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/budgets/").value(budget_id).text("/reservations/").value(reference).text("/commit");
        self.json(http::Method::POST, path, Body::json(body)?).await
    }

    /// Release a reservation: `POST /api/v1/enterprise-billing/budgets/{budget_id}/reservations/{reference}/release`.
    ///
    /// Returns the reserved amount to the budget.
    ///
    /// The key needs `billing:write`.
    pub async fn release_reservation(&self, budget_id: &str, reference: &str) -> Result<BudgetReservation, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/budgets/").value(budget_id).text("/reservations/").value(reference).text("/release");
        self.json(http::Method::POST, path, Body::None).await
    }

    /// Get a budget's tracking: `GET /api/v1/enterprise-billing/budgets/{budget_id}/tracking`.
    ///
    /// Returns the amounts spent and reserved in the current period, day by day, and a forecast of the period's end at the
    /// present rate of spending.
    ///
    /// The key needs `billing:read`.
    pub async fn get_budget_tracking(&self, budget_id: &str) -> Result<BudgetTracking, EdgeError> {
        let path = Path::new("/api/v1/enterprise-billing/budgets/").value(budget_id).text("/tracking");
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// The query of [`list_budgets`](Api::list_budgets).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListBudgetsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
    /// Only budgets of this entity.
    pub entity_id: Option<String>,
    /// Only budgets of this department.
    pub department_id: Option<String>,
    /// Only budgets for this cost centre.
    pub cost_centre: Option<String>,
    /// `true`: only active budgets; `false`: only inactive budgets.
    pub is_active: Option<bool>,
}

/// The query of [`list_budget_alerts`](Api::list_budget_alerts).
#[derive(Clone, Debug, Default, Serialize)]
pub struct ListBudgetAlertsQuery {
    /// The maximum number of entries: 1 to 200; the default is 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the previous page. By default the first page is returned.
    pub cursor: Option<String>,
}

/// A budget.
#[derive(Clone, Debug, Deserialize)]
pub struct Budget {
    /// Whether the amount left at the end of a period may be spent in the next.
    pub carry_over: bool,
    /// The cost centre that the budget covers; null: all cost centres.
    pub cost_centre: Option<String>,
    /// `created_at`.
    pub created_at: String,
    /// `currency`.
    pub currency: String,
    /// The balance of the current period.
    pub current: BudgetPeriodBalance,
    /// The department that the budget covers; null: the whole tenant.
    pub department_id: Option<String>,
    /// The entity that the budget covers; null: all entities.
    pub entity_id: Option<String>,
    /// The changes to the budget, oldest first.
    pub history: Vec<BudgetChange>,
    /// `id`.
    pub id: String,
    /// `is_active`.
    pub is_active: bool,
    /// The amount that may be spent in each period, from the current period on.
    pub limit: f64,
    /// `name`.
    pub name: String,
    /// `period`.
    pub period: BudgetPeriod,
    /// `tenant_id`.
    pub tenant_id: String,
    /// `thresholds`.
    pub thresholds: Vec<BudgetThreshold>,
    /// `time_zone`.
    pub time_zone: String,
    /// `updated_at`.
    pub updated_at: String,
}

/// A threshold that was reached.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetAlert {
    /// `allowance`.
    pub allowance: f64,
    /// `message`.
    pub message: String,
    /// `period`.
    pub period: String,
    /// `raised_at`.
    pub raised_at: String,
    /// `soft` or `hard`.
    pub severity: String,
    /// The threshold, as a percentage of the period's allowance.
    pub threshold: String,
    /// The highest amount that was used.
    pub used: f64,
}

/// A change to a budget.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetChange {
    /// The caller who made the change: `key:<id>`, `user:<sub>` or `bootstrap`.
    pub actor: String,
    /// The IP address that the change came from.
    pub address: Option<String>,
    /// When the change was made (RFC 3339).
    pub at: String,
    /// Whether the caller had `tenants:admin`.
    pub by_admin: Option<bool>,
    /// The new value of each changed field.
    pub fields: serde_json::Value,
}

/// The totals at the end of a day.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetDay {
    /// The date in the budget's time zone.
    pub date: String,
    /// `remaining`.
    pub remaining: f64,
    /// `reserved`.
    pub reserved: f64,
    /// `spent`.
    pub spent: f64,
}

/// The forecast of the period's end at the present rate of spending.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetForecast {
    /// The amount that will be left. It is negative when the allowance will be exceeded.
    pub remaining: f64,
    /// When the allowance will be used up (RFC 3339); null: not in this period.
    pub runs_out_at: Option<String>,
    /// The amount that will be spent or reserved.
    pub used: f64,
}

/// The length of a budget's period.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub enum BudgetPeriod {
    /// `monthly`.
    #[serde(rename = "monthly")]
    Monthly,
    /// `quarterly`.
    #[serde(rename = "quarterly")]
    Quarterly,
    /// `yearly`.
    #[serde(rename = "yearly")]
    Yearly,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The balance of a budget in a period.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetPeriodBalance {
    /// The amount that may be spent in this period: `limit` plus `carried`.
    pub allowance: f64,
    /// The amount carried over from earlier periods.
    pub carried: f64,
    /// The beginning of the period (RFC 3339).
    pub from: String,
    /// `limit`.
    pub limit: f64,
    /// The name of the period: `2024-02`, `2024-Q1` or `2024`.
    pub period: String,
    /// The amount still available. It is negative when more was used than the allowance.
    pub remaining: f64,
    /// The amount reserved and neither spent nor released.
    pub reserved: f64,
    /// `spent`.
    pub spent: f64,
    /// The end of the period (RFC 3339), exclusive.
    pub to: String,
}

/// A reservation and its status.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetReservation {
    /// `amount`.
    pub amount: f64,
    /// `budget_id`.
    pub budget_id: String,
    /// `currency`.
    pub currency: String,
    /// When the reservation is released automatically (RFC 3339); null: never.
    pub expires_at: Option<String>,
    /// `period`.
    pub period: String,
    /// `reference`.
    pub reference: String,
    /// The amount that was spent and not refunded.
    pub spent: f64,
    /// `reserved`, `committed`, `released` or `refunded` (the whole spent amount was refunded).
    pub status: String,
}

/// A percentage of a budget's allowance that triggers an effect.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct BudgetThreshold {
    /// The percentage of the period's allowance: 1 to 1000.
    pub percent: i32,
    /// The effect of reaching the threshold.
    pub severity: Severity,
}

/// A budget's current period, burn-down and forecast.
#[derive(Clone, Debug, Deserialize)]
pub struct BudgetTracking {
    /// The amount that may be spent in this period: `limit` plus `carried`.
    pub allowance: f64,
    /// `budget_id`.
    pub budget_id: String,
    /// The totals at the end of each day so far; for today, the totals until now.
    pub burn_down: Vec<BudgetDay>,
    /// The amount carried over from earlier periods.
    pub carried: f64,
    /// `currency`.
    pub currency: String,
    /// `forecast`.
    pub forecast: BudgetForecast,
    /// The beginning of the period (RFC 3339).
    pub from: String,
    /// `limit`.
    pub limit: f64,
    /// The name of the period: `2024-02`, `2024-Q1` or `2024`.
    pub period: String,
    /// The amount still available. It is negative when more was used than the allowance.
    pub remaining: f64,
    /// The amount reserved and neither spent nor released.
    pub reserved: f64,
    /// `spent`.
    pub spent: f64,
    /// The end of the period (RFC 3339), exclusive.
    pub to: String,
}

/// The part of a reservation that is spent.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CommitBudgetReservationRequest {
    /// The amount spent, at most the reserved amount. The rest is released. Default: the whole reserved amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<f64>,
}

/// A budget to create.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateBudgetRequest {
    /// Whether the amount left at the end of a period may be spent in the next. Default: `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carry_over: Option<bool>,
    /// The cost centre that the budget covers. Default: all cost centres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<String>,
    /// The ISO 4217 code of the currency of all the budget's amounts.
    pub currency: String,
    /// The department that the budget covers. Default: the whole tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_id: Option<String>,
    /// The entity that the budget covers. Default: all entities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<String>,
    /// The amount that may be spent in each period.
    pub limit: f64,
    /// The budget's name for display: 1 to 256 bytes.
    pub name: String,
    /// The length of a period: `monthly`, `quarterly` or `yearly`.
    pub period: String,
    /// At most 10 thresholds, each at another percentage. Default: soft at 80 percent and hard at 100 percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Vec<BudgetThreshold>>,
    /// The IANA time zone in which periods begin and end, such as `Asia/Kolkata`. Default: `UTC`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// An amount to reserve.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CreateBudgetReservationRequest {
    /// The amount to reserve, in the budget's currency.
    pub amount: f64,
    /// When the reservation is released automatically (RFC 3339). Default: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The caller's reference of the reservation: 1 to 256 bytes. One reference reserves only once.
    pub reference: String,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingBudget {
    /// The entries of the page.
    pub data: Vec<Budget>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Deserialize)]
pub struct ListingBudgetAlert {
    /// The entries of the page.
    pub data: Vec<BudgetAlert>,
    /// The `cursor` of the next page; null on the last page.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
}

/// The effect of a threshold.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Severity {
    /// `soft`.
    #[serde(rename = "soft")]
    Soft,
    /// `hard`.
    #[serde(rename = "hard")]
    Hard,
    /// A word that this version of the library does not know.
    #[serde(untagged)]
    Other(String),
}

/// The changes to a budget. Fields that are absent keep their values.
#[derive(Clone, Debug, Default, Serialize)]
pub struct UpdateBudgetRequest {
    /// Whether the amount left at the end of a period may be spent in the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carry_over: Option<Option<bool>>,
    /// Cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_centre: Option<Option<String>>,
    /// Cannot be changed: create another budget instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Option<String>>,
    /// Cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department_id: Option<Option<String>>,
    /// Cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity_id: Option<Option<String>>,
    /// Whether the budget is enforced. Only one budget can be active for each tenant, entity, department and
    /// cost centre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_active: Option<Option<bool>>,
    /// The amount that may be spent in each period, from the current period on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Option<f64>>,
    /// The budget's name for display: 1 to 256 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Option<String>>,
    /// Cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Option<String>>,
    /// At most 10 thresholds, each at another percentage. They replace the present ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Option<Vec<BudgetThreshold>>>,
    /// Cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<Option<String>>,
}
