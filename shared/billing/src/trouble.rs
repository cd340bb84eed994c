//! Why something was not done.

use edge_border::{Code, Problem};
use edge_capabilities::database::DatabaseError;
use edge_plans::Unknown;
use edge_upstreams::NoAnswer;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// An upstream does not do its part now. Trying again goes on from there.
    Upstream(String),
    /// The record cannot be asked.
    Record(DatabaseError),
    /// Somebody else is at it.
    Taken,
    /// It is not to be done.
    Refused(Box<Problem>),
}

impl Trouble {
    pub(crate) fn refused(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }

    /// An upstream answered what says nothing.
    pub(crate) fn unreadable(upstream: &str, what: &str) -> Self {
        Self::Upstream(format!("{upstream}'s answer cannot be read: {what}"))
    }

    /// An upstream answered with a status that says nothing.
    pub(crate) fn status(upstream: &str, status: http::StatusCode) -> Self {
        Self::Upstream(format!("{upstream} answered with the status {}", status.as_u16()))
    }
}

impl From<NoAnswer> for Trouble {
    fn from(error: NoAnswer) -> Self {
        Self::Upstream(error.to_string())
    }
}

impl From<Unknown> for Trouble {
    fn from(error: Unknown) -> Self {
        Self::Upstream(error.to_string())
    }
}

impl From<DatabaseError> for Trouble {
    fn from(error: DatabaseError) -> Self {
        Self::Record(error)
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Upstream(cause) => {
                let detail = "The ERP or BheemPay does not answer as it should; try again.";
                Self::new(Code::UpstreamUnavailable, detail).retry_after(2).because(cause)
            }
            Trouble::Record(error) => error.into(),
            Trouble::Taken => {
                let detail = "This is being worked on for another request.";
                Self::new(Code::IdempotencyInProgress, detail).retry_after(1)
            }
            Trouble::Refused(problem) => *problem,
        }
    }
}
