//! How many contacts got how far.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use edge_access::MessagesRead;
use edge_capabilities::database::DatabaseError;
use edge_http::{Json, Problem};
use edge_tenants::{Scoped, TenantHeader};
use serde::Serialize;
use utoipa::ToSchema;

use crate::enrolment::{EnrolmentStatus, Enrolments, SendState};
use crate::router::AppState;

/// A step of the funnel.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = CampaignStepStats)]
pub(crate) struct StepStats {
    step_id: String,
    step_number: i64,
    /// How many contacts came to it.
    reached: i64,
    /// How many of its messages wait in the outbox.
    queued: i64,
    sent: i64,
    failed: i64,
    skipped: i64,
    /// How many of its messages were replied to.
    replied: i64,
    /// How many of its messages had a link that was followed.
    clicked: i64,
}

/// The funnel of a campaign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignStats)]
pub(crate) struct StatsResponse {
    campaign_id: String,
    /// How many contacts were enrolled, each as often as it was.
    enrolled: i64,
    active: i64,
    completed: i64,
    stopped: i64,
    unsubscribed: i64,
    messages_sent: i64,
    replies: i64,
    clicks: i64,
    /// By number.
    steps: Vec<StepStats>,
}

/// Get a campaign's statistics
///
/// How many contacts are where, and what became of each step.
#[utoipa::path(
    get, path = "/api/v1/campaigns/{campaign_id}/stats", operation_id = "get_campaign_stats", tag = "Campaigns",
    security(("key" = ["messages:read"])),
    params(("campaign_id" = String, Path, description = "The campaign's id."), TenantHeader),
    responses(
        (status = 200, description = "The funnel.", body = StatsResponse),
        (status = 404, description = "`CAMPAIGN_NOT_FOUND`: the campaign does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_stats(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    Path(id): Path<String>,
) -> Result<Json<StatsResponse>, Problem> {
    let campaign = state.find_campaign(&tenant.id, &id).await?;
    let by_status = state.enrolments.count_by_status(&campaign.id).await?;
    let of = |status: EnrolmentStatus| by_status.get(status.as_str()).copied().unwrap_or_default();
    let mut counted = state.enrolments.count_steps(&campaign.id).await?;
    let known = campaign.steps.iter().map(|step| {
        let counted = counted.remove(&step.id).unwrap_or_default();
        StepStats { step_id: step.id.clone(), step_number: step.step_number, ..counted }
    });
    let mut steps: Vec<StepStats> = known.collect();
    // Steps of earlier versions.
    steps.extend(counted.into_values());
    steps.sort_by_key(|step| step.step_number);
    let sum = |count: fn(&StepStats) -> i64| steps.iter().map(count).sum();
    Ok(Json(StatsResponse {
        campaign_id: campaign.id,
        enrolled: by_status.values().sum(),
        active: of(EnrolmentStatus::Active),
        completed: of(EnrolmentStatus::Completed),
        stopped: of(EnrolmentStatus::Stopped),
        unsubscribed: of(EnrolmentStatus::Unsubscribed),
        messages_sent: sum(|step| step.sent),
        replies: sum(|step| step.replied),
        clicks: sum(|step| step.clicked),
        steps,
    }))
}

impl Enrolments {
    /// How many enrolments of a campaign there are, by status.
    async fn count_by_status(&self, campaign: &str) -> Result<BTreeMap<String, i64>, DatabaseError> {
        let statement = "SELECT status, COUNT(*) FROM campaign_enrolments WHERE campaign_id = $1 GROUP BY status";
        let rows = self.db().query(statement, &[campaign.into()]).await?;
        rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?))).collect()
    }

    /// What became of the steps of a campaign, by their ids.
    async fn count_steps(&self, campaign: &str) -> Result<BTreeMap<String, StepStats>, DatabaseError> {
        let statement = "SELECT step_id, MAX(step_number), state, COUNT(*), COUNT(replied_at), COUNT(clicked_at)
            FROM campaign_sends WHERE campaign_id = $1 GROUP BY step_id, state";
        let mut steps: BTreeMap<String, StepStats> = BTreeMap::new();
        for row in self.db().query(statement, &[campaign.into()]).await? {
            let id = row.text(0)?.to_owned();
            let step = steps.entry(id.clone()).or_default();
            (step.step_id, step.step_number) = (id, row.integer(1)?);
            let count = row.integer(3)?;
            match SendState::parse(row.text(2)?) {
                Some(SendState::Queued) => step.queued = count,
                Some(SendState::Sent) => step.sent = count,
                Some(SendState::Failed) => step.failed = count,
                Some(SendState::Skipped) => step.skipped = count,
                None => {}
            }
            step.reached = step.reached.saturating_add(count);
            step.replied = step.replied.saturating_add(row.integer(4)?);
            step.clicked = step.clicked.saturating_add(row.integer(5)?);
        }
        Ok(steps)
    }
}
