//! Errors as HTTP answers.

use edge_http::{Code, Problem};

use crate::contract::ContractStatus;
use crate::error::ContractError;

impl From<ContractError> for Problem {
    fn from(error: ContractError) -> Self {
        match error {
            ContractError::NotFound => Self::new(Code::ContractNotFound, "There is no such contract."),
            ContractError::NotDraft(status) => {
                let hint = if status.is_in_force() { ": amend it" } else { "" };
                let detail = format!("The contract is {}, so it cannot be edited any more{hint}.", status.as_str());
                Self::new(Code::ContractNotDraft, detail)
            }
            ContractError::NotInForce(status @ (ContractStatus::Draft | ContractStatus::PendingApproval)) => Self::new(
                Code::ContractNotActive,
                format!("The contract is {}: it is not signed yet.", status.as_str()),
            ),
            ContractError::NotInForce(status) => {
                Self::new(Code::ContractNotActive, format!("The contract is {}.", status.as_str()))
            }
            ContractError::Terminated(date) => {
                Self::new(Code::ContractNotActive, format!("The contract is terminated as of {date}."))
            }
            ContractError::AlreadyRenewed(start) => {
                let detail = format!("The contract is renewed already: its next term begins on {start}.");
                Self::new(Code::AlreadyRenewed, detail)
            }
            ContractError::NotRenewable(detail) => {
                Self::new(Code::ContractNotRenewable, format!("The contract cannot be renewed. {detail}"))
            }
            ContractError::AmendmentPending => {
                Self::new(Code::AmendmentPending, "An amendment of the contract waits for approval.")
            }
            ContractError::OutOfOrder(date) => {
                let detail = format!("An amendment holds from {date} on: this one must not be dated before it.");
                Self::new(Code::AmendmentOutOfOrder, detail)
            }
            ContractError::OtherReport => {
                Self::new(Code::AlreadyExists, "Another value was reported for this month, and was settled.")
            }
            ContractError::Field(field, message) => Self::field(field, message),
            ContractError::Rejected => Self::new(Code::PurchaseRejected, "The rule `approval` rejects the contract."),
            ContractError::OutOfRange => Self::field("lines", "have an amount that is out of range"),
            ContractError::Changed => {
                Self::new(Code::PreconditionFailed, "The contract has changed since it was read.")
            }
            ContractError::Busy => {
                Self::new(Code::StoreUnavailable, "Too many callers change this contract at once; try again.")
                    .retry_after(1)
            }
            ContractError::Damaged(reason) => Self::new(Code::Internal, "The contract is damaged.").because(reason),
            ContractError::Charge(reason) => Self::new(Code::Internal, "A charge was refused.").because(reason),
            ContractError::Approval(error) => error.into(),
            ContractError::Db(error) => error.into(),
        }
    }
}
