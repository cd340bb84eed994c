//! Errors as HTTP answers.

use edge_http::{Code, Problem};

use crate::error::InvoiceError;

impl From<InvoiceError> for Problem {
    fn from(error: InvoiceError) -> Self {
        match error {
            InvoiceError::NotFound => Self::new(Code::InvoiceNotFound, "There is no such invoice."),
            InvoiceError::Pending => {
                Self::new(Code::InvoicePending, "The invoice is not finalised yet: finalise it first.")
            }
            InvoiceError::Finalized => {
                let detail = "The invoice is finalised, so it cannot be changed any more; void it and make another.";
                Self::new(Code::InvoiceFinalized, detail)
            }
            InvoiceError::Void => Self::new(Code::InvoiceCancelled, "The invoice is voided."),
            InvoiceError::Paid => Self::new(Code::InvoicePaid, "The invoice is paid, at least in part."),
            InvoiceError::OtherPayment => {
                Self::new(Code::AlreadyExists, "A payment with this reference has another amount.")
            }
            InvoiceError::TooManyPayments => Self::new(Code::ValidationError, "An invoice has at most 200 payments."),
            InvoiceError::OutOfRange => Self::field("amount", "is out of range"),
            InvoiceError::ExternalIdTaken => {
                Self::new(Code::AlreadyExists, "Another invoice has this provider, account and external id.")
            }
            InvoiceError::ReminderSent => Self::new(Code::AlreadyExists, "The invoice has had this reminder."),
            InvoiceError::Changed => Self::new(Code::PreconditionFailed, "The invoice has changed since it was read."),
            InvoiceError::Busy => {
                Self::new(Code::StoreUnavailable, "Too many callers change this invoice at once; try again.")
                    .retry_after(1)
            }
            InvoiceError::Db(error) => error.into(),
        }
    }
}
