//! What Notify reports of messages: a webhook by Standard Webhooks.

use axum::extract::State;
use edge_capabilities::config::{ConfigError, text};
use edge_gateways::{Provider, Secrets, verify};
use edge_http::{Code, Json, Problem, Raw};
use edge_notifications::MessageState;
use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::AppState;

/// The variable with the secrets.
const VARIABLE: &str = "webhook_secrets_notify";

/// The longest reason that is kept, characters.
const MAX_REASON_LEN: usize = 200;

/// What became of a report.
#[derive(Serialize, ToSchema)]
#[schema(as = NotifyReport)]
pub(crate) struct ReportResponse {
    /// `success`: the report counted, or came too late to count; `ignored`: it says nothing of a message's delivery.
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

/// Receive a delivery report
///
/// Notify reports by Standard Webhooks that a message was sent, delivered, read, or that it failed. A terminal state stays.
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
    let Some(report) = Report::read(&parsed) else {
        return Ok(Json(ReportResponse { status: "ignored", state: None }));
    };
    let reason = report.reason.as_deref();
    match state.notifications.report(&report.id, report.state, reason, now).await? {
        Some(state) => Ok(Json(ReportResponse { status: "success", state: Some(state) })),
        None => {
            let detail = "No message has this id yet; send the report again.";
            Err(Problem::new(Code::NotYetKnown, detail).retry_after(5))
        }
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
