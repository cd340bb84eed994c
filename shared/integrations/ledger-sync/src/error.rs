//! Why a document was not written or a run has stopped, and what to do about it.

use edge_accounting::AccountingError;
use edge_database::text_column;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! sync_codes {
    ($($(#[$doc:meta])* $code:ident $text:literal $remedy:literal;)*) => {
        /// Why a document was not written, or a run has stopped or waits.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum SyncCode {
            $($(#[$doc])* $code,)*
        }

        impl SyncCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The code's text: `PERIOD_CLOSED`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text,)*
                }
            }

            /// What somebody has to do about it.
            pub const fn remedy(self) -> &'static str {
                match self {
                    $(Self::$code => $remedy,)*
                }
            }
        }
    };
}

sync_codes! {
    /// No GL mapping names an account that the document needs.
    MissingGlMapping "MISSING_GL_MAPPING"
        "Name the account at POST /api/v1/enterprise-billing/gl-mappings, then sync again.";
    /// The number is longer than the 20 characters that all providers take.
    NumberTooLong "NUMBER_TOO_LONG"
        "Give invoices a series of at most 9 characters. This one has to be entered by hand.";
    /// The edge's own record of the document cannot be read.
    RecordUnreadable "RECORD_UNREADABLE"
        "Tell the operator of the edge: its record of the document is incomplete.";
    /// A document that this one refers to is not in the books.
    WaitsForDocument "WAITS_FOR_DOCUMENT"
        "See why the document that it waits for was not sent, then sync again.";
    /// The period of its date is closed in the books. It is never dated otherwise.
    PeriodClosed "PERIOD_CLOSED"
        "Open the period in the books and sync again, or enter the document by hand in an open period.";
    /// The invoice was voided at the edge after it was sent.
    VoidedAfterSent "VOIDED_AFTER_SENT"
        "Void the invoice in the books too: a sync changes nothing that was sent.";
    /// The provider says that the number is taken, and has no document that can be found by it.
    DuplicateNumber "DUPLICATE_NUMBER"
        "Look in the books for a deleted document, a supplier or an employee with this number or name, rename it, then sync again.";
    /// The provider refuses the document.
    Refused "REFUSED"
        "Read what the provider says, correct it in the books or in the settings, then sync again.";
    /// An account, item or other thing that the document needs is missing in the books.
    MissingInBooks "MISSING_IN_BOOKS"
        "Create what is missing in the books, or change the GL mapping, then sync again.";
    /// A setting that the document needs is missing.
    Misconfigured "MISCONFIGURED"
        "Set what is missing at POST /api/v1/enterprise-billing/integrations/configure, then sync again.";
    /// The provider did not answer, or answered with errors, several times.
    ProviderUnavailable "PROVIDER_UNAVAILABLE"
        "Sync again later: what may have been written is looked for first.";
    /// The provider allows no more requests for now.
    Throttled "THROTTLED"
        "Nothing: the run goes on by itself.";
    /// The provider's allowance for the day is used up.
    DailyLimit "DAILY_LIMIT"
        "Nothing: the run goes on by itself on the next day.";
    /// The provider wants a person to consent again.
    NeedsReauth "NEEDS_REAUTH"
        "Authorize the integration again, then sync again.";
    /// The integration was disconnected.
    Disconnected "DISCONNECTED"
        "Connect the integration again, then sync again: nothing that was sent is sent twice.";
    /// The run was interrupted too often.
    Interrupted "INTERRUPTED"
        "Sync again: it goes on from where it was.";
}

impl SyncCode {
    /// The code of this text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// The code of what a provider said, for a document that is not tried again by itself.
    pub(crate) const fn of(error: &AccountingError) -> Self {
        match error {
            AccountingError::Unauthorized(_) | AccountingError::NeedsReauth(_) => Self::NeedsReauth,
            AccountingError::Throttled { daily: true, .. } => Self::DailyLimit,
            AccountingError::Throttled { .. } => Self::Throttled,
            AccountingError::Unavailable(_) | AccountingError::Unknown(_) => Self::ProviderUnavailable,
            AccountingError::Duplicate(_) => Self::DuplicateNumber,
            AccountingError::PeriodClosed(_) => Self::PeriodClosed,
            AccountingError::Refused { .. } => Self::Refused,
            AccountingError::Missing(_) => Self::MissingInBooks,
            AccountingError::Misconfigured(_) => Self::Misconfigured,
        }
    }
}

text_column!(SyncCode);

/// A code with what there is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason {
    pub(crate) code: SyncCode,
    pub(crate) message: String,
}

/// The most characters of a message.
const MAX_MESSAGE: usize = 500;

impl Reason {
    /// `message` is cut to 500 characters.
    pub(crate) fn new(code: SyncCode, message: impl AsRef<str>) -> Self {
        Self { code, message: message.as_ref().chars().take(MAX_MESSAGE).collect() }
    }

    pub(crate) fn of(error: &AccountingError) -> Self {
        let message = match error {
            AccountingError::Refused { code, message } if !code.is_empty() => format!("{code}: {message}"),
            other => other.to_string(),
        };
        Self::new(SyncCode::of(error), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_and_the_description_name_codes_as_rows_do() {
        for code in SyncCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }
}
