//! What a report asks for, as it is written.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::saved::ReportSchedule;

/// What a report asks for. The names of members are those of `GET /reports/custom/members`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = CustomReport)]
pub(crate) struct ReportRequest {
    /// The name, 1 to 200 bytes, under which the report is saved. Absent: it is run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// When a saved report is sent, and to whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) schedule: Option<ReportSchedule>,
    /// What is added up: up to 20 measures, all of one source.
    #[serde(default)]
    #[schema(example = json!(["charges.amount", "charges.count"]))]
    pub(crate) measures: Vec<String>,
    /// What is grouped by: up to 12 dimensions of the measures' source and of those that it joins. With an amount, its
    /// currency is one of them, also where it is not named.
    #[serde(default)]
    #[schema(example = json!(["entities.name"]))]
    pub(crate) dimensions: Vec<String>,
    /// The range of time, and the periods that it is cut into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<ReportTime>,
    /// What all records and rows of the report fulfil: up to 20 conditions.
    #[serde(default)]
    pub(crate) filters: Vec<ReportFilter>,
    /// The order of the rows; by default that of the columns.
    #[serde(default)]
    pub(crate) order: Vec<ReportOrder>,
    /// The most rows: 1 to 100,000, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100_000)]
    pub(crate) limit: Option<u32>,
    /// The IANA time zone whose days count; by default the tenant's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timezone: Option<String>,
}

/// A range of time: `from` and `to`, or `range`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReportTime {
    /// A dimension of the type `date` or `time`.
    #[schema(example = "charges.date")]
    pub(crate) dimension: String,
    /// `day`, `week` (from Monday on), `month`, `quarter` or `year`. Absent: the range is not cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "month")]
    pub(crate) granularity: Option<String>,
    /// The first day: `2026-01-01`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-01")]
    pub(crate) from: Option<String>,
    /// The day after the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-01-01")]
    pub(crate) to: Option<String>,
    /// In place of `from` and `to`, days that move with the day of the run: `last_` or `this_` with `day`, `week`, `month`,
    /// `quarter` or `year`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) range: Option<String>,
}

/// A condition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReportFilter {
    /// A dimension, or a measure of the report.
    pub(crate) member: String,
    /// One of the member's operators.
    pub(crate) operator: String,
    /// What it is compared with: texts, numbers, booleans; dates and times as texts. `equals` and `not_equals` take up to
    /// 100, of which one is enough; `set` and `not_set` none; the others one.
    #[serde(default)]
    #[schema(value_type = Vec<serde_json::Value>)]
    pub(crate) values: Vec<Value>,
}

/// A column that rows are ordered by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ReportOrder {
    /// A measure or dimension of the report; the dimension of `time` stands for its period.
    pub(crate) member: String,
    /// `asc` or `desc`; by default `asc`. Rows without a value are last either way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) direction: Option<String>,
}
