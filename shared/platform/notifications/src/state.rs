//! What becomes of a message.

use serde::Serialize;

/// The state of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// It waits to be sent.
    Queued,
    /// Notify took it.
    Sent,
    /// It reached the person's device or mailbox.
    Delivered,
    /// The person has read it.
    Read,
    /// It cannot be sent, or could not be delivered.
    Failed,
    /// It was not sent, because nobody wanted it any more.
    Suppressed,
    /// Every attempt to send it failed.
    Dead,
}

edge_database::text_column!(MessageState);

impl MessageState {
    /// All states.
    pub const ALL: [Self; 7] =
        [Self::Queued, Self::Sent, Self::Delivered, Self::Read, Self::Failed, Self::Suppressed, Self::Dead];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
            Self::Dead => "dead",
        }
    }

    /// Reads a name.
    pub fn parse(written: &str) -> Option<Self> {
        // Earlier versions wrote `recorded` for what was never to be sent.
        let written = if written == "recorded" { "suppressed" } else { written };
        Self::ALL.into_iter().find(|state| state.as_str() == written)
    }

    /// The states in which a report of Notify that the message is in this state changes it. Reports arrive in any order:
    /// a message that is delivered, read, failed, suppressed or dead does not go back. None: Notify does not report it.
    pub const fn reported_after(self) -> &'static [Self] {
        match self {
            Self::Sent => &[Self::Queued],
            Self::Delivered | Self::Failed => &[Self::Queued, Self::Sent],
            Self::Read => &[Self::Queued, Self::Sent, Self::Delivered],
            Self::Queued | Self::Suppressed | Self::Dead => &[],
        }
    }
}
