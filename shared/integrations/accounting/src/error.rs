//! What came of an attempt that wrote nothing, or may not have.

use std::time::Duration;

/// Why a provider did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountingError {
    /// The access token is refused: with a new one it may be asked again.
    #[error("{0}")]
    Unauthorized(String),
    /// A person must consent again: the refresh token or the credentials are refused (`invalid_grant`,
    /// `invalid_client`). Nothing is tried again.
    #[error("{0}")]
    NeedsReauth(String),
    /// Too many requests: nothing was done. It may be asked again after `wait`, where the provider says so.
    #[error("too many requests")]
    Throttled {
        /// How long to wait.
        wait: Option<Duration>,
        /// Whether the day's allowance is used up: the run waits for the next day.
        daily: bool,
    },
    /// It did nothing, and another attempt may succeed: it was not reached, or says that it is busy.
    #[error("{0}")]
    Unavailable(String),
    /// It is not known whether it did what it was asked: there was no answer, a 5xx, or an answer that cannot be read. Find
    /// before another attempt.
    #[error("{0}")]
    Unknown(String),
    /// There is a document with this number already: find it.
    #[error("{0}")]
    Duplicate(String),
    /// The period of the document's date is closed in the books. It is never dated otherwise.
    #[error("{0}")]
    PeriodClosed(String),
    /// What it is asked to write is refused, and will be until somebody changes something.
    #[error("{message}")]
    Refused {
        /// The provider's own code, where it gives one.
        code: String,
        /// What it says.
        message: String,
    },
    /// Something that the document needs is missing in the books: an account, an item, a bank account.
    #[error("{0}")]
    Missing(String),
    /// The edge's or the connection's configuration does not allow the request.
    #[error("{0}")]
    Misconfigured(String),
}

impl AccountingError {
    /// A refusal.
    pub fn refused(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Refused { code: code.into(), message: message.into() }
    }

    /// Whether the document may have been written all the same.
    pub const fn may_have_landed(&self) -> bool {
        matches!(self, Self::Unknown(_) | Self::Duplicate(_))
    }

    /// Whether another attempt may succeed without anybody changing anything.
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unauthorized(_) | Self::Throttled { .. } | Self::Unavailable(_) | Self::Unknown(_))
    }
}
