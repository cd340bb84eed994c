//! Resolutions: what is decided of a dispute, and how that is carried out.

pub(crate) mod api;
mod approval;
mod carry_out;
mod credit;
mod follow_up;
mod model;
mod payment;
mod resolver;

pub(crate) use follow_up::{FOLLOW_UP, FollowUp, LEFT, LEFT_EVERY, LeftUndone, job};
pub use model::{Resolution, ResolutionKind, ResolutionRefund};
pub use resolver::{Resolved, Resolver, Wanted};
