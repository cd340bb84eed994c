//! Contacts on their way through a version of a campaign.

pub(crate) mod api;
mod model;
mod response;
mod store;

pub(crate) use model::{Enrolment, EnrolmentStatus, Send, SendState};
pub(crate) use store::Enrolments;
