//! Approvals: who has to approve a purchase, whether they did, and what the approval may be used for.
//!
//! * [`request`]: approval requests, which people approve level by level, and the terms that a request gets.
//! * [`rule`]: a tenant's own approval rules, which require more than the rule `approval` does.
//! * [`people`]: a caller's identity and roles; [`delegation`]: approvals on behalf of another person.
//! * [`service`]: submitting requests, recording approvals and using approved requests.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.

mod delegation;
mod error;
mod notice;
mod people;
mod request;
mod router;
mod rule;
mod service;
mod validation;

pub use delegation::{Delegation, Delegations};
pub use error::{ActionError, ApprovalError, UseError};
pub use people::People;
pub use request::{
    Action, Approver, DecisionRef, Delegator, HeldRole, Level, Purchase, Request, Requester, Requests, Status, Terms,
    Verdict,
};
pub use router::{ApiDoc, jobs, router, routes};
pub use rule::{ApprovalRule, ApprovalRules};
pub use service::{ApprovalService, Evaluation, NewApprovalRequest, Requirement};

#[cfg(test)]
mod tests;
