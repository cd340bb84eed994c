//! The errors of this crate.

use crate::signing::MAX_ID_LEN;

/// Why a webhook is not accepted as genuine. For counters and logs: the sender does not learn the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Rejection {
    /// No secret is configured that could verify anything.
    #[error("no usable secret is configured")]
    NoSecret,
    /// A header that the scheme signs with is missing.
    #[error("a signature header is missing")]
    MissingSignature,
    /// No header can be read as the scheme writes it.
    #[error("no signature header can be read")]
    MalformedSignature,
    /// The headers can be read, and no secret makes that signature of those bytes.
    #[error("no secret makes that signature")]
    BadSignature,
    /// Genuine, and signed longer ago, or further in the future, than is accepted.
    #[error("signed at another time")]
    Timestamp,
}

impl Rejection {
    /// All reasons.
    pub const ALL: [Self; 5] =
        [Self::NoSecret, Self::MissingSignature, Self::MalformedSignature, Self::BadSignature, Self::Timestamp];

    /// Its name in counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoSecret => "no_secret",
            Self::MissingSignature => "missing_signature",
            Self::MalformedSignature => "malformed_signature",
            Self::BadSignature => "bad_signature",
            Self::Timestamp => "timestamp",
        }
    }
}

/// Why a genuine body is not an event. It changes nothing; an administrator has to look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Not a JSON object.
    #[error("the body is not a JSON object")]
    NotJson,
    /// A field that an event cannot do without is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A field has another type or format than it should.
    #[error("{0} cannot be read")]
    Field(&'static str),
    /// Two places in the body say different things.
    #[error("the body contradicts itself about {0}")]
    Contradiction(&'static str),
}

impl EventError {
    /// Its name in counters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::Missing(_) => "missing_field",
            Self::Field(_) => "unreadable_field",
            Self::Contradiction(_) => "contradiction",
        }
    }
}

/// Why a webhook cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The secret is empty, or not as the provider writes its secrets.
    #[error("this is no secret of that provider")]
    Secret,
    /// The id cannot be sent in a header.
    #[error("an id is 1 to {MAX_ID_LEN} letters, digits or signs other than '.'")]
    Id,
}
