//! The steps of a campaign, and when each is due.

pub(crate) mod api;
mod conditions;
mod model;
mod request;
mod response;
mod schedule;

pub(crate) use conditions::Engagement;
pub(crate) use model::Step;
pub(crate) use response::StepResponse;
pub(crate) use schedule::due_after;
