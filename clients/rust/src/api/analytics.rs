//! Analytics.

// Made from docs/openapi.json: UPDATE_CLIENT=1 cargo test -p bheem-edge-client --test api

#![allow(unused_imports, reason = "which are needed differs")]

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::call::{Api, Body, Path, query};
use super::schemas::*;
use crate::EdgeError;

impl Api<'_> {
    /// Get the health of organizations: `GET /analytics/health`.
    ///
    /// A score of each organization with its parts and their weights, by id, in pages. With `Accept: text/csv` the points are
    /// lines of CSV.
    ///
    /// The key needs `analytics:read`.
    pub async fn get_health(&self, query_parameters: &GetHealthQuery) -> Result<ReportHealthResult, EdgeError> {
        let path = Path::new("/analytics/health").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get monthly recurring revenue: `GET /analytics/mrr`.
    ///
    /// Points of MRR with its movements, in each currency by itself. With `Accept: text/csv` the points are lines of CSV.
    ///
    /// The key needs `analytics:read`.
    pub async fn get_mrr(&self, query_parameters: &GetMrrQuery) -> Result<ReportMrrResult, EdgeError> {
        let path = Path::new("/analytics/mrr").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get revenue: `GET /analytics/revenue`.
    ///
    /// What was collected and given back, how attempts to collect went, churn and retention, and cohorts; in each currency by
    /// itself. With `Accept: text/csv` the points are lines of CSV.
    ///
    /// The key needs `analytics:read`.
    pub async fn get_revenue(&self, query_parameters: &GetRevenueQuery) -> Result<ReportRevenueResult, EdgeError> {
        let path = Path::new("/analytics/revenue").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }

    /// Get seat usage: `GET /analytics/seat-usage`.
    ///
    /// For each organization and application, by id, in pages. With `Accept: text/csv` the points are lines of CSV.
    ///
    /// The key needs `analytics:read`.
    pub async fn get_seat_usage(&self, query_parameters: &GetSeatUsageQuery) -> Result<ReportSeatUsageResult, EdgeError> {
        let path = Path::new("/analytics/seat-usage").query(&query(query_parameters)?);
        self.json(http::Method::GET, path, Body::None).await
    }
}

/// The query of [`get_health`](Api::get_health).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetHealthQuery {
    /// The first day, `2026-01-01`. By default twelve months or 30 days before `to`.
    pub from: Option<String>,
    /// The day after the last one. By default tomorrow.
    pub to: Option<String>,
    /// An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.
    pub timezone: Option<String>,
    /// `month` or `day`. By default `month`.
    pub granularity: Option<String>,
    /// Only this application.
    #[serde(rename = "applicationSlug")]
    pub application_slug: Option<String>,
    /// Only this organization.
    #[serde(rename = "organizationId")]
    pub organization_id: Option<String>,
    /// Only this currency, ISO 4217.
    pub currency: Option<String>,
    /// Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default now.
    #[serde(rename = "asOf")]
    pub as_of: Option<String>,
    /// How many organizations a page has: 1 to 100. By default 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
}

/// The query of [`get_mrr`](Api::get_mrr).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetMrrQuery {
    /// The first day, `2026-01-01`. By default twelve months or 30 days before `to`.
    pub from: Option<String>,
    /// The day after the last one. By default tomorrow.
    pub to: Option<String>,
    /// An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.
    pub timezone: Option<String>,
    /// `month` or `day`. By default `month`.
    pub granularity: Option<String>,
    /// Only this application.
    #[serde(rename = "applicationSlug")]
    pub application_slug: Option<String>,
    /// Only this organization.
    #[serde(rename = "organizationId")]
    pub organization_id: Option<String>,
    /// Only this currency, ISO 4217.
    pub currency: Option<String>,
    /// Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default now.
    #[serde(rename = "asOf")]
    pub as_of: Option<String>,
}

/// The query of [`get_revenue`](Api::get_revenue).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetRevenueQuery {
    /// The first day, `2026-01-01`. By default twelve months or 30 days before `to`.
    pub from: Option<String>,
    /// The day after the last one. By default tomorrow.
    pub to: Option<String>,
    /// An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.
    pub timezone: Option<String>,
    /// `month` or `day`. By default `month`.
    pub granularity: Option<String>,
    /// Only this application.
    #[serde(rename = "applicationSlug")]
    pub application_slug: Option<String>,
    /// Only this organization.
    #[serde(rename = "organizationId")]
    pub organization_id: Option<String>,
    /// Only this currency, ISO 4217.
    pub currency: Option<String>,
    /// Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default now.
    #[serde(rename = "asOf")]
    pub as_of: Option<String>,
}

/// The query of [`get_seat_usage`](Api::get_seat_usage).
#[derive(Clone, Debug, Default, Serialize)]
pub struct GetSeatUsageQuery {
    /// The first day, `2026-01-01`. By default twelve months or 30 days before `to`.
    pub from: Option<String>,
    /// The day after the last one. By default tomorrow.
    pub to: Option<String>,
    /// An IANA time zone, `Asia/Kolkata`: days and months begin at its midnight. By default `UTC`.
    pub timezone: Option<String>,
    /// `month` or `day`. By default `month`.
    pub granularity: Option<String>,
    /// Only this application.
    #[serde(rename = "applicationSlug")]
    pub application_slug: Option<String>,
    /// Only this organization.
    #[serde(rename = "organizationId")]
    pub organization_id: Option<String>,
    /// Only this currency, ISO 4217.
    pub currency: Option<String>,
    /// Answers as it was known then: an RFC 3339 time, or a date, which means its beginning. By default now.
    #[serde(rename = "asOf")]
    pub as_of: Option<String>,
    /// How many organizations a page has: 1 to 100. By default 50.
    pub limit: Option<i32>,
    /// The `nextCursor` of the page before.
    pub cursor: Option<String>,
}

/// Attempts in the period.
#[derive(Clone, Debug, Deserialize)]
pub struct Attempts {
    /// `failed`.
    pub failed: i64,
    /// The share that succeeded; null: there were none.
    pub rate: Option<f64>,
    /// `succeeded`.
    pub succeeded: i64,
    /// `total`.
    pub total: i64,
}

/// The customers that first paid in one month.
#[derive(Clone, Debug, Deserialize)]
pub struct Cohort {
    /// The first day of the month.
    pub cohort: String,
    /// How many there were at the end of that month.
    pub customers: i64,
    /// What they paid then.
    pub mrr: f64,
    /// `points`.
    pub points: Vec<CohortPoint>,
}

/// The customers of a cohort at the end of a month.
#[derive(Clone, Debug, Deserialize)]
pub struct CohortPoint {
    /// The first day of the month.
    pub at: String,
    /// The share of customers that still pay; null: there were none.
    #[serde(rename = "customerRetention")]
    pub customer_retention: Option<f64>,
    /// `customers`.
    pub customers: i64,
    /// How many months after the first.
    pub month: i64,
    /// `mrr`.
    pub mrr: f64,
    /// The share of what they paid in the first month; null: that was nothing.
    #[serde(rename = "revenueRetention")]
    pub revenue_retention: Option<f64>,
}

/// Why attempts failed.
#[derive(Clone, Debug, Deserialize)]
pub struct FailureReason {
    /// `count`.
    pub count: i64,
    /// In the gateway's words; `unknown`: it did not say.
    pub reason: String,
}

/// How well it did in a period.
#[derive(Clone, Debug, Deserialize)]
pub struct HealthPoint {
    /// The day on which it begins.
    pub at: String,
    /// `band`.
    pub band: String,
    /// `parts`.
    pub parts: Parts,
    /// `score`.
    pub score: Option<f64>,
}

/// How well an organization does.
#[derive(Clone, Debug, Deserialize)]
pub struct HealthResult {
    /// `healthy`, `at_risk`, `critical` or `unknown`.
    pub band: String,
    /// `organizationId`.
    #[serde(rename = "organizationId")]
    pub organization_id: String,
    /// `parts`.
    pub parts: Parts,
    /// `points`.
    pub points: Vec<HealthPoint>,
    /// Of the whole range: 0 to 100; null: no part is known.
    pub score: Option<f64>,
}

/// Invoices whose first attempt was in the period.
#[derive(Clone, Debug, Deserialize)]
pub struct Invoices {
    /// Those that were paid at the first attempt.
    #[serde(rename = "firstTry")]
    pub first_try: i64,
    /// `firstTryRate`.
    #[serde(rename = "firstTryRate")]
    pub first_try_rate: Option<f64>,
    /// `paid`.
    pub paid: i64,
    /// The share that was paid; null: there were none.
    pub rate: Option<f64>,
    /// Those that were paid at a later attempt.
    pub recovered: i64,
    /// Their share of those that were not paid at the first attempt; null: there were none.
    #[serde(rename = "recoveredRate")]
    pub recovered_rate: Option<f64>,
    /// `total`.
    pub total: i64,
}

/// Recurring revenue in a period: opening + new + expansion + reactivation - contraction - churn = closing.
#[derive(Clone, Debug, Deserialize)]
pub struct MrrPoint {
    /// The recurring amount of a year at the end.
    pub arr: f64,
    /// The day on which it begins.
    pub at: String,
    /// `churn`.
    pub churn: f64,
    /// `closing`.
    pub closing: f64,
    /// `contraction`.
    pub contraction: f64,
    /// The customers that pay, at the end.
    pub customers: i64,
    /// `expansion`.
    pub expansion: f64,
    /// `new`.
    pub new: f64,
    /// `opening`.
    pub opening: f64,
    /// `reactivation`.
    pub reactivation: f64,
    /// The seats that are paid for, at the end.
    pub seats: i64,
}

/// Recurring revenue in a currency.
#[derive(Clone, Debug, Deserialize)]
pub struct MrrResult {
    /// `currency`.
    pub currency: String,
    /// `points`.
    pub points: Vec<MrrPoint>,
}

/// A part of a score.
#[derive(Clone, Debug, Deserialize)]
pub struct Part {
    /// 0 to 100; null: not known.
    pub value: Option<f64>,
    /// `weight`.
    pub weight: i32,
}

/// The parts of a score.
#[derive(Clone, Debug, Deserialize)]
pub struct Parts {
    /// `engagement`.
    pub engagement: Part,
    /// `payments`.
    pub payments: Part,
    /// `utilization`.
    pub utilization: Part,
}

/// How attempts to collect went.
#[derive(Clone, Debug, Deserialize)]
pub struct PaymentSuccess {
    /// `byAttempt`.
    #[serde(rename = "byAttempt")]
    pub by_attempt: Attempts,
    /// `byInvoice`.
    #[serde(rename = "byInvoice")]
    pub by_invoice: Invoices,
    /// Why attempts failed, in the gateways' words, the most frequent first.
    #[serde(rename = "failureReasons")]
    pub failure_reasons: Vec<FailureReason>,
}

/// An answer.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportHealthResult {
    /// As known when; null: now.
    #[serde(rename = "asOf")]
    pub as_of: Option<String>,
    /// What the figures mean, by their names.
    pub definitions: BTreeMap<String, String>,
    /// The first day.
    pub from: String,
    /// `day` or `month`.
    pub granularity: String,
    /// Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
    /// `results`.
    pub results: Vec<HealthResult>,
    /// The time zone in which days and months begin.
    pub timezone: String,
    /// The day after the last one.
    pub to: String,
}

/// An answer.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportMrrResult {
    /// As known when; null: now.
    #[serde(rename = "asOf")]
    pub as_of: Option<String>,
    /// What the figures mean, by their names.
    pub definitions: BTreeMap<String, String>,
    /// The first day.
    pub from: String,
    /// `day` or `month`.
    pub granularity: String,
    /// Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
    /// `results`.
    pub results: Vec<MrrResult>,
    /// The time zone in which days and months begin.
    pub timezone: String,
    /// The day after the last one.
    pub to: String,
}

/// An answer.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportRevenueResult {
    /// As known when; null: now.
    #[serde(rename = "asOf")]
    pub as_of: Option<String>,
    /// What the figures mean, by their names.
    pub definitions: BTreeMap<String, String>,
    /// The first day.
    pub from: String,
    /// `day` or `month`.
    pub granularity: String,
    /// Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
    /// `results`.
    pub results: Vec<RevenueResult>,
    /// The time zone in which days and months begin.
    pub timezone: String,
    /// The day after the last one.
    pub to: String,
}

/// An answer.
#[derive(Clone, Debug, Deserialize)]
pub struct ReportSeatUsageResult {
    /// As known when; null: now.
    #[serde(rename = "asOf")]
    pub as_of: Option<String>,
    /// What the figures mean, by their names.
    pub definitions: BTreeMap<String, String>,
    /// The first day.
    pub from: String,
    /// `day` or `month`.
    pub granularity: String,
    /// Pass it as `cursor` to get the results that follow. Null: there are none, or the answer has no pages.
    #[serde(rename = "nextCursor")]
    pub next_cursor: Option<String>,
    /// `results`.
    pub results: Vec<SeatUsageResult>,
    /// The time zone in which days and months begin.
    pub timezone: String,
    /// The day after the last one.
    pub to: String,
}

/// Revenue in a period. Shares are fractions; null where they are shares of nothing.
#[derive(Clone, Debug, Deserialize)]
pub struct RevenuePoint {
    /// `arpa`.
    pub arpa: Option<f64>,
    /// The day on which it begins.
    pub at: String,
    /// `collected`.
    pub collected: f64,
    /// The customers that pay, at the end.
    pub customers: i64,
    /// `grossChurn`.
    #[serde(rename = "grossChurn")]
    pub gross_churn: Option<f64>,
    /// `grr`.
    pub grr: Option<f64>,
    /// `logoChurn`.
    #[serde(rename = "logoChurn")]
    pub logo_churn: Option<f64>,
    /// Monthly recurring revenue at the end.
    pub mrr: f64,
    /// `net`.
    pub net: f64,
    /// `netChurn`.
    #[serde(rename = "netChurn")]
    pub net_churn: Option<f64>,
    /// `nrr`.
    pub nrr: Option<f64>,
    /// `paymentSuccess`.
    #[serde(rename = "paymentSuccess")]
    pub payment_success: PaymentSuccess,
    /// `quickRatio`.
    #[serde(rename = "quickRatio")]
    pub quick_ratio: Option<f64>,
    /// `refunded`.
    pub refunded: f64,
    /// `revenuePerSeat`.
    #[serde(rename = "revenuePerSeat")]
    pub revenue_per_seat: Option<f64>,
}

/// Revenue in a currency.
#[derive(Clone, Debug, Deserialize)]
pub struct RevenueResult {
    /// What became of the customers that first paid in each month of the range.
    pub cohorts: Vec<Cohort>,
    /// `currency`.
    pub currency: String,
    /// `points`.
    pub points: Vec<RevenuePoint>,
}

/// The seats in a period. Shares are fractions; null where they are shares of nothing.
#[derive(Clone, Debug, Deserialize)]
pub struct SeatUsagePoint {
    /// The same of 28 days.
    pub active28: Option<i64>,
    /// The same of 30 days.
    pub active30: Option<i64>,
    /// The users that were active in the 7 days to the end; null: not known.
    pub active7: Option<i64>,
    /// `assigned`.
    pub assigned: i64,
    /// The day on which it begins.
    pub at: String,
    /// `peak`.
    pub peak: i64,
    /// `purchased`.
    pub purchased: i64,
    /// `timeWeightedUtilization`.
    #[serde(rename = "timeWeightedUtilization")]
    pub time_weighted_utilization: Option<f64>,
    /// `utilization`.
    pub utilization: Option<f64>,
}

/// The seats of an organization in an application.
#[derive(Clone, Debug, Deserialize)]
pub struct SeatUsageResult {
    /// `applicationSlug`.
    #[serde(rename = "applicationSlug")]
    pub application_slug: String,
    /// The currency in which the seats are paid.
    pub currency: String,
    /// `organizationId`.
    #[serde(rename = "organizationId")]
    pub organization_id: String,
    /// `points`.
    pub points: Vec<SeatUsagePoint>,
}
