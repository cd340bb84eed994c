//! A verified event of the inbox.

use bytes::Bytes;
use edge_capabilities::Timestamp;
use edge_capabilities::database::{DatabaseError, Row};
use edge_gateways::{EventError, GatewayEvent, Provider};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far an event has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Stored; being worked on, or about to be.
    Received,
    /// In effect.
    Processed,
    /// Means nothing, or something later goes before it.
    Ignored,
    /// Could not be taken into effect; will be tried again.
    Failed,
    /// Was tried too often; waits for somebody to replay it.
    Dead,
    /// Genuine, but it cannot be true; waits for somebody to look at it.
    Quarantined,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Received, Self::Processed, Self::Ignored, Self::Failed, Self::Dead, Self::Quarantined];

    /// As it is written.
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

    /// Reads a status as it is written.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == written)
    }

    /// Whether somebody still works on it by itself.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Received | Self::Failed)
    }
}

/// What came of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is in effect.
    Processed,
    /// It means nothing.
    Ignored(&'static str),
    /// It cannot be true.
    Quarantined(String),
}

impl Verdict {
    pub(crate) const fn status(&self) -> Status {
        match self {
            Self::Processed => Status::Processed,
            Self::Ignored(_) => Status::Ignored,
            Self::Quarantined(_) => Status::Quarantined,
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
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) provider: Provider,
    /// What makes it the same event as another delivery.
    pub(crate) identity: String,
    /// What the gateway calls the delivery: for people.
    pub(crate) gateway_id: Option<String>,
    /// What the gateway calls the event.
    pub(crate) event: String,
    pub(crate) tenant_id: Option<String>,
    /// The tenant whose own address it came to.
    pub(crate) endpoint: Option<String>,
    pub(crate) body: Bytes,
    pub(crate) status: Status,
    pub(crate) reason: Option<String>,
    /// What the gateway was told first.
    pub(crate) answer: Option<String>,
    pub(crate) received_at: Timestamp,
    pub(crate) occurred_at: Timestamp,
    pub(crate) settled_at: Option<Timestamp>,
    pub(crate) attempts: i64,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) lease: Option<String>,
}

/// The columns, in the order in which [`Event::from_row`] reads them.
pub(crate) const COLUMNS: &str = "id, provider, identity, gateway_id, event, tenant_id, endpoint, body, status, reason, \
    answer, received_at, occurred_at, settled_at, attempts, due_at, lease";

impl Event {
    /// What the body says. Nothing that takes effect is read from the headers, which are not kept.
    pub(crate) fn reading(&self) -> Result<GatewayEvent, EventError> {
        GatewayEvent::parse(self.provider, &self.body, &HeaderMap::new())
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
            event: text(4)?,
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
        Ok(text) if !text.contains('\0') => format!("t{text}"),
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
