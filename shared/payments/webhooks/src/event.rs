//! A verified event of the inbox.

use bytes::Bytes;
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use edge_gateways::{EventError, GatewayEvent, Provider};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The state of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Stored; it takes effect now or soon.
    Received,
    /// In effect.
    Processed,
    /// Without meaning, or superseded by a later event.
    Ignored,
    /// An attempt failed; another follows.
    Failed,
    /// Every attempt failed; it waits for a replay.
    Dead,
    /// Genuine, but it cannot be true; it waits for an administrator.
    Quarantined,
}

impl Status {
    /// All states.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Processed, Self::Ignored, Self::Failed, Self::Dead, Self::Quarantined];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Processed => "processed",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Quarantined => "quarantined",
        }
    }

    /// The status of that name.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == written)
    }

    /// Whether attempts follow without a replay.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Failed)
    }
}

/// The final result of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EventOutcome {
    /// It is in effect.
    Processed,
    /// It has no meaning.
    Ignored(&'static str),
    /// It cannot be true.
    Quarantined(String),
}

impl EventOutcome {
    pub(crate) const fn status(&self) -> Status {
        match self {
            Self::Processed => Status::Processed,
            Self::Ignored(_) => Status::Ignored,
            Self::Quarantined(_) => Status::Quarantined,
        }
    }

    fn into_reason(self) -> Option<String> {
        match self {
            Self::Processed => None,
            Self::Ignored(reason) => Some(reason.to_owned()),
            Self::Quarantined(reason) => Some(reason),
        }
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Processed => None,
            Self::Ignored(reason) => Some(reason),
            Self::Quarantined(reason) => Some(reason),
        }
    }
}

/// A verified event of the inbox.
#[derive(Clone, Debug)]
pub(crate) struct WebhookEvent {
    pub(crate) id: String,
    pub(crate) provider: Provider,
    /// What two deliveries of the same event have in common.
    pub(crate) identity: String,
    /// The gateway's id of the delivery, for people.
    pub(crate) gateway_id: Option<String>,
    /// The gateway's name of the event type.
    pub(crate) name: String,
    pub(crate) tenant_id: Option<String>,
    /// The tenant whose own endpoint it came to, or the shop.
    pub(crate) endpoint: Option<String>,
    pub(crate) body: Bytes,
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    /// The first answer to the gateway.
    pub(crate) answer: Option<String>,
    pub(crate) received_at: Timestamp,
    pub(crate) occurred_at: Timestamp,
    pub(crate) settled_at: Option<Timestamp>,
    pub(crate) attempts: i64,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) lease: Option<String>,
}

/// The columns, in the order in which [`WebhookEvent::from_row`] reads them.
pub(crate) const COLUMNS: &str = "id, provider, identity, gateway_id, event, tenant_id, endpoint, body, status, reason, \
    answer, received_at, occurred_at, settled_at, attempts, due_at, lease";

impl WebhookEvent {
    /// Reads the body. Nothing that takes effect is read from the headers, which are not kept.
    pub(crate) fn parse(&self) -> Result<GatewayEvent, EventError> {
        GatewayEvent::parse(self.provider, &self.body, &HeaderMap::new())
    }

    /// Settles an event before it is stored: nothing is left to be done about it.
    pub(crate) fn settle(&mut self, outcome: EventOutcome, answer: String, now: Timestamp) {
        self.status = outcome.status();
        self.reason = outcome.into_reason();
        self.answer = Some(answer);
        self.settled_at = Some(now);
    }

    pub(crate) fn from_row(row: &Row) -> Result<Self, DatabaseError> {
        let text = |index| Ok::<_, DatabaseError>(row.text(index)?.to_owned());
        let optional = |index| Ok::<_, DatabaseError>(row.optional_text(index)?.map(ToOwned::to_owned));
        let instant = |index| row.integer(index).map(Timestamp::from_millis);
        let optional_instant = |index| Ok::<_, DatabaseError>(row.optional_integer(index)?.map(Timestamp::from_millis));
        let unknown = |column| DatabaseError::Refused(format!("webhook_events.{column} is not known"));
        Ok(Self {
            id: text(0)?,
            provider: Provider::parse(row.text(1)?).ok_or_else(|| unknown("provider"))?,
            identity: text(2)?,
            gateway_id: optional(3)?,
            name: text(4)?,
            tenant_id: optional(5)?,
            endpoint: optional(6)?,
            body: unpack(row.text(7)?).ok_or_else(|| unknown("body"))?,
            status: Status::parse(row.text(8)?).ok_or_else(|| unknown("status"))?,
            reason: optional(9)?,
            answer: optional(10)?,
            received_at: instant(11)?,
            occurred_at: instant(12)?,
            settled_at: optional_instant(13)?,
            attempts: row.integer(14)?,
            due_at: optional_instant(15)?,
            lease: optional(16)?,
        })
    }
}

/// A body as a text that every database holds: PostgreSQL's hold no NUL, and bodies need not be UTF-8.
pub(crate) fn pack(body: &[u8]) -> String {
    match std::str::from_utf8(body) {
        Ok(text) if !text.contains('\0') => ["t", text].concat(),
        _ => format!("x{}", hex::encode(body)),
    }
}

fn unpack(packed: &str) -> Option<Bytes> {
    match packed.split_at_checked(1)? {
        ("t", text) => Some(Bytes::copy_from_slice(text.as_bytes())),
        ("x", digits) => hex::decode(digits).ok().map(Bytes::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_byte_for_byte() {
        for body in [&b""[..], b"{}\n", "\u{1F600}".as_bytes(), b"a\0b", &[0xff, 0xfe], b"t", b"x1"] {
            assert_eq!(unpack(&pack(body)).unwrap(), body);
        }
    }
}
