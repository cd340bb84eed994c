//! Why something was not done with a dispute.

use edge_approvals::ApprovalError;
use edge_budgets::BudgetError;
use edge_capabilities::database::DatabaseError;
use edge_entities::EntityError;

use crate::dispute::DisputeStatus;

/// Why something was not done with a dispute.
#[derive(Debug, thiserror::Error)]
pub enum DisputesError {
    /// The tenant has no such dispute.
    #[error("there is no such dispute")]
    NotFound,
    /// It is resolved, rejected or withdrawn, or is being resolved.
    #[error("the dispute is {}", .0.as_str())]
    Closed(DisputeStatus),
    /// It was changed since the caller read it.
    #[error("the dispute was changed")]
    Changed,
    /// Who opened a dispute does not resolve it.
    #[error("nobody resolves a dispute that they opened")]
    OwnDispute,
    /// No gateway reported the payment.
    #[error("no gateway reported the payment")]
    PaymentUnknown,
    /// The payment's gateway is not BheemPay.
    #[error("the payment was not made through BheemPay")]
    NotRefundable,
    /// So much is not left of the payment.
    #[error("so much is not left of the payment")]
    ExceedsPayment {
        /// What is left, as a decimal.
        left: String,
    },
    /// A card dispute bars a refund, or decides the dispute.
    #[error("a card dispute is open or lost")]
    CardDispute,
    /// BheemPay refuses the refund: why.
    #[error("BheemPay refuses the refund: {0}")]
    Refused(String),
    /// BheemPay could not be reached, so nothing is refunded: why.
    #[error("BheemPay cannot be reached: {0}")]
    NotReached(String),
    /// The rule `approval` rejects it: why.
    #[error("the rule approval rejects it: {0}")]
    Rejected(String),
    /// The approval is for something else.
    #[error("the approval is for something else")]
    OtherApproval,
    /// A credit or an adjustment needs an entity.
    #[error("the dispute concerns no entity")]
    NoEntity,
    /// A value of the request is wrong.
    #[error("{0}: {1}")]
    Field(&'static str, String),
    /// Too many callers change it at once.
    #[error("too many callers change the dispute at once")]
    Busy,
    /// The approval cannot be requested, used or released.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// The budget cannot be changed.
    #[error(transparent)]
    Budget(#[from] BudgetError),
    /// The invoice cannot be changed: why.
    #[error("{0}")]
    Invoice(String),
    /// The entity cannot be charged.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}
