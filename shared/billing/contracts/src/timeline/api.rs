//! The timeline of a contract over HTTP.

use axum::extract::{Path, State};
use edge_access::EnterpriseRead;
use edge_http::{Json, Problem};
use edge_money::{Currency, DecimalAmount};
use edge_tenants::{Scoped, TenantHeader};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Event, EventKind};
use crate::contract::amount;
use crate::contract::api::check_id;
use crate::router::AppState;

/// What happened to a contract.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractTimeline)]
pub(crate) struct TimelineResponse {
    /// The events, oldest first.
    data: Vec<EventResponse>,
}

/// An event in the life of a contract.
#[derive(Serialize, ToSchema)]
#[schema(as = ContractEvent)]
struct EventResponse {
    /// Its number, from 1.
    number: u32,
    event: EventKind,
    /// From which day it counts.
    #[schema(value_type = String, format = Date)]
    date: String,
    /// When it happened.
    at: String,
    /// Who did it; `edge`: it happened by itself.
    actor: String,
    /// The number of the term that it is about.
    term: Option<u32>,
    /// The number of the amendment that it is about.
    amendment: Option<u32>,
    /// The fee, credit or charge.
    #[schema(value_type = Option<f64>)]
    amount: Option<DecimalAmount>,
    /// More about it.
    detail: Option<String>,
}

impl EventResponse {
    fn new(event: &Event, currency: Currency) -> Self {
        Self {
            number: event.number,
            event: event.kind,
            date: event.date.to_string(),
            at: event.at.to_rfc3339_millis(),
            actor: event.actor.clone(),
            term: event.term,
            amendment: event.amendment,
            amount: event.amount.map(|minor| amount(minor, currency)),
            detail: event.detail.clone(),
        }
    }
}

/// Get the timeline of a contract
#[utoipa::path(
    get, path = "/api/v1/enterprise-billing/contracts/{contract_id}/timeline", tag = "Contracts",
    operation_id = "get_contract_timeline", security(("key" = ["enterprise:read"])),
    params(
        ("contract_id" = String, Path, description = "The contract's id."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "What happened to it, oldest first.", body = TimelineResponse),
        (status = 404, description = "`CONTRACT_NOT_FOUND`: the contract does not exist or belongs to another tenant."),
    ),
)]
pub(crate) async fn get_timeline(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<EnterpriseRead>,
    Path(id): Path<String>,
) -> Result<Json<TimelineResponse>, Problem> {
    check_id(&id)?;
    let contract = state.service.shown(&tenant, &id).await?;
    let data = contract.events.iter().map(|event| EventResponse::new(event, contract.currency)).collect();
    Ok(Json(TimelineResponse { data }))
}
