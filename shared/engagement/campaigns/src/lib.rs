//! Campaigns: messages that go out to contacts one after the other.
//!
//! * [`campaign`]: campaigns, and their versions; [`step`]: the steps of one, and when each is due.
//! * [`template`]: what a step says.
//! * [`enrolment`]: a contact's way through a version of a campaign.
//! * [`sending`]: the jobs that find which steps are due, queue their messages, and follow these up.
//! * [`stats`]: how many contacts got how far.
//! * [`router`]: the routes; the handlers of each resource are in its `api`.
//!
//! This crate owns the tables `campaigns`, `campaign_versions`, `campaign_enrolments` and `campaign_sends`.

mod campaign;
mod enrolment;
mod error;
mod router;
mod sending;
mod stats;
mod step;
mod template;

pub use error::CampaignError;
pub use router::{ApiDoc, jobs, router, routes};
pub use sending::{CampaignEngagement, CampaignMessages};
