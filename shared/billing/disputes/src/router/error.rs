//! Errors as HTTP answers.

use edge_http::{Code, Problem};

use crate::error::DisputesError;

impl From<DisputesError> for Problem {
    fn from(error: DisputesError) -> Self {
        match error {
            DisputesError::NotFound => Self::new(Code::DisputeNotFound, "There is no such dispute."),
            DisputesError::Closed(status) => {
                Self::new(Code::DisputeClosed, format!("The dispute is {}.", status.as_str()))
            }
            DisputesError::Changed => Self::new(Code::PreconditionFailed, "The dispute has changed since it was read."),
            DisputesError::OwnDispute => {
                Self::new(Code::OwnDispute, "Whoever opened a dispute, or has the same root, does not resolve it.")
            }
            DisputesError::PaymentUnknown => {
                let detail = "No gateway has reported a payment of this tenant for what is disputed.";
                Self::new(Code::PaymentUnknown, detail)
            }
            DisputesError::NotRefundable => {
                let detail =
                    "The payment was not made through BheemPay: refund it at its gateway, whose report counts.";
                Self::new(Code::NotRefundable, detail)
            }
            DisputesError::ExceedsPayment { left } => {
                let detail = format!("Only {left} of the payment is left to refund.");
                Self::new(Code::RefundExceedsPayment, detail)
            }
            DisputesError::CardDispute => {
                let detail = "The payer disputes the payment at the bank, which decides, or has given the money back.";
                Self::new(Code::CardDispute, detail)
            }
            DisputesError::Refused(reason) => {
                Self::new(Code::UpstreamRefused, format!("BheemPay refuses the refund: {reason}"))
            }
            DisputesError::NotReached(reason) => {
                let detail = "BheemPay cannot be reached, so nothing is refunded; resolve the dispute again.";
                Self::new(Code::UpstreamUnavailable, detail).retry_after(10).because(reason)
            }
            DisputesError::Rejected(reason) => {
                Self::new(Code::PurchaseRejected, "The rule `approval` rejects it.").because(reason)
            }
            DisputesError::OtherApproval => {
                Self::new(Code::RequestClosed, "The approval request is not for this dispute and kind of resolution.")
            }
            DisputesError::NoEntity => {
                Self::field("kind", "needs a dispute that concerns an entity: one with an entity_id, or of a charge")
            }
            DisputesError::Field(field, message) => Self::field(field, message),
            DisputesError::Busy => {
                let detail = "Too many callers change this dispute at once; try again.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1)
            }
            DisputesError::Approval(error) => error.into(),
            DisputesError::Entity(error) => error.into(),
            DisputesError::Budget(error) => error.into(),
            DisputesError::Invoice(reason) => {
                let detail = "The invoice cannot be changed now; it follows by itself.";
                Self::new(Code::StoreUnavailable, detail).retry_after(1).because(reason)
            }
            DisputesError::Db(error) => error.into(),
        }
    }
}
