//! Why something was not done with a contract.

use edge_approvals::ApprovalError;
use edge_capabilities::database::DatabaseError;
use edge_time_zones::Date;

use crate::contract::ContractStatus;

/// Why something was not done with a contract.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The tenant has no such contract.
    #[error("there is no such contract")]
    NotFound,
    /// It is not a draft any more.
    #[error("the contract is {}, not a draft", .0.as_str())]
    NotDraft(ContractStatus),
    /// It is not in force: not signed, or it has ended.
    #[error("the contract is {}, not in force", .0.as_str())]
    NotInForce(ContractStatus),
    /// It is terminated as of a day that is still to come.
    #[error("the contract is terminated as of {0}")]
    Terminated(Date),
    /// It was renewed, and the renewed term has not begun.
    #[error("the contract was renewed already, from {0} on")]
    AlreadyRenewed(Date),
    /// It cannot be renewed.
    #[error("{0}")]
    NotRenewable(&'static str),
    /// An amendment waits for approval.
    #[error("an amendment waits for approval")]
    AmendmentPending,
    /// The amendment is dated before one that is agreed on.
    #[error("an amendment is agreed on from {0} on")]
    OutOfOrder(Date),
    /// Another value was reported before.
    #[error("another value was reported")]
    OtherReport,
    /// A field is not valid.
    #[error("{0} {1}")]
    Field(String, String),
    /// The rule `approval` rejects it.
    #[error("the rule rejects it")]
    Rejected,
    /// An amount is out of range.
    #[error("an amount is out of range")]
    OutOfRange,
    /// It was changed since the caller read it.
    #[error("the contract was changed")]
    Changed,
    /// Too many callers change it at once.
    #[error("too many callers change the contract at once")]
    Busy,
    /// What is stored makes no sense.
    #[error("the contract is damaged: {0}")]
    Damaged(&'static str),
    /// Its charges could not be made.
    #[error("a charge was refused: {0}")]
    Charge(String),
    /// People could not be asked to approve it.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}

impl ContractError {
    /// The field `field` is not valid.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Field(field.into(), message.into())
    }
}
