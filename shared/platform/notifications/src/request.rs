//! What Notify is asked, and what its answers mean.

use bytes::Bytes;
use edge_capabilities::http::HttpError;
use http::Response;
use serde_json::{Value, json};

use crate::channel::Channel;
use crate::template::Rendered;

/// The e-mail "template" that is Notify's own invitation to a meeting.
const MEETING_INVITE: &str = "meeting_invite";

/// The path and the body that send `rendered` to `to`: an address, a phone number or a user's id.
pub(crate) fn request(channel: Channel, to: &str, rendered: &Rendered) -> (&'static str, Value) {
    let Rendered { template, variables } = rendered;
    match channel {
        Channel::Email | Channel::InApp if template == MEETING_INVITE => {
            let body = json!({
                "to": to, "meeting_title": variables.get("meeting_name"), "meeting_time": variables.get("scheduled_time"),
                "meeting_url": variables.get("meeting_url"), "host_name": variables.get("host_name"),
            });
            ("/api/v1/mail/bheem-tele/meeting-invite", body)
        }
        Channel::Email | Channel::InApp => {
            let body = json!({"to": to, "template_name": template, "template_vars": variables});
            ("/api/v1/email/send/template", body)
        }
        Channel::Sms => ("/api/v1/bheem-tele/sms/send", json!({"to": to, "message": template})),
        Channel::WhatsApp => {
            let body = json!({"to": to, "template_name": template, "template_variables": variables});
            ("/api/v1/whatsapp/send/template", body)
        }
        Channel::Push => (
            "/api/v1/push/send",
            json!({"to": to, "user_id": to, "title": template, "body": template, "data": variables}),
        ),
    }
}

/// What Notify's answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// It took the message, and calls it by this id.
    Taken(Option<String>),
    /// It will not take the message, however often it is sent.
    Refused(String),
    /// It did not take the message, and may do so later.
    NotTaken(String),
    /// Whether it took the message is not known.
    Unknown(String),
}

impl Reply {
    pub(crate) fn read(response: Result<Response<Bytes>, HttpError>) -> Self {
        let response = match response {
            Ok(response) => response,
            Err(error @ (HttpError::NotSent(_) | HttpError::Busy(_))) => return Self::NotTaken(error.to_string()),
            Err(error) => return Self::Unknown(error.to_string()),
        };
        let status = response.status();
        if status.is_success() {
            let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
            let id = ["message_id", "id"].into_iter().find_map(|name| body.get(name)?.as_str().map(ToOwned::to_owned));
            return Self::Taken(id.filter(|id| (1..=256).contains(&id.len())));
        }
        let reason = format!("its status is {}", status.as_u16());
        match status.as_u16() {
            400 | 410 | 413 | 422 => Self::Refused(reason),
            // A gateway's 503 says that it has not passed the request on.
            401 | 403..=405 | 429 | 503 | 300..=399 => Self::NotTaken(reason),
            _ => Self::Unknown(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_never_be_taken_is_refused() {
        let reply = |status: u16, body: &'static str| {
            Reply::read(Ok(Response::builder().status(status).body(Bytes::from_static(body.as_bytes())).unwrap()))
        };
        assert_eq!(reply(200, r#"{"success":true}"#), Reply::Taken(None));
        assert_eq!(reply(202, r#"{"message_id":"n1","id":"n2"}"#), Reply::Taken(Some("n1".into())));
        assert_eq!(reply(200, "[1"), Reply::Taken(None));
        for status in [400, 410, 413, 422] {
            assert!(matches!(reply(status, ""), Reply::Refused(_)), "{status}");
        }
        for status in [301, 401, 403, 404, 429, 503] {
            assert!(matches!(reply(status, ""), Reply::NotTaken(_)), "{status}");
        }
        for status in [408, 409, 500, 502, 504] {
            assert!(matches!(reply(status, ""), Reply::Unknown(_)), "{status}");
        }
        for (error, is_known) in [
            (HttpError::NotSent("nobody listens".into()), true),
            (HttpError::Busy(3), true),
            (HttpError::Failed("cut".into()), false),
            (HttpError::TimedOut(std::time::Duration::ZERO), false),
        ] {
            assert_eq!(matches!(Reply::read(Err(error)), Reply::NotTaken(_)), is_known);
        }
    }
}
