//! Records: the last state of each employee and project in the ERP.

pub(crate) mod api;
pub(crate) mod deactivation;
pub(crate) mod item;
mod store;

pub(crate) use store::{ActiveRecord, ErpSnapshot, RecordError, RecordWrite, StoredRecord};
