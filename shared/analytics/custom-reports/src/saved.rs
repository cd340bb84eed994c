//! Reports that are saved, and sent when their schedule says so.

pub(crate) mod api;
mod link;
mod model;
mod schedule;
mod send;
mod store;

pub(crate) use api::save;
pub(crate) use model::SavedReportResponse;
pub(crate) use schedule::ReportSchedule;
pub(crate) use send::{SEND, SEND_EVERY, SendDue};
pub(crate) use store::{SavedReports, TABLES};
