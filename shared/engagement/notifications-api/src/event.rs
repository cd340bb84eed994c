//! Types of events, and raising events.

use axum::extract::State;
use axum::response::Response;
use edge_access::{Granted, MessagesRead, MessagesWrite};
use edge_capabilities::{Timestamp, random};
use edge_http::{FieldErrors, Json, Problem};
use edge_idempotency::Idempotent;
use edge_json::AtMost;
use edge_notifications::event_types::{ALL, OF_WORKSPACE};
use edge_notifications::{Category, Channel, EventType, NewEvent, Recipient, phone_number};
use edge_tenants::{Scoped, TenantHeader};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::AppState;
use crate::message::MessageResponse;

/// The longest address, name or id, bytes.
pub(crate) const MAX_TEXT_LEN: usize = 256;

/// The largest data of one event, bytes of JSON: each message has them.
const MAX_DATA_BYTES: usize = 64 << 10;

/// The most recipients of one event.
const MAX_RECIPIENTS: usize = 500;

/// A type of events.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationEventType)]
pub(crate) struct EventTypeResponse {
    #[schema(example = "WORKSPACE_MEETING_INVITE")]
    event_type: &'static str,
    description: &'static str,
    /// The group by which people choose what they are told.
    #[schema(value_type = String, example = "meeting")]
    category: Category,
    /// The channels over which it is sent: `EMAIL`, `SMS`, `WHATSAPP`, `PUSH`.
    #[schema(value_type = Vec<String>)]
    channels: Vec<Channel>,
    /// The template as the workspace lists it.
    template: &'static str,
    /// What is sent over each channel: the template's name at Notify, or the text.
    #[schema(value_type = Object)]
    template_names: Map<String, Value>,
    /// The variables without which an e-mail is not sent.
    required_variables: &'static [&'static str],
    /// Whether it is sent whatever the person prefers.
    is_critical: bool,
}

impl From<&'static EventType> for EventTypeResponse {
    fn from(known: &'static EventType) -> Self {
        let channels = known.channels();
        let name = |channel: &Channel| {
            let template = known.template_of(*channel).unwrap_or_default();
            (channel.as_str().to_owned(), Value::from(template))
        };
        Self {
            event_type: known.name,
            description: known.description,
            category: known.category,
            template: known.template,
            template_names: channels.iter().map(name).collect(),
            channels,
            required_variables: known.required,
            is_critical: known.is_critical,
        }
    }
}

/// All types of events.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationEventTypes)]
pub(crate) struct EventTypesResponse {
    /// The types of the workspace.
    data: Vec<EventTypeResponse>,
    /// The types that only the edge raises, from what it sees itself.
    edge: Vec<EventTypeResponse>,
}

/// List types of events
///
/// Each type has a category, channels, a template, and the variables that its template needs.
#[utoipa::path(
    get, path = "/api/v1/notifications/event-types", operation_id = "list_event_types", tag = "Notifications",
    security(("key" = ["messages:read"])),
    responses((status = 200, description = "The types of events.", body = EventTypesResponse)),
)]
pub(crate) async fn list_event_types(_: Granted<MessagesRead>) -> Json<EventTypesResponse> {
    let all = |known: &[&'static EventType]| known.iter().copied().map(EventTypeResponse::from).collect();
    let (workspace, edge) = ALL.split_at_checked(OF_WORKSPACE).unwrap_or_default();
    Json(EventTypesResponse { data: all(workspace), edge: all(edge) })
}

/// An event to tell people of.
#[derive(Deserialize, ToSchema)]
pub(crate) struct RaiseEventRequest {
    #[schema(example = "WORKSPACE_MEETING_INVITE")]
    event_type: String,
    /// The people to tell, 1 to 500.
    #[schema(value_type = Vec<RecipientRequest>)]
    recipients: AtMost<RecipientRequest, MAX_RECIPIENTS>,
    /// The values of the template's variables.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    /// When to send (RFC 3339). The default is now.
    #[serde(default)]
    send_at: Option<String>,
    /// After when it is not sent any more (RFC 3339). The default is never.
    #[serde(default)]
    expires_at: Option<String>,
}

/// A person to tell, by a user's id, an e-mail address, a phone number, or several of them.
#[derive(Deserialize, ToSchema)]
#[schema(as = NotificationRecipient)]
pub(crate) struct RecipientRequest {
    /// The id of a user of the tenant. Where the e-mail address or the name is not given, it is what the tenant knows of
    /// the user; the user's preferences hold, and the event is in the user's feed.
    #[serde(default)]
    user_id: Option<String>,
    #[serde(default)]
    email: Option<String>,
    /// `+` and 7 to 15 digits; spaces, dashes, dots and brackets are left out.
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    locale: Option<String>,
}

impl RecipientRequest {
    fn read(self, place: usize, errors: &mut FieldErrors) -> Recipient {
        let field = |name: &str| format!("recipients[{place}].{name}");
        for (name, text) in
            [("user_id", &self.user_id), ("email", &self.email), ("name", &self.name), ("locale", &self.locale)]
        {
            errors.check_text::<MAX_TEXT_LEN>(field(name), text.as_deref());
        }
        errors.check_email(field("email"), self.email.as_deref());
        let phone = self.phone.as_deref().map(phone_number);
        if phone == Some(None) {
            errors.add(field("phone"), "must be + and 7 to 15 digits");
        }
        if self.user_id.is_none() && self.email.is_none() && self.phone.is_none() {
            errors.add(field("email"), "is required, or user_id, or phone");
        }
        Recipient {
            user_id: self.user_id,
            email: self.email,
            phone: phone.flatten(),
            name: self.name,
            locale: self.locale,
        }
    }
}

impl RaiseEventRequest {
    fn read(self, tenant: &str, id: String) -> Result<NewEvent, Problem> {
        let mut errors = FieldErrors::default();
        // What only the edge raises says of itself that it happened.
        let known = ALL.iter().take(OF_WORKSPACE).find(|known| known.name == self.event_type);
        let Some(event_type) = known else {
            return Err(Problem::field("event_type", "must be one of those that GET …/event-types lists in data"));
        };
        if self.recipients.is_empty() {
            errors.add("recipients", "must have 1 to 500 entries");
        }
        if serde_json::to_vec(&self.data).map_or(true, |data| data.len() > MAX_DATA_BYTES) {
            errors.add("data", format!("must be at most {} KiB", MAX_DATA_BYTES >> 10));
        }
        let mut instant = |field: &str, written: Option<String>| {
            let instant = written.as_deref().map(Timestamp::parse);
            if instant == Some(None) {
                errors.add(field, "must be an instant (RFC 3339)");
            }
            instant.flatten()
        };
        let (send_at, expires_at) = (instant("send_at", self.send_at), instant("expires_at", self.expires_at));
        let recipients = self.recipients.into_vec().into_iter().enumerate();
        let recipients = recipients.map(|(place, recipient)| recipient.read(place, &mut errors)).collect();
        errors.finish().map_err(Problem::fields)?;
        Ok(NewEvent { recipients, data: self.data, send_at, expires_at, ..NewEvent::new(event_type, tenant, id) })
    }
}

/// An event, and the messages about it.
#[derive(Serialize, ToSchema)]
#[schema(as = RaisedEvent)]
pub(crate) struct RaisedEventResponse {
    event_id: String,
    /// One message per recipient and channel.
    messages: Vec<MessageResponse>,
}

/// Raise an event
///
/// Queues one message per recipient and channel of the event's type. Whether and when each is sent is decided when it is
/// sent: by the person's preferences and quiet hours, the tenant's mappings and `expires_at`. A message without a value for
/// a variable that its template needs fails, and names the variable.
#[utoipa::path(
    post, path = "/api/v1/notifications/events", operation_id = "raise_event", tag = "Notifications",
    security(("key" = ["messages:write"])),
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "A key of 1 to 255 visible ASCII characters."),
        TenantHeader,
    ),
    request_body = RaiseEventRequest,
    responses((status = 202, description = "The messages are queued.", body = RaisedEventResponse)),
)]
pub(crate) async fn raise_event(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<MessagesWrite>,
    request: Idempotent<RaiseEventRequest>,
) -> Result<Response, Problem> {
    let scope = caller.idempotency_scope_in(&tenant.id);
    state
        .idempotency
        .once(&scope, request, async |new| {
            let id = format!("evt_{}", random::hex::<12>(&*state.capabilities.random));
            let event = new.read(&tenant.id, id)?;
            state.notifications.raise(&event, state.now()).await?;
            let messages = state.notifications.of_event(&tenant.id, &event.id).await?;
            state.send_soon();
            let messages = messages.into_iter().map(MessageResponse::from).collect();
            Ok((StatusCode::ACCEPTED, RaisedEventResponse { event_id: event.id, messages }))
        })
        .await
}
