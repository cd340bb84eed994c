//! Approval requests: purchases that people approve, level by level.

pub(crate) mod api;
mod body;
mod level;
mod model;
mod response;
pub(crate) mod shortage;
mod store;
mod terms;

pub use level::Level;
pub use model::{Action, Approver, DecisionRef, Delegator, HeldRole, Purchase, Request, Requester, Status, Verdict};
pub use store::Requests;
pub use terms::Terms;
