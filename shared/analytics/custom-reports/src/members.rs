//! The allow-list over HTTP.

use edge_access::{Granted, ReportsRead};
use edge_database::MeasureKind;
use edge_http::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::catalogue::{Member, Operator, relations};
use crate::period::Granularity;

/// What reports may be made of.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportMembers {
    /// What is counted and added up.
    sources: Vec<ReportSource>,
}

/// A kind of records.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportSource {
    /// Its name, which the names of its members begin with.
    name: &'static str,
    /// What its records are.
    description: &'static str,
    /// What is added up. All measures of a report are of one source.
    measures: Vec<ReportMember>,
    /// What is grouped and filtered by.
    dimensions: Vec<ReportMember>,
    /// The sources whose dimensions a report of this one may use too.
    joins: Vec<&'static str>,
}

/// A measure or a dimension.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReportMember {
    /// Its name: `invoices.total`.
    name: String,
    /// `text`, `currency`, `date`, `time`, `number` or `boolean`; `amount`: a decimal number in a currency.
    #[serde(rename = "type")]
    kind: &'static str,
    /// What it means.
    description: &'static str,
    /// How a filter may compare it.
    operators: Vec<&'static str>,
    /// The lengths of the periods that `time` may cut it into; empty: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    granularities: Vec<&'static str>,
    /// Of amounts: the dimension that holds the currency. A report with the amount has it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
    /// Of dimensions: whether a record may have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_optional: Option<bool>,
}

impl ReportMember {
    fn new(member: Member) -> Self {
        let name = match member {
            Member::Dimension(_, dimension) => dimension.name,
            Member::Measure(_, measure) => measure.name,
        };
        let currency = match member {
            Member::Measure(_, measure) => match measure.kind {
                MeasureKind::Amount { currency, .. } => Some(currency),
                _ => None,
            },
            Member::Dimension(..) => None,
        };
        let is_cut = matches!(member.kind(), "date" | "time");
        Self {
            name: format!("{}.{name}", member.relation().name),
            kind: member.kind(),
            description: member.description(),
            operators: member.operators().into_iter().map(Operator::as_str).collect(),
            granularities: if is_cut { Granularity::ALL.map(Granularity::as_str).to_vec() } else { Vec::new() },
            currency,
            is_optional: match member {
                Member::Dimension(_, dimension) => Some(dimension.is_optional),
                Member::Measure(..) => None,
            },
        }
    }
}

/// List what custom reports may be made of
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/reports/custom/members", tag = "Reports",
    security(("key" = ["reports:read"])),
    responses((status = 200, description = "The measures and dimensions, by source.", body = ReportMembers)),
)]
pub(crate) async fn list_report_members(_: Granted<ReportsRead>) -> Json<ReportMembers> {
    let sources = relations().map(|relation| ReportSource {
        name: relation.name,
        description: relation.description,
        measures: relation.measures.iter().map(|it| ReportMember::new(Member::Measure(relation, it))).collect(),
        dimensions: relation.dimensions.iter().map(|it| ReportMember::new(Member::Dimension(relation, it))).collect(),
        joins: crate::plan::reachable(relation),
    });
    Json(ReportMembers { sources: sources.collect() })
}
