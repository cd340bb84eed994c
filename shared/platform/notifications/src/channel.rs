//! How messages reach people.

use serde::{Deserialize, Serialize};

/// How a message reaches a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// An e-mail.
    Email,
    /// A text message.
    Sms,
    /// A WhatsApp message by template.
    #[serde(rename = "WHATSAPP")]
    WhatsApp,
    /// A notification of a mobile app.
    Push,
    /// An entry of the person's feed.
    InApp,
}

edge_database::text_column!(Channel);

impl Channel {
    /// All channels.
    pub const ALL: [Self; 5] = [Self::Email, Self::Sms, Self::WhatsApp, Self::Push, Self::InApp];

    /// Its name: `EMAIL`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Sms => "SMS",
            Self::WhatsApp => "WHATSAPP",
            Self::Push => "PUSH",
            Self::InApp => "IN_APP",
        }
    }

    /// Reads a name in upper or lower case.
    pub fn parse(written: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str().eq_ignore_ascii_case(written))
    }
}
