//! What people want to be told, and when.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use edge_access::{AnyScope, Caller, Scope};
use edge_http::{Code, FieldError, InvalidText, Json, Problem, Text};
use edge_notifications::{Category, Channel, Digest, Preferences, QuietHours, is_timezone};
use edge_tenants::{Scoped, TenantHeader};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::AppState;
use crate::event::MAX_TEXT_LEN;

/// A part of the day.
#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = NotificationQuietHours)]
pub(crate) struct QuietHoursBody {
    #[schema(example = "22:00")]
    from: String,
    #[schema(example = "07:00")]
    to: String,
}

/// A person's preferences, all of them.
#[derive(Deserialize, ToSchema)]
#[schema(as = PutNotificationPreferences)]
pub(crate) struct PutPreferencesRequest {
    /// Which channels are wanted for which category: `{"billing": {"EMAIL": true, "SMS": false}}`. What is not said is wanted.
    #[serde(default)]
    categories: BTreeMap<String, BTreeMap<String, bool>>,
    /// When nothing is sent but what is critical; over midnight where `from` is after `to`. The default is never.
    #[serde(default)]
    quiet_hours: Option<QuietHoursBody>,
    /// The person's time zone. The default is the tenant's.
    #[serde(default)]
    #[schema(example = "Asia/Kolkata")]
    timezone: Option<String>,
    /// `none`, or `daily`: the e-mails of a day are one, sent at 8:00. The default is `none`.
    #[serde(default)]
    digest: Option<String>,
}

/// A person's preferences.
#[derive(Serialize, ToSchema)]
#[schema(as = NotificationPreferences)]
pub(crate) struct PreferencesResponse {
    user_id: String,
    #[schema(value_type = Object)]
    categories: BTreeMap<Category, BTreeMap<Channel, bool>>,
    quiet_hours: Option<QuietHoursBody>,
    /// The zone in which the quiet hours count: the person's, or the tenant's.
    timezone: String,
    #[schema(value_type = String)]
    digest: Digest,
}

impl PreferencesResponse {
    fn new(user_id: String, preferences: Preferences, tenant_zone: String) -> Self {
        let quiet = |QuietHours { from, to }| QuietHoursBody { from, to };
        Self {
            user_id,
            categories: preferences.categories,
            quiet_hours: preferences.quiet_hours.map(quiet),
            timezone: preferences.timezone.unwrap_or(tenant_zone),
            digest: preferences.digest,
        }
    }
}

impl PutPreferencesRequest {
    fn read(self) -> Result<Preferences, Problem> {
        let mut errors = Vec::new();
        let mut categories: BTreeMap<Category, BTreeMap<Channel, bool>> = BTreeMap::new();
        for (name, channels) in self.categories {
            let Some(category) = Category::parse(&name) else {
                let known: Vec<&str> = Category::ALL.into_iter().map(Category::as_str).collect();
                errors.push(FieldError::new(
                    format!("categories.{name}"),
                    format!("must be one of {}", known.join(", ")),
                ));
                continue;
            };
            for (channel, wanted) in channels {
                match Channel::parse(&channel) {
                    Some(channel) => {
                        categories.entry(category).or_default().insert(channel, wanted);
                    }
                    None => errors.push(FieldError::new(
                        format!("categories.{name}.{channel}"),
                        "must be EMAIL, SMS, WHATSAPP, PUSH or IN_APP",
                    )),
                }
            }
        }
        let quiet_hours = self.quiet_hours.map(|QuietHoursBody { from, to }| QuietHours { from, to });
        if let Some(problem) = quiet_hours.as_ref().and_then(QuietHours::problem) {
            errors.push(FieldError::new("quiet_hours", problem));
        }
        if self.timezone.as_deref().is_some_and(|zone| !is_timezone(zone)) {
            errors.push(FieldError::new("timezone", "must be a time zone of the IANA database"));
        }
        let digest = match self.digest.as_deref() {
            None | Some("none") => Digest::None,
            Some("daily") => Digest::Daily,
            Some(_) => {
                errors.push(FieldError::new("digest", "must be none or daily"));
                Digest::None
            }
        };
        if errors.is_empty() {
            Ok(Preferences { categories, quiet_hours, timezone: self.timezone, digest })
        } else {
            Err(Problem::fields(errors))
        }
    }
}

/// Refuses a caller who is neither `user` nor has `scope`.
pub(crate) fn check_user(caller: &Caller, user: &str, scope: Scope) -> Result<(), Problem> {
    if !Text::<MAX_TEXT_LEN>::accepts(user) {
        return Err(Problem::field("user_id", InvalidText::<MAX_TEXT_LEN>.to_string()));
    }
    if caller.person() == Some(user) || caller.may(scope) {
        return Ok(());
    }
    let detail = format!("This is another person's; it takes the scope {scope}.");
    Err(Problem::new(Code::PermissionDenied, detail))
}

/// Get a user's preferences
///
/// A person reads their own; everybody else's take `messages:read`.
#[utoipa::path(
    get, path = "/api/v1/notifications/preferences/{user_id}", operation_id = "get_preferences", tag = "Notifications",
    security(("key" = ["messages:read"])),
    params(("user_id" = String, Path, description = "The user's id."), TenantHeader),
    responses((status = 200, description = "The preferences.", body = PreferencesResponse)),
)]
pub(crate) async fn get_preferences(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<AnyScope>,
    Path(user): Path<String>,
) -> Result<Json<PreferencesResponse>, Problem> {
    check_user(&caller, &user, Scope::MessagesRead)?;
    let preferences = state.preferences.of(&tenant.id, &user).await?;
    Ok(Json(PreferencesResponse::new(user, preferences, tenant.timezone)))
}

/// Set a user's preferences
///
/// What is critical is sent whatever the person prefers: codes, failed payments, security. A person sets their own;
/// everybody else's take `messages:write`.
#[utoipa::path(
    put, path = "/api/v1/notifications/preferences/{user_id}", operation_id = "put_preferences", tag = "Notifications",
    security(("key" = ["messages:write"])),
    params(("user_id" = String, Path, description = "The user's id."), TenantHeader),
    request_body = PutPreferencesRequest,
    responses((status = 200, description = "The preferences.", body = PreferencesResponse)),
)]
pub(crate) async fn put_preferences(
    State(state): State<AppState>,
    Scoped { tenant, caller, .. }: Scoped<AnyScope>,
    Path(user): Path<String>,
    Json(request): Json<PutPreferencesRequest>,
) -> Result<Json<PreferencesResponse>, Problem> {
    check_user(&caller, &user, Scope::MessagesWrite)?;
    let preferences = request.read()?;
    state.preferences.put(&tenant.id, &user, &preferences, state.now()).await?;
    Ok(Json(PreferencesResponse::new(user, preferences, tenant.timezone)))
}
