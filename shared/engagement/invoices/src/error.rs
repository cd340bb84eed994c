//! Why something was not done with an invoice.

use edge_capabilities::database::DatabaseError;

/// Why something was not done with an invoice.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceError {
    /// The tenant has no such invoice.
    #[error("there is no such invoice")]
    NotFound,
    /// It was finalised.
    #[error("the invoice is finalised")]
    Finalized,
    /// It was voided.
    #[error("the invoice is voided")]
    Void,
    /// It is paid, in part or in full.
    #[error("the invoice is paid, at least in part")]
    Paid,
    /// It is not finalised yet.
    #[error("the invoice is not finalised yet")]
    Pending,
    /// A payment with this reference has another amount.
    #[error("a payment with this reference has another amount")]
    OtherPayment,
    /// It has as many payments as an invoice may have.
    #[error("the invoice has too many payments")]
    TooManyPayments,
    /// An amount is out of range.
    #[error("an amount is out of range")]
    OutOfRange,
    /// Another invoice of the tenant has this external id.
    #[error("another invoice has this external id")]
    ExternalIdTaken,
    /// The reminder was sent already.
    #[error("the reminder was sent")]
    ReminderSent,
    /// It was changed since the caller read it.
    #[error("the invoice was changed")]
    Changed,
    /// Too many callers change it at once.
    #[error("too many callers change the invoice at once")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DatabaseError),
}
