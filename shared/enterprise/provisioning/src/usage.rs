//! The summary of usage that the ERP bills by.

pub(crate) mod api;
mod period;
pub(crate) mod report;
pub(crate) mod response;
