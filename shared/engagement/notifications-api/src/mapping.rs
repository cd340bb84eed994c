//! What a tenant sends in place of the edge's own templates.

use axum::extract::{Path, State};
use edge_access::{MessagesRead, MessagesWrite};
use edge_http::{Code, FieldError, InvalidText, Json, Problem, Text};
use edge_notifications::{Channel, EventType, Mapping, VariablePaths, Variables};
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::AppState;

/// The longest template or text, bytes.
const MAX_TEMPLATE_LEN: usize = 1024;

/// The largest defaults of a mapping, bytes of JSON.
const MAX_DEFAULTS_BYTES: usize = 16 << 10;

/// The most variables of a mapping.
const MAX_VARIABLES: usize = 100;

/// A mapping of a type of events to a template.
#[derive(Deserialize, ToSchema)]
#[schema(as = PutNotificationMapping)]
pub(crate) struct PutMappingRequest {
    /// The template's name at Notify; for `SMS` and `PUSH` the text, with `{{variables}}`. The default is the edge's own.
    #[serde(default, alias = "template")]
    template_name: Option<String>,
    /// The path in the event of each variable's value: `data.document_name`, `recipient.name`. By default, and where it is
    /// empty, the variables are the event's data.
    #[serde(default)]
    #[schema(value_type = Object)]
    variable_mapping: Map<String, Value>,
    /// The values of variables that the event has no value for.
    #[serde(default, alias = "defaults")]
    #[schema(value_type = Object)]
    default_variables: Map<String, Value>,
    #[serde(default)]
    description: Option<String>,
    /// Whether anything is sent. The default is true.
    #[serde(default, alias = "enabled")]
    is_enabled: Option<bool>,
}

/// A mapping of a type of events to a template.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationMapping)]
pub(crate) struct MappingResponse {
    event_type: String,
    #[schema(value_type = String)]
    channel: Channel,
    /// Null: the edge's own.
    template_name: Option<String>,
    #[schema(value_type = Object)]
    variable_mapping: VariablePaths,
    #[schema(value_type = Object)]
    default_variables: Variables,
    description: Option<String>,
    is_enabled: bool,
    updated_at: String,
}

impl From<Mapping> for MappingResponse {
    fn from(mapping: Mapping) -> Self {
        Self {
            updated_at: mapping.updated_at.to_rfc3339_millis(),
            event_type: mapping.event_type,
            channel: mapping.channel,
            template_name: mapping.template_name,
            variable_mapping: mapping.variable_mapping,
            default_variables: mapping.default_variables,
            description: mapping.description,
            is_enabled: mapping.is_enabled,
        }
    }
}

/// All mappings of a tenant.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NotificationMappings)]
pub(crate) struct MappingsResponse {
    data: Vec<MappingResponse>,
    /// Always null: there are as many as there are types and channels, at most.
    next_cursor: Option<String>,
}

/// The type and the channel of a path. A mapping may add a channel over which the type is not sent otherwise only where
/// the type has it: what is not sent has no template.
fn addressed(event_type: &str, channel: &str) -> Result<(&'static EventType, Channel), Problem> {
    let unknown =
        || Problem::new(Code::NotFound, "There is no such type of events, or it is not sent over this channel.");
    let known = EventType::parse(event_type).ok_or_else(unknown)?;
    let channel = Channel::parse(channel).filter(|channel| known.channels().contains(channel));
    Ok((known, channel.ok_or_else(unknown)?))
}

impl PutMappingRequest {
    fn read(self, errors: &mut Vec<FieldError>) -> (Option<String>, VariablePaths, Variables) {
        for (field, text) in [("template_name", &self.template_name), ("description", &self.description)] {
            if text.as_deref().is_some_and(|text| !Text::<MAX_TEMPLATE_LEN>::accepts(text)) {
                errors.push(FieldError::new(field, InvalidText::<MAX_TEMPLATE_LEN>.to_string()));
            }
        }
        let count = self.variable_mapping.len().saturating_add(self.default_variables.len());
        if count > MAX_VARIABLES {
            errors.push(FieldError::new("variable_mapping", format!("must have at most {MAX_VARIABLES} variables")));
        }
        if serde_json::to_vec(&self.default_variables).map_or(true, |values| values.len() > MAX_DEFAULTS_BYTES) {
            let limit = format!("must be at most {} KiB", MAX_DEFAULTS_BYTES >> 10);
            errors.push(FieldError::new("default_variables", limit));
        }
        let mut paths = VariablePaths::default();
        for (name, path) in self.variable_mapping {
            match path.as_str().filter(|path| Text::<MAX_TEMPLATE_LEN>::accepts(path)) {
                Some(path) => {
                    paths.0.insert(name, path.to_owned());
                }
                None => errors.push(FieldError::new(format!("variable_mapping.{name}"), "must be a path in the event")),
            }
        }
        (self.template_name, paths, Variables(self.default_variables))
    }
}

/// List mappings
#[utoipa::path(
    get, path = "/api/v1/notifications/mappings", operation_id = "list_mappings", tag = "Notifications",
    security(("key" = ["messages:read"])), params(TenantHeader),
    responses((status = 200, description = "The tenant's mappings.", body = MappingsResponse)),
)]
pub(crate) async fn list_mappings(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
) -> Result<Json<MappingsResponse>, Problem> {
    let data = state.mappings.all(&tenant.id).await?.into_iter().map(MappingResponse::from).collect();
    Ok(Json(MappingsResponse { data, next_cursor: None }))
}

/// Set a mapping
///
/// Replaces the template, the variables and their defaults that the tenant sends for a type of events over a channel.
#[utoipa::path(
    put, path = "/api/v1/notifications/mappings/{event_type}/{channel}", operation_id = "put_mapping",
    tag = "Notifications", security(("key" = ["messages:write"])),
    params(
        ("event_type" = String, Path, description = "The type of events."),
        ("channel" = String, Path, description = "`EMAIL`, `SMS`, `WHATSAPP` or `PUSH`."),
        TenantHeader,
    ),
    request_body = PutMappingRequest,
    responses(
        (status = 200, description = "The mapping.", body = MappingResponse),
        (status = 404, description = "`NOT_FOUND`: there is no such type, or it is not sent over this channel."),
    ),
)]
pub(crate) async fn put_mapping(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesWrite>,
    Path((event_type, channel)): Path<(String, String)>,
    Json(request): Json<PutMappingRequest>,
) -> Result<Json<MappingResponse>, Problem> {
    let (known, channel) = addressed(&event_type, &channel)?;
    let (is_enabled, description) = (request.is_enabled.unwrap_or(true), request.description.clone());
    let mut errors = Vec::new();
    let (template_name, variable_mapping, default_variables) = request.read(&mut errors);
    if !errors.is_empty() {
        return Err(Problem::fields(errors));
    }
    let mapping = Mapping {
        tenant_id: tenant.id,
        event_type: known.name.to_owned(),
        channel,
        template_name,
        variable_mapping,
        default_variables,
        description,
        is_enabled,
        updated_at: state.now(),
    };
    state.mappings.put(&mapping).await?;
    Ok(Json(mapping.into()))
}

/// Get a mapping
#[utoipa::path(
    get, path = "/api/v1/notifications/mappings/{event_type}/{channel}", operation_id = "get_mapping",
    tag = "Notifications", security(("key" = ["messages:read"])),
    params(
        ("event_type" = String, Path, description = "The type of events."),
        ("channel" = String, Path, description = "`EMAIL`, `SMS`, `WHATSAPP` or `PUSH`."),
        TenantHeader,
    ),
    responses(
        (status = 200, description = "The mapping.", body = MappingResponse),
        (status = 404, description = "`NOT_FOUND`: the tenant has no mapping for this type and channel."),
    ),
)]
pub(crate) async fn get_mapping(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    Path((event_type, channel)): Path<(String, String)>,
) -> Result<Json<MappingResponse>, Problem> {
    let (known, channel) = addressed(&event_type, &channel)?;
    let found = state.mappings.find(&tenant.id, known.name, channel).await?;
    let missing = || Problem::new(Code::NotFound, "The tenant has no mapping for this type and channel.");
    found.map(|mapping| Json(mapping.into())).ok_or_else(missing)
}

/// Remove a mapping
///
/// The edge's own template is sent again.
#[utoipa::path(
    delete, path = "/api/v1/notifications/mappings/{event_type}/{channel}", operation_id = "delete_mapping",
    tag = "Notifications", security(("key" = ["messages:write"])),
    params(
        ("event_type" = String, Path, description = "The type of events."),
        ("channel" = String, Path, description = "`EMAIL`, `SMS`, `WHATSAPP` or `PUSH`."),
        TenantHeader,
    ),
    responses(
        (status = 204, description = "The mapping is removed."),
        (status = 404, description = "`NOT_FOUND`: the tenant has no mapping for this type and channel."),
    ),
)]
pub(crate) async fn delete_mapping(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesWrite>,
    Path((event_type, channel)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (known, channel) = addressed(&event_type, &channel)?;
    match state.mappings.remove(&tenant.id, known.name, channel).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(Problem::new(Code::NotFound, "The tenant has no mapping for this type and channel.")),
    }
}
