//! Contracts: signed past their approvers, renewed term by term, amended by immutable versions, ended with a fee; and what they
//! charge to entities.
//!
//! * [`contract`]: contracts, what is agreed on in them, and what that charges.
//! * [`amendment`], [`renewal`], [`termination`]: what becomes of a contract that is signed.
//! * [`sla`]: service levels and their credits; [`charge`]: the entities that are charged, and usage.
//! * [`timeline`]: what happened; [`audit`]: what the audit log says of it.
//! * [`outbox`]: what is still to be done about a change; [`follow_up`]: the jobs that do it, and what falls due.
//! * [`service`] and [`signing`]: what is done with contracts; [`router`]: the routes.

mod amendment;
mod approval;
mod audit;
mod charge;
mod contract;
mod error;
mod follow_up;
mod message;
mod outbox;
mod relation;
mod renewal;
mod router;
mod service;
mod signing;
mod sla;
mod termination;
mod timeline;

pub use amendment::{Amendment, AmendmentPreview, AmendmentStatus, Difference};
pub use approval::{Asker, PURCHASE_KIND, Submission};
pub use charge::UsageReport;
pub use contract::{
    Backlog, ChargeKind, Content, Contract, ContractStatus, ContractValue, Contracts, CreditStep, Cycle, Document,
    DueCharge, Fee, Line, LineKind, Period, Quantity, Renewal, RenewalMode, ServiceLevel, Term, Version, recognised,
};
pub use error::ContractError;
pub use outbox::{Message, MessageKind, Outbox};
pub use relation::RELATIONS;
pub use renewal::{Notice, Party};
pub use router::{ApiDoc, jobs, router, routes};
pub use service::ContractService;
pub use sla::SlaReport;
pub use termination::Termination;
pub use timeline::{Event, EventKind, Moment};

#[cfg(test)]
mod tests;
