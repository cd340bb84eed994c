//! Who has to approve a purchase, whether they did, and what it may be used for.
//!
//! * [`request`]: a purchase that people are asked about, level by level; [`level`]: whom a level asks.
//! * [`terms`]: what a tenant asks for beyond the rule `approval`, as data; [`loosening`]: who may ask for less.
//! * [`people`]: who somebody is, which roles they have and for whom they stand; [`delegations`].
//! * [`requests`], [`rules`]: both in the database.
//! * [`shortage`]: whether there are people enough who can approve.
//! * [`asking`]: asking people, counting what they say, and using what they approved.
//! * [`router`]: over HTTP.

mod asking;
mod delegations;
mod level;
mod loosening;
mod people;
mod request;
mod requests;
mod router;
mod rules;
mod shortage;
mod terms;

pub use asking::{ApprovalError, ApprovalService, Decided, Opinion, Submission};
pub use delegations::{Delegation, Delegations};
pub use level::Level;
pub use people::People;
pub use request::{
    Action, Delegator, Held, Purchase, Refusal, Request, Requester, Ruled, Status, Unusable, Verdict, Voter,
};
pub use requests::Requests;
pub use router::{ApiDoc, router, routes};
pub use rules::{ApprovalRule, ApprovalRules};
pub use terms::Terms;

#[cfg(test)]
mod tests;
