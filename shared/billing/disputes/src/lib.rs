//! Disputes of payments, invoices and charges, and the refunds that resolve them.
//!
//! * [`dispute`]: disputes, and where they stand; [`comment`]: what people write to them.
//! * [`refund`]: the refund account of a payment, from which never more is given back than was captured; BheemPay, which
//!   makes refunds.
//! * [`resolution`]: what is decided of a dispute, and how that is carried out.
//! * [`reports`]: what gateways report of refunds and card disputes; [`keeper`]: how disputes follow that.
//! * [`figures`]: sums over all disputes of a tenant.
//! * [`settings`]: a tenant's settings.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod comment;
mod dispute;
mod error;
mod figures;
mod keeper;
mod refund;
mod relation;
mod reports;
mod resolution;
mod router;
mod settings;

pub use dispute::{CardCase, Dispute, DisputeReason, DisputeStatus, Disputes, Evidence, Subject, SubjectKind};
pub use error::DisputesError;
pub use figures::{OpenDisputes, RefundUnderWay};
pub use keeper::DisputeKeeper;
pub use refund::{
    CardDisputeEntry, CardStatus, Refund, RefundAccount, RefundAccounts, RefundState, RefundStatus, Reservation, Want,
};
pub use relation::RELATIONS;
pub use resolution::{Resolution, ResolutionKind, ResolutionRefund, Resolved, Resolver, Wanted};
pub use router::{ApiDoc, jobs, router, routes};
