//! The feed of a user.

use std::time::Duration;

use axum::extract::{Query, State};
use edge_access::{AnyScope, Caller, Scope};
use edge_http::{Json, Problem, Text};
use edge_notifications::{Category, Message, MessageState};
use edge_tenants::{Scoped, TenantHeader};
use http::{HeaderMap, Uri};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::AppState;
use crate::event::MAX_TEXT_LEN;
use crate::preferences::check_user;

/// How long a request may wait, seconds.
const MAX_WAIT: f64 = 25.0;

/// How often a request that waits looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// The most entries that one request marks by their ids.
const MAX_IDS: usize = 500;

/// What to return of a feed.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FeedQuery {
    /// The `next` of the previous response. By default the feed is read from its beginning.
    after: Option<String>,
    /// How long to wait for an entry if there is none, seconds: 0 to 25; the default is 0.
    wait: Option<String>,
    /// The maximum number of entries: 1 to 200; the default is 50.
    limit: Option<String>,
    /// The user. Required with a key; a person reads their own feed.
    user_id: Option<String>,
}

/// An entry of a feed.
#[derive(Serialize, ToSchema)]
#[schema(as = FeedEntry)]
pub(crate) struct FeedEntryResponse {
    id: String,
    event_id: String,
    event_type: String,
    /// What happened, in a few words.
    title: &'static str,
    #[schema(value_type = Option<String>)]
    category: Option<Category>,
    /// The event's data.
    #[schema(value_type = Object)]
    data: Map<String, Value>,
    is_read: bool,
    created_at: String,
    /// Null: the entry is not read.
    read_at: Option<String>,
}

impl From<Message> for FeedEntryResponse {
    fn from(entry: Message) -> Self {
        let known = entry.event_type();
        let is_read = entry.status == MessageState::Read;
        Self {
            title: known.map(|known| known.description).unwrap_or_default(),
            category: known.map(|known| known.category),
            data: entry.content().data,
            is_read,
            created_at: entry.sent_at.unwrap_or(entry.created_at).to_rfc3339_millis(),
            read_at: entry.status_at.filter(|_| is_read).map(|at| at.to_rfc3339_millis()),
            id: entry.id,
            event_id: entry.event_id,
            event_type: entry.event_type.unwrap_or_default(),
        }
    }
}

/// A part of a feed, oldest entry first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Feed {
    data: Vec<FeedEntryResponse>,
    /// The `after` of the next request.
    next: String,
    /// The number of entries in the whole feed that are not read.
    unread: i64,
}

/// The user whose feed a caller asks for.
fn user_of(caller: &Caller, named: Option<String>, scope: Scope) -> Result<String, Problem> {
    let user = named.or_else(|| caller.person().map(ToOwned::to_owned));
    let user = user.ok_or_else(|| Problem::field("user_id", "is required with a key"))?;
    check_user(caller, &user, scope)?;
    Ok(user)
}

fn place(field: &str, written: Option<&str>) -> Result<i64, Problem> {
    let Some(written) = written.filter(|written| !written.is_empty()) else { return Ok(0) };
    let place = written.parse().ok().filter(|place: &i64| *place >= 0);
    place.ok_or_else(|| Problem::field(field, "must be the next of a previous response"))
}

/// Read a feed
///
/// The entries of a user's feed after `after`, oldest first. If there are none, the request waits up to `wait` seconds.
#[utoipa::path(
    get, path = "/api/v1/notifications/feed", operation_id = "get_feed", tag = "Notifications",
    security(("key" = ["messages:read"])), params(FeedQuery, TenantHeader),
    responses((status = 200, description = "The entries; none if there is nothing new.", body = Feed)),
)]
pub(crate) async fn get_feed(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<AnyScope>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Feed>, Problem> {
    let unreadable = |_| Problem::field("query", "cannot be read");
    let Query(query) = Query::<FeedQuery>::try_from_uri(&uri).map_err(unreadable)?;
    let after = place("after", query.after.as_deref())?;
    let wait = match query.wait.as_deref().filter(|wait| !wait.is_empty()) {
        None => Duration::ZERO,
        Some(wait) => {
            let seconds = wait.parse().ok().filter(|seconds| (0.0..=MAX_WAIT).contains(seconds));
            let seconds = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
            seconds.ok_or_else(|| Problem::field("wait", "must be a number of seconds from 0 to 25"))?
        }
    };
    let limit = match query.limit.as_deref().map(str::parse) {
        None => DEFAULT_LIMIT,
        Some(Ok(limit)) if (1..=MAX_LIMIT).contains(&limit) => limit,
        Some(_) => return Err(Problem::field("limit", format!("must be a number from 1 to {MAX_LIMIT}"))),
    };
    let user = user_of(&caller, query.user_id, Scope::MessagesRead)?;
    let clock = &state.capabilities.clock;
    let end = clock.elapsed().saturating_add(wait);
    let mut entries = state.notifications.feed(&tenant.id, &user, after, limit).await?;
    while entries.is_empty() && clock.elapsed() < end {
        clock.sleep(LOOK_EVERY.min(end.saturating_sub(clock.elapsed()))).await;
        entries = state.notifications.feed(&tenant.id, &user, after, limit).await?;
    }
    if !wait.is_zero() {
        // The credential may have been revoked meanwhile.
        state.authenticator.authenticate(&headers).await?;
    }
    let next = entries.last().and_then(|entry| entry.position).unwrap_or(after);
    let unread = state.notifications.count_unread(&tenant.id, &user).await?;
    let data = entries.into_iter().map(FeedEntryResponse::from).collect();
    Ok(Json(Feed { data, next: next.to_string(), unread }))
}

/// Which entries were read.
#[derive(Deserialize, ToSchema)]
pub(crate) struct MarkFeedReadRequest {
    /// The ids of entries, up to 500.
    #[serde(default)]
    ids: Vec<String>,
    /// All entries up to this `next` of a previous response.
    #[serde(default)]
    up_to: Option<String>,
    /// The user. Required with a key; a person's own by default.
    #[serde(default)]
    user_id: Option<String>,
}

/// What was read.
#[derive(Serialize, ToSchema)]
pub(crate) struct FeedRead {
    /// The number of entries that are read now and were not before.
    read: usize,
    /// The number of entries that are still not read.
    unread: i64,
}

/// Mark entries as read
///
/// By their `ids`, or all `up_to` a place; with neither, all of them.
#[utoipa::path(
    post, path = "/api/v1/notifications/feed/read", operation_id = "mark_feed_read", tag = "Notifications",
    security(("key" = ["messages:write"])), params(TenantHeader), request_body = MarkFeedReadRequest,
    responses((status = 200, description = "How many entries were marked.", body = FeedRead)),
)]
pub(crate) async fn mark_feed_read(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<AnyScope>,
    Json(request): Json<MarkFeedReadRequest>,
) -> Result<Json<FeedRead>, Problem> {
    if request.ids.len() > MAX_IDS || !request.ids.iter().all(|id| Text::<MAX_TEXT_LEN>::accepts(id)) {
        return Err(Problem::field("ids", "must be up to 500 ids of entries"));
    }
    let up_to = match (&request.up_to, request.ids.is_empty()) {
        (Some(up_to), _) => place("up_to", Some(up_to))?,
        (None, true) => i64::MAX,
        (None, false) => 0,
    };
    let user = user_of(&caller, request.user_id, Scope::MessagesWrite)?;
    let read = state.notifications.mark_read(&tenant.id, &user, &request.ids, up_to, state.now()).await?;
    let unread = state.notifications.count_unread(&tenant.id, &user).await?;
    Ok(Json(FeedRead { read, unread }))
}
