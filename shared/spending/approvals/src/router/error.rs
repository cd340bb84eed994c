//! Errors as HTTP answers.

use edge_http::{Code, Problem};

use crate::error::{ActionError, ApprovalError};

impl From<ApprovalError> for Problem {
    fn from(error: ApprovalError) -> Self {
        match error {
            ApprovalError::RequestNotFound => {
                Self::new(Code::ApprovalRequestNotFound, "There is no such approval request.")
            }
            ApprovalError::Action(error) => error.into(),
            ApprovalError::Use(error) => {
                Self::new(Code::RequestClosed, "The request cannot be used for this purchase.").because(error)
            }
            ApprovalError::ReferenceTaken => {
                Self::new(Code::AlreadyExists, "Another purchase was submitted with this reference.")
            }
            ApprovalError::Busy => {
                let detail = "Too many callers act on this request at once; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1)
            }
            ApprovalError::Rule(error) => error.into(),
            ApprovalError::Db(error) => error.into(),
        }
    }
}

impl From<ActionError> for Problem {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::RequestClosed(status) => {
                let detail = format!("The request is {} and cannot be approved or rejected.", status.as_str());
                Self::new(Code::RequestClosed, detail)
            }
            ActionError::OwnRequest => Self::new(Code::OwnRequest, "Nobody approves or rejects their own request."),
            ActionError::AlreadyCounted => {
                Self::new(Code::AlreadyCounted, "This person was already counted for this request.")
            }
            ActionError::NotAnApprover => {
                Self::new(Code::NotAnApprover, "The present level of the request does not ask this person.")
            }
        }
    }
}
