//! What may go wrong.

use serde::Deserialize;

/// What the edge says of an error (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The error code, for programs.
    pub code: String,
    /// An explanation for people.
    pub detail: String,
}

impl Problem {
    /// The problem in a response; where it has none, one that says the status.
    pub(crate) fn read(status: http::StatusCode, body: &[u8]) -> Self {
        let read: Option<Self> = serde_json::from_slice(body).ok();
        read.unwrap_or_else(|| Self {
            status: status.as_u16(),
            code: format!("HTTP_{}", status.as_u16()),
            detail: status.canonical_reason().unwrap_or("no reason was given").to_owned(),
        })
    }
}

/// Why the edge gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EdgeError {
    /// The edge refused the request: a mistake in the caller's program or key.
    #[error("the edge refused the request: {} {}: {}", .0.status, .0.code, .0.detail)]
    Refused(Problem),
    /// The edge could not be asked, or could not answer.
    #[error("the edge cannot answer: {reason}")]
    Unavailable {
        /// What happened, for people.
        reason: String,
        /// What the edge said of it, if it did.
        problem: Option<Problem>,
    },
}

impl EdgeError {
    pub(crate) fn unavailable(reason: impl Into<String>) -> Self {
        Self::Unavailable { reason: reason.into(), problem: None }
    }

    /// The error that a response is whose status is not 2xx.
    pub(crate) fn of(status: http::StatusCode, body: &[u8]) -> Self {
        if status.is_client_error() && status != http::StatusCode::TOO_MANY_REQUESTS {
            return Self::Refused(Problem::read(status, body));
        }
        let problem: Option<Problem> = serde_json::from_slice(body).ok();
        let reason = match &problem {
            Some(problem) => format!("{status}: {}", problem.detail),
            None => status.to_string(),
        };
        Self::Unavailable { reason, problem }
    }

    /// The code of the edge's problem, or `UNAVAILABLE`.
    pub fn code(&self) -> &str {
        match self {
            Self::Refused(problem) | Self::Unavailable { problem: Some(problem), .. } => &problem.code,
            Self::Unavailable { problem: None, .. } => "UNAVAILABLE",
        }
    }

    /// The HTTP status, if the edge answered with a problem.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(problem) | Self::Unavailable { problem: Some(problem), .. } => Some(problem.status),
            Self::Unavailable { problem: None, .. } => None,
        }
    }
}

/// Why a client cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The edge's address is no URL.
    #[error("{0:?} is no address of an edge: http://… or https://…")]
    Url(String),
    /// The key has characters that no key has.
    #[error("the key is malformed")]
    Key,
    /// The address begins with `https`, and the crate was built without the feature `tls`.
    #[error("https needs the feature `tls`")]
    NoTls,
    /// The certificates of the system cannot be read.
    #[error("the system's certificates cannot be read: {0}")]
    Certificates(String),
}
