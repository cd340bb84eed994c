//! Campaigns, and their versions.

pub(crate) mod api;
mod model;
mod request;
mod response;
mod store;

pub(crate) use model::{Campaign, CampaignStatus, Definition};
pub(crate) use store::Campaigns;
