//! Why a webhook is not believed.

/// Why a webhook is not believed. For counters and logs: whoever posted it is told only that it was not.
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
    /// Every one of them.
    pub const ALL: [Self; 5] =
        [Self::NoSecret, Self::MissingSignature, Self::MalformedSignature, Self::BadSignature, Self::Timestamp];

    /// As it is called in counters.
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
