//! The bodies of requests about subscriptions.

use edge_capabilities::Timestamp;
use edge_http::{FieldError, Problem};
use edge_seats::SubscriptionStatus;
use serde::Deserialize;
use utoipa::ToSchema;

use super::terms::{GatewayName, Imported};
use crate::gateway::Effective;

/// The most seats of a subscription.
const MAX_SEATS: i64 = 1_000_000;

/// A new subscription.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CreateSubscriptionRequest {
    /// The organization. Required with a platform key; else it is the caller's own.
    #[serde(default)]
    pub(crate) organization_id: Option<String>,
    /// The application's slug.
    #[schema(example = "openmic")]
    pub(crate) application_slug: String,
    /// The plan's id within the application.
    pub(crate) plan_id: String,
    /// The number of seats, within what the plan allows.
    #[schema(minimum = 1)]
    seats: i64,
    /// The organization's id in the application. Requires a platform key.
    #[serde(default)]
    pub(crate) external_org_id: Option<String>,
    /// `stripe`, `bheempay` or `manual`. `manual` requires a platform key: nobody pays.
    #[schema(value_type = GatewayName)]
    gateway: String,
    /// Whether it begins with the plan's trial. An organization has one trial of an application.
    #[serde(default)]
    trial: Option<bool>,
    /// What another system says of the subscription, which is taken over from there. Requires a platform key and `manual`.
    #[serde(default)]
    imported: Option<ImportedRequest>,
    /// Where the buyer goes after paying.
    #[serde(default)]
    pub(crate) success_url: Option<String>,
    /// Where the buyer goes without paying.
    #[serde(default)]
    pub(crate) cancel_url: Option<String>,
    /// The id of the approval request by which this purchase was approved.
    #[serde(default)]
    pub(crate) approval_request_id: Option<String>,
}

/// A subscription as another system has it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImportedRequest {
    /// Its state there: `ACTIVE`, `TRIALING`, `PAST_DUE`, or `CANCELLED` for one that ends with its period.
    #[schema(value_type = edge_seats::SubscriptionStatus)]
    status: String,
    /// When its period ends, RFC 3339; null: it has no end. Required unless it is `ACTIVE`.
    #[serde(default)]
    current_period_end: Option<String>,
}

impl ImportedRequest {
    fn read(&self, errors: &mut Vec<FieldError>) -> Option<Imported> {
        let status = SubscriptionStatus::parse(&self.status);
        if status.is_none() {
            errors.push(FieldError::new("imported.status", "must be ACTIVE, TRIALING, PAST_DUE or CANCELLED"));
        }
        let period_end = self.current_period_end.as_deref().map(Timestamp::parse);
        if period_end == Some(None) {
            errors.push(FieldError::new("imported.currentPeriodEnd", "must be an RFC 3339 date and time"));
        }
        Some(Imported { status: status?, period_end: period_end.flatten() })
    }
}

/// The terms that a new subscription asks for.
pub(crate) struct WantedTerms {
    pub(crate) seats: i64,
    pub(crate) gateway: GatewayName,
    pub(crate) has_trial: bool,
    pub(crate) imported: Option<Imported>,
}

impl CreateSubscriptionRequest {
    pub(crate) fn read(&self) -> Result<WantedTerms, Problem> {
        let mut errors = Vec::new();
        check_seats(self.seats, &mut errors);
        for (field, url) in [("successUrl", &self.success_url), ("cancelUrl", &self.cancel_url)] {
            let is_web = |url: &String| {
                let is_http = url.starts_with("https://") || url.starts_with("http://");
                is_http && url.len() <= 2048 && !url.chars().any(|char| char.is_control() || char.is_whitespace())
            };
            if url.as_ref().is_some_and(|url| !is_web(url)) {
                errors.push(FieldError::new(field, "must be an http or https URL"));
            }
        }
        let gateway = GatewayName::parse(&self.gateway);
        if gateway.is_none() {
            errors.push(FieldError::new("gateway", "must be stripe, bheempay or manual"));
        }
        let has_trial = self.trial == Some(true);
        let imported = self.imported.as_ref().and_then(|imported| imported.read(&mut errors));
        if self.imported.is_some() && (gateway != Some(GatewayName::Manual) || has_trial) {
            errors.push(FieldError::new("imported", "takes the gateway manual, and no trial"));
        }
        match gateway.filter(|_| errors.is_empty()) {
            Some(gateway) => Ok(WantedTerms { seats: self.seats, gateway, has_trial, imported }),
            None => Err(Problem::fields(errors)),
        }
    }
}

fn check_seats(seats: i64, errors: &mut Vec<FieldError>) {
    if !(1..=MAX_SEATS).contains(&seats) {
        errors.push(FieldError::new("seats", format!("must be a whole number from 1 to {MAX_SEATS}")));
    }
}

/// A change of a subscription. Fields that are absent stay as they are.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateSubscriptionRequest {
    /// The number of seats. More count at once; fewer by default with the next period.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub(crate) seats: Option<i64>,
    /// The plan's id within the application.
    #[serde(default)]
    pub(crate) plan_id: Option<String>,
    /// Whether the subscription ends with its period.
    #[serde(default)]
    pub(crate) cancel_at_period_end: Option<bool>,
    /// When seats or plan change: `now` or `period_end`. By default more seats and dearer plans now, the others with the
    /// next period.
    #[serde(default)]
    effective: Option<String>,
    /// The id of the approval request by which this change was approved.
    #[serde(default)]
    pub(crate) approval_request_id: Option<String>,
}

impl UpdateSubscriptionRequest {
    pub(crate) fn effective(&self) -> Result<Option<Effective>, Problem> {
        let mut errors = Vec::new();
        if let Some(seats) = self.seats {
            check_seats(seats, &mut errors);
        }
        let effective = match self.effective.as_deref() {
            None => None,
            Some("now") => Some(Effective::Now),
            Some("period_end") => Some(Effective::PeriodEnd),
            Some(_) => {
                errors.push(FieldError::new("effective", "must be now or period_end"));
                None
            }
        };
        if errors.is_empty() { Ok(effective) } else { Err(Problem::fields(errors)) }
    }
}

/// How a subscription ends.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CancelSubscriptionRequest {
    /// Whether it ends now; by default it ends with its period.
    #[serde(default)]
    pub(crate) immediate: Option<bool>,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub(crate) reason: Option<String>,
}

impl CancelSubscriptionRequest {
    pub(crate) fn check(&self) -> Result<(), Problem> {
        match &self.reason {
            Some(reason) if reason.chars().count() > 500 || reason.contains('\0') => {
                Err(Problem::field("reason", "must be at most 500 characters"))
            }
            _ => Ok(()),
        }
    }
}
