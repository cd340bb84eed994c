//! What Notify reports of messages, and of the people whom they went to: a webhook by Standard Webhooks.

use axum::extract::State;
use edge_capabilities::Timestamp;
use edge_capabilities::config::{ConfigError, text};
use edge_contacts::{ActivityKind, Feedback};
use edge_gateways::{Provider, Secrets, verify};
use edge_http::{Code, Json, Problem, Raw, Text};
use edge_notifications::{Channel, MessageState};
use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::AppState;

/// The variable with the secrets.
const VARIABLE: &str = "webhook_secrets_notify";

/// The longest reason that is kept, characters.
const MAX_REASON_LEN: usize = 200;

/// The longest id of a webhook.
const MAX_ID_LEN: usize = 256;

/// What became of a report.
#[derive(Serialize, ToSchema)]
#[schema(as = NotifyReport)]
pub(crate) struct ReportResponse {
    /// `success`: the report counted, now or before, or came too late to count; `ignored`: it says nothing of a message or of
    /// a person who is known.
    status: &'static str,
    /// The message's state now.
    #[schema(value_type = Option<String>)]
    state: Option<MessageState>,
}

/// A report.
struct Report {
    id: String,
    state: MessageState,
    reason: Option<String>,
}

impl Report {
    /// Reads `{"type":"message.delivered","data":{"idempotency_key","message_id","status","reason"}}`. None: it is about
    /// something else.
    fn read(body: &Value) -> Option<Self> {
        let data = body.get("data").filter(|data| data.is_object()).unwrap_or(body);
        let text = |names: &[&str]| names.iter().find_map(|name| data.get(*name)?.as_str());
        let kind = body.get("type").or_else(|| body.get("event")).and_then(Value::as_str);
        let written = text(&["status", "state"]).or_else(|| kind?.rsplit('.').next())?;
        let state = match written.to_ascii_lowercase().as_str() {
            "sent" | "accepted" => MessageState::Sent,
            "delivered" => MessageState::Delivered,
            "read" => MessageState::Read,
            "failed" | "undelivered" | "bounced" | "rejected" => MessageState::Failed,
            _ => return None,
        };
        let id = text(&["idempotency_key", "message_id", "id"])?;
        let reason = text(&["reason", "error"]).map(|reason| reason.chars().take(MAX_REASON_LEN).collect());
        Some(Self { id: id.to_owned(), state, reason: reason.filter(|_| state == MessageState::Failed) })
    }
}

/// What a report says that a person did.
struct PersonReport {
    kind: ActivityKind,
    /// The message that it is about.
    message: Option<String>,
    channel: Option<Channel>,
    address: Option<String>,
    detail: Option<String>,
    is_transient: bool,
    at: Option<Timestamp>,
}

impl PersonReport {
    /// Reads `{"type":"message.replied","timestamp","data":{"message_id","channel","from","text"}}`, and the like for
    /// `clicked` with a `url`, `bounced` with a `bounce_type`, `complained`, `unsubscribed`. None: it is about something else.
    fn read(body: &Value) -> Option<Self> {
        let data = body.get("data").filter(|data| data.is_object()).unwrap_or(body);
        let text = |names: &[&str]| names.iter().find_map(|name| data.get(*name)?.as_str()).map(ToOwned::to_owned);
        let written = body.get("type").or_else(|| body.get("event")).and_then(Value::as_str);
        let from_type = written.and_then(|kind| Self::kind(kind.rsplit('.').next()?));
        let kind = from_type.or_else(|| Self::kind(&text(&["status", "state"])?))?;
        let bounce = text(&["bounce_type"]).unwrap_or_default().to_ascii_lowercase();
        let at = body.get("timestamp").and_then(Value::as_str).map(ToOwned::to_owned);
        Some(Self {
            kind,
            message: text(&["idempotency_key", "message_id", "in_reply_to", "id"]),
            channel: text(&["channel"]).and_then(|channel| Channel::parse(&channel)),
            // A reply is from the person, everything else is about a message to them.
            address: text(if kind == ActivityKind::Reply { &["from"] } else { &["to", "recipient"] }),
            detail: text(match kind {
                ActivityKind::Reply => &["text", "body", "message"],
                ActivityKind::Click => &["url", "link"],
                _ => &["reason", "error"],
            }),
            is_transient: ["soft", "transient", "temporary"].contains(&bounce.as_str()),
            at: text(&["occurred_at", "timestamp"]).or(at).and_then(|at| Timestamp::parse(&at)),
        })
    }

    fn kind(word: &str) -> Option<ActivityKind> {
        Some(match word.to_ascii_lowercase().as_str() {
            "reply" | "replied" | "inbound" => ActivityKind::Reply,
            "click" | "clicked" => ActivityKind::Click,
            "bounce" | "bounced" => ActivityKind::Bounce,
            "complaint" | "complained" | "spam" => ActivityKind::Complaint,
            "unsubscribe" | "unsubscribed" => ActivityKind::Unsubscribe,
            _ => return None,
        })
    }
}

impl AppState {
    /// Takes in what a person did; gives whether it is known whose doing it is.
    async fn take_feedback(&self, id: &str, report: PersonReport, now: Timestamp) -> Result<bool, Problem> {
        let message = match &report.message {
            Some(id) => self.notifications.find_reported(id).await?,
            None => None,
        };
        // Who replied is known by the address, also where the message is not there any more.
        let is_known = message.is_some() || report.kind == ActivityKind::Reply && report.address.is_some();
        if report.message.is_some() && !is_known {
            return Err(not_yet_known());
        }
        let feedback = Feedback {
            id: id.to_owned(),
            kind: report.kind,
            message,
            channel: report.channel,
            address: report.address,
            detail: report.detail,
            is_transient: report.is_transient,
            occurred_at: report.at.filter(|at| *at <= now).unwrap_or(now),
        };
        Ok(self.feedback.receive(&feedback).await?)
    }
}

fn not_yet_known() -> Problem {
    Problem::new(Code::NotYetKnown, "No message has this id yet; send the report again.").retry_after(5)
}

/// The id of the webhook, by which each is taken in once. It is signed.
fn webhook_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("webhook-id").or_else(|| headers.get("svix-id"))?.to_str().ok()?;
    Text::<MAX_ID_LEN>::accepts(id).then_some(id)
}

/// Receive a delivery report
///
/// Notify reports by Standard Webhooks that a message was sent, delivered, read, or that it failed; a terminal state stays.
/// And what people did: `message.replied` (`from`, `channel`, `text`), `message.clicked` (`url`), `message.bounced`
/// (`bounce_type`), `message.complained`, `message.unsubscribed`. Each is noted once by its `webhook-id`. An address that
/// bounces, complains, unsubscribes or replies STOP is suppressed.
#[utoipa::path(
    post, path = "/webhooks/notify", operation_id = "receive_delivery_report", tag = "Webhooks", security(()),
    request_body(content = Object, description = "`{\"type\":\"message.delivered\",\"data\":{\"idempotency_key\",\"message_id\",\"status\",\"reason\"}}`"),
    responses(
        (status = 200, description = "The report was taken.", body = ReportResponse),
        (status = 400, description = "`INVALID_SIGNATURE`: the signature is missing, malformed or wrong."),
        (status = 404, description = "`NOT_FOUND`: `webhook_secrets_notify` is not set."),
        (status = 503, description = "`NOT_YET_KNOWN`: no message has this id yet; the report is to be sent again."),
    ),
)]
pub(crate) async fn receive_report(
    State(state): State<AppState>,
    headers: HeaderMap,
    Raw(body): Raw,
) -> Result<Json<ReportResponse>, Problem> {
    let unavailable = |error: ConfigError| {
        let detail = "The edge's settings cannot be read; try again.";
        Problem::new(Code::StoreUnavailable, detail).retry_after(1).because(error)
    };
    let secrets = text(&*state.capabilities.config, VARIABLE).await.map_err(unavailable)?;
    let secrets = Secrets::parse(Provider::Standard, &secrets);
    if secrets.is_empty() {
        return Err(Problem::new(Code::NotFound, "There is nothing at this path."));
    }
    let now = state.now();
    verify(Provider::Standard, &secrets, &headers, &body, now).map_err(|rejection| {
        Problem::new(Code::InvalidSignature, "The webhook's signature is missing, malformed or wrong.")
            .because(rejection)
    })?;
    let parsed: Value = edge_json::from_slice(&body).map_err(|_| Problem::field("body", "must be JSON"))?;
    let mut is_taken = false;
    if let (Some(report), Some(id)) = (PersonReport::read(&parsed), webhook_id(&headers)) {
        is_taken = state.take_feedback(id, report, now).await?;
    }
    let Some(report) = Report::read(&parsed) else {
        let status = if is_taken { "success" } else { "ignored" };
        return Ok(Json(ReportResponse { status, state: None }));
    };
    let reason = report.reason.as_deref();
    match state.notifications.report(&report.id, report.state, reason, now).await? {
        Some(state) => Ok(Json(ReportResponse { status: "success", state: Some(state) })),
        None => Err(not_yet_known()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_report_names_a_message_and_its_state_or_is_about_something_else() {
        let rows = [
            (json!({"type": "message.delivered", "data": {"idempotency_key": "k", "message_id": "n"}}), "k delivered"),
            (json!({"type": "message.status", "data": {"message_id": "n", "status": "READ"}}), "n read"),
            (json!({"event": "failed", "id": "n", "reason": "bounced"}), "n failed bounced"),
            (json!({"type": "message.sent", "data": {"id": "n", "reason": "x"}}), "n sent"),
            (json!({"type": "message.clicked", "data": {"id": "n"}}), ""),
            (json!({"type": "message.delivered", "data": {"id": 7}}), ""),
            (json!({"type": 7}), ""),
            (json!({}), ""),
            (json!([]), ""),
        ];
        for (body, expected) in rows {
            let read = Report::read(&body).map(|report| {
                let reason = report.reason.map(|reason| format!(" {reason}")).unwrap_or_default();
                format!("{} {}{reason}", report.id, report.state.as_str())
            });
            assert_eq!(read.unwrap_or_default(), expected, "{body}");
        }
    }
}
