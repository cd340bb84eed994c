//! Messages: what became of events.

use axum::extract::{Path, Query, State};
use edge_access::{MessagesRead, MessagesWrite};
use edge_database::Cursor;
use edge_http::{Code, Json, Listing, Page, Problem, Text};
use edge_notifications::{Category, Channel, Message, MessageFilter, MessageState};
use edge_tenants::{Scoped, TenantHeader};
use http::Uri;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::event::MAX_TEXT_LEN;

/// A message.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationMessage)]
pub(crate) struct MessageResponse {
    id: String,
    event_id: String,
    /// Null: the message was queued before events had types.
    event_type: Option<String>,
    #[schema(value_type = Option<String>)]
    category: Option<Category>,
    #[schema(value_type = String, example = "EMAIL")]
    channel: Channel,
    recipient: MessageRecipient,
    /// The template or the text that was sent.
    template: Option<String>,
    /// `queued`, `sent`, `delivered`, `read`, `failed`, `suppressed` or `dead`.
    #[schema(value_type = String)]
    state: MessageState,
    /// Why the message is in its state: `MISSING_VARIABLE: host_name`, `INVALID_VARIABLE: meeting_url`, `INVALID_ADDRESS`,
    /// `TOO_LONG`, `PREFERENCES`, `DISABLED`, `NO_ADDRESS`, `SUPPRESSED`, `EXPIRED`, `CANCELLED`, `NOT_CONFIGURED`, `DIGEST`,
    /// `OUTCOME_UNKNOWN`, or the reason of the last failure.
    reason: Option<String>,
    /// How often it was sent.
    attempts: i64,
    created_at: String,
    send_at: String,
    expires_at: Option<String>,
    sent_at: Option<String>,
    /// When the state last changed.
    updated_at: String,
}

/// To whom a message goes.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageRecipient {
    user_id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    name: Option<String>,
    locale: Option<String>,
}

impl From<Message> for MessageResponse {
    fn from(message: Message) -> Self {
        let recipient = message.content().recipient;
        let written = |at: edge_capabilities::Timestamp| at.to_rfc3339_millis();
        Self {
            category: message.event_type().map(|known| known.category),
            channel: message.channel(),
            recipient: MessageRecipient {
                user_id: recipient.user_id,
                email: recipient.email,
                phone: recipient.phone,
                name: recipient.name,
                locale: recipient.locale,
            },
            created_at: written(message.created_at),
            send_at: written(message.send_at.unwrap_or(message.created_at)),
            expires_at: message.expires_at.map(written),
            sent_at: message.sent_at.map(written),
            updated_at: written(message.status_at.unwrap_or(message.created_at)),
            id: message.id,
            event_id: message.event_id,
            event_type: message.event_type,
            template: message.template,
            state: message.status,
            reason: message.reason,
            attempts: message.attempts,
        }
    }
}

/// The filters of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MessageListQuery {
    /// Only messages in this state.
    state: Option<String>,
    /// Only messages over this channel. By default all but the entries of feeds, `IN_APP`.
    channel: Option<String>,
    /// Only messages of this type of events.
    event_type: Option<String>,
    /// Only messages about this event.
    event_id: Option<String>,
    /// Only messages for this user.
    user_id: Option<String>,
}

impl MessageListQuery {
    fn read(self) -> Result<MessageFilter, Problem> {
        let state = self.state.as_deref().map(|state| {
            let known = MessageState::parse(state).filter(|known| known.as_str() == state);
            known.ok_or_else(|| {
                Problem::field("state", "must be queued, sent, delivered, read, failed, suppressed or dead")
            })
        });
        let channel = self.channel.as_deref().map(|channel| {
            Channel::parse(channel)
                .ok_or_else(|| Problem::field("channel", "must be EMAIL, SMS, WHATSAPP, PUSH or IN_APP"))
        });
        for (name, text) in [("event_type", &self.event_type), ("event_id", &self.event_id), ("user_id", &self.user_id)]
        {
            if text.as_deref().is_some_and(|text| !Text::<MAX_TEXT_LEN>::accepts(text)) {
                return Err(Problem::field(name, "must be 1 to 256 bytes without control characters"));
            }
        }
        Ok(MessageFilter {
            state: state.transpose()?,
            channel: channel.transpose()?,
            event_type: self.event_type,
            event_id: self.event_id,
            user_id: self.user_id,
        })
    }
}

/// List messages
#[utoipa::path(
    get, path = "/api/v1/notifications/messages", operation_id = "list_messages", tag = "Notifications",
    security(("key" = ["messages:read"])), params(Page, MessageListQuery, TenantHeader),
    responses((status = 200, description = "A page of messages, newest first.", body = Listing<MessageResponse>)),
)]
pub(crate) async fn list_messages(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    page: Page,
    uri: Uri,
) -> Result<Json<Listing<MessageResponse>>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<MessageListQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let (filter, cursor) = (query.read()?, page.cursor(is_id)?);
    let messages = state.notifications.list(&tenant.id, &filter, cursor, page.rows()).await?;
    let position = |message: &Message| Cursor::new(message.created_at, message.id.as_str());
    Ok(Json(page.listing(messages, position, MessageResponse::from)))
}

fn is_id(id: &str) -> bool {
    Text::<MAX_TEXT_LEN>::accepts(id)
}

fn unknown() -> Problem {
    Problem::new(Code::MessageNotFound, "There is no such message.")
}

/// Get a message
#[utoipa::path(
    get, path = "/api/v1/notifications/messages/{id}", operation_id = "get_message", tag = "Notifications",
    security(("key" = ["messages:read"])),
    params(("id" = String, Path, description = "The message's id."), TenantHeader),
    responses(
        (status = 200, description = "The message.", body = MessageResponse),
        (status = 404, description = "`MESSAGE_NOT_FOUND`: there is no such message, or it is another tenant's."),
    ),
)]
pub(crate) async fn get_message(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesRead>,
    Path(id): Path<String>,
) -> Result<Json<MessageResponse>, Problem> {
    let found = if is_id(&id) { state.notifications.find(&tenant.id, &id).await? } else { None };
    found.map(|message| Json(message.into())).ok_or_else(unknown)
}

/// Replay a message
///
/// Has a message be sent again that failed, was suppressed or given up. A message in another state stays as it is.
#[utoipa::path(
    post, path = "/api/v1/notifications/messages/{id}/replay", operation_id = "replay_message", tag = "Notifications",
    security(("key" = ["messages:write"])),
    params(("id" = String, Path, description = "The message's id."), TenantHeader),
    responses(
        (status = 200, description = "The message as it is now.", body = MessageResponse),
        (status = 404, description = "`MESSAGE_NOT_FOUND`: there is no such message, or it is another tenant's."),
    ),
)]
pub(crate) async fn replay_message(
    State(state): State<AppState>,
    Scoped { tenant, .. }: Scoped<MessagesWrite>,
    Path(id): Path<String>,
) -> Result<Json<MessageResponse>, Problem> {
    let found = if is_id(&id) { state.notifications.replay(&tenant.id, &id, state.now()).await? } else { None };
    let message = found.ok_or_else(unknown)?;
    state.send_soon();
    Ok(Json(message.into()))
}
