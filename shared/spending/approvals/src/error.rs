//! Why a request was not submitted, acted on or used.

use edge_capabilities::database::DatabaseError;
use edge_rulebook::RuleError;

use crate::request::Status;

/// Why a request was not submitted, acted on or used.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// There is no such request.
    #[error("there is no such approval request")]
    RequestNotFound,
    /// The approval or rejection does not count.
    #[error(transparent)]
    Action(#[from] ActionError),
    /// The request cannot be used.
    #[error(transparent)]
    Use(#[from] UseError),
    /// Another purchase was submitted with this reference.
    #[error("another purchase was submitted with this reference")]
    ReferenceTaken,
    /// Too many callers act on the request at once.
    #[error("too many callers act on the request at once")]
    Busy,
    /// The rule gave no decision.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

/// Why an approval or rejection does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// The request is not pending.
    #[error("the request is {}", .0.as_str())]
    RequestClosed(Status),
    /// The request is the person's own.
    #[error("nobody approves their own request")]
    OwnRequest,
    /// The person was counted already: they acted themselves, or a delegate acted on their behalf.
    #[error("this person was counted already")]
    AlreadyCounted,
    /// The present level does not ask the person.
    #[error("the present level does not ask this person")]
    NotAnApprover,
}

/// Why a request cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UseError {
    /// The request is not approved, or not any more.
    #[error("the request is {}", .0.as_str())]
    Status(Status),
    /// A different purchase was approved.
    #[error("a different purchase was approved")]
    DifferentPurchase,
}
